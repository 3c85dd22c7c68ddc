"""The form of a message as an `Inbound`.

Names, cities, profiles and whatever else Twilio tells of a person end here.
https://www.twilio.com/docs/messaging/guides/webhook-request
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from bot.conversation.messages import Attachment, Inbound, Location
from bot.settings import TwilioSettings
from channels.twilio.addresses import PREFIX, channel_of, is_person, own
from channels.twilio.signature import NotTaken

logger = logging.getLogger(__name__)

PROVIDER = "https://api.twilio.com"
MAX_MEDIA = 10
MAX_URL = 500
MAX_PAYLOAD = 256

_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_DEGREES = re.compile(r"-?\d{1,3}(\.\d{1,20})?", re.ASCII)
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,50}/[a-z0-9.+-]{1,80}", re.ASCII)
_URL = re.compile(r"[!-\[\]-~]+")

_CARDS = {"text/vcard", "text/x-vcard", "text/directory"}
_KINDS = {"image": "photo", "audio": "voice", "video": "video"}
# WhatsApp sends photos as JPEG, and stickers so.
_STICKER = "image/webp"

Form = Mapping[str, str]


class MessageReader:
    """Reads messages to the numbers of one installation."""

    def __init__(self, settings: TwilioSettings) -> None:
        self._own = own(settings)
        self._media_origins = _media_origins(settings.api_url)

    def read(self, form: Form) -> Inbound:
        """The message of a genuine form.

        Raises:
            NotTaken: 403 for a number that is not ours, 400 for no message, 200 for one
                that nobody can be answered to.
        """
        sender = form.get("From", "")
        channel = channel_of(sender)
        if self._own.get(channel) != form.get("To", ""):
            raise NotTaken(403, "to a number that is not ours")
        external_id = form.get("MessageSid") or form.get("SmsMessageSid", "")
        if not _SID.fullmatch(external_id):
            raise NotTaken(400, "no message id")
        address = sender.removeprefix(PREFIX)
        if not is_person(address):
            raise NotTaken(200, "from no number of a person")
        text, payload = _words(form)
        return Inbound(
            channel=channel,
            address=address,
            external_id=external_id,
            text=text,
            payload=payload,
            attachments=tuple(self._attachments(form)),
            location=_location(form),
        )

    def _attachments(self, form: Form) -> Iterator[Attachment]:
        for number in range(MAX_MEDIA):
            url = form.get(f"MediaUrl{number}")
            if url is None:
                continue
            media_type = _media_type(form.get(f"MediaContentType{number}", ""))
            if media_type in _CARDS:
                yield Attachment("contact", media_type)
            elif self._is_at_the_provider(url):
                yield Attachment(_kind(media_type), media_type, source=url)
            else:
                logger.warning("a file that is not with the provider was left out")

    def _is_at_the_provider(self, url: str) -> bool:
        is_plain = len(url) <= MAX_URL and _URL.fullmatch(url) is not None
        return is_plain and url.startswith(tuple(self._media_origins))


def _media_origins(api_url: str | None) -> Sequence[str]:
    """What an address of a file begins with; with the slash, so that no host goes on."""
    origins = [f"{PROVIDER}/"]
    if api_url is not None:
        host = urlsplit(api_url).netloc
        origins += [f"https://{host}/", f"http://{host}/"]
    return origins


def _words(form: Form) -> tuple[str, str | None]:
    """What was typed or picked, and the value of what was picked if it is one of ours."""
    for title, value in (("ButtonText", "ButtonPayload"), ("ListTitle", "ListId")):
        if form.get(title):
            return form[title], _payload(form.get(value, ""))
    return form.get("Body", ""), None


def _payload(value: str) -> str | None:
    is_ours = value.startswith("/") and len(value) <= MAX_PAYLOAD and value.isprintable()
    return value if is_ours else None


def _location(form: Form) -> Location | None:
    latitude = _degrees(form.get("Latitude", ""), 90)
    longitude = _degrees(form.get("Longitude", ""), 180)
    if latitude is None or longitude is None:
        return None
    return Location(latitude, longitude)


def _degrees(raw: str, most: int) -> float | None:
    value = float(raw) if _DEGREES.fullmatch(raw) else None
    return value if value is not None and abs(value) <= most else None


def _media_type(raw: str) -> str:
    """Without parameters; empty when it is none."""
    plain = raw.partition(";")[0].strip().lower()
    return plain if _MEDIA_TYPE.fullmatch(plain) else ""


def _kind(media_type: str) -> str:
    if media_type == _STICKER:
        return "sticker"
    return _KINDS.get(media_type.partition("/")[0], "document")
