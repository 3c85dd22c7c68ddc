"""Fetches files from Telegram.

The address of a file holds the bot's token: it stands in no log and in no error.
https://core.telegram.org/bots/api#getfile
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.conversation.fetcher import TOO_LARGE
from bot.conversation.sender import SendError, Then
from bot.settings import TelegramSettings
from channels.telegram.client import SECONDS, WRONG_TOKEN_SECONDS, is_local, send_error

PIECE_BYTES = 64 * 1024
_WAIT = (408, 425, 429)


class Files:
    """Downloads for one bot, in one event loop."""

    def __init__(self, settings: TelegramSettings, bot: Bot) -> None:
        self._bot = bot
        self._beginning = f"{settings.api_url}/file/bot{settings.token}/"
        self._http = httpx.AsyncClient(timeout=SECONDS, trust_env=not is_local(settings))

    async def close(self) -> None:
        await self._http.aclose()

    async def fetch(self, file_id: str) -> AsyncGenerator[bytes, None]:
        """The bytes of a file.

        Raises:
            SendError: Telegram does not give it, now or ever.
        """
        url = await self._address(file_id)
        try:
            async with self._http.stream(
                "GET", url, headers={"Accept-Encoding": "identity"}
            ) as answer:
                _require_file(answer.status_code)
                async for piece in answer.aiter_raw(PIECE_BYTES):
                    yield piece
        except httpx.HTTPError as error:
            raise SendError(type(error).__name__[:32], Then.RETRY) from None

    async def _address(self, file_id: str) -> str:
        """Asked for each time: it holds for an hour."""
        try:
            file = await self._bot.get_file(file_id)
        except TelegramError as error:
            raise _file_error(error) from None
        address = file.file_path or ""
        if not address.startswith(self._beginning):
            raise SendError("no address", Then.GIVE_UP)
        return address


def _file_error(error: TelegramError) -> SendError:
    if isinstance(error, BadRequest) and "file is too big" in error.message.lower():
        return SendError(TOO_LARGE, Then.GIVE_UP)
    return send_error(error)


def _require_file(status: int) -> None:
    if status == 200:
        return
    if status == 401:
        raise SendError("401", Then.RETRY, after_seconds=WRONG_TOKEN_SECONDS)
    again = status >= 500 or status in _WAIT
    raise SendError(str(status), Then.RETRY if again else Then.GIVE_UP)
