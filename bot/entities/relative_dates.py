"""Dates that are counted from today: "besok", "3 hari lagi", "minggu depan", "hari jumat"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot.entities import lists, numbers
from bot.entities.days import (
    LIST,
    Days,
    is_in,
    meaning,
    months_from,
    number_meant,
    one_day,
    step_at,
    whole_month,
    whole_year,
    word,
)
from bot.entities.reading import Token

# Nobody means days or years further away than this.
_MOST = 3660
_MOST_YEARS = 100
_WEEK = 7
_SUNDAY = 6
_NIGHT = "malam"


def relative_at(tokens: Sequence[Token], place: int, today: date) -> Days | None:
    """The days that are named at `place` by their distance from today, if any."""
    if tokens[place].is_number:
        return _counted(tokens, place, today)
    return (
        _part_first(tokens, place, today)
        or _day_word(tokens, place, today)
        or _counted(tokens, place, today)
        or _period(tokens, place, today)
        or _weekday(tokens, place, today)
    )


def part_at(tokens: Sequence[Token], place: int) -> str | None:
    """The part of the day at `place`: "pagi" for "pg"."""
    return meaning(tokens, place, "bagian")


def _day_word(tokens: Sequence[Token], place: int, today: date) -> Days | None:
    """A word for a day: "besok", "tadi malam", "kelak malam", "semalam"."""
    part = part_at(tokens, place + 1)
    if is_in(tokens, place, "nanti"):
        return one_day(today, place + 2, part) if part else None
    if is_in(tokens, place, "tadi"):
        # "yang tadi" is what was spoken of.
        if word(tokens, place - 1) in ("yang", "yg"):
            return None
        return _tadi(today, part, place + 1 + (part is not None))
    if is_in(tokens, place, "semalam"):
        return one_day(today - timedelta(days=1), place + 1, _NIGHT)
    distance = number_meant(tokens, place, "hari_relatif")
    if distance is None or _is_doubled(tokens, place):
        return None
    after = place + 1
    # "kemarin lusa" is the day before yesterday.
    if distance == -1 and word(tokens, after) == "lusa":
        distance, after = -2, after + 1
    return one_day(today + timedelta(days=distance), after)


def _tadi(today: date, part: str | None, after: int) -> Days | None:
    """Earlier today; but "tadi malam" is the night before."""
    days = 1 if part == _NIGHT else 0
    return one_day(today - timedelta(days=days), after, part)


def _is_doubled(tokens: Sequence[Token], place: int) -> bool:
    """True for "besok-besok" and "kemarin2", which are some day or other."""
    said = tokens[place].text
    behind, before = word(tokens, place + 1), word(tokens, place - 1)
    if behind == "2" and tokens[place + 1].start == tokens[place].end:
        return True
    return (behind == "-" and word(tokens, place + 2) == said) or (
        before == "-" and word(tokens, place - 2) == said
    )


def _part_first(tokens: Sequence[Token], place: int, today: date) -> Days | None:
    """A part of the day and its day: "malam ini", "pagi tadi", "malam jumat"."""
    part = part_at(tokens, place)
    if part is None or part_at(tokens, place - 1):
        return None
    after = place + 1
    if is_in(tokens, after, "ini") or is_in(tokens, after, "nanti"):
        return one_day(today, after + 1, part)
    if is_in(tokens, after, "tadi"):
        return _tadi(today, part, after + 1)
    distance = number_meant(tokens, after, "hari_relatif")
    if distance:
        return one_day(today + timedelta(days=distance), after + 1, part)
    if part == _NIGHT and (named := _weekday(tokens, after, today, may_be_sunday=True)):
        # "malam minggu" is the evening of Saturday; said on a Sunday, of the next one.
        days = _WEEK - 1 if named.first == today else -1
        return one_day(named.first + timedelta(days=days), named.after, part)
    return None


def _counted(tokens: Sequence[Token], place: int, today: date) -> Days | None:
    """A number of days and more: "3 hari lagi", "dua minggu yang lalu", "2-3 hari lagi"."""
    unit = meaning(tokens, place, "se_satuan")
    low = high = 1
    after = place + 1
    if unit is None:
        counted = _count(tokens, place)
        if counted is None:
            return None
        low, high, after = counted
        unit = meaning(tokens, after, "satuan")
        after += 1
    if unit is None:
        return None
    after += is_in(tokens, after, "sela")
    is_to_come = word(tokens, after - 1) == "ke" and is_in(tokens, after, "depan")
    if is_to_come or is_in(tokens, after, "ke_depan"):
        return _distant(unit, low, high, today, after + 1)
    if is_in(tokens, after, "ke_belakang"):
        return _distant(unit, -high, -low, today, after + 1)
    return None


def _count(tokens: Sequence[Token], place: int) -> tuple[int, int, int] | None:
    first = _whole(tokens, place)
    if first is None:
        return None
    low, after = first
    if word(tokens, after) == "-" and (second := _whole(tokens, after + 1)) and second[0] > low:
        return low, second[0], second[1]
    return low, low, after


def _whole(tokens: Sequence[Token], place: int) -> tuple[int, int] | None:
    number = numbers.read(tokens, place)
    if number is None or number.scale > 1 or not number.value.is_integer():
        return None
    return (int(number.value), number.after) if number.value <= _MOST else None


def _distant(unit: str, low: int, high: int, today: date, after: int) -> Days | None:
    """The days, weeks, months or years from `low` to `high` of them away from today."""
    if unit == "jam":
        return one_day(today, after)
    if unit == "tahun":
        if max(abs(low), abs(high)) > _MOST_YEARS:
            return None
        first = whole_year(today.year + low, after)
        return first._replace(last=whole_year(today.year + high, after).last)
    if unit == "bulan":
        if max(abs(low), abs(high)) > _MOST_YEARS * 12:
            return None
        first = whole_month(*months_from(today, low), after)
        return first._replace(last=whole_month(*months_from(today, high), after).last)
    if unit == "minggu":
        monday = today - timedelta(days=today.weekday())
        start = monday + timedelta(weeks=low)
        return Days(start, monday + timedelta(weeks=high, days=_SUNDAY), "minggu", after)
    return Days(today + timedelta(days=low), today + timedelta(days=high), "hari", after)


def _period(tokens: Sequence[Token], place: int, today: date) -> Days | None:
    """This, the last or the next one: "minggu depan", "tahun ini", "hari ini"."""
    unit = meaning(tokens, place, "satuan")
    step = step_at(tokens, place + 1)
    if unit in (None, "jam") or step is None:
        return None
    # "3 bulan ini" and "tiap hari ini" are other things.
    if place and tokens[place - 1].is_number:
        return None
    if unit == "hari":
        return one_day(today, step.after) if step.by == 0 else None
    return _distant(str(unit), step.by, step.by, today, step.after)


def _weekday(
    tokens: Sequence[Token], place: int, today: date, *, may_be_sunday: bool = False
) -> Days | None:
    """A day of the week: "hari jumat", "rabu kemarin", "senin minggu depan"."""
    if is_in(tokens, place - 1, "bukan_sesudah"):
        return None
    has_word = meaning(tokens, place, "satuan") == "hari"
    name = word(tokens, place + has_word)
    number = number_meant(tokens, place + has_word, "hari")
    if name in lists.words(LIST, "hari_minggu") and (
        has_word or may_be_sunday or _is_sunday(tokens, place)
    ):
        number = _SUNDAY
    if number is None:
        return None
    after = place + has_word + 1
    week = _period(tokens, after, today)
    if week and week.precision == "minggu":
        return one_day(week.first + timedelta(days=number), week.after)
    step = step_at(tokens, after)
    ahead = (number - today.weekday()) % _WEEK
    if step is None:
        return one_day(today + timedelta(days=ahead), after)
    if step.by == 0:
        return one_day(today + timedelta(days=number - today.weekday()), step.after)
    distance = (ahead or _WEEK) if step.by > 0 else ahead - _WEEK
    return one_day(today + timedelta(days=distance), step.after)


def _is_sunday(tokens: Sequence[Token], place: int) -> bool:
    """True for "minggu pagi", "minggu jam 3", "minggu 29 november", where it is no week."""
    after = place + 1 + (word(tokens, place + 1) == ",")
    if place and tokens[place - 1].is_number:
        return False
    if part_at(tokens, after) or is_in(tokens, after, "jam") or is_in(tokens, after, "tanggal"):
        return True
    is_date = after < len(tokens) and tokens[after].is_number
    return is_date and number_meant(tokens, after + 1, "bulan") is not None
