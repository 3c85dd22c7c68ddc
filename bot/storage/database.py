"""Connections: SQLite on one machine, PostgreSQL on several, the same code over both."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, inspect, select, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from bot.errors import OperatorError
from bot.storage import trail
from bot.storage.tables import SCHEMA_REVISION, installation

BUSY_TIMEOUT_MS = 10_000

KEY_CHECK = "key-check"
WRONG_KEY = (
    "The server key is not the one that this database was made with; nothing in it could be "
    "opened. Restore keys/server.key from the backup, or copy it from the first machine."
)
_KEY_CHECK = select(installation.c.value).where(installation.c.name == KEY_CHECK)


# Trouble of the database itself, which passes; whatever else it raises is about the values.
PASSING_TROUBLE = (OperationalError, InterfaceError, PoolTimeout)


class SchemaOutdated(OperatorError):
    """The database is not at the revision that this code was written for."""


class WrongKey(OperatorError):
    """The database was made with another server key."""


class Database:
    """Short transactions over one engine.

    `write` takes SQLite's write lock at its beginning (BEGIN IMMEDIATE), so two writers
    wait for each other instead of failing half-way; its commit is on disk when the block
    ends. `claim` is a write whose loss in a power cut is harmless.

    SQLite lets a writer that finds the lock taken sleep and try again, for up to 100 ms at a
    time, and others may slip in. Writers queue at a file lock instead, which the kernel
    hands on at once and takes back from a process that dies.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._relaxed = self.engine.execution_options(suluh_begin="IMMEDIATE", suluh_sync="NORMAL")
        self._durable = self.engine.execution_options(suluh_begin="IMMEDIATE", suluh_sync="FULL")
        self._trail_key: bytes | None = None

    def sign_with(self, key: bytes) -> None:
        """What staff do is chained with this key (32 bytes, `TRAIL_SUBKEY`) from now on."""
        self._trail_key = key

    @property
    def trail_key(self) -> bytes:
        """Raises:
        NoTrail: `sign_with` was not called.
        """
        if self._trail_key is None:
            raise trail.NoTrail("the database has no key for the trail")
        return self._trail_key

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with (
            self._turnstile(),
            self._durable.begin() as connection,
            # What was noted is written last: see `bot.storage.locks`.
            trail.written_last(connection, self._trail_key),
        ):
            yield connection

    @contextmanager
    def claim(self) -> Iterator[Connection]:
        with self._turnstile(), self._relaxed.begin() as connection:
            yield connection

    @contextmanager
    def _turnstile(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        # A descriptor for each pass: such a lock belongs to the descriptor, not the thread.
        descriptor = os.open(f"{self.url.database}-turn", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def close(self) -> None:
        self.engine.dispose()

    def tidy(self) -> None:
        """Moves SQLite's write-ahead log into the database, without making anybody wait."""
        if self.is_sqlite:
            self._checkpoint("PASSIVE")

    def close_words_for_good(self) -> bool:
        """After a deletion: leaves no copy of the words in SQLite's write-ahead log.

        Returns:
            Whether it is done; False when somebody read for so long that it has to be repeated.
        """
        if not self.is_sqlite:
            return True
        with self._turnstile():
            return self._checkpoint("TRUNCATE")

    def rewrite(self) -> bool:
        """Writes SQLite's file anew: now nothing at all is left of what was deleted.

        `secure_delete` zeroes what is freed, but not the copies that stay behind in a page when
        SQLite moves rows to another one. Whoever writes waits: a second or two for each 100 MB.

        Returns:
            As `close_words_for_good`.
        """
        if not self.is_sqlite:
            return True
        with self._turnstile():
            self._past_transactions("VACUUM")
            return self._checkpoint("TRUNCATE")

    def size(self) -> int | None:
        """Bytes of SQLite's file; None on PostgreSQL."""
        return Path(str(self.url.database)).stat().st_size if self.is_sqlite else None

    def _checkpoint(self, mode: str) -> bool:
        (is_busy, _, _) = self._past_transactions(f"PRAGMA wal_checkpoint({mode})")
        return not is_busy

    def _past_transactions(self, command: str) -> Any:
        """Past SQLAlchemy's own BEGIN: such a command does not run inside a transaction."""
        with self.engine.connect() as connection:
            cursor = connection.connection.cursor()
            row = cursor.execute(command).fetchone()
            cursor.close()
            return row

    def is_new(self) -> bool:
        """Whether no server key has been used here yet."""
        with self.read() as connection:
            return connection.execute(_KEY_CHECK).first() is None

    def adopt_key(self, check_value: bytes) -> None:
        """Remembers the server key of a new database, or refuses another one.

        Raises:
            WrongKey: What is stored was sealed with another key.
        """
        with self.write() as connection:
            known = connection.execute(_KEY_CHECK).scalar()
            if known is None:
                connection.execute(installation.insert().values(name=KEY_CHECK, value=check_value))
            else:
                _refuse_other_key(known, check_value)

    def require_key(self, check_value: bytes) -> None:
        """Refuses to work with a key that opens nothing here.

        Raises:
            WrongKey: What is stored was sealed with another key.
        """
        with self.read() as connection:
            known = connection.execute(_KEY_CHECK).scalar()
        _refuse_other_key(known, check_value)

    def require_schema(self) -> None:
        """Refuses to work on tables of another revision.

        Raises:
            SchemaOutdated: With the command that mends it.
        """
        with self.read() as connection:
            has_version = inspect(connection).has_table("alembic_version")
            found = (
                connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
                if has_version
                else None
            )
        if found != SCHEMA_REVISION:
            raise SchemaOutdated(
                f"The database is at revision {found or 'none'}, this program needs "
                f"{SCHEMA_REVISION}. Run: suluh migrate"
            )


def _refuse_other_key(known: bytes | None, check_value: bytes) -> None:
    if known is None or bytes(known) != check_value:
        raise WrongKey(WRONG_KEY)


def _sqlite_engine(url: str) -> Engine:
    # SQLAlchemy 1.4 gives SQLite files a NullPool; opening one costs more than a turn's reads.
    engine = create_engine(
        url, future=True, poolclass=QueuePool, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _configure(dbapi_connection: Any, _record: Any) -> None:
        # The driver's own BEGIN comes too late and is never IMMEDIATE: we send it.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute("PRAGMA foreign_keys = ON")
        # Left to itself SQLite tidies its log inside somebody's commit, which then takes
        # tens of milliseconds; `tidy` does it on the side, this is only the last resort.
        cursor.execute("PRAGMA wal_autocheckpoint = 20000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if sync := options.get("suluh_sync"):
            connection.exec_driver_sql(f"PRAGMA synchronous = {sync}")
        connection.exec_driver_sql(f"BEGIN {options.get('suluh_begin', 'DEFERRED')}")

    return engine


def _postgresql_engine(url: str) -> Engine:
    return create_engine(
        url,
        future=True,
        pool_pre_ping=True,
        pool_size=4,
        connect_args={
            # One stuck session must not hold up everybody else for ever.
            "options": (
                "-c lock_timeout=5000 -c statement_timeout=30000 "
                "-c idle_in_transaction_session_timeout=60000"
            ),
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        },
    )
