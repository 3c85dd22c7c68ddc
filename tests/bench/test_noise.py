"""Typing errors that are made on purpose."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import DamerauLevenshtein

from bench.understanding.noise import SHORTEST, noisy

SENTENCE = "agen minta paspor asli saya untuk disimpan sampai kontrak selesai " * 100
SHARES = (0.1, 0.3, 0.5)


def _broken_share(text: str, noise: str) -> float:
    pairs = [(w, n) for w, n in zip(text.split(), noise.split()) if len(w) >= SHORTEST]
    return sum(word != other for word, other in pairs) / len(pairs)


def test_the_same_errors_are_made_each_time() -> None:
    """Else figures before and after a change could not be compared."""
    once, again = (noisy(SENTENCE, 0.3, random.Random(2026)) for _ in range(2))
    assert once == again
    assert noisy(SENTENCE, 0.3, random.Random(2027)) != once


@pytest.mark.parametrize("share", SHARES)
def test_about_as_many_words_are_broken_as_was_asked_for(share: float) -> None:
    shares = [
        _broken_share(SENTENCE, noisy(SENTENCE, share, random.Random(seed))) for seed in range(20)
    ]
    # A little less: the short form of "asli" is "asli".
    assert 0.9 * share <= sum(shares) / len(shares) <= 1.05 * share


def test_without_noise_nothing_changes() -> None:
    assert noisy("kak, agen minta paspor", 0.0, random.Random(1)) == "kak, agen minta paspor"


def test_all_words_may_be_broken() -> None:
    broken = noisy(SENTENCE, 1.0, random.Random(1))
    assert _broken_share(SENTENCE, broken) > 0.85


@given(st.text(max_size=60), st.floats(0, 1), st.integers())
def test_any_text_keeps_its_words_in_number_and_order(text: str, share: float, seed: int) -> None:
    words, broken = text.split(), noisy(text, share, random.Random(seed)).split(" ")
    assert len(broken) == max(1, len(words))
    for word, other in zip(words, broken):
        if len(word) < SHORTEST:
            assert other == word
        # The first letter is the one that people get right.
        assert other[:1] == word[:1]


@given(st.from_regex(r"[a-z]{3,12}", fullmatch=True), st.integers())
def test_an_error_is_one_slip_of_the_finger_or_the_short_form_of_an_sms(
    word: str, seed: int
) -> None:
    broken = noisy(word, 1.0, random.Random(seed))
    short = word[0] + re.sub("[aiueo]", "", word[1:-1]) + word[-1]
    assert broken == short or DamerauLevenshtein.distance(word, broken) <= 1


def test_every_kind_of_error_is_made() -> None:
    made = {noisy("paspor", 1.0, random.Random(seed)) for seed in range(300)}
    for kind in ("pspr", "papor", "pasppor", "papsor", "padpor"):
        assert kind in made, kind


@pytest.mark.parametrize("word", ["PASPOR", "0812", "🙏🙏🙏", "a-b-c"])
def test_what_has_no_neighbour_on_the_keyboard_is_no_obstacle(word: str) -> None:
    for seed in range(50):
        assert noisy(word, 1.0, random.Random(seed))
