"""Tells the other processes that this one is alive, and tidies up on the side."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType

from sqlalchemy import select, update
from sqlalchemy.sql import Insert

from bot.clock import now_ms
from bot.privacy.identity import random_id
from bot.storage.database import Database
from bot.storage.tables import processes

logger = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
TIDY_SECONDS = 1.0
ALIVE_MS = 15_000


class Heartbeat:
    """A row of `processes` that is renewed while the block runs."""

    def __init__(self, database: Database, kind: str) -> None:
        self._database = database
        self._kind = kind
        self._id = random_id()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        now = now_ms()
        with self._database.claim() as connection:
            # Rows of processes that were killed are of no use to anybody.
            connection.execute(processes.delete().where(processes.c.seen_at < now - ALIVE_MS))
            connection.execute(self._row(now))
        self._thread.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join(timeout=BEAT_SECONDS)
        with self._database.claim() as connection:
            connection.execute(processes.delete().where(processes.c.id == self._id))

    def _row(self, now: int) -> Insert:
        return processes.insert().values(id=self._id, kind=self._kind, started_at=now, seen_at=now)

    def _beat(self) -> None:
        due = time.monotonic() + BEAT_SECONDS
        while not self._stopping.wait(TIDY_SECONDS):
            try:
                self._database.tidy()
                if time.monotonic() >= due:
                    due += BEAT_SECONDS
                    self._renew()
            except Exception as error:
                # This thread must outlive any trouble, or health would lie for ever.
                logger.warning("heartbeat missed: %s", type(error).__name__)

    def _renew(self) -> None:
        now = now_ms()
        with self._database.claim() as connection:
            renewed = connection.execute(
                update(processes).where(processes.c.id == self._id).values(seen_at=now)
            )
            if renewed.rowcount == 0:
                # Asleep for so long that another process took this one for dead.
                connection.execute(self._row(now))


def alive(database: Database, kind: str) -> int:
    """How many processes of a kind were seen within `ALIVE_MS`."""
    with database.read() as connection:
        rows = connection.execute(
            select(processes.c.id)
            .where(processes.c.kind == kind)
            .where(processes.c.seen_at >= now_ms() - ALIVE_MS)
        ).all()
    return len(rows)
