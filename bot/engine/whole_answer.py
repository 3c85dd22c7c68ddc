"""The full answer of a topic."""

from __future__ import annotations

from typing import Any

from bot.knowledge.buttons import FAQ_RESPONSE


def whole_answer(processor: Any, topic: str) -> str:
    """The text for channels without a limit: the one for SMS leaves details out."""
    response = processor.nlg.generate_from_slots(FAQ_RESPONSE + topic, {}, "")
    return str(response["text"])
