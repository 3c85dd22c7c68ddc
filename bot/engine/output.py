"""Collects what Rasa says in a turn as `Reply` objects."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel

from bot.conversation.messages import Choice, Reply


class ReplyCollector(OutputChannel):
    """An output channel under the name of the real one, so that Rasa picks its variants."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.replies: list[Reply] = []
        # What an action raised; Rasa itself swallows it.
        self.failure: Exception | None = None

    def name(self) -> str:
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.replies.append(self.to_reply(message))

    @staticmethod
    def to_reply(message: dict[str, Any]) -> Reply:
        buttons = message.get("buttons") or []
        return Reply(
            text=(message.get("text") or "").strip(),
            choices=tuple(Choice(button["title"], button["payload"]) for button in buttons),
        )
