"""Numbers in digits and in words, in the ways people write them.

"3.000.000", "4,5", "dua juta setengah", "tiga ratus ribu", "limabelas". What "k" or "m"
after a number means is for those to say who look for amounts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.entities import lists
from bot.entities.reading import Token

_LIST = "angka"
_THOUSAND, _MILLION = 1000, 1_000_000
# Whatever is longer is no number that anybody means.
_MOST_LENGTH = 20

_GROUPED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]{1,2})?")
_GROUPED_ENGLISH = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,2})?")
_DECIMAL = re.compile(r"[0-9]+[.,][0-9]{1,3}")


class Number(NamedTuple):
    """A number that was read.

    Attributes:
        value: What it says.
        after: Index of the token after it.
        scale: What its last word multiplies with, such as 1000 for "ribu"; 1 for none.
        is_grouped: Its digits stand in groups of three.
        is_word: It begins with a number word.
    """

    value: float
    after: int
    scale: int = 1
    is_grouped: bool = False
    is_word: bool = False


def read(tokens: Sequence[Token], place: int) -> Number | None:
    """The number that begins at `place`, as much of it as there is."""
    number = _scaled(tokens, place)
    while number and number.scale >= _THOUSAND:
        # "dua juta setengah" is two and a half millions.
        if _word(tokens, number.after) in lists.words(_LIST, "setengah"):
            half = number.scale / 2
            return number._replace(value=number.value + half, after=number.after + 1)
        rest = _scaled(tokens, number.after)
        if rest is None or not _goes_on(number, rest):
            break
        number = number._replace(
            value=number.value + rest.value, after=rest.after, scale=rest.scale
        )
    return number


def _goes_on(number: Number, rest: Number) -> bool:
    """True for "5 juta 500 ribu" and "seribu lima ratus", but not for "5 juta 2 orang"."""
    if rest.scale >= _THOUSAND:
        return rest.value < number.scale
    is_remainder = number.is_word and rest.is_word and rest.value >= 100
    return number.scale == _THOUSAND and is_remainder


def _scaled(tokens: Sequence[Token], place: int) -> Number | None:
    """A number with its scale: "lima ratus ribu"."""
    counted = _digits(tokens, place) or _spelt(tokens, place)
    if counted is None or counted.scale > 1:
        return counted
    value, after = counted.value, counted.after
    if _word(tokens, after) in lists.words(_LIST, "setengah"):
        if _scale(tokens, after + 1) < _THOUSAND:
            return counted
        value, after = value + 0.5, after + 1
    factor = _scale(tokens, after)
    if factor == 1:
        return counted
    # "2.500 jt" is a decimal: nobody is promised thousands of millions.
    if factor >= _MILLION and counted.is_grouped and value >= _THOUSAND:
        value /= _THOUSAND
    after += 1
    # "dua ratus" in digits: "2 ratus ribu".
    if factor < _THOUSAND and (outer := _scale(tokens, after)) >= _THOUSAND:
        factor, value, after = outer, value * factor, after + 1
    return Number(value * factor, after, factor, counted.is_grouped, counted.is_word)


def _digits(tokens: Sequence[Token], place: int) -> Number | None:
    if place >= len(tokens) or not tokens[place].is_number:
        return None
    said = tokens[place].text
    if len(said) > _MOST_LENGTH:
        return None
    if said == "1" and _word(tokens, place + 1) == "/" and _word(tokens, place + 2) == "2":
        return Number(0.5, place + 3)
    if _GROUPED.fullmatch(said):
        return Number(float(said.replace(".", "").replace(",", ".")), place + 1, is_grouped=True)
    if _GROUPED_ENGLISH.fullmatch(said):
        return Number(float(said.replace(",", "")), place + 1, is_grouped=True)
    if said.isdigit() or _DECIMAL.fullmatch(said):
        return Number(float(said.replace(",", ".")), place + 1)
    return None


def _spelt(tokens: Sequence[Token], place: int) -> Number | None:
    """A number in words up to the next scale: "dua ratus lima puluh", "enam belas"."""
    if _word(tokens, place) in lists.words(_LIST, "setengah"):
        is_half = _scale(tokens, place + 1) >= _THOUSAND
        return Number(0.5, place + 1, is_word=True) if is_half else None
    value, after = 0, place
    while (unit := _units().get(_word(tokens, after))) is not None:
        following = after + 1
        if unit >= _THOUSAND:
            # "sejuta" has its scale in it.
            return Number(float(unit), following, unit, is_word=True) if not value else None
        if _word(tokens, following) in lists.words(_LIST, "belas"):
            unit, following = unit + 10, following + 1
        elif (factor := _scale(tokens, following)) in (10, 100):
            unit, following = unit * factor, following + 1
        if value and unit >= _place_of(value):
            break
        value, after = value + unit, following
    if after == place:
        return None
    if _word(tokens, after) in lists.words(_LIST, "koma"):
        tenths = _units().get(_word(tokens, after + 1), 0)
        if 0 < tenths < 10:
            return Number(value + tenths / 10, after + 2, is_word=True)
    return Number(float(value), after, is_word=True)


def _place_of(value: int) -> int:
    """100 for 300, 10 for 320: what is added must be smaller."""
    return 100 if value % 100 == 0 else 10 if value % 10 == 0 else 1


def _scale(tokens: Sequence[Token], place: int) -> int:
    return int(_scales().get(_word(tokens, place), 1))


def _word(tokens: Sequence[Token], place: int) -> str:
    return tokens[place].text if 0 <= place < len(tokens) else ""


@lru_cache(maxsize=1)
def _scales() -> dict[str, int]:
    return lists.meanings(_LIST, "pengali")


@lru_cache(maxsize=1)
def _units() -> dict[str, int]:
    """Number words, also those written as one: "limabelas", "duapuluh"."""
    units: dict[str, int] = dict(lists.meanings(_LIST, "satuan"))
    for word, unit in list(units.items()):
        if 1 < unit < 10:
            units |= {f"{word}belas": unit + 10, f"{word}puluh": unit * 10}
            units |= {f"{word}ratus": unit * 100}
    return units


@lru_cache(maxsize=1)
def first_words() -> frozenset[str]:
    """Every word with which a number may begin."""
    return lists.words(_LIST, "setengah") | frozenset(_units())
