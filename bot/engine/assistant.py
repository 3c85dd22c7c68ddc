"""The assistant: Rasa as a library, one call a turn."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot import clock
from bot.conversation import cleaning
from bot.conversation.context import TurnContext, turn
from bot.conversation.inbox import lately_said
from bot.conversation.messages import Choice, Content, Reply, Understanding
from bot.conversation.takeover.words import CALLED_BESIDE_FIRST_AID
from bot.conversation.turn import Answer
from bot.engine import danger, pieces, rasa_internals, telling
from bot.engine.choice_lists import MAX_CHOICES, with_one_list
from bot.engine.open_questions import question_without_answer
from bot.knowledge.buttons import Responses, button_for
from bot.nlu.labels import DANGER_SLOT, KIND_SLOT, MEMORY_SLOT, TOPIC_SLOT
from bot.privacy.vault import Vault
from bot.tips import filing
from bot.triage import first_aid, levels
from bot.triage.first_aid import CODE_WORD, WATCHED


class Assistant:
    """Answers turns with the model at `model`.

    Not for use from several threads: Rasa's processor holds the tracker of one turn.

    Args:
        model: The trained model.
        vault: Where reports are kept; without, none are taken.
    """

    def __init__(self, model: Path, vault: Vault | None = None) -> None:
        self._vault = vault
        rasa_internals.import_for_serving()
        self._processor = rasa_internals.load_processor(model)
        self._loop = asyncio.new_event_loop()
        from bot.engine import tracker as tracker_module
        from bot.engine.additions import Additions
        from bot.engine.asides import Asides
        from bot.engine.output import ReplyCollector
        from bot.engine.reader import Reader

        self._reader = Reader(self._processor)
        self._additions = Additions(self._processor, self._say)
        self._asides = Asides(self._processor, self._say, self._additions)
        self._tracker = tracker_module
        self._collector = ReplyCollector

    @property
    def responses(self) -> Responses:
        """The domain's responses by their names."""
        found: Responses = self._processor.domain.responses
        return found

    def understand(self, text: str, *, after: str | None = None) -> Understanding:
        """What a text means, by itself or `after` the answer of a topic."""
        return self.understand_wishes(text, after=after)[0]

    def understand_wishes(
        self, text: str, *, after: str | None = None
    ) -> tuple[Understanding, Understanding | None]:
        """What a text means, and what else it asks for."""
        tracker = self._reader.nobody
        if after is not None:
            tracker = self._tracker.with_slots({TOPIC_SLOT: after}, self._processor.domain)
        return self._reader.understand(text, tracker)

    def answer(
        self, conversation_id: str, channel: str, state: bytes | None, lines: Sequence[Content]
    ) -> Answer:
        """Answers the lines of one turn. See `bot.conversation.turn.Assistant`."""
        return self._loop.run_until_complete(self._answer(conversation_id, channel, state, lines))

    def why(self, text: str) -> list[str]:
        """The words that make a text grave, the weightiest first."""
        return self._reader.why(text)

    def level(self, lines: Sequence[Content]) -> str:
        """How urgent lines are that a human answers."""
        text = "\n".join(line.text for line in lines if line.text)
        if first_aid.says_code_word(text, in_danger=True):
            return levels.URGENT
        return self.understand(text).level if text else levels.ORDINARY

    def take_reports(self, vault: Vault | None) -> None:
        """From now on reports are taken, and kept there; none without a vault."""
        self._vault = vault

    def apologise(self, channel: str) -> Sequence[Reply]:
        """What is said when a turn could not be answered at all."""
        return self._say("ucapan_gangguan", channel)

    def say(self, response: str, channel: str, **values: str) -> Sequence[Reply]:
        """What a response says on a channel. Only reads: any thread may call it."""
        return self._say(response, channel, **values)

    def with_said(self, state: bytes, said: Sequence[Reply]) -> bytes:
        """A conversation's memory, had `said` been said last. Any thread may call it."""
        return self._tracker.with_said(state, said)

    def slot_of(self, state: bytes, name: str) -> Any:
        """What a conversation's memory has in a slot. Any thread may call it."""
        return self._tracker.slot_of(state, name)

    async def _answer(
        self, conversation_id: str, channel: str, state: bytes | None, lines: Sequence[Content]
    ) -> Answer:
        domain = self._processor.domain
        tracker = self._tracker.restore(conversation_id, state, domain)
        text = "\n".join(line.text for line in lines if line.text)
        if not telling.takes_all(tracker, lines) and (
            said := self._asides.before_reading(tracker, state, lines, text, channel)
        ):
            return said
        was_in_danger = bool(tracker.get_slot(DANGER_SLOT))
        heard = self._reader.read(tracker, lines, text, lambda: self._said_lately(conversation_id))
        understanding = heard.meant
        self._tracker.set_slot(tracker, MEMORY_SLOT, heard.memory.as_slot())
        if not telling.is_told(tracker) and (
            said := self._asides.after_reading(tracker, understanding, text, channel)
        ):
            return said
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
        at_hand = TurnContext(
            conversation_id, channel, text, lines, understanding.level, self._vault
        )
        with turn(at_hand) as context:
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
        replies = self._additions.around(replies, tracker, heard, channel)
        if telling.was_interrupted(tracker, understanding):
            if context.stop or context.forget:
                # Whoever wants to hear no more is asked no more.
                replies = replies[:-1]
            else:
                telling.keep_meanwhile(tracker, context)
                replies = self._report_again(tracker, replies, channel)
        elif not telling.is_told(tracker) and (
            after := self._after(tracker, heard.other, replies, channel)
        ):
            replies = with_one_list([*replies, *after])
        looks_harmless = _is_watched(tracker) or danger.is_taken_back(understanding)
        is_first_aid = self._tracker.ran(tracker, "action_darurat") and not looks_harmless
        if is_first_aid and not telling.is_told(tracker):
            replies = self._with_report(replies, channel, is_first=not was_in_danger)
        if understanding.level == levels.SERIOUS and not understanding.sure:
            # Nobody whose message sounds grave gets nothing but a list.
            replies = [*self._say("ucapan_terdengar_berat", channel), *replies]
        remembered = replies
        if any(cleaning.NOTE_TRIMMED in line.notes for line in lines):
            replies = [*self._say("ucapan_pesan_terpotong", channel), *replies]
        return Answer(
            replies,
            state=None if context.forget else self._tracker.remember(tracker, remembered),
            level=understanding.level,
            effects=context.effects,
            forget=context.forget,
            stop=context.stop,
            wipe=context.wipe,
            calls=context.calls,
            unanswered=None if understanding.sure else question_without_answer(understanding),
        )

    def _said_lately(self, conversation_id: str) -> Sequence[str]:
        """What was said in a conversation just before, as it lies in the inbox."""
        if self._vault is None:
            return ()
        since = clock.now_ms() - pieces.TOGETHER_MS
        with self._vault.database.read() as connection:
            return lately_said(connection, self._vault.sealer, conversation_id, since=since)

    def _with_report(
        self, replies: Sequence[Reply], channel: str, *, is_first: bool
    ) -> list[Reply]:
        """After first aid that the desk is called, where there is one, and the way to it."""
        if filing.current_desk_key(self._vault) is None:
            return list(replies)
        button = button_for("lapor", self._processor.domain.responses)
        assert button is not None
        *before, last = replies
        report = Choice(button["title"], button["payload"])
        text = last.text
        if is_first:
            (called,) = self._say(CALLED_BESIDE_FIRST_AID, channel)
            text = _before_the_question(text, called.text, in_line=channel == "sms")
        if channel == "sms":
            # A list of one more way would cost another SMS.
            return [*before, Reply(text, last.choices)]
        return [*before, Reply(text, (*last.choices[: MAX_CHOICES - 1], report))]

    def _report_again(self, tracker: Any, said: Sequence[Reply], channel: str) -> list[Reply]:
        """What was said beside a report, and then its question, which Rasa's form put again.

        Without the question where something else was just asked, or somebody is in danger.
        """
        *answer, question = said
        if _is_watched(tracker):
            # Who reads along learns nothing of a report.
            return answer
        if tracker.get_slot(DANGER_SLOT):
            (kept,) = self._say("ucapan_lapor_disimpan_dulu", channel)
            last = answer[-1]
            text, choices = f"{last.text}\n\n{kept.text}", (*last.choices, *kept.choices)
            return with_one_list([*answer[:-1], replace(last, text=text, choices=choices)])
        if any(self._tracker.ran(tracker, action) for action in telling.ASKING_ACTIONS):
            return answer
        (lead,) = self._say("ucapan_lapor_lanjut", channel)
        again = replace(question, text=f"{lead.text}\n\n{question.text}")
        return [*(replace(reply, choices=()) for reply in answer), again]

    def _after(
        self, tracker: Any, other: Understanding | None, said: Sequence[Reply], channel: str
    ) -> Sequence[Reply]:
        """What is offered once the answer was given: the other wish, or the quiz that waits."""
        if other is not None:
            button = button_for(other.label, self._processor.domain.responses)
            if button is not None:
                choice = Choice(button["title"], button["payload"])
                return self._say("ucapan_keinginan_lain", channel, choice)
        if not self._tracker.quiz_waits(tracker) or self._tracker.ran(tracker, "action_kuis"):
            return ()
        # Further topics give way to the quiz, but not what was just asked ("Ya, hapus").
        asks = any(reply.choices for reply in said)
        if asks and not self._tracker.ran(tracker, "action_catat_topik"):
            return ()
        return self._say("ucapan_kuis_lanjut", channel)

    def _say(self, response: str, channel: str, *choices: Choice, **values: Any) -> Sequence[Reply]:
        said = self._processor.nlg.generate_from_slots(response, {}, channel, **values)
        if said is None:
            raise RuntimeError(f"the domain has no {response}")
        reply = self._collector.to_reply(said)
        return [replace(reply, choices=(*reply.choices, *choices))]


def _is_watched(tracker: Any) -> bool:
    """Whether somebody may read along."""
    return tracker.get_slot(KIND_SLOT) in (WATCHED, CODE_WORD)


def _before_the_question(text: str, said: str, *, in_line: bool) -> str:
    """A text with a sentence more; a question stays the last thing that is read.

    Args:
        in_line: The question stands behind the last sentence, as in an SMS; else by itself.
    """
    told, mark, question = text.rpartition(". " if in_line else "\n\n")
    if not mark or (in_line and not question.endswith("?")):
        return f"{text} {said}"
    return f"{told}. {said} {question}" if in_line else f"{told}\n\n{said}\n\n{question}"
