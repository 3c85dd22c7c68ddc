"""Somebody of staff says outside of the desk that he or she sees to a call."""

from __future__ import annotations

import asyncio

from bot.conversation.takeover import handoffs
from bot.conversation.takeover.handoffs import TakeoverError
from bot.storage import bell
from bot.storage.database import Database


class Acknowledgements:
    """Notes them without blocking the event loop of a web process."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, handoff_id: str) -> str | None:
        """Notes one; gives the level of the conversation, or None when it waits no more."""
        return await asyncio.to_thread(self._take, handoff_id)

    def _take(self, handoff_id: str) -> str | None:
        with self._database.write() as connection:
            try:
                handoff = handoffs.locked(connection, handoff_id)
            except TakeoverError:
                return None
            handoffs.acknowledge(connection, handoff)
            bell.ring(connection)
        return handoff.level
