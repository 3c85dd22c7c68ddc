"""Telegram as a channel of this installation."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.routing import BaseRoute, Route
from telegram import Bot, WebhookInfo
from telegram.error import TelegramError

from bot.conversation.capabilities import Capabilities
from bot.conversation.sender import Connector
from bot.errors import OperatorError
from bot.privacy.identity import AddressBook
from bot.settings import TelegramSettings
from bot.storage.database import Database
from bot.storage.locks import ProcessLock
from channels.contract import Gate
from channels.telegram import profile
from channels.telegram.client import mendable, open_client
from channels.telegram.connector import CAPABILITIES, TelegramConnector
from channels.telegram.handler import Handler
from channels.telegram.polling import Poller
from channels.telegram.updates import CHANNEL, KINDS, Names
from channels.telegram.webhook import PATH, Webhook

logger = logging.getLogger(__name__)

REGISTER_AGAIN_SECONDS = 30.0
MAX_CONNECTIONS = 40


class TelegramChannel:
    """See `channels.contract.Channel`.

    Args:
        settings: The bot.
        public_url: Where Telegram reaches the web process; None for long polling.
        secret: Goes with every genuine delivery; A-Z, a-z, 0-9, _ and - only.
        address_book: Makes the names of messages.
        database: For the lock of the one process that polls.
    """

    def __init__(
        self,
        settings: TelegramSettings,
        public_url: str | None,
        *,
        secret: str,
        address_book: AddressBook,
        database: Database,
    ) -> None:
        self._settings = settings
        self._webhook_url = public_url.rstrip("/") + PATH if public_url else None
        self._secret = secret
        bot_id, _, _ = settings.token.partition(":")
        self._names = Names(address_book, bot_id)
        self._database = database
        self._handler: Handler | None = None

    @property
    def name(self) -> str:
        return CHANNEL

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    def routes(self, gate: Gate) -> Sequence[BaseRoute]:
        webhook = Webhook(self._secret, lambda: self._handler)
        return [Route(PATH, webhook.deliver, methods=["POST"])]

    def background(self, gate: Gate) -> AbstractAsyncContextManager[None]:
        return self._background(gate)

    @asynccontextmanager
    async def _background(self, gate: Gate) -> AsyncIterator[None]:
        async with open_client(self._settings) as bot:
            self._handler = Handler(gate, bot, self._names, self._settings.staff_group)
            tasks = [asyncio.create_task(self._register_until_done(bot))]
            if self._webhook_url is None:
                lock = ProcessLock(self._database, "poll-telegram")
                tasks.append(asyncio.create_task(Poller(bot, self._handler, lock).run()))
            try:
                yield
            finally:
                handler, self._handler = self._handler, None
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await handler.close()

    async def _register_until_done(self, bot: Bot) -> None:
        """Telegram may be down when we start; what people write there waits meanwhile."""
        while True:
            try:
                await self._register(bot)
                return
            except TelegramError as error:
                logger.error(
                    "not registered with Telegram yet (%s); see: suluh doctor",
                    type(error).__name__,
                )
                await asyncio.sleep(REGISTER_AGAIN_SECONDS)

    async def _register(self, bot: Bot) -> None:
        if self._webhook_url is None:
            await bot.delete_webhook()
        else:
            await bot.set_webhook(
                self._webhook_url,
                secret_token=self._secret,
                allowed_updates=KINDS,
                max_connections=MAX_CONNECTIONS,
            )
        await profile.introduce(bot)

    def connector(self) -> Connector:
        return TelegramConnector(self._settings)

    async def check(self) -> str:
        with mendable():
            async with open_client(self._settings) as bot:
                me = await bot.get_me()
                info = await bot.get_webhook_info()
        self._require_webhook(info)
        how = "by webhook" if self._webhook_url else "by long polling"
        return f"@{me.username} answers, {how}, {info.pending_update_count} updates wait"

    def _require_webhook(self, info: WebhookInfo) -> None:
        if info.url != (self._webhook_url or ""):
            raise OperatorError(
                "Telegram delivers somewhere else, or nowhere. Run: suluh channels setup"
            )
        if info.pending_update_count and info.last_error_message:
            raise OperatorError(
                f"Telegram could not deliver to {self._webhook_url}: {info.last_error_message}"
            )

    async def set_up(self) -> Sequence[str]:
        with mendable():
            async with open_client(self._settings) as bot:
                await self._register(bot)
        where = self._webhook_url or "nowhere: this installation asks for updates itself"
        return [f"webhook: {where}", "commands and descriptions: set, in Indonesian"]
