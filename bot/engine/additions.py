"""What stands around an answer because of what was told before: advice, and who helps abroad."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.conversation.messages import Reply, Understanding
from bot.engine import tracker as trackers
from bot.engine.memory import Memory
from bot.engine.reader import Heard
from bot.entities.countries import name_of
from bot.knowledge.buttons import metadata, own_texts, sends_abroad
from bot.knowledge.facts import missions
from bot.nlu.labels import ABROAD, DANGER_SLOT, KIND_SLOT, MEMORY_SLOT, TOPIC_SLOT
from bot.triage import first_aid, levels
from bot.triage.after_cry import Cry
from bot.triage.first_aid import CODE_WORD, SUICIDE, WATCHED

# In the metadata of a dialog intent: the topic that short questions after it are read with.
SUBJECT = "about"
# A guess below this is none.
LEAST_LIKELY = 0.1
# Among the guesses these call for a warning before anything is chosen.
WARNED_OF = ("faq/uang_muka", "faq/biaya_penempatan", "faq/ijazah_ditahan", "faq/calo")


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
            asked = _asks_for_money_or_papers(heard.meant)
            return [*(self._say("ucapan_jangan_dulu", channel) if asked else ()), *replies]
        if trackers.ran(tracker, "action_darurat"):
            replies = self._first_the_mission(replies, tracker, memory, channel)
        elif sends_abroad(self._responses, topic):
            replies = self._with_mission(replies, memory, channel)
        if topic is None:
            self._note_subject(heard.meant.intent, tracker)
            return list(replies)
        is_grave = heard.meant.level == levels.URGENT
        first = self._still_danger(tracker, memory, channel, always=is_grave)
        return [*first, *self._advice(topic, memory, tracker, channel), *replies]

    def _note_subject(self, intent: str, tracker: Any) -> None:
        """ "berapa lama ya" after "saya sudah lapor" is asked of reports."""
        spoken = self._responses.get(f"utter_{intent}", [])
        if about := metadata(spoken, SUBJECT) or own_texts()["tentang"].get(intent):
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
        """The last reply ends with the Indonesian mission in the country that was named, if any.

        Not for somebody at home, and not where the reply names it itself.
        """
        last = replies[-1]
        numbers = missions().get(memory.country or "", [])
        if not memory.needs_mission or _are_in(last.text, numbers):
            return replies
        line = self._mission(memory, channel)
        return [*replies[:-1], replace(last, text=f"{last.text}\n\n{line}")]

    def _first_the_mission(
        self, replies: Sequence[Reply], tracker: Any, memory: Memory, channel: str
    ) -> Sequence[Reply]:
        """Abroad the police of Indonesia cannot come: the mission stands before all else.

        Where somebody thinks of suicide it is people nearby who matter.
        """
        name = first_aid.base(tracker.get_slot(KIND_SLOT) or "")
        cry = Cry.of(tracker.get_slot(DANGER_SLOT))
        if not memory.needs_mission or cry is None or name in (SUICIDE, WATCHED, CODE_WORD):
            return replies
        if cry.mission == memory.country:
            # Once in a danger.
            return replies
        trackers.set_slot(tracker, DANGER_SLOT, replace(cry, mission=memory.country).as_slot())
        first = replies[0]
        line = self._mission(memory, channel)
        return [replace(first, text=f"{line}\n\n{first.text}"), *replies[1:]]

    def _mission(self, memory: Memory, channel: str) -> str:
        country = str(memory.country)
        numbers = missions().get(country)
        response = "ucapan_perwakilan" if numbers else "ucapan_perwakilan_tidak_ada"
        values = {"negara": name_of(country), "nomor": " atau ".join(numbers or ())}
        return self._say(response, channel, **values)[0].text

    def _still_danger(
        self, tracker: Any, memory: Memory, channel: str, *, always: bool
    ) -> list[Reply]:
        """One line while a cry for help is in mind, but not twice running.

        Before a question that names a danger it stands `always`.
        """
        in_mind = tracker.get_slot(DANGER_SLOT) and ABROAD not in memory.situations
        is_watched = tracker.get_slot(KIND_SLOT) in (WATCHED, CODE_WORD)
        if is_watched or not (in_mind or always):
            return []
        line = list(self._say("ucapan_masih_bahaya", channel))
        said = {event.text for event in trackers.said_before(tracker)}
        return [reply for reply in line if reply.text not in said]


def _asks_for_money_or_papers(meant: Understanding) -> bool:
    """Whether what is asked back may be about paying or handing over papers.

    Told by the guesses: the person gets them as choices, and the warning at once.
    """
    if meant.parsed["intent"].get("unsure") != "between":
        return False
    return any(
        guess["name"] in WARNED_OF and guess["confidence"] >= LEAST_LIKELY
        for guess in meant.parsed["intent_ranking"]
    )


def _are_in(text: str, missions_there: Sequence[str]) -> bool:
    """Whether a text has the numbers of all missions: "KBRI Seoul +82 10-5394-2546"."""
    return bool(missions_there) and all(said[said.index("+") :] in text for said in missions_there)
