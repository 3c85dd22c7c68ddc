from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.conversation.gsm7 import ALPHABET, EXTENSION, plain, segments

BOUNDED = settings(max_examples=200, deadline=None)

# What a reply may hold; a lone surrogate never gets past the door (cleaning.py).
anything = st.text(max_size=400)
letters_of_sms = st.text(st.sampled_from(sorted(ALPHABET | EXTENSION)), max_size=400)


def test_the_alphabet_is_that_of_the_standard() -> None:
    """3GPP TS 23.038, 6.2.1: 128 codes, one of which is the escape to the extension."""
    assert len(ALPHABET) == 128 - 1
    assert len(EXTENSION) == 10
    assert not ALPHABET & EXTENSION


@pytest.mark.parametrize(
    "character", ["`", "ç", "á", "í", "ó", "ê", "°", "“", "–", "…", "\t", "😀"]
)
def test_what_a_simple_phone_does_not_have_is_not_in_the_alphabet(character: str) -> None:
    assert character not in ALPHABET | EXTENSION


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a", 1),
        # One SMS holds 140 octets: 160 characters of seven bits.
        ("a" * 160, 1),
        ("a" * 161, 2),
        # A header of six octets takes the place of seven characters in each part.
        ("a" * 153 * 2, 2),
        ("a" * (153 * 2 + 1), 3),
        ("a" * 153 * 3, 3),
        ("a" * (153 * 3 + 1), 4),
        ("Ç\n\r Ω" * 32, 1),
        # A character of the extension counts twice.
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 158 + "€", 1),
        ("a" * 159 + "€", 2),
        # It is not torn: 152 and a blank place, then the sign and what follows.
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("a" * 151 + "€" + "a" * 153, 2),
        ("a" * 151 + "€" + "a" * 154, 3),
    ],
)
def test_an_sms_holds_160_characters_and_each_part_of_a_longer_one_153(
    text: str, count: int
) -> None:
    assert segments(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        # 140 octets are 70 characters of 16 bits; 134 octets are 67.
        ("é" * 69 + "ê", 1),
        ("é" * 70 + "ê", 2),
        ("ê" * 67 * 2, 2),
        ("ê" * (67 * 2 + 1), 3),
        ("ê" * 67 * 3, 3),
        ("ê" * (67 * 3 + 1), 4),
        # Written with two units of 16 bits.
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("ê" * 68 + "😀", 1),
        ("ê" * 69 + "😀", 2),
        # It is not torn: 66 and a blank place, then the emoji and what follows.
        ("ê" * 66 + "😀" + "ê" * 65, 2),
        ("ê" * 66 + "😀" + "ê" * 66, 3),
        ("ê" * 65 + "😀" + "ê" * 67, 2),
        ("ê" * 65 + "😀" + "ê" * 68, 3),
        # Among other characters those of the extension count once.
        ("€" * 69 + "ê", 1),
    ],
)
def test_one_foreign_character_leaves_room_for_70_and_in_parts_for_67(
    text: str, count: int
) -> None:
    assert segments(text) == count


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("“Aman”, katanya", '"Aman", katanya'),
        ("Jum’at ‘ini’", "Jum'at 'ini'"),
        ("Senin–Jumat — libur", "Senin-Jumat - libur"),
        ("tunggu…", "tunggu..."),
        ("• paspor", "- paspor"),
        ("Rp\u00a05.000", "Rp 5.000"),
        ("0812\u20110000\u20110001", "0812-0000-0001"),
        ("UU\t21", "UU 21"),
    ],
)
def test_typographic_characters_become_those_of_a_simple_phone(written: str, sent: str) -> None:
    assert plain(written) == sent
    assert set(sent) <= ALPHABET


def test_a_typographic_mark_no_longer_costs_more_than_half_of_the_room() -> None:
    text = "Jangan serahkan “paspor” kepada calo. " * 4
    assert segments(text) == 3
    assert segments(plain(text)) == 1


@pytest.mark.parametrize("text", ["tolong 🙏", "ê", "日本語", "^{}"])
def test_what_has_no_plain_form_is_sent_as_it_is(text: str) -> None:
    assert plain(text) == text


@BOUNDED
@given(letters_of_sms)
def test_letters_of_an_sms_are_never_changed(text: str) -> None:
    assert plain(text) == text


@BOUNDED
@given(anything)
def test_what_was_made_plain_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@BOUNDED
@given(anything | letters_of_sms, anything | letters_of_sms)
@example("a" * 160, "ê")
def test_a_longer_text_never_takes_fewer_sms(text: str, more: str) -> None:
    assert 1 <= segments(text) <= segments(text + more)


@BOUNDED
@given(letters_of_sms)
def test_parts_of_seven_bits_hold_what_the_standard_says(text: str) -> None:
    septets = len(text) + sum(character in EXTENSION for character in text)
    count = segments(text)
    assert (count == 1) == (septets <= 160)
    # At most one place a part stays empty before a character that takes two.
    assert count == 1 or 152 * (count - 1) < septets <= 153 * count
