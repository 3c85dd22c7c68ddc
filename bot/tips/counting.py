"""How many people a report speaks of, and how much money."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from bot.entities import numbers
from bot.entities.days import word
from bot.tips import signs
from bot.tips.statement import Statement

MOST_PEOPLE = 10_000
_RUPIAH = "IDR"
_MOST_WORDS_OF_ONE = 5


class _Count(NamedTuple):
    """A number of people, and the tokens that say it."""

    value: int
    kind: str
    first: int
    after: int


def people(said: Statement) -> int | str | None:
    """How many people a message speaks of; of "5 sampai 6 orang" the smaller number.

    A word such as "puluhan" where no number is said.
    """
    counts: list[_Count] = []
    place = 0
    while place < len(said.tokens):
        count = _count_at(said, place)
        place = count.after if count else place + 1
        counts += [count] if count else []
    if counts:
        return _together(said, counts)
    if said.asked != "jumlah":
        return None
    return _bare(said) or _by_word(said) or _only_one(said)


def _by_word(said: Statement) -> str | None:
    """ "puluhan orang": so many that nobody counted them."""
    many = signs.words("jumlah", "banyak")
    return next((token.text for token in said.tokens if token.text in many), None)


def _only_one(said: Statement) -> int | None:
    """ "saya sendiri", "adik saya aja"."""
    words = {token.text for token in said.tokens}
    alone = not words.isdisjoint(signs.words("jumlah", "satu"))
    someone = signs.words("jumlah", "aku") | signs.words("jumlah", "korban")
    is_of_family = signs.first_said("peran", said.told) == "keluarga"
    only = not words.isdisjoint(signs.words("jumlah", "sebelum_satu"))
    is_one = (alone or only) and (is_of_family or not words.isdisjoint(someone))
    return 1 if is_one and len(words) <= _MOST_WORDS_OF_ONE else None


def _count_at(said: Statement, place: int) -> _Count | None:
    token = said.tokens[place]
    if value := _groups().get(token.text):
        return _Count(value, token.text, place, place + 1)
    if token.text == "seorang" and word(said.tokens, place + 1) in _people() - _no_victims():
        return _Count(1, "seorang", place, place + 1)
    if not (token.is_number or token.text in numbers.first_words()) or said.is_taken(token):
        return None
    counted = _number(said, place)
    if counted is None:
        return None
    value, after = counted
    if word(said.tokens, after) in ("-", "sampai", "sampe") and (upper := _number(said, after + 1)):
        after = upper[1]
    while word(said.tokens, after) in signs.words("jumlah", "sela"):
        after += 1
    kind = word(said.tokens, after)
    before = word(said.tokens, place - 1)
    if not _counts_people(said, place, after, kind, before):
        return None
    is_one = value == 1 and said.asked != "jumlah"
    if is_one and kind in ("yang", "yg", "sing"):
        # "ada satu yang pernah nangis" is one of them.
        return None
    if is_one and before not in signs.words("jumlah", "sebelum_satu"):
        return None
    if said.denies_before(token.start):
        return None
    named = [w for p in range(place, after + 1) if (w := word(said.tokens, p)) in _people()]
    return _Count(value, named[0] if named else kind, place, after + 1)


def _counts_people(said: Statement, place: int, after: int, kind: str, before: str) -> bool:
    if before in ("per", "/", "tiap", "ke", "kelas", "no", "nomor", "umur", "usia"):
        return False
    counted_by_gap = {word(said.tokens, p) for p in range(place, after)} & _people()
    if kind in _people() or counted_by_gap:
        following = {word(said.tokens, after), word(said.tokens, after + 1)}
        return not following & _no_victims()
    if kind in ("yang", "yg", "sing") and before in signs.words("jumlah", "sebelum_satu"):
        return True
    # "wong telu", "cewek 5"
    is_end = kind not in signs.words("jumlah", "satuan") and kind not in ("/", "-", ".", ":")
    return before in _people() and is_end and kind not in _no_victims()


def _number(said: Statement, place: int) -> tuple[int, int] | None:
    number = numbers.read(said.tokens, place)
    if number is None or not number.value.is_integer() or not 0 < number.value <= MOST_PEOPLE:
        return None
    is_other = number.is_grouped or said.tokens[place].text.startswith("0")
    if is_other or _is_attached(said, place):
        return None
    return int(number.value), number.after


def _is_attached(said: Statement, place: int) -> bool:
    """True for the 2 of "kira2"."""
    before, token = said.tokens[max(0, place - 1)], said.tokens[place]
    return before.text[0].isalpha() and before.end == token.start and token.is_number


def _together(said: Statement, counts: list[_Count]) -> int:
    """ "3 cewek dan 2 cowok" are five; of "5 orang, 2 masih SMP" there are five."""
    joins = signs.words("jumlah", "gabung") | {"+", "&", ","}
    most = total = counts[0].value
    for before, count in pairwise(counts):
        between = {word(said.tokens, place) for place in range(before.after, count.first)}
        are_kinds = {before.kind, count.kind} <= _people() - signs.words("jumlah", "sela")
        joined = between <= joins and before.kind != count.kind and are_kinds
        total = total + count.value if joined else count.value
        most = max(most, total)
    return most


def _bare(said: Statement) -> int | None:
    """ "5", "kiro2 tigo": a number and nothing but small words around it."""
    small = signs.words("jumlah", "kira") | signs.words("jumlah", "orangnya") | _people()
    value, place = None, 0
    while place < len(said.tokens):
        token = said.tokens[place]
        counted = _number(said, place) if not said.is_taken(token) else None
        if counted and value is None and not said.denies_before(token.start):
            value, place = counted
            continue
        # What is denied, and what only doubles a word, may stand before it.
        is_small = counted or token.text in small or _is_attached(said, place)
        if value is None and token.text[0].isalnum() and not is_small:
            return None
        place += 1
    return value


def money(said: Statement) -> int | None:
    """The rupiah that were paid or are asked for; of a range the smaller amount."""
    for entity in said.of_kind("uang"):
        if (amount := _rupiah(entity["value"])) is None:
            continue
        before = said.words_before(entity["start"])
        if not signs.words("uang", "upah").isdisjoint(before[-4:]):
            continue
        around = said.clause_around(entity["start"], entity["end"])
        has_sign = not signs.words("uang", "tanda").isdisjoint(around)
        if has_sign or said.asked in ("uang", "uang_jumlah"):
            return amount
    return None


def _rupiah(value: Any) -> int | None:
    if not isinstance(value, Mapping) or value.get("currency") != _RUPIAH or value.get("per"):
        return None
    amount = value.get("amount")
    least = amount[0] if isinstance(amount, list) else amount
    return int(least) if isinstance(least, (int, float)) else None


@lru_cache(maxsize=1)
def _groups() -> dict[str, int]:
    """ "bertiga" is three."""
    said = signs.data()["jumlah"]["bersama"]
    return {way: int(value) for value, ways in said.items() for way in ways.split()}


def _people() -> frozenset[str]:
    return signs.words("jumlah", "orang")


def _no_victims() -> frozenset[str]:
    return signs.words("jumlah", "bukan")
