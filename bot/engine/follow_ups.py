"""Beside a receipt, and after a report was sent: what belongs to it, and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot import clock
from bot.conversation.messages import Content, Understanding
from bot.engine import second_fact
from bot.engine import tracker as trackers
from bot.engine.certain import certain
from bot.engine.openings import wants_to_report
from bot.engine.told import (
    CLEAR,
    COURTESIES,
    ERRANDS,
    FOLLOW_UP,
    LONGEST_STEP,
    Read,
    as_told,
    files,
    is_a_yes,
    is_own_cry,
    is_question,
    is_told,
)
from bot.entities import phones
from bot.nlu.features import raw_words
from bot.nlu.following import asks
from bot.nlu.labels import OUT_OF_SCOPE
from bot.nlu.normaliser import normalise
from bot.privacy import receipts
from bot.tips import follow_up, reading
from bot.tips.follow_up import WITHDRAW, Sent, Session
from bot.tips.questions import phrases as _phrases
from bot.triage import levels
from bot.triage.phrases import says, sounds_urgent

# A mistyped receipt has about as many digits as a right one.
LEAST_DIGITS, LEAST_DIGITS_OF_A_PART = 13, 4
# "iya pak" after a report was sent adds nothing.
LEAST_WORDS_OF_A_FACT = 3
LONGEST_WISH = 10
# Small words beside an open receipt that end it; no question does.
_DONE = ("batal", "berhenti", "tidak", "terima_kasih")
# Of the button that takes a report back for good.
SURELY = "tarik_ya"


def with_receipt(text: str) -> Understanding | None:
    """A receipt, wherever it is written."""
    return certain(FOLLOW_UP) if receipts.find_in(text) is not None else None


def in_follow_up(
    tracker: Any, lines: Sequence[Content], text: str, read: Read
) -> Understanding | None:
    """What a message means beside a receipt; None when it is about something else."""
    session = Session.from_slot(tracker.get_slot(follow_up.SLOT))
    if session is None:
        return None
    heard = read(text) if text else None
    is_step = heard is not None and len(raw_words(text)) <= LONGEST_STEP
    if session.stage == follow_up.WANTED:
        return None
    if session.stage == follow_up.CONFIRM:
        if was_asked_to_add(tracker):
            return None
        if is_step and says(_phrases("tanpa_nomor"), text):
            return certain(FOLLOW_UP, langkah="tanpa_nomor")
        digits = sum(sign.isdigit() for sign in text)
        if digits >= LEAST_DIGITS:
            return certain(FOLLOW_UP)
        is_part = digits >= LEAST_DIGITS_OF_A_PART and not phones.find(text)
        is_about_it = is_step and says(_phrases(follow_up.ASKS_FOR_RECEIPT), text)
        is_well = is_step and (is_a_yes(text) or says(_phrases("selesai"), text))
        if is_part or is_about_it or is_well or _asks_for_state(text, heard):
            return certain(FOLLOW_UP, langkah=follow_up.ASKS_FOR_RECEIPT)
        return None
    if heard is not None and says(_phrases("lain"), text):
        return as_told(heard)
    if _asks_for_state(text, heard):
        return certain(FOLLOW_UP, langkah=follow_up.ASKS_FOR_STATE)
    if heard is not None and is_step and (wanted := _wanted_of_a_report(text)):
        return certain(FOLLOW_UP, langkah=wanted)
    is_asked = "?" in text or asks(raw_words(text))
    if is_step and heard and not is_asked and heard.intent in _DONE:
        return certain(FOLLOW_UP, langkah="selesai")
    if is_step and says(_phrases("selesai"), text):
        return certain(FOLLOW_UP, langkah="selesai")
    if session.stage == follow_up.CHECK:
        return second_fact.heard_instead(text, heard)
    if session.stage in (follow_up.OPEN, follow_up.ADDING):
        # An answer to staff needs no button before it, and a danger belongs there most of all.
        if heard is None:
            return certain(FOLLOW_UP)
        is_other = is_question(text, heard) or heard.intent in (*COURTESIES, *ERRANDS)
        is_other = is_other and heard.level != levels.URGENT
        return None if is_other else as_told(heard, FOLLOW_UP)
    return None


def _asks_for_state(text: str, heard: Understanding | None) -> bool:
    """ "piye kabare laporanku", "laporan ambo cakmano"."""
    if heard is None or len(raw_words(text)) > LONGEST_STEP or sounds_urgent(text):
        return False
    asks_surely = heard.intent == FOLLOW_UP and heard.sure and heard.confidence >= CLEAR
    return asks_surely or says(_phrases(follow_up.ASKS_FOR_STATE), " ".join(_meant(text)))


def _meant(text: str) -> list[str]:
    return normalise(raw_words(text))


def after_sending(
    tracker: Any, lines: Sequence[Content], text: str, read: Read
) -> Understanding | None:
    """What may belong to the report that was just sent from here; None when it is no fact.

    It is asked, for it may be the beginning of something else.
    """
    sent = Sent.from_slot(tracker.get_slot(follow_up.SENT_SLOT))
    if sent is None or is_told(tracker) or wants_to_report(text):
        return None
    if not text:
        has_file = any(files(line) or line.location for line in lines)
        step = follow_up.ADD_MORE if sent.is_adding else follow_up.ASK_TO_ADD
        return certain(FOLLOW_UP, langkah=step) if has_file else None
    words = raw_words(text)
    if "?" in text or asks(words):
        return None
    if sent.words and is_a_yes(text):
        return certain(FOLLOW_UP, langkah=follow_up.ADD_TO_LAST)
    if sent.words and len(words) <= LONGEST_STEP and says(_phrases("selesai"), text):
        return certain(FOLLOW_UP, langkah=follow_up.ADD_TO_LAST)
    if sent.is_adding and len(words) <= LONGEST_STEP and says(_phrases("selesai"), text):
        return certain(FOLLOW_UP, langkah=follow_up.NOT_TO_ADD)
    heard = read(text)
    if says(_phrases("lain"), text):
        return as_told(heard)
    if heard.intent in (*COURTESIES, *ERRANDS) and heard.sure:
        return None
    if not sent.is_adding and not sent.words and not _may_belong(text, heard):
        return None
    is_urgent = heard.level == levels.URGENT and sounds_urgent(text)
    if is_urgent and is_own_cry(text):
        # Who is in danger is told what to do, and asked nothing else.
        return None
    if sent.is_adding or is_urgent:
        return replace(certain(FOLLOW_UP, langkah=follow_up.ADD_MORE), level=heard.level)
    return certain(FOLLOW_UP, langkah=follow_up.ASK_TO_ADD)


def _may_belong(text: str, heard: Understanding) -> bool:
    """Whether a statement may belong to what was told before it: it has a fact, or no meaning."""
    words = raw_words(text)
    if _phrases("lupa").match(" ".join(words)):
        return True
    is_unclear = not heard.sure or heard.intent in (OUT_OF_SCOPE, levels.URGENT)
    has_facts = bool(reading.facts_of(text, today=clock.today()))
    return len(words) >= LEAST_WORDS_OF_A_FACT and (is_unclear or has_facts)


def _wanted_of_a_report(text: str) -> str | None:
    """ "ganti resi saya", "tarik laporan": what is wanted of a report that was opened."""
    return next((step for step in ("ganti", WITHDRAW) if says(_phrases(step), text)), None)


def withdraws(tracker: Any, text: str) -> Understanding | None:
    """ "saya mau menarik laporan", anywhere: with a receipt, and no new report.

    Where it was just asked whether it is to be taken back, the words answer that.
    """
    if any(SURELY in choice.payload for choice in trackers.offered_last(tracker)):
        return None
    if (
        is_told(tracker)
        or len(raw_words(text)) > LONGEST_WISH
        or not says(_phrases("mau_tarik"), text)
    ):
        return None
    return certain(FOLLOW_UP, langkah=WITHDRAW)


def was_asked_to_add(tracker: Any) -> bool:
    """Whether it was just asked if something belongs to the report that was sent."""
    return any(follow_up.ADD_TO_LAST in choice.payload for choice in trackers.offered_last(tracker))
