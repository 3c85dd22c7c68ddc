"""Shares and errors over results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.understanding.sets import Item
from bot.nlu.labels import OUT_OF_SCOPE
from bot.triage import levels

URGENT, ORDINARY = levels.URGENT, levels.ORDINARY
BINS = 10


@dataclass(frozen=True)
class Result:
    """A sentence and the first guess. `sure` when it is answered instead of asked back."""

    item: Item
    guess: str
    confidence: float
    sure: bool = True
    level: str = ORDINARY

    @property
    def right(self) -> bool:
        return self.guess == self.item.label


def in_scope(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.item.label != OUT_OF_SCOPE]


def out_of_scope(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.item.label == OUT_OF_SCOPE]


def right(results: Sequence[Result]) -> float:
    """The share whose first guess is right, 0 to 1."""
    return _share(results, [result.right for result in results])


def wrongly_answered(results: Sequence[Result]) -> float:
    """The share that gets an answer to something else, 0 to 1; asking back is no answer."""
    return _share(results, [r.sure and not r.right and r.guess != OUT_OF_SCOPE for r in results])


def calibration_error(results: Sequence[Result]) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al. 2017)."""
    error = 0.0
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        inside = [r for r in results if low < r.confidence <= high]
        if inside:
            confidence = sum(r.confidence for r in inside) / len(inside)
            hits = sum(r.right for r in inside) / len(inside)
            error += abs(hits - confidence) * len(inside) / len(results)
    return error


def found_urgent(results: Sequence[Result]) -> tuple[int, int]:
    """How many cries for help were taken for one, and of how many."""
    urgent = [r for r in results if r.item.level == URGENT]
    return sum(r.level == URGENT for r in urgent), len(urgent)


def raised_ordinary(results: Sequence[Result]) -> tuple[int, int]:
    """How many ordinary messages were taken for a cry for help, and of how many."""
    ordinary = [r for r in results if r.item.level == ORDINARY]
    return sum(r.level == URGENT for r in ordinary), len(ordinary)


def confusions(results: Sequence[Result], most: int) -> list[tuple[str, str, int]]:
    """What was taken for what, the most frequent first."""
    wrong = Counter((r.item.label, r.guess) for r in results if not r.right)
    return [(label, guess, count) for (label, guess), count in wrong.most_common(most)]


def _share(results: Sequence[Result], hits: Sequence[bool]) -> float:
    return sum(hits) / len(results) if results else 0.0
