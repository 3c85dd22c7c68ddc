"""Failed sign-ins are counted, without what was typed, and without filling the trail."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from bot.privacy import retention, staff
from bot.privacy.audit import failures
from bot.privacy.audit.acts import NOBODY, Act
from bot.privacy.unlocked import WrongLogin
from bot.storage.database import Database
from bot.storage.tables import audit, audit_failures

PASSWORD = "lampu minyak di teras"


@pytest.fixture
def desk(database: Database, quick_hashes: None) -> Database:
    staff.add(database, "Sari", "admin", PASSWORD)
    return database


def _fail(database: Database, name: str, password: str = "salah sekali ini") -> None:
    with pytest.raises(WrongLogin):
        staff.unlock(database, name, password)


def _written(database: Database, act: Act = Act.PASSWORD_REFUSED) -> list[tuple[str, int]]:
    with database.read() as connection:
        query = select(audit).where(audit.c.act == act.value).order_by(audit.c.seq)
        return [(row.actor, row.count) for row in connection.execute(query)]


def _ten_minutes_later(database: Database) -> None:
    with database.write() as connection:
        ago = audit_failures.c.since - failures.TOGETHER_MS
        connection.execute(update(audit_failures).values(since=ago))


def test_the_first_is_written_down_at_once(desk: Database) -> None:
    _fail(desk, "Sari")
    assert _written(desk) == [(NOBODY, 1)]


def test_a_stranger_who_fails_a_hundred_times_fills_nothing(desk: Database) -> None:
    for number in range(100):
        _fail(desk, f"nama{number}")
    assert _written(desk) == [(NOBODY, 1)]
    _ten_minutes_later(desk)
    _fail(desk, "Sari")
    assert _written(desk) == [(NOBODY, 1), (NOBODY, 100)]


def test_those_after_whom_nobody_failed_are_written_down_by_the_purge(desk: Database) -> None:
    for _ in range(4):
        _fail(desk, "Sari")
    retention.purge(desk, 0)
    assert _written(desk) == [(NOBODY, 1)]
    _ten_minutes_later(desk)
    retention.purge(desk, 0)
    retention.purge(desk, 0)
    assert _written(desk) == [(NOBODY, 1), (NOBODY, 3)]


def test_a_name_that_exists_leaves_the_same_as_one_that_does_not(desk: Database) -> None:
    """What is kept does not tell whose name it was, nor does the time that it takes."""
    _fail(desk, "Sari")
    with desk.read() as connection:
        known = connection.execute(select(audit_failures)).all()
    _fail(desk, "kata sandi saya sendiri")
    with desk.read() as connection:
        rows = connection.execute(select(audit_failures)).all()
    assert [(row.act, row.whose) for row in rows] == [(row.act, row.whose) for row in known]
    assert {row.whose for row in rows} == {failures.UNKNOWN}


def test_who_gives_the_right_password_is_written_down_by_id(desk: Database) -> None:
    member = staff.unlock(desk, "Sari", PASSWORD)
    assert _written(desk, Act.PASSWORD_GIVEN) == [(member.staff_id, 1)]
