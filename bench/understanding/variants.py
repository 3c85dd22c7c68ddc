"""The classifier without Rasa around it: cross-validation, and what each part is worth."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench.understanding import sets
from bench.understanding.measures import Result
from bench.understanding.sets import Item
from bot.nlu.defaults import DEFAULTS
from bot.nlu.linear_model import LinearModel
from bot.nlu.vectoriser import Kinds

Example = tuple[str, str]
FOLDS = 5
SETTINGS = DEFAULTS | sets.classifier_settings()
WHOLE = Kinds(piece_weight=SETTINGS["piece_weight"], min_texts=SETTINGS["min_texts"])


@dataclass(frozen=True)
class Variant:
    """A way to build the classifier, under the name that the report gives it."""

    name: str
    kinds: Kinds
    examples: Callable[[Sequence[Example]], Sequence[Example]] = lambda given: given


def _half(given: Sequence[Example]) -> Sequence[Example]:
    return random.Random(0).sample(list(given), len(given) // 2)


VARIANTS = (
    Variant("whole", WHOLE),
    Variant("without the normaliser", replace(WHOLE, normalise=False)),
    Variant("without words by their bones", replace(WHOLE, bones=False)),
    Variant("without pairs of words", replace(WHOLE, pairs=False)),
    Variant("without pieces of words", replace(WHOLE, piece_weight=0.0)),
    Variant("whole words only", Kinds(pairs=False, bones=False, piece_weight=0.0)),
    Variant("with half of the examples", WHOLE, _half),
)


def fit(given: Sequence[Example], kinds: Kinds = WHOLE, *, calibrated: bool = True) -> LinearModel:
    held_out = SETTINGS["calibration_share"] if calibrated else 0.0
    return LinearModel.fit(given, kinds, strength=SETTINGS["C"], held_out=held_out)


def first_guesses(model: LinearModel, items: Sequence[Item]) -> list[Result]:
    """The likeliest label of each sentence, however likely."""
    results = []
    for item in items:
        odds = model.odds(model.scores(item.text))
        best = int(odds.argmax())
        results.append(Result(item, model.labels[best], float(odds[best])))
    return results


def cross_validate(given: Sequence[Example], kinds: Kinds = WHOLE) -> list[Result]:
    """First guesses for every example by a model that was not trained on it."""
    shuffled = list(given)
    random.Random(0).shuffle(shuffled)
    results: list[Result] = []
    for fold in range(FOLDS):
        rest = [e for i, e in enumerate(shuffled) if i % FOLDS != fold]
        model = fit(rest, kinds, calibrated=False)
        held_out = [Item(text, label, "") for text, label in shuffled[fold::FOLDS]]
        results += first_guesses(model, held_out)
    return results
