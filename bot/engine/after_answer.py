"""What words mean because of the answer before them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.conversation.messages import Understanding
from bot.engine.flat import flat
from bot.engine.memory import only_says_where
from bot.engine.whole_answer import whole_answer
from bot.knowledge import details
from bot.knowledge.buttons import sends_abroad
from bot.nlu.labels import FAQ, TOPIC_SLOT

ReadAlone = Callable[[str, dict[str, Any]], Understanding]


class AfterAnswer:
    """Looks at what was understood together with the topic that was answered last.

    Args:
        processor: Rasa's, for its domain and its texts.
        read_alone: Reads a text, of which there is a parse, as if nothing stood before it.
    """

    def __init__(self, processor: Any, read_alone: ReadAlone) -> None:
        self._processor = processor
        self._read_alone = read_alone

    def in_that_country(
        self, understanding: Understanding, tracker: Any, text: str
    ) -> Understanding | None:
        """ "saya di Taiwan" after an answer that sends people to an embassy asks which one."""
        last = tracker.get_slot(TOPIC_SLOT)
        if last is None or not sends_abroad(self._processor.domain.responses, last):
            return None
        if not only_says_where(flat(text), understanding.parsed.get("entities", ())):
            return None
        parsed = {**understanding.parsed, "fits_before": True}
        return replace(understanding, intent=FAQ, topic=last, parsed=parsed, sure=True)

    def by_itself(
        self, understanding: Understanding, tracker: Any, text: str
    ) -> Understanding | None:
        """What a question means alone that was taken for one more about the last answer."""
        last = tracker.get_slot(TOPIC_SLOT)
        if not understanding.leans_back or understanding.topic != last:
            return None
        if understanding.parsed["fits_before"] or details.asks_for_detail(text):
            return None
        alone = self._read_alone(text, understanding.parsed)
        return alone if alone.sure and alone.intent == FAQ else None

    def topic_that_tells(self, understanding: Understanding, tracker: Any, text: str) -> str | None:
        """Where the answer stands to a question about the last topic that it does not answer."""
        last = tracker.get_slot(TOPIC_SLOT)
        is_same = understanding.topic == last and understanding.sure
        if last is None or not (is_same or (understanding.leans_back and not understanding.sure)):
            return None
        if not understanding.was_read:
            return None
        if details.detail(whole_answer(self._processor, last), text):
            return None
        return details.topic_that_tells(text, str(last))
