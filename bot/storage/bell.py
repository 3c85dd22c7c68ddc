"""Tells the other processes that something was committed.

PostgreSQL has LISTEN and NOTIFY. SQLite counts commits of other connections in
`PRAGMA data_version`; reading it costs a few microseconds, so it is asked every
`POLL_SECONDS`.
"""

from __future__ import annotations

import logging
import select
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Protocol

from sqlalchemy.engine import Connection

from bot.storage.database import Database

CHANNEL = "suluh"
POLL_SECONDS = 0.01
LISTEN_AGAIN_SECONDS = 0.5

logger = logging.getLogger(__name__)


def ring(connection: Connection) -> None:
    """Rings when the transaction of `connection` commits."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")


class Listener(Protocol):
    """Waits for the bell. Used from one thread at a time."""

    def wait(self, timeout: float) -> bool:
        """True when it rang within `timeout` seconds."""

    def close(self) -> None: ...


def listen(database: Database) -> Listener:
    return _SqliteListener(database) if database.is_sqlite else _PostgresqlListener(database)


class _SqliteListener:
    def __init__(self, database: Database) -> None:
        self._connection = sqlite3.connect(str(database.url.database), check_same_thread=False)
        self._seen = self._version()

    def _version(self) -> int:
        version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return version

    def wait(self, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while (version := self._version()) == self._seen:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return False
            time.sleep(min(POLL_SECONDS, remaining))
        self._seen = version
        return True

    def close(self) -> None:
        self._connection.close()


class _PostgresqlListener:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = self._connect()

    def _connect(self):  # type: ignore[no-untyped-def]  # psycopg2 has no types
        connection = self._database.engine.raw_connection()
        # Out of the pool for good: a listening connection must not be handed to others.
        connection.detach()
        connection.dbapi_connection.set_session(autocommit=True)
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        return connection.dbapi_connection

    def wait(self, timeout: float) -> bool:
        import psycopg2

        try:
            # Not `select`: it refuses descriptors above 1,023, which open streams use up.
            waiting = select.poll()
            waiting.register(self._connection.fileno(), select.POLLIN)
            waiting.poll(timeout * 1000)
            self._connection.poll()
        except psycopg2.Error:
            # The server was restarted: look at the queue once, then listen anew.
            time.sleep(min(timeout, 0.5))
            self._connection = self._connect()
            return True
        rang = bool(self._connection.notifies)
        self._connection.notifies.clear()
        return rang

    def close(self) -> None:
        self._connection.close()


class BellThread(threading.Thread):
    """Calls `on_ring` from its own thread each time the bell rings."""

    def __init__(self, database: Database, on_ring: Callable[[], None]) -> None:
        super().__init__(name="bell", daemon=True)
        self._database = database
        self._on_ring = on_ring
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except Exception as error:
                # Whatever it was: whoever waits for the bell must not wait for ever.
                logger.error("the bell is listened for anew: %s", type(error).__name__)
                self._stopping.wait(LISTEN_AGAIN_SECONDS)

    def _listen(self) -> None:
        listener = listen(self._database)
        try:
            while not self._stopping.is_set():
                if listener.wait(0.5):
                    self._on_ring()
        finally:
            listener.close()

    def stop(self) -> None:
        self._stopping.set()
        self.join(timeout=5)
