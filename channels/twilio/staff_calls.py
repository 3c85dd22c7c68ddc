"""SMS to the telephones on duty."""

from __future__ import annotations

import contextlib

from bot.conversation.gsm7 import plain
from bot.conversation.sender import Then
from bot.conversation.takeover import call_texts
from bot.conversation.takeover.calls import Alert
from bot.conversation.takeover.dispatcher import CallFailed
from bot.conversation.takeover.ladder import DUTY
from bot.settings import TwilioSettings
from channels.twilio import account
from channels.twilio.client import TROUBLE, make_client, send_error


class SmsWay:
    """Sends through our own number.

    Args:
        settings: The account; `sms_number` is set.
        public_url: Where the desk is, or None.
    """

    def __init__(self, settings: TwilioSettings, public_url: str | None) -> None:
        self._settings = settings
        self._client = make_client(settings)
        self._public_url = public_url

    async def call(self, alert: Alert) -> str | None:
        if alert.address is None:
            raise CallFailed("no telephone", final=True)
        where = call_texts.link(self._public_url, alert.handoff_id)
        body = plain(call_texts.text(DUTY, "text", alert.level, where))
        try:
            message = await self._client.messages.create_async(
                to=alert.address, from_=self._settings.sms_number, body=body
            )
        except TROUBLE as error:
            failed = send_error(error)
            raise CallFailed(failed.code, final=failed.then is not Then.RETRY) from None
        sid: str | None = message.sid
        return sid

    async def check(self) -> str:
        number = self._settings.sms_number
        assert number is not None
        async with account.opened(self._settings) as client:
            await account.require_active(client)
            await account.sms_number(client, number)
        return f"SMS leave from {number}"

    async def close(self) -> None:
        with contextlib.suppress(*TROUBLE):
            await self._client.http_client.close()
