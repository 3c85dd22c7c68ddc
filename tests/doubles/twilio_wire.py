"""What stands on the wire: addresses, identifiers, dates, segments and error bodies."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import format_datetime
from urllib.parse import parse_qsl

API_VERSION = "2010-04-01"
WHATSAPP_PREFIX = "whatsapp:"
E164 = re.compile(r"\+[1-9]\d{6,14}")

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")


class Refusal(Exception):
    """A request that is refused with an error body.

    `status` is the HTTP status, `code` the provider's number of the error.
    """

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def as_json(self) -> dict[str, object]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


@dataclass(frozen=True)
class Address:
    """A number in E.164 and the channel on which it is meant."""

    channel: str
    number: str

    def __str__(self) -> str:
        return f"{WHATSAPP_PREFIX if self.channel == 'whatsapp' else ''}{self.number}"


def parse_address(text: str) -> Address | None:
    """Reads "+62..." or "whatsapp:+62..."; None if the number is not E.164."""
    channel = "whatsapp" if text.startswith(WHATSAPP_PREFIX) else "sms"
    number = text[len(WHATSAPP_PREFIX) :] if channel == "whatsapp" else text
    return Address(channel, number) if E164.fullmatch(number) else None


def new_sid(prefix: str) -> str:
    """An identifier: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def now() -> datetime:
    return datetime.now(timezone.utc)


def rfc2822(moment: datetime | None) -> str | None:
    return format_datetime(moment) if moment else None


def iso8601(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_form(body: bytes) -> dict[str, list[str]]:
    """The values of each form parameter, in order; empty ones are kept."""
    form: dict[str, list[str]] = {}
    for name, value in parse_qsl(body.decode("utf-8"), keep_blank_values=True):
        form.setdefault(name, []).append(value)
    return form


def is_gsm(text: str) -> bool:
    """Whether every character is in the GSM 03.38 alphabet or its extension table."""
    return all(letter in GSM_BASIC or letter in GSM_EXTENDED for letter in text)


def count_segments(text: str) -> int:
    """How many SMS segments carry `text`; an empty text counts as one.

    GSM-7 holds 160 units alone and 153 in a part of several, UCS-2 70 and 67.
    A character of two units (extension table, surrogate pair) is not divided.
    """
    gsm = is_gsm(text)
    units = [_units(letter, gsm) for letter in text]
    alone, part = (160, 153) if gsm else (70, 67)
    if sum(units) <= alone:
        return 1
    segments, used = 1, 0
    for unit in units:
        if used + unit > part:
            segments, used = segments + 1, 0
        used += unit
    return segments


def _units(letter: str, gsm: bool) -> int:
    if gsm:
        return 2 if letter in GSM_EXTENDED else 1
    return 2 if ord(letter) > 0xFFFF else 1
