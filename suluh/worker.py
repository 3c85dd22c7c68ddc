"""The worker process: the model, and the loop around it."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Sequence

from bot.conversation.fetcher import Fetcher, Speaker
from bot.conversation.sender import Connector, Sender
from bot.conversation.takeover.reader import Reader
from bot.conversation.turn import Outcome, TurnRunner, describe
from bot.conversation.worker import Worker
from bot.storage import bell
from channels import registry
from channels.contract import Channel
from suluh import operations
from suluh.calling import Calling
from suluh.heartbeat import Heartbeat
from suluh.keeping import Keeping
from suluh.wiring import House, load_assistant

logger = logging.getLogger(__name__)

RENEWALS_PER_CLAIM = 3
NICENESS = 5
AFTER_TROUBLE_SECONDS = 1.0


def work(house: House) -> None:
    """Answers until SIGTERM or SIGINT, then finishes the turn at hand."""
    # Where processors are scarce, messages are let in before they are answered.
    os.nice(NICENESS)
    assistant = load_assistant(house.settings, house.vault)
    from bot.engine.catalogue import Catalogue

    # What the model holds never becomes garbage: the collector need not look at it.
    gc.collect()
    gc.freeze()
    channels = house.channels()
    shown = registry.capabilities(channels)
    runner = TurnRunner(
        house.database,
        house.sealer,
        assistant,
        claim_seconds=house.settings.claim_seconds,
        capabilities=shown,
    )
    worker = Worker(
        house.database,
        runner,
        renew_every=house.settings.claim_seconds / RENEWALS_PER_CLAIM,
        on_outcome=count,
        meanwhile=Reader(house.vault, Catalogue(assistant)).read_one,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    sending, keeping = Sending(house, channels, assistant), Keeping(house, assistant, shown)
    calling = Calling(house, shown)
    with Heartbeat(house.database, "worker"), sending, keeping, calling:
        logger.info("worker ready")
        worker.run()
    logger.info("worker stopped")


def count(outcome: Outcome) -> None:
    """Adds a finished turn to the metrics."""
    result = "apologised" if outcome.apologised else "answered"
    operations.TURNS.labels(outcome.channel, outcome.level, result).inc()
    operations.TURN_SECONDS.observe(outcome.seconds)
    operations.LINES.labels(outcome.channel).inc(outcome.lines)


class Sending:
    """A thread that sends what is due and fetches files while the block runs.

    There is none without channels.
    """

    def __init__(self, house: House, channels: Sequence[Channel], speaker: Speaker) -> None:
        self._speaker = speaker
        self._house = house
        self._channels = channels
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

    def __enter__(self) -> None:
        if self._channels:
            self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        if self._channels:
            self._thread.join(timeout=30)

    def _run(self) -> None:
        asyncio.run(self._all())

    async def _all(self) -> None:
        await asyncio.gather(
            self._keep_running("sending", self._send), self._keep_running("fetching", self._fetch)
        )

    async def _keep_running(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        """Outlives any trouble, or replies would stay for ever."""
        while not self._stopping.is_set():
            try:
                await work()
            except Exception as error:
                logger.error("%s is begun again: %s", what, describe(error))
                await asyncio.sleep(AFTER_TROUBLE_SECONDS)

    def _connectors(self) -> dict[str, Connector]:
        # Made inside the event loop that uses them.
        return {channel.name: channel.connector() for channel in self._channels}

    async def _send(self) -> None:
        listener = bell.listen(self._house.database)
        try:
            sender = Sender(self._house.database, self._house.sealer, self._connectors())
            await sender.run(listener, self._stopping)
        finally:
            listener.close()

    async def _fetch(self) -> None:
        connectors = self._connectors()
        try:
            fetcher = Fetcher(
                self._house.database,
                self._house.sealer,
                connectors,
                self._speaker,
            )
            await fetcher.run(self._stopping)
        finally:
            for connector in connectors.values():
                await connector.close()
