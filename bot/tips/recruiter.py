"""Who recruits or holds people, as far as a message says it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from bot.entities.days import word
from bot.entities.reading import Token
from bot.nlu.normaliser import normalise
from bot.tips import signs
from bot.tips.statement import Statement
from bot.tips.whereabouts import MOST_CHARACTERS, does_not_know

_MOST_WORDS_OF_A_NAME = 3
# How far before a name the word may stand that says whose it is.
_REACH = 8
# Accounts at these are told apart by the service; an address says it by itself.
# What is told beside a name says that somebody is meant.
_EXACT = ("perusahaan", "telepon", "rekening", "tautan")
# An answer that tells one of these, and begins as no name does, answers something else.
_TELL_ELSE = ("tahap", "uang", "dokumen", "gaji", "bahaya", "polisi", "bukti")
_DONE_TO_THEM = ("penampungan", "hilang", "kerja_paksa", "seksual")
# Behind a name: "Pak Contoh umur 40an".
_AGE = re.compile(
    r"[ ,(]*\b(?:umur|usia)(?:nya|nyo|ne)?\s+\d+\w*(?:\s+(?:tahun|thn|th)\b)?\)?$", re.IGNORECASE
)
_SERVICES = ("telegram", "facebook", "instagram", "tiktok", "shopee")


def recruiter(said: Statement) -> dict[str, Any] | None:
    """Name, companies, numbers and links of the recruiter.

    Companies as "PT maju jaya", numbers in E.164, links as an address or "facebook:name"; the
    number behind a WhatsApp link stands among the numbers. A number that the reporter gives as
    his or her own is left out.
    """
    found: dict[str, Any] = {
        "nama": _answer(said) if said.asked == "pelaku" else _named(said),
        "perusahaan": [_company(e["value"]) for e in said.of_kind("perusahaan")],
        "telepon": [str(e["value"]) for e in said.of_kind("telepon") if _is_theirs(said, e)],
        "rekening": [str(e["value"]) for e in said.of_kind("rekening") if _is_theirs(said, e)],
        "tautan": [],
    }
    for entity in said.of_kind("tautan"):
        kind, value = entity["value"]["kind"], str(entity["value"]["value"])
        if not _is_theirs(said, entity):
            continue
        if kind == "whatsapp" and value.startswith("+"):
            found["telepon"].append(value)
        else:
            found["tautan"].append(_link(kind, value))
    for name, values in found.items():
        if isinstance(values, list):
            found[name] = list(dict.fromkeys(values))
    return found if any(found.values()) else None


def beside(said: Statement, found: Mapping[str, Any]) -> dict[str, Any] | None:
    """Who recruits, unless the answer tells how far it is, or what is done, and names nobody.

    "masih di penampungan" and "paspornya ditahan" after "siapa?" are no names; "calo itu sudah
    pergi" and "Pak Budi, paspornya ditahan" tell of somebody.
    """
    told: dict[str, Any] | None = found["pelaku"]
    if told is None or said.asked != "pelaku" or any(told[name] for name in _EXACT):
        return told
    tells_else = any(found[name] for name in _TELL_ELSE) or found["jenis"] in _DONE_TO_THEM
    begins = said.tokens[0].text in signs.words("pelaku", "bukan_awal")
    return None if tells_else and begins and not _has_name(said.tokens) else told


def _has_name(tokens: Sequence[Token]) -> bool:
    """Whether a title or "namanya" stands before a word; "pak" at the end only addresses."""
    marks = signs.words("pelaku", "gelar") | signs.words("pelaku", "nama")
    return any(
        token.text in marks and after.text[0].isalpha() and after.text not in _not_names()
        for token, after in pairwise(tokens)
    )


def _not_names() -> frozenset[str]:
    return signs.words("pelaku", "bukan_nama") | signs.words("pelaku", "gelar")


def _company(value: Mapping[str, Any]) -> str:
    return f"{value['form']} {value['name']}".strip()


def _link(kind: str, value: str) -> str:
    if kind == "akun":
        return f"@{value}"
    return f"{kind}:{value}" if kind in _SERVICES and "/" not in value else value


def _is_theirs(said: Statement, entity: Mapping[str, Any]) -> bool:
    """False for "wa saya 0812...": the number of the reporter or of a victim."""
    for before in reversed(said.words_before(entity["start"])):
        if before in signs.words("pelaku", "sendiri"):
            return False
        if before not in signs.words("pelaku", "nomor_sendiri"):
            return True
    return True


def _named(said: Statement) -> str | None:
    """The name in "calonya namanya Budi", "diajak Pak Budi"."""
    titles, calls = signs.words("pelaku", "gelar"), signs.words("pelaku", "nama")
    for place, token in enumerate(said.tokens):
        if said.is_taken(token):
            continue
        before = word(said.tokens, place - 1)
        if token.text in calls and _is_of_recruiter(said, place):
            after = place + 1
            while word(said.tokens, after) in (":", ".", "=", "si"):
                after += 1
            if name := _name_at(said, after):
                return name
        elif token.text in titles and before in signs.words("pelaku", "sebelum_gelar"):
            is_theirs = before not in ("sama", "samo", "karo", "dengan", "dg")
            if (is_theirs or _is_of_recruiter(said, place)) and (name := _name_at(said, place)):
                return name
    return None


def _is_of_recruiter(said: Statement, place: int) -> bool:
    """Whether the nearest person before is one who recruits."""
    for before in range(place - 1, max(-1, place - 1 - _REACH), -1):
        text = said.tokens[before].text
        if text in signs.words("pelaku", "penyebut"):
            return True
        if text in signs.words("pelaku", "orang_lain") or text in ".!?;\n":
            return False
    return False


def _name_at(said: Statement, first: int) -> str | None:
    tokens, after = said.tokens, first
    while word(tokens, after) in signs.words("pelaku", "gelar"):
        after += 1
    name = after
    while after < len(tokens) and after - name < _MOST_WORDS_OF_A_NAME:
        token = tokens[after]
        ends = token.text in signs.words("pelaku", "bukan_nama") or not token.text[0].isalpha()
        gap = said.text[tokens[after - 1].end : token.start] if after else ""
        if ends or said.is_taken(token) or "\n" in gap:
            break
        after += 1
    return said.text[tokens[first].start : tokens[after - 1].end] if after > name else None


def _answer(said: Statement) -> str | None:
    """The whole answer as a name, without what else was recognised in it."""
    if does_not_know(said) or not said.tokens or _names_nobody(said):
        return None
    opening = signs.words("pelaku", "pembuka")
    rest = signs.words("pelaku", "sisa")
    kept = list(said.tokens)
    while kept and (kept[0].text in opening or not kept[0].text[0].isalnum()):
        kept.pop(0)
    numbers = ("telepon", "rekening", "tautan", "perusahaan", "nik")
    spans = [(e["start"], e["end"]) for e in said.entities if e["entity"] in numbers]
    for place, token in enumerate(kept):
        if any(start <= token.start < end for start, end in spans):
            before = kept[:place]
            while before and (before[-1].text in rest or not before[-1].text[0].isalnum()):
                before.pop()
            after = [t for t in kept[place:] if not any(s <= t.start < e for s, e in spans)]
            while after and (after[0].text in rest or not after[0].text[0].isalnum()):
                after.pop(0)
            kept = before or after
            break
    while kept and not (kept[-1].text[0].isalnum() or kept[-1].text == ")"):
        kept.pop()
    if not kept or not any(token.text[0].isalpha() for token in kept):
        return None
    if {token.text for token in kept} <= rest:
        return None
    name = _AGE.sub("", said.text[kept[0].start : kept[-1].end])
    return name.strip(" ,")[:MOST_CHARACTERS] or None


def _names_nobody(said: Statement) -> bool:
    """ "di Srikaton", "utang 10 juta buat berangkat", "dak ado yang kenal" tell of nobody."""
    letters = [token for token in said.tokens if token.text[0].isalpha()]
    if letters and letters[0].text in signs.words("tempat", "di"):
        # "di kampung sebelah"; not "di fb namanya Loker Cepat".
        return signs.words("pelaku", "nama").isdisjoint(token.text for token in letters)
    if letters and _begins_with_place_or_self(said, letters):
        return True
    small = signs.words("tempat", "kecil") if said.of_kind("tempat") else frozenset()
    rest = [token.text for token in letters if not said.is_taken(token) and token.text not in small]
    if said.of_kind("uang"):
        return signs.words("pelaku", "gelar").isdisjoint(rest) and not said.of_kind("telepon")
    numbers = ("telepon", "rekening", "tautan", "perusahaan")
    if any(said.of_kind(kind) for kind in numbers):
        return False
    tells_else = not signs.words("pelaku", "bukan_jawaban").isdisjoint(rest)
    if tells_else and signs.words("pelaku", "nama").isdisjoint(rest):
        return True
    nobody = signs.words("pelaku", "bukan_siapa") | _no_answers()
    return all(
        word in nobody or meant in nobody for word, meant in zip(rest, normalise(rest), strict=True)
    )


def _begins_with_place_or_self(said: Statement, letters: Sequence[Token]) -> bool:
    """ "neng Johor", "saya ini cuma warga, takut": who reports is no recruiter."""
    words = {token.text for token in letters}
    if _has_name(letters) or words & signs.words("pelaku", "penyebut") - {"yang"}:
        return False
    first = letters[0].text
    at = first in signs.words("tempat", "di_atau_ke") and len(letters) > 1
    names_place = at and (
        said.is_taken(letters[1], "negara") or said.is_taken(letters[1], "tempat")
    )
    return names_place or first in signs.words("tempat", "pelapor")


def _no_answers() -> frozenset[str]:
    return signs.words("jawaban", "ya") | signs.words("jawaban", "tidak")
