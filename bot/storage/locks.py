"""Locks that one process of an installation holds, and the order in which rows are locked.

On PostgreSQL two transactions that lock the same rows in different orders wait for each other,
until PostgreSQL ends one of them. So every transaction locks

1. conversations, several of them in the order of their ids: `lock_conversations`;
2. then rows of the inbox, of the outbox and attachments, several in the order of their ids;
3. contacts;
4. the end of the trail of what staff did last. `Database.write` writes it when all else is done.

Whoever changes a contact, a row of the inbox, or what waits in a conversation holds the lock on
that conversation. Only single messages move without it, when they were sent or somebody reports
on them; `Outbox` therefore locks several in their order before it changes them. A tip is locked
after the conversations that know it, several tips in the order of their ids.

A contact and a conversation that are made do not wait for what others hold, but for others who
make the same: the door makes them before it locks anything, in the order of their addresses.
Whoever skips what is locked (SKIP LOCKED) waits for nobody, and may come in any order. SQLite has
one lock for everything, which `Database.write` takes at the beginning.
"""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Collection
from contextlib import suppress

from sqlalchemy import bindparam, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.storage.database import Database
from bot.storage.tables import conversations

# The first half of an advisory lock's key on PostgreSQL: ours, not another program's.
_SPACE = zlib.crc32(b"suluh") & 0x7FFFFFFF

_LOCK = (
    select(conversations.c.id)
    .where(conversations.c.id.in_(bindparam("whose", expanding=True)))
    .order_by(conversations.c.id)
    .with_for_update()
)


def lock_conversations(connection: Connection, conversation_ids: Collection[str]) -> None:
    """Nobody else changes these conversations until the end of the transaction.

    The first thing that a transaction locks; on SQLite a writer is alone already.
    """
    if conversation_ids and connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"whose": list(conversation_ids)})


class ProcessLock:
    """A named lock. A process that dies, however it dies, gives it back at once.

    SQLite: a lock on a file beside the database. PostgreSQL: an advisory lock of a session.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._descriptor: int | None = None
        self._session: Connection | None = None

    def hold(self) -> bool:
        """Takes the lock, or makes sure that it is still held.

        Returns:
            Whether it is held now.
        """
        return self._hold_file() if self._database.is_sqlite else self._hold_session()

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if self._session is not None:
            with suppress(SQLAlchemyError):
                self._session.invalidate()
                self._session.close()
            self._session = None

    def _hold_file(self) -> bool:
        if self._descriptor is not None:
            return True
        path = f"{self._database.url.database}-{self._name}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def _hold_session(self) -> bool:
        if self._session is not None:
            try:
                self._session.execute(text("SELECT 1"))
                return True
            except SQLAlchemyError:
                self.release()
        session = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        key = {"space": _SPACE, "name": zlib.crc32(self._name.encode()) & 0x7FFFFFFF}
        taken = session.execute(text("SELECT pg_try_advisory_lock(:space, :name)"), key).scalar()
        if not taken:
            session.close()
            return False
        self._session = session
        return True
