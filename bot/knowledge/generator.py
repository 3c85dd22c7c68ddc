"""Rasa's response generator, with facts filled in and follow-ups offered.

Named in `endpoints.yml`, so `suluh rasa shell` says the same as the product.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain

from bot.knowledge import facts
from bot.settings import PROJECT_ROOT

FAQ_RESPONSE = "utter_faq/"
OWN_RESPONSES_FILE = PROJECT_ROOT / "nlu_data" / "ucapan.yml"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class FactsGenerator(TemplatedNaturalLanguageGenerator):
    """Fills `{kontak_polisi}` and offers the topics that a response names as `next`."""

    def __init__(self, endpoint_config: Any = None, domain: Domain | None = None) -> None:
        own = yaml.safe_load(OWN_RESPONSES_FILE.read_text("utf-8"))["ucapan"]
        super().__init__({**own, **(domain.responses if domain else {})})
        self._facts = facts.placeholders()

    def generate_from_slots(
        self,
        utter_action: str,
        filled_slots: dict[str, Any],
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        response: dict[str, Any] | None = super().generate_from_slots(
            utter_action, {**filled_slots, **self._facts}, output_channel, **kwargs
        )
        if response is not None and (topics := self._topics_after(utter_action)):
            offered = [topic_button(topic, self.responses) for topic in topics]
            response["buttons"] = [*response.get("buttons", []), *filter(None, offered)]
        return response

    def _fill_response(
        self,
        response: dict[str, Any],
        filled_slots: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Fills the text only: the braces of a button's payload are JSON."""
        values = {**(filled_slots or {}), **kwargs}
        if "text" in response:
            response["text"] = fill(response["text"], values)
        return response

    def _topics_after(self, utter_action: str) -> list[str]:
        """The topics that any variant of a response names as `next` in its metadata."""
        for variant in self.responses.get(utter_action, []):
            if topics := (variant.get("metadata") or {}).get("next"):
                return list(topics)
        return []


def fill(text: str, values: dict[str, Any]) -> str:
    """`text` with each `{name}` that has a value replaced."""
    return _PLACEHOLDER.sub(
        lambda match: str(values[match[1]]) if match[1] in values else match[0], text
    )


def topic_title(topic: str, responses: dict[str, list[dict[str, Any]]]) -> str | None:
    """The short title of a topic, or None while it has no answer."""
    for variant in responses.get(FAQ_RESPONSE + topic, []):
        if title := (variant.get("metadata") or {}).get("title"):
            return str(title)
    return None


def topic_button(topic: str, responses: dict[str, list[dict[str, Any]]]) -> dict[str, str] | None:
    """A button that asks for the topic, or None while it has no answer."""
    title = topic_title(topic, responses)
    if title is None:
        return None
    return {"title": title, "payload": f"/faq{json.dumps({'topik': topic})}"}
