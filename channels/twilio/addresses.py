"""Numbers, and where Twilio calls us."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.settings import TwilioSettings

WHATSAPP, SMS = "whatsapp", "sms"
PREFIX = "whatsapp:"

MESSAGE_PATH = "/twilio/pesan"
STATUS_PATH = "/twilio/status"
# By itself Twilio does not deliver again what was answered with a 5xx. The fragment is no
# part of what is signed. https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
DELIVER_AGAIN = "#rc=3&rp=5xx,ct,rt"

# The longest short code that is sent without a plus.
_SHORT_CODE = 6
_PERSON = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


def is_person(number: str) -> bool:
    """Whether it can be answered: E.164, no short code and no name such as "BANK"."""
    return _PERSON.fullmatch(number) is not None


def channel_of(address: str) -> str:
    return WHATSAPP if address.startswith(PREFIX) else SMS


def on(channel: str, number: str) -> str:
    """A number as Twilio names it on a channel."""
    return f"{PREFIX}{number}" if channel == WHATSAPP else number


def own(settings: TwilioSettings) -> Mapping[str, str]:
    """Our own addresses by channel, as Twilio names them."""
    numbers = {WHATSAPP: settings.whatsapp_number, SMS: settings.sms_number}
    return {channel: on(channel, _e164(number)) for channel, number in numbers.items() if number}


def status_url(public_url: str, outbound_id: int) -> str:
    """Where Twilio reports on one of our messages."""
    return f"{base(public_url)}{STATUS_PATH}?pesan={outbound_id}{DELIVER_AGAIN}"


def message_url(public_url: str) -> str:
    """Where Twilio delivers what people write."""
    return f"{base(public_url)}{MESSAGE_PATH}{DELIVER_AGAIN}"


def base(public_url: str) -> str:
    return public_url.rstrip("/")


def _e164(number: str) -> str:
    is_whole = number.startswith("+") or len(number) <= _SHORT_CODE
    return number if is_whole else f"+{number}"
