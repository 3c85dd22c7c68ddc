"""Days are counted before what they are counted from is deleted."""

from __future__ import annotations

from datetime import date

import pytest

from bot.figures import counting
from bot.storage.database import Database
from suluh import counting as before_purge
from suluh import keeping
from suluh.keeping import Keeping
from tests.bot.figures.years import Years, at

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MONDAY = date(2026, 7, 6)


def test_what_goes_wrong_with_counting_keeps_nothing_from_being_deleted(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_given: object) -> int:
        raise RuntimeError("kata orang")

    monkeypatch.setattr(counting, "count", fail)
    before_purge.count_days(database)
    assert "counted again later" in caplog.text
    assert "kata orang" not in caplog.text


def test_the_keeper_counts_before_it_deletes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    monkeypatch.setattr(keeping, "count_days", lambda _database: order.append("count"))

    def purge(*_given: object, **_named: object) -> dict[str, int]:
        order.append("purge")
        return {}

    monkeypatch.setattr(keeping.retention, "purge", purge)
    keeper = object.__new__(Keeping)
    keeper._database = database
    keeper._rewrite_at = 0.0
    keeper._purge()
    assert order == ["count", "purge"]


def test_a_day_is_counted_with_the_targets_of_the_ladder(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    years = Years(database)
    years.writes(years.person(), MONDAY)
    monkeypatch.setattr(before_purge, "now_ms", lambda: at(date(2026, 7, 8)))
    before_purge.count_days(database)
    assert years.days() == {("2026-07-06", "whatsapp"): (1, 1)}
