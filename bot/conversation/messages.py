"""What comes in and what goes out, in the terms that every channel shares."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Attachment:
    """A file that came with a message.

    Attributes:
        kind: photo, document, voice, video, sticker, or contact (a card, never kept).
        media_type: As the provider says; what is in the file may be something else.
        source: Where the provider has it: a file id, or an address.
        size: In bytes, as the provider says; None when it does not.
    """

    kind: str
    media_type: str = ""
    source: str = field(default="", repr=False)
    size: int | None = None


@dataclass(frozen=True)
class Location:
    """A place on the map, in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Inbound:
    """One message as a connector hands it over, already proven to be genuine.

    Attributes:
        channel: web, terminal, telegram, whatsapp or sms.
        address: Where to answer: a phone number, a chat id, a cookie's secret.
        external_id: The provider's id; the same id is the same message.
        text: What the person typed, as it came.
        payload: The value of a button that was pressed, instead of text.
        edits: The external id of the message that this one corrects.
    """

    channel: str
    address: str
    external_id: str
    text: str = ""
    payload: str | None = None
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    edits: str | None = None

    def __repr__(self) -> str:
        # A stray log line or traceback must not show who wrote what.
        return f"Inbound(channel={self.channel!r}, <sealed>)"


@dataclass(frozen=True)
class Content:
    """The part of an `Inbound` that is kept, cleaned. `notes` says what cleaning saw."""

    text: str = ""
    payload: str | None = None
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    edits: str | None = None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Content(<sealed>)"

    def encode(self) -> bytes:
        return _compact(asdict(self))

    @classmethod
    def decode(cls, raw: bytes) -> Content:
        data = json.loads(raw)
        location = data.pop("location")
        return cls(
            attachments=tuple(Attachment(**item) for item in data.pop("attachments")),
            location=Location(**location) if location else None,
            notes=tuple(data.pop("notes")),
            **data,
        )


@dataclass(frozen=True)
class Choice:
    """One thing a person may pick. `payload` is what a button sends back."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One message to a person, before a channel has given it its form."""

    text: str
    choices: tuple[Choice, ...] = ()

    def __repr__(self) -> str:
        return "Reply(<sealed>)"

    def encode(self) -> bytes:
        return _compact(asdict(self))

    @classmethod
    def decode(cls, raw: bytes) -> Reply:
        data = json.loads(raw)
        return cls(data["text"], tuple(Choice(**item) for item in data["choices"]))


@dataclass(frozen=True)
class Understanding:
    """What a text was taken to mean.

    Attributes:
        intent: `faq` or the id of a dialog intent.
        topic: The id of the topic when the intent is `faq`.
        confidence: Calibrated probability, 0 to 1, of the intent and topic.
        level: darurat, tinggi or biasa.
        parsed: The parse as Rasa wants it in a `UserMessage`.
        sure: False when it is asked back or owned up to instead of answered.
        leans_back: True when it was read with the answer before.
    """

    intent: str
    topic: str | None
    confidence: float
    level: str
    parsed: dict[str, Any] = field(repr=False, default_factory=dict)
    sure: bool = True
    leans_back: bool = False

    @property
    def was_read(self) -> bool:
        """True for words; False for a button, a pick or a command, which need no reading."""
        return bool(self.parsed.get("intent_ranking"))

    @property
    def label(self) -> str:
        """`faq/<topic>`, or the dialog intent."""
        return f"{self.intent}/{self.topic}" if self.topic else self.intent


def _compact(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
