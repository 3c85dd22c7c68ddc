"""What a message tells, and which line of the report it speaks about.

"ubah jumlah jadi 4" names its line, "bukan Dodi, Deni" takes its value back; all else answers the
question that waits.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.entities.reading import Reading, Token
from bot.tips import clearing, feeling, reading, signs, summary
from bot.tips.draft import Draft
from bot.tips.questions import (
    CHANGE,
    CONSENT,
    POLICE,
    RECRUITER,
    SAFE,
    SUMMARY,
    fills,
    order,
)

_LEAST_LETTERS = 3
# A longer message tells more than one line.
_MOST_WORDS = 12
# "tempat batam"
_MOST_WORDS_OF_A_LINE = 3
# Lines whose values cannot be taken for those of another one.
_OF_ONE_SHAPE = ("uang", "waktu", "jumlah")
# Where any line may be named and put right.
_PUTS_RIGHT = (SUMMARY, CHANGE)
_POSSESSIVES = ("nya", "nyo", "ne")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Told:
    """What a message fills, and whether it takes something back.

    Attributes:
        facts: The fields, and what they are filled with.
        corrects: What was said before is not meant.
        clears: The names of those who are said to be no recruiters.
        fears: It tells nothing but fear.
    """

    facts: Mapping[str, Any] = field(repr=False)
    corrects: bool = False
    clears: tuple[str, ...] = field(default=(), repr=False)
    fears: bool = False


def told(draft: Draft, text: str, entities: Sequence[Mapping[str, Any]], today: date) -> Told:
    """What a message fills of a report.

    Args:
        draft: The report so far.
        text: As it was sent.
        entities: What the text names, in Rasa's form.
        today: The day from which "udah 3 hari" is counted.
    """
    if draft.current and feeling.only_fears(text):
        # "gak berani" tells that it was not reported.
        facts = reading.facts(text, entities, asked=draft.current, today=today)
        return Told({}, fears=True) if POLICE not in facts else Told(facts)
    if draft.current in (None, SAFE, CONSENT):
        return Told(reading.facts(text, entities, asked=draft.current, today=today))
    if cleared := _cleared(draft, text, today):
        return cleared
    question, value = named(text)
    meant = reading.correction(text)
    is_theirs = question == RECRUITER and _names_another(draft, text, entities, meant)
    if question and value and not is_theirs and len(text.split()) <= _MOST_WORDS:
        facts = reading.facts_of(value, asked=question, today=today)
        if not facts.keys().isdisjoint(fills(question)):
            return Told(facts, corrects=meant is not None)
    if meant is None:
        return Told(reading.facts(text, entities, asked=draft.current, today=today))
    asked = _taken_back(draft, text, meant) or draft.current
    facts = reading.facts_of(meant, asked=asked, today=today)
    return Told(facts or _of_a_known_line(draft, meant, today), corrects=True)


def _cleared(draft: Draft, text: str, today: date) -> Told | None:
    """ "bu rt bukan pelaku", "bukan pak Dodi": who is no recruiter, and who is one instead."""
    clears, rest = clearing.split(text)
    by_sign = bool(clears)
    if not clears:
        clears, rest = clearing.denied(text)
    known = draft.fields.get(RECRUITER, {})
    left = clearing.without(known, clears) if clears else known
    # "bukan Dodi, Deni" says it of the only one: then the one name takes the other's place.
    if left != known and (by_sign or not rest or left.get("nama")):
        question, value = named(rest)
        facts = reading.facts_of(
            value if question else rest, asked=question or RECRUITER, today=today
        )
        return Told(facts, clears=clears)
    if draft.current == RECRUITER and (by_sign or (clears and not rest and _has_title(clears[0]))):
        # Nobody who recruits, and nobody who was told of.
        others = reading.facts_of(text, today=today)
        facts = reading.facts_of(rest, asked=RECRUITER, today=today)
        return Told({**{k: v for k, v in others.items() if k != RECRUITER}, **facts})
    return None


def _names_another(
    draft: Draft, text: str, entities: Sequence[Mapping[str, Any]], meant: str | None
) -> bool:
    """ "namonyo siti umur 22", told beside another question: she whom it is done to.

    Nobody is put among the recruiters by a bare "namanya" before anybody asked for one.
    """
    words = [token.text for token in Reading(text).tokens]
    if signs.words("pelaku", "nama").isdisjoint(words) or meant is not None:
        return False
    if not signs.words("pelaku", "pelaku_sendiri").isdisjoint(words):
        return False
    if draft.current == RECRUITER:
        return False
    tells_age = any(entity["entity"] == "umur" for entity in entities)
    was_asked = RECRUITER in draft.asked or draft.knows(RECRUITER) or draft.current in _PUTS_RIGHT
    return tells_age or not was_asked


def _has_title(text: str) -> bool:
    return any(token.text in signs.words("pelaku", "gelar") for token in Reading(text).tokens)


def _of_a_known_line(draft: Draft, meant: str, today: date) -> Mapping[str, Any]:
    """ "3 juta" instead of a sum that was told before, whatever is asked now."""
    for question in _OF_ONE_SHAPE:
        if draft.knows(*fills(question)):
            facts = reading.facts_of(meant, asked=question, today=today)
            if not facts.keys().isdisjoint(fills(question)):
                return facts
    return {}


def named(text: str) -> tuple[str | None, str]:
    """The question whose line a message names first, and what it says of it.

    "ubah jumlah jadi 4 orang" gives ("jumlah", "4 orang"), "tempatnya" ("tempat", ""). What
    names no line gives None and what is said.
    """
    tokens = Reading(text).tokens
    small = signs.words("ralat", "pembuka") | frozenset(order().phrases["ubah"])
    first = _past(tokens, 0, small)
    question = order().subjects.get(tokens[first].text) if first < len(tokens) else None
    if question is None:
        return None, text[tokens[first].start :] if first < len(tokens) else ""
    same = {word for word, other in order().subjects.items() if other == question}
    after = _past(tokens, first, same | signs.words("ralat", "menjadi"))
    if after == len(tokens):
        return question, ""
    # "agen ilegal mengumpulkan orang" tells a story; "agennya Deni" names a line.
    is_short = len(tokens) <= _MOST_WORDS_OF_A_LINE
    points = first > 0 or is_short or tokens[first].text.endswith(_POSSESSIVES)
    return (question, text[tokens[after].start :]) if points else (None, text)


def _past(tokens: Sequence[Token], place: int, words: Collection[str]) -> int:
    """The place of the first token that is none of the words and no sign."""
    while place < len(tokens) and (tokens[place].text in words or not tokens[place].text.isalnum()):
        place += 1
    return place


def _taken_back(draft: Draft, text: str, meant: str) -> str | None:
    """The question whose value "bukan Dodi, Deni" takes back, of which "Deni" is meant now."""
    denied = set(_words(text)) - set(_words(meant))
    for question, line in order().lines.items():
        values = " ".join(value for name in line.fields if (value := summary.read(name, draft)))
        if not denied.isdisjoint(_words(values)):
            return question
    return None


def _words(text: str) -> list[str]:
    words = _WORD.findall(text.lower())
    return [word for word in words if word.isdigit() or len(word) >= _LEAST_LETTERS]
