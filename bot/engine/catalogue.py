"""The topics as whoever answers by hand may use them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.messages import Content
from bot.engine.assistant import Assistant
from bot.knowledge.buttons import FAQ_RESPONSE, topic_title, topics_after
from bot.nlu.labels import FAQ


class Catalogue:
    """Over an assistant; like it, not for use from several threads."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def likely(self, text: str) -> list[tuple[str, float]]:
        """The topics that a text may be about, with the probability of each."""
        ranking = self._assistant.understand(text).parsed.get("intent_ranking", ())
        found = ((*guess["name"].partition("/"), guess["confidence"]) for guess in ranking)
        return [
            (topic, float(chance))
            for intent, _, topic, chance in found
            if intent == FAQ and self._exists(topic)
        ]

    def after(self, topic: str) -> list[str]:
        """The topics that are offered after the answer of one."""
        offered = topics_after(self._assistant.responses.get(FAQ_RESPONSE + topic, []))
        return [other for other in offered if self._exists(other)]

    def title(self, topic: str) -> str:
        return topic_title(topic, self._assistant.responses) or topic

    def text(self, topic: str, channel: str) -> str:
        """The answer of a topic on a channel.

        Raises:
            KeyError: There is no such topic.
        """
        if not self._exists(topic):
            raise KeyError(topic)
        said = self._assistant.say(FAQ_RESPONSE + topic, channel)
        return "\n\n".join(reply.text.strip() for reply in said if reply.text.strip())

    def level(self, text: str) -> str:
        return self._assistant.level([Content(text)])

    def why(self, text: str) -> Sequence[str]:
        """The words that make a text grave, the weightiest first."""
        return self._assistant.why(text)

    def _exists(self, topic: str) -> bool:
        return topic_title(topic, self._assistant.responses) is not None
