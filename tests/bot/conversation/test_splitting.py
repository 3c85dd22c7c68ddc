from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.conversation.capabilities import utf16_units
from bot.conversation.splitting import split

BOUNDED = settings(max_examples=200, deadline=None)

ZWJ = "\u200d"
# Each is one sign to a reader, of 1 to 14 UTF-16 units.
SIGNS = {
    "letter": "a",
    "accent": "e\u0301",
    "two accents": "o\u0302\u0301",
    "vowel sign": "ꦗ\ua9b6",
    "virama": "क्\u200dष",
    "emoji": "🙏",
    "skin tone": "🙏🏽",
    "variation": "❤\ufe0f",
    "keycap": "2\ufe0f\u20e3",
    "flag": "🇮🇩",
    "rainbow": f"🏳\ufe0f{ZWJ}🌈",
    "nurse": f"👩🏽{ZWJ}⚕\ufe0f",
    "family": f"👨{ZWJ}👩{ZWJ}👧{ZWJ}👦",
    "country of a country": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
}
LONGEST_SIGN = max(utf16_units(sign) for sign in SIGNS.values())

blanks = st.sampled_from(
    [" ", "  ", "\n", "\n\n", " \n", "\n \n", "\n  ", "\t", ". ", "? ", " \n\n "]
)
words = st.text("abc.1^`", min_size=1, max_size=12)
texts = st.lists(words | blanks | st.sampled_from(["No. 5", "1. Ya"]), max_size=40).map("".join)
rows_of_signs = st.lists(st.sampled_from([*SIGNS.values()]), min_size=1, max_size=20)


def at_most(length: int) -> Callable[[str], bool]:
    return lambda text: utf16_units(text) <= length


def seams(text: str, parts: list[str]) -> list[tuple[str, str, str]]:
    """Each cut: the part before it, the blanks that were left out, the part after it."""
    rest = text.strip()
    left_out: list[str] = []
    for part in parts:
        blank = rest[: len(rest) - len(rest.lstrip())]
        left_out.append(blank)
        assert rest[len(blank) :].startswith(part)
        rest = rest[len(blank) + len(part) :]
    assert rest == ""
    return [(before, blank, after) for (before, after), blank in zip(pairwise(parts), left_out[1:])]


@BOUNDED
@given(texts, st.integers(1, 40))
@example("a \nb", 1)
@example("aaa bbb \nccc", 7)
@example("a\n\n b", 2)
@example("1. 1. 1. 1.", 3)
@example("^^^^", 1)
@example("satu dua No. 5", 12)
def test_nothing_is_lost_but_blanks_at_a_cut(text: str, length: int) -> None:
    parts = split(text, at_most(length))
    seams(text, parts)
    assert all(part and part == part.strip() for part in parts)
    assert all(utf16_units(part) <= length for part in parts)


@BOUNDED
@given(st.lists(st.text("abc", min_size=1, max_size=8)), st.integers(8, 40))
def test_a_part_is_filled_before_the_next_is_begun(said: list[str], length: int) -> None:
    text = " ".join(said)
    for before, blank, after in seams(text, split(text, at_most(length))):
        assert len(before + blank + after.split()[0]) > length


@BOUNDED
@given(
    st.text(st.characters() | st.sampled_from("ae\u0301\u0302\ufe0f\ua9b6"), max_size=60),
    st.integers(1, 20),
)
def test_a_letter_keeps_its_marks(text: str, length: int) -> None:
    for _, blank, after in seams(text, split(text, _whole_signs(length))):
        assert blank or not _is_mark(after[0])


@BOUNDED
@given(rows_of_signs, st.integers(1, 40))
def test_a_sign_is_never_torn(signs: list[str], length: int) -> None:
    text = "".join(signs)
    borders, end = {0}, 0
    for sign in signs:
        end += len(sign)
        borders.add(end)
    end = 0
    for part in split(text, at_most(max(length, LONGEST_SIGN))):
        end += len(part)
        assert end in borders


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS.keys())
def test_what_a_reader_sees_as_one_sign_stays_whole(sign: str) -> None:
    """Also where a part has room for a half of it."""
    size = utf16_units(sign)
    assert split(sign * 5, at_most(2 * size)) == [sign * 2, sign * 2, sign]
    assert split(sign * 3, at_most(max(size, 2 * size - 1))) == [sign] * 3


def test_flags_are_counted_in_pairs() -> None:
    assert split("🇮🇩🇲🇾🇸🇬", at_most(7)) == ["🇮🇩", "🇲🇾", "🇸🇬"]
    assert split("a🇮🇩🇲🇾", at_most(5)) == ["a🇮🇩", "🇲🇾"]


@pytest.mark.parametrize("mark", "^`´¨")
def test_a_row_of_marks_that_stand_alone_is_cut(mark: str) -> None:
    assert split(mark * 5, at_most(2)) == [mark * 2, mark * 2, mark]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t \n"])
def test_nothing_to_say_is_no_part(text: str) -> None:
    assert split(text, at_most(10)) == []


def test_what_fits_stays_as_it_was_written() -> None:
    text = "Satu.\n\n  Dua  tiga.\n1. Ya"
    assert split(f"\n {text} ", at_most(100)) == [text]


@pytest.mark.parametrize(
    ("text", "length", "parts"),
    [
        # A paragraph, though a line, a sentence and a word would fill the part further.
        ("Satu satu.\n\nDua.\nTiga. Empat lima", 21, ["Satu satu.", "Dua.\nTiga. Empat lima"]),
        # But a part with next to nothing in it is filled.
        ("Ya.\n\nSatu dua tiga. Empat lima", 20, ["Ya.\n\nSatu dua tiga.", "Empat lima"]),
        ("Satu.\n \n\nDua.", 6, ["Satu.", "Dua."]),
        # A line where a paragraph is too long.
        ("Satuu.\nDua. Tiga empat", 16, ["Satuu.", "Dua. Tiga empat"]),
        # A sentence where a line is too long.
        ("Satu dua. Tiga empat", 15, ["Satu dua.", "Tiga empat"]),
        ("Satu dua? Tiga empat", 15, ["Satu dua?", "Tiga empat"]),
        ("Satu dua! Tiga empat", 15, ["Satu dua!", "Tiga empat"]),
        ("Satu dua… Tiga empat", 15, ["Satu dua…", "Tiga empat"]),
        # A word where a sentence is too long.
        ("satu dua tiga empat", 10, ["satu dua", "tiga empat"]),
        ("satu dua", 4, ["satu", "dua"]),
        # Anywhere where a word is too long; the rest goes on with what follows.
        ("perdagangan orang", 8, ["perdagan", "gan", "orang"]),
        ("perdagangan kita", 8, ["perdagan", "gan kita"]),
        # What remains of a long paragraph may stand with the next.
        ("satu dua tiga\n\nempat", 11, ["satu dua", "tiga\n\nempat"]),
    ],
)
def test_a_text_is_cut_where_a_reader_would_pause(text: str, length: int, parts: list[str]) -> None:
    assert split(text, at_most(length)) == parts


@pytest.mark.parametrize(
    ("text", "length", "parts"),
    [
        # Where sentences end.
        ("Dasarnya: UU No. 21 Tahun 2007.", 26, ["Dasarnya: UU No. 21 Tahun", "2007."]),
        ("Buka pasal. Lihat no. 5 dan 6", 22, ["Buka pasal.", "Lihat no. 5 dan 6"]),
        ("1. Ya, bisa menelepon", 14, ["1. Ya, bisa", "menelepon"]),
        ("Balas 1. Ya 2. Tidak saja", 20, ["Balas 1. Ya 2. Tidak", "saja"]),
        ("10. Cara melapor", 12, ["10. Cara", "melapor"]),
        # Where only words are left.
        ("lihat UU No. 21", 12, ["lihat UU", "No. 21"]),
        ("pilihan 1. Ya", 10, ["pilihan", "1. Ya"]),
        # A number at the end of a sentence is no number of a list.
        ("Terbit 2007. Berlaku sampai kini", 25, ["Terbit 2007.", "Berlaku sampai kini"]),
        ("Si Ano. Dia calo itu", 12, ["Si Ano.", "Dia calo itu"]),
    ],
)
def test_a_number_stays_with_what_it_counts(text: str, length: int, parts: list[str]) -> None:
    assert split(text, at_most(length)) == parts


@BOUNDED
@given(
    st.lists(st.sampled_from(["No. 5", "UU No. 21", "1. Ya", "2. Tidak", "orang", "Baik.", "a"])),
    st.sampled_from([" ", "\n", "\n\n"]),
    st.integers(9, 40),
)
def test_no_part_ends_with_a_number_that_waits_for_its_word(
    said: list[str], between: str, length: int
) -> None:
    for part in split(between.join(said), at_most(length)):
        assert not re.search(r"(\bNo|\b\d)\.$", part)


def test_a_part_is_measured_as_a_whole() -> None:
    """Not by a sum: one foreign letter makes a whole SMS dearer."""

    def dear(text: str) -> bool:
        return len(text) <= (5 if "ê" in text else 10)

    assert split("aaaa bbbb cê dddd", dear) == ["aaaa bbbb", "cê", "dddd"]


def test_a_book_is_cut_quickly() -> None:
    started = time.perf_counter()
    for text in (
        "kata " * 10_000,
        "a" * 50_000,
        "🙏🏽" * 10_000,
        " " * 20_000 + "a",
        "\n" * 20_000,
    ):
        split(text + "!", at_most(4096))
    assert time.perf_counter() - started < 2


def _whole_signs(length: int) -> Callable[[str], bool]:
    """So many letters, their marks not counted: a lone letter with marks always fits."""
    return lambda text: sum(not _is_mark(character) for character in text) <= length


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")
