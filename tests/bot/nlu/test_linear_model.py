"""A linear model without Rasa around it: what it learns, and how sure it says it is."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.linear_model import ARRAYS_FILE, NAMES_FILE, LinearModel
from bot.nlu.vectoriser import Kinds

SENTENCES = {
    "gaji": "gaji {} tidak dibayar|upah {} belum dibayar|gaji {} dipotong agen|gaji {} telat",
    "paspor": "paspor {} ditahan|paspor {} dipegang agen|paspor {} diambil|visa dan paspor {}",
    "salam": "halo {}|selamat pagi {}|hai {} apa kabar|assalamualaikum {}",
}
SOMEBODY = "saya|kami|teman|adik|istri|bapak"
EXAMPLES = [
    (sentence.format(who), label)
    for label, sentences in SENTENCES.items()
    for sentence in sentences.split("|")
    for who in SOMEBODY.split("|")
]
KINDS = Kinds(min_texts=1)


def _fit(
    examples: list[tuple[str, str]] = EXAMPLES, *, kinds: Kinds = KINDS, held_out: float = 0.25
) -> LinearModel:
    return LinearModel.fit(examples, kinds, strength=0.5, held_out=held_out)


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return _fit()


def _best(model: LinearModel, text: str) -> str:
    return model.labels[int(model.scores(text).argmax())]


def test_labels_are_sorted_whatever_the_order_of_the_examples(model: LinearModel) -> None:
    assert model.labels == ["gaji", "paspor", "salam"]
    assert _fit(EXAMPLES[::-1]).labels == model.labels


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("gaji sepupu tidak dibayar", "gaji"),
        ("upah tetangga", "gaji"),
        ("pasporku diambil", "paspor"),
        ("pspr dthn", "paspor"),
        ("selamat siang", "salam"),
    ],
)
def test_what_was_not_learnt_by_heart_is_recognised(
    model: LinearModel, text: str, label: str
) -> None:
    assert _best(model, text) == label


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_odds_are_odds_and_keep_the_order_of_the_scores(model: LinearModel, text: str) -> None:
    scores = model.scores(text)
    odds = model.odds(scores)
    assert len(odds) == len(model.labels)
    assert float(odds.sum()) == pytest.approx(1.0, abs=1e-5)
    assert (odds > 0).all()
    assert int(odds.argmax()) == int(scores.argmax())


def test_large_margins_do_not_overflow(model: LinearModel) -> None:
    odds = model.odds(np.array([1e6, -1e6, 0.0]))
    assert odds.tolist() == [1.0, 0.0, 0.0]


def test_a_text_without_a_known_feature_is_judged_by_what_is_frequent(model: LinearModel) -> None:
    scores = {tuple(model.scores(text).tolist()) for text in ("", "🙏", "??", "ççç")}
    assert len(scores) == 1


def test_without_calibration_the_margins_stay_as_they_are() -> None:
    assert _fit(held_out=0.0).temperature == 1.0


def _sureness(model: LinearModel, examples: list[tuple[str, str]]) -> float:
    return float(np.mean([model.odds(model.scores(text)).max() for text, _ in examples]))


def test_calibration_makes_it_as_sure_as_it_may_be(model: LinearModel) -> None:
    """Sure where what was held out came out right, unsure where the labels were noise."""
    labels = [label for _, label in EXAMPLES]
    random.Random(1).shuffle(labels)
    noise = [(text, label) for (text, _), label in zip(EXAMPLES, labels)]
    confused = _fit(noise)
    assert confused.temperature > 1.0 > model.temperature
    assert _sureness(model, EXAMPLES) > 0.95
    assert _sureness(confused, noise) < 0.6


def test_calibration_changes_how_sure_it_is_and_not_what_it_means(model: LinearModel) -> None:
    plain = _fit(held_out=0.0)
    for text, _ in EXAMPLES:
        assert np.array_equal(plain.scores(text), model.scores(text))


@pytest.mark.parametrize(
    "kinds",
    [
        KINDS,
        Kinds(normalise=False, pairs=False, bones=False, piece_weight=0.0, min_texts=2),
    ],
)
def test_a_model_from_disk_is_the_model_that_was_saved(kinds: Kinds, tmp_path: Path) -> None:
    model = _fit(kinds=kinds)
    model.save(tmp_path)
    loaded = LinearModel.load(tmp_path)
    assert loaded.labels == model.labels
    assert loaded.temperature == model.temperature
    assert loaded.vectoriser.kinds == kinds
    for text in ("dak biso ambik pspr", "gaji saya", "", "🙏 halo"):
        assert np.array_equal(loaded.scores(text), model.scores(text))


def test_a_model_on_disk_is_plain_arrays_and_json(model: LinearModel, tmp_path: Path) -> None:
    """So that reading one never runs code."""
    model.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [ARRAYS_FILE, NAMES_FILE]
    names = json.loads((tmp_path / NAMES_FILE).read_text("utf-8"))
    assert names["labels"] == model.labels
    with np.load(tmp_path / ARRAYS_FILE, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype in (np.int16, np.float32) for name in arrays.files)


def test_training_again_gives_the_same_model(model: LinearModel) -> None:
    again = _fit()
    assert again.temperature == model.temperature
    for text, _ in EXAMPLES:
        assert np.array_equal(again.scores(text), model.scores(text))


def test_more_weight_on_a_class_of_features_is_felt() -> None:
    """ "pasporku" is known by its pieces only."""
    words_only = _fit(kinds=Kinds(min_texts=1, bones=False, piece_weight=0.0), held_out=0.0)
    with_pieces = _fit(held_out=0.0)
    assert np.array_equal(words_only.scores("pasporku"), words_only.scores(""))
    assert not np.array_equal(with_pieces.scores("pasporku"), with_pieces.scores(""))
