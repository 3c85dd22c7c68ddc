"""What is meant now when a message takes something back."""

from __future__ import annotations

import re

from bot.entities.reading import Reading, Token
from bot.tips import signs

_PIECE_END = re.compile(r"(?<![0-9])[,.;!\n]+|[,.;!\n]+(?![0-9])")


def correction(text: str) -> str | None:
    """The part of a message that is meant now; None when it takes nothing back.

    "eh bukan 3, 5 orang" gives "5 orang"; "bukan di Malaysia tapi di Kamboja" gives
    "di Kamboja". What only denies ("bukan Malaysia") gives None: nothing is said instead.
    """
    if "?" in text:
        return None
    pieces = [piece for piece in _pieces(text) if piece]
    if not any(_takes_back(piece) for piece in pieces):
        return None
    meant = [rest for piece in pieces if not _denies(piece) and (rest := _opened(text, piece))]
    return ", ".join(meant) or None


def _pieces(text: str) -> list[list[Token]]:
    """The tokens between commas, and before and after "tapi" and "bukan"."""
    pieces: list[list[Token]] = [[]]
    joins = signs.words("ralat", "tapi")
    reading = Reading(text)
    ends = {match.start() for match in _PIECE_END.finditer(reading.folded)}
    for place, token in enumerate(reading.tokens):
        is_end = token.start in ends
        opens = token.text in joins or token.text == "eh"
        if is_end or opens or _begins_denial(reading.tokens[place : place + 2], pieces[-1]):
            pieces.append([])
        if token.text[0].isalnum() or not is_end:
            pieces[-1].append(token)
    return pieces


def _begins_denial(two: list[Token], before: list[Token]) -> bool:
    """ "5 orang bukan 3", "di Nakau bukan di Malaysia"; not "paspornya bukan ditahan"."""
    if two[0].text not in signs.words("ralat", "bukan") or _is_opening(before):
        return False
    return len(two) > 1 and (two[1].is_number or two[1].text in signs.words("ralat", "disangkal"))


def _is_opening(piece: list[Token]) -> bool:
    opening = signs.words("ralat", "pembuka") | signs.words("ralat", "saya")
    return all(token.text in opening for token in piece)


def _takes_back(piece: list[Token]) -> bool:
    """Whether one of its opening words takes something back."""
    for place in range(len(piece)):
        if piece[place].text in signs.words("ralat", "menarik"):
            return True
        if not _is_opening(piece[place : place + 1]):
            return False
    return False


def _denies(piece: list[Token]) -> bool:
    """ "eh bukan 3": names what is not meant."""
    denied = False
    for token in piece:
        if token.text in signs.words("ralat", "bukan"):
            denied = True
        elif not _is_opening([token]):
            return denied
    return denied


def _opened(text: str, piece: list[Token]) -> str:
    """The piece without its opening words."""
    rest, last = list(piece), ""
    while rest:
        is_small = rest[0].text in signs.words("ralat", "pembuka")
        # "maksud saya 5"; but "bukan dia, saya tetangganya"
        is_mine = last.startswith("ma") and rest[0].text in signs.words("ralat", "saya")
        if not (is_small or is_mine or not rest[0].text[0].isalnum()):
            break
        last = rest.pop(0).text
    while rest and rest[-1].text in signs.words("ralat", "ekor"):
        rest.pop()
    return text[rest[0].start : rest[-1].end] if rest else ""
