"""What of a message is stated: without what it asks and what it supposes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bot.entities.reading import Reading, Token
from bot.nlu.normaliser import normalise
from bot.tips import signs

_NAMES = ("tautan", "perusahaan")
# A denial stands within so many words before what it denies.
_NEAR = 2
# Of the answers to these a part may be known.
_MAY_BE_TOLD_IN_PART = ("pelaku", "tempat", "tempat_mana", "waktu")
_FAR = 120
_LEAST_WORDS_OF_A_TAG = 3
_SENTENCE_END = re.compile(r"(?<![0-9])[.!?;]+|[.!?;]+(?![0-9])|\n+")
_CLAUSE_END = re.compile(r"(?<![0-9]),|,(?![0-9])")
_LETTERS = re.compile(r"[^\W\d_]+")
_DENIALS = frozenset({"tidak", "bukan", "bkn", "dudu"})


class Word(NamedTuple):
    """A word as it is meant, and where it stands."""

    meant: str
    start: int
    end: int


class Statement:
    """A message as it is read for facts.

    Attributes:
        text: As it was sent.
        folded: Small letters, with spaces for what is asked or supposed; of the same length.
        told: Its sentences, with each word as it is meant.
        tokens: Of `folded`.
        entities: Those that stand in what is stated and are not denied.
        asked: The field that was asked right before.
    """

    def __init__(
        self, text: str, entities: Sequence[Mapping[str, Any]], asked: str | None = None
    ) -> None:
        reading = Reading(text)
        self.text = text
        self.asked = asked
        # "di KL" names a town; "kl gak setuju" supposes.
        towns = [int(e["start"]) for e in entities if e["entity"] == "negara" and "start" in e]
        self.folded = _without(reading.folded, _not_stated(reading.folded, towns))
        if asked in _MAY_BE_TOLD_IN_PART:
            self.folded = _without(self.folded, _not_known(self.folded))
        self.tokens = [t for t in reading.tokens if self.folded[t.start] != " "]
        stated = sorted((e for e in entities if self._has(e)), key=lambda e: int(e["start"]))
        # "loker" in the name of an account or a company tells nothing.
        names = [(e["start"], e["end"]) for e in stated if e["entity"] in _NAMES]
        self.told = signs.Sentences(signs.plain(_without(self.folded, names)))
        self.entities = [e for e in stated if not self._is_denied(e)]
        self._taken = [(e["entity"], e["start"], e["end"]) for e in stated]

    def of_kind(self, kind: str) -> list[Mapping[str, Any]]:
        return [entity for entity in self.entities if entity["entity"] == kind]

    def is_taken(self, token: Token, kind: str | None = None) -> bool:
        """Whether a token belongs to something that was named, such as an amount."""
        return any(
            start <= token.start < end
            for name, start, end in self._taken
            if kind is None or name == kind
        )

    def words_before(self, start: int) -> list[str]:
        """The folded words of its clause before a character, in order."""
        clause = re.split(r"[.,;!?\n]", self.folded[max(0, start - _FAR) : start])[-1]
        words = _LETTERS.findall(clause)
        for place in range(len(words) - 1, -1, -1):
            if words[place] in signs.words("ralat", "tapi"):
                return words[place + 1 :]
        return words

    def clause_around(self, start: int, end: int) -> list[str]:
        """The folded words of the clause that holds these characters."""
        after = re.split(r"[.,;!?\n]", self.folded[end : end + 60])[0]
        return [*self.words_before(start), *_LETTERS.findall(after)]

    def denies_before(self, start: int) -> bool:
        near = normalise(self.words_before(start)[-_NEAR:])
        # "kalau gak salah 5 orang"
        return "salah" not in near and not _DENIALS.isdisjoint(near)

    def _has(self, entity: Mapping[str, Any]) -> bool:
        start, end = entity.get("start"), entity.get("end")
        if not isinstance(start, int) or not isinstance(end, int):
            return False
        return 0 <= start < end <= len(self.folded) and not self.folded[start:end].isspace()

    def _is_denied(self, entity: Mapping[str, Any]) -> bool:
        if entity["entity"] == "waktu":
            return self.words_before(entity["start"])[-1:] in (["bukan"], ["bkn"], ["dudu"])
        may_be = entity["entity"] in ("negara", "tempat", "perusahaan")
        return may_be and self.denies_before(entity["start"])


def _not_stated(folded: str, towns: Collection[int] = ()) -> Iterator[tuple[int, int]]:
    """Where something is asked or supposed; `towns` are where names begin."""
    for start, end, mark in _sentences(folded):
        said = _words(folded, start, end)
        supposed = _supposed_from([word for word in said if word.start not in towns])
        if supposed is not None:
            yield supposed, end
            end = supposed
        clauses = list(_split(folded, start, end))
        for place, (first, last) in enumerate(clauses):
            is_end = "?" in mark and place == len(clauses) - 1 and supposed is None
            asked = _asked_from(_words(folded, first, last), is_end=is_end)
            if asked is not None:
                yield asked, last


def _not_known(folded: str) -> list[tuple[int, int]]:
    """The clauses that say that something is not known, when others tell something.

    "orang jakarta, gak tau namanya" tells of somebody from Jakarta.
    """
    clauses = [
        (first, last)
        for start, end, _ in _sentences(folded)
        for first, last in _split_at_but(folded, start, end)
        if folded[first:last].strip()
    ]
    unknown = [(first, last) for first, last in clauses if _is_not_known(folded[first:last])]
    return unknown if len(unknown) < len(clauses) else []


def _sentences(folded: str) -> Iterator[tuple[int, int, str]]:
    start = 0
    for match in _SENTENCE_END.finditer(folded):
        yield start, match.start(), match[0]
        start = match.end()
    yield start, len(folded), ""


def _split(folded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    for match in _CLAUSE_END.finditer(folded, start, end):
        yield first, match.start()
        first = match.end()
    yield first, end


def _split_at_but(folded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The clauses, also what "tapi" parts from a "gak tau": "gak tau desanya tapi dekat pasar"."""
    for first, last in _split(folded, start, end):
        for match in _LETTERS.finditer(folded, first, last):
            is_but = match[0] in signs.words("jawaban", "tetapi")
            if is_but and _is_not_known(folded[first : match.start()]):
                yield first, match.start()
                first = match.start()
        yield first, last


def _is_not_known(clause: str) -> bool:
    said = signs.Sentences(signs.plain(clause))
    return signs.signs("jawaban", "tidak_tahu").stand_in(said)


def _words(folded: str, start: int, end: int) -> list[Word]:
    return [
        Word(normalise([match[0]])[0], match.start(), match.end())
        for match in _LETTERS.finditer(folded, start, end)
    ]


def _supposed_from(said: Sequence[Word]) -> int | None:
    """Where a sentence begins to suppose: "kalau paspor ditahan, ..."."""
    supposing = signs.words("bertanya", "andai")
    for place, word in enumerate(said):
        if word.meant in supposing:
            rest = " ".join(w.meant for w in said[place : place + 4])
            if not rest.startswith(tuple(signs.data()["bertanya"]["bukan_andai"])):
                return word.start
    return None


def _asked_from(said: Sequence[Word], *, is_end: bool) -> int | None:
    """Where a clause begins to ask; `is_end` when a question mark follows it."""
    if not said:
        return None
    whole = signs.Sentences(" ".join(word.meant for word in said))
    if signs.signs("bertanya", "utuh").stand_in(whole):
        return said[0].start
    opens = signs.words("bertanya", "mulai")
    for place, word in enumerate(said):
        # "gak dikasih apa-apa"
        if word.meant in opens and not _is_doubled(said, place):
            return word.start if place > 1 else said[0].start
    is_tag = said[-1].meant in signs.words("bertanya", "akhir")
    if is_end or (is_tag and len(said) > _LEAST_WORDS_OF_A_TAG):
        return said[0].start
    return None


def _is_doubled(said: Sequence[Word], place: int) -> bool:
    near = [w.meant for w in said[max(0, place - 1) : place + 2]]
    return near.count(said[place].meant) > 1


def _without(folded: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in list(spans):
        folded = folded[:start] + " " * (end - start) + folded[end:]
    return folded
