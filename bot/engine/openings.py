"""How a report begins: "mau lapor", a story behind it, or a story that needs no such word."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from bot import clock, lexicon
from bot.conversation.messages import Understanding
from bot.engine.certain import certain
from bot.engine.told import COURTESIES, REPORT, Read, as_told, is_told, tells_of_others
from bot.nlu.features import raw_words
from bot.nlu.following import asks, without_address
from bot.nlu.labels import DANGER_SLOT, KIND_SLOT
from bot.tips import interview, reading, signs
from bot.tips.questions import KIND
from bot.tips.questions import phrases as _phrases
from bot.triage import levels
from bot.triage.first_aid import CODE_WORD, WATCHED, kind_of
from bot.triage.phrases import says, sounds_urgent

# So many words may open a report, and so much must be told after them.
LONGEST_OPENING, LEAST_FACTS = 5, 2
MOST_BEFORE_OPENING = 2
# "saya ketua RT 3 di dusun sebelah, mau menyampaikan": so many words may tell who it is.
LONGEST_INTRODUCTION = 12
# Kinds of danger in which somebody may read along.
HIDDEN = (WATCHED, CODE_WORD)
# Facts that any advertisement tells.
_OF_AN_OFFER = {KIND, "tahap", "tujuan", "peran"}
# What is told without any such word, after a greeting, or by itself.
LEAST_FACTS_BY_ITSELF, LEAST_WORDS_BY_ITSELF = 3, 6


def wants_to_report(text: str) -> Understanding | None:
    """ "mau lapor", alone: a report, whatever was offered before; or the one that waits."""
    words = without_address(raw_words(text))
    rest = _past_greetings(text)
    said = " ".join(rest)
    found = _phrases("mulai").match(said)
    is_all = found is not None and found.end() == len(said)
    if not rest or asks(words) or not (is_all or _only_announces(words)):
        return None
    return certain(REPORT, langkah=interview.GO_ON)


def begins_with_story(tracker: Any, text: str, read: Read) -> Understanding | None:
    """ "mau lapor, kemarin malam di desa saya ...": a report, and its story with it.

    Also without the word: "pak RT mau menyampaikan ada warga ...", or a greeting and a story.
    """
    words = _past_greetings(text)
    opening = words[:LONGEST_OPENING]
    if is_told(tracker) or asks(opening):
        return None
    # "nenek mau lapor cucu"
    begun = (_phrases("mulai").match(" ".join(opening[n:])) for n in range(MOST_BEFORE_OPENING + 1))
    opens = any(begun)
    announces = _announced(without_address(raw_words(text))) is not None
    is_statement = "?" not in text and not asks(words)
    named = {*words, *raw_words(signs.plain(text.lower()))}
    names_somebody = not signs.words("jumlah", "korban").isdisjoint(named)
    if not (opens or announces or names_somebody):
        return None
    is_long = announces or len(words) >= LEAST_WORDS_BY_ITSELF
    if not opens and not (is_statement and is_long):
        return None
    heard = read(text)
    if is_statement and _wishes_in_danger(tracker, text):
        return as_told(heard)
    facts = reading.facts(text, heard.parsed.get("entities", ()), today=clock.today())
    if heard.level == levels.URGENT and not tells_of_others(text, facts):
        return None
    if opens:
        wishes = says(_phrases("ingin_lapor"), text) and is_statement
        least = 1 if wishes else LEAST_FACTS
        is_story = len(facts) >= least or (wishes and names_somebody)
    elif announces:
        # "mau kasih info lowongan dong" asks for one.
        is_story = names_somebody or not set(facts) <= _OF_AN_OFFER
    else:
        in_danger = bool(tracker.get_slot(DANGER_SLOT))
        is_story = names_somebody and _tells_by_itself(heard, facts, in_danger=in_danger)
    return as_told(heard) if is_story else None


def _wishes_in_danger(tracker: Any, text: str) -> bool:
    """ "mau lapor tapi jangan bilang ibu" after a cry for help, which offered just that.

    Not where somebody may read along.
    """
    wishes = _phrases("ingin_lapor").search(" ".join(raw_words(text)))
    denies = not lexicon.words("bukan").isdisjoint(text[: wishes.start()].split() if wishes else ())
    is_short = len(raw_words(text)) <= LONGEST_INTRODUCTION
    in_danger = tracker.get_slot(DANGER_SLOT) and tracker.get_slot(KIND_SLOT) not in HIDDEN
    tells_danger = sounds_urgent(text) or kind_of(text) is not None
    return bool(wishes and in_danger) and is_short and not denies and not tells_danger


def _tells_by_itself(heard: Understanding, facts: Mapping[str, Any], *, in_danger: bool) -> bool:
    """Whether what was taken for a greeting, or for nothing, tells what happened.

    After a cry for help a whole story of somebody else is one, whatever it resembles.
    """
    if KIND not in facts:
        return False
    if heard.intent in COURTESIES:
        return True
    return (in_danger or not heard.sure) and len(facts) >= LEAST_FACTS_BY_ITSELF


def _announced(words: list[str]) -> int | None:
    """After how many words of a message it is said that something is to be told."""
    said = " ".join(words[:LONGEST_INTRODUCTION])
    found = _phrases("menyampaikan").search(said)
    return None if found is None else len(said[: found.end()].split())


def _only_announces(words: list[str]) -> bool:
    """ "saya RT 3 mau menyampaikan": and nothing after it yet."""
    return _announced(words) == len(words) <= LONGEST_INTRODUCTION


def _past_greetings(text: str) -> list[str]:
    """The words of "assalamualaikum nak, selamat siang, mau lapor" from "mau" on."""
    words = without_address(raw_words(text))
    polite = takewhile(lexicon.words("pembuka").__contains__, words)
    return words[len(list(polite)) :] or words
