"""Ages of people.

Kind "umur", value int or [low, high] in years. "17 tahun" alone is an age from ten years
on; beside words such as "kontrak" or "lalu" it is a length of time and not found here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from bot.entities import lists, numbers
from bot.entities.calendar_dates import written_at, year_at
from bot.entities.days import word as _word
from bot.entities.entity import Entity
from bot.entities.reading import Reading, Token

KIND = "umur"
_LIST = "umur"

_OLDEST = 110
# Without a person or the word "umur", fewer years are mostly a length of time.
_YOUNGEST_ALONE, _OLDEST_ALONE = 10, 80
_CUE_REACH, _PERSON_REACH, _BEFORE, _AFTER = 4, 4, 3, 2
_BIRTH_REACH = 7
_ENDS = frozenset(".!?;\n")
_DASHES = ("-", "~")
_LEADING_SIGNS = frozenset(":=(,-><")

Span = tuple[int, int, int]


class _Age(NamedTuple):
    """An age, and the tokens that say it."""

    value: int | list[int]
    first: int
    after: int


def find(text: str | Reading, today: date) -> list[Entity]:
    """The ages that `text` names, in order; years of birth are counted to `today`."""
    reading = Reading.of(text)
    text, all_tokens = reading.text, reading.tokens
    found: list[Entity] = []
    place = 0
    while place < len(all_tokens):
        token, age = all_tokens[place], None
        if token.is_number or token.text in numbers.first_words():
            age = _age(all_tokens, place)
        elif token.text in lists.words(_LIST, "lahir"):
            age = _born(all_tokens, place, today)
        if age is None:
            place += 1
            continue
        start, end = all_tokens[age.first].start, all_tokens[age.after - 1].end
        found.append(Entity.of(KIND, age.value, text, start, end))
        place = age.after
    return found


def _age(all_tokens: Sequence[Token], place: int) -> _Age | None:
    span = _span(all_tokens, place)
    if span is None:
        return None
    low, high, after = span
    unit = _word(all_tokens, after)
    has_unit = unit in lists.words(_LIST, "tahun")
    after += has_unit
    is_announced = _leads_to(all_tokens, place, "penanda", "sela", _CUE_REACH)
    if _word(all_tokens, after) in lists.words(_LIST, "lama_pasti"):
        return None
    # "UU 21 tahun 2007", "umur dua puluhan"
    if has_unit and year_at(all_tokens, after) is not None:
        return None
    if _word(all_tokens, after) in lists.words(_LIST, "kira_kira"):
        return None
    person = _leads_to(all_tokens, place, "orang", "sela_orang", _PERSON_REACH)
    if is_announced:
        counts = has_unit or _may_lack_unit(all_tokens, after)
    elif has_unit and person:
        counts = not _is_duration_of(person, low, all_tokens, place, after)
    else:
        is_likely = low >= _YOUNGEST_ALONE and high <= _OLDEST_ALONE
        counts = has_unit and is_likely and not _is_duration(all_tokens, place, after)
    if not counts:
        return None
    return _Age(low if low == high else [low, high], place, after)


def _span(all_tokens: Sequence[Token], place: int) -> Span | None:
    """Low, high and the index after them: "17", "18-35", "antara 18 dan 35"."""
    low = _years(all_tokens, place)
    if low is None or _is_inside_number(all_tokens, place):
        return None
    years, after = low
    # "17 th - 25 th"
    behind = after + (_word(all_tokens, after) in lists.words(_LIST, "tahun"))
    joins = lists.words("angka", "sampai") | frozenset(_DASHES)
    is_between = _word(all_tokens, place - 1) == "antara" and _word(all_tokens, behind) == "dan"
    if _word(all_tokens, behind) in joins or is_between:
        upper = _years(all_tokens, behind + 1)
    elif [_word(all_tokens, behind + step) for step in range(3)] == ["s", "/", "d"]:
        upper = _years(all_tokens, behind + 3)
    else:
        upper = None
    if upper and upper[0] > years:
        return years, upper[0], upper[1]
    return years, years, after


def _years(all_tokens: Sequence[Token], place: int) -> tuple[int, int] | None:
    number = numbers.read(all_tokens, place)
    if number is None or number.scale > 1 or number.is_grouped or number.value > _OLDEST:
        return None
    if not number.value.is_integer():
        return None
    # "017" and "0812" are parts of something else.
    if all_tokens[place].text.startswith("0"):
        return None
    return int(number.value), number.after


def _is_inside_number(all_tokens: Sequence[Token], place: int) -> bool:
    """True for the 17 of "3-17" after another number, of "/17" and of "a17"."""
    if not place or all_tokens[place - 1].end < all_tokens[place].start:
        return False
    before = all_tokens[place - 1].text
    if before in ("/", ".", ",", "+", "$"):
        return True
    return before == "-" and place > 1 and all_tokens[place - 2].is_number


def _may_lack_unit(all_tokens: Sequence[Token], after: int) -> bool:
    """False where the number goes on or counts something else: "umur 8 bulan"."""
    following = _word(all_tokens, after)
    return not (
        following in lists.words(_LIST, "bukan_umur_sebelum")
        or following in lists.words("uang", "bukan_uang")
    )


def _leads_to(all_tokens: Sequence[Token], place: int, group: str, between: str, reach: int) -> str:
    """The word of `group` that stands before with nothing but words of `between` after it."""
    for before in range(place - 1, max(-1, place - 2 - reach), -1):
        word = all_tokens[before].text
        if word in lists.words(_LIST, group):
            return word
        if word not in lists.words(_LIST, between) and word not in _LEADING_SIGNS:
            return ""
    return ""


def _is_duration_of(
    person: str, low: int, all_tokens: Sequence[Token], place: int, after: int
) -> bool:
    """True for "adik saya sudah dua tahun di sana" and "istri saya enam tahun jadi pembantu"."""
    if _word(all_tokens, after) not in lists.words(_LIST, "lama_sesudah_orang"):
        return False
    is_grown = person not in lists.words(_LIST, "orang_muda")
    has_gone_by = _word(all_tokens, place - 1) in lists.words(_LIST, "sudah")
    return has_gone_by or (is_grown and low < _YOUNGEST_ALONE)


def _is_duration(all_tokens: Sequence[Token], place: int, after: int) -> bool:
    """True when words around say that years go by."""
    for before in range(place - 1, max(-1, place - 1 - _BEFORE), -1):
        if all_tokens[before].text in _ENDS:
            break
        if all_tokens[before].text in lists.words(_LIST, "lama_sebelum"):
            return True
        if all_tokens[before].text in lists.words("waktu", "hukum"):
            return True
    return _word(all_tokens, after) in lists.words(_LIST, "lama_sesudah")


def _born(all_tokens: Sequence[Token], place: int, today: date) -> _Age | None:
    """The age after "lahir": exact when the day is told, else one of two."""
    for index in range(place + 1, min(len(all_tokens), place + 1 + _BIRTH_REACH)):
        if all_tokens[index].text in _ENDS | lists.words(_LIST, "bukan_lahir"):
            return None
        born = written_at(all_tokens, index, today)
        if born is not None and born.has_year and born.precision == "hari":
            day = born.first
            age = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
            return _Age(age, index, born.after) if 0 <= age <= _OLDEST else None
        if (year := year_at(all_tokens, index)) is not None:
            oldest = today.year - year
            ages = [max(0, oldest - 1), oldest]
            return _Age(ages, index, index + 1) if 0 <= oldest <= _OLDEST else None
    return None
