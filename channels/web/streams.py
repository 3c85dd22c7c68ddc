"""Wakes the open streams of conversations that have something new."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from sqlalchemy import func, select

from bot.storage.bell import BellThread
from bot.storage.database import Database
from bot.storage.tables import outbox

# On PostgreSQL a lower row number may become visible after a higher one: look back.
LOOK_BACK = 200


class Streams:
    """One look at the outbox per commit, however many streams are open."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watching: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._seen = 0
        self._newest: dict[str, int] = {}
        self.ended = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bell = BellThread(database, self._on_ring)

    def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        with self._database.read() as connection:
            self._seen = connection.execute(select(func.max(outbox.c.id))).scalar() or 0
        self._bell.start()

    def end_all(self) -> None:
        """Ends the open streams, so that the server can stop; pages come back by themselves."""
        self.ended = True
        self.wake(list(self._watching))

    def close(self) -> None:
        self._bell.stop()

    @asynccontextmanager
    async def watch(self, conversation_id: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever the conversation may have something new."""
        bell = asyncio.Event()
        self._watching[conversation_id].add(bell)
        try:
            yield bell
        finally:
            self._watching[conversation_id].discard(bell)
            if not self._watching[conversation_id]:
                del self._watching[conversation_id]

    def wake(self, conversation_ids: Iterable[str]) -> None:
        for conversation_id in conversation_ids:
            for bell in self._watching.get(conversation_id, ()):
                bell.set()

    def _on_ring(self) -> None:
        """Runs in the bell's thread."""
        if not self._watching or self._loop is None or self._loop.is_closed():
            return
        with self._database.read() as connection:
            rows = connection.execute(
                select(outbox.c.conversation_id, func.max(outbox.c.id))
                .where(outbox.c.id > self._seen - LOOK_BACK)
                .group_by(outbox.c.conversation_id)
            ).all()
        if not rows:
            return
        self._seen = max(self._seen, *(row[1] for row in rows))
        newest = {row[0]: row[1] for row in rows}
        grown = [whose for whose, last in newest.items() if last > self._newest.get(whose, 0)]
        # Whoever is not among the recent ones any more cannot be looked back at, either.
        self._newest = newest
        if grown:
            self._loop.call_soon_threadsafe(self.wake, grown)
