"""The assistant: Rasa as a library, one call a turn."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.conversation import cleaning
from bot.conversation.context import turn
from bot.conversation.messages import Choice, Content, Reply, Understanding
from bot.conversation.turn import Answer
from bot.engine import rasa_internals
from bot.knowledge import unanswered
from bot.knowledge.buttons import button_for, topic_button, topics_after
from bot.knowledge.deidentify import deidentify
from bot.knowledge.details import detail
from bot.knowledge.unanswered import Unanswered
from bot.nlu.labels import DANGER_SLOT, FAQ, TOPIC_SLOT
from bot.quiz.rounds import ROUND_SLOT, Round
from bot.triage import levels

# Enough to see what a question was nearly taken for.
MAX_GUESSES = 3
# More do not fit a small screen.
MAX_CHOICES = 4

_NOTE_RESPONSES = {
    cleaning.NOTE_EMPTY: "ucapan_pesan_kosong",
    cleaning.NOTE_NO_WORDS: "ucapan_pesan_tanpa_kata",
}
_ATTACHMENT_RESPONSES = {"sticker": "ucapan_stiker", "voice": "ucapan_suara"}


class Assistant:
    """Answers turns with the model at `model`.

    Not for use from several threads: Rasa's processor holds the tracker of one turn.
    """

    def __init__(self, model: Path) -> None:
        rasa_internals.import_for_serving()
        self._processor = rasa_internals.load_processor(model)
        self._loop = asyncio.new_event_loop()
        from bot.engine import tracker as tracker_module
        from bot.engine.output import ReplyCollector
        from bot.engine.reader import Reader, only_feels

        self._reader = Reader(self._processor)
        self._only_feels = only_feels
        self._tracker = tracker_module
        self._collector = ReplyCollector

    def understand(self, text: str, *, after: str | None = None) -> Understanding:
        """What a text means, by itself or `after` the answer of a topic."""
        return self.understand_wishes(text, after=after)[0]

    def understand_wishes(
        self, text: str, *, after: str | None = None
    ) -> tuple[Understanding, Understanding | None]:
        """What a text means, and what else it asks for."""
        tracker = self._tracker.with_slots({TOPIC_SLOT: after}, self._processor.domain)
        return self._reader.understand(text, tracker)

    def answer(
        self, conversation_id: str, channel: str, state: bytes | None, lines: Sequence[Content]
    ) -> Answer:
        """Answers the lines of one turn. See `bot.conversation.turn.Assistant`."""
        return self._loop.run_until_complete(self._answer(conversation_id, channel, state, lines))

    def apologise(self, channel: str) -> Sequence[Reply]:
        """What is said when a turn could not be answered at all."""
        return self._say("ucapan_gangguan", channel)

    async def _answer(
        self, conversation_id: str, channel: str, state: bytes | None, lines: Sequence[Content]
    ) -> Answer:
        domain = self._processor.domain
        tracker = self._tracker.restore(conversation_id, state, domain)
        text = "\n".join(line.text for line in lines if line.text)
        aside = self._aside(lines, text)
        if aside is not None:
            return Answer(self._say(aside, channel), state)

        if choices := self._reader.choices_beside(tracker, text):
            said_again = self._say(
                "ucapan_pilihan_tidak_ada", channel, *choices, jumlah=len(choices)
            )
            return Answer(said_again, self._tracker.remember(tracker, said_again))

        understanding, other = self._reader.read(tracker, lines, text)
        if self._only_feels(text, understanding) and not tracker.get_slot(DANGER_SLOT):
            heard = self._say("ucapan_perasaan", channel)
            return Answer(heard, self._tracker.remember(tracker, heard), understanding.level)
        last = tracker.get_slot(TOPIC_SLOT)
        if last and understanding.was_read and understanding.topic == last:
            return self._answer_again(tracker, understanding, text, channel)
        collector = self._collector(channel)
        from rasa.core.channels.channel import UserMessage

        # What the person typed is not given to the tracker: the parse is enough.
        message = UserMessage(
            text=f"/{understanding.intent}",
            output_channel=collector,
            sender_id=conversation_id,
            input_channel=channel,
            parse_data=understanding.parsed,
        )
        with turn(conversation_id, channel) as context:
            self._processor.tracker_store.current = tracker
            try:
                await self._processor.handle_message(message)
                tracker = self._processor.tracker_store.current
            finally:
                self._processor.tracker_store.current = None
        if collector.failure is not None:
            # Rasa goes on after an action that raised; half an answer is worse than a retry.
            raise collector.failure
        if not collector.replies:
            raise RuntimeError(f"no reply to intent {understanding.intent}")
        replies = list(collector.replies)
        if after := self._after(tracker, other, replies, channel):
            replies = _with_one_list([*replies, *after])
        said = replies
        if any(cleaning.NOTE_TRIMMED in line.notes for line in lines):
            replies = [*self._say("ucapan_pesan_terpotong", channel), *replies]
        return Answer(
            replies,
            state=None if context.forget else self._tracker.remember(tracker, said),
            level=understanding.level,
            effects=context.effects,
            forget=context.forget,
            unanswered=None if understanding.sure else _unanswered(understanding),
        )

    def _answer_again(
        self, tracker: Any, understanding: Understanding, text: str, channel: str
    ) -> Answer:
        """What the last answer holds of what is asked now, or that it is not known."""
        name = f"utter_{FAQ}/{understanding.topic}"
        responses = self._processor.domain.responses
        # The full answer: the one for SMS leaves details out.
        whole = self._processor.nlg.generate_from_slots(name, {}, "")
        found = detail(whole["text"], text)
        buttons = [topic_button(topic, responses) for topic in topics_after(responses[name])]
        offered = [*buttons, button_for("minta_petugas", responses)]
        choices = [Choice(b["title"], b["payload"]) for b in offered if b]
        response = "ucapan_rincian" if found else "ucapan_rincian_tidak_ada"
        replies = self._say(response, channel, *choices, rincian=found)
        if Round.running(tracker.get_slot(ROUND_SLOT)) is not None:
            replies = _with_one_list([*replies, *self._say("ucapan_kuis_lanjut", channel)])
        return Answer(
            replies,
            state=self._tracker.remember(tracker, replies),
            level=understanding.level,
            unanswered=None if found else _unanswered(understanding),
        )

    def _after(
        self, tracker: Any, other: Understanding | None, said: Sequence[Reply], channel: str
    ) -> Sequence[Reply]:
        """What is offered once the answer was given: the other wish, or the quiz that waits."""
        if other is not None:
            button = button_for(other.label, self._processor.domain.responses)
            if button is not None:
                choice = Choice(button["title"], button["payload"])
                return self._say("ucapan_keinginan_lain", channel, choice)
        waits = Round.running(tracker.get_slot(ROUND_SLOT)) is not None
        if not waits or self._tracker.ran(tracker, "action_kuis"):
            return ()
        # Further topics give way to the quiz, but not what was just asked ("Ya, hapus").
        asks = any(reply.choices for reply in said)
        if asks and not self._tracker.ran(tracker, "action_catat_topik"):
            return ()
        return self._say("ucapan_kuis_lanjut", channel)

    def _aside(self, lines: Sequence[Content], text: str) -> str | None:
        """The response to what is no text at all, when there is nothing else to answer."""
        first = lines[0]
        if first.edits is not None and levels.assess(text, "", 0.0) == levels.ORDINARY:
            return "ucapan_pesan_diubah"
        if first.payload is not None:
            return None
        if first.attachments and not text:
            return _ATTACHMENT_RESPONSES.get(first.attachments[0].kind, "ucapan_berkas")
        if first.location is not None and not text:
            return "ucapan_lokasi"
        if all(line.notes and line.notes[-1] in _NOTE_RESPONSES for line in lines):
            return _NOTE_RESPONSES[lines[-1].notes[-1]]
        return None

    def _say(self, response: str, channel: str, *choices: Choice, **values: Any) -> Sequence[Reply]:
        said = self._processor.nlg.generate_from_slots(response, {}, channel, **values)
        if said is None:
            raise RuntimeError(f"the domain has no {response}")
        reply = self._collector.to_reply(said)
        return [replace(reply, choices=(*reply.choices, *choices))]


def _with_one_list(replies: Sequence[Reply]) -> list[Reply]:
    """All choices under the last reply, its own first: a list has one set of numbers."""
    before = [choice for reply in replies[:-1] for choice in reply.choices]
    # What was asked for may stand among what follows the answer anyway.
    choices = tuple(dict.fromkeys((*replies[-1].choices, *before)))[:MAX_CHOICES]
    last = replace(replies[-1], choices=choices)
    return [*(replace(reply, choices=()) for reply in replies[:-1]), last]


def _unanswered(understanding: Understanding) -> Unanswered | None:
    """The question without an answer, as staff may read it; None when nothing is left of it."""
    parsed = understanding.parsed
    question = deidentify(parsed["text"], unknown=parsed["unknown_words"])
    if question is None:
        return None
    between = parsed["intent"].get("unsure") == "between"
    guesses = [guess["name"] for guess in parsed["intent_ranking"][:MAX_GUESSES]]
    return Unanswered(question, unanswered.BETWEEN if between else unanswered.UNKNOWN, guesses)
