"""The list of questions that found no answer ("belum terjawab").

A question is freed of what leads to a person before it gets here, stands in no relation to
a conversation, bears a day and no hour, and goes when its time is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from bot import clock
from bot.privacy import retention
from bot.privacy.identity import random_id
from bot.privacy.sealing import Sealer
from bot.storage.tables import unanswered

KEPT_DAYS = retention.days(retention.QUESTION)
# Nobody means anything, or two topics were too close.
UNKNOWN, BETWEEN = "tidak_tahu", "ragu"

_INSERT = unanswered.insert()
_DELETE_BEFORE = unanswered.delete().where(unanswered.c.day < bindparam("first_day"))
_KEPT = (
    select(unanswered)
    .where(unanswered.c.day >= bindparam("first_day"))
    .order_by(unanswered.c.day.desc(), unanswered.c.id)
)


@dataclass(frozen=True)
class Unanswered:
    """A question without an answer.

    Attributes:
        question: What was asked, without names, numbers, places and links.
        reason: tidak_tahu or ragu.
        guesses: The likeliest labels, best first.
        day: When, such as "2026-11-21"; set when it is filed.
    """

    question: str = field(repr=False)
    reason: str
    guesses: Sequence[str]
    day: str = ""


def file(connection: Connection, sealer: Sealer, asked: Unanswered) -> None:
    """Adds a question to the list, and lets go of the old ones."""
    row_id = random_id()
    connection.execute(_DELETE_BEFORE, {"first_day": _first_day()})
    connection.execute(
        _INSERT,
        {
            "id": row_id,
            "day": str(clock.today()),
            "reason": asked.reason,
            "question_sealed": sealer.seal(asked.question.encode(), _place(row_id)),
            "guesses": " ".join(asked.guesses),
        },
    )


def listed(connection: Connection, sealer: Sealer) -> list[Unanswered]:
    """The list, newest day first, without what is too old and goes with the next filing."""
    rows = connection.execute(_KEPT, {"first_day": _first_day()}).all()
    return [
        Unanswered(
            question=sealer.open(row.question_sealed, _place(row.id)).decode(),
            reason=row.reason,
            guesses=row.guesses.split(),
            day=row.day,
        )
        for row in rows
    ]


def _first_day() -> str:
    return str(clock.today() - timedelta(days=KEPT_DAYS))


def _place(row_id: str) -> str:
    return f"unanswered.question:{row_id}"
