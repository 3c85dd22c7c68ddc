"""Tells a report question by question: what an answer fills, and what is asked next.

Pure: a draft and what was said go in, the next draft and what to say come out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.knowledge.buttons import payload
from bot.tips import clearing, replacing, summary, which_place
from bot.tips.draft import Draft
from bot.tips.kind import in_view
from bot.tips.next_question import (
    following,
    is_put_off,
    is_worn_out,
    met_with_a_story,
    was_put_again,
)
from bot.tips.questions import (
    CHANGE,
    CONSENT,
    DARING,
    FIRST,
    KIND,
    ON_THE_MAP,
    PLACE,
    PLACE_WHICH,
    RECRUITER,
    SAFE,
    SUMMARY,
    SURE,
    TELLS_ON,
    Option,
    fills,
    order,
)
from bot.tips.replacing import OTHER_KIND, STAGE, stages
from bot.triage import levels

# What a report ends with.
SEND, CANCELLED, REFUSED, SILENT = "kirim", "batal", "tidak_setuju", "jangan_balas"

# Steps that a button or a small word asks for.
SKIP, BACK, AGAIN, WHY, CANCEL = "lewati", "kembali", "ulangi", "kenapa", "batal"
GO_ON, DELETE, QUIET, IF_NOT = "lanjut", "hapus", "diam", "kalau_tidak"
TO_GO_THERE, ALREADY = "mendekat", "sudah_bilang"
STEPS = (
    SKIP, BACK, AGAIN, WHY, CANCEL, GO_ON, DELETE, QUIET, IF_NOT, TO_GO_THERE, ALREADY, CHANGE,
    SUMMARY,
)  # fmt: skip

# Whether somebody is in danger now.
DANGER = "bahaya"
# Said of a danger in another country.
DANGER_ABROAD = "ucapan_lapor_bahaya_luar"
# Said when something is wanted back that was deleted, or is to go on.
GONE, NOTHING_LEFT = "terhapus", "kosong"

# A message that fills so many fields at once has told most of it; then so few questions follow.
TOLD_AT_ONCE, MOST_AFTER_IT = 4, 4
# A story of so many words is a report even when its kind stays unclear.
LEAST_WORDS_OF_A_STORY = 6
# Of what may be so today and was not yesterday, the later word counts.
_DENIED_AT_FIRST = ("uang", "dokumen", "bahaya", "anak", "polisi", "bukti")
# So short a message says one thing, and means it.
_MOST_WORDS_OF_A_TURN = 4
# A list on a telephone has room for so many.
MOST_LINES = 10
# Fields that are never shown as an answer of their own.
_HIDDEN = ("aman", "setuju")


@dataclass(frozen=True)
class Said:
    """One message of the reporter, as it was understood.

    Attributes:
        text: The words to keep; empty for a button or a small word.
        step: What a button or a small word asks for, one of `STEPS`.
        question: Which question a button belongs to.
        option: Which of its options, from 0.
        facts: The fields that the words fill (bot/tips/reading.py).
        corrects: The words take something back.
        clears: The names of those who are said to be no recruiters (bot/tips/clearing.py).
        fears: The words tell nothing but fear.
        agrees: The words are nothing but "iya", which tells nothing by itself.
        masked: A NIK was left out of the words.
        files: How many files came; `files_kept` whether this channel can keep them.
        point: A point on the map that came: latitude and longitude in degrees (WGS 84).
        level: How urgent the words sound.
        after_danger: The reporter was in danger a moment ago, and goes on now.
        is_unsafe: The words say that it is not safe.
    """

    text: str = field(default="", repr=False)
    step: str | None = None
    question: str | None = None
    option: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    corrects: bool = False
    clears: tuple[str, ...] = field(default=(), repr=False)
    fears: bool = False
    agrees: bool = False
    masked: bool = False
    files: int = 0
    files_kept: bool = True
    point: tuple[float, float] | None = field(default=None, repr=False)
    level: str = levels.ORDINARY
    after_danger: bool = False
    is_unsafe: bool = False


@dataclass(frozen=True)
class Step:
    """What comes of a message.

    Attributes:
        draft: The report now; its `current` question is asked next.
        notes: Responses to say before the question.
        outcome: How the report ends; None while it goes on.
    """

    draft: Draft
    notes: tuple[str, ...] = ()
    outcome: str | None = None


def begin() -> Draft:
    """A report of which nothing was told."""
    return Draft(fields={})


def take(draft: Draft, said: Said) -> Step:
    """The report after one more message."""
    draft = replace(draft, level=levels.highest(draft.level, said.level))
    draft, notes = _with_everything_beside(draft, said)
    if draft.current is None and not said.text:
        # What was told before it was asked for.
        draft, warnings = _warned(draft, said)
        notes = (*notes, *warnings)
    if said.step == GO_ON and said.after_danger and draft.current == SAFE:
        # It is not safe, and she goes on nevertheless: nobody asks her again and again.
        return _answered(draft, {SAFE: DARING}, notes)
    if draft.fields.get(SAFE) == SILENT and (said.step == GO_ON or said.text):
        # Back, by herself.
        draft = draft.with_facts({SAFE: "ya"})
        if draft.current == SAFE and said.step:
            return _answered(draft, {}, notes)
    if said.step:
        return _after_step(draft, said.step, notes)
    if said.question:
        return _after_choice(draft, said, notes)
    if not said.text:
        return _ask(draft, notes)
    draft = draft if said.agrees else draft.with_words(said.text)
    return _after_words(draft, said, notes)


def options(draft: Draft) -> Sequence[Option]:
    """The choices of the question that waits."""
    if draft.current == PLACE_WHICH:
        return [which_place.option(code) for code in draft.places]
    if draft.current == CHANGE:
        return [Option(line.title, {"soal": name}) for name, line in _changeable(draft)]
    return order().options.get(draft.current or "", ())


def _with_everything_beside(draft: Draft, said: Said) -> tuple[Draft, tuple[str, ...]]:
    """What comes with a message and is no answer: files, a point on the map, a NIK."""
    notes: list[str] = []
    if said.files:
        draft = draft.with_facts({"bukti": "ya"})
        notes.append("ucapan_lapor_berkas" if said.files_kept else "ucapan_lapor_berkas_teks")
    if said.point:
        draft = draft.with_facts({"titik": [*draft.fields.get("titik", ()), list(said.point)]})
        notes.append("ucapan_lapor_lokasi")
    if said.masked:
        notes.append("ucapan_lapor_nik")
    if said.text and not draft.has_room(said.text):
        notes.append("ucapan_pesan_terpotong")
    return draft, tuple(notes)


def _after_step(draft: Draft, step: str, notes: tuple[str, ...]) -> Step:
    if step == DELETE:
        return Step(draft, notes, outcome=CANCELLED)
    if step == QUIET:
        return Step(draft.with_facts({SAFE: SILENT}), outcome=SILENT)
    if step == CANCEL:
        told = draft.words or any(name not in _HIDDEN for name in draft.fields)
        if told:
            return Step(replace(draft, current=SURE), notes)
        return Step(draft, notes, outcome=CANCELLED)
    if step == SUMMARY:
        # Whoever wants to send it now is asked no more than what must be asked.
        missing = [question for question in FIRST if not draft.knows(question)]
        if missing == [CONSENT] and draft.current == CONSENT and was_put_again(draft):
            # The shorter text asks whether it may be sent.
            return _put(draft.with_facts({CONSENT: "ya"}), SUMMARY, notes)
        if missing == [KIND] and draft.words:
            # What it is called may stay open; what was told may not be lost.
            return _put(draft.with_facts({KIND: OTHER_KIND}), SUMMARY, notes)
        if missing:
            return _put(draft, missing[0], notes)
        if draft.current == SUMMARY:
            return Step(draft, notes, outcome=SEND)
        return _put(draft, SUMMARY, notes)
    if step == WHY:
        about = PLACE if draft.current == PLACE_WHICH else draft.current
        about = SUMMARY if about in (None, CHANGE, SURE) else about
        return _ask(draft, (*notes, f"ucapan_lapor_kenapa_{about}"), again=True)
    if step == IF_NOT:
        note = "ucapan_lapor_kalau_tidak_setuju"
        return _ask(met_with_a_story(draft), (*notes, note), again=True)
    if step == TO_GO_THERE:
        return _ask(draft, (*notes, "ucapan_lapor_mendekat"), again=True)
    if step == ALREADY:
        return _told_already(draft, (*notes, "ucapan_lapor_sudah_tadi"))
    if step == CHANGE:
        return _put(draft, CHANGE, notes)
    if step == SKIP:
        return _skipped(draft, notes)
    if step == BACK:
        return _back(draft, notes)
    is_line = draft.current in order().lines and draft.current != DANGER
    if step == GO_ON and is_line and draft.knows(*_wanted(draft)):
        # It was answered meanwhile, such as in the midst of a danger, which may be over now.
        return _ask(draft, notes)
    return _ask(draft, notes, again=True)


def _told_already(draft: Draft, notes: tuple[str, ...]) -> Step:
    """ "ya itu tadi": it is among the words, and only what must be answered is asked again."""
    must = not draft.words or draft.current in (None, SAFE, CONSENT)
    return _ask(draft, notes, again=True) if must else _skipped(draft, notes)


def _skipped(draft: Draft, notes: tuple[str, ...]) -> Step:
    current = draft.current
    if current in (None, SAFE, CONSENT):
        # Nothing may be kept without the one, or said without the other.
        return _ask(draft, (*notes, f"ucapan_lapor_kenapa_{current or SAFE}"), again=True)
    if current == KIND:
        return _ask(draft.with_facts({KIND: OTHER_KIND}), notes)
    if current in (SUMMARY, CHANGE, SURE):
        return _ask(draft, notes)
    skipped = PLACE if current == PLACE_WHICH else str(current)
    draft = replace(draft, skipped=(*draft.skipped, skipped), places=())
    return _ask(draft, notes)


def _back(draft: Draft, notes: tuple[str, ...]) -> Step:
    """The question before the one that waits, to be answered anew."""
    asked = list(draft.asked)
    if draft.current == CONSENT and is_put_off(draft, CONSENT):
        asked.remove(CONSENT)
    elif draft.current in asked:
        asked = asked[: asked.index(draft.current)]
    if not asked:
        return _ask(draft, (*notes, "ucapan_lapor_awal"), again=True)
    # Which of two places is not asked about a place that was settled.
    return _put(draft, PLACE if asked[-1] == PLACE_WHICH else asked[-1], notes)


def _after_choice(draft: Draft, said: Said, notes: tuple[str, ...]) -> Step:
    about = replace(draft, current=said.question)
    chosen = options(about)
    if said.option is None or not 0 <= said.option < len(chosen):
        # A button of long ago, or one that never was.
        return _ask(draft, notes, again=True)
    draft, facts = about, chosen[said.option].fills
    if said.question == CHANGE:
        return _put(draft, str(facts["soal"]), notes)
    if facts.get(SAFE) == SILENT:
        return Step(draft.with_facts(facts), outcome=SILENT)
    if facts.get(CONSENT) == "tidak":
        return Step(draft, outcome=REFUSED)
    if not facts:
        return _skipped(draft, notes)
    return _answered(draft, facts, notes)


def _after_words(draft: Draft, said: Said, notes: tuple[str, ...]) -> Step:
    if said.facts.get(CONSENT) == "tidak":
        return Step(draft, outcome=REFUSED)
    if said.fears:
        return _afraid(draft, notes)
    draft, cleared = _cleared(draft, said.clears)
    notes = (*notes, *cleared)
    wanted = _wanted(draft)
    new = {name: v for name, v in said.facts.items() if _is_news(draft, said, name, v)}
    if len([name for name in new if name not in _HIDDEN]) >= TOLD_AT_ONCE:
        draft = replace(draft, left=MOST_AFTER_IT)
    if kind := in_view({**draft.fields, **new}):
        new = {**new, KIND: kind} if KIND in new else new
    is_story = len(said.text.split()) >= LEAST_WORDS_OF_A_STORY
    if draft.current == KIND and KIND not in new and is_story:
        new[KIND] = OTHER_KIND
    replaced = False
    if RECRUITER in new and draft.knows(RECRUITER) and (said.corrects or RECRUITER in wanted):
        before = draft.fields[RECRUITER]
        draft, new[RECRUITER] = _instead(draft, new[RECRUITER])
        replaced = replacing.takes_away(RECRUITER, before, new[RECRUITER])
    if PLACE in new and not said.corrects:
        new[PLACE] = _with_words_before(draft, new[PLACE])
    replaced = replaced or any(
        name in draft.fields and replacing.takes_away(name, draft.fields[name], value)
        for name, value in new.items()
        if name != RECRUITER
    )
    draft, warnings = _warned(draft.with_facts(new), said)
    notes = (*notes, *warnings)
    if draft.current is None or not wanted.isdisjoint(new):
        return _answered(draft, {}, (*notes, *(("ucapan_lapor_diubah",) if replaced else ())))
    if draft.current == SUMMARY and (new or not cleared):
        note = "ucapan_lapor_diubah" if replaced else "ucapan_lapor_tercatat"
        return _ask(draft, (*notes, note), again=True)
    if cleared and not new:
        return _ask(draft, notes, again=True)
    if new:
        # Something else was told, or put right; the question still waits.
        note = "ucapan_lapor_diubah" if replaced else "ucapan_lapor_tercatat"
        return _told_else(draft, said, (*notes, note))
    return _not_read(draft, said, notes)


def _is_news(draft: Draft, said: Said, name: str, value: Any) -> bool:
    """Whether a fact goes into the report: what stands there already is not told twice."""
    if name not in draft.fields or said.corrects:
        return True
    before = draft.fields[name]
    if name == KIND and before == OTHER_KIND:
        # Nobody knew it yet.
        return True
    if name == PLACE and _lies_in(before, value):
        # "kecamatan Karang Tinggi" after a desa in it: there, and less exact.
        return False
    if name in _wanted(draft):
        return True
    if name == PLACE and (_is_more_exact(value, before) or _names_only_a_place(said)):
        return True
    if name in _DENIED_AT_FIRST and before == "tidak" and value == "ya":
        # "sudah bayar" after "belum bayar": it has happened since.
        return True
    if name == RECRUITER:
        return dict(draft.with_facts({name: value}).fields[name]) != dict(before)
    if name == STAGE and stages().index(value) > stages().index(before):
        return True
    if name in _DENIED_AT_FIRST and len(said.text.split()) <= _MOST_WORDS_OF_A_TURN:
        # "eh paspornya aman kok"
        return True
    # "5 orang" below the summary puts it right; a longer text adds to it.
    is_short = len(said.text.split()) < LEAST_WORDS_OF_A_STORY
    return draft.current == CHANGE or (draft.current == SUMMARY and is_short)


def told_first(draft: Draft, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is new of facts that were told beside the questions; a desa adds to "di gudang"."""
    new = {name: value for name, value in facts.items() if name not in draft.fields}
    if KIND in new:
        new[KIND] = in_view({**draft.fields, **new})
    if PLACE in facts and PLACE in draft.fields:
        now = facts[PLACE]
        if _is_more_exact(now, draft.fields[PLACE]):
            new[PLACE] = _with_words_before(draft, now)
    return new


def _instead(draft: Draft, now: Mapping[str, Any]) -> tuple[Draft, dict[str, Any]]:
    """What is said anew of the recruiter takes the place of what was said before."""
    before = draft.fields[RECRUITER]
    others = {name: value for name, value in draft.fields.items() if name != RECRUITER}
    return replace(draft, fields=others), {**before, **{k: v for k, v in now.items() if v}}


def _names_only_a_place(said: Said) -> bool:
    """ "di Batam", and no more, beside another question: there, and not where it was told first."""
    is_short = len(said.text.split()) <= _MOST_WORDS_OF_A_TURN
    is_found = any(said.facts[PLACE].get(name) for name in ON_THE_MAP)
    return is_short and is_found and set(said.facts) == {PLACE}


def _is_more_exact(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """ "pondok kubang" after "di kafe": a place on the map instead of words."""
    return any(now.get(name) for name in ON_THE_MAP) and not any(
        before.get(name) for name in ON_THE_MAP
    )


def _lies_in(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a place is the kecamatan of the desa that was told before."""
    town = now.get("kode")
    return bool(town) and str(before.get("kode") or "").startswith(f"{town}.")


def _cleared(draft: Draft, clears: Sequence[str]) -> tuple[Draft, tuple[str, ...]]:
    """Without those who are no recruiters, and what is said of it."""
    before = draft.fields.get(RECRUITER, {})
    left = clearing.without(before, clears) if clears else before
    if left == before:
        return draft, ()
    fields = {name: value for name, value in draft.fields.items() if name != RECRUITER}
    if any(left.values()):
        fields[RECRUITER] = left
    return replace(draft, fields=fields), ("ucapan_lapor_nama_dihapus",)


def _afraid(draft: Draft, notes: tuple[str, ...]) -> Step:
    """Fear is answered first; a question that was met with it twice is left open."""
    mark, notes = f"takut: {draft.current}", (*notes, "ucapan_lapor_takut")
    if mark not in draft.warned:
        return _ask(draft.warn(mark), notes, again=True)
    stays = draft.current in (*FIRST, SUMMARY, CHANGE, SURE)
    return _ask(draft, notes, again=True) if stays else _skipped(draft, notes)


def _told_else(draft: Draft, said: Said, notes: tuple[str, ...]) -> Step:
    """Something else than an answer: the question waits, and in the end it is let be."""
    draft = met_with_a_story(draft)
    if not is_worn_out(draft):
        return _ask(draft, notes, again=True)
    if draft.current == SAFE:
        # Who writes on and on may be written to.
        return _answered(draft, {SAFE: DARING if said.is_unsafe else TELLS_ON}, notes)
    if draft.current == CONSENT:
        return _ask(draft, notes)
    return _skipped(draft, notes)


def _not_read(draft: Draft, said: Said, notes: tuple[str, ...]) -> Step:
    """Words that answer nothing: asked once more, then left open. The words are kept."""
    note = "ucapan_lapor_belum_dijawab" if said.agrees else "ucapan_lapor_belum_terbaca"
    if draft.current in (SAFE, CONSENT):
        note = "ucapan_lapor_tercatat" if was_put_again(draft) else note
        return _told_else(draft, said, (*notes, note))
    mark = f"tidak terbaca: {draft.current}"
    if mark not in draft.warned:
        return _ask(draft.warn(mark), (*notes, note), again=True)
    step = _skipped(draft, notes)
    if said.agrees:
        return step
    return replace(step, notes=(*notes, "ucapan_lapor_tercatat"))


def _warned(draft: Draft, said: Said) -> tuple[Draft, tuple[str, ...]]:
    """What must be said at once, each once in a report."""
    notes: tuple[str, ...] = ()
    if draft.fields.get("pelapor_anak") and "anak" not in draft.warned:
        draft, notes = draft.warn("anak"), ("ucapan_lapor_anak",)
    # Whose danger was told before the place hears again whom to call there.
    was_told = "bahaya" in draft.warned
    in_danger = said.level == levels.URGENT or _is_in_danger(draft) or was_told
    mark, note = _danger_at(draft)
    if in_danger and mark not in draft.warned:
        draft, notes = draft.warn(mark), (*notes, note)
    return draft, notes


def _danger_at(draft: Draft) -> tuple[str, str]:
    """The mark and the text of a danger: abroad the police of Indonesia cannot come."""
    country = summary.country_abroad(draft)
    if country is None:
        return "bahaya", "ucapan_lapor_bahaya"
    return f"bahaya {country}", DANGER_ABROAD


def _is_in_danger(draft: Draft) -> bool:
    return draft.fields.get("bahaya") == "ya" or draft.fields.get(SAFE) == DARING


def _answered(draft: Draft, facts: Mapping[str, Any], notes: tuple[str, ...]) -> Step:
    if PLACE in facts:
        facts = {**facts, PLACE: _with_words_before(draft, facts[PLACE])}
    draft = draft.with_facts(facts)
    if facts.get("bahaya") == "ya" or PLACE in facts:
        draft, warnings = _warned(draft, Said())
        notes = (*notes, *warnings)
    open_again = {name for name in draft.skipped if not draft.knows(*fills(name))}
    draft = replace(draft, skipped=tuple(n for n in draft.skipped if n in open_again))
    if draft.current == CONSENT and draft.knows(CONSENT) and is_put_off(draft, CONSENT):
        # It was the last question.
        return _put(draft, SUMMARY if draft.knows(KIND) else KIND, notes)
    return _ask(draft, notes)


def _level(draft: Draft) -> str:
    """How grave the report is by what it tells, whatever the words sound like."""
    if _is_in_danger(draft):
        return levels.URGENT
    is_grave = any(draft.fields.get(name) in values for name, values in order().grave.items())
    return levels.SERIOUS if is_grave else levels.ORDINARY


def _ask(draft: Draft, notes: tuple[str, ...], *, again: bool = False) -> Step:
    if again and draft.current not in (None, SURE):
        return Step(draft, notes)
    return _put(draft, following(draft), notes)


def _put(draft: Draft, question: str, notes: tuple[str, ...]) -> Step:
    """The report with a question put; one that was put before costs no further one."""
    draft = replace(draft, level=levels.highest(draft.level, _level(draft)))
    asked, left = draft.asked, draft.left
    if question not in asked and question != CHANGE:
        asked = (*asked, question)
        left = None if left is None else max(left - 1, 0)
    codes = draft.fields[PLACE]["ambiguous"] if question == PLACE_WHICH else ()
    places = which_place.candidates(codes)
    return Step(replace(draft, current=question, asked=asked, left=left, places=places), notes)


def _with_words_before(draft: Draft, now: Mapping[str, Any]) -> Mapping[str, Any]:
    """ "di ruko biru", told before, stays when the desa is named."""
    before = draft.fields.get(PLACE, {})
    is_named = any(before.get(name) for name in ON_THE_MAP)
    if not before.get("teks") or is_named or SUMMARY in draft.asked:
        return now
    said = dict.fromkeys(text for text in (before["teks"], now.get("teks")) if text)
    return {**now, "teks": "; ".join(said)}


def _wanted(draft: Draft) -> set[str]:
    """The fields that answer the question that waits."""
    if draft.current is None:
        return set()
    return set(fills(PLACE if draft.current == PLACE_WHICH else draft.current))


def _changeable(draft: Draft) -> list[tuple[str, Any]]:
    """What is told already, and what the kind asks for."""
    asked = order().questions[draft.fields.get(KIND, OTHER_KIND)]
    known = [
        (name, line)
        for name, line in order().lines.items()
        if draft.knows(*line.fields) or name in asked
    ]
    return known[:MOST_LINES]


def line_to_change(draft: Draft, question: str) -> int | None:
    """Which choice of "Bagian mana yang mau diubah?" a question is; None when it is none."""
    names = [name for name, _ in _changeable(draft)]
    return names.index(question) if question in names else None


def buttons(draft: Draft) -> list[dict[str, str]]:
    """The choices of the question that waits, as Rasa has them."""
    return [
        {
            "title": option.title,
            "payload": option.payload or payload("lapor", soal=str(draft.current), jawab=str(i)),
        }
        for i, option in enumerate(options(draft))
    ]
