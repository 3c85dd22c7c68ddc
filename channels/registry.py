"""The channels that are set up on this installation, beside the web chat."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from bot.conversation.capabilities import Capabilities
from bot.conversation.takeover.ladder import DUTY, GROUP, MAIL
from bot.privacy.identity import AddressBook
from bot.settings import Settings
from bot.storage.database import Database
from channels.contract import Channel, StaffWay


def configured(
    settings: Settings, *, database: Database, address_book: AddressBook, webhook_key: bytes
) -> list[Channel]:
    """Every channel that has its settings. What a channel needs is imported only then.

    Args:
        settings: Of this installation.
        database: For channels that keep a lock.
        address_book: Makes names that tell nothing.
        webhook_key: 32 bytes; what is told to a provider so that it can prove itself.
    """
    found: list[Channel] = []
    if settings.telegram is not None:
        from channels.telegram.channel import TelegramChannel

        found.append(
            TelegramChannel(
                settings.telegram,
                settings.public_url,
                secret=base64.urlsafe_b64encode(webhook_key).decode().rstrip("="),
                address_book=address_book,
                database=database,
            )
        )
    if settings.twilio is not None:
        from channels.twilio import channels

        found += channels(settings.twilio, settings.public_url)
    return found


def ways_to_call(settings: Settings) -> dict[str, StaffWay]:
    """Each way to call staff that has its settings. Needs a running event loop."""
    found: dict[str, StaffWay] = {}
    if has_group(settings):
        from channels.telegram.staff_calls import GroupWay

        assert settings.telegram is not None
        found[GROUP] = GroupWay(settings.telegram, settings.public_url)
    if settings.twilio is not None and settings.twilio.sms_number is not None:
        from channels.twilio.staff_calls import SmsWay

        found[DUTY] = SmsWay(settings.twilio, settings.public_url)
    if settings.mail is not None:
        from channels.mail.staff_calls import MailWay

        found[MAIL] = MailWay(settings.mail, settings.public_url)
    return found


def has_group(settings: Settings) -> bool:
    """Whether there is a group of staff that can be called."""
    return settings.telegram is not None and settings.telegram.staff_group is not None


def capabilities(channels: list[Channel]) -> Mapping[str, Capabilities]:
    return {channel.name: channel.capabilities for channel in channels}
