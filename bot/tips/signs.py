"""The signs by which a report tells its facts, read from `nlu_data/laporan/tanda.yml`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain, pairwise
from typing import Any

import yaml

from bot import lexicon
from bot.nlu.normaliser import normalise
from bot.settings import PROJECT_ROOT
from bot.triage import phrases
from bot.triage.phrases import Told

SIGNS_FILE = PROJECT_ROOT / "nlu_data" / "laporan" / "tanda.yml"

_WORD = re.compile(r"[^\W\d_]+")
_PART = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[0-9]")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_DOUBLED = re.compile(r"\b([a-z]{3,})2(?=nya|\b)")


@lru_cache(maxsize=1)
def data() -> dict[str, Any]:
    """The whole file."""
    loaded: dict[str, Any] = yaml.safe_load(SIGNS_FILE.read_text("utf-8"))
    return loaded


@cache
def words(*path: str) -> frozenset[str]:
    """The words of a group that the file separates by spaces, such as ("jumlah", "orang")."""
    group = data()
    for name in path:
        group = group[name]
    return frozenset(str(group).split())


def plain(folded: str) -> str:
    """Folded text with each word as it is meant: "tdk byr" is "tidak bayar"."""
    spelt = _DOUBLED.sub(r"\1 \1", _DRAWN_OUT.sub(r"\1", folded))
    return _WORD.sub(_meant, spelt)


def _meant(match: re.Match[str]) -> str:
    # "tolong kak saya takut" speaks to somebody and of nobody.
    said = match[0]
    stays = said in lexicon.words("sapaan") or said in words("tetap")
    return said if stays else normalise([said])[0]


class Sentences(Told):
    """A told text, and the words with which a phrase in it may begin."""

    __slots__ = ("indexed", "near", "words")

    def __init__(self, text: str) -> None:
        super().__init__(text)
        words: set[str] = set()
        for sentence in self.sentences:
            said = _PART.findall(sentence)
            words.update(said)
            # "di kurung", "d kurung" and "dkurung" are "dikurung".
            words.update("di" + after for word, after in pairwise(said) if word in ("di", "d"))
            words.update("di" + word[1:] for word in said if word[0] == "d" and len(word) > 3)
        if _NUMBER.search(text):
            words.add("0")
        self.words = frozenset(words)
        self.near: dict[int, set[int]] = {}
        self.indexed = 0


class _Index:
    """Which phrases may begin with a word, over all signs: asked once a text."""

    def __init__(self) -> None:
        self._count = 0
        self._whole: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._begins: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._lengths: tuple[int, ...] = ()

    def add(self, firsts: Iterable[str]) -> int:
        """Adds the first words of some signs, in order, and gives the signs a number."""
        self._count += 1
        for place, first in enumerate(firsts):
            for way in _all_synonyms().get(first, [first]):
                group = self._begins if "*" in way else self._whole
                # "anak-anak" begins with the word "anak".
                beginning = way.partition("*")[0].partition("-")[0]
                group[beginning].append((self._count, place))
        self._lengths = tuple(sorted({len(beginning) for beginning in self._begins}))
        return self._count

    def near(self, told: Sentences, id_: int) -> Iterable[int]:
        """The places of first words of the signs `id_` that stand in a text."""
        if told.indexed != self._count:
            told.near, told.indexed = self._all_near(told), self._count
        return told.near.get(id_, ())

    def _all_near(self, told: Sentences) -> dict[int, set[int]]:
        near: dict[int, set[int]] = {}
        for word in told.words:
            found = [self._whole.get(word, ())]
            found += [self._begins.get(word[:n], ()) for n in self._lengths if n <= len(word)]
            for id_, place in chain.from_iterable(found):
                near.setdefault(id_, set()).add(place)
        return near


_INDEX = _Index()


class Signs:
    """Phrases that say one thing, and those that only look so.

    Kept by their first words: most texts hold none of them, and few phrases are looked for.
    """

    def __init__(self, phrases_: Iterable[str], but_not: Iterable[str] = ()) -> None:
        others = [str(phrase) for phrase in but_not]
        self._others = _pattern(others) if others else None
        by_first: dict[str, list[str]] = defaultdict(list)
        for phrase in map(str, phrases_):
            by_first[phrase.split()[0]].append(phrase)
        self._patterns = [_pattern(said) for said in by_first.values()]
        self._id = _INDEX.add(by_first)

    def said_in(self, told: Sentences) -> bool:
        """Whether the text says it as a fact: not denied, not told of a film."""
        return any(phrases.says(sign, ". ".join(found)) for sign, found in self._found(told))

    def stand_in(self, told: Sentences) -> bool:
        """Whether the words stand there, whatever is before them."""
        return any(True for _ in self._found(told))

    def _found(self, told: Sentences) -> Iterator[tuple[re.Pattern[str], list[str]]]:
        """The phrases that stand there and their sentences, without what only looks so."""
        for place in _INDEX.near(told, self._id):
            sign = self._patterns[place]
            found = [sentence for sentence in told.sentences if sign.search(sentence)]
            if found and self._others is not None:
                cleared = [self._others.sub("-", sentence) for sentence in found]
                found = [sentence for sentence in cleared if sign.search(sentence)]
            if found:
                yield sign, found


def _pattern(said: Sequence[str]) -> re.Pattern[str]:
    return phrases.pattern(said, denied_between=False, words=_synonyms())


@lru_cache(maxsize=1)
def _all_synonyms() -> dict[str, list[str]]:
    return phrases.synonyms() | _synonyms()


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, list[str]]:
    return {name: str(said).split() for name, said in data()["kata"].items()}


@cache
def signs(*path: str) -> Signs:
    """The signs of a list in the file."""
    group = data()
    for name in path:
        group = group[name]
    return Signs(group)


@cache
def yes_or_no(field: str) -> tuple[Signs, Signs]:
    """The signs by which a field is said to be so, and not to be so."""
    said = data()["ya_tidak"][field]
    return Signs(said["ya"], [*said["bukan"], *said["tidak"]]), Signs(said["tidak"])


def first_said(group: str, told: Sentences) -> str | None:
    """The first row of an ordered group, such as `jenis`, that a text says."""
    return next((name for name, row in _rows(group).items() if row.said_in(told)), None)


@cache
def _rows(group: str) -> dict[str, Signs]:
    """The rows of a group; what only looks so stands by row under `bukan_<group>`."""
    others: dict[str, list[str]] = data().get(f"bukan_{group}", {})
    return {
        name: Signs(
            said, [p for rows, lists in others.items() if name in rows.split() for p in lists]
        )
        for name, said in data()[group].items()
    }


def without(told: Told, *path: str) -> Sentences:
    """The text without the phrases of a list in the file."""
    return Sentences(". ".join(_listed(*path).sub("-", sentence) for sentence in told.sentences))


@cache
def _listed(*path: str) -> re.Pattern[str]:
    group = data()
    for name in path:
        group = group[name]
    return _pattern([str(phrase) for phrase in group])
