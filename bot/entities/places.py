"""Desa and kecamatan of Bengkulu Tengah, and the regencies of the province.

Kind "tempat". Value of a desa or kecamatan: {"kecamatan": name or None, "desa": name or
None, "kode": Kemendagri code or None, "ambiguous": [codes]}. Where a name may mean several
places and nothing tells which, "kode" is None and "ambiguous" holds their codes. A desa that
lies in the kecamatan of the same name is taken for the kecamatan, which is true of both,
unless "desa" is said. Value of a regency: {"kabupaten": name}.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.entities import lists, place_names
from bot.entities.entity import Entity
from bot.entities.gazetteer import Match
from bot.entities.place_names import DESA_LENGTH, KECAMATAN_LENGTH
from bot.entities.reading import Reading, Token

KIND = "tempat"
_LIST = place_names.LIST

# "desa Harapan, kec. Pondok Kelapa"
_MOST_BETWEEN = 3
_SEPARATORS = frozenset(",.:/()-;")


@dataclass(frozen=True)
class _Mention:
    """A name in the text: the places it may mean, and what is said before it."""

    ids: tuple[str, ...]
    name: str
    cue: str | None
    first: int
    after: int

    def in_kecamatan(self, kecamatan: str) -> tuple[str, ...]:
        """The desa it may mean in the kecamatan of that code."""
        return tuple(id_ for id_ in self.desa if id_.startswith(kecamatan))

    @property
    def desa(self) -> tuple[str, ...]:
        return tuple(filter(_is_desa, self.ids))

    @property
    def kecamatan(self) -> tuple[str, ...]:
        return tuple(filter(_is_kecamatan, self.ids))


def _is_desa(id_: str) -> bool:
    return id_[0].isdigit() and len(id_) == DESA_LENGTH


def _is_kecamatan(id_: str) -> bool:
    return id_[0].isdigit() and len(id_) == KECAMATAN_LENGTH


def find(text: str | Reading) -> list[Entity]:
    """The places that `text` names, in order; a desa and its kecamatan are one."""
    reading = Reading.of(text)
    words, folded = reading.words, reading.folded
    mentions = _mentions(reading)
    found: list[tuple[int, int, tuple[str, ...]]] = []
    place = 0
    while place < len(mentions):
        mention = mentions[place]
        following = mentions[place + 1] if place + 1 < len(mentions) else None
        joined = _joined(mention, following, words, folded) if following else ()
        if following and joined:
            found.append((mention.first, following.after, joined))
            place += 2
            continue
        if _counts_alone(mention, words):
            found.append((mention.first, mention.after, _meant(mention)))
        place += 1
    said = {ids[0] for _, _, ids in found if len(ids) == 1 and _is_kecamatan(ids[0])}
    return [
        Entity.of(
            KIND,
            _value(_narrowed(ids, said)),
            reading.text,
            words[first].start,
            words[after - 1].end,
        )
        for first, after, ids in found
    ]


def _mentions(reading: Reading) -> list[_Mention]:
    words, folded = reading.words, reading.folded

    def accepts(match: Match[tuple[str, ...]]) -> bool:
        return match.is_exact or " " in match.name or _cue(words, folded, match.first) in _STRONG

    return [
        _Mention(m.value, m.name, _cue(words, folded, m.first), m.first, m.after)
        for m in place_names.gazetteer().matches(reading, accepts)
    ]


_STRONG = ("penanda_desa", "penanda_kecamatan")


def _cue(words: Sequence[Token], folded: str, first: int) -> str | None:
    """Which group the word before a name belongs to, if any."""
    if not first or folded[words[first - 1].end : words[first].start].strip(" .:-\"'"):
        return None
    for group in (*_STRONG, "penanda"):
        if words[first - 1].text in lists.words(_LIST, group):
            return group
    return None


def _counts_alone(mention: _Mention, words: Sequence[Token]) -> bool:
    following = words[mention.after].text if mention.after < len(words) else ""
    if following in place_names.not_before(mention.name):
        return False
    if mention.name in place_names.names_in("perlu_kata_desa"):
        return mention.cue in _STRONG
    return mention.cue is not None or mention.name not in place_names.names_in("perlu_penanda")


def _joined(
    mention: _Mention, following: _Mention, words: Sequence[Token], folded: str
) -> tuple[str, ...]:
    """The desa that two neighbouring names give together: itself and its kecamatan."""
    between = words[mention.after : following.first]
    gap = folded[words[mention.after - 1].end : words[following.first].start]
    signs = gap
    for word in between:
        signs = signs.replace(word.text, "", 1)
    if (
        len(between) > _MOST_BETWEEN
        or any(word.text not in lists.words(_LIST, "sela") for word in between)
        or not _SEPARATORS.issuperset("".join(signs.split()))
    ):
        return ()
    if mention.cue != "penanda_kecamatan":
        for kecamatan in following.kecamatan:
            if desa := mention.in_kecamatan(kecamatan):
                return desa
    if mention.cue == "penanda_kecamatan" or following.cue == "penanda_desa":
        for kecamatan in mention.kecamatan:
            if desa := following.in_kecamatan(kecamatan):
                return desa
    return ()


def _meant(mention: _Mention) -> tuple[str, ...]:
    """The places that a name may mean, after the word before it."""
    if mention.cue == "penanda_desa" and mention.desa:
        return mention.desa
    if mention.cue == "penanda_kecamatan" and mention.kecamatan:
        return mention.kecamatan
    kecamatan = mention.kecamatan
    if kecamatan and mention.desa and mention.in_kecamatan(kecamatan[0]) == mention.desa:
        return kecamatan
    return mention.ids


def _narrowed(ids: tuple[str, ...], said: set[str]) -> tuple[str, ...]:
    """What is left of several places when the text names one of their kecamatan elsewhere."""
    if len(ids) > 1 and len(said) == 1:
        inside = tuple(id_ for id_ in ids if id_.startswith(next(iter(said))))
        return inside or ids
    return ids


def value_of(code: str) -> dict[str, Any]:
    """The value of the desa or kecamatan of a code."""
    return _value((code,))


def _value(ids: tuple[str, ...]) -> dict[str, Any]:
    if not ids[0][0].isdigit():
        return {"kabupaten": ids[0]}
    names = place_names.by_code()
    desa = {names[id_] for id_ in ids if _is_desa(id_)}
    kecamatan = {names.get(id_[:KECAMATAN_LENGTH]) for id_ in ids}
    return {
        "kecamatan": kecamatan.pop() if len(kecamatan) == 1 else None,
        "desa": desa.pop() if all(map(_is_desa, ids)) and len(desa) == 1 else None,
        "kode": ids[0] if len(ids) == 1 else None,
        "ambiguous": sorted(ids) if len(ids) > 1 else [],
    }
