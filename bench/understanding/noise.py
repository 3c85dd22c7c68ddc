"""Typing errors, the same ones each time."""

from __future__ import annotations

import random

_NEIGHBOURS = {
    letter: row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for at, letter in enumerate(row)
}
_VOWELS = frozenset("aiueo")
SHORTEST = 3


def noisy(text: str, share: float, chance: random.Random) -> str:
    """`text` with one error in about `share` (0 to 1) of its words of three letters or more.

    A letter goes, comes twice, changes place with the next, or is its neighbour on the
    keyboard; or the vowels inside the word go, as in an SMS.
    """
    return " ".join(
        _broken(word, chance) if len(word) >= SHORTEST and chance.random() < share else word
        for word in text.split()
    )


def _broken(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    kind = chance.choice(("gone", "twice", "swapped", "neighbour", "short"))
    if kind == "gone":
        return word[:at] + word[at + 1 :]
    if kind == "twice":
        return word[:at] + word[at] + word[at:]
    if kind == "swapped":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "neighbour":
        beside = _NEIGHBOURS.get(word[at].lower(), word[at])
        return word[:at] + chance.choice(beside) + word[at + 1 :]
    return word[0] + "".join(c for c in word[1:-1] if c not in _VOWELS) + word[-1]
