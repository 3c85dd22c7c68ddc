"""POST /telegram: what Telegram delivers, with the secret that only it was told."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from channels.contract import read_body
from channels.telegram.handler import Handler

logger = logging.getLogger(__name__)

PATH = "/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
MAX_BODY = 1024 * 1024


class Webhook:
    """The endpoint.

    Args:
        secret: What `setWebhook` was given.
        handler: Gives the handler, or None while there is none.
    """

    def __init__(self, secret: str, handler: Callable[[], Handler | None]) -> None:
        self._secret = secret.encode()
        self._handler = handler

    async def deliver(self, request: Request) -> Response:
        given = request.headers.get(HEADER, "").encode("utf-8", errors="replace")
        if not hmac.compare_digest(given, self._secret):
            logger.warning("a call without the secret was refused on %s", PATH)
            return Response(status_code=403)
        handler = self._handler()
        if handler is None:
            return Response(status_code=503)
        try:
            body = await read_body(request, MAX_BODY)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            return Response(status_code=400)
        try:
            await handler.take(data)
        except Exception as error:
            # Telegram delivers again what was not stored.
            logger.error("an update was not accepted: %s", type(error).__name__)
            return Response(status_code=503)
        return Response(status_code=200)
