"""Figures, and the aims they are held against."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number. `aim` is in words: what was hoped for and what is the most."""

    name: str
    value: float
    unit: str
    aim: str = ""
    note: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def show(figure: Figure) -> None:
    aim = f"aim {figure.aim}" if figure.aim else ""
    print(
        f"{figure.name:<52} {figure.value:>10.2f} {figure.unit:<8} {aim:<24} {figure.note}",
        flush=True,
    )
