"""Amounts of money.

Kind "uang", value {"amount": int or [low, high], "currency": ISO 4217 code, "per": "jam",
"hari", "minggu", "bulan", "tahun" or None}. Without a currency it is rupiah.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.entities import lists, numbers
from bot.entities.entity import Entity
from bot.entities.numbers import Number
from bot.entities.reading import Reading, Token

KIND = "uang"
_LIST = "uang"

_RUPIAH = "IDR"
_THOUSAND, _MILLION, _BILLION = 1000, 10**6, 10**9
# Above what any offer or debt says, a number is something else.
_MOST = 10**13
_LEAST_BARE = 10_000
# "4k" is a television.
_LEAST_K = 10
_CUE_BEFORE, _CUE_AFTER, _PER_BEFORE = 4, 3, 3
_DASHES = ("-", "~")
_ENDINGS = (",-", ".-", "-an")
_UP_TO = ("s/d", "s.d")


class _Span(NamedTuple):
    """An amount: low and high are the same unless a range is said."""

    low: int
    high: int
    after: int
    is_money: bool


def find(text: str | Reading) -> list[Entity]:
    """The amounts that `text` names, in order."""
    reading = Reading.of(text)
    text, all_tokens = reading.text, reading.tokens
    found: list[Entity] = []
    place = 0
    while place < len(all_tokens):
        if not (all_tokens[place].is_number or all_tokens[place].text in _first_words()):
            place += 1
            continue
        entity, after = _amount(text, all_tokens, place)
        if entity:
            found.append(entity)
        place = max(after, place + 1)
    return found


def _amount(text: str, all_tokens: Sequence[Token], place: int) -> tuple[Entity | None, int]:
    """The amount that begins at `place`, and the index after what was read."""
    currency, first = None, place
    if not all_tokens[place].is_number:
        currency, first = _currency(all_tokens, place)
    if currency and _word(all_tokens, first) == ".":
        first += 1
    span = _span(all_tokens, first, is_after_currency=currency is not None)
    if span is None or not 0 < span.high <= _MOST:
        return None, place
    # "yen loro" is Javanese for "if two".
    if currency and not span.is_money and not all_tokens[first].is_number:
        return None, span.after
    after = _skip(all_tokens, span.after)
    if currency is None:
        currency, with_currency = _currency(all_tokens, after)
        if currency:
            span, after = span._replace(after=with_currency), with_currency
    per, with_per = _per_after(all_tokens, _skip(all_tokens, after))
    if not (currency or _is_amount(all_tokens, place, span, has_per=per is not None)):
        return None, span.after
    end = with_per if per else span.after
    value = {
        "amount": span.low if span.low == span.high else [span.low, span.high],
        "currency": currency or _RUPIAH,
        "per": per or _per_before(all_tokens, place),
    }
    return Entity.of(KIND, value, text, all_tokens[place].start, all_tokens[end - 1].end), end


def _is_amount(all_tokens: Sequence[Token], place: int, span: _Span, *, has_per: bool) -> bool:
    """True when a number without a currency is an amount nevertheless."""
    if not span.is_money and span.low < _LEAST_BARE:
        return False
    if _word(all_tokens, span.after) in lists.words(_LIST, "bukan_uang"):
        return False
    if _is_year_in_words(all_tokens, span):
        return False
    return span.is_money or has_per or _has_cue(all_tokens, place, span.after)


def _is_year_in_words(all_tokens: Sequence[Token], span: _Span) -> bool:
    """True for "dua ribu tujuh", which is 2007."""
    rest = numbers.read(all_tokens, span.after)
    return span.high == 2000 and rest is not None and rest.is_word and rest.value < 100


def _span(all_tokens: Sequence[Token], first: int, *, is_after_currency: bool) -> _Span | None:
    low = _number(all_tokens, first, is_after_currency=is_after_currency)
    if low is None:
        return None
    second = _after_to(all_tokens, low.after)
    is_pair = low.is_word and low.scale == 1
    high = (
        _number(all_tokens, second or low.after, is_after_currency=is_after_currency)
        if second or is_pair
        else None
    )
    if high is None or not _is_range(low, high, has_dash=second is not None):
        return _Span(round(low.value), round(low.value), low.after, _is_money(low))
    value = low.value * high.scale if low.value < _THOUSAND and low.scale == 1 else low.value
    if value > high.value:
        value /= _THOUSAND
    return _Span(round(value), round(high.value), high.after, _is_money(high))


def _is_range(low: Number, high: Number, *, has_dash: bool) -> bool:
    if not has_dash:
        # "dua tiga juta"
        return high.scale >= _THOUSAND and low.value + 1 == high.value / high.scale
    if low.scale == 1 and low.value < _THOUSAND:
        in_same_scale = low.value * high.scale
        return in_same_scale < high.value or in_same_scale < high.value * _THOUSAND
    return low.value < high.value


def _is_money(number: Number) -> bool:
    """True when the number alone says that it is an amount: "5 jt", "lima ratus ribu"."""
    if number.is_word and number.value == number.scale == _THOUSAND:
        # "seribu alasan"
        return False
    return number.scale >= _THOUSAND or (number.is_word and number.value >= _THOUSAND)


def _number(all_tokens: Sequence[Token], place: int, *, is_after_currency: bool) -> Number | None:
    """A number, also with the "k" and "m" of prices, and with spaces for groups after "Rp"."""
    if (
        place
        and all_tokens[place - 1].end == _start(all_tokens, place)
        and (_word(all_tokens, place - 1) in "/_#*")
    ):
        return None
    number = numbers.read(all_tokens, place)
    if number is None or number.scale > 1 or number.is_word:
        return number
    if is_after_currency:
        number = _with_groups(all_tokens, number)
    letter = _word(all_tokens, number.after)
    is_attached = _start(all_tokens, number.after) == all_tokens[number.after - 1].end
    has_cue = is_after_currency or _has_cue(all_tokens, place, number.after)
    if letter == "k" and is_attached and (number.value >= _LEAST_K or has_cue):
        return number._replace(
            value=number.value * _THOUSAND, after=number.after + 1, scale=_THOUSAND
        )
    if letter == "m" and has_cue:
        return number._replace(
            value=number.value * _BILLION, after=number.after + 1, scale=_BILLION
        )
    return number


def _with_groups(all_tokens: Sequence[Token], number: Number) -> Number:
    """The number with the groups of three that follow it: "Rp 3 000 000"."""
    value, after = number.value, number.after
    while (
        len(group := _word(all_tokens, after)) == 3
        and group.isdigit()
        and value < _BILLION
        and _start(all_tokens, after) == all_tokens[after - 1].end + 1
    ):
        value, after = value * _THOUSAND + int(group), after + 1
    return number._replace(value=value, after=after)


def _after_to(all_tokens: Sequence[Token], place: int) -> int | None:
    """The index after "-", "sampai", "s/d", and a currency that is said again."""
    if _word(all_tokens, place) in _DASHES or (
        _word(all_tokens, place) in lists.words("angka", "sampai")
    ):
        after = place + 1
    elif [_word(all_tokens, place + step) for step in range(3)] in (
        ["s", "/", "d"],
        ["s", ".", "d"],
    ):
        after = place + 3 + (_word(all_tokens, place + 3) == ".")
    else:
        return None
    currency, behind = _currency(all_tokens, after)
    return behind + (_word(all_tokens, behind) == ".") if currency else after


def _currency(all_tokens: Sequence[Token], place: int) -> tuple[str | None, int]:
    """The currency at `place`, if any, and the index after it."""
    pair = f"{_word(all_tokens, place)} {_word(all_tokens, place + 1)}"
    if code := _phrases().get(pair):
        return code, place + 2
    code = lists.meanings(_LIST, "mata_uang").get(_word(all_tokens, place))
    return (code, place + 1) if code else (None, place)


def _skip(all_tokens: Sequence[Token], place: int) -> int:
    """The index after ",-", "-an", "bersih" and the like."""
    while True:
        pair = _word(all_tokens, place) + _word(all_tokens, place + 1)
        if pair in _ENDINGS:
            place += 2
        elif _word(all_tokens, place) in lists.words(_LIST, "sela"):
            place += 1
        else:
            return place


def _per_after(all_tokens: Sequence[Token], place: int) -> tuple[str | None, int]:
    """The period after an amount: "/bln", "per bulan", "sebulan"."""
    word = _word(all_tokens, place)
    if word == "/" or word in lists.words(_LIST, "kata_per"):
        per = lists.meanings(_LIST, "per").get(_word(all_tokens, place + 1))
        return per, place + 2
    if word in lists.words(_LIST, "per_utuh"):
        return lists.meanings(_LIST, "per")[word], place + 1
    return None, place


def _per_before(all_tokens: Sequence[Token], place: int) -> str | None:
    """The period before an amount: "gaji perbulan 5 jt", "sebulan dapat 8 juta"."""
    for before in range(place - 1, max(-1, place - 1 - _PER_BEFORE), -1):
        if all_tokens[before].text in ".,;!?" or all_tokens[before].is_number:
            return None
        per, after = _per_after(all_tokens, before)
        if per and after <= place:
            # "14 jam sehari, gaji 9 juta" is not the wage of a day.
            is_other_rate = _word(all_tokens, before - 1) in lists.words(_LIST, "laju_lain")
            return None if is_other_rate else per
    return None


def _has_cue(all_tokens: Sequence[Token], first: int, after: int) -> bool:
    near = [
        *all_tokens[max(0, first - _CUE_BEFORE) : first],
        *all_tokens[after : after + _CUE_AFTER],
    ]
    return not lists.words(_LIST, "kata_uang").isdisjoint(token.text for token in near)


def _word(all_tokens: Sequence[Token], place: int) -> str:
    return all_tokens[place].text if 0 <= place < len(all_tokens) else ""


def _start(all_tokens: Sequence[Token], place: int) -> int:
    return all_tokens[place].start if place < len(all_tokens) else -1


@lru_cache(maxsize=1)
def _phrases() -> dict[str, str]:
    return lists.variants(lists.read(_LIST)["frasa"])


@lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    """Every word and sign with which an amount may begin."""
    currencies = lists.meanings(_LIST, "mata_uang")
    return numbers.first_words() | {*currencies, *(name.split()[0] for name in _phrases())}
