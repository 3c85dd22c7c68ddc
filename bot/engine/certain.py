"""Understandings that are certain without the classifier."""

from __future__ import annotations

from typing import Any

from bot.conversation.messages import Understanding
from bot.nlu.labels import FAQ, selector_output
from bot.triage import levels


def certain(intent: str, /, **entities: Any) -> Understanding:
    """What is certain without the classifier; `topik` names the topic of a question."""
    topic = entities.pop("topik", None)
    parsed: dict[str, Any] = {
        "text": f"/{intent}",
        "intent": {"name": intent, "confidence": 1.0},
        "intent_ranking": [],
        "entities": [{"entity": name, "value": said} for name, said in entities.items()],
    }
    if topic is not None:
        parsed["response_selector"] = selector_output(FAQ, [(f"{FAQ}/{topic}", 1.0)])
    level = levels.URGENT if intent == levels.URGENT else levels.ORDINARY
    return Understanding(intent, topic, 1.0, level, parsed)
