"""Picking from what was offered: "1", "no 2", "yang kedua", or the words themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from bot.conversation.messages import Choice

_ORDINALS = {
    "satu": 1, "pertama": 1, "kesatu": 1, "siji": 1, "sikok": 1, "atas": 1,
    "dua": 2, "kedua": 2, "duo": 2, "loro": 2,
    "tiga": 3, "ketiga": 3, "tigo": 3, "telu": 3,
    "empat": 4, "keempat": 4, "papat": 4,
    "lima": 5, "kelima": 5, "limo": 5,
    "enam": 6, "keenam": 6,
    "tujuh": 7, "ketujuh": 7,
    "delapan": 8, "kedelapan": 8, "lapan": 8,
    "sembilan": 9, "kesembilan": 9,
}  # fmt: skip

_FILLERS = frozenset(
    """no nomor nomer nmr pilihan pilih opsi yang yg ke si aja saja ae bae deh dong ya yo kak min
    pak bu mbak mas bang mau saya sy ambo aku nak endak itu iku tu lah""".split()
)
_LAST = frozenset({"terakhir", "akhir", "bawah"})
_KEYCAPS = re.compile("\ufe0f?\u20e3")
_WORD = re.compile(r"[^\W_]+")

# At 86 a title typed with one wrong letter in eight still matches, a neighbour does not.
_ALIKE = 86


def pick(text: str, choices: Sequence[Choice]) -> Choice | None:
    """The choice that `text` names, or None when it says something else."""
    if not choices:
        return None
    words = _WORD.findall(_KEYCAPS.sub("", text).lower())
    number = _number(words, len(choices))
    if number is not None:
        return choices[number - 1] if number <= len(choices) else None
    typed = " ".join(words)
    if not typed:
        return None
    scored = [(fuzz.ratio(typed, _plain(choice.title)), choice) for choice in choices]
    best = max(scored, key=lambda pair: pair[0])
    return best[1] if best[0] >= _ALIKE else None


def _plain(title: str) -> str:
    return " ".join(_WORD.findall(title.lower()))


def _number(words: Sequence[str], count: int) -> int | None:
    """The one number that the words say; None when they say more than a number."""
    said = [word for word in words if word not in _FILLERS]
    if len(said) != 1 or len(words) > 5:
        return None
    word = said[0]
    if word in _LAST:
        return count
    if word in _ORDINALS:
        return _ORDINALS[word]
    match = re.fullmatch(r"(?:ke|no|nomor)?(\d{1,2})(?:nya)?", word)
    return int(match[1]) if match and int(match[1]) > 0 else None
