"""The plain counts of a quarter, put together by what is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.figures.quarters import Quarter
from bot.figures.tally import NOT_SAID
from bot.storage.tables import month_counts


class Counts:
    """The rows of `month_counts` of a quarter, added up one way or another."""

    def __init__(self, connection: Connection, quarter: Quarter) -> None:
        rows = month_counts.c
        self._rows = connection.execute(
            select(month_counts).where(rows.month.in_(quarter.months))
        ).all()

    def by_name(self, subject: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for row in self._rows:
            if row.subject == subject:
                found[row.name] += row.count
        return found

    def by_part(self, subject: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for row in self._rows:
            if row.subject == subject:
                found[row.part] += row.count
        return found

    def by_step(self, subject: str, name: str | None = None) -> dict[int, int]:
        found: Counter[int] = Counter()
        for row in self._rows:
            if row.subject == subject and name in (None, row.name):
                found[int(row.part)] += row.count
        return dict(found)


def filled(counts: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    """A fixed list of groups; whatever is none of them is one group at its end."""
    found = {name: counts.get(name, 0) for name in names}
    if others := sum(counts.values()) - sum(found.values()):
        found[NOT_SAID] = found.get(NOT_SAID, 0) + others
    return found


def of_total(
    counts: Mapping[str, int], names: Iterable[str], last: str, total: int
) -> dict[str, int]:
    """Groups of the same total as all tables of reports; the `last` one has what is left."""
    found = {name: counts.get(name, 0) for name in names}
    return {**found, last: max(0, total - sum(found.values()))}
