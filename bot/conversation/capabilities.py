"""What a channel can show, as far as the form of a reply depends on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def characters(text: str) -> int:
    return len(text)


def utf16_units(text: str) -> int:
    """Telegram counts these: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


@dataclass(frozen=True)
class Capabilities:
    """What a channel can show.

    Attributes:
        buttons: The most buttons under one message. Where a reply has more choices than
            that, they stand in the text with numbers before them.
        button_title: The longest title of a button, in characters.
        button_value: The longest payload of a button, in bytes of UTF-8.
        length: The longest message, as `measure` counts it; None for any length.
        measure: Counts a text: characters, UTF-16 units, SMS segments.
        clean: Brings a text into the channel's alphabet.
        waits_for_more: A reply that is longer than one message goes on when the person
            asks for it, instead of in messages one after the other.
        window_seconds: For so long after a person's last message a reply may be sent;
            None for any time.
    """

    buttons: int = 100
    button_title: int = 100
    button_value: int = 1_000
    length: int | None = None
    measure: Callable[[str], int] = characters
    clean: Callable[[str], str] = str
    waits_for_more: bool = False
    window_seconds: int | None = None

    def fits(self, text: str) -> bool:
        return self.length is None or self.measure(text) <= self.length


# The web page and the terminal show everything as it is.
EVERYTHING = Capabilities()
