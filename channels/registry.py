"""The channels that are set up on this installation, beside the web chat."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from bot.conversation.capabilities import Capabilities
from bot.privacy.identity import AddressBook
from bot.settings import Settings
from bot.storage.database import Database
from channels.contract import Channel


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


def capabilities(channels: list[Channel]) -> Mapping[str, Capabilities]:
    return {channel.name: channel.capabilities for channel in channels}
