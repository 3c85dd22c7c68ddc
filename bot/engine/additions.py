"""What stands around an answer because of what was told before: advice, and who helps abroad."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.conversation.messages import Reply
from bot.engine import tracker as trackers
from bot.engine.memory import Memory
from bot.engine.reader import Heard
from bot.entities.countries import name_of
from bot.knowledge.buttons import metadata, sends_abroad
from bot.knowledge.facts import missions
from bot.nlu.labels import DANGER_SLOT, MEMORY_SLOT, TOPIC_SLOT

# In the metadata of a dialog intent: the topic that short questions after it are read with.
SUBJECT = "about"


class Additions:
    """Adds to the replies of rules.

    Args:
        processor: Rasa's, for its domain.
        say: Gives the replies of a response on a channel, with more values.
    """

    def __init__(self, processor: Any, say: Callable[..., Sequence[Reply]]) -> None:
        self._responses = processor.domain.responses
        self._say = say

    def around(
        self, replies: Sequence[Reply], tracker: Any, heard: Heard, channel: str
    ) -> list[Reply]:
        """The replies with the lines that fit what is known; notes which advice was given."""
        memory, topic = heard.memory, heard.meant.topic
        if not heard.meant.sure:
            return list(replies)
        if trackers.ran(tracker, "action_darurat") or sends_abroad(self._responses, topic):
            replies = self._with_mission(replies, memory, channel)
        if topic is None:
            self._note_subject(heard.meant.intent, tracker)
            return list(replies)
        first = list(self._say("ucapan_masih_bahaya", channel)) if _in_danger(tracker) else []
        return [*first, *self._advice(topic, memory, tracker, channel), *replies]

    def _note_subject(self, intent: str, tracker: Any) -> None:
        """ "berapa lama ya" after "saya sudah lapor" is asked of reports."""
        if about := metadata(self._responses.get(f"utter_{intent}", []), SUBJECT):
            trackers.set_slot(tracker, TOPIC_SLOT, about)

    def with_help_abroad(
        self, replies: Sequence[Reply], topic: str, memory: Memory, channel: str
    ) -> Sequence[Reply]:
        """The replies about a topic, with the mission where the topic sends people to one."""
        if not sends_abroad(self._responses, topic):
            return replies
        return self._with_mission(replies, memory, channel)

    def _advice(self, topic: str, memory: Memory, tracker: Any, channel: str) -> list[Reply]:
        names = memory.advice_before(topic)
        trackers.set_slot(tracker, MEMORY_SLOT, memory.once_advised(names).as_slot())
        return [reply for name in names for reply in self._say(f"ucapan_keadaan_{name}", channel)]

    def _with_mission(
        self, replies: Sequence[Reply], memory: Memory, channel: str
    ) -> Sequence[Reply]:
        """The last reply ends with the Indonesian mission in the country that was named, if any."""
        if memory.country is None:
            return replies
        numbers = missions().get(memory.country)
        response = "ucapan_perwakilan" if numbers else "ucapan_perwakilan_tidak_ada"
        values = {"negara": name_of(memory.country), "nomor": " atau ".join(numbers or ())}
        line = self._say(response, channel, **values)[0].text
        last = replies[-1]
        return [*replies[:-1], replace(last, text=f"{last.text}\n\n{line}")]


def _in_danger(tracker: Any) -> bool:
    return bool(tracker.get_slot(DANGER_SLOT))
