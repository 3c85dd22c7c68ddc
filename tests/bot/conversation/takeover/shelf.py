"""A small catalogue that notes what it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.triage import levels
from tests.bot.conversation.takeover.desk import CRY


@dataclass
class Shelf:
    """What each text may be about, and how grave it is: a cry for help is the text `CRY`."""

    chances: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    # The words that make a text grave, and what stands in each answer besides.
    words: list[str] = field(default_factory=lambda: ["dikunci"])
    says: str = ""
    asked: list[str] = field(default_factory=list)
    weighed: list[str] = field(default_factory=list)

    def likely(self, text: str) -> Sequence[tuple[str, float]]:
        self.asked.append(text)
        return self.chances.get(text, [])

    def after(self, topic: str) -> Sequence[str]:
        return [f"{topic}_lalu", f"{topic}_lagi"]

    def title(self, topic: str) -> str:
        return topic.upper()

    def text(self, topic: str, channel: str) -> str:
        return f"{topic} on {channel} {self.says}".strip()

    def level(self, text: str) -> str:
        self.weighed.append(text)
        return levels.URGENT if text in (CRY, *self.words) else levels.ORDINARY

    def why(self, text: str) -> Sequence[str]:
        return self.words
