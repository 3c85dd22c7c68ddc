"""Where it happens, where people are to be sent, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.entities import countries, dates
from bot.entities.days import is_in, meaning, word
from bot.entities.reading import Reading, Token
from bot.nlu.normaliser import normalise
from bot.tips import signs
from bot.tips.statement import Statement

HOME = "ID"
# What is kept of a place or a time in the words of the reporter.
MOST_CHARACTERS = 200
_MOST_WORDS = 9
_MOST_WORDS_OF_AN_ANSWER = 12
_MOST_WORDS_OF_A_PLACE = 40
# Without any word about a place.
_MOST_WORDS_OF_A_NAME = 3
_MOST_DAYS_AHEAD = 31
# "17/8", "17-08-2026"
_DAY = re.compile(r"\d{1,2}\s*[/.-]\s*\d{1,2}(\s*[/.-]\s*\d{2,4})?")
# Who says "dari" says less about where somebody is than who says "di".
_NOW, _AT, _FROM = 3, 2, 1
_ASK_FOR_PLACES = ("tempat", "tempat_mana", "tujuan")
_AT_WORD = "di "


def with_short_names(
    text: str, entities: Sequence[Mapping[str, Any]], asked: str | None
) -> Sequence[Mapping[str, Any]]:
    """Also the country of a bare "jb", which is short for a town where a place was asked for."""
    is_bare = asked in _ASK_FOR_PLACES and len(text.split()) <= _MOST_WORDS_OF_A_NAME
    if not is_bare or any(e["entity"] == countries.KIND for e in entities):
        return entities
    found = countries.find(f"{_AT_WORD}{text}")
    shift = len(_AT_WORD)
    short = [
        {"entity": one.kind, "value": one.value, "start": one.start - shift, "end": one.end - shift}
        for one in found
    ]
    return [*entities, *short]


def place(said: Statement) -> dict[str, Any] | None:
    """The place a message names: of a desa, a regency or a country, and in words."""
    named = _named_place(said)
    words = _building(said) or (_whole_answer(said, "tempat") if _is_asked(said) else None)
    if named is None and (city := _city(said)):
        named = {"kabupaten": city}
    if named is None and words is None:
        return None
    return {**(named or {}), **({"teks": words} if words else {})}


def destination(said: Statement) -> str | None:
    """The country people are to be sent to."""
    for entity in said.of_kind("negara"):
        if _is_goal(said, entity):
            return str(entity["value"])
    return None


def time(said: Statement, today: date) -> dict[str, Any] | None:
    """When it happened: the first day that is named, and its words."""
    for entity in said.of_kind("waktu"):
        start, end = entity["start"], entity["end"]
        if _is_time_of_report(said, start, said.folded[start:end]):
            return _holiday(said) or {
                "dari": _past(said, _from(entity["value"]), today),
                "teks": said.text[start:end],
            }
    if since := _since(said, today):
        return since
    if said.asked == "waktu" and (words := _whole_answer(said, "waktu")):
        now = said.of_kind("waktu")
        if not now and (said.of_kind("tempat") or said.of_kind("negara")):
            return None
        return {"dari": _from(now[0]["value"]) if now else None, "teks": words}
    return None


def _city(said: Statement) -> str | None:
    """ "di Batam": a place far from here, of which only the name is known."""
    at = signs.words("tempat", "di") | signs.words("tempat", "di_atau_ke")
    for place_, token in enumerate(said.tokens):
        before = word(said.tokens, place_ - 1)
        is_there = before in at or before in signs.data()["tempat"]["senama"]
        is_goal = _is_to_go(said.words_before(token.start))
        is_place = _is_asked(said) or (is_there and not is_goal and not _has_office(said, token))
        if is_place and token.text in signs.words("tempat", "kota") and not said.is_taken(token):
            return token.text.title()
    return None


def _has_office(said: Statement, place_: Token) -> bool:
    """ "PT Contoh di Tegal": where a company sits, and nothing more."""
    return any(
        len(said.folded[one["end"] : place_.start].split()) == 1 and one["end"] < place_.start
        for one in said.of_kind("perusahaan")
    )


def _is_asked(said: Statement) -> bool:
    return said.asked in ("tempat", "tempat_mana")


def _named_place(said: Statement) -> dict[str, Any] | None:
    best: tuple[int, int, dict[str, Any]] | None = None
    for entity in said.entities:
        if entity["entity"] == "tempat":
            value = dict(entity["value"])
        elif entity["entity"] == "negara" and not _is_goal(said, entity):
            value = {"negara": str(entity["value"])}
        else:
            continue
        if _is_of_the_same_name(said, entity):
            continue
        if not _is_asked(said) and _is_home_of_reporter(said, entity):
            continue
        weight = _weight(said, entity)
        if weight and (best is None or (weight, "negara" in value) > best[:2]):
            best = (weight, "negara" in value, value)
    return best[2] if best else None


def _is_of_the_same_name(said: Statement, entity: Mapping[str, Any]) -> bool:
    """ "Nagoya di Batam" is not in Japan."""
    other = signs.data()["tempat"]["senama"].get(said.folded[entity["start"] : entity["end"]])
    return other is not None and other in {token.text for token in said.tokens}


def _is_home_of_reporter(said: Statement, entity: Mapping[str, Any]) -> bool:
    """ "saya dari Seluma, Bengkulu Selatan": where who reports comes from, and no more."""
    if entity["entity"] != "tempat":
        return False
    first = entity
    for other in reversed(said.of_kind("tempat")):
        gap = said.folded[other["end"] : first["start"]]
        if other["end"] <= first["start"] and not gap.strip(" ,-"):
            first = other
    before = [
        w for w in said.words_before(first["start"]) if w not in signs.words("tempat", "sela")
    ]
    told = list(before)
    while told and told[-1] in signs.words("tempat", "asal"):
        told.pop()
    if len(told) == len(before) or not told or told[-1] not in signs.words("tempat", "pelapor"):
        return False
    # "adik saya dari Seluma" tells of the brother.
    others = signs.words("pelaku", "orang_lain") - signs.words("tempat", "pelapor")
    return told[-2:-1] == [] or told[-2] not in others


def _weight(said: Statement, entity: Mapping[str, Any]) -> int:
    before = _before(said, entity)
    if not signs.words("tempat", "kini").isdisjoint(said.words_before(entity["start"])):
        return _NOW
    if entity["entity"] == "tempat":
        return _FROM if before in signs.words("tempat", "dari") else _AT
    if before in signs.words("tempat", "di") | signs.words("tempat", "di_atau_ke"):
        return _AT
    return _FROM if before in signs.words("tempat", "dari") or _is_asked(said) else 0


def _is_goal(said: Statement, entity: Mapping[str, Any]) -> bool:
    """Whether a country is where somebody is to go."""
    if said.asked == "tujuan":
        return True
    before = said.words_before(entity["start"])
    near = _before(said, entity)
    if near in signs.words("tempat", "ke"):
        return True
    goes = signs.words("tempat", "pergi")
    if near in signs.words("tempat", "di_atau_ke") and not goes.isdisjoint(before):
        return True
    if near in signs.words("tempat", "di") | signs.words("tempat", "di_atau_ke"):
        wishes = not signs.words("tempat", "ingin").isdisjoint(before)
        # "bayar buat kerja di Polandia"
        if "kerja" in before[-2:] and not signs.words("tempat", "guna").isdisjoint(before[-3:]):
            return True
        return wishes and signs.words("tempat", "sudah_di_sana").isdisjoint(before[-3:])
    return near in signs.words("tempat", "berangkat")


def _before(said: Statement, entity: Mapping[str, Any]) -> str:
    """The word before a name, past "desa" and the like."""
    small = signs.words("tempat", "sela")
    for before in reversed(said.words_before(entity["start"])):
        if before not in small:
            return before
    return ""


def _building(said: Statement) -> str | None:
    """ "di ruko dekat pasar": where people are kept, in the words of the reporter."""
    tokens = said.tokens
    at = signs.words("tempat", "di") | signs.words("tempat", "di_atau_ke")
    for first, token in enumerate(tokens[:-1]):
        if token.text not in at or tokens[first + 1].text not in signs.words("tempat", "bangunan"):
            continue
        # "di Pondok Kelapa" names a place.
        is_name = said.is_taken(tokens[first + 1], "tempat")
        if is_name or word(tokens, first + 2) in signs.words("tempat", "bukan_bangunan"):
            continue
        if _is_to_go(said.words_before(token.start)):
            continue
        after = first + 2
        while after < len(tokens) and after - first < _MOST_WORDS:
            ends = tokens[after].text in signs.words("tempat", "akhir")
            if ends or not tokens[after].text[0].isalnum():
                break
            after += 1
        return said.text[token.start : tokens[after - 1].end]
    return None


def _is_to_go(before: Sequence[str]) -> bool:
    """ "ditawari kerja di kafe", "disuruh ikut kerja di Batam": where somebody is to go."""
    goes_to = signs.words("tempat", "ingin") | signs.words("tempat", "konon")
    return not goes_to.isdisjoint(before) or signs.words("tempat", "ikut") <= set(before)


def _whole_answer(said: Statement, field: str) -> str | None:
    """The whole message as the answer, when it says more than what was recognised in it."""
    if does_not_know(said) or not any(token.text[0].isalnum() for token in said.tokens):
        return None
    is_answer = _tells_where(said) if field == "tempat" else _tells_when(said)
    if not is_answer:
        return None
    only = {token.text for token in said.tokens}
    if only <= signs.words("jawaban", "ya") | signs.words("jawaban", "tidak"):
        return None
    return said.text.strip()[:MOST_CHARACTERS]


def _tells_where(said: Statement) -> bool:
    """A short answer is a place unless it says something else; a longer one must name one."""
    small = signs.words("tempat", "kecil")
    rest = [t for t in said.tokens if not said.is_taken(t) and t.text[0].isalpha()]
    if all(token.text in small for token in rest):
        return False
    marks = signs.words("tempat", "bangunan") | signs.words("tempat", "sekitar")
    is_marked = any(token.text in marks for token in rest)
    begins = said.tokens[0].text in signs.words("tempat", "di") | signs.words(
        "tempat", "di_atau_ke"
    )
    named = said.of_kind("tempat") or said.of_kind("negara")
    names_somebody = said.of_kind("umur") or said.tokens[0].text in signs.words("pelaku", "nama")
    if names_somebody and not (is_marked or begins or named):
        return False
    if len(said.tokens) <= _MOST_WORDS_OF_AN_ANSWER:
        tells = is_marked or begins or named or len(rest) <= _MOST_WORDS_OF_A_NAME
        return bool(tells) and not signs.signs("tempat", "bukan_jawaban").stand_in(said.told)
    return len(said.tokens) <= _MOST_WORDS_OF_A_PLACE and is_marked


def _tells_when(said: Statement) -> bool:
    """ "abis lebaran", "17/8"; not "pak Budi", which answers nothing."""
    if len(said.tokens) > _MOST_WORDS_OF_AN_ANSWER:
        return False
    words = {t.text for t in said.tokens} | set(normalise([t.text for t in said.tokens]))
    names_one = not words.isdisjoint(signs.words("waktu", "kata"))
    return (
        names_one or bool(said.of_kind("waktu")) or _DAY.fullmatch(said.folded.strip()) is not None
    )


def does_not_know(said: Statement) -> bool:
    """ "dak tau pasti": the message says that it is not known."""
    return signs.signs("jawaban", "tidak_tahu").stand_in(said.told)


def _holiday(said: Statement) -> dict[str, Any] | None:
    """ "lebaran kemarin" is no day that could be counted back."""
    words = {token.text for token in said.tokens}
    is_short = said.asked == "waktu" and len(said.tokens) <= _MOST_WORDS_OF_AN_ANSWER
    if not is_short or words.isdisjoint(signs.words("waktu", "hari_besar")):
        return None
    return {"dari": None, "teks": said.text.strip()[:MOST_CHARACTERS]}


def _past(said: Statement, day: str | None, today: date) -> str | None:
    """ "bulan maret", told of what happened, is the last March."""
    if day is None or (date.fromisoformat(day) - today).days <= _MOST_DAYS_AHEAD:
        return day
    words = {token.text for token in said.tokens}
    if not words.isdisjoint(signs.words("waktu", "nanti")) or str(today.year + 1) in said.text:
        return day
    return f"{int(day[:4]) - 1}{day[4:]}"


def _is_time_of_report(said: Statement, start: int, folded: str) -> bool:
    words = folded.split()
    is_bare_now = all(word_ in signs.words("waktu", "bukan") for word_ in words)
    # "td sdh saya tulis" tells when it was written.
    is_bare_lately = words in (["tadi"], ["td"]) and said.asked != "waktu"
    if is_bare_now or is_bare_lately:
        return False
    before = said.words_before(start)[-1:]
    if before and before[0] in signs.words("waktu", "bukan_sesudah"):
        return False
    # "kerja dari jam 5 sampai jam 10" tells no day.
    is_hour = re.match("|".join(signs.words("waktu", "tanda_jam")), folded) is not None
    return not is_hour or said.asked == "waktu" or len(words) > 2


def _from(value: Any) -> str | None:
    return value.get("from") if isinstance(value, Mapping) else None


def _since(said: Statement, today: date) -> dict[str, Any] | None:
    """ "udah 3 hari", "la seminggu": counted back from today."""
    tokens = said.tokens
    for place_, token in enumerate(tokens):
        if token.text not in signs.words("waktu", "sudah"):
            continue
        for after in range(place_ + 2, min(place_ + 5, len(tokens) + 1)):
            is_unit = meaning(tokens, after - 1, "satuan") or meaning(
                tokens, after - 1, "se_satuan"
            )
            if is_unit and not is_in(tokens, after, "depan"):
                span = said.text[tokens[place_ + 1].start : tokens[after - 1].end]
                found = dates.find(Reading(f"{span} lalu"), today)
                if found and found[0].start == 0:
                    whole = said.text[token.start : tokens[after - 1].end]
                    return {"dari": found[0].value["from"], "teks": whole}
    return None
