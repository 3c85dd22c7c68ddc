"""While a report is told, or one was opened with its receipt: what belongs to it, what does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from bot import clock, lexicon
from bot.attachments.store import NEVER_KEPT
from bot.conversation.choices import is_place_in_list
from bot.conversation.context import TurnContext
from bot.conversation.messages import Attachment, Content, Understanding
from bot.engine import tracker as trackers
from bot.engine.certain import certain
from bot.entities import phones
from bot.nlu.features import raw_words
from bot.nlu.following import asks, without_address
from bot.nlu.labels import DANGER_SLOT, FAQ, OUT_OF_SCOPE
from bot.nlu.normaliser import normalise
from bot.privacy import receipts, retention
from bot.tips import filing, follow_up, interview, reading, signs, subject
from bot.tips.draft import SLOT, Draft
from bot.tips.follow_up import Sent, Session
from bot.tips.questions import CHANGE, KIND, SUMMARY, SURE, fills, order
from bot.tips.questions import phrases as _phrases
from bot.triage import levels
from bot.triage.phrases import (
    says,
    sounds_urgent,
    speaks_of_another,
    tells_of_another,
)

FORM = "form_laporan"
REPORT, FOLLOW_UP, STOP = "lapor", "cek_status", "berhenti"

# Small words that mean a step of the report. More words around them tell something.
_STEPS = {
    "lewati": interview.SKIP,
    "kembali": interview.BACK,
    "ulangi": interview.AGAIN,
    "batal": interview.CANCEL,
    "berhenti": interview.CANCEL,
}
LONGEST_STEP, LONGEST_SILENCE = 6, 12
# Clear enough to be something else than the report.
CLEAR, CLEAR_QUESTION = 0.8, 0.6
# These even where the words could answer the question.
DELETE_ALL = "privasi_hapus"
ALWAYS = (DELETE_ALL, "kasar")
ERRANDS = (
    "minta_petugas", "privasi_hapus", "menu", "siapa_kamu", "kuis", "cek_status", "cek_tawaran",
    "kasar",
)  # fmt: skip
# After these something else than the report waits for an answer.
ASKING_ACTIONS = (
    "action_privasi_hapus", "action_kuis", "action_menu", "action_mungkin_maksud",
)  # fmt: skip
COURTESIES = ("salam", "terima_kasih", "sampai_jumpa")
LONGEST_COURTESY = 5
# So many words may open a report, and so much must be told after them.
LONGEST_OPENING, LEAST_FACTS = 5, 2
MOST_BEFORE_OPENING = 2
# A mistyped receipt has about as many digits as a right one.
LEAST_DIGITS, LEAST_DIGITS_OF_A_PART = 13, 4
# "iya pak" after a report was sent adds nothing.
LEAST_WORDS_OF_A_FACT = 3
# Whoever tells of one of these is not the one in danger.
_OTHERS = ("keluarga", "teman", "saksi")

Read = Callable[[str], Understanding]


def is_told(tracker: Any) -> bool:
    """Whether a report is being told."""
    return bool(tracker.active_loop_name == FORM)


def step_in_words(tracker: Any, text: str) -> Understanding | None:
    """What goes before everything that was offered: silence, "mau lapor", "gak jadi"."""
    wanted = asks_for_silence(tracker, text) or wants_to_report(text)
    draft = Draft.from_slot(tracker.get_slot(SLOT))
    session = Session.from_slot(tracker.get_slot(follow_up.SLOT))
    if draft is None and session is None and _wants_back(tracker, text):
        return certain(REPORT, langkah=interview.GONE)
    if session is not None and session.stage == follow_up.CONFIRM and is_place_in_list(text):
        # A second tap on what sent the report must not cost the receipt.
        return certain(FOLLOW_UP, langkah=follow_up.ASKS_FOR_RECEIPT)
    if draft is not None and not is_told(tracker) and text and not wanted:
        comes_back = len(raw_words(text)) <= LONGEST_STEP and says(_phrases("kembali_lapor"), text)
        return certain(REPORT, langkah=interview.GO_ON) if comes_back else None
    if wanted or not is_told(tracker) or draft is None or not text:
        return wanted
    offered = {choice.title.lower() for choice in trackers.offered_last(tracker)}
    if text.strip().lower() in offered:
        return None
    if draft.current == SUMMARY and (counted := _counts_on(text)):
        return counted
    step = _step_said(text, draft)
    gives_up = step in (interview.CANCEL, interview.GO_ON, interview.DELETE)
    return certain(REPORT, langkah=step) if step and gives_up else None


def _wants_back(tracker: Any, text: str) -> bool:
    """ "eh jangan dihapus", where nothing waits to be deleted: it was already."""
    words = without_address(raw_words(text))
    if not words or len(words) > LONGEST_STEP or "?" in text:
        return False
    if any(
        choice.payload.startswith(f"/{DELETE_ALL}") for choice in trackers.offered_last(tracker)
    ):
        return False
    # Of a conversation that was deleted nothing is known any more.
    is_new = not trackers.said_last(tracker)
    gives_up = " ".join(words) in order().phrases[interview.CANCEL]
    return says(_phrases("jangan_hapus"), text) or (is_new and gives_up)


def _counts_on(text: str) -> Understanding | None:
    """ "1" and then "anak saya umur 22", both below the summary: nobody who sends it."""
    first, _, rest = text.partition("\n")
    if not is_place_in_list(first) or not reading.facts_of(rest, today=clock.today()):
        return None
    told = certain(REPORT)
    return replace(told, parsed={**told.parsed, "entities": reading.named_in(text, clock.today())})


def asks_for_silence(tracker: Any, text: str) -> Understanding | None:
    """ "jgn balas, suami baca": whatever it is about, hardly anything may be answered."""
    words = raw_words(text)
    if len(words) > LONGEST_SILENCE or not says(_phrases(interview.QUIET), text):
        return None
    level = levels.of_words(text)
    if is_told(tracker):
        return replace(certain(REPORT, langkah=interview.QUIET), level=level)
    return replace(certain(STOP, kata=interview.QUIET), level=level)


def wants_to_report(text: str) -> Understanding | None:
    """ "mau lapor", alone: a report, whatever was offered before; or the one that waits."""
    words = without_address(raw_words(text))
    rest = _past_greetings(text)
    found = _phrases("mulai").match(" ".join(rest))
    if not rest or asks(words) or found is None or found.end() < len(" ".join(rest)):
        return None
    return certain(REPORT, langkah=interview.GO_ON)


def _past_greetings(text: str) -> list[str]:
    """The words of "assalamualaikum nak, selamat siang, mau lapor" from "mau" on."""
    words = without_address(raw_words(text))
    polite = takewhile(lexicon.words("pembuka").__contains__, words)
    return words[len(list(polite)) :] or words


def begins_with_story(tracker: Any, text: str, read: Read) -> Understanding | None:
    """ "mau lapor, kemarin malam di desa saya ...": a report, and its story with it."""
    words = _past_greetings(text)
    opening = words[:LONGEST_OPENING]
    if is_told(tracker) or asks(opening):
        return None
    # "nenek mau lapor cucu"
    begun = (_phrases("mulai").match(" ".join(opening[n:])) for n in range(MOST_BEFORE_OPENING + 1))
    if not any(begun):
        return None
    heard = read(text)
    facts = reading.facts(text, heard.parsed.get("entities", ()), today=clock.today())
    is_own_cry = heard.level == levels.URGENT and not _tells_of_others(text, facts)
    wishes = says(_phrases("ingin_lapor"), text) and "?" not in text and not asks(words)
    names_somebody = not signs.words("jumlah", "korban").isdisjoint(words)
    least = 1 if wishes else LEAST_FACTS
    is_story = len(facts) >= least or (wishes and names_somebody)
    return _as_told(heard) if is_story and not is_own_cry else None


def in_report(
    tracker: Any, lines: Sequence[Content], text: str, read: Read
) -> Understanding | None:
    """What a message means to the report that is told; None when it is about something else.

    Whatever it is, a cry for help stays with the report: its words are kept there, too.
    """
    draft = Draft.from_slot(tracker.get_slot(SLOT))
    if not is_told(tracker) or draft is None:
        return None
    if not text:
        return certain(REPORT) if takes_all(tracker, lines) else None
    if change := _change_said(text, draft):
        return change
    if step := _step_said(text, draft):
        return certain(REPORT, langkah=step)
    heard = read(text)
    if _goes_before_all(text, heard):
        return None
    if heard.intent == DELETE_ALL:
        # "hapus bu rt"
        return _as_told(heard)
    told = _told(text, heard, draft)
    if (told.fears or told.clears) and not tracker.get_slot(DANGER_SLOT):
        # Neither is a cry for help.
        return _as_told(replace(heard, level=levels.of_words(text)))
    facts = told.facts
    answers = not set(facts).isdisjoint(fills(draft.current or ""))
    is_short = draft.current != KIND and len(raw_words(text)) <= LONGEST_STEP
    tells_age = draft.current == SUMMARY and reading.is_of_grown_ups(text, clock.today())
    is_phone_off = signs.signs("hp_mati").stand_in(signs.Sentences(signs.plain(text.lower())))
    is_plain = answers or tells_age or is_phone_off
    if is_plain and is_short and not sounds_urgent(text):
        # "tadi malam" after "kapan?" is no cry for help, whatever it is by itself; nor are
        # "1 orang anak saya umur 22" below the summary, and "tapi hp dia dak aktif".
        heard = replace(heard, level=levels.of_words(text))
    is_own_cry = heard.level == levels.URGENT and not _tells_of_others(text, facts)
    if is_own_cry and len(raw_words(text)) > LONGEST_STEP and not sounds_urgent(text):
        # Grave, and without a word of danger now: told on, with a number to call before it.
        is_own_cry = False
    # A story that only resembles a question goes on, with a number to call before it.
    if is_own_cry and not (heard.intent == FAQ and "?" not in text):
        trackers.set_slot(tracker, SLOT, _with_cry(draft, text, facts).to_slot())
        return None
    if tracker.get_slot(DANGER_SLOT):
        # First the danger; what is said meanwhile belongs to the report as well.
        trackers.set_slot(tracker, SLOT, _with_cry(draft, text, facts).to_slot())
        return None
    step = _STEPS.get(heard.intent)
    if step and heard.sure and len(raw_words(text)) <= LONGEST_STEP:
        return certain(REPORT, langkah=step)
    if _asks_clearly(text, heard) and not is_own_cry:
        return None
    if not answers and not is_own_cry and _is_about_something_else(text, heard, bool(facts)):
        return None
    return _as_told(heard)


def _goes_before_all(text: str, heard: Understanding) -> bool:
    """ "hapus semua data saya"; not "hapus bu rt", which puts a line right."""
    if heard.intent not in ALWAYS or not heard.sure or heard.confidence < CLEAR:
        return False
    words = without_address(raw_words(text))
    deletes = heard.intent == DELETE_ALL
    return not deletes or len(words) == 1 or says(_phrases("hapus_semua"), text)


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
    if session.stage == follow_up.CONFIRM:
        if is_step and says(_phrases("tanpa_nomor"), text):
            return certain(FOLLOW_UP, langkah="tanpa_nomor")
        digits = sum(sign.isdigit() for sign in text)
        if digits >= LEAST_DIGITS:
            return certain(FOLLOW_UP)
        is_part = digits >= LEAST_DIGITS_OF_A_PART and not phones.find(text)
        is_about_it = is_step and says(_phrases(follow_up.ASKS_FOR_RECEIPT), text)
        is_well = is_step and _is_a_yes(text)
        if is_part or is_about_it or is_well or _asks_for_state(text, heard):
            return certain(FOLLOW_UP, langkah=follow_up.ASKS_FOR_RECEIPT)
        return None
    if heard is not None and says(_phrases("lain"), text):
        return _as_told(heard)
    if _asks_for_state(text, heard):
        return certain(FOLLOW_UP, langkah=follow_up.ASKS_FOR_STATE)
    if heard is not None and is_step and (wanted := _wanted_of_a_report(text)):
        return certain(FOLLOW_UP, langkah=wanted)
    if is_step and heard and heard.intent in ("batal", "berhenti", "tidak", "terima_kasih"):
        return certain(FOLLOW_UP, langkah="selesai")
    if is_step and says(_phrases("selesai"), text):
        return certain(FOLLOW_UP, langkah="selesai")
    if session.stage == follow_up.CHECK and heard is not None:
        is_errand = heard.intent in ERRANDS and heard.sure and heard.confidence >= CLEAR
        is_other = is_errand or _is_question(text, heard) or heard.level == levels.URGENT
        return None if is_other else _as_told(heard, FOLLOW_UP)
    if session.stage in (follow_up.OPEN, follow_up.ADDING):
        # An answer to staff needs no button before it, and a danger belongs there most of all.
        if heard is None:
            return certain(FOLLOW_UP)
        is_other = _is_question(text, heard) or heard.intent in (*COURTESIES, *ERRANDS)
        is_other = is_other and heard.level != levels.URGENT
        return None if is_other else _as_told(heard, FOLLOW_UP)
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
        has_file = any(_files(line) or line.location for line in lines)
        step = follow_up.ADD_MORE if sent.is_adding else follow_up.ASK_TO_ADD
        return certain(FOLLOW_UP, langkah=step) if has_file else None
    words = raw_words(text)
    if "?" in text or asks(words):
        return None
    if sent.words and _is_a_yes(text):
        return certain(FOLLOW_UP, langkah=follow_up.ADD_TO_LAST)
    if sent.words and len(words) <= LONGEST_STEP and says(_phrases("selesai"), text):
        return certain(FOLLOW_UP, langkah=follow_up.ADD_TO_LAST)
    if sent.is_adding and len(words) <= LONGEST_STEP and says(_phrases("selesai"), text):
        return certain(FOLLOW_UP, langkah=follow_up.NOT_TO_ADD)
    heard = read(text)
    if says(_phrases("lain"), text):
        return _as_told(heard)
    if heard.intent in (*COURTESIES, *ERRANDS) and heard.sure:
        return None
    if not sent.is_adding and not sent.words and not _may_belong(text, heard):
        return None
    is_urgent = heard.level == levels.URGENT and sounds_urgent(text)
    if is_urgent and _is_own_cry(text):
        # Who is in danger is told what to do, and asked nothing else.
        return None
    if sent.is_adding or is_urgent:
        return replace(certain(FOLLOW_UP, langkah=follow_up.ADD_MORE), level=heard.level)
    return certain(FOLLOW_UP, langkah=follow_up.ASK_TO_ADD)


def _is_own_cry(text: str) -> bool:
    """Whether the words themselves cry for help; "mereka naik mobil hitam" tells of others."""
    facts = reading.facts_of(text, today=clock.today())
    urgent = levels.of_words(text) == levels.URGENT
    return urgent and not _tells_of_others(text, facts)


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
    return next((step for step in ("ganti", "tarik") if says(_phrases(step), text)), None)


def _step_said(text: str, draft: Draft) -> str | None:
    """ "kenapa ditanya?", and at the summary "kirim"."""
    if len(raw_words(text)) > LONGEST_STEP:
        return None
    if says(_phrases(interview.WHY), text):
        return interview.WHY
    words = without_address(raw_words(text))
    said = " ".join(words)
    if said in order().phrases[interview.SUMMARY]:
        return interview.SUMMARY
    if draft.current == SUMMARY and _is_a_yes(text):
        return interview.SUMMARY
    if draft.current == SURE and says(_phrases("jadi"), text):
        return interview.GO_ON
    if draft.current == SURE and says(_phrases("yakin_batal"), text):
        return interview.DELETE
    if says(_phrases("mundur"), text):
        return interview.CANCEL
    if said in order().phrases[interview.CANCEL]:
        return interview.DELETE if draft.current == SURE else interview.CANCEL
    if lexicon.is_keyword("mulai", text):
        return interview.GO_ON
    if lexicon.does_not_know(words):
        return interview.SKIP
    return None


def _is_a_yes(text: str) -> bool:
    """ "iya kirim", "ok kak": nothing but agreement."""
    words = raw_words(text)
    return bool(words) and set(words) <= set(order().phrases["ya_kirim"])


def _change_said(text: str, draft: Draft) -> Understanding | None:
    """ "ubah", "ubah tempat", "tempatnya salah"; with a value behind it the words tell it."""
    words = without_address(raw_words(text))
    if draft.current not in (SUMMARY, CHANGE) or len(words) > LONGEST_STEP or not words:
        return None
    begins = words[0] in order().phrases[interview.CHANGE]
    question, value = subject.named(text)
    line = interview.line_to_change(draft, question) if question and not value else None
    is_wrong = not signs.words("ralat", "salah").isdisjoint(words)
    if line is not None and (begins or is_wrong or draft.current == CHANGE):
        return certain(REPORT, soal=CHANGE, jawab=str(line))
    return certain(REPORT, langkah=interview.CHANGE) if begins and not value else None


def _files(line: Content) -> list[Attachment]:
    return [file for file in line.attachments if file.kind not in NEVER_KEPT]


def _told(text: str, heard: Understanding, draft: Draft) -> subject.Told:
    return subject.told(draft, text, heard.parsed.get("entities", ()), clock.today())


def _tells_of_others(text: str, facts: Mapping[str, Any]) -> bool:
    words = set(raw_words(text))
    names_others = not words.isdisjoint(signs.words("jumlah", "korban"))
    return (
        tells_of_another(text)
        or speaks_of_another(text)
        # "di rumah itu banyak perempuan yang dikunci"
        or (names_others and words.isdisjoint(signs.words("jumlah", "aku")))
        or facts.get("peran") in _OTHERS
        or facts.get("jumlah", 1) != 1
    )


def _with_cry(draft: Draft, text: str, facts: Mapping[str, Any]) -> Draft:
    """Keeps what is said in danger with the report."""
    fresh = {name: value for name, value in facts.items() if name not in draft.fields}
    grave = replace(draft, level=levels.URGENT)
    return grave.with_words(reading.masked(text)).with_facts(fresh)


def _is_about_something_else(text: str, heard: Understanding, has_facts: bool) -> bool:
    if not heard.sure:
        return False
    if heard.intent in COURTESIES:
        return len(raw_words(text)) <= LONGEST_COURTESY
    if has_facts:
        return _is_question(text, heard) and "?" in text
    if heard.intent in ERRANDS:
        return heard.confidence >= CLEAR
    return _is_question(text, heard)


def _asks_clearly(text: str, heard: Understanding) -> bool:
    """A question, although its words might answer the one that waits."""
    return "?" in text and heard.confidence >= CLEAR and _is_question(text, heard)


def _is_question(text: str, heard: Understanding) -> bool:
    """A question from the catalogue."""
    asked = "?" in text or asks(raw_words(text))
    clear = heard.confidence >= CLEAR_QUESTION and not heard.leans_back
    return heard.sure and heard.intent == FAQ and asked and clear


def _as_told(heard: Understanding, intent: str = REPORT) -> Understanding:
    """The words as a part of the report, with all that they name."""
    named = [e for e in heard.parsed.get("entities", ()) if "start" in e]
    told = certain(intent)
    parsed = {**told.parsed, "entities": named}
    return replace(told, parsed=parsed, level=heard.level)


def was_interrupted(tracker: Any, understanding: Understanding) -> bool:
    """Whether something else was answered while a report is told."""
    return is_told(tracker) and understanding.intent != REPORT


def takes_all(tracker: Any, lines: Sequence[Content]) -> bool:
    """Whether what has no words, such as a photo, belongs to a report as well."""
    session = Session.from_slot(tracker.get_slot(follow_up.SLOT))
    adding = session is not None and session.stage == follow_up.ADDING
    adding = adding or Sent.from_slot(tracker.get_slot(follow_up.SENT_SLOT)) is not None
    has_more = any(line.location or _files(line) for line in lines)
    return has_more and (is_told(tracker) or adding)


def keep_meanwhile(tracker: Any, turn: TurnContext) -> None:
    """Writes down what was said beside the question, when there is something to write."""
    draft = Draft.from_slot(tracker.get_slot(SLOT))
    if draft is None:
        return
    if tracker.get_slot(DANGER_SLOT):
        # Staff see that somebody is in danger here, also before anything was told.
        draft = replace(draft, level=levels.URGENT)
    draft, effects = filing.meanwhile(
        draft,
        filing.current_desk_key(turn.vault),
        turn.conversation_id,
        turn.channel,
        keep_ms=filing.kept_ms(retention.DRAFT),
    )
    trackers.set_slot(tracker, SLOT, draft.to_slot())
    turn.effects += effects
