"""What a person means: a pressed button, a pick from the last list, a command, or words."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot import lexicon
from bot.conversation.choices import names_no_choice, pick
from bot.conversation.messages import Choice, Content, Understanding
from bot.engine import rasa_internals, wishes
from bot.engine import tracker as trackers
from bot.engine.cautions import topic_to_say_first
from bot.knowledge.buttons import topics_after
from bot.nlu.features import raw_words
from bot.nlu.following import asks_to_go_on
from bot.nlu.labels import (
    DANGER_SLOT,
    FALLBACK,
    FAQ,
    KIND_SLOT,
    OUT_OF_SCOPE,
    READ_SLOT,
    SUICIDE,
    TOPIC_SLOT,
    selector_output,
)
from bot.quiz.questions import LETTERS
from bot.quiz.rounds import AFTER, BEFORE, ROUND_SLOT, Round
from bot.triage import levels
from bot.triage.phrases import (
    sounds_urgent,
    speaks_of_another,
    speaks_of_safety,
    speaks_of_suicide,
)

QUIZ, RUDE = "kuis", "kasar"
# Small words, and what is none of the answers that a running quiz asked for.
SMALL_WORDS = ("ya", "tidak", "lewati", "kembali", "batal", "berhenti", OUT_OF_SCOPE)

# A conversation counts as one in danger for some turns after a cry for help; what is clear
# even there.
CLEAR_IN_DANGER = 0.8
KNOWN_IN_DANGER = (
    FAQ, levels.URGENT, "batal", "kuis", "lapor", "menu", "minta_petugas", "privasi_hapus",
    "siapa_kamu", "terima_kasih",
)  # fmt: skip

# "takut, mau lapor" is a wish; "sedih banget aku" is no "puas", whatever it was taken for.
CLEAR_BESIDE_A_FEELING = (FAQ, *wishes.errands(), "tidak_puas")
# "b eh c maksudnya": so many words may stand around a letter.
LONGEST_LETTER = 4
# More words than this tell more than a feeling.
LONGEST_FEELING = 6

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


Meant = tuple[Understanding, Understanding | None]


class Reader:
    """Reads messages with Rasa's `processor`.

    What it gives are two: what is meant, and what else the message asks for, if anything.
    """

    def __init__(self, processor: Any) -> None:
        from rasa.shared.core.constants import DEFAULT_INTENTS

        from bot.nlu.linear import LinearIntentClassifier

        self._processor = processor
        self._classifier = rasa_internals.component(processor, LinearIntentClassifier)
        self._responses = processor.domain.responses
        # Rasa adds intents of its own (restart, back, session_start): not for people.
        self._intents = set(processor.domain.intents) - set(DEFAULT_INTENTS)

    def read(self, tracker: Any, lines: Sequence[Content], text: str) -> Meant:
        """Reads the lines of a turn, `text` in all, after what `tracker` remembers."""
        choices = _choices_of(trackers.said_last(tracker))
        value = lines[0].payload
        # Buttons of older messages still work; a value that names nothing counts as text.
        # Of several lines the first may pick: "3", "anak saya umur 22".
        if value is None and (picked := pick(text, choices) or pick(lines[0].text, choices)):
            value = picked.payload
        if value is not None and (direct := self._from_payload(value)):
            return direct, None
        if command := _COMMAND.fullmatch(text.strip()):
            intent = _COMMANDS.get(command[1].lower())
            if intent and (direct := self._from_payload(f"/{intent}")):
                return self._answer_to_quiz(direct, tracker) or direct, None
        if answer := self._typed_answer(text, tracker):
            return answer, None
        if asks_to_go_on(raw_words(text)) and (going_on := self._going_on(tracker)):
            return going_on, None
        if names_no_choice(text, choices):
            understanding, other = self._direct(OUT_OF_SCOPE), None
        else:
            understanding, other = self.understand(text or (value or "").strip("/"), tracker)
        if answer := self._answer_to_quiz(understanding, tracker):
            return answer, None
        if understanding.intent == QUIZ and (stage := _stage(text)):
            return self._direct(QUIZ, tahap=stage), other
        if topic := topic_to_say_first(understanding, tracker.get_slot(READ_SLOT) or ()):
            first = replace(self._direct(FAQ, topik=topic), level=understanding.level)
            return first, understanding
        if tracker.get_slot(DANGER_SLOT) and not _is_clear_in_danger(text, understanding, tracker):
            return self._in_danger(text, understanding, tracker), None
        return understanding, other

    def choices_beside(self, tracker: Any, text: str) -> Sequence[Choice]:
        """The last choices when `text` is a number that none of them has."""
        choices = _choices_of(trackers.said_last(tracker))
        # There such a number gets an answer of its own.
        if _quiz_waits(tracker) or tracker.get_slot(DANGER_SLOT):
            return ()
        return choices if names_no_choice(text, choices) else ()

    def understand(self, text: str, tracker: Any) -> Meant:
        """Reads words."""
        parsed = rasa_internals.parse(self._processor, _flat(text), tracker)
        whole = _understanding(text, parsed)
        if whole.intent == RUDE and (rest := wishes.without_insults(text)):
            main, other = self.understand(rest, tracker)
            if wishes.is_wish(main):
                return replace(main, level=levels.highest(whole.level, main.level)), other
        pieces = wishes.parts(text)
        if len(pieces) < 2 or whole.intent == levels.URGENT:
            return whole, None
        understood = [self._part(piece.text, parsed["entities"]) for piece in pieces]
        if rest := wishes.beside_courtesy(whole, pieces, understood):
            main, other = self.understand(rest, tracker)
        else:
            main, other = wishes.serve_first(whole, pieces, understood)
        return replace(main, level=levels.highest(whole.level, main.level)), other

    def _part(self, text: str, entities: list[dict[str, Any]]) -> Understanding:
        """Reads a part by itself; `entities` is what the whole message names."""
        flat = _flat(text)
        parsed = {"text": flat, "entities": entities, **self._classifier.read(flat)}
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
        return self._direct(intent, **entities)

    @staticmethod
    def _direct(intent: str, /, **entities: Any) -> Understanding:
        """What is certain without the classifier; `topik` names the topic of a question."""
        topic = entities.pop("topik", None)
        parsed: dict[str, Any] = {
            "text": f"/{intent}",
            "intent": {"name": intent, "confidence": 1.0},
            "intent_ranking": [],
            "entities": [{"entity": name, "value": said} for name, said in entities.items()],
        }
        if topic is not None:
            parsed["response_selector"] = selector_output(FAQ, [(f"{FAQ}/{topic}", 1.0)])
        level = levels.URGENT if intent == levels.URGENT else levels.ORDINARY
        return Understanding(intent, topic, 1.0, level, parsed)

    def _in_danger(self, text: str, understanding: Understanding, tracker: Any) -> Understanding:
        """After a cry for help nothing unclear is taken for a question or sent away."""
        level = levels.highest(understanding.level, levels.SERIOUS)
        if tracker.get_slot(KIND_SLOT) == SUICIDE:
            if someone := _says_who_is_there(text):
                return replace(self._direct(levels.URGENT, ditemani=someone), level=level)
            return replace(self._direct(levels.URGENT, lanjut="ya"), level=level)
        if speaks_of_another(text):
            return replace(self._direct(levels.URGENT, tentang="orang_lain"), level=level)
        if speaks_of_safety(text) and not sounds_urgent(text):
            return replace(self._direct(levels.URGENT, tentang="aman"), level=levels.ORDINARY)
        return replace(self._direct(levels.URGENT, lanjut="ya"), level=level)

    def _typed_answer(self, text: str, tracker: Any) -> Understanding | None:
        """ "b" answers the quiz that waits, also after something else was asked in between."""
        running = Round.running(tracker.get_slot(ROUND_SLOT))
        if running is None or running.current is None:
            return None
        said = text.strip(" .)!?").upper()
        if letter := _letter(text):
            return self._direct(QUIZ, soal=running.current.id, jawab=letter)
        if len(said) == 1 and said.isalpha():
            return self._direct(QUIZ, jawab=OUT_OF_SCOPE)
        if lexicon.does_not_know(raw_words(text)):
            return self._direct(QUIZ, jawab="lewati")
        return None

    def _answer_to_quiz(self, understanding: Understanding, tracker: Any) -> Understanding | None:
        """A small word while the quiz runs is about the quiz; None for all else."""
        if understanding.intent not in SMALL_WORDS or not _quiz_waits(tracker):
            return None
        return replace(self._direct(QUIZ, jawab=understanding.intent), level=understanding.level)

    def _going_on(self, tracker: Any) -> Understanding | None:
        """The quiz that waits, else the next topic."""
        if _quiz_waits(tracker):
            return self._direct(QUIZ)
        topic = self._next_topic(tracker)
        return self._direct(FAQ, topik=topic) if topic else None

    def _next_topic(self, tracker: Any) -> str | None:
        """The first topic after the last answer that was not read yet."""
        last, read = tracker.get_slot(TOPIC_SLOT), tracker.get_slot(READ_SLOT) or []
        if last is None or f"utter_{FAQ}/{last}" not in self._responses:
            return None
        after = topics_after(self._responses[f"utter_{FAQ}/{last}"])
        return next((topic for topic in after if topic not in read), None)


def _flat(text: str) -> str:
    """On one line, and without the slash that Rasa takes for one of its own commands."""
    return " ".join(text[:MAX_UNDERSTOOD].split()).lstrip("/ ")


def _understanding(text: str, parsed: dict[str, Any]) -> Understanding:
    """What was read of `text`, with its level."""
    intent, topic, confidence = _best_guess(parsed)
    # Triage reads every line to its end, also where the classifier does not.
    level = levels.assess(text, intent, confidence)
    sure = parsed["intent"]["name"] != FALLBACK
    if not sure and parsed["intent"].get("unsure") != "between":
        intent, topic = OUT_OF_SCOPE, None
    if level == levels.URGENT and parsed["intent"]["name"] != levels.URGENT:
        intent, topic, sure = levels.URGENT, None, True
        parsed["intent"] = {"name": levels.URGENT, "confidence": confidence}
    if intent == levels.URGENT and speaks_of_suicide(text):
        parsed["entities"] = [*parsed["entities"], {"entity": "jenis", "value": SUICIDE}]
    return Understanding(
        intent, topic, confidence, level, parsed, sure, leans_back=parsed["leans_back"]
    )


def _quiz_waits(tracker: Any) -> bool:
    return Round.running(tracker.get_slot(ROUND_SLOT)) is not None


def _says_who_is_there(text: str) -> str | None:
    """ "ada adik saya di rumah", "ga ada siapa siapa": whether somebody can be there."""
    words = set(raw_words(text))
    if words.isdisjoint(("ada", "ado", "ono")) or len(words) > LONGEST_FEELING + 2:
        return None
    if not lexicon.words("bukan").isdisjoint(words):
        return "tidak"
    return None if lexicon.words("orang_dekat").isdisjoint(words) else "ya"


def _letter(text: str) -> str | None:
    """The letter that answers a quiz: "b", "C lah pasti", "b eh c", "c. ini murid saya ribut"."""
    words = text.upper().replace(".", " . ").split()
    letters = [word for word in words if word in tuple(LETTERS)]
    begins = words[:1] == letters[:1]
    if letters and begins and (len(words) <= LONGEST_LETTER or words[1] == "."):
        return letters[0] if words[1:2] == ["."] else letters[-1]
    return None


def only_feels(text: str, understanding: Understanding) -> bool:
    """ "takut kak": a feeling and no wish that was clearly understood."""
    words = raw_words(text)
    clear = understanding.sure and understanding.intent in CLEAR_BESIDE_A_FEELING
    return (
        len(words) <= LONGEST_FEELING
        and understanding.level != levels.URGENT
        and not lexicon.words("perasaan").isdisjoint(words)
        and not (clear and not understanding.leans_back)
    )


def _is_clear_in_danger(text: str, understanding: Understanding, tracker: Any) -> bool:
    goes_on = understanding.intent in (levels.URGENT, "terima_kasih") or _says_who_is_there(text)
    if goes_on and tracker.get_slot(KIND_SLOT) == SUICIDE and not sounds_urgent(text):
        # "udah gak kuat" goes on from it, "makasih" does not end it.
        return False
    if understanding.intent == levels.URGENT and (
        speaks_of_another(text) or (speaks_of_safety(text) and not sounds_urgent(text))
    ):
        return False
    return (
        understanding.sure
        and understanding.intent in KNOWN_IN_DANGER
        and understanding.confidence >= CLEAR_IN_DANGER
        and not understanding.leans_back
    )


def _stage(text: str) -> str | None:
    """ "kuis sebelum penyuluhan" says which quiz."""
    said = raw_words(text)
    return next((stage for stage in (BEFORE, AFTER) if stage in said), None)


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
