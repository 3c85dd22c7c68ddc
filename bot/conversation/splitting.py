"""Cuts a long text where a reader would pause."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

# Not inside "UU No. 21" and not after the number of a list: "1. Ya".
_NOT_AFTER_NUMBER = r"(?<!\b[Nn]o\.)(?<!^\d\.)(?<!^\d\d\.)(?<!\s\d\.)"
# From the best place to cut to the last resort; what is matched is left out at a cut. Each
# takes all blanks that stand together.
_BORDERS = (
    re.compile(r"(?<!\s)\s*\n\s*\n\s*"),
    re.compile(r"(?<!\s)\s*\n\s*"),
    re.compile(rf"(?<=[.!?…]){_NOT_AFTER_NUMBER}\s+"),
    re.compile(rf"(?<!\s){_NOT_AFTER_NUMBER}\s+"),
    re.compile(r"\s+"),
)
# Of the room of a part at least one in so many is used, where the text allows it.
LEAST_SHARE = 3
# Between paragraphs and between lines.
FILLED = (0, 1)

_JOINER = "\u200d"
# Joiners, skin tones, and the letters in the flag of a country of a country.
_LEANING = frozenset(
    map(chr, [0x200C, ord(_JOINER), *range(0x1F3FB, 0x1F400), *range(0xE0020, 0xE0080)])
)
# Two of them are a flag.
_FLAG_LETTERS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))


def split(text: str, fits: Callable[[str], bool]) -> list[str]:
    """The text in parts that each fit, none empty, no character lost but blanks at a cut.

    Args:
        text: Any text.
        fits: Whether a text may stand as one part. Must be true for one character as it is
            seen: an emoji that is joined of several is not torn.
    """
    text = text.strip()
    return _split(text, fits, 0) if text else []


def _split(text: str, fits: Callable[[str], bool], level: int) -> list[str]:
    if fits(text):
        return [text]
    if level == len(_BORDERS):
        return list(_chop(text, fits))
    parts: list[str] = []
    held = ""
    for border, piece in _pieces(text, _BORDERS[level]):
        if held and fits(held + border + piece):
            held += border + piece
            continue
        if held and level in FILLED and fits(held * LEAST_SHARE):
            # A part with so little in it is filled from the next piece.
            piece = held + border + piece
        elif held:
            parts.append(held)
        *done, held = _split(piece, fits, level + 1)
        parts += done
    return [*parts, held] if held else parts


def _pieces(text: str, border: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """The pieces of a text, each with the border that stands before it."""
    start, before = 0, ""
    for match in border.finditer(text):
        yield before, text[start : match.start()]
        start, before = match.end(), match[0]
    yield before, text[start:]


def _chop(word: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """A single word too long for a part, cut between characters as they are seen."""
    held = ""
    for character in _seen_characters(word):
        if held and not fits(held + character):
            yield held
            held = ""
        held += character
    yield held


def _seen_characters(word: str) -> Iterator[str]:
    held = ""
    for character in word:
        if held and not _belongs(character, held):
            yield held
            held = ""
        held += character
    if held:
        yield held


def _belongs(character: str, held: str) -> bool:
    """Whether a character is seen as one with those before it."""
    return (
        # Accents, vowel signs, variation selectors, the frame of a key.
        unicodedata.category(character).startswith("M")
        or character in _LEANING
        or held[-1] == _JOINER
        or (held in _FLAG_LETTERS and character in _FLAG_LETTERS)
    )
