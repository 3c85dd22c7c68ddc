"""Where Twilio calls.

POST /twilio/pesan                what people write, on WhatsApp and by SMS
POST /twilio/status?pesan=<id>    what became of one of our messages
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.conversation.outbox import DELIVERED, READ, SENT
from bot.settings import TwilioSettings
from channels.contract import Gate
from channels.twilio import codes
from channels.twilio.addresses import MESSAGE_PATH, STATUS_PATH, channel_of
from channels.twilio.inbound import Form, MessageReader
from channels.twilio.signature import NotTaken, Seal

logger = logging.getLogger(__name__)

MOVED = {SENT, DELIVERED, READ}
NOT_DELIVERED = {"failed", "undelivered"}
# Numbers of rows are shorter.
MAX_DIGITS = 18


class Webhook:
    """The two routes of an account.

    Args:
        settings: The account.
        public_url: Where Twilio reaches us.
        gate: The way into the house.
    """

    def __init__(self, settings: TwilioSettings, public_url: str | None, gate: Gate) -> None:
        self._seal = Seal(settings.auth_token, public_url)
        self._reader = MessageReader(settings)
        self._gate = gate

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(MESSAGE_PATH, self._message, methods=["POST"]),
            Route(STATUS_PATH, self._status, methods=["POST"]),
        ]

    async def _message(self, request: Request) -> Response:
        try:
            inbound = self._reader.read(await self._seal.open(request, MESSAGE_PATH))
        except NotTaken as refusal:
            return _refused(MESSAGE_PATH, refusal)
        try:
            await self._gate.door.accept(inbound)
        except Exception as error:
            logger.error("a message was not accepted: %s", type(error).__name__)
            return Response(status_code=503)
        return _answer()

    async def _status(self, request: Request) -> Response:
        try:
            form = await self._seal.open(request, STATUS_PATH)
        except NotTaken as refusal:
            return _refused(STATUS_PATH, refusal)
        outbound_id = _row_number(request.query_params.get("pesan", ""))
        try:
            if outbound_id is not None:
                await self._report(outbound_id, form)
        except Exception as error:
            logger.error("a status was not noted: %s", type(error).__name__)
            return Response(status_code=503)
        return _answer()

    async def _report(self, outbound_id: int, form: Form) -> None:
        channel = channel_of(form.get("To", ""))
        status = form.get("MessageStatus") or form.get("SmsStatus", "")
        if status in MOVED:
            await self._gate.reports.moved(
                channel, outbound_id, status, provider_id=form.get("MessageSid")
            )
        elif status in NOT_DELIVERED:
            error = codes.from_callback(status, form.get("ErrorCode", ""))
            await self._gate.reports.failed(
                channel, outbound_id, error, provider_id=form.get("MessageSid")
            )


def _answer() -> Response:
    # An answer in plain text would be sent to the person.
    return Response("<Response/>", media_type="text/xml")


def _refused(path: str, refusal: NotTaken) -> Response:
    logger.warning("a call of %s was not taken: %s", path, refusal.reason)
    return _answer() if refusal.status == 200 else Response(status_code=refusal.status)


def _row_number(raw: str) -> int | None:
    is_number = raw.isascii() and raw.isdecimal() and len(raw) <= MAX_DIGITS
    return int(raw) if is_number else None
