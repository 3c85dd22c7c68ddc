"""Names that are taken off the line of the recruiters: "bu RT bukan pelaku"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.nlu.features import raw_words
from bot.tips import signs

# A longer clause tells more than that somebody has no part in it.
_MOST_WORDS = 8
_CLAUSE_END = re.compile(r"[,;.!\n]+|\b(?:tapi|tp)\b", re.IGNORECASE)
_NEXT_NAME = re.compile(r"\s*(?:[;,&]|\b(?:dan|sama|samo|karo)\b)\s*", re.IGNORECASE)
_NAMES = ("nama", "perusahaan")


def split(text: str) -> tuple[tuple[str, ...], str]:
    """Who is said to have no part in it, by name; and the other clauses of a message."""
    clauses = _clauses(text)
    cleared = {clause: _cleared(clause) for clause in clauses}
    names = tuple(name for clause in clauses for name in cleared[clause])
    if "?" in text or not names:
        return (), text
    return names, ", ".join(clause for clause in clauses if not cleared[clause])


def denied(text: str) -> tuple[tuple[str, ...], str]:
    """ "bukan bu rt, pak Joko": whom the first clause denies, and what is said instead."""
    clauses = _clauses(text)
    first, *others = (raw_words(clauses[0]) if clauses else ()) or ("",)
    if "?" in text or not others or first not in signs.words("ralat", "bukan"):
        return (), text
    return (" ".join(others),), ", ".join(clauses[1:])


def without(recruiter: Mapping[str, Any], cleared: Iterable[str]) -> dict[str, Any]:
    """What is told of the recruiters, without those who have one of these names."""
    named = [words for name in cleared if (words := _words(name))]
    left = dict(recruiter)
    for field in _NAMES:
        said = recruiter.get(field) or ()
        names = _NEXT_NAME.split(said) if isinstance(said, str) else said
        # "pak Dodi calo dari kota" is the Dodi who is named.
        kept = [name for name in names if not any(words <= _words(name) for words in named)]
        if len(kept) < len(names):
            left[field] = ("; ".join(kept) or None) if isinstance(said, str) else kept
    return left


def _clauses(text: str) -> list[str]:
    return [said.strip() for said in _CLAUSE_END.split(text) if said.strip()]


def _cleared(clause: str) -> list[str]:
    """The names of a clause that says nothing else: not of "adik gak ikut sama pak Dodi"."""
    if len(raw_words(clause)) > _MOST_WORDS:
        return []
    for group, is_after in (("sesudah_nama", False), ("sebelum_nama", True)):
        before, found, after = _cut(clause, group)
        named, rest = (after, before) if is_after else (before, after)
        if found and not _words(rest):
            return [name for name in _NEXT_NAME.split(named) if _words(name)]
    return []


def _cut(clause: str, group: str) -> tuple[str, str, str]:
    """What stands before and after a sign of a group."""
    told = signs.Sentences(_plain(clause).replace("-", " "))
    return " ".join(signs.without(told, "bukan_pelaku", group).sentences).partition("-")


def _words(said: str) -> frozenset[str]:
    """The words of a name, without titles and what stands around it."""
    small = signs.words("pelaku", "gelar") | signs.words("pelaku", "sekitar_nama")
    return frozenset(raw_words(_plain(said))) - small


def _plain(text: str) -> str:
    return signs.plain(text.lower())
