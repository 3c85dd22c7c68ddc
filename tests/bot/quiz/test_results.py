from __future__ import annotations

import random

import pytest
from sqlalchemy import inspect, select

from bot.clock import this_month
from bot.quiz import results
from bot.quiz.questions import questions
from bot.quiz.results import SMALLEST_GROUP, Results
from bot.quiz.rounds import AFTER, BEFORE, FREE, STAGES, Round
from bot.storage.database import Database
from bot.storage.tables import quiz_rounds

LESSON = [question.id for question in questions().values() if question.in_lesson]


def _round(stage: str, right: int) -> Round:
    """A finished round in which the first `right` answers of the set were right."""
    asked = tuple(LESSON if stage != FREE else LESSON[:5])
    played = Round(stage, asked)
    for position, name in enumerate(asked):
        solution = questions()[name].right
        played = played.mark(solution if position < right else (solution + 1) % 3)
    return played


def _keep(database: Database, *rounds: Round) -> None:
    with database.write() as connection:
        for finished in rounds:
            results.keep(finished)(connection)


def _file(database: Database, month: str, stage: str, *right: int) -> None:
    """Rounds of another month, as `keep` filed them then."""
    with database.write() as connection:
        for number, count in enumerate(right):
            row = {
                "id": f"{month}{stage}{number}",
                "month": month,
                "stage": stage,
                "asked": len(LESSON),
                "right": " ".join(LESSON[:count]),
            }
            connection.execute(quiz_rounds.insert(), row)


def _by_month(database: Database) -> list[Results]:
    with database.read() as connection:
        return results.by_month(connection)


@pytest.mark.parametrize("stage", STAGES)
def test_a_finished_round_is_filed_with_nothing_but_what_was_right(
    stage: str, database: Database
) -> None:
    around = {this_month()}
    finished = _round(stage, 3)
    _keep(database, finished)
    around.add(this_month())
    with database.read() as connection:
        (row,) = connection.execute(select(quiz_rounds)).all()
    assert set(row.keys()) == {"id", "month", "stage", "asked", "right"}
    assert row.month in around
    assert (row.stage, row.asked) == (stage, len(finished.asked))
    assert row.right.split() == LESSON[:3]


def test_the_table_of_rounds_leads_to_no_conversation(database: Database) -> None:
    with database.read() as connection:
        structure = inspect(connection)
        columns = {column["name"] for column in structure.get_columns("quiz_rounds")}
        assert structure.get_foreign_keys("quiz_rounds") == []
    assert columns == {"id", "month", "stage", "asked", "right"}


def test_a_skipped_question_is_not_filed_as_right(database: Database) -> None:
    finished = Round(BEFORE, (LESSON[0], LESSON[1])).mark(None)
    _keep(database, finished.mark(questions()[LESSON[1]].right))
    with database.read() as connection:
        (row,) = connection.execute(select(quiz_rounds)).all()
    assert row.right.split() == [LESSON[1]]


def test_a_turn_that_fails_files_nothing(database: Database) -> None:
    effect = results.keep(_round(BEFORE, 2))

    def fail_halfway() -> None:
        with database.write() as connection:
            effect(connection)
            raise KeyError("the turn was lost")

    with pytest.raises(KeyError, match="the turn was lost"):
        fail_halfway()
    with database.read() as connection:
        assert connection.execute(select(quiz_rounds)).all() == []


def test_two_rounds_of_one_person_look_like_two_rounds(database: Database) -> None:
    _keep(database, _round(BEFORE, 2), _round(BEFORE, 2))
    with database.read() as connection:
        ids = connection.execute(select(quiz_rounds.c.id)).scalars().all()
    assert len(set(ids)) == 2


def test_a_free_round_is_no_result_of_a_lesson(database: Database) -> None:
    _keep(database, *[_round(FREE, 4)] * SMALLEST_GROUP)
    assert _by_month(database) == []


@pytest.mark.parametrize("rounds", [1, SMALLEST_GROUP - 1])
def test_figures_of_fewer_than_five_rounds_are_hidden(rounds: int, database: Database) -> None:
    _keep(database, *[_round(BEFORE, 4)] * rounds, *[_round(AFTER, 9)] * rounds)
    (month,) = _by_month(database)
    assert (month.rounds_before, month.rounds_after) == (rounds, rounds)
    assert (month.before, month.after) == (None, None)
    assert {(item.before, item.after) for item in month.questions} == {(None, None)}


def test_each_side_of_a_lesson_is_hidden_by_itself(database: Database) -> None:
    _keep(database, *[_round(BEFORE, 4)] * SMALLEST_GROUP, _round(AFTER, 9))
    (month,) = _by_month(database)
    assert month.before == pytest.approx(0.4)
    assert month.after is None
    assert {item.after for item in month.questions} == {None}
    assert None not in {item.before for item in month.questions}


def test_shares_tell_what_was_learned(database: Database) -> None:
    before, after = (2, 3, 4, 5, 6), (10, 10, 9, 9, 7, 5)
    _keep(database, *(_round(BEFORE, n) for n in before), *(_round(AFTER, n) for n in after))
    (month,) = _by_month(database)
    assert (month.rounds_before, month.rounds_after) == (5, 6)
    assert month.before == pytest.approx(20 / 50)
    assert month.after == pytest.approx(50 / 60)
    assert [item.question.id for item in month.questions] == LESSON
    for position, item in enumerate(month.questions):
        assert item.before == pytest.approx(sum(n > position for n in before) / 5)
        assert item.after == pytest.approx(sum(n > position for n in after) / 6)


def test_each_month_has_figures_of_its_own_newest_first(database: Database) -> None:
    _file(database, "2026-09", BEFORE, 1, 1, 1, 1, 1)
    _file(database, "2026-11", BEFORE, 5, 5, 5, 5, 5)
    _file(database, "2025-12", AFTER, 8, 8, 8, 8)
    shown = [(month.month, month.before, month.after) for month in _by_month(database)]
    assert shown == [
        ("2026-11", pytest.approx(0.5), None),
        ("2026-09", pytest.approx(0.1), None),
        ("2025-12", None, None),
    ]


def test_four_rounds_in_each_of_two_months_are_not_eight(database: Database) -> None:
    for month in ("2026-10", "2026-11"):
        _file(database, month, BEFORE, 5, 5, 5, 5)
    assert [month.before for month in _by_month(database)] == [None, None]


def test_any_set_of_right_answers_fits_into_its_column(database: Database) -> None:
    longest = sorted(questions(), key=len)[-len(LESSON) :]
    random.Random(1).shuffle(longest)
    finished = Round(AFTER, tuple(longest))
    for name in longest:
        finished = finished.mark(questions()[name].right)
    _keep(database, finished)
    with database.read() as connection:
        (row,) = connection.execute(select(quiz_rounds)).all()
    assert row.right.split() == longest
