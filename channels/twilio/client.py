"""The official client, with errors that name nobody."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from bot.conversation.sender import SendError, Then
from bot.settings import TwilioSettings
from channels.twilio import codes

# Shorter than a sender waits, so that the connection is given back in order.
ANSWER_SECONDS = 15.0
PROVIDER_DOMAIN = ".twilio.com"


class Refused(Exception):
    """Twilio did not do it. The words of its answer may quote a number and are not kept.

    Attributes:
        status: Of HTTP.
        code: Twilio's, or the status again.
        retry_after: In seconds, if the answer says so.
    """

    def __init__(self, status: int, code: int, retry_after: float | None) -> None:
        super().__init__(f"HTTP {status}, code {code}")
        self.status = status
        self.code = code
        self.retry_after = retry_after


# What a call may raise; a ValueError is an answer that is no JSON.
TROUBLE = (Refused, aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError)


class HttpClient(AsyncTwilioHttpClient):
    """Calls Twilio, or in its place `api_url`. Needs a running event loop."""

    def __init__(self, api_url: str | None) -> None:
        super().__init__()
        self._api_url = api_url

    async def request(self, method: str, url: str, **options: Any) -> Any:
        options["timeout"] = ANSWER_SECONDS
        try:
            response = await super().request(method, self._real(url), **options)
        finally:
            # The client keeps the last message for its own tests.
            self._test_only_last_request = self._test_only_last_response = None
        if not 200 <= response.status_code < 300:
            raise _refused(response)
        return response

    def _real(self, url: str) -> str:
        parts = urlsplit(url)
        if self._api_url is None or not (parts.hostname or "").endswith(PROVIDER_DOMAIN):
            return url
        return self._api_url + parts._replace(scheme="", netloc="").geturl()

    def log_request(self, kwargs: dict[str, Any]) -> None: ...

    def log_response(self, status_code: int, response: Any) -> None: ...


@contextlib.asynccontextmanager
async def open_client(settings: TwilioSettings) -> AsyncIterator[Client]:
    """A client for a few calls."""
    client = make_client(settings)
    try:
        yield client
    finally:
        await client.http_client.close()


def make_client(settings: TwilioSettings) -> Client:
    """A client for this event loop; its `http_client` has to be closed."""
    http = HttpClient(settings.api_url)
    return Client(settings.account_sid, settings.auth_token, http_client=http)


def send_error(error: Exception) -> SendError:
    """What follows for a message from one of `TROUBLE`."""
    if isinstance(error, Refused):
        return codes.from_answer(error.status, error.code, error.retry_after)
    if isinstance(error, ValueError):
        # It may have been sent.
        return SendError("answer", Then.RETRY, most_attempts=codes.COSTLY_ATTEMPTS)
    is_slow = isinstance(error, asyncio.TimeoutError)
    return SendError("timeout" if is_slow else "network", Then.RETRY)


def _refused(response: Any) -> Refused:
    status = int(response.status_code)
    try:
        code = json.loads(response.text)["code"]
    except (ValueError, LookupError, TypeError, RecursionError):
        code = None
    known = code if isinstance(code, int) and 0 < code < 1_000_000 else status
    return Refused(status, known, _seconds(response.headers.get("Retry-After", "")))


def _seconds(raw: str) -> float | None:
    """A Retry-After in seconds; None for a date."""
    try:
        value = float(raw)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
