"""The oldest entries go, and the chain of the others still holds."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import func, select, text

from bot import clock
from bot.privacy import retention
from bot.privacy.audit import acts, shortening, verifying
from bot.privacy.audit.acts import TERMINAL, Act, note
from bot.privacy.audit.verifying import Kind
from bot.storage import trail
from bot.storage.database import Database
from bot.storage.tables import audit, installation
from bot.storage.trail import Link

DAY = 24 * 60 * 60_000
DAYS = 10


@pytest.fixture
def ten_days(database: Database, monkeypatch: pytest.MonkeyPatch) -> tuple[Database, int]:
    """An entry on each of ten days; gives the first day's moment, too."""
    start = clock.now_ms() - DAYS * DAY
    for day in range(DAYS):
        monkeypatch.setattr(acts, "now_ms", lambda day=day: start + day * DAY)
        with database.write() as connection:
            note(connection, Act.KEYS_ROTATED, by=TERMINAL)
    monkeypatch.undo()
    return database, start


def _numbers(database: Database) -> list[int]:
    with database.read() as connection:
        return list(connection.execute(select(audit.c.seq).order_by(audit.c.seq)).scalars())


def test_what_is_too_old_goes_and_the_rest_holds(ten_days: tuple[Database, int]) -> None:
    database, start = ten_days
    assert shortening.shorten(database, start + 4 * DAY) == 4
    # That it was shortened is written down, too.
    assert _numbers(database) == [5, 6, 7, 8, 9, 10, 11]
    assert verifying.verify(database).holds


def test_an_hour_later_nothing_more_goes_and_nothing_more_is_written(
    ten_days: tuple[Database, int],
) -> None:
    database, start = ten_days
    shortening.shorten(database, start + 4 * DAY)
    assert shortening.shorten(database, start + 4 * DAY + DAY // 24) == 0
    assert shortening.shorten(database, start + 4 * DAY) == 0
    assert _numbers(database) == [5, 6, 7, 8, 9, 10, 11]
    assert shortening.shorten(database, start + 8 * DAY) == 4
    assert verifying.verify(database).holds


def test_also_when_all_of_it_is_too_old(ten_days: tuple[Database, int]) -> None:
    database, start = ten_days
    assert shortening.shorten(database, start + 2 * DAYS * DAY) == DAYS
    assert _numbers(database) == [DAYS + 1]
    assert verifying.verify(database).holds


def test_two_years_are_kept(ten_days: tuple[Database, int]) -> None:
    database, start = ten_days
    two_years = retention.hours(retention.TRAIL) * 60 * 60_000
    assert retention.days(retention.TRAIL) == 730
    retention.purge(database, start + two_years)
    assert verifying.length(database) == DAYS
    gone = retention.purge(database, start + two_years + 3 * DAY)
    assert gone[retention.TRAIL] == 3
    assert verifying.verify(database).holds


def test_whoever_deletes_the_oldest_himself_is_seen(ten_days: tuple[Database, int]) -> None:
    database, start = ten_days
    shortening.shorten(database, start + 4 * DAY)
    with database.claim() as connection:
        connection.execute(audit.delete().where(audit.c.seq < 8))
    (found,) = verifying.verify(database).findings
    assert (found.kind, found.first, found.last) == (Kind.MISSING, 5, 7)


def test_nor_can_he_set_the_anchor_himself(ten_days: tuple[Database, int]) -> None:
    database, _ = ten_days
    with database.claim() as connection:
        mac = connection.execute(select(audit.c.mac).where(audit.c.seq == 6)).scalar_one()
        connection.execute(audit.delete().where(audit.c.seq <= 6))
        trail.drop_anchor(connection, bytes(32), Link(6, bytes(mac)))
    kinds = [found.kind for found in verifying.verify(database).findings]
    assert Kind.ANCHOR in kinds


def test_nor_make_it_forget_what_he_changed_by_making_it_look_old(
    ten_days: tuple[Database, int], caplog: pytest.LogCaptureFixture
) -> None:
    database, start = ten_days
    with database.claim() as connection:
        connection.execute(text("UPDATE audit SET at = 1, count = 99 WHERE seq <= 8"))
    with caplog.at_level(logging.ERROR):
        assert shortening.shorten(database, start + 4 * DAY) == 0
    assert "suluh audit verify" in caplog.text
    assert [found.first for found in verifying.verify(database).findings] == list(range(1, 9))


def test_what_had_gone_and_was_put_back_is_seen(ten_days: tuple[Database, int]) -> None:
    database, start = ten_days
    with database.read() as connection:
        old = dict(connection.execute(select(audit).where(audit.c.seq == 3)).one()._mapping)
    shortening.shorten(database, start + 4 * DAY)
    with database.claim() as connection:
        connection.execute(audit.insert().values(**old))
    assert [(f.kind, f.first) for f in verifying.verify(database).findings] == [(Kind.ADDED, 3)]


def test_an_older_hash_that_was_kept_is_told_apart_from_a_wrong_one(
    ten_days: tuple[Database, int],
) -> None:
    database, start = ten_days
    old = verifying.shown(verifying.verify(database, up_to=2).head)
    newest_gone = verifying.shown(verifying.verify(database, up_to=4).head)
    shortening.shorten(database, start + 4 * DAY)
    checked = verifying.verify(database, head=verifying.kept(old))
    assert [found.kind for found in checked.findings] == [Kind.HEAD_TOO_OLD]
    assert verifying.verify(database, head=verifying.kept(newest_gone)).holds


def test_an_anchor_that_was_broken_keeps_nobody_from_working(
    ten_days: tuple[Database, int],
) -> None:
    database, start = ten_days
    shortening.shorten(database, start + 4 * DAY)
    with database.claim() as connection:
        connection.execute(audit.delete())
        own = installation.c.name == trail.ANCHOR
        connection.execute(installation.update().where(own).values(value=b"x"))
    with database.write() as connection:
        note(connection, Act.KEYS_ROTATED, by=TERMINAL)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(audit)).scalar_one() == 1
    assert [found.kind for found in verifying.verify(database).findings] == [Kind.ANCHOR]
