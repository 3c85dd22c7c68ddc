from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.features import (
    MAX_PIECE,
    MIN_BONE_PIECE,
    MIN_PIECE,
    piece_features,
    raw_words,
    word_features,
    words,
)

BOUNDED = settings(max_examples=200, deadline=None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Paspor saya DITAHAN!", ["paspor", "saya", "ditahan"]),
        ("tolooooong", ["tolong"]),
        ("tolongggg kakkk", ["tolong", "kakak"]),
        ("maaf, bossss", ["maaf", "bos"]),
        ("kerja di malaysia?", ["kerja", "di", "malaysia"]),
        ("gaji 12 juta", ["gaji", "0", "juta"]),
        ("gaji 1.500.000", ["gaji", "0", "0", "0"]),
        ("gaji 12jt", ["gaji", "0jt"]),
        ("no 0812-0000-0001", ["nomor", "0", "0", "0"]),
        ("uu 21/2007", ["uu", "0", "0"]),
        ("chat_saya", ["chat", "saya"]),
        ("ＰＡＳＰＯＲ", ["paspor"]),
        ("ﬁlm", ["film"]),
        ("paspor🙏🙏", ["paspor"]),
        ("", []),
        ("   ", []),
        ("?!...", []),
        ("🙏", []),
    ],
)
def test_words_are_what_matters_of_a_text(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("GMN sy Brgkt?", ["gmn", "sy", "brgkt"]),
        ("tolooong dak biso", ["tolong", "dak", "biso"]),
        ("gaji 12jt", ["gaji", "0jt"]),
    ],
)
def test_raw_words_are_as_they_were_typed(text: str, typed: list[str]) -> None:
    assert raw_words(text) == typed


@pytest.mark.parametrize("text", ["maaf", "saat", "jjj", "foo", "10", "1000000"])
def test_doubled_letters_stay_and_drawn_out_ones_do_not(text: str) -> None:
    (word,) = words(text)
    assert not any(word[n] == word[n + 1] == word[n + 2] for n in range(len(word) - 2))
    assert ("aa" in word) == ("aa" in text)


@pytest.mark.parametrize(
    ("tokens", "kinds", "expected"),
    [
        (
            ["paspor", "saya", "ditahan"],
            {"bones": False},
            ["paspor", "saya", "ditahan", "paspor saya", "saya ditahan"],
        ),
        (["paspor", "saya"], {"bones": False, "pairs": False}, ["paspor", "saya"]),
        (["paspor", "saya"], {"pairs": False}, ["paspor", "%pspr", "saya", "%sy"]),
        (
            ["paspor", "saya"],
            {},
            ["paspor", "%pspr", "saya", "%sy", "paspor saya", "%pspr %sy"],
        ),
        (["paspor"], {}, ["paspor", "%pspr"]),
        ([], {}, []),
    ],
)
def test_words_and_neighbours_are_features_and_so_are_their_bones(
    tokens: list[str], kinds: dict[str, bool], expected: list[str]
) -> None:
    assert list(word_features(tokens, **kinds)) == expected


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("ditahan", "dthn"),
        ("majikan", "mjkn"),
        ("paspor", "pspr"),
        ("berangkat", "brngkt"),
        ("apa", "ap"),
        ("iuran", "irn"),
    ],
)
def test_a_word_and_its_short_form_in_an_sms_have_the_same_bones(full: str, short: str) -> None:
    assert list(word_features([full]))[-1] == list(word_features([short]))[-1]


@pytest.mark.parametrize(("word", "other"), [("ada", "dua"), ("agen", "ogan"), ("ke", "di")])
def test_the_first_letter_is_part_of_the_bones(word: str, other: str) -> None:
    assert list(word_features([word]))[-1] != list(word_features([other]))[-1]


def test_bones_are_never_taken_for_a_whole_word() -> None:
    assert set(word_features(["dthn"])) == {"dthn", "%dthn"}


def test_pieces_mark_where_a_word_begins_and_ends() -> None:
    pieces = ["<y", "ya", "a>", "<ya", "ya>", "<ya>"]
    assert list(piece_features(["ya"], bones=False)) == pieces
    assert list(piece_features(["ya"])) == [*pieces, "%y>"]
    assert list(piece_features([])) == []


def test_pieces_of_bones_begin_like_bones_and_are_longer_than_two() -> None:
    only_bones = list(piece_features(["tahan"]))[
        len(list(piece_features(["tahan"], bones=False))) :
    ]
    assert only_bones == ["%th", "thn", "hn>", "%thn", "thn>", "%thn>"]
    assert min(map(len, only_bones)) == MIN_BONE_PIECE


def test_pieces_never_reach_over_two_words() -> None:
    together = set(piece_features(["paspor", "saya"]))
    assert together == set(piece_features(["paspor"])) | set(piece_features(["saya"]))


def test_a_typing_error_leaves_most_pieces_as_they_were() -> None:
    right, wrong = (
        set(piece_features([word], bones=False)) for word in ("paspornya", "pasportnya")
    )
    assert len(right & wrong) > len(right) / 2


def test_words_that_begin_alike_differ_at_their_ends() -> None:
    assert "ang>" in set(piece_features(["orang"]))
    assert "ang>" not in set(piece_features(["orangnya"]))


@BOUNDED
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_no_text_makes_the_features_fail(text: str) -> None:
    tokens = words(text)
    assert all(tokens)
    pieces = list(piece_features(tokens))
    assert all(MIN_PIECE <= len(piece) <= MAX_PIECE for piece in pieces)
    neighbours = max(0, len(tokens) - 1)
    # Each twice: by its letters and by its bones.
    assert len(list(word_features(tokens))) == 2 * (len(tokens) + neighbours)


@BOUNDED
@given(st.text("abcdefghij 0123456789", max_size=80))
def test_capitals_and_blanks_change_nothing(text: str) -> None:
    assert words(text.upper()) == words(text)
    assert words(f"  {text} \n") == words(text)
