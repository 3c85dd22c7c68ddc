"""Locks that one process of an installation holds, and that end with it."""

from __future__ import annotations

import fcntl
import os
import zlib
from contextlib import suppress

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.storage.database import Database

# The first half of an advisory lock's key on PostgreSQL: ours, not another program's.
_SPACE = zlib.crc32(b"suluh") & 0x7FFFFFFF


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
