"""What follows from an update; the same behind the webhook and long polling."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from typing import Any

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.conversation.messages import Inbound
from bot.conversation.takeover import call_texts
from bot.conversation.takeover.ladder import GROUP
from channels.contract import Gate
from channels.telegram.profile import leaving
from channels.telegram.updates import (
    CHANNEL,
    Acknowledged,
    InGroup,
    Names,
    Reached,
    Said,
    Unanswerable,
    read,
)

logger = logging.getLogger(__name__)

# "Typing" is shown when an answer takes longer than this, and Telegram shows it for five
# seconds.
TYPING_AFTER = 1.5
TYPING_EVERY = 4.5
TYPING_TIMES = 5
# In so many conversations at once; an answered button and a left group need the room, too.
MAX_TYPING = 100
# Beyond this many courtesies at once the others are left out; messages never are.
MAX_BESIDE = 200
# A group tells of itself more than once; this long it is left only once.
LEAVING_SECONDS = 5.0


class Handler:
    """Takes updates, and does beside them what must not keep the next one waiting."""

    def __init__(self, gate: Gate, bot: Bot, names: Names, staff_group: int | None = None) -> None:
        self._staff_group = staff_group
        self._gate = gate
        self._bot = bot
        self._names = names
        self._beside: set[asyncio.Task[None]] = set()
        self._typing: set[str] = set()
        self._leaving: set[int] = set()

    async def take(self, data: Any) -> None:
        """Returns when what an update says is on disk. Raises what the database raised."""
        event = read(data, self._names, self._staff_group)
        if isinstance(event, Said):
            receipt = await self._gate.door.accept(event.inbound)
            if event.press is not None:
                self._do(self._answer(event.press))
            if receipt.is_new and len(self._typing) < MAX_TYPING:
                self._do(self._show_typing(receipt.conversation_id, event.inbound))
        elif isinstance(event, Unanswerable):
            self._do(self._answer(event.press))
        elif isinstance(event, Reached):
            await self._gate.reports.reachable(CHANNEL, event.address, event.code)
        elif isinstance(event, Acknowledged):
            level = await self._gate.acknowledgements.take(event.handoff_id)
            self._do(self._answer(event.press))
            if level is not None:
                self._do(self._say_it_is_seen_to(event.message_id, level))
        elif isinstance(event, InGroup):
            self._do(self._leave(event.chat_id))

    async def close(self) -> None:
        """Ends what is still done beside."""
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        if len(self._beside) >= MAX_BESIDE:
            work.close()
            return
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _answer(self, press: str) -> None:
        """Stops the turning of a pressed button."""
        await _try(self._bot.answer_callback_query(press))

    async def _say_it_is_seen_to(self, message_id: int, level: str) -> None:
        """The others in the group see at once that they need not come; its button goes."""
        assert self._staff_group is not None
        done = call_texts.text(GROUP, "done", level)
        await _try(
            self._bot.edit_message_text(done, chat_id=self._staff_group, message_id=message_id)
        )

    async def _leave(self, chat_id: int) -> None:
        if chat_id in self._leaving:
            return
        self._leaving.add(chat_id)
        try:
            await _try(self._bot.send_message(chat_id, leaving()))
            await _try(self._bot.leave_chat(chat_id))
            await asyncio.sleep(LEAVING_SECONDS)
        finally:
            self._leaving.discard(chat_id)

    async def _show_typing(self, conversation_id: str, inbound: Inbound) -> None:
        """While an answer takes long, says so; once for a conversation at a time."""
        if conversation_id in self._typing:
            return
        self._typing.add(conversation_id)
        chat_id = int(inbound.address)
        try:
            await asyncio.sleep(TYPING_AFTER)
            for _ in range(TYPING_TIMES):
                if not await self._gate.reports.waits(conversation_id):
                    return
                await _try(self._bot.send_chat_action(chat_id, ChatAction.TYPING))
                await asyncio.sleep(TYPING_EVERY)
        finally:
            self._typing.discard(conversation_id)


async def _try(call: Awaitable[Any]) -> None:
    """A courtesy: it may fail, and its error may quote a person."""
    try:
        await call
    except TelegramError as error:
        logger.info("a courtesy on Telegram failed: %s", type(error).__name__)
