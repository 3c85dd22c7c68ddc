from __future__ import annotations

from datetime import date

import pytest

from bot.figures.quarters import Quarter


@pytest.mark.parametrize(
    ("day", "name", "months", "last"),
    [
        (date(2026, 1, 1), "2026-1", ("2026-01", "2026-02", "2026-03"), date(2026, 3, 31)),
        (date(2026, 9, 30), "2026-3", ("2026-07", "2026-08", "2026-09"), date(2026, 9, 30)),
        (date(2026, 11, 22), "2026-4", ("2026-10", "2026-11", "2026-12"), date(2026, 12, 31)),
    ],
)
def test_a_day_is_in_its_quarter(day: date, name: str, months: tuple[str, ...], last: date) -> None:
    quarter = Quarter.of(day)
    assert (quarter.name, quarter.months, quarter.last_day) == (name, months, last)
    assert quarter.first_day <= day <= quarter.last_day
    assert Quarter.named(name) == quarter


def test_quarters_follow_each_other_over_the_year() -> None:
    names = [one.name for one in Quarter(2025, 3).until(Quarter(2026, 2))]
    assert names == ["2025-3", "2025-4", "2026-1", "2026-2"]
    assert list(Quarter(2026, 2).until(Quarter(2026, 1))) == []


@pytest.mark.parametrize("name", ["", "2026", "2026-5", "2026-0", "26-1", "2026-1x", "../2026-1"])
def test_what_is_no_quarter_is_none(name: str) -> None:
    assert Quarter.named(name) is None
