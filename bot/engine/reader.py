"""What a person means: a pressed button, a pick from the last list, a command, or words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import lexicon
from bot.conversation.choices import is_place_in_list, names_no_choice, pick
from bot.conversation.messages import Content, Understanding
from bot.engine import danger, follow_ups, openings, pieces, rasa_internals, telling, wishes
from bot.engine import tracker as trackers
from bot.engine.after_answer import AfterAnswer
from bot.engine.cautions import topic_to_say_first
from bot.engine.certain import certain
from bot.engine.corrections import correction
from bot.engine.flat import flat
from bot.engine.memory import Memory
from bot.knowledge.buttons import topics_after
from bot.nlu.features import raw_words
from bot.nlu.following import asks, asks_to_go_on, without_address
from bot.nlu.labels import (
    CANNOT_CALL,
    DANGER_SLOT,
    FALLBACK,
    FAQ,
    OUT_OF_SCOPE,
    READ_SLOT,
    TOPIC_SLOT,
)
from bot.quiz.questions import LETTERS
from bot.quiz.rounds import AFTER, BEFORE, ROUND_SLOT, Round
from bot.triage import levels
from bot.triage.phrases import (
    Danger,
    Told,
    danger_in,
    sounds_serious,
    sounds_urgent,
    speaks_of_own,
    speaks_of_suicide,
)

QUIZ, RUDE, STOP, GREETING = "kuis", "kasar", "berhenti", "salam"
# Small words, and what is none of the answers that a running quiz asked for.
SMALL_WORDS = ("ya", "tidak", "lewati", "kembali", "batal", "berhenti", OUT_OF_SCOPE)

# The topic of the ages at which one may go.
AGES = "usia_minimum"
# So clear must a question about others be to be answered as one, although it names a danger.
REPORT, CLEAR_BESIDE_A_CRY = "lapor", 0.95
# Said in a few words or not at all.
BARE_COMMANDS, LONGEST_COMMAND = ("kembali", "lewati", "ya", "tidak"), 6
# What a few words of a scene are taken for.
_TAKEN_FOR_ANYTHING = (OUT_OF_SCOPE, REPORT, levels.URGENT)
# Clearly understood as one, a short line is a cry, whatever it seems to see.
CLEAR_CRY = 0.8
# Less urgent than this and without a word of danger, what was understood is answered, after a
# number to call.
URGENT_BEYOND_DOUBT = 0.2
# Clearly one of these without a word of danger, a message is no cry for help.
PLAIN, CLEARLY_PLAIN = (
    "salam", "terima_kasih", "sampai_jumpa", "siapa_kamu", "menu", "kuis", "berhenti", "batal",
    "kembali", "lewati", "ulangi", "puas", "privasi_hapus", "cek_status", "ya",
), 0.8  # fmt: skip
LONGEST_BARE_FEELING = 2
# "b eh c maksudnya": so many words may stand around a letter.
LONGEST_LETTER = 4
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
# A link to the bot may bring a word of its own: "/start desa_pondokkelapa".
_COMMAND = re.compile(r"/(\w+)(?:@\w+)?(?:\s+[\w-]{1,64})?")
_PAYLOAD = re.compile(r"/(?P<intent>\w+)(?P<entities>\{.*\})?", re.DOTALL)


Meant = tuple[Understanding, Understanding | None]


@dataclass(frozen=True)
class Heard:
    """A turn as it was read: what is meant, what else it asks for, what is known by now."""

    meant: Understanding
    other: Understanding | None
    memory: Memory


class Reader:
    """Reads messages with Rasa's `processor`."""

    def __init__(self, processor: Any) -> None:
        from rasa.shared.core.constants import DEFAULT_INTENTS

        from bot.nlu.level_classifier import LevelClassifier
        from bot.nlu.linear import LinearIntentClassifier

        self._processor = processor
        self._classifier = rasa_internals.component(processor, LinearIntentClassifier)
        self._levels = rasa_internals.component(processor, LevelClassifier)
        self._responses = processor.domain.responses
        # Of no conversation, for what is read by itself. Never changed.
        self.nobody = trackers.with_slots({}, processor.domain)
        self._after_answer = AfterAnswer(processor, self._part)
        # Rasa adds intents of its own (restart, back, session_start): not for people.
        self._intents = set(processor.domain.intents) - set(DEFAULT_INTENTS)

    def read(
        self,
        tracker: Any,
        lines: Sequence[Content],
        text: str,
        lately: Callable[[], Sequence[str]] = tuple,
    ) -> Heard:
        """Reads the lines of a turn, `text` in all, after what `tracker` remembers.

        Args:
            tracker: Of the conversation.
            lines: As they came.
            text: Their words.
            lately: Gives what was said in the conversation just before, oldest first.
        """
        memory = Memory.of(tracker)
        if belongs := self._to_report(tracker, lines, text):
            return Heard(belongs, None, memory)
        if direct := self._without_words(tracker, lines, text):
            if {"entity": "menelepon", "value": "tidak"} in direct.parsed.get("entities", ()):
                memory = memory.with_situation(CANNOT_CALL)
            return Heard(direct, None, memory)
        understanding, other = self._corrected(tracker, text) or self._words(tracker, lines, text)
        if story := self._in_pieces(tracker, text, understanding, lately):
            understanding, other = story, None
        memory = memory.after(flat(text), understanding.parsed.get("entities", ()))
        meant, other = self._in_its_place(understanding, other, tracker, text, memory)
        return Heard(meant, other, memory.after_a_cry() if meant.level == levels.URGENT else memory)

    def _to_report(self, tracker: Any, lines: Sequence[Content], text: str) -> Understanding | None:
        """What belongs to a report that is told, or to a receipt; buttons and picks do not."""

        def read(said: str) -> Understanding:
            return self.understand(said, self.nobody)[0]

        if lines[0].payload is None and (step := telling.step_in_words(tracker, text)):
            return step
        if self._stop(tracker, text) or danger.code_word(text, tracker):
            return None
        if self._picked(tracker, lines, text):
            return None
        return (
            follow_ups.with_receipt(text)
            or telling.in_report(tracker, lines, text, read)
            or follow_ups.in_follow_up(tracker, lines, text, read)
            or telling.comes_back_with_story(tracker, text, read)
            or openings.begins_with_story(tracker, text, read)
            or follow_ups.after_sending(tracker, lines, text, read)
        )

    def _without_words(
        self, tracker: Any, lines: Sequence[Content], text: str
    ) -> Understanding | None:
        """A button, a pick, a command, an answer to a quiz, "terus?"."""
        if stop := self._stop(tracker, text):
            return stop
        if code := danger.code_word(text, tracker):
            return code
        if direct := self._picked(tracker, lines, text):
            return direct
        if command := _COMMAND.fullmatch(text.strip()):
            intent = _COMMANDS.get(command[1].lower())
            if intent and (direct := self._from_payload(f"/{intent}")):
                return self._answer_to_quiz(direct, tracker) or direct
        if answer := self._typed_answer(text, tracker):
            return answer
        if _only_addresses(text) and not tracker.get_slot(DANGER_SLOT):
            return certain(GREETING)
        if asks_to_go_on(raw_words(text)) and (going_on := self._going_on(tracker)):
            return going_on
        return None

    def _picked(self, tracker: Any, lines: Sequence[Content], text: str) -> Understanding | None:
        """A button, or a choice that is typed."""
        choices = trackers.offered_last(tracker)
        value = lines[0].payload
        # Buttons of older messages still work; a value that names nothing counts as text.
        # Of several lines the first may pick by its number: "3", "anak saya umur 22".
        begins = lines[0].text if is_place_in_list(lines[0].text) else text
        if value is None:
            picks = (pick(typed, choices) for typed in dict.fromkeys((text, begins)))
            value = next((picked.payload for picked in picks if picked), None)
        return self._from_payload(value) if value is not None else None

    @staticmethod
    def _stop(tracker: Any, text: str) -> Understanding | None:
        """STOP, alone: no more messages. While a quiz runs it ends the quiz first."""
        if not lexicon.is_keyword("stop", text) or trackers.quiz_waits(tracker):
            return None
        return certain(STOP, kata="stop")

    def _corrected(self, tracker: Any, text: str) -> Meant | None:
        """ "bukan itu, maksudnya ...": what is meant instead, and not the last topic again."""
        last = tracker.get_slot(TOPIC_SLOT)
        found = correction(text) if last else None
        if found is None:
            return None
        main, other = self.understand(found.meant, self.nobody)
        whole = rasa_internals.parse(self._processor, text, tracker)
        level = levels.assess(main.intent, main.confidence, levels.weighed_in(whole))
        main = replace(main, level=levels.highest(level, main.level))
        if main.intent == OUT_OF_SCOPE and not found.denied:
            return None
        # What is denied is told, too: "bukan di Taiwan".
        main = _naming(main, whole["entities"])
        if found.denied and (main.intent == OUT_OF_SCOPE or main.topic == last):
            # What was taken back is not said once more.
            parsed = {**main.parsed, "corrects": True}
            return replace(main, intent=OUT_OF_SCOPE, topic=None, parsed=parsed, sure=False), None
        return main, other

    def _in_pieces(
        self,
        tracker: Any,
        text: str,
        understanding: Understanding,
        lately: Callable[[], Sequence[str]],
    ) -> Understanding | None:
        """What a short line means together with those before it, or that more is to come."""
        if tracker.get_slot(DANGER_SLOT) or trackers.quiz_waits(tracker):
            return None
        story = pieces.together(lately(), text) if sounds_urgent(text) else None
        if story:
            main = self.understand(story, self.nobody)[0]
            return replace(main, level=levels.highest(main.level, understanding.level))
        if levels.TRIAGE not in understanding.parsed or _is_clearly_a_cry(understanding):
            # No words were read; or "mereka naik tangga": what is seen while it comes.
            return None
        is_age = understanding.topic == AGES and pieces.tells_of_a_grown_up(text)
        # Between two topics it asks which one.
        is_between = understanding.parsed["intent"].get("unsure") == "between"
        is_unclear = understanding.intent in _TAKEN_FOR_ANYTHING and not is_between
        is_scene = is_unclear and not understanding.leans_back and pieces.tells_a_scene(text)
        if not is_scene and not is_age:
            return None
        parsed = {**understanding.parsed, pieces.LISTENS: True}
        return replace(understanding, level=levels.ORDINARY, parsed=parsed)

    def _words(self, tracker: Any, lines: Sequence[Content], text: str) -> Meant:
        if names_no_choice(text, trackers.offered_last(tracker)):
            return certain(OUT_OF_SCOPE), None
        return self.understand(text or (lines[0].payload or "").strip("/"), tracker)

    def _in_its_place(
        self,
        understanding: Understanding,
        other: Understanding | None,
        tracker: Any,
        text: str,
        memory: Memory,
    ) -> Meant:
        """What the words mean in a quiz, in danger, and after what was told and answered."""
        if answer := self._answer_to_quiz(understanding, tracker):
            return answer, None
        if understanding.intent == QUIZ and (stage := _stage(text)):
            return certain(QUIZ, tahap=stage), other
        if meant := danger.in_danger(text, understanding, tracker, memory):
            return meant, None
        if meant := self._after_answer.in_that_country(understanding, tracker, text):
            return meant, None
        named = [*understanding.parsed.get("entities", ())]
        named += memory.entities(with_situations=understanding.sure)
        if topic := topic_to_say_first(understanding, named, tracker.get_slot(READ_SLOT) or ()):
            first = replace(certain(FAQ, topik=topic), level=understanding.level)
            return first, understanding
        if meant := self._after_answer.by_itself(understanding, tracker, text):
            return meant, other
        if topic := self._after_answer.topic_that_tells(understanding, tracker, text):
            return replace(certain(FAQ, topik=topic), level=understanding.level), other
        return understanding, other

    def understand(self, text: str, tracker: Any) -> Meant:
        """Reads words."""
        parsed = rasa_internals.parse(self._processor, text, tracker)
        whole = _without_bare_commands(text, _understanding(text, parsed))
        if whole.intent == RUDE and (rest := wishes.without_insults(text)):
            main, other = self.understand(rest, tracker)
            if wishes.may_be_wish(main) and not main.leans_back:
                main = _naming(main, parsed["entities"])
                return replace(main, level=levels.highest(whole.level, main.level)), other
        pieces = wishes.parts(text)
        if len(pieces) < 2 or whole.intent == levels.URGENT:
            return whole, None
        understood = [self._part(piece.text, parsed) for piece in pieces]
        if rest := wishes.beside_courtesy(whole, pieces, understood):
            main, other = self.understand(rest, tracker)
            main = _naming(main, parsed["entities"])
        else:
            main, other = wishes.serve_first(whole, pieces, understood)
        return replace(main, level=levels.highest(whole.level, main.level)), other

    def why(self, text: str) -> list[str]:
        """The words that make a text grave, the weightiest first."""
        reasons: list[str] = self._levels.reasons(text)
        return reasons

    def _part(self, text: str, whole: dict[str, Any]) -> Understanding:
        """Reads a part by itself, with what the whole message names and how grave it is.

        Torn out of it, half of "gak ada yang maksa, aku emang suka" is a cry for help.
        """
        line = flat(text)
        parsed = {**whole, "text": line, **self._classifier.read(line)}
        told = Told(text)
        danger = danger_in(told)
        if danger is Danger.NOW:
            parsed |= self._levels.read(line)
        else:
            signs = {"danger": danger, "sounds_serious": sounds_serious(told)}
            parsed[levels.TRIAGE] = {**whole[levels.TRIAGE], **signs}
        return _understanding(text, parsed)

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
        if intent == FAQ and f"utter_faq/{entities.get('topik')}" not in self._responses:
            return None
        return certain(intent, **entities)

    def _typed_answer(self, text: str, tracker: Any) -> Understanding | None:
        """ "b" answers the quiz that waits, also after something else was asked in between."""
        running = Round.running(tracker.get_slot(ROUND_SLOT))
        if running is None or running.current is None:
            return None
        said = text.strip(" .)!?").upper()
        if letter := _letter(text):
            return certain(QUIZ, soal=running.current.id, jawab=letter)
        if len(said) == 1 and said.isalpha():
            return certain(QUIZ, jawab=OUT_OF_SCOPE)
        if lexicon.does_not_know(raw_words(text)):
            return certain(QUIZ, jawab="lewati")
        return None

    def _answer_to_quiz(self, understanding: Understanding, tracker: Any) -> Understanding | None:
        """A small word while the quiz runs is about the quiz; None for all else."""
        if understanding.intent not in SMALL_WORDS or not trackers.quiz_waits(tracker):
            return None
        return replace(certain(QUIZ, jawab=understanding.intent), level=understanding.level)

    def _going_on(self, tracker: Any) -> Understanding | None:
        """The quiz that waits, else the next topic."""
        if trackers.quiz_waits(tracker):
            return certain(QUIZ)
        topic = self._next_topic(tracker)
        return certain(FAQ, topik=topic) if topic else None

    def _next_topic(self, tracker: Any) -> str | None:
        """The first topic after the last answer that was not read yet."""
        last, read = tracker.get_slot(TOPIC_SLOT), tracker.get_slot(READ_SLOT) or []
        if last is None or f"utter_{FAQ}/{last}" not in self._responses:
            return None
        after = topics_after(self._responses[f"utter_{FAQ}/{last}"])
        return next((topic for topic in after if topic not in read), None)


def _naming(meant: Understanding, named: Sequence[dict[str, Any]]) -> Understanding:
    """What was understood of a part, with all that the whole message names.

    Places in the text count in the whole; what reading added has none.
    """
    added = [e for e in meant.parsed.get("entities", ()) if "start" not in e]
    return replace(meant, parsed={**meant.parsed, "entities": [*named, *added]})


def _understanding(text: str, parsed: dict[str, Any]) -> Understanding:
    """What was read of `text`, with its level."""
    intent, topic, confidence = _best_guess(parsed)
    # Triage reads every line to its end, also where the classifier does not.
    weighed = levels.weighed_in(parsed)
    level = levels.assess(intent, confidence, weighed)
    sure = parsed["intent"]["name"] != FALLBACK
    is_plain = intent in PLAIN and sure and confidence >= CLEARLY_PLAIN
    names_danger = weighed.danger is Danger.NOW
    if level != levels.ORDINARY and not names_danger and (is_plain or _is_a_bare_feeling(text)):
        level = levels.ORDINARY
    if not sure and parsed["intent"].get("unsure") != "between":
        intent, topic = OUT_OF_SCOPE, None
    in_doubt = not names_danger and weighed.urgent < URGENT_BEYOND_DOUBT
    if level == levels.URGENT and not (
        sure and (in_doubt or _asks_about_others(text, intent, confidence))
    ):
        intent, topic, sure = levels.URGENT, None, True
        parsed["intent"] = {"name": levels.URGENT, "confidence": confidence}
    if intent == levels.URGENT:
        parsed["entities"] = [*parsed["entities"], *danger.cried_for(text)]
    return Understanding(
        intent, topic, confidence, level, parsed, sure, leans_back=parsed["leans_back"]
    )


def _is_clearly_a_cry(understanding: Understanding) -> bool:
    weighed = levels.weighed_in(understanding.parsed)
    intent, _, confidence = _best_guess(understanding.parsed)
    is_named = intent == levels.URGENT and confidence >= CLEAR_CRY
    return is_named or weighed.urgent >= URGENT_BEYOND_DOUBT


def _only_addresses(text: str) -> bool:
    """ "kak", "pak": somebody begins, or waits for us."""
    words = raw_words(text)
    is_yes = not lexicon.words("iya").isdisjoint(words)
    return bool(words) and not without_address(words) and not is_yes


def _is_a_bare_feeling(text: str) -> bool:
    """ "takut kak": it is heard, and asked about."""
    words = without_address(raw_words(text))
    return len(words) <= LONGEST_BARE_FEELING and not lexicon.words("perasaan").isdisjoint(words)


def _asks_about_others(text: str, intent: str, confidence: float) -> bool:
    """A question or a report that was clearly understood, and nobody's own cry.

    "Dia dipukul. Bagaimana menolongnya?" is answered; its level, and a number to call before
    the answer, stay those of a cry.
    """
    asked = intent == REPORT or (intent == FAQ and asks(raw_words(text)))
    is_own = speaks_of_own(text) or speaks_of_suicide(text)
    return asked and confidence >= CLEAR_BESIDE_A_CRY and not is_own


def _without_bare_commands(text: str, meant: Understanding) -> Understanding:
    """ "harus saya kembalikan uangnya?" is no "kembali": so many words say something else."""
    words = raw_words(text)
    if meant.intent not in BARE_COMMANDS or len(words) <= LONGEST_COMMAND or not asks(words):
        return meant
    ranking = [g for g in meant.parsed["intent_ranking"] if g["name"] != meant.intent]
    intent = {"name": FALLBACK, "confidence": 0.0, "unsure": "between"}
    parsed = {**meant.parsed, "intent_ranking": ranking, "intent": intent}
    label, _, topic = ranking[0]["name"].partition("/")
    return replace(meant, intent=label, topic=topic or None, parsed=parsed, sure=False)


def _letter(text: str) -> str | None:
    """The letter that answers a quiz: "b", "C lah pasti", "b eh c", "c. ini murid saya ribut"."""
    words = text.upper().replace(".", " . ").split()
    letters = [word for word in words if word in tuple(LETTERS)]
    begins = words[:1] == letters[:1] or (words[:1] and words[0].lower() in lexicon.words("ragu"))
    if letters and begins and (len(words) <= LONGEST_LETTER or words[1] == "."):
        return letters[0] if words[1:2] == ["."] else letters[-1]
    return None


def _stage(text: str) -> str | None:
    """ "kuis sebelum penyuluhan" says which quiz."""
    said = raw_words(text)
    return next((stage for stage in (BEFORE, AFTER) if stage in said), None)


def _best_guess(parsed: dict[str, Any]) -> tuple[str, str | None, float]:
    """Intent, topic and confidence of the best guess under a possible fallback."""
    best = parsed["intent_ranking"][0]
    intent, _, topic = best["name"].partition("/")
    return intent, topic or None, float(best["confidence"])
