"""Sends by WhatsApp and SMS."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from typing import Any

from bot.conversation.messages import Reply
from bot.conversation.rendering import as_text
from bot.conversation.sender import SendError, Then
from bot.settings import TwilioSettings
from channels.twilio import capabilities, media
from channels.twilio.addresses import SMS, WHATSAPP, on, own, status_url
from channels.twilio.client import TROUBLE, Client, make_client, send_error

# https://www.twilio.com/docs/content/twilio-quick-reply
MAX_TEMPLATE_TEXT = 1024
MAX_VALUE = 200

# https://www.twilio.com/docs/api/errors/21656
_NO_VARIABLE = re.compile(r"[\n\r\t]| {5,}|\A\s*\Z")


class TwilioConnector:
    """See `bot.conversation.sender.Connector`.

    Args:
        settings: The account.
        channel: "whatsapp" or "sms".
        public_url: Where Twilio reports what became of a message; None for no reports.
    """

    def __init__(self, settings: TwilioSettings, channel: str, public_url: str | None) -> None:
        self._settings = settings
        self._channel = channel
        self._from = own(settings)[channel]
        self._public_url = public_url
        self._client: Client | None = None
        is_sms = channel == SMS
        self.rate = capabilities.SMS_RATE if is_sms else capabilities.WHATSAPP_RATE
        self.capabilities = capabilities.SMS if is_sms else capabilities.whatsapp(settings)

    async def send(self, address: str, reply: Reply, outbound_id: int) -> str | None:
        content = self._as_template(reply) or {"body": as_text(reply).text}
        return await self._create(address, content, outbound_id)

    async def reopen(self, address: str) -> None:
        if self._settings.reopen_template is None:
            raise SendError("no-template", Then.GIVE_UP)
        await self._create(address, {"content_sid": self._settings.reopen_template}, None)

    def fetch(self, source: str) -> AsyncGenerator[bytes, None]:
        """See `bot.conversation.fetcher.FileSource`."""
        return media.fetch(self._settings, source)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.http_client.close()

    def _as_template(self, reply: Reply) -> dict[str, str] | None:
        """The parameters of a message with buttons; None when it can have none."""
        sid = self._settings.button_templates.get(len(reply.choices))
        if self._channel != WHATSAPP or sid is None or len(reply.text) > MAX_TEMPLATE_TEXT:
            return None
        titles = [choice.title for choice in reply.choices]
        values = [choice.payload for choice in reply.choices]
        if any(_NO_VARIABLE.search(text) for text in (reply.text, *titles, *values)):
            return None
        if max(map(len, titles)) > capabilities.MAX_TITLE or max(map(len, values)) > MAX_VALUE:
            return None
        variables = dict(enumerate((reply.text, *titles, *values), 1))
        return {
            "content_sid": sid,
            "content_variables": json.dumps(variables, ensure_ascii=False),
        }

    async def _create(
        self, address: str, content: dict[str, str], outbound_id: int | None
    ) -> str | None:
        parameters: dict[str, Any] = {
            "to": on(self._channel, address),
            "from_": self._from,
            **content,
        }
        if self._public_url and outbound_id is not None:
            parameters["status_callback"] = status_url(self._public_url, outbound_id)
        try:
            message = await self._opened().messages.create_async(**parameters)
        except TROUBLE as error:
            raise send_error(error) from None
        return str(message.sid) if message.sid else None

    def _opened(self) -> Client:
        # Here, because a session belongs to the event loop that it was made in.
        if self._client is None:
            self._client = make_client(self._settings)
        return self._client
