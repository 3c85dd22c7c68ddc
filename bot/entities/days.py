"""Days that are meant, and what the readers of dates share."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from bot.entities import lists
from bot.entities.reading import Token

LIST = "waktu"


class Days(NamedTuple):
    """Days that are meant.

    Attributes:
        first: The first of them.
        last: The last of them.
        precision: "hari", "minggu", "bulan" or "tahun".
        after: Index of the token after them.
        part: "pagi", "siang", "sore", "malam" or None.
        has_year: The year is told.
    """

    first: date
    last: date
    precision: str
    after: int
    part: str | None = None
    has_year: bool = False


def one_day(
    day: date | None, after: int, part: str | None = None, *, has_year: bool = False
) -> Days | None:
    return Days(day, day, "hari", after, part, has_year) if day else None


def whole_month(year: int, month: int, after: int) -> Days:
    last = calendar.monthrange(year, month)[1]
    return Days(date(year, month, 1), date(year, month, last), "bulan", after)


def whole_year(year: int, after: int) -> Days:
    return Days(date(year, 1, 1), date(year, 12, 31), "tahun", after)


def months_from(today: date, step: int) -> tuple[int, int]:
    """Year and month so many months from today."""
    count = today.year * 12 + today.month - 1 + step
    return count // 12, count % 12 + 1


def word(tokens: Sequence[Token], place: int) -> str:
    """The token at `place`, or nothing beyond the ends."""
    return tokens[place].text if 0 <= place < len(tokens) else ""


def is_in(tokens: Sequence[Token], place: int, group: str) -> bool:
    """True when the token at `place` is in a group of waktu.yml."""
    return word(tokens, place) in lists.words(LIST, group)


def meaning(tokens: Sequence[Token], place: int, group: str) -> str | None:
    """What the token at `place` means in a group of waktu.yml: "bulan" for "bln"."""
    found: str | None = lists.meanings(LIST, group).get(word(tokens, place))
    return found


def number_meant(tokens: Sequence[Token], place: int, group: str) -> int | None:
    """The number that it means: 12 for "des" in "bulan", -1 for "kmrn" in "hari_relatif"."""
    found: int | None = lists.meanings(LIST, group).get(word(tokens, place))
    return found


class Step(NamedTuple):
    """How many weeks, months or years on: 1 for "depan", -1 for "lalu", 0 for "ini"."""

    by: int
    after: int


def step_at(tokens: Sequence[Token], place: int) -> Step | None:
    """The step that stands at `place`, also after "yang"."""
    place += is_in(tokens, place, "sela")
    for group, by in (("depan", 1), ("lalu", -1), ("ini", 0)):
        if is_in(tokens, place, group):
            return Step(by, place + 1)
    return None
