"""What the parts share that read a message while a report is told, or beside its receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot import clock
from bot.attachments.store import NEVER_KEPT
from bot.conversation.messages import Attachment, Content, Understanding
from bot.engine.certain import certain
from bot.nlu.features import raw_words
from bot.nlu.following import asks
from bot.nlu.labels import FAQ
from bot.tips import reading, signs
from bot.tips.questions import order
from bot.triage import levels
from bot.triage.phrases import speaks_of_another, tells_of_another

FORM = "form_laporan"
REPORT, FOLLOW_UP = "lapor", "cek_status"
# Small words that mean a step. More words around them tell something.
LONGEST_STEP = 6
# Clear enough to be something else than the report.
CLEAR, CLEAR_QUESTION = 0.8, 0.6
ERRANDS = (
    "minta_petugas", "privasi_hapus", "menu", "siapa_kamu", "kuis", "cek_status", "cek_tawaran",
    "kasar",
)  # fmt: skip
COURTESIES = ("salam", "terima_kasih", "sampai_jumpa")
# Whoever tells of one of these is not the one in danger.
FOR_OTHERS = ("keluarga", "teman", "saksi")

Read = Callable[[str], Understanding]


def is_told(tracker: Any) -> bool:
    """Whether a report is being told."""
    return bool(tracker.active_loop_name == FORM)


def as_told(heard: Understanding, intent: str = REPORT) -> Understanding:
    """The words as a part of the report, with all that they name."""
    named = [e for e in heard.parsed.get("entities", ()) if "start" in e]
    told = certain(intent)
    parsed = {**told.parsed, "entities": named}
    return replace(told, parsed=parsed, level=heard.level)


def tells_of_others(text: str, facts: Mapping[str, Any]) -> bool:
    """Whether it is others to whom it is done."""
    words = set(raw_words(text))
    names_others = not words.isdisjoint(signs.words("jumlah", "korban"))
    return (
        tells_of_another(text)
        or speaks_of_another(text)
        # "di rumah itu banyak perempuan yang dikunci"
        or (names_others and words.isdisjoint(signs.words("jumlah", "aku")))
        or facts.get("peran") in FOR_OTHERS
        or facts.get("jumlah", 1) != 1
    )


def is_own_cry(text: str) -> bool:
    """Whether the words themselves cry for help; "mereka naik mobil hitam" tells of others."""
    facts = reading.facts_of(text, today=clock.today())
    urgent = levels.of_words(text) == levels.URGENT
    return urgent and not tells_of_others(text, facts)


def is_question(text: str, heard: Understanding) -> bool:
    """A question from the catalogue."""
    asked = "?" in text or asks(raw_words(text))
    clear = heard.confidence >= CLEAR_QUESTION and not heard.leans_back
    return heard.sure and heard.intent == FAQ and asked and clear


def is_a_yes(text: str) -> bool:
    """ "iya kirim", "ok kak": nothing but agreement."""
    words = raw_words(text)
    return bool(words) and set(words) <= set(order().phrases["ya_kirim"])


def files(line: Content) -> list[Attachment]:
    """The files of a line that can be kept."""
    return [file for file in line.attachments if file.kind not in NEVER_KEPT]
