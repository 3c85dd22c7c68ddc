"""Reports as they are seen unopened: which there are, how grave, how many are alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.engine import Connection, Row

from bot.storage.tables import tip_marks, tips

# The graver first, then the older.
_GRAVITY = {"darurat": 0, "tinggi": 1, "biasa": 2}
# Without what is sealed: of thousands that would be all of the work.
_COLUMNS = [
    tips.c[name] for name in ("id", "state", "level", "filed_at", "retain_until", "held_at")
]


@dataclass(frozen=True)
class Listed:
    """A report as it is seen unopened. `filed_at` is an hour, in milliseconds since 1970.

    `matches` counts other reports that name a number, account, link or company of this one.
    """

    id: str
    state: str
    level: str
    filed_at: int
    retain_until: int
    is_held: bool
    matches: int


@dataclass(frozen=True)
class Wanted:
    """Which reports are looked for; what is None or empty leaves none out.

    Attributes:
        states: Only these.
        but: None of these.
        level: Only this one.
        ids: Only these.
    """

    states: Collection[str] = ()
    but: Collection[str] = ()
    level: str = ""
    ids: Collection[str] | None = None


def everything(connection: Connection) -> list[Listed]:
    """All reports, the gravest first and of these the oldest."""
    rows = _rows(connection, Wanted())
    others = _matches(connection)
    return [listed(row, others.get(row.id, 0)) for row in rows]


def some(connection: Connection, wanted: Wanted, begin: int, most: int) -> tuple[int, list[Listed]]:
    """A part of the reports that are looked for, in the same order.

    Returns:
        How many there are, and of these the ones from `begin` on, `most` of them.
    """
    rows = _rows(connection, wanted)
    shown = rows[begin : begin + most]
    others = _matches(connection, [row.id for row in shown])
    return len(rows), [listed(row, others.get(row.id, 0)) for row in shown]


def listed(row: Row, matches: int) -> Listed:
    """A row of `tips` as it is listed."""
    return Listed(
        row.id,
        row.state,
        row.level,
        row.filed_at,
        row.retain_until,
        row.held_at is not None,
        matches,
    )


def _rows(connection: Connection, wanted: Wanted) -> list[Row]:
    query = select(*_COLUMNS)
    if wanted.states:
        query = query.where(tips.c.state.in_(wanted.states))
    if wanted.but:
        query = query.where(tips.c.state.not_in(wanted.but))
    if wanted.level:
        query = query.where(tips.c.level == wanted.level)
    # Sought among thousands they are too many for a condition.
    ids = wanted.ids
    rows = [row for row in connection.execute(query) if ids is None or row.id in ids]
    return sorted(rows, key=lambda row: (_GRAVITY[row.level], row.filed_at, row.id))


def _matches(connection: Connection, of: Sequence[str] | None = None) -> dict[str, int]:
    """How many other reports share a mark with each, or with each of some."""
    query = select(tip_marks)
    if of is not None:
        mine = tip_marks.alias("mine")
        own = select(mine.c.kind, mine.c.mark).where(mine.c.tip_id.in_(of))
        query = query.where(tuple_(tip_marks.c.kind, tip_marks.c.mark).in_(own))
    shared = _groups(connection.execute(query))
    # The report itself is in each of its groups.
    return {
        tip_id: len(groups[0] if len(groups) == 1 else set().union(*groups)) - 1
        for tip_id, groups in shared.items()
        if of is None or tip_id in of
    }


def _groups(marks: Iterable[Row]) -> dict[str, list[set[str]]]:
    """The sets of reports with a mark in common in which each report is."""
    named: dict[tuple[str, bytes], set[str]] = {}
    for row in marks:
        named.setdefault((row.kind, bytes(row.mark)), set()).add(row.tip_id)
    shared: dict[str, list[set[str]]] = {}
    for group in named.values():
        if len(group) > 1:
            for tip_id in group:
                shared.setdefault(tip_id, []).append(group)
    return shared
