"""Registers the channels of this installation with their providers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bot.errors import OperatorError
from suluh.doctor import Finding
from suluh.wiring import House


def set_up(house: House) -> Iterator[Finding]:
    """What was done for each channel; one that refuses does not keep the others from it.

    Raises:
        OperatorError: No channel is configured.
    """
    channels = house.channels()
    if not channels:
        raise OperatorError(
            "No channel is configured. Set SULUH_TELEGRAM_TOKEN, or SULUH_TWILIO_ACCOUNT_SID "
            "with SULUH_TWILIO_AUTH_TOKEN and a number; docs/channels.md says how."
        )
    for channel in channels:
        try:
            for line in asyncio.run(channel.set_up()):
                yield Finding(channel.name, True, line)
        except OperatorError as error:
            yield Finding(channel.name, False, str(error))
