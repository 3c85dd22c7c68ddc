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


def split(text: str) -> tuple[str, str]:
    """The clauses of a message that clear somebody, and all others."""
    clauses = [said.strip() for said in _CLAUSE_END.split(text) if said.strip()]
    clearing = [said for said in clauses if _clears(said)]
    if "?" in text or not clearing:
        return "", text
    return ", ".join(clearing), ", ".join(said for said in clauses if said not in clearing)


def denied(text: str) -> tuple[str, str]:
    """ "bukan bu rt, pak Joko": whom the first clause denies, and what is said instead."""
    clauses = [said.strip() for said in _CLAUSE_END.split(text) if said.strip()]
    first = raw_words(clauses[0])[:1] if clauses else []
    if "?" in text or signs.words("ralat", "bukan").isdisjoint(first):
        return "", text
    return clauses[0], ", ".join(clauses[1:])


def without(recruiter: Mapping[str, Any], clearing: str) -> dict[str, Any]:
    """What is told of the recruiters, without those whom these clauses name."""
    named = [words for said in _NEXT_NAME.split(clearing) if (words := _words(said))]
    left = dict(recruiter)
    for field in _NAMES:
        said = recruiter.get(field) or ()
        names = _NEXT_NAME.split(said) if isinstance(said, str) else said
        kept = [name for name in names if name and not _is_one_of(name, named)]
        if len(kept) < len(names):
            left[field] = ("; ".join(kept) or None) if isinstance(said, str) else kept
    return left


def _clears(clause: str) -> bool:
    is_short = len(raw_words(clause)) <= _MOST_WORDS
    return is_short and signs.signs("bukan_pelaku").stand_in(signs.Sentences(_plain(clause)))


def _is_one_of(name: str, named: Iterable[frozenset[str]]) -> bool:
    """ "pak Dodi calo dari kota" is the Dodi who is named."""
    own = _words(name)
    return any(own and (own <= words or words <= own) for words in named)


def _words(said: str) -> frozenset[str]:
    """The words of a name, without titles and what stands around it."""
    small = signs.words("pelaku", "gelar") | signs.words("pelaku", "sekitar_nama")
    return frozenset(raw_words(_plain(said))) - small


def _plain(text: str) -> str:
    return signs.plain(text.lower())
