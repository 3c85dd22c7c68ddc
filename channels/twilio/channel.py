"""WhatsApp and SMS as channels of this installation."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

from starlette.routing import BaseRoute

from bot.conversation.capabilities import Capabilities
from bot.conversation.sender import Connector
from bot.settings import TwilioSettings
from channels.contract import Gate
from channels.twilio import capabilities
from channels.twilio.addresses import SMS, STATUS_PATH, WHATSAPP, base, message_url, own
from channels.twilio.webhook import Webhook

# What only the process that sends needs is imported where it is used.


class _TwilioChannel:
    """See `channels.contract.Channel`.

    Args:
        settings: The account.
        public_url: Where Twilio reaches the web process; None for nowhere.
        carries_routes: Whether the routes of the account are with this channel.
    """

    def __init__(
        self, settings: TwilioSettings, public_url: str | None, *, carries_routes: bool
    ) -> None:
        self._settings = settings
        self._public_url = public_url
        self._carries_routes = carries_routes

    def routes(self, gate: Gate) -> Sequence[BaseRoute]:
        if not self._carries_routes:
            return []
        return Webhook(self._settings, self._public_url, gate).routes()

    def background(self, gate: Gate) -> AbstractAsyncContextManager[None]:
        return nullcontext()


class WhatsAppChannel(_TwilioChannel):
    @property
    def name(self) -> str:
        return WHATSAPP

    @property
    def capabilities(self) -> Capabilities:
        return capabilities.whatsapp(self._settings)

    def connector(self) -> Connector:
        from channels.twilio.connector import TwilioConnector

        return TwilioConnector(self._settings, WHATSAPP, self._public_url)

    async def check(self) -> str:
        from channels.twilio import account, templates

        reopen = "not set, see: suluh channels setup"
        async with account.calls(self._settings, self._public_url) as client:
            await account.require_active(client)
            if self._settings.reopen_template is not None:
                reopen = await templates.approval(client, self._settings.reopen_template)
        buttons = self.capabilities.buttons or "none"
        return f"account is active; buttons: {buttons}; template to reopen: {reopen}"

    async def set_up(self) -> Sequence[str]:
        from channels.twilio import account, templates

        async with account.calls(self._settings, self._public_url) as client:
            await account.require_active(client)
            lines = await templates.set_up(client)
        here = base(self._public_url or "")
        return [
            *lines,
            "by hand, in Twilio's console, for the WhatsApp sender (both with POST):",
            f"  when a message comes in: {message_url(here)}",
            f"  status callback: {here}{STATUS_PATH}",
        ]


class SmsChannel(_TwilioChannel):
    @property
    def name(self) -> str:
        return SMS

    @property
    def capabilities(self) -> Capabilities:
        return capabilities.SMS

    def connector(self) -> Connector:
        from channels.twilio.connector import TwilioConnector

        return TwilioConnector(self._settings, SMS, self._public_url)

    async def check(self) -> str:
        from channels.twilio import account

        async with account.calls(self._settings, self._public_url) as client:
            await account.require_active(client)
            number = await account.sms_number(client, own(self._settings)[SMS])
        is_ours = number.sms_url == message_url(self._public_url or "")
        where = "here" if is_ours else "somewhere else, see: suluh channels setup"
        return f"account is active and has the number; its messages go {where}"

    async def set_up(self) -> Sequence[str]:
        from channels.twilio import account

        async with account.calls(self._settings, self._public_url) as client:
            await account.require_active(client)
            number = await account.sms_number(client, own(self._settings)[SMS])
            url = message_url(self._public_url or "")
            await number.update_async(sms_url=url, sms_method="POST")
        return [f"webhook of the SMS number: {url}"]
