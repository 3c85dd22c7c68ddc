from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.conversation.cleaning import (
    MAX_TEXT,
    NOTE_EMPTY,
    NOTE_NO_WORDS,
    NOTE_TRIMMED,
    clean,
)

BOUNDED = settings(max_examples=200, deadline=None)

# Every code point, lone surrogates too: what JSON may bring along.
anything = st.text(st.characters(exclude_categories=()), max_size=300)
ZWJ = "\u200d"
FAMILY = f"👨{ZWJ}👩{ZWJ}👧"


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("paspor saya ditahan", "paspor saya ditahan"),
        ("  halo  kak  ", "halo kak"),
        ("halo\tkak", "halo kak"),
        ("halo\u00a0kak", "halo kak"),
        ("halo\u2003kak\u3000ya", "halo kak ya"),
        ("baris satu\r\nbaris dua", "baris satu\nbaris dua"),
        ("baris satu\rbaris dua", "baris satu\nbaris dua"),
        ("satu\r\n\r\ndua", "satu\n\ndua"),
        ("satu\n\n\n\n\n\ndua", "satu\n\ndua"),
        ("\n\n halo \n\n", "halo"),
        ("pas\x00por", "paspor"),
        ("pas\x08\x1b\x7fpor", "paspor"),
        ("pas\x80\x9fpor", "paspor"),
        ("pas\u200bpor", "paspor"),
        ("pas\u200cpor", "paspor"),
        ("pas\u2060por", "paspor"),
        ("pas\ufeffpor", "paspor"),
        ("pas\u00adpor", "paspor"),
        ("\u202erop\u202csap", "ropsap"),
        ("\u2067gaji\u2069 besar\u200f", "gaji besar"),
        ("pas\ufffdpor", "paspor"),
        (f"pas{chr(0xD83D)}por", "paspor"),
        ("pas\ue000por", "paspor"),
    ],
)
def test_only_what_a_person_means_to_say_is_kept(raw: str, kept: str) -> None:
    assert clean(raw) == (kept, ())


@pytest.mark.parametrize(
    "emoji",
    ["🙏", "🙏🏽", FAMILY, "❤️", "2️⃣", "🇮🇩", f"👩{ZWJ}⚕️", f"🏳️{ZWJ}🌈", "☎️"],
    ids=[
        "plain",
        "skin tone",
        "family",
        "variation",
        "keycap",
        "flag",
        "nurse",
        "rainbow",
        "phone",
    ],
)
def test_an_emoji_stays_whole(emoji: str) -> None:
    assert clean(f"tolong {emoji} kak")[0] == f"tolong {emoji} kak"


@pytest.mark.parametrize(
    "text",
    [
        "مرحبا كيف حالك",
        "สวัสดีครับ",
        "ភាសាខ្មែរ",
        "မြန်မာ",
        "क्\u200dष",
        "ꦗꦮ",
        "日本語",
        "café naïve",
        "m² ½ №",
    ],
)
def test_other_scripts_stay_as_they_were_written(text: str) -> None:
    assert clean(text)[0] == unicodedata.normalize("NFC", text)


def test_letters_written_in_two_parts_become_one() -> None:
    assert clean("cafe\u0301")[0] == "café"


def test_a_tower_of_accents_is_taken_down() -> None:
    text, _ = clean("tolong" + "\u0335\u0321\u0322" * 50 + " kak")
    assert text.startswith("tolong")
    assert text.endswith(" kak")
    assert len(text) <= len("tolong kak") + 4


@pytest.mark.parametrize(
    "raw",
    ["", " ", "\n\n", "\t \r\n", "\x00", "\u200b\u200b", "\ufeff", "\u202e\u202c", "\ud800"],
)
def test_a_message_with_nothing_in_it_is_called_empty(raw: str) -> None:
    assert clean(raw) == ("", (NOTE_EMPTY,))


@pytest.mark.parametrize("filler", ["\u115f", "\u1160", "\u3164", "\uffa0"])
def test_a_blank_that_unicode_calls_a_letter_is_called_empty(filler: str) -> None:
    """Hangul fillers are how people send "empty" messages on WhatsApp and Telegram."""
    assert clean(filler * 3) == ("", (NOTE_EMPTY,))


@pytest.mark.parametrize("raw", ["🙏", "🙏🏽🙏🏽", FAMILY, "...", "?", "!!!", "-", "❤️", ":)", "_"])
def test_a_message_without_a_letter_or_digit_is_noted(raw: str) -> None:
    assert clean(raw) == (raw, (NOTE_NO_WORDS,))


@pytest.mark.parametrize("raw", ["1", "2.", "2️⃣", "p", "?a", "110", "ya 🙏"])
def test_one_letter_or_digit_is_enough_to_be_read(raw: str) -> None:
    assert clean(raw) == (raw, ())


@pytest.mark.parametrize(
    ("length", "trimmed"),
    [(MAX_TEXT - 1, False), (MAX_TEXT, False), (MAX_TEXT + 1, True), (MAX_TEXT * 10, True)],
)
def test_a_very_long_text_is_cut_and_the_cut_is_noted(length: int, trimmed: bool) -> None:
    text, notes = clean("a" * length)
    assert len(text) == min(length, MAX_TEXT)
    assert notes == ((NOTE_TRIMMED,) if trimmed else ())


def test_the_beginning_of_a_long_text_is_what_stays() -> None:
    text, _ = clean("tolong kami di Batam " + "la la " * 50_000)
    assert text.startswith("tolong kami di Batam la la")


def test_rubbish_around_a_short_text_does_not_count_as_length() -> None:
    assert clean("\u200b" * (MAX_TEXT * 2) + "tolong") == ("tolong", ())


@pytest.mark.parametrize(
    "raw",
    [
        "a" * 100_000,
        " " * 100_000,
        "\n " * 50_000,
        "\u202e" * 100_000,
        "e\u0301" * 50_000,
        "e" + "\u0301" * 100_000,
    ],
    ids=["letters", "blanks", "blank lines", "direction marks", "accents", "accents on one letter"],
)
def test_a_hundred_thousand_characters_are_cleaned_quickly(raw: str) -> None:
    started = time.perf_counter()
    clean(raw)
    assert time.perf_counter() - started < 0.5


@BOUNDED
@given(anything)
@example("\ud800")
@example("\udfff\ud800")
@example("\r\n\r")
@example("e\u0301\u200b\u0301")
def test_no_text_in_the_world_makes_cleaning_fail(raw: str) -> None:
    text, notes = clean(raw)
    # It can be stored: a lone surrogate would fail here.
    text.encode("utf-8")
    assert len(text) <= MAX_TEXT
    assert text == text.strip()
    assert (NOTE_EMPTY in notes) == (text == "")
    assert len(set(notes)) == len(notes)


@BOUNDED
@given(anything)
def test_nothing_unseen_is_left(raw: str) -> None:
    text, _ = clean(raw)
    categories = {unicodedata.category(character) for character in text if character != "\n"}
    assert not categories & {"Cc", "Cs"}
    assert not set(text) & set("\u200b\u200e\u200f\u202a\u202b\u202d\u202e\u2066\u2069\ufeff\ufffd")
    assert "\n\n\n" not in text
    assert "  " not in text


@BOUNDED
@given(anything)
def test_what_is_clean_stays_as_it_is(raw: str) -> None:
    once, _ = clean(raw)
    assert clean(once)[0] == once


@BOUNDED
@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789?!,. ", min_size=1, max_size=80))
def test_plain_words_are_never_lost(raw: str) -> None:
    assert clean(raw)[0].split() == raw.split()
