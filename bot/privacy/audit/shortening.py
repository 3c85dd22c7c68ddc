"""The oldest entries go when their time is over; the chain still holds."""

from __future__ import annotations

import logging

from sqlalchemy import func, select

from bot.privacy.audit import verifying
from bot.privacy.audit.acts import SYSTEM, Act, note
from bot.storage import trail
from bot.storage.database import Database
from bot.storage.tables import audit
from bot.storage.trail import Link

logger = logging.getLogger(__name__)

# A purge runs each hour: an entry about it each day is enough.
AT_LEAST_MS = 24 * 60 * 60_000


def shorten(database: Database, before: int) -> int:
    """Deletes the entries from before a moment, up to the first that is younger.

    What stays begins behind an anchor: the number and hash of the last that went, signed with
    the server key. Nothing goes where the chain does not hold: else whoever broke it would
    only have to make the entries look old.

    Returns:
        How many went.
    """
    last = _last_over(database, before)
    if last is None:
        return 0
    checked = verifying.verify(database, up_to=last.seq)
    if not checked.holds or checked.head != last:
        logger.error("the trail of staff does not hold and is not shortened: suluh audit verify")
        return 0
    with database.write() as connection:
        trail.lock(connection)
        gone: int = connection.execute(audit.delete().where(audit.c.seq <= last.seq)).rowcount
        # Another purge may have been faster, and further.
        if gone:
            trail.drop_anchor(connection, database.trail_key, last)
            note(connection, Act.TRAIL_SHORTENED, by=SYSTEM, count=gone)
    return gone


def _last_over(database: Database, before: int) -> Link | None:
    """The last of the oldest entries that are all over; None while they are only just."""
    with database.read() as connection:
        oldest = connection.execute(select(audit.c.at).order_by(audit.c.seq).limit(1)).scalar()
        if oldest is None or oldest >= before - AT_LEAST_MS:
            return None
        kept = connection.execute(
            select(func.min(audit.c.seq)).where(audit.c.at >= before)
        ).scalar()
        older = select(audit.c.seq, audit.c.mac).order_by(audit.c.seq.desc()).limit(1)
        row = connection.execute(older if kept is None else older.where(audit.c.seq < kept)).first()
    return None if row is None else Link(row.seq, bytes(row.mac))
