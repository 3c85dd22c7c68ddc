"""Rasa's response generator, with facts filled in and follow-ups offered.

Named in `endpoints.yml`, so `suluh rasa shell` says the same as the product.
"""

from __future__ import annotations

import copy
import json
import random
import re
from typing import Any

import yaml
from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain

from bot.knowledge import facts
from bot.settings import PROJECT_ROOT

Responses = dict[str, list[dict[str, Any]]]

FAQ_RESPONSE = "utter_faq/"
OWN_RESPONSES_FILE = PROJECT_ROOT / "nlu_data" / "ucapan.yml"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class FactsGenerator(TemplatedNaturalLanguageGenerator):
    """Fills `{kontak_polisi}` and offers the topics that a response names as `next`.

    A `TemplatedNaturalLanguageGenerator`, because Rasa's agent hands the domain's responses
    only to one of those, once it has loaded the model (it sets `responses`).
    """

    def __init__(self, endpoint_config: Any = None, domain: Domain | None = None) -> None:
        super().__init__(domain.responses if domain else {})
        self._own: Responses = yaml.safe_load(OWN_RESPONSES_FILE.read_text("utf-8"))["ucapan"]
        self._facts = facts.placeholders()

    def generate_from_slots(
        self,
        utter_action: str,
        filled_slots: dict[str, Any],
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """One of the variants for the channel, filled in; None when there is none."""
        responses = self._own if utter_action in self._own else self.responses
        if utter_action not in responses:
            return None
        variants = ResponseVariationFilter(responses).responses_for_utter_action(
            utter_action, output_channel, filled_slots
        )
        if not variants:
            return None
        response: dict[str, Any] = copy.deepcopy(random.choice(variants))  # noqa: S311
        # The text only: the braces in a button's payload are JSON.
        if "text" in response:
            response["text"] = fill(response["text"], {**filled_slots, **self._facts, **kwargs})
        if topics := _topics_after(responses[utter_action]):
            offered = [topic_button(topic, self.responses) for topic in topics]
            response["buttons"] = [*response.get("buttons", []), *filter(None, offered)]
        return response


def _topics_after(variants: list[dict[str, Any]]) -> list[str]:
    """The topics that any variant of a response names as `next` in its metadata."""
    for variant in variants:
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
