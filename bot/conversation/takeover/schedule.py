"""When the office is open: hours by weekday, but for holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.clock import DAYS, LOCAL
from bot.errors import OperatorError
from bot.storage.tables import holidays, office_hours

# The office is closed for no longer than this in a row; further nobody is told a time.
LOOK_AHEAD_DAYS = 14
MINUTES_A_DAY = 24 * 60

BAD_HOURS = "Office hours are two times such as 08:00 16:00, the first one earlier."


class ScheduleError(OperatorError):
    """The hours make no sense; the message says why."""


@dataclass(frozen=True)
class Schedule:
    """Opening and closing by weekday (0 is Monday), in minutes after midnight, and holidays.

    Without any hours nothing is known: it counts as closed, and no time is told.
    """

    hours: dict[int, tuple[int, int]]
    holidays: frozenset[str]

    def is_open(self, now: int) -> bool:
        """Whether the office is open at a moment in milliseconds since 1970."""
        local = datetime.fromtimestamp(now / 1000, LOCAL)
        minute = local.hour * 60 + local.minute
        opens, closes = self._on(local.date())
        return opens <= minute < closes

    def next_opening(self, now: int) -> datetime | None:
        """When it opens next, in Bengkulu; None when that is not known."""
        local = datetime.fromtimestamp(now / 1000, LOCAL)
        for ahead in range(LOOK_AHEAD_DAYS):
            day = local.date() + timedelta(days=ahead)
            opens, closes = self._on(day)
            begin = datetime(day.year, day.month, day.day, tzinfo=LOCAL)
            if opens < closes and begin + timedelta(minutes=opens) > local:
                return begin + timedelta(minutes=opens)
        return None

    def _on(self, day: date) -> tuple[int, int]:
        if day.isoformat() in self.holidays:
            return (0, 0)
        return self.hours.get(day.weekday(), (0, 0))


def read(connection: Connection) -> Schedule:
    rows = connection.execute(select(office_hours)).all()
    free = connection.execute(select(holidays.c.day)).scalars()
    return Schedule({row.weekday: (row.opens, row.closes) for row in rows}, frozenset(free))


def in_words(moment: datetime, now: int) -> str:
    """A time of opening as it is told: "pukul 08.00", "hari Senin pukul 08.00"."""
    today = datetime.fromtimestamp(now / 1000, LOCAL).date()
    hour = f"pukul {moment:%H.%M} WIB"
    if moment.date() == today:
        return hour
    if moment.date() == today + timedelta(days=1):
        return f"besok {hour}"
    return f"hari {DAYS[moment.weekday()].capitalize()} {hour}"


def set_hours(connection: Connection, weekday: int, opens: str, closes: str) -> None:
    """Sets the hours of a weekday ("08:00", "16:00").

    Raises:
        ScheduleError: They are no times, or in the wrong order.
    """
    first, last = _minutes(opens), _minutes(closes)
    if first >= last:
        raise ScheduleError(BAD_HOURS)
    set_closed(connection, weekday)
    connection.execute(office_hours.insert().values(weekday=weekday, opens=first, closes=last))


def set_closed(connection: Connection, weekday: int) -> None:
    connection.execute(office_hours.delete().where(office_hours.c.weekday == weekday))


def add_holiday(connection: Connection, day: date, name: str) -> None:
    """A day on which the office is closed."""
    remove_holiday(connection, day)
    connection.execute(holidays.insert().values(day=day.isoformat(), name=name))


def remove_holiday(connection: Connection, day: date) -> None:
    connection.execute(holidays.delete().where(holidays.c.day == day.isoformat()))


def _minutes(said: str) -> int:
    hour, _, minute = said.replace(".", ":").partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and len(minute) == 2 and int(minute) < 60):
        raise ScheduleError(BAD_HOURS)
    total = int(hour) * 60 + int(minute)
    if total > MINUTES_A_DAY:
        raise ScheduleError(BAD_HOURS)
    return total
