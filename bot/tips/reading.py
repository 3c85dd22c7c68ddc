"""What a message of a reporter states, field by field.

The fields and their values are those of a report (`nlu_data/laporan/urutan.yml`); the words by
which they are told stand in `nlu_data/laporan/tanda.yml`. Only what is said as a fact counts:
what is asked or supposed gives nothing, a denial gives "tidak".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from itertools import dropwhile
from typing import Any

from bot.entities import phones
from bot.entities.find import find
from bot.tips import agreement, counting, recruiter, signs, whereabouts
from bot.tips.questions import CONSENT, SAFE
from bot.tips.retraction import correction
from bot.tips.statement import Statement
from bot.triage import phrases

__all__ = ["correction", "facts", "facts_of", "masked", "named_in"]

NIK_MASK = "[NIK tidak disimpan]"

YES, NO, UNKNOWN = "ya", "tidak", "tidak_tahu"
NOT_YET = "belum"
CHILD_UNDER = 18
LEAVING, LEFT = "mau_berangkat", "berangkat"
# Fields for which it may be said that it is not known.
_MAY_BE_UNKNOWN = ("anak", "bahaya")
_YES_OR_NO = ("anak", "uang", "dokumen", "bahaya", "bukti", "polisi")
# What "sudah ..." and "belum ..." may tell of by themselves.
_TELL_THEMSELVES = ("tahap", "uang", "dokumen", "gaji", "bahaya", "bukti", "polisi")
_LONGEST_ANSWER = 6
VICTIM = "korban"
_DONE_TO_SOMEBODY = ("kerja_paksa", "penampungan", "seksual", "anak")
# Two rows for one stage: said of who left, and what may also be said of who is about to.
_STAGES = {"sudah_berangkat": LEFT}
# Rows that say less than all others: a bare "saya", and what is told only by who is there.
_ROLES = {"diri": "korban", "di_sana": "korban"}
_ABROAD_ROLES = ("keluarga",)
# "1 anak saya umur 22", "anak usianya sudah 19"
_AGED = re.compile(
    r"(?:\d+ )?(?:orang )?\banak(?: \w+){0,2} (?:umur|usia)\w*(?: sudah)? (\d{1,3})\b"
)


def facts(
    text: str, entities: Sequence[Mapping[str, Any]], *, asked: str | None = None, today: date
) -> dict[str, Any]:
    """Every field of a report that a message states.

    Args:
        text: As it was sent.
        entities: What it names, in Rasa's form (bot/entities).
        asked: The field that was asked right before; a bare answer counts for it.
        today: The day from which "udah 3 hari" is counted.
    """
    agreed = agreement.said(text, asked) if asked in (SAFE, CONSENT) else None
    said = Statement(text, whereabouts.with_short_names(text, entities, asked), asked)
    if not said.tokens:
        return {asked: agreed} if asked and agreed else {}
    found: dict[str, Any] = {
        "peran": _role(said),
        "tahap": _stage(said),
        "tempat": whereabouts.place(said),
        "tujuan": whereabouts.destination(said),
        "waktu": whereabouts.time(said, today),
        "pelaku": recruiter.recruiter(said),
        "jumlah": counting.people(said),
        "uang_jumlah": counting.money(said),
        "rujukan": _referral(said),
        "gaji": _wages(said),
        **{field: _yes_or_no(said, field) for field in _YES_OR_NO},
    }
    found |= _bare_answers(said, found)
    found |= _ages(said, found)
    if found["uang_jumlah"]:
        found["uang"] = YES
    found["tahap"] = _of_that_day(found, today)
    found["jenis"] = _kind(said, found)
    found["peran"] = found["peran"] or _role_by_story(said, found)
    if asked and agreed:
        found[asked] = agreed
    _without_bare_words(found, text)
    found["pelaku"] = recruiter.beside(said, found)
    return {field: value for field, value in found.items() if value is not None}


def facts_of(text: str, *, asked: str | None = None, today: date) -> dict[str, Any]:
    """`facts`, with all that the text names found in it."""
    return facts(text, named_in(text, today), asked=asked, today=today)


def is_of_grown_ups(text: str, today: date) -> bool:
    """ "anak saya umur 22": ages are told, and all of them of 18 years and more."""
    ages = [_is_young(one.value) for one in find(text, today=today) if one.kind == "umur"]
    return bool(ages) and not any(young is not False for young in ages)


def named_in(text: str, today: date) -> list[dict[str, Any]]:
    """All that a text names, in Rasa's form."""
    return [
        {"entity": one.kind, "value": one.value, "start": one.start, "end": one.end}
        for one in find(text, today=today)
    ]


def _without_bare_words(found: dict[str, Any], text: str) -> None:
    """ "belum ada yang dalam bahaya" after "di mana?" is no place: it tells something else."""
    for field in ("tempat", "waktu"):
        words = found[field]
        others = any(value for name, value in found.items() if name not in (field, "jenis"))
        if words and set(words) <= {"teks", "dari"} and not words.get("dari") and others:
            found[field] = None if words["teks"] == text.strip() else words


def masked(text: str) -> str:
    """The words as they are kept: a NIK is nobody's business here."""
    kept, last = [], 0
    for number in phones.find(text):
        if number.kind == phones.NIK:
            kept += [text[last : number.start], NIK_MASK]
            last = number.end
    return "".join([*kept, text[last:]])


def _yes_or_no(said: Statement, field: str) -> str | None:
    yes, no = signs.yes_or_no(field)
    told = said.told
    if field == "anak" and _reporter_is_young(said):
        # "saya masih SMP" tells nothing of the victims.
        others = signs.without(told, "bukan_pelapor_anak", "ya tidak")
        told = signs.without(others, "pelapor_anak", "ya")
    if field == "anak":
        told = _without_grown_up(told)
    if yes.said_in(told) or (field == "bahaya" and _is_in_danger(said)):
        return YES
    # "majikan tidak bayar gaji" does not say that nobody pays anything.
    denied = signs.without(said.told, "ya_tidak", "uang", "bukan") if field == "uang" else said.told
    if no.stand_in(denied) and not _is_own_safety(said, field):
        return NO
    return None


def _without_grown_up(told: signs.Sentences) -> signs.Sentences:
    """ "1 anak umur 22" is nobody under 18."""

    def kept(match: re.Match[str]) -> str:
        return match[0] if int(match[1]) < CHILD_UNDER else "-"

    return signs.Sentences(". ".join(_AGED.sub(kept, one) for one in told.sentences))


def _is_in_danger(said: Statement) -> bool:
    bare = signs.without(said.told, "ya_tidak", "bahaya", "bukan")
    return phrases.danger_in(bare) is phrases.Danger.NOW


def _is_own_safety(said: Statement, field: str) -> bool:
    """ "saya aman" after the question whether one may write here says nothing of the victims."""
    return field == "bahaya" and said.asked == "aman"


def _bare_answers(said: Statement, found: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to the question that waits; not of "sudah berangkat", which tells how far it is.

    In "belum, masih di penampungan" the first word answers nevertheless.
    """
    field = said.asked
    if field not in _YES_OR_NO or found[field] is not None:
        return {}
    others = any(found[name] is not None for name in _TELL_THEMSELVES if name != field)
    stands_alone = len(said.tokens) > 1 and not said.tokens[1].text[0].isalnum()
    return {} if others and not stands_alone else {field: _bare_answer(said, field)}


def _bare_answer(said: Statement, field: str) -> str | None:
    """ "ado", "belum kak", "ga tau" right after the question."""
    if whereabouts.does_not_know(said):
        return UNKNOWN if field in _MAY_BE_UNKNOWN else None
    words = [token.text for token in said.tokens if token.text[0].isalnum()]
    if not words:
        return None
    if field == "bahaya" and "aman" in words and len(words) <= _LONGEST_ANSWER:
        return NO
    # "udah belum" is no answer; "gak ada" and "dak ado" are.
    if words[0] in signs.words("jawaban", "tidak") or (
        words[-1] in signs.words("jawaban", "tidak") and len(words) <= 3
    ):
        return NO
    return YES if words[0] in signs.words("jawaban", "ya") else None


def _role(said: Statement) -> str | None:
    role = signs.first_said("peran", said.told)
    if role is None and said.asked == "peran":
        role = signs.first_said("peran_ditanya", said.told)
    return _ROLES.get(role, role) if role else None


def _role_by_story(said: Statement, found: Mapping[str, Any]) -> str | None:
    """ "saya umur 15, paspor ditahan": a child, or somebody abroad, who tells of nobody else."""
    is_done = (
        found["jenis"] in _DONE_TO_SOMEBODY
        or YES in (found["bahaya"], found["dokumen"])
        or found["gaji"] == NOT_YET
    )
    is_there = found["pelapor_anak"] or any(map(partial(_is_where, said), said.of_kind("negara")))
    if not is_done or not is_there or found["jumlah"] not in (None, 1):
        return None
    told = " ".join(said.told.sentences).split()
    return VICTIM if signs.words("jumlah", "korban").isdisjoint(told) else None


def _is_where(said: Statement, country: Mapping[str, Any]) -> bool:
    """ "saya kerja di Kamboja"; not "anak saya di Kamboja", and not "saya mau kerja di"."""
    before = signs.plain(" ".join(said.words_before(country["start"]))).split()
    small = signs.words("di_sana_sendiri")
    rest = list(dropwhile(small.__contains__, reversed(before)))
    return len(rest) < len(before) and rest[:1] in (["saya"], ["kami"]) and len(rest) == 1


def _stage(said: Statement) -> str | None:
    stage = signs.first_said("tahap", said.told)
    if stage is None and said.asked == "tahap":
        stage = signs.first_said("tahap_ditanya", said.told)
    return _STAGES.get(stage, stage) if stage else None


def _of_that_day(found: Mapping[str, Any], today: date) -> str | None:
    """ "besok dibawa ke Batam": nobody has left yet."""
    stage, day = found["tahap"], (found["waktu"] or {}).get("dari")
    return LEAVING if stage == LEFT and day and day > today.isoformat() else stage


def _referral(said: Statement) -> str | None:
    if signs.signs("takut", "kata").stand_in(said.told):
        # "takut samo polisi" is no wish to be sent there.
        return None
    if said.asked == "rujukan" or signs.signs("rujukan_ingin").said_in(said.told):
        return signs.first_said("rujukan", said.told)
    return None


def _wages(said: Statement) -> str | None:
    """Whether wages were not paid."""
    return NOT_YET if signs.signs("gaji_belum").stand_in(said.told) else None


def _ages(said: Statement, found: Mapping[str, Any]) -> dict[str, Any]:
    """Whether the reporter or anybody else is under 18, by ages and school years."""
    of_reporter, of_others = None, found["anak"]
    for entity in said.of_kind("umur"):
        young = _is_young(entity["value"])
        if young is None:
            continue
        if said.asked == "pelapor_anak" or _is_of_reporter(said, entity):
            of_reporter = young
        elif young:
            of_others = YES
        elif said.asked == "anak" and of_others is None:
            of_others = NO
    if _reporter_is_young(said):
        of_reporter = True
    return {"pelapor_anak": of_reporter or None, "anak": of_others}


def _reporter_is_young(said: Statement) -> bool:
    return signs.first_said("pelapor_anak", said.told) == YES


def _is_young(value: Any) -> bool | None:
    """None where ages from a child's to a grown-up's are named, as in an advertisement."""
    least, most = (value[0], value[-1]) if isinstance(value, list) else (value, value)
    if most < CHILD_UNDER:
        return True
    return None if least < CHILD_UNDER else False


def _is_of_reporter(said: Statement, entity: Mapping[str, Any]) -> bool:
    """ "saya umur 15"; not "adik saya umur 15"."""
    before = signs.plain(" ".join(said.words_before(entity["start"]))).split()
    small = signs.words("umur_sendiri")
    me = {"saya", "gue", "gua", "gw"}
    for place in range(len(before) - 1, -1, -1):
        if before[place] in me:
            family = signs.Sentences(" ".join(before[max(0, place - 2) : place + 1]))
            is_other = signs.first_said("peran", family) in ("keluarga", "teman")
            return not is_other and not _is_owned(before, place)
        if before[place] not in small:
            return False
    return False


def _is_owned(before: Sequence[str], place: int) -> bool:
    """ "murid saya", "anak saya": somebody who is the reporter's."""
    return place > 0 and before[place - 1] in signs.words("pelaku", "orang_lain")


def _kind(said: Statement, found: Mapping[str, Any]) -> str | None:
    kind = signs.first_said("jenis", said.told)
    where = found["tempat"] or {}
    is_abroad = where.get("negara") not in (None, whereabouts.HOME) or signs.signs(
        "luar_negeri"
    ).said_in(said.told)
    of_family = found["peran"] in _ABROAD_ROLES
    in_trouble = (
        YES in (found["bahaya"], found["dokumen"])
        or kind in ("kerja_paksa", "penampungan", "hilang", "seksual")
        or signs.signs("susah").said_in(said.told)
    )
    if is_abroad and of_family and in_trouble and found["tahap"] != "pulang":
        return "keluarga_luar_negeri"
    if found["anak"] == YES and found["tahap"] == "bekerja" and kind in (None, "rekrutmen"):
        return "anak"
    if kind is None and found["tujuan"] and found["tahap"] in (LEAVING, LEFT, "ditawari", "bayar"):
        return "rekrutmen"
    if kind is None and found["peran"] == "calon_pekerja" and found["tahap"] == "bayar":
        kind = "rekrutmen"
    if kind is None and said.asked == "jenis":
        kind = signs.first_said("jenis_ditanya", said.told)
        # "anak" answers it; "anak tetangga mau dibawa, umurnya 22" does not.
        is_short = len(said.tokens) <= _LONGEST_ANSWER
        return kind if is_short or kind != "anak" else None
    return kind
