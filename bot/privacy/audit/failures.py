"""Sign-ins that failed, counted: one entry stands for all within ten minutes.

Strangers can fail as often as they like, and must not fill the trail with it. What was typed as
a name is never kept, for it may be a password; and to whom it belongs is not looked at, so
that a name that exists takes as long as one that does not. Wrong codes come after the
password: there the member is known.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row

from bot.clock import now_ms
from bot.privacy.audit.acts import NOBODY, Act, note
from bot.storage.database import Database
from bot.storage.tables import audit_failures

TOGETHER_MS = 10 * 60_000
# No member is known.
UNKNOWN = ""

_failures = audit_failures.c


def count(connection: Connection, act: Act, whose: str = UNKNOWN) -> None:
    """Counts a failure. The transaction is one of `Database.write`."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    # Made first, so that it can be locked: of two at once both count.
    connection.execute(
        dialect.insert(audit_failures)
        .values(act=act.value, whose=whose, since=0, count=0)
        .on_conflict_do_nothing()
    )
    own = (_failures.act == act.value) & (_failures.whose == whose)
    row = connection.execute(select(audit_failures).where(own).with_for_update()).one()
    connection.execute(update(audit_failures).where(own).values(count=row.count + 1))
    if row.since <= now_ms() - TOGETHER_MS:
        _write(connection, act, whose, row.count + 1)


def settle(database: Database) -> None:
    """Writes down what was counted since the last entry, when nobody failed any more."""
    now = now_ms()
    with database.write() as connection:
        rows: list[Row] = connection.execute(
            select(audit_failures)
            .where(_failures.since <= now - TOGETHER_MS)
            .order_by(_failures.act, _failures.whose)
            .with_for_update()
        ).all()
        for row in rows:
            if row.count:
                _write(connection, Act(row.act), row.whose, row.count)


def _write(connection: Connection, act: Act, whose: str, how_many: int) -> None:
    connection.execute(
        update(audit_failures)
        .where((_failures.act == act.value) & (_failures.whose == whose))
        .values(since=now_ms(), count=0)
    )
    note(connection, act, by=whose or NOBODY, count=how_many)
