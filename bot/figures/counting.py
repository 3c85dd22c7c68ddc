"""The daily count: what lies in the database for some days becomes plain numbers.

Nothing is added to a turn for it. A day is counted when it is over, before anything of it has
gone, in one transaction with the mark that says how far was counted: each once, also when the
process dies in between. What somebody had deleted before is not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row

from bot.clock import LOCAL
from bot.figures import tally
from bot.figures.quarters import Quarter
from bot.figures.times import step
from bot.privacy.audit.acts import Act
from bot.storage.database import Database
from bot.storage.tables import (
    audit,
    day_counts,
    handoffs,
    inbox,
    installation,
    tips,
    unanswered,
)  # fmt: skip

CHANNELS = ("whatsapp", "telegram", "sms", "web")

# What became of a call for a human.
IN_TIME, LATE, NOBODY = "in_time", "late", "nobody"
# Staff wrote first: nobody waited.
_BY_STAFF = "staff"
_UNFINISHED = "unfinished"

# A message is written down a moment after it was received, at most this much later.
HOUR_MS = 60 * 60_000
# Who called a human may still be taken for so long after the day. Conversations stay for a week.
DAYS_TO_BE_TAKEN = 3

# Until which day was counted, and from which on.
MESSAGES_UNTIL, CALLS_UNTIL, SINCE = (
    "figures-messages", "figures-calls", "figures-since",
)  # fmt: skip

Counts = Callable[[Connection], None]


def count(database: Database, now: int, targets: Mapping[str, int]) -> int:
    """Counts the days that are over and were not counted yet.

    Args:
        database: The whole of it.
        now: In milliseconds since 1970.
        targets: Within how many milliseconds a call of each level should be taken.

    Returns:
        How many days.
    """
    over = _day(now - HOUR_MS) - timedelta(days=1)
    settled = over - timedelta(days=DAYS_TO_BE_TAKEN)
    _begin(database, over, settled)
    days = 0
    for day in _due(database, MESSAGES_UNTIL, over):
        with database.read() as connection:
            counts = _messages_of(connection, day)
        days += _write(database, MESSAGES_UNTIL, day, counts)
    for day in _due(database, CALLS_UNTIL, settled):
        with database.read() as connection:
            counts = _calls_of(connection, day, targets)
        days += _write(database, CALLS_UNTIL, day, counts)
    return days


def counted_until(connection: Connection, mark: str) -> date | None:
    """What a mark says; None before the first count."""
    value = connection.execute(select(installation.c.value).where(installation.c.name == mark))
    found = value.scalar()
    return None if found is None else date.fromisoformat(bytes(found).decode())


def _begin(database: Database, over: date, settled: date) -> None:
    """Sets the marks where there are none: counting begins with what lies there already."""
    with database.read() as connection:
        if counted_until(connection, SINCE) is not None:
            return
        oldest = [
            _first_day(connection.execute(select(func.min(column))).scalar(), default)
            for column, default in ((inbox.c.received_at, over), (handoffs.c.opened_at, settled))
        ]
    messages, calls = oldest[0], min(oldest[1], settled + timedelta(days=1))
    day = timedelta(days=1)
    with database.write() as connection:
        marks = {MESSAGES_UNTIL: messages - day, CALLS_UNTIL: calls - day, SINCE: messages}
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(installation).on_conflict_do_nothing()
        rows = [{"name": name, "value": str(at).encode()} for name, at in marks.items()]
        connection.execute(statement, rows)


def _first_day(moment: int | None, default: date) -> date:
    return default if moment is None else _day(moment)


def _due(database: Database, mark: str, last: date) -> Iterator[date]:
    with database.read() as connection:
        until = counted_until(connection, mark)
    assert until is not None
    for number in range((last - until).days):
        yield until + timedelta(days=number + 1)


def _write(database: Database, mark: str, day: date, counts: Counts) -> int:
    """Writes what was counted of a day, unless somebody else has by now."""
    before = str(day - timedelta(days=1)).encode()
    with database.write() as connection:
        moved = connection.execute(
            update(installation)
            .where(installation.c.name == mark)
            .where(installation.c.value == before)
            .values(value=str(day).encode())
        )
        if moved.rowcount == 0:
            return 0
        counts(connection)
    return 1


def _messages_of(connection: Connection, day: date) -> Counts:
    """Messages and people by channel, and questions without an answer."""
    begins, ends = _span(day)
    rows = connection.execute(
        select(
            inbox.c.channel,
            func.count().label("messages"),
            func.count(inbox.c.conversation_id.distinct()).label("people"),
        )
        .where(inbox.c.received_at >= begins)
        .where(inbox.c.received_at < ends)
        .where(inbox.c.channel.in_(CHANNELS))
        .group_by(inbox.c.channel)
    ).all()
    asked = connection.execute(
        select(unanswered.c.reason, func.count())
        .where(unanswered.c.day == str(day))
        .group_by(unanswered.c.reason)
    ).all()

    def write(connection: Connection) -> None:
        for row in rows:
            connection.execute(
                day_counts.insert().values(
                    day=str(day), channel=row.channel, messages=row.messages, people=row.people
                )
            )
        for reason, number in asked:
            tally.add(connection, _month(day), tally.UNANSWERED, reason, count=number)

    return write


def _calls_of(connection: Connection, day: date, targets: Mapping[str, int]) -> Counts:
    """The calls of a day, and with the last day of a quarter how far its reports have come."""
    begins, ends = _span(day)
    first_taken = (
        select(func.min(audit.c.at))
        .where(audit.c.act == Act.CONVERSATION_TAKEN.value)
        .where(audit.c.about == handoffs.c.id)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(
            handoffs.c.level,
            handoffs.c.opened_at,
            handoffs.c.ended_at,
            # The row itself knows who took it last.
            func.coalesce(first_taken, handoffs.c.taken_at).label("taken_at"),
        )
        .where(handoffs.c.opened_at >= begins)
        .where(handoffs.c.opened_at < ends)
        .where(handoffs.c.reason != _BY_STAFF)
    ).all()
    found = Counter(key for row in rows for key in _of_call(row, targets))
    quarter = Quarter.of(day)
    states = _states(connection, quarter) if day == quarter.last_day else {}

    def write(connection: Connection) -> None:
        for (subject, level, part), number in sorted(found.items()):
            tally.add(connection, _month(day), subject, level, part, number)
        for state, number in sorted(states.items()):
            tally.add(connection, quarter.months[0], tally.STATE, state, count=number)

    return write


def _of_call(row: Row, targets: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
    if row.taken_at is None:
        yield tally.CALL, row.level, NOBODY
        return
    waited = row.taken_at - row.opened_at
    yield tally.CALL, row.level, IN_TIME if waited <= targets[row.level] else LATE
    yield tally.WAIT, row.level, str(step(waited))
    if row.ended_at is not None:
        yield tally.HANDLING, row.level, str(step(row.ended_at - row.taken_at))


def _states(connection: Connection, quarter: Quarter) -> dict[str, int]:
    """How many reports of a quarter are in each state today."""
    begins, ends = _span(quarter.first_day)[0], _span(quarter.last_day)[1]
    rows = connection.execute(
        select(tips.c.state, func.count().label("count"))
        .where(tips.c.filed_at >= begins)
        .where(tips.c.filed_at < ends)
        .where(tips.c.state != _UNFINISHED)
        .group_by(tips.c.state)
    )
    return {row.state: row.count for row in rows}


def _span(day: date) -> tuple[int, int]:
    """When a day begins and ends in Bengkulu, in milliseconds since 1970."""
    begins = datetime(day.year, day.month, day.day, tzinfo=LOCAL)
    ends = begins + timedelta(days=1)
    return int(begins.timestamp() * 1000), int(ends.timestamp() * 1000)


def _day(moment: int) -> date:
    return datetime.fromtimestamp(moment / 1000, LOCAL).date()


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
