"""Many webhooks at once, one commit.

Each commit waits for the disk. Messages that arrive while one is under way share the
next, so a busy hour costs one wait for all of them instead of one wait each.
"""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor

from bot.conversation.inbox import Inbox, Receipt
from bot.conversation.messages import Inbound

MAX_BATCH = 100


class Door:
    """Accepts messages for an asyncio web process."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._waiting: asyncio.Queue[tuple[Inbound, asyncio.Future[Receipt]]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        # A thread of its own: readers must not keep messages waiting at the door.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="door")

    def open(self) -> None:
        self._task = asyncio.create_task(self._serve(), name="door")

    async def close(self) -> None:
        """Commits what still waits, then stops."""
        if self._task is None:
            return
        await self._waiting.join()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._thread.shutdown()

    async def accept(self, inbound: Inbound) -> Receipt:
        """Returns when the message is on disk. Raises what the database raised."""
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        await self._waiting.put((inbound, future))
        # A caller that hangs up does not take its message out of the batch.
        return await asyncio.shield(future)

    async def _serve(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < MAX_BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._commit(batch)
            for _ in batch:
                self._waiting.task_done()

    async def _commit(self, batch: list[tuple[Inbound, asyncio.Future[Receipt]]]) -> None:
        try:
            receipts = await asyncio.get_running_loop().run_in_executor(
                self._thread, self._inbox.accept_all, [inbound for inbound, _ in batch]
            )
        except Exception as error:
            if len(batch) == 1:
                _resolve(batch[0][1], error)
                return
            # One bad message must not take the others with it.
            for item in batch:
                await self._commit([item])
            return
        for (_, future), receipt in zip(batch, receipts):
            _resolve(future, receipt)


def _resolve(future: asyncio.Future[Receipt], result: Receipt | Exception) -> None:
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
