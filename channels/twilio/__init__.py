"""Twilio: WhatsApp and SMS of one account."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import TwilioSettings
    from channels.contract import Channel


def channels(settings: TwilioSettings, public_url: str | None) -> list[Channel]:
    """A channel for each number that is set: "whatsapp", "sms". The first has the routes.

    Args:
        settings: The account.
        public_url: Where Twilio reaches the web process; without it every call is refused.
    """
    from channels.twilio.channel import SmsChannel, WhatsAppChannel

    found: list[Channel] = []
    if settings.whatsapp_number is not None:
        found.append(WhatsAppChannel(settings, public_url, carries_routes=True))
    if settings.sms_number is not None:
        found.append(SmsChannel(settings, public_url, carries_routes=not found))
    return found
