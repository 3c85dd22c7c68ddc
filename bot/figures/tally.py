"""Adds to the plain counts of a month. They name a month and a subject, and nobody."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection

from bot.clock import this_month

# What is counted. `name` and `part` of a row are, beside it:
TOPIC = "topic"  # the id of a topic that was answered
STAGE = "stage"  # how far what was reported had come
UNANSWERED = "unanswered"  # why a question found no answer
CALL = "call"  # a level, and what became of the call
WAIT = "wait"  # a level, and the step of seconds until somebody took it
HANDLING = "handling"  # a level, and the step until it was handed back
STATE = "state"  # how far reports of a quarter had come when it was closed, in its first month

NOT_SAID = "-"


# SQLite and PostgreSQL read it alike. It stands in turns, and SQLAlchemy would put it together anew
# each time, which costs more than running it.
_ADD = text(
    "INSERT INTO month_counts (month, subject, name, part, count) "
    "VALUES (:month, :subject, :name, :part, :count) "
    "ON CONFLICT (month, subject, name, part) "
    "DO UPDATE SET count = month_counts.count + excluded.count"
)


def add(
    connection: Connection, month: str, subject: str, name: str, part: str = "", count: int = 1
) -> None:
    """So many more. Two who add at the same moment both count."""
    row = {"month": month, "subject": subject, "name": name, "part": part, "count": count}
    connection.execute(_ADD, row)


@dataclass(frozen=True)
class TopicAnswered:
    """An effect of a turn: a topic was answered once more."""

    topic: str

    def __call__(self, connection: Connection) -> None:
        add(connection, this_month(), TOPIC, self.topic)


def stage_reported(connection: Connection, stage: object) -> None:
    """A report was sent, of something that had come so far."""
    add(connection, this_month(), STAGE, str(stage or NOT_SAID))
