"""The official client, and what its errors mean for a message."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import urlsplit

from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from bot.conversation.sender import SendError, Then
from bot.errors import OperatorError
from bot.settings import TelegramSettings

CONNECTIONS = 40
SECONDS = 10.0
# A wrong token is the operator's to mend: until then nobody is written to.
WRONG_TOKEN_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 3600.0
UNKNOWN_BOT = "Telegram does not know the token. Check SULUH_TELEGRAM_TOKEN."
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SilentBot(Bot):
    """The official client, without two habits: it shows its token, and it quotes updates."""

    def __repr__(self) -> str:
        return "SilentBot(<secret>)"

    async def updates_since(
        self, offset: int | None, *, kinds: Sequence[str], poll_seconds: int, read_seconds: float
    ) -> list[dict[str, Any]]:
        """Updates from `offset` on, which confirms those before, as they came.

        `get_updates` fails for all of them when one does not fit its classes, and logs
        them with every word.

        Raises:
            TelegramError: As every call.
        """
        updates: list[dict[str, Any]] = await self._post(
            "getUpdates",
            {"offset": offset, "timeout": poll_seconds, "allowed_updates": kinds},
            read_timeout=poll_seconds + read_seconds,
        )
        return updates


class Client:
    """A bot that makes no call before it is asked for one."""

    def __init__(self, settings: TelegramSettings) -> None:
        self._requests = [_request(settings), _request(settings)]
        self.bot = SilentBot(
            settings.token,
            base_url=f"{settings.api_url}/bot",
            base_file_url=f"{settings.api_url}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )

    async def close(self) -> None:
        for request in self._requests:
            await request.shutdown()


@asynccontextmanager
async def open_client(settings: TelegramSettings) -> AsyncIterator[SilentBot]:
    client = Client(settings)
    try:
        yield client.bot
    finally:
        await client.close()


@contextmanager
def mendable() -> Iterator[None]:
    """Turns an error of the client into one that says what to do.

    Raises:
        OperatorError: Telegram did not do something.
    """
    try:
        yield
    except InvalidToken:
        raise OperatorError(UNKNOWN_BOT) from None
    except BadRequest as error:
        # It is about what we registered, so its words are the only way to mend it.
        raise OperatorError(f"Telegram refused: {error.message}.") from None
    except TelegramError as error:
        raise OperatorError(f"Telegram does not answer: {type(error).__name__}.") from None


def is_local(settings: TelegramSettings) -> bool:
    """Whether the Bot API is on this machine: no proxy of the environment stands between."""
    return urlsplit(settings.api_url).hostname in _LOOPBACK


def _request(settings: TelegramSettings) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=CONNECTIONS,
        read_timeout=SECONDS,
        write_timeout=SECONDS,
        connect_timeout=SECONDS,
        pool_timeout=SECONDS,
        httpx_kwargs={"trust_env": False} if is_local(settings) else None,
    )


def send_error(error: TelegramError) -> SendError:
    """What follows from an error of the Bot API for the message it was about."""
    if isinstance(error, RetryAfter):
        return SendError("429", Then.RETRY, after_seconds=seconds_to_wait(error))
    if isinstance(error, (Forbidden, ChatMigrated)):
        return SendError("403", Then.UNREACHABLE)
    if isinstance(error, InvalidToken):
        return SendError("401", Then.RETRY, after_seconds=WRONG_TOKEN_SECONDS, whole_channel=True)
    if isinstance(error, BadRequest):
        if "chat not found" in error.message.lower():
            return SendError("chat not found", Then.UNREACHABLE)
        return SendError("400", Then.GIVE_UP)
    if isinstance(error, (NetworkError, Conflict)):
        return SendError(type(error).__name__, Then.RETRY)
    return SendError(type(error).__name__[:32], Then.RETRY)


def seconds_to_wait(error: RetryAfter) -> float:
    """As Telegram says, but nobody waits for ever."""
    wait = error.retry_after
    seconds = wait if isinstance(wait, (int, float)) else wait.total_seconds()
    return min(seconds, LONGEST_WAIT_SECONDS)
