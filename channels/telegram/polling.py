"""Long polling, for an office that has no address on the internet."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.storage.locks import ProcessLock
from channels.telegram.client import (
    UNKNOWN_BOT,
    WRONG_TOKEN_SECONDS,
    SilentBot,
    seconds_to_wait,
)
from channels.telegram.handler import Handler
from channels.telegram.updates import KINDS

logger = logging.getLogger(__name__)

POLL_SECONDS = 20
# Beside what Telegram keeps a poll open: the way there and back.
READ_SECONDS = 10.0
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
LOCK_SECONDS = 2.0


class Poller:
    """Asks for updates for as long as it runs; one process of an installation at a time."""

    def __init__(self, bot: SilentBot, handler: Handler, lock: ProcessLock) -> None:
        self._bot = bot
        self._handler = handler
        self._lock = lock
        self._offset: int | None = None
        self._wait = FIRST_WAIT

    async def run(self) -> None:
        try:
            while True:
                try:
                    # It asks the database, which may be in trouble like everything else.
                    if not self._lock.hold():
                        await asyncio.sleep(LOCK_SECONDS)
                        continue
                    await self._poll()
                    self._wait = FIRST_WAIT
                except Exception as error:
                    await self._rest(error)
        finally:
            self._lock.release()

    async def _poll(self) -> None:
        updates = await self._bot.updates_since(
            self._offset, kinds=KINDS, poll_seconds=POLL_SECONDS, read_seconds=READ_SECONDS
        )
        if not updates:
            return
        for together in _in_turn(updates):
            # Started in their order, so the lines of one person stay in theirs.
            taken = [self._handler.take(update) for update in together]
            for result in await asyncio.gather(*taken, return_exceptions=True):
                _require_stored(result)
        # Only now may Telegram forget them.
        self._offset = max(update["update_id"] for update in updates) + 1

    async def _rest(self, error: Exception) -> None:
        """Waits as long as the trouble asks for."""
        if isinstance(error, RetryAfter):
            await asyncio.sleep(seconds_to_wait(error))
            return
        if isinstance(error, InvalidToken):
            logger.error(UNKNOWN_BOT)
            await asyncio.sleep(WRONG_TOKEN_SECONDS)
            return
        if isinstance(error, Conflict):
            logger.error("another program asks for the updates of this bot; stop it")
        elif isinstance(error, TelegramError):
            logger.warning("Telegram is asked again: %s", type(error).__name__)
        else:
            logger.error("updates were not accepted: %s", type(error).__name__)
        await asyncio.sleep(self._wait)
        self._wait = min(self._wait * 2, LONGEST_WAIT)


def _require_stored(result: BaseException | None) -> None:
    """Lets trouble of the database be tried again, and passes over what nothing can store.

    Else one update would come back for ever and keep all later ones from coming.
    """
    if isinstance(result, (ValueError, TypeError, OverflowError)):
        logger.error("an update was passed over: %s", type(result).__name__)
    elif result is not None:
        raise result


def _in_turn(updates: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    """What may be taken at once. Whoever blocks the bot and lets it in again did so in turn."""
    together: list[dict[str, Any]] = []
    for update in updates:
        if "my_chat_member" in update:
            yield from (together, [update])
            together = []
        else:
            together.append(update)
    yield together
