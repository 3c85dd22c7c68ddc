"""How long something took, kept as plain counts of steps of a ladder and never one by one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from bot.figures.hiding import SMALLEST_GROUP

# The steps in seconds; among them the targets of each level. What took longer counts for the last.
STEPS = (30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14400, 28800, 86400, 259200)
# A ninetieth percentile of fewer is the time of the one who waited longest.
FEWEST_FOR_LONGEST = 10


def step(milliseconds: int) -> int:
    """The step within which something was done, in seconds."""
    seconds = max(0, milliseconds) / 1000
    return STEPS[min(bisect_left(STEPS, seconds), len(STEPS) - 1)]


def median(counts: Mapping[int, int]) -> int | None:
    """Within how many seconds half of them were done; None for fewer than five."""
    return _within(counts, 0.5) if sum(counts.values()) >= SMALLEST_GROUP else None


def nine_of_ten(counts: Mapping[int, int]) -> int | None:
    """Within how many seconds nine of ten were done; None for fewer than ten."""
    return _within(counts, 0.9) if sum(counts.values()) >= FEWEST_FOR_LONGEST else None


def _within(counts: Mapping[int, int], part: float) -> int:
    needed, reached = part * sum(counts.values()), 0
    for seconds in sorted(counts):
        reached += counts[seconds]
        if reached >= needed:
            return seconds
    raise ValueError("nothing was counted")
