"""While a second fact of a report is asked for: what is an answer, and what waits for one.

Only what is an answer counts as a try: a statement, a photo or "tarik laporan" is kept, or
remembered, until it is known that the holder of the receipt is the one who reported.
"""

from __future__ import annotations

from dataclasses import replace

from bot import clock, lexicon
from bot.conversation.messages import Understanding
from bot.engine.certain import certain
from bot.engine.told import (
    CLEAR,
    COURTESIES,
    ERRANDS,
    FOLLOW_UP,
    LONGEST_STEP,
    as_told,
    is_own_cry,
    is_question,
)
from bot.nlu.features import raw_words
from bot.nlu.following import asks, without_address
from bot.tips import reading, signs
from bot.tips.follow_up import KEEP_FOR_LATER, NO_ANSWER
from bot.triage import levels
from bot.triage.phrases import sounds_urgent

# A longer message that tells facts is a statement, whatever place it names.
_LONGEST_ANSWER = 8
# What no answer to "di mana?" tells.
_TOLD = ("bahaya", "uang", "dokumen", "gaji", "jumlah", "pelaku", "polisi", "waktu", "tahap")


def heard_instead(text: str, heard: Understanding | None) -> Understanding | None:
    """What a message means while the second fact is asked for; None when it is about something
    else, or somebody's own cry for help.
    """
    if heard is None:
        return certain(FOLLOW_UP, langkah=KEEP_FOR_LATER)
    is_cry = heard.level == levels.URGENT and sounds_urgent(text)
    if is_cry and is_own_cry(text):
        return None
    if is_cry or _is_statement(text):
        return replace(certain(FOLLOW_UP, langkah=KEEP_FOR_LATER), level=heard.level)
    is_errand = heard.intent in ERRANDS and heard.sure and heard.confidence >= CLEAR
    if is_errand or is_question(text, heard):
        return None
    if _answers_nothing(text, heard):
        return certain(FOLLOW_UP, langkah=NO_ANSWER)
    return as_told(heard, FOLLOW_UP)


def _is_statement(text: str) -> bool:
    """ "mereka sudah dipindah semalam", "adik saya dibawa ke Batam sama Pak Contoh"."""
    facts = reading.facts_of(text, today=clock.today())
    tells = any(name in facts for name in _TOLD)
    names_place = bool(facts.get("tempat")) or bool(facts.get("tujuan"))
    return tells and (not names_place or len(raw_words(text)) > _LONGEST_ANSWER)


def _answers_nothing(text: str, heard: Understanding) -> bool:
    """ "halo", "gak tau kak", "kok gitu": no place, and no guess at one."""
    words = without_address(raw_words(text))
    if not words or len(words) > LONGEST_STEP:
        return False
    if heard.intent in COURTESIES and heard.sure:
        return True
    unknown = signs.signs("jawaban", "tidak_tahu").stand_in(
        signs.Sentences(signs.plain(text.lower()))
    )
    return unknown or asks(words) or lexicon.does_not_know(words)
