"""Days and hours.

Kind "waktu", value {"from": ISO date, "to": ISO date, "time": "HH:MM", "pagi", "siang",
"sore", "malam" or None, "precision": "hari", "minggu", "bulan" or "tahun"}. An hour without
a day is one of today. What cannot be placed ("habis lebaran") is not found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from bot.entities import lists, numbers
from bot.entities.calendar_dates import written_at, year_alone
from bot.entities.days import LIST, Days, is_in, word
from bot.entities.entity import Entity
from bot.entities.hours import Hour, hour_at, in_24_hours
from bot.entities.reading import Reading, Token
from bot.entities.relative_dates import part_at, relative_at

KIND = "waktu"

# "besok pagi sekitar jam 8"
_MOST_JOINED = 4
_BEFORE_DAWN = 5
_GROUPS_OF_WORDS = (
    "tadi", "semalam", "nanti", "hari_minggu", "tanggal", "awal", "tengah", "akhir", "jam",
)  # fmt: skip
_GROUPS_OF_LISTS = ("hari_relatif", "bagian", "satuan", "se_satuan", "hari", "bulan")


def find(text: str | Reading, today: date) -> list[Entity]:
    """The days and hours that `text` names, in order, counted from `today`."""
    reading = Reading.of(text)
    text, all_tokens = reading.text, reading.tokens
    found: list[Entity] = []
    place = 0
    while place < len(all_tokens):
        read = _read(all_tokens, place, today) if _may_begin(all_tokens[place]) else None
        if read is None:
            place += 1
            continue
        value, after = read
        start, end = all_tokens[place].start, all_tokens[after - 1].end
        found.append(Entity.of(KIND, value, text, start, end))
        place = after
    return found


def _read(
    all_tokens: Sequence[Token], place: int, today: date
) -> tuple[dict[str, Any], int] | None:
    """The value of the day, the hour or both that begin at `place`, and the index after."""
    hour = hour_at(all_tokens, place)
    days = None if hour else _days_at(all_tokens, place, today)
    if hour is None and days is None:
        return None
    part = days.part if days else None
    after = days.after if days else hour.after if hour else place
    for _ in range(_MOST_JOINED):
        behind = after
        while is_in(all_tokens, behind, "sela_jam") or word(all_tokens, behind) == ",":
            behind += 1
        if behind >= len(all_tokens):
            break
        if hour is None and (hour := hour_at(all_tokens, behind, is_after_day=days is not None)):
            after = hour.after
        elif part is None and behind == after and (said := part_at(all_tokens, behind)):
            part, after = said, behind + 1
        elif joined := _joined(all_tokens, behind, today, days):
            days, part, after = joined, part or joined.part, joined.after
        else:
            break
    return _value(days or Days(today, today, "hari", after), hour, part, today), after


def _days_at(all_tokens: Sequence[Token], place: int, today: date) -> Days | None:
    return (
        relative_at(all_tokens, place, today)
        or written_at(all_tokens, place, today)
        or year_alone(all_tokens, place, today)
    )


def _joined(all_tokens: Sequence[Token], place: int, today: date, days: Days | None) -> Days | None:
    """The day at `place` when its neighbour names the same one: "jam 8 besok", "senin 5 mei"."""
    joined = _days_at(all_tokens, place, today)
    if joined is None or joined.precision != "hari":
        return None
    if days is None or days.first == days.last == joined.first == joined.last:
        return joined
    # What is written out counts more than the day of the week before it.
    last = days.after - 1
    is_weekday = word(all_tokens, last) in lists.meanings(LIST, "hari")
    is_weekday |= is_in(all_tokens, last, "hari_minggu")
    return written_at(all_tokens, place, today) if is_weekday else None


def _value(days: Days, hour: Hour | None, part: str | None, today: date) -> dict[str, Any]:
    first, last = days.first, days.last
    if hour is not None:
        part = hour.part or part
        # "tadi malam jam 2" was early today.
        is_last_night = days.part == "malam" and first == today - timedelta(days=1)
        if is_last_night and hour.hour < _BEFORE_DAWN:
            first = last = today
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "time": in_24_hours(hour, part) if hour else part,
        "precision": days.precision,
    }


def _may_begin(token: Token) -> bool:
    return token.is_number or token.text in _first_words()


@lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    """Every word with which a day or an hour may begin."""
    known = [lists.words(LIST, group) for group in _GROUPS_OF_WORDS]
    known += [frozenset(lists.meanings(LIST, group)) for group in _GROUPS_OF_LISTS]
    # "dua minggu lalu"
    known.append(numbers.first_words())
    return frozenset().union(*known)
