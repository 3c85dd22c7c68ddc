"""Rasa's response generator, with facts filled in and follow-ups offered.

Named in `endpoints.yml`, so `suluh rasa shell` says the same as the product.
"""

from __future__ import annotations

import copy
import random
from typing import Any

from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain

from bot.knowledge import facts
from bot.knowledge.buttons import Responses, own_texts, topic_button, topics_after


class FactsGenerator(TemplatedNaturalLanguageGenerator):
    """Fills `{kontak_polisi}` and offers the topics that a response names as `next`.

    A `TemplatedNaturalLanguageGenerator`, because Rasa's agent hands the domain's responses
    only to one of those, once it has loaded the model (it sets `responses`).
    """

    def __init__(self, endpoint_config: Any = None, domain: Domain | None = None) -> None:
        super().__init__(domain.responses if domain else {})
        self._own: Responses = own_texts()["ucapan"]
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
            values = {**filled_slots, **self._facts, **kwargs}
            response["text"] = facts.fill(response["text"], values)
        if topics := topics_after(responses[utter_action]):
            offered = [topic_button(topic, self.responses) for topic in topics]
            response["buttons"] = [*response.get("buttons", []), *filter(None, offered)]
        return response
