"""A stand-in for the engine where a test is about the path and not about the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.conversation.messages import Content, Reply
from bot.conversation.turn import Answer


class Echo:
    """Says what it heard, and counts in its state how often it was asked."""

    def __init__(self, before_answer: Callable[[str], None] = lambda text: None) -> None:
        self.before_answer = before_answer
        self.heard: list[str] = []

    def answer(
        self, conversation_id: str, channel: str, state: bytes | None, lines: Sequence[Content]
    ) -> Answer:
        text = "|".join(line.text for line in lines)
        self.before_answer(text)
        self.heard.append(text)
        count = int(state or b"0") + 1
        return Answer([Reply(f"{count}:{text}")], state=str(count).encode())

    def apologise(self, channel: str) -> Sequence[Reply]:
        return [Reply("maaf")]

    def say(self, response: str, channel: str, **values: str) -> Sequence[Reply]:
        return [Reply(response)]
