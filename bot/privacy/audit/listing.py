"""The trail as it is read: the newest entries first, some of them picked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import Select

from bot.storage.tables import audit

# Without the hashes.
_READ = tuple(audit.c[name] for name in ("seq", "at", "actor", "act", "about", "detail", "count"))


@dataclass(frozen=True)
class Chosen:
    """Which entries; each None takes all. In milliseconds since 1970, `until` not included."""

    since: int | None = None
    until: int | None = None
    actor: str | None = None
    act: str | None = None


def count(connection: Connection, chosen: Chosen) -> int:
    """How many there are."""
    query = _picked(select(func.count()).select_from(audit), chosen)
    number: int = connection.execute(query).scalar_one()
    return number


def newest(connection: Connection, chosen: Chosen, *, skip: int, most: int) -> list[Row]:
    """The newest ones, after some that are skipped."""
    query = _picked(select(*_READ), chosen).order_by(audit.c.seq.desc())
    return list(connection.execute(query.offset(skip).limit(most)).all())


def oldest_first(connection: Connection, chosen: Chosen) -> Iterator[Row]:
    """All of them, in the order in which they were written, a few in memory at a time."""
    streaming = connection.execution_options(stream_results=True)
    yield from streaming.execute(_picked(select(*_READ), chosen).order_by(audit.c.seq)).yield_per(
        500
    )


def _picked(query: Select, chosen: Chosen) -> Select:
    if chosen.since is not None:
        query = query.where(audit.c.at >= chosen.since)
    if chosen.until is not None:
        query = query.where(audit.c.at < chosen.until)
    if chosen.actor is not None:
        query = query.where(audit.c.actor == chosen.actor)
    if chosen.act is not None:
        query = query.where(audit.c.act == chosen.act)
    return query
