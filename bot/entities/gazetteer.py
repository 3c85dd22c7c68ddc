"""Finds the names of a list in a text: whole words, the longest name first.

A name of two words is found when it is written as one, with a hyphen, and with "nya" after
it. In names of six letters and more one typing error is forgiven, but not in the first
letter, not in a word of fewer than four, and not where it makes another ordinary word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.entities.entity import Entity
from bot.entities.lists import ListError
from bot.entities.reading import Reading, Token

T = TypeVar("T")

LEAST_LETTERS = 6
LEAST_LETTERS_OF_WORD = 4
LEAST_LETTERS_REPLACED = 7
_SUFFIX = "nya"


@dataclass(frozen=True)
class Match(Generic[T]):
    """A name that was found.

    Attributes:
        value: What the list says of it.
        name: The name as the list has it, folded.
        first, after: Indices of its first word and of the word after it.
        is_exact: No typing error was forgiven.
    """

    value: T
    name: str
    first: int
    after: int
    is_exact: bool


Accepts = Callable[[Match[T]], bool]


def key(name: str) -> str:
    """The form in which names are compared: folded, no apostrophes, single spaces."""
    return " ".join(word.text.replace("'", "") for word in Reading(name).words)


class Gazetteer(Generic[T]):
    """Names and what each of them stands for."""

    def __init__(self, names: Mapping[str, T], ordinary_words: Collection[str] = ()) -> None:
        """Takes names in any case; `ordinary_words` are never read as a mistyped name.

        Raises:
            ListError: Two names are the same once they are folded, and mean two things.
        """
        self._names: dict[str, tuple[str, T]] = {}
        for name, value in names.items():
            self._add(key(name), name, value)
        self._ordinary = frozenset(map(key, ordinary_words))
        # How many words the longest name has that begins with a word.
        self._lengths: dict[str, int] = defaultdict(int)
        self._single: dict[tuple[str, str, int], list[str]] = defaultdict(list)
        self._gapped: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._inner_words: set[str] = set()
        for written, (name, value) in list(self._names.items()):
            self._index(written)
            joined = written.replace(" ", "")
            if joined not in self._names:
                self._names[joined] = (name, value)
                # "bajak" is not a mistyped "bajak i".
                if min(map(len, written.split())) >= LEAST_LETTERS_OF_WORD:
                    self._index(joined)

    def _add(self, written: str, name: str, value: T) -> None:
        known = self._names.get(written)
        if known is not None and known[1] != value:
            raise ListError(f"{name!r} stands for {known[1]!r} and for {value!r}")
        self._names[written] = (written, value)

    def _index(self, written: str) -> None:
        words = written.split()
        self._lengths[words[0]] = max(self._lengths[words[0]], len(words))
        if sum(map(len, words)) < LEAST_LETTERS:
            return
        if len(words) == 1:
            for length in (len(written) - 1, len(written), len(written) + 1):
                for begins, ends in _borders(written):
                    self._single[begins, ends, length].append(written)
            return
        self._inner_words.update(words)
        for place, word in enumerate(words):
            if len(word) >= LEAST_LETTERS_OF_WORD:
                gapped = (*words[:place], "", *words[place + 1 :])
                self._gapped[gapped].append(word)

    def matches(self, reading: Reading, accepts: Accepts[T] = lambda _: True) -> list[Match[T]]:
        """The names in a text, in order, that `accepts` lets pass."""
        words, text = reading.words, reading.folded
        plain = [word.text.replace("'", "") for word in words]
        found: list[Match[T]] = []
        first = 0
        while first < len(plain):
            # No name begins with a number.
            may_begin = not words[first].is_number and self._may_begin(plain, first)
            match = self._match_at(words, plain, text, first, accepts) if may_begin else None
            if match is None:
                first += 1
            else:
                found.append(match)
                first = match.after
        return found

    def entities(self, kind: str, reading: Reading, accepts: Accepts[T]) -> list[Entity]:
        """The names in a text as entities of one kind, in order."""
        found = []
        for match in self.matches(reading, accepts):
            start = reading.words[match.first].start
            end = reading.words[match.after - 1].end
            found.append(Entity.of(kind, match.value, reading.text, start, end))
        return found

    def _may_begin(self, plain: Sequence[str], first: int) -> bool:
        """False for most words, at once: no name begins here, however it is written."""
        word = plain[first]
        return (
            word in self._lengths
            or word in self._names
            or word.endswith(_SUFFIX)
            or (len(word) >= LEAST_LETTERS - 1 and self._resembles(word))
            or self._is_inside(plain, first)
        )

    def _resembles(self, word: str) -> bool:
        """Whether some name of one word has its length, more or less, and its beginning or end."""
        begins, ends = _borders(word)
        is_like = (*begins, len(word)) in self._single or (*ends, len(word)) in self._single
        return is_like and word not in self._ordinary

    def _is_inside(self, plain: Sequence[str], first: int) -> bool:
        """Whether this word or the next stands in a name of several words."""
        inner = self._inner_words
        return plain[first] in inner or (first + 1 < len(plain) and plain[first + 1] in inner)

    def _match_at(
        self,
        words: Sequence[Token],
        plain: Sequence[str],
        text: str,
        first: int,
        accepts: Accepts[T],
    ) -> Match[T] | None:
        longest = self._lengths.get(plain[first], 0)
        if self._is_inside(plain, first):
            longest = max(longest, _MOST_WORDS)
        for count in range(_together(words, text, first, longest or 1), 0, -1):
            window = tuple(plain[first : first + count])
            for written, is_exact in self._readings(window):
                name, value = self._names[written]
                match = Match(value, name, first, first + count, is_exact)
                if accepts(match):
                    return match
        return None

    def _readings(self, window: tuple[str, ...]) -> list[tuple[str, bool]]:
        """The listed names that these words may be, exact ones first."""
        said = " ".join(window)
        readings = [(said, True)] if said in self._names else []
        if said.endswith(_SUFFIX) and said.removesuffix(_SUFFIX) in self._names:
            readings.append((said.removesuffix(_SUFFIX), True))
        if readings or said in self._ordinary:
            return readings
        mistyped = self._mistyped_word(said) if len(window) == 1 else self._mistyped_name(window)
        return [(mistyped, False)] if mistyped else []

    def _mistyped_word(self, said: str) -> str | None:
        near = (self._single.get((*border, len(said)), ()) for border in _borders(said))
        names = list(chain.from_iterable(near))
        name = _nearest(said, names) if names else None
        return name if name and _is_forgiven(said, name) else None

    def _mistyped_name(self, window: tuple[str, ...]) -> str | None:
        for place, word in enumerate(window):
            gapped = (*window[:place], "", *window[place + 1 :])
            meant = self._gapped.get(gapped)
            nearest = _nearest(word, meant) if meant and word not in self._ordinary else None
            name = (*window[:place], nearest or "", *window[place + 1 :])
            if nearest and _is_forgiven("".join(window), "".join(name)):
                return " ".join(name)
        return None


# The longest name with a typing error in its first word, where its length is not known yet.
_MOST_WORDS = 4


def _borders(word: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Its first two letters; its first and its last two. One typing error spoils but one pair."""
    return (word[:2], ""), (word[:1], word[-2:])


def _nearest(said: str, names: Sequence[str]) -> str | None:
    same_letter = [name for name in names if name[0] == said[0]]
    best = process.extractOne(said, same_letter, scorer=OSA.distance, score_cutoff=1)
    return best[0] if best else None


def _is_forgiven(said: str, name: str) -> bool:
    """False for a wrong letter in a short name; letters left out or swapped are always forgiven."""
    has_wrong_letter = len(said) == len(name) and sorted(said) != sorted(name)
    return len(name) >= LEAST_LETTERS_REPLACED or not has_wrong_letter


def _together(words: Sequence[Token], text: str, first: int, most: int) -> int:
    """How many words from `first` on, at most `most`, have nothing but space in between."""
    count = 1
    while count < most and first + count < len(words):
        gap = text[words[first + count - 1].end : words[first + count].start]
        if gap.strip(" \t-"):
            break
        count += 1
    return count
