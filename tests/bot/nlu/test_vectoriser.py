"""Weights of n-grams: plain arrays that say what a text is about."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.vectoriser import Kinds, Vectoriser

TEXTS = ("paspor saya ditahan", "paspor dipegang agen", "gaji saya ditahan")
EVERYTHING = Kinds(min_texts=1, piece_weight=0.5)
BOUNDED = settings(max_examples=150, deadline=None)


def _weights(vectoriser: Vectoriser, text: str) -> dict[str, float]:
    """Weight of each feature by its name."""
    names = {index: name for name, index in vectoriser.vocabulary.items()}
    indices, values = vectoriser.transform(text)
    return {names[int(index)]: float(value) for index, value in zip(indices, values)}


def _length(weights: dict[str, float], prefix: str) -> float:
    return math.hypot(*(value for name, value in weights.items() if name.startswith(prefix)))


@pytest.mark.parametrize("weight", [0.5, 1.0, 1.4])
def test_words_have_length_one_and_pieces_the_length_they_are_given(weight: float) -> None:
    vectoriser = Vectoriser.fit(TEXTS, Kinds(min_texts=1, piece_weight=weight))
    weights = _weights(vectoriser, "paspor saya ditahan agen paspor")
    assert _length(weights, "w:") == pytest.approx(1.0, abs=1e-5)
    assert _length(weights, "c:") == pytest.approx(weight, abs=1e-5)


@BOUNDED
@given(st.text(st.sampled_from("paspor saya ditahn agen gji 0🙏?"), max_size=80))
def test_no_text_weighs_more_than_its_blocks_may(text: str) -> None:
    vectoriser = Vectoriser.fit(TEXTS, EVERYTHING)
    weights = _weights(vectoriser, text)
    assert all(value > 0 for value in weights.values())
    for prefix, most in (("w:", 1.0), ("c:", 0.5)):
        length = _length(weights, prefix)
        assert length == 0 or length == pytest.approx(most, abs=1e-5)


@BOUNDED
@given(st.text(max_size=120))
def test_a_feature_is_counted_once_for_any_text(text: str) -> None:
    indices, values = Vectoriser.fit(TEXTS, EVERYTHING).transform(text)
    assert len(indices) == len(values) == len(set(indices.tolist()))
    assert values.dtype == np.float32


def test_what_stands_in_too_few_texts_is_left_out() -> None:
    texts = ["paspor ditahan", "paspor hilang", "gaji gaji gaji"]
    kept = Vectoriser.fit(texts, Kinds(min_texts=2)).vocabulary
    assert "w:paspor" in kept
    # Three times, but in one text.
    assert "w:gaji" not in kept


def test_a_word_is_known_as_it_is_meant() -> None:
    vectoriser = Vectoriser.fit(["pasport sy", "paspor saya", "visa"], Kinds(min_texts=2))
    assert vectoriser.knows("paspor")
    assert not vectoriser.knows("visa")
    # A piece of a word is no word.
    assert "c:pasp" in vectoriser.vocabulary
    assert not vectoriser.knows("pasp")


@pytest.mark.parametrize("text", ["xyz", "", "🙏", "?!"])
def test_what_was_never_seen_weighs_nothing(text: str) -> None:
    indices, values = Vectoriser.fit(["paspor", "paspor"], EVERYTHING).transform(text)
    assert len(indices) == len(values) == 0


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    texts = ["saya paspor", "saya gaji", "saya visa", "saya kontrak"]
    weights = _weights(Vectoriser.fit(texts, EVERYTHING), "saya paspor")
    assert weights["w:paspor"] > weights["w:saya"]


def test_the_weight_of_a_feature_is_its_smoothed_inverse_frequency() -> None:
    vectoriser = Vectoriser.fit(TEXTS, EVERYTHING)
    # In two of three texts, in one of three.
    for name, expected in (("w:paspor", math.log(4 / 3) + 1), ("w:agen", math.log(4 / 2) + 1)):
        assert vectoriser.idf[vectoriser.vocabulary[name]] == pytest.approx(expected)


def test_saying_a_word_often_counts_for_less_each_time() -> None:
    vectoriser = Vectoriser.fit(["a b", "a b"], Kinds(pairs=False, bones=False, min_texts=1))
    once, eight = (_weights(vectoriser, text) for text in ("a b", "a a a a a a a a b"))
    ratio = eight["w:a"] / eight["w:b"]
    assert once["w:a"] == once["w:b"]
    assert ratio == pytest.approx(1 + math.log(8), rel=1e-5)


@pytest.mark.parametrize(
    ("kinds", "there", "missing"),
    [
        (Kinds(min_texts=1), ["w:tidak", "w:tidak bisa", "w:%tdk", "c:<ti", "c:%td"], []),
        (Kinds(min_texts=1, normalise=False), ["w:dak", "w:dak biso"], ["w:tidak", "w:bisa"]),
        (Kinds(min_texts=1, pairs=False), ["w:tidak"], ["w:tidak bisa", "w:%tdk %bs"]),
        (Kinds(min_texts=1, bones=False), ["w:tidak", "c:<ti"], ["w:%tdk", "c:%td"]),
        (Kinds(min_texts=1, piece_weight=0.0), ["w:tidak", "w:%tdk"], ["c:<ti", "c:%td"]),
    ],
)
def test_each_kind_of_feature_can_be_left_out(
    kinds: Kinds, there: list[str], missing: list[str]
) -> None:
    vocabulary = Vectoriser.fit(["dak biso", "dak biso"], kinds).vocabulary
    assert set(there) <= vocabulary.keys()
    assert not set(missing) & vocabulary.keys()


def test_a_text_is_read_the_way_the_vocabulary_was() -> None:
    """Else a word that was learnt as typed would never be found again."""
    as_typed = Vectoriser.fit(["dak biso"], Kinds(min_texts=1, normalise=False))
    assert "w:biso" in _weights(as_typed, "biso")
    as_meant = Vectoriser.fit(["dak biso"], Kinds(min_texts=1))
    assert _weights(as_meant, "tidak bisa") == _weights(as_meant, "dak biso")


def test_the_order_of_the_texts_changes_nothing() -> None:
    one, other = (Vectoriser.fit(texts, EVERYTHING) for texts in (TEXTS, TEXTS[::-1]))
    assert one.vocabulary == other.vocabulary
    assert (one.idf == other.idf).all()


@BOUNDED
@given(st.lists(st.sampled_from(["paspor", "ditahn", "gaji", "agen", "xyz"]), max_size=8))
def test_a_word_weighs_the_same_the_second_time(words: list[str]) -> None:
    text = " ".join(words)
    vectoriser = Vectoriser.fit(TEXTS, EVERYTHING)
    first = _weights(vectoriser, text)
    assert _weights(vectoriser, text) == first
    assert first == _weights(Vectoriser.fit(TEXTS, EVERYTHING), text)


def test_nothing_that_only_people_write_stays_in_memory() -> None:
    vectoriser = Vectoriser.fit(TEXTS, EVERYTHING)
    vectoriser.transform("paspor punya siti romlah ditahan")
    assert vectoriser._words.keys() == {"paspor", "ditahan"}
