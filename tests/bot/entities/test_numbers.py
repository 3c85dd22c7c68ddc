from __future__ import annotations

import pytest

from bot.entities import numbers
from bot.entities.reading import Reading

SAID = [
    ("3.000.000", 3_000_000),
    ("3,000,000", 3_000_000),
    ("4,5", 4.5),
    ("4.5 jt", 4_500_000),
    ("4,5jt", 4_500_000),
    ("2.500 jt", 2_500_000),
    ("2.500 ribu", 2_500_000),
    ("1/2 juta", 500_000),
    ("setengah juta", 500_000),
    ("dua juta setengah", 2_500_000),
    ("dua setengah juta", 2_500_000),
    ("satu koma lima juta", 1_500_000),
    ("tiga ratus ribu", 300_000),
    ("seratus dua puluh juta", 120_000_000),
    ("2 ratus ribu", 200_000),
    ("sejuta dua ratus ribu", 1_200_000),
    ("5 juta 500 ribu", 5_500_000),
    ("seribu lima ratus", 1500),
    ("enam belas", 16),
    ("enambelas", 16),
    ("duapuluh lima", 25),
    ("dua puluh lima ribu", 25_000),
    ("sebelas", 11),
    ("limolas juta", 15_000_000),
    ("rong ewu", 2000),
    ("telung juta", 3_000_000),
    # Only as far as the number goes.
    ("5 juta 2 orang", 5_000_000),
    ("dua tiga juta", 2),
    ("lima enam", 5),
    ("sepuluh dua puluh", 10),
]


@pytest.mark.parametrize(("text", "value"), SAID)
def test_numbers_in_digits_and_in_words_are_read(text: str, value: float) -> None:
    number = numbers.read(Reading(text).tokens, 0)
    assert number is not None
    assert number.value == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "juta", "3.5.2", "1.2345", "setengah jam", "9" * 30, "belas"])
def test_what_is_no_number_is_not_read(text: str) -> None:
    assert numbers.read(Reading(text).tokens, 0) is None


def test_every_number_begins_with_a_word_that_is_known_to_begin_one() -> None:
    for text, _ in SAID:
        token = Reading(text).tokens[0]
        assert token.is_number or token.text in numbers.first_words()
