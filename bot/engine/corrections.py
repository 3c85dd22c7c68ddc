""" "bukan itu, maksud saya ...": what somebody takes back, and what is meant instead."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot import lexicon
from bot.nlu.features import raw_words

# "sy bukan anak mbak": so many small words may stand before the denial.
SMALL_WORDS_BEFORE = 2
# What is meant instead has at least so many words.
LEAST_WORDS = 2

_PIECE_END = re.compile(r"[.,;!?\n]+|\s(?=tapi\s|tp\s|maksud|mksd)")


@dataclass(frozen=True)
class Correction:
    """What a message takes back (empty when only "maksudnya ..."), and the rest of it."""

    denied: str
    meant: str


def correction(text: str) -> Correction | None:
    """What a message corrects; None when it corrects nothing, or says nothing instead."""
    pieces = [piece.strip() for piece in _PIECE_END.split(text) if piece.strip()]
    denied = [piece for piece in pieces if _denies(piece)]
    rest = [_without_opener(piece) for piece in pieces if piece not in denied]
    opens = any(plain != piece for plain, piece in zip(rest, _others(pieces, denied)))
    meant = ". ".join(piece for piece in rest if piece)
    if not (denied or opens) or len(raw_words(meant)) < LEAST_WORDS:
        return None
    return Correction(". ".join(denied), meant)


def _others(pieces: list[str], denied: list[str]) -> list[str]:
    return [piece for piece in pieces if piece not in denied]


def _denies(piece: str) -> bool:
    """A "bukan" near its beginning; at its end it asks: "penipuan bukan"."""
    small = lexicon.words("sapaan") | lexicon.words("di_mana_saya")
    words = raw_words(piece)
    for place, word in enumerate(words[: SMALL_WORDS_BEFORE + 1]):
        if word in lexicon.words("bukan_itu"):
            return place + 1 < len(words)
        if word not in small:
            return False
    return False


def _without_opener(piece: str) -> str:
    """The piece without "maksud saya", "mksdnya kak"."""
    words = piece.split()
    said = [word.lower().strip(".,!?") for word in words]
    if not said or said[0] not in lexicon.words("maksudnya"):
        return piece
    small = lexicon.words("sapaan") | {"saya", "sy", "aku", "ambo", "itu", "tadi"}
    place = 1
    while place < len(said) and said[place] in small:
        place += 1
    return " ".join(words[place:])
