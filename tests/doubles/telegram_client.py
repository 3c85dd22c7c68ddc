"""The official client of Telegram, pointed at the double."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import TypeVar

import telegram
from telegram.request import HTTPXRequest

from tests.doubles.telegram import TelegramDouble

Result = TypeVar("Result")


def use(
    double: TelegramDouble,
    work: Callable[[telegram.Bot], Awaitable[Result]],
    token: str | None = None,
) -> Result:
    """Runs `work` with a bot; its first call is getMe, of which errors come out too."""

    async def run() -> Result:
        bot = telegram.Bot(
            token or double.token,
            base_url=f"{double.url}/bot",
            base_file_url=f"{double.url}/file/bot",
            request=_plain_http(),
            get_updates_request=_plain_http(),
        )
        async with bot:
            return await work(bot)

    return asyncio.run(run())


def _plain_http() -> HTTPXRequest:
    """Without the certificates of the world, whose loading takes longer than a test."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return HTTPXRequest(httpx_kwargs={"verify": tls, "trust_env": False})
