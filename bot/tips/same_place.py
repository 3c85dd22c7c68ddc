"""Whether a place is told again, spelt as people hear it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import dropwhile, takewhile

from rapidfuzz.distance import OSA

from bot.entities import lists, place_names
from bot.tips import signs
from bot.tips.filing import plain

# A longer message names places until one is right.
_MOST_WORDS = 12
# One letter in so many may be another one.
_LETTERS_TO_AN_ERROR = 6
# "pao", "pau" and "pauh" sound alike.
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"[ao]u|ao", "o"), (r"[ae]i|ae", "e"), (r"oe", "u"), (r"dj", "j"), (r"tj", "c"),
        (r"[fv]", "p"), (r"(\w)\1+", r"\1"), (r"[hk]\b", ""),
    )
]  # fmt: skip


def is_named(name: str, said: str) -> bool:
    """Whether a text names a place; both as `bot.tips.filing.plain` gives them.

    The name of another place is none that was mistyped.
    """
    if name == said:
        return True
    words = said.split()
    if len(words) > _MOST_WORDS or len(name) < _LETTERS_TO_AN_ERROR - 1:
        return False
    return any(_sounds_like(name, window) for window in _windows(words, len(name.split())))


def is_described(words: str, said: str) -> bool:
    """Whether most of the words for a place without a name are said again, in any order.

    Of a ship its name is enough.
    """
    again = {_sound(word) for word in said.split()}
    ship = {_sound(word) for word in _name_of_ship(words.split())}
    if ship and ship <= again:
        return True
    small = signs.words("tempat", "kecil") | signs.words("tempat", "dekat")
    told = set(words.split())
    telling = {_sound(word) for word in told - small or told}
    return 2 * len(telling & again) > len(telling)


def _name_of_ship(words: list[str]) -> list[str]:
    """The words right after "kapal ikan", until others follow."""
    aboard, common = signs.words("tempat", "kapal"), signs.words("tempat", "kapal_biasa")
    ends = signs.words("tempat", "kecil") | signs.words("tempat", "sekitar")
    place = next((place for place, word in enumerate(words) if word in aboard), len(words))
    after = dropwhile((aboard | common).__contains__, words[place:])
    name = takewhile(lambda word: word not in ends, after)
    return [word for word in name if word.isalpha() and word not in common]


def _windows(words: list[str], count: int) -> Iterator[str]:
    """So many words in a row, or written as one."""
    for length in {count, 1}:
        for first in range(len(words) - length + 1):
            yield " ".join(words[first : first + length])


def _sounds_like(name: str, said: str) -> bool:
    if said == name:
        return True
    if said in _names():
        return False
    right, heard = _sound(name).replace(" ", ""), _sound(said).replace(" ", "")
    errors = len(right) // _LETTERS_TO_AN_ERROR
    return bool(heard) and OSA.distance(right, heard, score_cutoff=errors) <= errors


def _sound(word: str) -> str:
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    """Every name that is in the list of places."""
    regencies = lists.read(place_names.LIST)["kabupaten"].values()
    names = [*place_names.by_code().values(), *(name for said in regencies for name in said)]
    return frozenset(map(plain, names))
