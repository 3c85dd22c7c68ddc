"""Makes the calls to staff: one process of an installation at a time, beside the turns."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Mapping
from typing import Protocol, TypeVar, cast

from bot.conversation.takeover import calls, taken_back
from bot.conversation.takeover.calls import Alert
from bot.conversation.takeover.watch import Watch
from bot.conversation.turn import describe
from bot.privacy.vault import Vault
from bot.storage.bell import Listener
from bot.storage.locks import ProcessLock

logger = logging.getLogger(__name__)

LOCK = "alerts"
LONGEST_SLEEP = 1.0
# A provider that does not answer within this does not reach anybody now.
CALL_SECONDS = 8.0
SLOW = "timeout"

T = TypeVar("T")


class CallFailed(Exception):
    """A call that was not made.

    Attributes:
        code: Why, without a word of the provider's answer, which may hold a number.
        final: Trying again is of no use.
    """

    def __init__(self, code: str, *, final: bool) -> None:
        super().__init__(code)
        self.code = code
        self.final = final


class Way(Protocol):
    """One way to call staff. Used from one event loop."""

    async def call(self, alert: Alert) -> str | None:
        """Makes a call; gives the provider's id of it.

        Raises:
            CallFailed: It was not made.
        """

    async def close(self) -> None: ...


class ChangingWay(Way, Protocol):
    """A way whose calls can be changed after they were made (`taken_back.CHANGEABLE`)."""

    async def take_back(self, alert: Alert) -> None:
        """Lets a call that was made say that somebody sees to it.

        Raises:
            CallFailed: It still says what it said.
        """


class Dispatcher:
    """Looks after what waits, makes the calls that are due and changes what they are over.

    Args:
        vault: Where they are.
        watch: Says what is due.
        ways: By their names (`ladder.WAYS`); one that is missing reaches nobody.
    """

    def __init__(self, vault: Vault, watch: Watch, ways: Mapping[str, Way]) -> None:
        self._database = vault.database
        self._sealer = vault.sealer
        self._watch = watch
        self._ways = ways
        self._lock = ProcessLock(vault.database, LOCK)

    async def run(self, listener: Listener, stopping: threading.Event) -> None:
        """Runs until `stopping`, and closes the ways."""
        try:
            while not stopping.is_set():
                if await asyncio.to_thread(self._lock.hold):
                    await self.step()
                await asyncio.to_thread(listener.wait, await asyncio.to_thread(self._sleep))
        finally:
            self._lock.release()
            for way in self._ways.values():
                await way.close()

    async def step(self) -> int:
        """Does all that is due; gives how many calls were tried."""
        lapsed, steps = await asyncio.to_thread(self._watch.look)
        if lapsed or steps:
            logger.info("staff are called: %d steps, %d leases ran out", steps, lapsed)
        due, over = await asyncio.to_thread(self._due)
        making = [self._make(alert) for alert in due]
        await asyncio.gather(*making, *(self._take_back(alert) for alert in over))
        return len(due)

    def _due(self) -> tuple[list[Alert], list[Alert]]:
        """What is to be called, and what was called and is seen to."""
        with self._database.read() as connection:
            over = taken_back.due(connection, self._sealer)
            return calls.due(connection, self._sealer), over

    def _sleep(self) -> float:
        seconds = self._watch.seconds_until_due()
        return LONGEST_SLEEP if seconds is None else min(LONGEST_SLEEP, seconds)

    async def _make(self, alert: Alert) -> None:
        try:
            provider_id = await _within_time(self._way(alert).call(alert))
        except CallFailed as error:
            await asyncio.to_thread(self._not_made, alert, error)
        else:
            await asyncio.to_thread(self._made, alert, provider_id)

    async def _take_back(self, alert: Alert) -> None:
        try:
            way = cast(ChangingWay, self._way(alert))
            await _within_time(way.take_back(alert))
        except CallFailed as error:
            await asyncio.to_thread(self._not_taken_back, alert, error)
        else:
            await asyncio.to_thread(self._taken_back, alert)

    def _way(self, alert: Alert) -> Way:
        way = self._ways.get(alert.way)
        if way is None:
            raise CallFailed("not set up", final=True)
        return way

    def _made(self, alert: Alert, provider_id: str | None) -> None:
        with self._database.write() as connection:
            if not calls.sent(connection, alert, provider_id):
                taken_back.sent_too_late(connection, alert, provider_id)

    def _not_made(self, alert: Alert, error: CallFailed) -> None:
        logger.warning("not called by %s: %s", alert.way, error.code)
        with self._database.write() as connection:
            calls.not_sent(connection, alert, error.code, final=error.final)

    def _taken_back(self, alert: Alert) -> None:
        with self._database.write() as connection:
            taken_back.done(connection, alert)

    def _not_taken_back(self, alert: Alert, error: CallFailed) -> None:
        logger.warning("not taken back by %s: %s", alert.way, error.code)
        with self._database.write() as connection:
            taken_back.failed(connection, alert, error.code, final=error.final)


async def _within_time(work: Awaitable[T]) -> T:
    """What a provider answers.

    Raises:
        CallFailed: Whatever went wrong.
    """
    try:
        return await asyncio.wait_for(work, CALL_SECONDS)
    except asyncio.TimeoutError:
        raise CallFailed(SLOW, final=False) from None
    except CallFailed:
        raise
    except Exception as error:
        # Type and place only: its message may hold a number.
        logger.error("a call to staff failed: %s", describe(error))
        raise CallFailed("error", final=False) from None
