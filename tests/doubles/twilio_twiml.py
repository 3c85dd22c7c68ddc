"""What a webhook answered: messages to send back."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

PARSE_FAILURE = 12100
WRONG_ROOT = 12102
WRONG_CONTENT_TYPE = 12300
XML_TYPES = ("text/xml", "application/xml", "text/html")


class TwimlError(Exception):
    """An answer that cannot be followed; `code` is the provider's number of it."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Reply:
    """One <Message>."""

    body: str
    media: list[str] = field(default_factory=list)
    callback: str = ""


def read_answer(content_type: str, text: str) -> list[Reply]:
    """The messages that an answer asks to send. Raises TwimlError.

    An empty body asks for nothing; a text/plain body is itself a message.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if not text.strip():
        return []
    if kind == "text/plain":
        return [Reply(text)]
    if kind not in XML_TYPES:
        raise TwimlError(WRONG_CONTENT_TYPE, f"content type {kind!r}")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise TwimlError(PARSE_FAILURE, str(error)) from error
    if root.tag != "Response":
        raise TwimlError(WRONG_ROOT, f"the root is {root.tag}")
    return [_reply(item) for item in root.findall("Message")]


def _reply(item: ElementTree.Element) -> Reply:
    bodies = [child.text or "" for child in item.findall("Body")]
    return Reply(
        body="".join(bodies) if bodies else (item.text or "").strip(),
        media=[(child.text or "").strip() for child in item.findall("Media")],
        callback=item.get("statusCallback") or item.get("action") or "",
    )
