"""Calls staff to conversations that wait for a human, beside the turns."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Mapping

from bot.conversation.capabilities import Capabilities
from bot.conversation.takeover.dispatcher import Dispatcher
from bot.conversation.takeover.watch import Watch
from bot.conversation.turn import describe
from bot.storage import bell
from channels import registry
from suluh.wiring import House

logger = logging.getLogger(__name__)

AFTER_TROUBLE_SECONDS = 1.0
STOP_SECONDS = 30.0


class Calling:
    """A thread that does it while the block runs; of all workers one calls."""

    def __init__(self, house: House, capabilities: Mapping[str, Capabilities]) -> None:
        self._house = house
        self._watch = Watch(house.vault, capabilities, has_group=registry.has_group(house.settings))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="caller", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(timeout=STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                asyncio.run(self._call())
            except Exception as error:
                # Outlives any trouble, or nobody would come.
                logger.error("calling staff is begun again: %s", describe(error))
                self._stopping.wait(AFTER_TROUBLE_SECONDS)

    async def _call(self) -> None:
        listener = bell.listen(self._house.database)
        try:
            # Made inside the event loop that uses them.
            found = registry.ways_to_call(self._house.settings)
            await Dispatcher(self._house.vault, self._watch, found).run(listener, self._stopping)
        finally:
            listener.close()
