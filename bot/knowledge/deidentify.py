"""Frees a question from what leads to a person, so that staff may read what was asked.

Strict on purpose: beside numbers, links, places and companies, every word that hardly
anybody uses goes, because a name that is typed in small letters looks like any other word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import groupby
from operator import itemgetter

from bot import clock, lexicon
from bot.entities.find import find
from bot.nlu.features import raw_words

LEAST_WORDS_LEFT = 2
# "nama saya siti aminah": so many words after the cue may be a name.
NAME_LENGTH = 2

_MASKS = {
    "telepon": "[nomor]",
    "nik": "[nomor]",
    "rekening": "[nomor]",
    "tautan": "[tautan]",
    "tempat": "[tempat]",
    "perusahaan": "[perusahaan]",
}
UNKNOWN_MASK, NAME_MASK, NUMBER_MASK = "[...]", "[nama]", "[nomor]"

_WORD = re.compile(r"[^\W_]+")
# Digits, whatever stands between them: "081,200", "081_200".
_LONG_NUMBER = re.compile(r"\d[\d\W_]{2,}\d")
_LEFT = re.compile(r"\[[^\]]*\]")

Span = tuple[int, int, str]


def deidentify(text: str, *, unknown: Collection[str]) -> str | None:
    """`text` with masks for what may lead to a person; None when too little is left.

    Args:
        text: What was asked.
        unknown: Its words that the examples do not know, as `raw_words` reads them.
    """
    text = unicodedata.normalize("NFKC", text)
    masked = " ".join(_replaced(text, _spans(text, unknown)).split())
    said = _WORD.findall(_LEFT.sub(" ", masked))
    return masked if len(said) >= LEAST_WORDS_LEFT else None


def _spans(text: str, unknown: Collection[str]) -> Iterator[Span]:
    """What is masked, most certain first."""
    for entity in find(text, today=clock.today()):
        if mask := _MASKS.get(entity.kind):
            yield entity.start, entity.end, mask
    for number in _LONG_NUMBER.finditer(text):
        yield number.start(), number.end(), NUMBER_MASK
    words = list(_WORD.finditer(text))
    yield from _names(words)
    for word in words:
        # "sitiii" and "budi123" are read as "siti" and "budi0".
        if any(said in unknown for said in raw_words(word[0])):
            yield word.start(), word.end(), UNKNOWN_MASK


def _names(words: list[re.Match[str]]) -> Iterator[Span]:
    """Words after "nama saya" or "bernama", up to the first small word."""
    left = 0
    for word in words:
        said = word[0].lower()
        if said in lexicon.words("sebelum_nama"):
            left = NAME_LENGTH
        elif left and said not in lexicon.words("pemilik"):
            if said in lexicon.words("bukan_nama"):
                left = 0
                continue
            yield word.start(), word.end(), NAME_MASK
            left -= 1


def _replaced(text: str, spans: Iterator[Span]) -> str:
    """`text` with its spans replaced; where two overlap, the first one counts."""
    masks: list[str | None] = [None] * len(text)
    for start, end, mask in spans:
        masks[start:end] = [taken or mask for taken in masks[start:end]]
    pieces = groupby(zip(masks, text), key=itemgetter(0))
    return "".join(mask or "".join(sign for _, sign in piece) for mask, piece in pieces)
