"""While a report is told: what belongs to it, what does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import dropwhile
from typing import Any

from bot import clock, lexicon
from bot.conversation.choices import is_place_in_list
from bot.conversation.context import TurnContext
from bot.conversation.messages import Content, Understanding
from bot.engine import tracker as trackers
from bot.engine.certain import certain
from bot.engine.follow_ups import was_asked_to_add, withdraws
from bot.engine.openings import wants_to_report
from bot.engine.told import (
    CLEAR,
    COURTESIES,
    ERRANDS,
    FOLLOW_UP,
    FOR_OTHERS,
    LONGEST_STEP,
    REPORT,
    Read,
    as_told,
    files,
    is_a_yes,
    is_question,
    tells_of_others,
)
from bot.engine.told import (
    is_told as is_told,
)
from bot.nlu.features import raw_words
from bot.nlu.following import without_address
from bot.nlu.labels import DANGER_SLOT, FAQ, KIND_SLOT, READ_SLOT
from bot.privacy import retention
from bot.tips import agreement, filing, follow_up, interview, reading, signs, subject
from bot.tips.draft import SLOT, Draft
from bot.tips.follow_up import Sent, Session
from bot.tips.questions import CHANGE, CONSENT, KIND, SAFE, SUMMARY, SURE, fills, order
from bot.tips.questions import phrases as _phrases
from bot.tips.replacing import OTHER_KIND
from bot.triage import levels
from bot.triage.after_cry import asks_to_go_there
from bot.triage.first_aid import WATCHED
from bot.triage.phrases import says, sounds_urgent

STOP = "berhenti"

# Small words that mean a step of the report.
_STEPS = {
    "lewati": interview.SKIP,
    "kembali": interview.BACK,
    "ulangi": interview.AGAIN,
    "batal": interview.CANCEL,
    "berhenti": interview.CANCEL,
}
LONGEST_SILENCE = 12
WHEN = "waktu"
# "rumah kosong di belakang rumah saya" only resembles a cry. So surely "aku gak kuat lagi" is
# understood, and so grave is "aku mau loncat aja" to the model of the levels.
CLEARLY_UNDERSTOOD, CLEARLY_GRAVE = 0.8, 0.5
# These even where the words could answer the question.
DELETE_ALL = "privasi_hapus"
ALWAYS = (DELETE_ALL, "kasar")
# After these something else than the report waits for an answer.
ASKING_ACTIONS = (
    "action_privasi_hapus", "action_kuis", "action_menu", "action_mungkin_maksud",
)  # fmt: skip
LONGEST_COURTESY = 5


def step_in_words(tracker: Any, text: str) -> Understanding | None:
    """What goes before everything that was offered: silence, "mau lapor", "gak jadi"."""
    if short := _asks_for_short_words(tracker, text):
        return short
    wanted = asks_for_silence(tracker, text) or wants_to_report(text)
    draft = Draft.from_slot(tracker.get_slot(SLOT))
    session = Session.from_slot(tracker.get_slot(follow_up.SLOT))
    if draft is None and session is None and (gone := _wants_back(tracker, text)):
        return certain(REPORT, langkah=gone)
    waits = session is not None and session.stage == follow_up.CONFIRM
    if waits and is_place_in_list(text) and not was_asked_to_add(tracker):
        # A second tap on what sent the report must not cost the receipt.
        return certain(FOLLOW_UP, langkah=follow_up.ASKS_FOR_RECEIPT)
    if withdrawal := withdraws(tracker, text):
        return withdrawal
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


def _wants_back(tracker: Any, text: str) -> str | None:
    """ "eh jangan dihapus", "lanjutkan yang tadi", where nothing waits: it was deleted already."""
    words = without_address(raw_words(text))
    if not words or len(words) > LONGEST_STEP or "?" in text:
        return None
    if any(
        choice.payload.startswith(f"/{DELETE_ALL}") for choice in trackers.offered_last(tracker)
    ):
        return None
    # Of a conversation that was deleted nothing is known any more.
    is_new = not trackers.said_last(tracker)
    if says(_phrases("lanjut_tadi"), text) and not _may_go_on(tracker):
        return interview.NOTHING_LEFT
    gives_up = " ".join(words) in order().phrases[interview.CANCEL]
    is_gone = says(_phrases("jangan_hapus"), text) or (is_new and gives_up)
    return interview.GONE if is_gone else None


def _may_go_on(tracker: Any) -> bool:
    """Whether there is anything but a report that "lanjutkan yang tadi" may mean."""
    in_danger = bool(tracker.get_slot(DANGER_SLOT))
    return in_danger or trackers.quiz_waits(tracker) or bool(tracker.get_slot(READ_SLOT))


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


def _asks_for_short_words(tracker: Any, text: str) -> Understanding | None:
    """ "jgn bls panjang, dia baca hp sy": somebody reads along, and she wants an answer.

    She gets the careful one, also in a report, which waits with all that was told.
    """
    if len(raw_words(text)) > LONGEST_SILENCE or not says(_phrases("pendek"), text):
        return None
    draft = Draft.from_slot(tracker.get_slot(SLOT))
    if draft is not None and is_told(tracker):
        facts = reading.facts_of(text, today=clock.today())
        trackers.set_slot(tracker, SLOT, _with_cry(draft, text, facts).to_slot())
    return certain(levels.URGENT, jenis=WATCHED)


def comes_back_with_story(tracker: Any, text: str, read: Read) -> Understanding | None:
    """A story where nothing might be answered, and a report waits: it goes on by itself."""
    draft = Draft.from_slot(tracker.get_slot(SLOT))
    is_silent = draft is not None and draft.fields.get(SAFE) == interview.SILENT
    if not is_silent or is_told(tracker) or "?" in text:
        return None
    heard = read(text)
    facts = reading.facts(text, heard.parsed.get("entities", ()), today=clock.today())
    is_cry = heard.level == levels.URGENT and not tells_of_others(text, facts)
    return as_told(heard) if KIND in facts and not is_cry else None


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
    if _is_alone_again(tracker, text):
        return certain(REPORT, langkah=interview.GO_ON)
    if step := _step_said(text, draft):
        return certain(REPORT, langkah=step)
    heard = read(text)
    if _goes_before_all(text, heard):
        return None
    if heard.intent == DELETE_ALL:
        # "hapus bu rt"
        return as_told(heard)
    told = _told(text, heard, draft)
    if (told.fears or told.clears) and not tracker.get_slot(DANGER_SLOT):
        # Neither is a cry for help.
        return as_told(replace(heard, level=levels.of_words(text)))
    facts = told.facts
    answers = not set(facts).isdisjoint(fills(draft.current or ""))
    names_one = not signs.words("pelaku", "nama").isdisjoint(raw_words(text))
    is_short = (draft.current != KIND or names_one) and len(raw_words(text)) <= LONGEST_STEP
    tells_age = draft.current == SUMMARY and reading.is_of_grown_ups(text, clock.today())
    is_phone_off = signs.signs("hp_mati").stand_in(signs.Sentences(signs.plain(text.lower())))
    is_plain = answers or tells_age or is_phone_off or names_one
    if is_plain and is_short and not sounds_urgent(text):
        # "tadi malam" after "kapan?" is no cry for help, whatever it is by itself; nor are
        # "1 orang anak saya umur 22" below the summary, and "tapi hp dia dak aktif".
        heard = replace(heard, level=levels.of_words(text))
    is_own_cry = heard.level == levels.URGENT and not _is_of_others(text, facts, draft)
    is_long = len(raw_words(text)) > LONGEST_STEP
    if is_own_cry and not sounds_urgent(text) and (is_long or not _is_clearly_a_cry(heard)):
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
    # "tadi", after "kapan?", goes nowhere back.
    # "eh salah 5 orang" below the summary goes nowhere back either.
    is_told_of = (draft.current == WHEN and WHEN in facts) or (told.corrects and facts)
    if step and heard.sure and not is_told_of and len(raw_words(text)) <= LONGEST_STEP:
        return certain(REPORT, langkah=step)
    if _asks_clearly(text, heard) and not is_own_cry:
        return None
    if not answers and not is_own_cry and _is_about_something_else(text, heard, bool(facts)):
        return None
    return as_told(heard)


def _is_alone_again(tracker: Any, text: str) -> bool:
    """ "lanjut", "dia pergi", of somebody who was watched while a report was told."""
    is_watched = tracker.get_slot(DANGER_SLOT) and tracker.get_slot(KIND_SLOT) == WATCHED
    is_short = len(raw_words(text)) <= LONGEST_STEP
    return bool(is_watched) and is_short and says(_phrases("kembali_lapor"), text)


def _is_clearly_a_cry(heard: Understanding) -> bool:
    if levels.TRIAGE not in heard.parsed:
        return True
    grave = levels.weighed_in(heard.parsed).urgent >= CLEARLY_GRAVE
    return grave or heard.confidence >= CLEARLY_UNDERSTOOD


def _is_of_others(text: str, facts: Mapping[str, Any], draft: Draft) -> bool:
    """ "baru mau dibawak", told by somebody who reports for others and speaks not of himself.

    Also "disekap" after "ada cewek2 di ruko".
    """
    if tells_of_others(text, facts):
        return True
    role = draft.fields.get("peran")
    is_own = not signs.words("jumlah", "aku").isdisjoint(raw_words(text))
    if is_own or role not in (None, *FOR_OTHERS):
        return False
    told = raw_words(" ".join(draft.words))
    return role is not None or not signs.words("jumlah", "korban").isdisjoint(told)


def _goes_before_all(text: str, heard: Understanding) -> bool:
    """ "hapus semua data saya"; not "hapus bu rt", which puts a line right."""
    if heard.intent not in ALWAYS or not heard.sure or heard.confidence < CLEAR:
        return False
    words = without_address(raw_words(text))
    deletes = heard.intent == DELETE_ALL
    return not deletes or len(words) == 1 or says(_phrases("hapus_semua"), text)


def _step_said(text: str, draft: Draft) -> str | None:
    """ "kenapa ditanya?", and at the summary "kirim"."""
    if draft.current == CONSENT and agreement.asks_what_if_not(text):
        return interview.IF_NOT
    if asks_to_go_there(text) and ("?" in text or not reading.facts_of(text, today=clock.today())):
        return interview.TO_GO_THERE
    if len(raw_words(text)) > LONGEST_STEP:
        return None
    if says(_phrases(interview.WHY), text):
        return interview.WHY
    if _points_back(text):
        return interview.ALREADY
    words = without_address(raw_words(text))
    said = " ".join(words)
    past_yes = " ".join(dropwhile(signs.words("jawaban", "ya").__contains__, words))
    if not {said, past_yes}.isdisjoint(order().phrases[interview.SUMMARY]):
        return interview.SUMMARY
    if draft.current == SUMMARY and is_a_yes(text):
        return interview.SUMMARY
    if draft.current == SURE and says(_phrases("jadi"), text):
        return interview.GO_ON
    if draft.current == SURE and says(_phrases("yakin_batal"), text):
        return interview.DELETE
    if says(_phrases("mundur"), text) or says(_phrases("mau_tarik"), text):
        return interview.CANCEL
    if said in order().phrases[interview.CANCEL]:
        return interview.DELETE if draft.current == SURE else interview.CANCEL
    if lexicon.is_keyword("mulai", text) or said in order().phrases["lanjut"]:
        return interview.GO_ON
    if lexicon.does_not_know(words):
        return interview.SKIP
    return None


def _points_back(text: str) -> bool:
    """ "ya itu tadi", "udah saya bilang": and no fact that was not told yet, such as a day."""
    if "?" in text or not says(_phrases(interview.ALREADY), text):
        return False
    facts = reading.facts_of(text, asked=WHEN, today=clock.today())
    time = facts.pop(WHEN, {"teks": ""})
    return not facts and set(raw_words(time["teks"])) <= set(order().phrases["kata_tadi"])


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


def _told(text: str, heard: Understanding, draft: Draft) -> subject.Told:
    return subject.told(draft, text, heard.parsed.get("entities", ()), clock.today())


def _with_cry(draft: Draft, text: str, facts: Mapping[str, Any]) -> Draft:
    """Keeps what is said in danger with the report."""
    fresh = interview.told_first(draft, facts)
    if draft.fields.get(KIND) == OTHER_KIND and KIND in facts:
        fresh[KIND] = facts[KIND]
    grave = replace(draft, level=levels.URGENT)
    return grave.with_words(reading.masked(text)).with_facts(fresh)


def _is_about_something_else(text: str, heard: Understanding, has_facts: bool) -> bool:
    if not heard.sure:
        return False
    if heard.intent in COURTESIES:
        return len(raw_words(text)) <= LONGEST_COURTESY
    if has_facts:
        return is_question(text, heard) and "?" in text
    if heard.intent in ERRANDS:
        return heard.confidence >= CLEAR
    return is_question(text, heard)


def _asks_clearly(text: str, heard: Understanding) -> bool:
    """A question, although its words might answer the one that waits."""
    return "?" in text and heard.confidence >= CLEAR and is_question(text, heard)


def was_interrupted(tracker: Any, understanding: Understanding) -> bool:
    """Whether something else was answered while a report is told."""
    return is_told(tracker) and understanding.intent != REPORT


def takes_all(tracker: Any, lines: Sequence[Content]) -> bool:
    """Whether what has no words, such as a photo, belongs to a report as well."""
    session = Session.from_slot(tracker.get_slot(follow_up.SLOT))
    takes = (follow_up.ADDING, follow_up.CHECK)
    adding = session is not None and session.stage in takes
    adding = adding or Sent.from_slot(tracker.get_slot(follow_up.SENT_SLOT)) is not None
    has_more = any(line.location or files(line) for line in lines)
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
