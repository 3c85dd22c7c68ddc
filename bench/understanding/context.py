"""What is only understood from what came before, and messages that want two things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.understanding.sets import FollowUp, TwoWishes
from bot.engine.assistant import Assistant


@dataclass(frozen=True)
class Wishes:
    """Shares, 0 to 1, and how many messages with one wish were offered another."""

    first: float
    other: float
    both: float
    offered_without_need: int
    of: int


def served(assistant: Assistant, items: Sequence[FollowUp], *, alone: bool = False) -> float:
    """The share of follow-ups that get an answer which serves; `alone` without what came before."""
    hits = 0
    for item in items:
        guess = assistant.understand(item.text, after=None if alone else item.after)
        hits += guess.label.removeprefix("faq/") in item.right and guess.sure
    return hits / len(items)


def wishes(assistant: Assistant, items: Sequence[TwoWishes]) -> Wishes:
    first = other = both = offered = 0
    single = [item for item in items if item.other is None]
    for item in items:
        main, second = assistant.understand_wishes(item.text)
        offer = second.label if second else None
        first += main.label == item.first
        other += offer == item.other
        both += (main.label, offer) == (item.first, item.other)
        offered += item.other is None and offer is not None
    count = len(items)
    return Wishes(first / count, other / count, both / count, offered, len(single))
