"""What was learned: finished rounds, with nothing that leads to a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from bot.clock import this_month
from bot.privacy.identity import random_id
from bot.quiz.questions import Question, questions
from bot.quiz.rounds import AFTER, BEFORE, Round
from bot.storage.tables import quiz_rounds

# Figures about fewer rounds than this could be about somebody.
SMALLEST_GROUP = 5

_INSERT = quiz_rounds.insert()


@dataclass(frozen=True)
class QuestionResult:
    """Share of right answers to one question, 0 to 1; None for too few rounds."""

    question: Question
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Results:
    """Rounds of one month around lessons.

    Attributes:
        month: "2026-11".
        rounds_before: How many rounds were finished before a lesson.
        rounds_after: And after one.
        before: Share of right answers, 0 to 1; None for fewer than five rounds.
        after: The same after a lesson.
        questions: The same for each question of the set.
    """

    month: str
    rounds_before: int
    rounds_after: int
    before: float | None
    after: float | None
    questions: Sequence[QuestionResult]


def keep(finished: Round) -> Callable[[Connection], None]:
    """An effect that files a finished round: month, stage, and what was right."""
    right = [i for i, mark in zip(finished.asked, finished.marks) if mark is True]
    row = {
        "id": random_id(),
        "month": this_month(),
        "stage": finished.stage,
        "asked": len(finished.asked),
        "right": " ".join(right),
    }

    def effect(connection: Connection) -> None:
        connection.execute(_INSERT, row)

    return effect


def by_month(connection: Connection) -> list[Results]:
    """The months in which lessons were, newest first."""
    found = connection.execute(
        select(quiz_rounds).where(quiz_rounds.c.stage.in_((BEFORE, AFTER)))
    ).all()
    months = sorted({row.month for row in found}, reverse=True)
    return [_results(month, [row for row in found if row.month == month]) for month in months]


def _results(month: str, rows: Sequence[Row]) -> Results:
    before = [row for row in rows if row.stage == BEFORE]
    after = [row for row in rows if row.stage == AFTER]
    before_by_question, after_by_question = _counts(before), _counts(after)
    return Results(
        month=month,
        rounds_before=len(before),
        rounds_after=len(after),
        before=_share(sum(before_by_question.values()), before),
        after=_share(sum(after_by_question.values()), after),
        questions=[
            QuestionResult(
                question,
                _share(before_by_question[question.id], before, of=len(before)),
                _share(after_by_question[question.id], after, of=len(after)),
            )
            for question in questions().values()
            if question.in_lesson
        ],
    )


def _counts(rows: Sequence[Row]) -> Counter[str]:
    return Counter(name for row in rows for name in row.right.split())


def _share(right: int, rows: Sequence[Row], of: int | None = None) -> float | None:
    if len(rows) < SMALLEST_GROUP:
        return None
    return right / (sum(row.asked for row in rows) if of is None else of)
