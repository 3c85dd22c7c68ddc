"""Quarters of a year: the only spans of time that figures are given for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_NAME = re.compile(r"(20\d\d)-([1-4])")


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter by its year and its number, from 1 on."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def named(cls, name: str) -> Quarter | None:
        """The quarter of a name such as "2026-3"; None for what is no name."""
        found = _NAME.fullmatch(name)
        return cls(int(found[1]), int(found[2])) if found else None

    @property
    def name(self) -> str:
        return f"{self.year}-{self.number}"

    @property
    def months(self) -> tuple[str, ...]:
        """Its months, such as "2026-07"."""
        return tuple(f"{self.year}-{self.number * 3 - 3 + month:02}" for month in (1, 2, 3))

    @property
    def first_day(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def last_day(self) -> date:
        return self.next.first_day - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        year, number = divmod(self.year * 4 + self.number, 4)
        return Quarter(year, number + 1)

    def until(self, last: Quarter) -> Iterator[Quarter]:
        """This one and those after it, `last` with them."""
        one = self
        while one <= last:
            yield one
            one = one.next
