"""How often receipts may be tried, so that guessing one is hopeless.

A conversation has three free tries; after each further failure it waits, 1, 2, 4 ... up to 60
minutes, and a day without failures forgets them. All together may fail 1,000 times an hour:
then whoever has failed in that hour waits for its end, and who has not still gets a try.

What the holder of a receipt is asked about is counted by the tip, in whatever conversation: a
place is guessed in a hundred tries, and new conversations cost nothing.

Every function belongs to a transaction of the caller. Failures are counted by one statement
that adds, so that two workers who count at once both count. What is forgotten is deleted by
`bot.privacy.retention`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from bot.storage.tables import receipt_tries

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

FREE_TRIES = 3
LONGEST_WAIT_MS = 60 * MINUTE_MS
MOST_IN_AN_HOUR = 1_000

EVERYBODY = "*"

_tries = receipt_tries.c
# The n-th failure and the wait after it.
_WAITS = {FREE_TRIES + step: 2**step * MINUTE_MS for step in range(6)}


def may_try(connection: Connection, scope: str, now: int) -> int:
    """How many milliseconds a conversation or a tip has to wait for its next try; 0 when none."""
    rows = connection.execute(select(receipt_tries).where(_tries.scope.in_((scope, EVERYBODY))))
    found = {row.scope: row for row in rows}
    own, everybody = found.get(scope), found.get(EVERYBODY)
    if own is None:
        return 0
    until = int(own.blocked_until)
    if everybody is not None and own.since >= everybody.since:
        until = max(until, everybody.blocked_until)
    return max(0, until - now)


def failed(connection: Connection, scope: str, now: int) -> None:
    """Counts a receipt that was none, or for a tip a fact that was wrong."""
    # Whoever counts takes the row of all together last, and holds it the shortest.
    _count(connection, scope, now, _of_one(now))
    _count(connection, EVERYBODY, now, _of_all(now))


def succeeded(connection: Connection, scope: str) -> None:
    """Gives the free tries back.

    When it last failed stays known: a receipt of one's own must not lift the limit for all.
    """
    connection.execute(
        update(receipt_tries).where(_tries.scope == scope).values(failures=0, blocked_until=0)
    )


def _count(connection: Connection, scope: str, now: int, changes: dict[str, Any]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    first = {"scope": scope, "failures": 1, "since": now, "blocked_until": 0}
    connection.execute(
        dialect.insert(receipt_tries)
        .values(first)
        .on_conflict_do_update(index_elements=[_tries.scope], set_=changes)
    )


def _of_one(now: int) -> dict[str, Any]:
    """Of a conversation `since` is its latest failure."""
    failures = _failures_within(DAY_MS, now)
    waits = [(failures == number, now + wait) for number, wait in _WAITS.items()]
    until = case((failures < FREE_TRIES, 0), *waits, else_=now + LONGEST_WAIT_MS)
    return {"failures": failures, "since": now, "blocked_until": until}


def _of_all(now: int) -> dict[str, Any]:
    """Of all together `since` is the beginning of the hour."""
    failures = _failures_within(HOUR_MS, now)
    since = case((_tries.since <= now - HOUR_MS, now), else_=_tries.since)
    until = case((failures >= MOST_IN_AN_HOUR, since + HOUR_MS), else_=0)
    return {"failures": failures, "since": since, "blocked_until": until}


def _failures_within(period: int, now: int) -> ColumnElement:
    return case((_tries.since <= now - period, 1), else_=_tries.failures + 1)
