"""Which numbers of a breakdown may be shown, so that no small group can be told.

A group of one to four is hidden, and of the others as many, from the smallest on, that subtracting
what is shown from the total leaves every hidden group anything from none to five. Which of the
hidden ones is the small one is therefore not said either. Zeros stand where nothing is hidden;
else they are hidden, too: a group that is known to be empty would narrow the others.

docs/figures.md has the reasons, tests/bot/figures/test_hiding.py the attackers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Fewer than this are nobody's business: they could be somebody.
SMALLEST_GROUP = 5


@dataclass(frozen=True)
class Breakdown:
    """What may be shown of a number and its groups; None stands for what is hidden.

    Attributes:
        total: All groups together.
        groups: Each group by its name, in the order given.
    """

    total: int | None
    groups: Mapping[str, int | None]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is hidden."""
        return self.total is not None and None not in self.groups.values()

    @property
    def shown(self) -> dict[str, int]:
        return {name: count for name, count in self.groups.items() if count is not None}

    @property
    def rest(self) -> int | None:
        """The hidden groups together, which anybody can work out; None where that is hidden."""
        return None if self.total is None else self.total - sum(self.shown.values())


def broken_down(counts: Mapping[str, int]) -> Breakdown:
    """A total and its groups, of which those that must not be told are hidden.

    Args:
        counts: Of every group there is, those without anybody as well. Every table of the same
            persons has to be of the same total.
    """
    total = sum(counts.values())
    if is_small(total):
        return Breakdown(None, dict.fromkeys(counts))
    ordered = sorted(counts, key=lambda name: counts[name])
    hidden = frozenset(ordered[: _how_many_hidden([counts[name] for name in ordered])])
    return Breakdown(total, {name: None if name in hidden else counts[name] for name in counts})


def is_small(count: int) -> bool:
    return 0 < count < SMALLEST_GROUP


def _how_many_hidden(counts: Sequence[int]) -> int:
    """How many of these, which go from the smallest up, are hidden."""
    if not any(is_small(count) for count in counts):
        return 0
    number = sum(count < SMALLEST_GROUP for count in counts)
    while number < len(counts) and not _hides(counts[:number], counts[number]):
        number += 1
    return number


def _hides(hidden: Sequence[int], smallest_shown: int) -> bool:
    """Whether each of these could still be anything from none to five.

    Whoever knows their sum knows also that none is larger than what is shown: any one of them is
    free only as long as the others alone could make up the sum.
    """
    others, total = len(hidden) - 1, sum(hidden)
    return others > 0 and SMALLEST_GROUP <= total <= others * smallest_shown


@dataclass(frozen=True)
class Share:
    """A part of a whole in percent, rounded; `is_least` where it is only said to be so at least."""

    percent: int
    is_least: bool = False


def share(of: Breakdown, name: str) -> Share | None:
    """The share of a group, as exact as may be told.

    Where fewer than five are outside of it that is said and no more: "at least".
    """
    if not of.total:
        return None
    if (count := of.groups[name]) is not None:
        return Share(round(100 * count / of.total))
    return None


def share_at_least(total: int, inside: int) -> Share | None:
    """What may be told of a share whose parts are hidden: that fewer than five are outside."""
    if total < 2 * SMALLEST_GROUP or total - inside >= SMALLEST_GROUP:
        return None
    return Share(100 * (total - SMALLEST_GROUP + 1) // total, is_least=True)
