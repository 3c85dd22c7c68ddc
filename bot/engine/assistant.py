"""The assistant: Rasa as a library, one call a turn."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.conversation import cleaning
from bot.conversation.choices import pick
from bot.conversation.context import turn
from bot.conversation.messages import Choice, Content, Reply, Understanding
from bot.conversation.turn import Answer
from bot.engine import rasa_internals
from bot.nlu.labels import FALLBACK, FAQ, selector_output
from bot.triage import levels

OUT_OF_SCOPE = "di_luar_topik"

# More than this adds nothing to what a message means and costs time.
MAX_UNDERSTOOD = 2_000

# Commands that messengers teach people to type.
_COMMANDS = {
    "start": "salam",
    "mulai": "salam",
    "menu": "menu",
    "help": "menu",
    "bantuan": "menu",
    "batal": "batal",
    "cancel": "batal",
    "stop": "berhenti",
    "berhenti": "berhenti",
    "hapus": "privasi_hapus",
    "petugas": "minta_petugas",
    "lapor": "lapor",
    "darurat": "darurat",
}
_COMMAND = re.compile(r"/(\w+)(?:@\w+)?")
_PAYLOAD = re.compile(r"/(?P<intent>\w+)(?P<entities>\{.*\})?", re.DOTALL)

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
        from rasa.shared.core.constants import DEFAULT_INTENTS

        from bot.engine import tracker as tracker_module
        from bot.engine.output import ReplyCollector

        # Rasa adds intents of its own (restart, back, session_start): not for people.
        self._intents = set(self._processor.domain.intents) - set(DEFAULT_INTENTS)
        self._tracker = tracker_module
        self._collector = ReplyCollector

    def understand(self, text: str) -> Understanding:
        """What a text means on its own, without a conversation around it."""
        return self._loop.run_until_complete(self._understand(text))

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

        understanding = await self._read(tracker, lines, text)
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
        if any(cleaning.NOTE_TRIMMED in line.notes for line in lines):
            replies = [*self._say("ucapan_pesan_terpotong", channel), *replies]
        return Answer(
            replies,
            state=None if context.forget else self._tracker.remember(tracker),
            level=understanding.level,
            effects=context.effects,
            forget=context.forget,
        )

    async def _read(self, tracker: Any, lines: Sequence[Content], text: str) -> Understanding:
        """A pressed button, a pick from the last list, a command, or a text to parse."""
        choices = _choices_of(self._tracker.said_last(tracker))
        value = lines[0].payload
        # Buttons of older messages still work; a value that names nothing counts as text.
        if value is None and (picked := pick(text, choices)):
            value = picked.payload
        if value is not None and (direct := self._from_payload(value)):
            return direct
        if command := _COMMAND.fullmatch(text.strip()):
            intent = _COMMANDS.get(command[1].lower())
            if intent and (direct := self._from_payload(f"/{intent}")):
                return direct
        return await self._understand(text or (value or "").strip("/"))

    def _from_payload(self, value: str) -> Understanding | None:
        """`/intent{"entity": "value"}`, Rasa's own notation, without asking the classifier."""
        match = _PAYLOAD.fullmatch(value)
        if match is None or match["intent"] not in self._intents:
            return None
        try:
            entities = json.loads(match["entities"] or "{}")
        except (ValueError, RecursionError):
            return None
        intent = match["intent"]
        topic = entities.pop("topik", None)
        if intent == FAQ and f"utter_faq/{topic}" not in self._processor.domain.responses:
            return None
        parsed: dict[str, Any] = {
            "text": value,
            "intent": {"name": intent, "confidence": 1.0},
            "intent_ranking": [],
            "entities": [{"entity": name, "value": said} for name, said in entities.items()],
        }
        if topic is not None:
            parsed["response_selector"] = selector_output(FAQ, [(f"{FAQ}/{topic}", 1.0)])
        level = levels.URGENT if intent == levels.URGENT else levels.ORDINARY
        return Understanding(intent, topic, 1.0, level, parsed)

    async def _understand(self, text: str) -> Understanding:
        from rasa.core.channels.channel import UserMessage

        # A leading slash would be taken for one of Rasa's own commands.
        flat = " ".join(text[:MAX_UNDERSTOOD].split()).lstrip("/ ")
        parsed = await self._processor.parse_message(UserMessage(text=flat))
        intent, topic, confidence = _best_guess(parsed)
        # Triage reads every line to its end, also where the classifier does not.
        level = levels.assess(text, intent, confidence)
        if parsed["intent"]["name"] == FALLBACK and parsed["intent"].get("unsure") != "between":
            intent, topic = OUT_OF_SCOPE, None
        if level == levels.URGENT and parsed["intent"]["name"] != levels.URGENT:
            intent, topic = levels.URGENT, None
            parsed["intent"] = {"name": levels.URGENT, "confidence": confidence}
        return Understanding(intent, topic, confidence, level, parsed)

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

    def _say(self, response: str, channel: str) -> Sequence[Reply]:
        said = self._processor.nlg.generate_from_slots(response, {}, channel)
        if said is None:
            raise RuntimeError(f"the domain has no {response}")
        return [self._collector.to_reply(said)]


def _choices_of(said: Sequence[Any]) -> list[Choice]:
    return [
        Choice(button["title"], button["payload"])
        for event in said
        for button in (event.data or {}).get("buttons") or []
    ]


def _best_guess(parsed: dict[str, Any]) -> tuple[str, str | None, float]:
    """Intent, topic and confidence of the best guess under a possible fallback."""
    best = parsed["intent_ranking"][0]
    intent, _, topic = best["name"].partition("/")
    return intent, topic or None, float(best["confidence"])
