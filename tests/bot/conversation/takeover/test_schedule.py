"""When the office is open, in the time of Bengkulu."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import LOCAL
from bot.conversation.takeover import schedule
from bot.conversation.takeover.schedule import Schedule, ScheduleError, in_words
from bot.storage.database import Database

WEEK = Schedule(dict.fromkeys(range(5), (8 * 60, 16 * 60)), frozenset({"2026-12-25"}))
# A Friday.
FRIDAY = date(2026, 11, 20)


def _at(day: date, hour: int, minute: int = 0) -> int:
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=LOCAL)
    return int(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    ("day", "hour", "minute", "is_open"),
    [
        (FRIDAY, 7, 59, False),
        (FRIDAY, 8, 0, True),
        (FRIDAY, 15, 59, True),
        (FRIDAY, 16, 0, False),
        (date(2026, 11, 21), 10, 0, False),
        (date(2026, 12, 25), 10, 0, False),
    ],
)
def test_it_is_open_within_its_hours(day: date, hour: int, minute: int, is_open: bool) -> None:
    assert WEEK.is_open(_at(day, hour, minute)) is is_open


@pytest.mark.parametrize(
    ("day", "hour", "said"),
    [
        (FRIDAY, 6, "pukul 08.00 WIB"),
        (date(2026, 11, 22), 20, "besok pukul 08.00 WIB"),
        (FRIDAY, 17, "hari Senin pukul 08.00 WIB"),
        (date(2026, 12, 24), 17, "hari Senin pukul 08.00 WIB"),
    ],
)
def test_people_are_told_when_it_opens(day: date, hour: int, said: str) -> None:
    now = _at(day, hour)
    opening = WEEK.next_opening(now)
    assert opening is not None
    assert in_words(opening, now) == said


def test_where_no_hours_are_known_no_time_is_told() -> None:
    unknown = Schedule({}, frozenset())
    assert not unknown.is_open(_at(FRIDAY, 10))
    assert unknown.next_opening(_at(FRIDAY, 10)) is None


@given(st.integers(1_700_000_000_000, 1_900_000_000_000))
def test_it_opens_next_when_it_is_closed_until_then(now: int) -> None:
    opening = WEEK.next_opening(now)
    assert opening is not None
    moment = int(opening.timestamp() * 1000)
    assert moment > now
    assert WEEK.is_open(moment)
    assert not WEEK.is_open(moment - 1)


def test_hours_and_holidays_are_kept(database: Database) -> None:
    with database.write() as connection:
        schedule.set_hours(connection, 0, "08:00", "16.30")
        schedule.set_hours(connection, 1, "8:00", "16:00")
        schedule.set_hours(connection, 0, "07:30", "16:00")
        schedule.set_closed(connection, 1)
        schedule.add_holiday(connection, date(2026, 12, 25), "Natal")
        schedule.add_holiday(connection, date(2026, 12, 26), "salah")
        schedule.remove_holiday(connection, date(2026, 12, 26))
        kept = schedule.read(connection)
    assert kept == Schedule({0: (450, 960)}, frozenset({"2026-12-25"}))


@pytest.mark.parametrize(
    ("opens", "closes"), [("16:00", "08:00"), ("8", "16"), ("08:60", "16:00"), ("a:00", "25:00")]
)
def test_hours_that_make_no_sense_are_refused(database: Database, opens: str, closes: str) -> None:
    with database.write() as connection, pytest.raises(ScheduleError, match="08:00 16:00"):
        schedule.set_hours(connection, 0, opens, closes)
