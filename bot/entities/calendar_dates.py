"""Dates that are written out: "5/12/2026", "tgl 5", "akhir desember", "2023".

Where the year or the month is left out, the date nearest to today is meant.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from datetime import date

from bot.entities import lists
from bot.entities.days import (
    LIST,
    Days,
    Step,
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

# Years that a message may mean by four digits, counted from today.
_YEARS_BACK, _YEARS_AHEAD = 60, 10
_LAW_REACH = 5
# Thirds of a month, and what of a year "awal", "pertengahan" and "akhir" mean.
_DAYS_OF_MONTH = {"awal": (1, 10), "tengah": (11, 20), "akhir": (21, 31)}
_MONTHS_OF_YEAR = {"awal": (1, 3), "tengah": (5, 8), "akhir": (10, 12)}


def written_at(tokens: Sequence[Token], place: int, today: date) -> Days | None:
    """The date that is written out at `place`, if any."""
    if tokens[place].is_number:
        return _with_month(tokens, place, today) or _numeric(tokens, place, today)
    if is_in(tokens, place, "tanggal"):
        return _after_cue(tokens, place + 1, today)
    return _part_of_period(tokens, place, today) or _month(tokens, place, today)


def _numeric(tokens: Sequence[Token], place: int, today: date) -> Days | None:
    """Numbers: "5/12/2026", "5-12", "5.12.26", "2026-12-05"."""
    parts, after = _parts(tokens, place)
    if not 2 <= len(parts) <= 3:
        return None
    if len(parts) == 2:
        if "." in tokens[place].text or not _may_be_day_and_month(tokens, place, after):
            return None
        return one_day(_nearest(_in_years(parts[0], parts[1], today), today), after)
    if len(parts[0]) == 4:
        day, has_year = _date(parts[0], parts[1], parts[2]), True
    else:
        day, has_year = _date(_full_year(parts[2], today), parts[1], parts[0]), True
    return one_day(day, after, has_year=has_year)


def _parts(tokens: Sequence[Token], place: int) -> tuple[list[str], int]:
    """The numbers that stand together with strokes, dashes or dots in between."""
    if place and tokens[place - 1].end == tokens[place].start and word(tokens, place - 1) in "/-+:":
        return [], place
    if "." in tokens[place].text:
        return tokens[place].text.split("."), place + 1
    parts, after = [tokens[place].text], place + 1
    sign = word(tokens, after)
    while (
        sign in ("/", "-")
        and word(tokens, after) == sign
        and after + 1 < len(tokens)
        and tokens[after + 1].is_number
        and tokens[after - 1].end == tokens[after].start
        and tokens[after].end == tokens[after + 1].start
    ):
        parts.append(tokens[after + 1].text)
        after += 2
    return parts, after


def _may_be_day_and_month(tokens: Sequence[Token], place: int, after: int) -> bool:
    if is_in(tokens, after, "bukan_tanggal_sebelum") or is_in(
        tokens, place - 1, "bukan_tanggal_sesudah"
    ):
        return False
    return [token.text for token in tokens[place:after]] != ["24", "/", "7"]


def _with_month(tokens: Sequence[Token], place: int, today: date) -> Days | None:
    """A day and the name of a month: "5 desember 2026", "5-7 des"."""
    first = last = tokens[place].text
    after = place + 1
    if word(tokens, after) == "-" and after + 1 < len(tokens) and tokens[after + 1].is_number:
        last, after = tokens[after + 1].text, after + 2
    month = number_meant(tokens, after, "bulan")
    if month is None:
        return None
    return _days_of_month(tokens, (first, last), month, after + 1, today)


def _days_of_month(
    tokens: Sequence[Token], days: tuple[str, str], month: int, after: int, today: date
) -> Days | None:
    year, with_year = _year_after(tokens, after, today)
    if year is not None:
        first, last = (_date(year, month, day) for day in days)
    else:
        first = _nearest(_in_years(days[0], month, today), today)
        last = _date(first.year, month, days[1]) if first else None
    if first is None or last is None or last < first:
        return None
    return Days(first, last, "hari", with_year, has_year=year is not None)


def _after_cue(tokens: Sequence[Token], place: int, today: date) -> Days | None:
    """What stands after "tgl": "tgl 5", "tanggal 5 bulan depan", "tgl 5 bulan 12", "tgl 5/12"."""
    if word(tokens, place) in (":", "."):
        place += 1
    if place >= len(tokens) or not tokens[place].is_number:
        return None
    if full := _with_month(tokens, place, today) or _numeric(tokens, place, today):
        return full
    day, after = tokens[place].text, place + 1
    if meaning(tokens, after, "satuan") == "bulan":
        number = word(tokens, after + 1)
        month = number_meant(tokens, after + 1, "bulan") or (
            int(number) if number.isdigit() and len(number) <= 2 else None
        )
        if month:
            return _days_of_month(tokens, (day, day), month, after + 2, today)
        if step := step_at(tokens, after + 1):
            return one_day(_date(*months_from(today, step.by), day), step.after)
    near = (_date(*months_from(today, step), day) for step in (-1, 0, 1))
    return one_day(_nearest(near, today), after)


def _part_of_period(tokens: Sequence[Token], place: int, today: date) -> Days | None:
    """A third of a month or of a year: "akhir bulan", "awal desember", "akhir 2024"."""
    part = next((name for name in _DAYS_OF_MONTH if is_in(tokens, place, name)), None)
    if part is None:
        return None
    unit = meaning(tokens, place + 1, "satuan")
    behind = place + 1 + (unit in ("bulan", "tahun"))
    if month := _month(tokens, place + 1, today):
        return _part_of_month(part, month.first.year, month.first.month, month.after)
    if (year := year_at(tokens, behind)) is not None:
        return _part_of_year(part, year, behind + 1)
    step = step_at(tokens, behind) or Step(0, behind)
    if unit == "bulan":
        return _part_of_month(part, *months_from(today, step.by), step.after)
    if unit == "tahun":
        return _part_of_year(part, today.year + step.by, step.after)
    return None


def _part_of_month(part: str, year: int, month: int, after: int) -> Days:
    first, last = _DAYS_OF_MONTH[part]
    last = min(last, calendar.monthrange(year, month)[1])
    return Days(date(year, month, first), date(year, month, last), "minggu", after)


def _part_of_year(part: str, year: int, after: int) -> Days:
    first, last = _MONTHS_OF_YEAR[part]
    end = date(year, last, calendar.monthrange(year, last)[1])
    return Days(date(year, first, 1), end, "bulan", after)


def _month(tokens: Sequence[Token], place: int, today: date) -> Days | None:
    """A whole month: "desember", "bulan mei 2025", "bulan 12"."""
    is_announced = meaning(tokens, place, "satuan") == "bulan"
    name = word(tokens, place + is_announced)
    month = number_meant(tokens, place + is_announced, "bulan")
    if is_announced and name.isdigit() and len(name) <= 2 and 1 <= int(name) <= 12:
        month = None if is_in(tokens, place + 2, "bukan_tanggal_sebelum") else int(name)
    if month is None:
        return None
    after = place + is_announced + 1
    year, with_year = _year_after(tokens, after, today)
    if not (is_announced or year or name in lists.words(LIST, "bulan_utuh")):
        return None
    # "31 februari"
    if place and tokens[place - 1].is_number and len(tokens[place - 1].text) <= 2:
        return None
    if year is None:
        middle = _nearest(_in_years("15", month, today), today)
        year = middle.year if middle else today.year
    return whole_month(year, month, with_year)


def year_at(tokens: Sequence[Token], place: int) -> int | None:
    """The year of four digits at `place`."""
    said = word(tokens, place)
    is_year = len(said) == 4 and said.isdigit() and 1900 <= int(said) <= 2100
    return int(said) if is_year else None


def year_alone(tokens: Sequence[Token], place: int, today: date) -> Days | None:
    """A year that stands by itself or after "tahun", and not in the name of a law."""
    place += meaning(tokens, place, "satuan") == "tahun"
    year = year_at(tokens, place)
    if year is None or not today.year - _YEARS_BACK <= year <= today.year + _YEARS_AHEAD:
        return None
    before = tokens[max(0, place - _LAW_REACH) : place]
    if not lists.words(LIST, "hukum").isdisjoint(token.text for token in before):
        return None
    if is_in(tokens, place - 1, "bukan_tanggal_sesudah") or is_in(
        tokens, place + 1, "bukan_tanggal_sebelum"
    ):
        return None
    is_attached = place and tokens[place - 1].end == tokens[place].start
    return (
        None
        if is_attached and word(tokens, place - 1) not in "(-'\""
        else whole_year(year, place + 1)
    )


def _year_after(tokens: Sequence[Token], place: int, today: date) -> tuple[int | None, int]:
    """The year that follows a month: "2026", "'26", "tahun depan"."""
    start = place + (word(tokens, place) in ("'", ",", "/"))
    unit = meaning(tokens, start, "satuan")
    if unit == "tahun" and (step := step_at(tokens, start + 1)):
        return today.year + step.by, step.after
    start += unit == "tahun"
    if (year := year_at(tokens, start)) is not None:
        return year, start + 1
    said = word(tokens, start)
    if word(tokens, place) == "'" and len(said) == 2 and said.isdigit():
        return _full_year(said, today), start + 1
    return None, place


def _full_year(said: str, today: date) -> int:
    """2026 for "26", 1998 for "98"."""
    if len(said) != 2 or not said.isdigit():
        return int(said) if said.isdigit() and len(said) == 4 else 0
    year = 2000 + int(said)
    return year if year <= today.year + _YEARS_AHEAD else year - 100


def _date(year: int | str, month: int | str, day: int | str) -> date | None:
    said = [str(part) for part in (year, month, day)]
    if not all(part.isdigit() and len(part) <= 4 for part in said):
        return None
    try:
        return date(*map(int, said))
    except ValueError:
        return None


def _in_years(day: str, month: int | str, today: date) -> Iterable[date | None]:
    return [_date(today.year + step, month, day) for step in (-1, 0, 1)]


def _nearest(days: Iterable[date | None], today: date) -> date | None:
    known = [day for day in days if day is not None]
    return min(known, key=lambda day: (abs(day - today), day < today), default=None)
