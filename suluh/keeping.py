"""Lets go of what is over and tells of news, beside the turns."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping

from bot.clock import now_ms
from bot.conversation.capabilities import Capabilities
from bot.conversation.keeper import Keeper, Speaker
from bot.conversation.news import News
from bot.conversation.turn import describe
from bot.privacy import retention
from bot.storage.locks import ProcessLock
from suluh.counting import count_days
from suluh.wiring import House

logger = logging.getLogger(__name__)

KEEP_SECONDS = 20.0
PURGE_SECONDS = 60 * 60.0
# Of a file up to this size each purge leaves nothing at all; of a larger one, which takes longer
# to write anew, one purge a day.
QUICKLY_REWRITTEN = 256_000_000
REWRITE_SECONDS = 24 * 60 * 60.0
STOP_SECONDS = 30.0
LOCK = "keep"


class Keeping:
    """A thread that keeps to the times while the block runs; of all workers one does."""

    def __init__(
        self, house: House, speaker: Speaker, capabilities: Mapping[str, Capabilities]
    ) -> None:
        self._database = house.database
        self._keeper = Keeper(house.database, house.sealer, speaker, capabilities)
        self._news = News(house.database, house.sealer, speaker, capabilities)
        self._lock = ProcessLock(house.database, LOCK)
        self._purge_at = self._rewrite_at = time.monotonic()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(timeout=STOP_SECONDS)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._try()
                self._stopping.wait(KEEP_SECONDS)
        finally:
            self._lock.release()

    def _try(self) -> None:
        """Outlives any trouble, or words would stay for ever."""
        try:
            if self._lock.hold():
                self._step()
        except Exception as error:
            # Type and place only: the message of an exception may quote a person.
            logger.error("what is over is looked for again: %s", describe(error))

    def _step(self) -> None:
        if told := self._news.tell():
            logger.info("told of a message of staff: %d", told)
        reminded, ended = self._keeper.keep()
        if reminded or ended:
            logger.info("reports left in the middle: %d reminded, %d gone", reminded, ended)
        if time.monotonic() >= self._purge_at:
            self._purge()

    def _purge(self) -> None:
        now = time.monotonic()
        size = self._database.size() or 0
        thorough = size <= QUICKLY_REWRITTEN or now >= self._rewrite_at
        count_days(self._database)
        gone = retention.purge(self._database, now_ms(), thorough=thorough)
        self._purge_at = now + PURGE_SECONDS
        if thorough:
            self._rewrite_at = now + REWRITE_SECONDS
        if any(gone.values()):
            counts = (f"{name} {count}" for name, count in gone.items() if count)
            logger.info("purged: %s", ", ".join(counts))
