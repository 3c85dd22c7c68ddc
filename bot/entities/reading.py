"""How a text is read: folded to plain small letters, and cut into tokens.

Folding keeps the length, so that every offset holds in the text as it was sent.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_DASHES = dict.fromkeys("‐‑‒–—−", "-")
_QUOTES = dict.fromkeys("‘’ʼ`´", "'")
_PLAIN = {**_DASHES, **_QUOTES}

# Digits with their separators, letters, or any single sign.
_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+(?:'[^\W\d_]+)*|\S")


class Token(NamedTuple):
    """A folded token and where it stands."""

    text: str
    start: int
    end: int
    is_number: bool


class _Folding(dict[int, str]):
    """One character for one character: a letter set in bold is g, a no-break space a space."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = _PLAIN.get(character) or unicodedata.normalize("NFKC", character)
        if len(plain) == 1:
            plain = plain.lower()
        if len(plain) != 1:
            plain = character
        # Bounded: only what changes is kept, a few thousand characters at most.
        if plain != character:
            self[code] = plain
        return plain


_FOLDING = _Folding()


def fold(text: str) -> str:
    """`text` in plain small letters, of the same length.

    Offers are often set in letters that only look bold (U+1D400 and after).
    """
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def tokens(folded: str) -> list[Token]:
    """The tokens of a folded text: "rp3jt" is "rp", "3", "jt"."""
    found = []
    for match in _TOKEN.finditer(folded):
        text = match[0]
        found.append(Token(text, match.start(), match.end(), "0" <= text[0] <= "9"))
    return found


class Reading:
    """A text that was folded and cut once, for all who look for something in it.

    Attributes:
        text: As it was sent.
        folded: In plain small letters, of the same length.
        tokens: All tokens.
        words: The tokens that may belong to a name: words and numbers.
    """

    __slots__ = ("folded", "text", "tokens", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
        self.tokens = tokens(self.folded)
        self.words = [token for token in self.tokens if token.text[0].isalnum()]

    @classmethod
    def of(cls, text: str | Reading) -> Reading:
        """The reading of a text that may have been read before."""
        return text if isinstance(text, Reading) else cls(text)
