"""The classifier without Rasa: what it is asked about, it never saw."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.understanding import variants
from bench.understanding.measures import Result, right
from bench.understanding.sets import Item
from bot.nlu.vectoriser import Kinds

KINDS = Kinds(min_texts=1)
LETTERS = "bcdfghjklmnpqrstvwxyz"
LABELS = ("satu", "dua", "tiga", "empat", "lima")
# No two examples share a piece of a word: whoever gets one right has seen it.
UNRELATED = [
    (f"{letter}{letter} {letter}a{letter}e{letter}", LABELS[number % len(LABELS)])
    for number, letter in enumerate(LETTERS[:20])
]


def _asked(results: list[Result]) -> Counter[tuple[str, str]]:
    return Counter((result.item.text, result.item.label) for result in results)


def test_each_example_is_asked_about_once() -> None:
    assert _asked(variants.cross_validate(UNRELATED, KINDS)) == Counter(UNRELATED)


def test_no_model_is_asked_about_what_it_was_trained_on() -> None:
    items = [Item(text, label, "") for text, label in UNRELATED]
    learnt = variants.fit(UNRELATED, KINDS, calibrated=False)
    # Learning by heart gets all of them; without having seen them it is a blind guess.
    assert right(variants.first_guesses(learnt, items)) == 1.0
    assert right(variants.cross_validate(UNRELATED, KINDS)) <= 0.4


def test_what_can_be_learnt_from_the_others_is_right() -> None:
    examples = [
        (f"{word} {letter}{letter}", label)
        for word, label in (("paspor", "satu"), ("gaji", "dua"), ("visa", "tiga"))
        for letter in LETTERS[:10]
    ]
    assert right(variants.cross_validate(examples, KINDS)) == 1.0


def test_the_same_folds_are_made_each_time() -> None:
    once, again = (variants.cross_validate(UNRELATED, KINDS) for _ in range(2))
    assert once == again


def test_a_first_guess_is_the_likeliest_label_however_unlikely() -> None:
    model = variants.fit(UNRELATED, KINDS, calibrated=False)
    (known, unknown) = variants.first_guesses(
        model, [Item(UNRELATED[0][0], "satu", ""), Item("🙏", "satu", "")]
    )
    assert known.right
    assert known.confidence > unknown.confidence > 0
    assert unknown.guess in LABELS


@pytest.mark.parametrize("variant", variants.VARIANTS, ids=lambda variant: str(variant.name))
def test_each_variant_leaves_out_what_its_name_says(variant: variants.Variant) -> None:
    examples = [(f"dak biso {letter}", label) for letter in LETTERS for label in LABELS[:3]]
    given = variant.examples(examples)
    vocabulary = variants.fit(given, variant.kinds, calibrated=False).vectoriser.vocabulary
    words_only = variant.name == "whole words only"
    assert ("w:tidak" in vocabulary) == (variant.name != "without the normaliser")
    assert ("w:%tdk" in vocabulary) == (
        variant.name not in ("without words by their bones", "without the normaliser")
        and not words_only
    )
    assert any(" " in name for name in vocabulary) == (
        variant.name != "without pairs of words" and not words_only
    )
    assert any(name.startswith("c:") for name in vocabulary) == (
        variant.name != "without pieces of words" and not words_only
    )
    assert len(given) == len(examples) // (2 if "half" in variant.name else 1)
    assert set(given) <= set(examples)


def test_the_whole_variant_is_the_classifier_that_is_served() -> None:
    assert variants.VARIANTS[0].name == "whole"
    assert variants.VARIANTS[0].kinds == variants.WHOLE
    assert variants.WHOLE.piece_weight == variants.SETTINGS["piece_weight"]
    assert variants.WHOLE.min_texts == variants.SETTINGS["min_texts"]
