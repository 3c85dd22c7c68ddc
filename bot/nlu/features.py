"""Turns a text into n-grams: whole words for meaning, pieces of words against typing errors,
and words without their vowels ("bones"), as an SMS writes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.nlu.normaliser import normalise

_WORD = re.compile(r"[^\W_]+")
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
_NUMBER = re.compile(r"\d+")

MIN_PIECE, MIN_BONE_PIECE, MAX_PIECE = 2, 3, 5
_NO_VOWELS = str.maketrans("", "", "aiueo")


def raw_words(text: str) -> list[str]:
    """Lower-cased words; "tolooong" is "tolong", every number is `0`."""
    plain = (text if text.isascii() else unicodedata.normalize("NFKC", text)).lower()
    found: list[str] = _WORD.findall(_NUMBER.sub("0", _DRAWN_OUT.sub(r"\1", plain)))
    return found


def words(text: str) -> list[str]:
    """The words as they are meant."""
    return normalise(raw_words(text))


def word_features(tokens: list[str], *, pairs: bool = True, bones: bool = True) -> Iterator[str]:
    """Words and pairs of neighbours, and both once more by their bones."""
    read = [forms(token, bones=bones) for token in tokens]
    for of_one in read:
        yield from of_one
    if pairs:
        yield from pair_features(read)


def forms(token: str, *, bones: bool = True) -> tuple[str, ...]:
    """A word, and its bones."""
    return (token, _bones(token)) if bones else (token,)


def pair_features(read: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Neighbours in each of their forms."""
    for before, after in pairwise(read):
        for first, second in zip(before, after):
            yield f"{first} {second}"


def piece_features(tokens: list[str], *, bones: bool = True) -> Iterator[str]:
    """Pieces of 2 to 5 characters within each word, `<` and `>` at its ends, and of its bones."""
    for token in tokens:
        yield from _pieces(f"<{token}>", MIN_PIECE)
        if bones:
            yield from _pieces(_bones(token) + ">", MIN_BONE_PIECE)


def _pieces(marked: str, shortest: int) -> Iterator[str]:
    for size in range(shortest, min(MAX_PIECE, len(marked)) + 1):
        for start in range(len(marked) - size + 1):
            yield marked[start : start + size]


def _bones(word: str) -> str:
    """`%` and the word without the vowels that an SMS leaves out: "ditahan", "dthn": "%dthn"."""
    return "%" + word[0] + word[1:].translate(_NO_VOWELS)
