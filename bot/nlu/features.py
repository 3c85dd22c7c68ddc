"""Turns a text into n-grams: whole words for meaning, pieces of words against typing errors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from bot.nlu.normaliser import normalise

_WORD = re.compile(r"[^\W_]+")
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
_NUMBER = re.compile(r"\d+")

MIN_PIECE, MAX_PIECE = 2, 5


def words(text: str) -> list[str]:
    """Lower-cased words as they are meant; "tolooong" is "tolong", every number is `0`."""
    plain = unicodedata.normalize("NFKC", text).lower()
    found = [_NUMBER.sub("0", _DRAWN_OUT.sub(r"\1", word)) for word in _WORD.findall(plain)]
    return normalise(found)


def word_features(tokens: list[str]) -> Iterator[str]:
    """Single words and pairs of neighbours."""
    yield from tokens
    for first, second in pairwise(tokens):
        yield f"{first} {second}"


def piece_features(tokens: list[str]) -> Iterator[str]:
    """Pieces of 2 to 5 characters within each word, `<` and `>` at its ends."""
    for token in tokens:
        marked = f"<{token}>"
        for size in range(MIN_PIECE, min(MAX_PIECE, len(marked)) + 1):
            for start in range(len(marked) - size + 1):
                yield marked[start : start + size]
