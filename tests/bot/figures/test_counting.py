"""What is over becomes plain numbers: each thing once, and nobody in them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.figures import counting, tally
from bot.privacy import retention
from bot.storage import tables
from tests.bot.figures.years import DAY, HOUR, Years, at

MONDAY = date(2026, 7, 6)
NEXT = MONDAY + timedelta(days=1)
LATER = MONDAY + timedelta(days=10)


def test_messages_and_people_of_a_day_are_counted_by_channel(years: Years) -> None:
    sms, both = years.person("sms"), [years.person(), years.person()]
    years.writes(sms, MONDAY, times=3)
    for person in both:
        years.writes(person, MONDAY, times=2)
    years.writes(both[0], NEXT)
    years.count(LATER)
    assert years.days() == {
        ("2026-07-06", "sms"): (3, 1),
        ("2026-07-06", "whatsapp"): (4, 2),
        ("2026-07-07", "whatsapp"): (1, 1),
    }


def test_a_day_is_the_day_in_bengkulu(years: Years) -> None:
    person = years.person()
    years.writes(person, MONDAY, hour=0)
    years.writes(person, MONDAY, hour=23.999)
    years.writes(person, NEXT, hour=0)
    years.count(LATER)
    assert years.days()[("2026-07-06", "whatsapp")] == (2, 1)


def test_a_day_that_is_not_over_waits(years: Years) -> None:
    years.writes(years.person(), MONDAY)
    years.count(MONDAY, hour=23)
    # A message may still be on its way into the database.
    years.count(NEXT, hour=0.5)
    assert years.days() == {}
    years.count(NEXT, hour=1.5)
    assert years.days() == {("2026-07-06", "whatsapp"): (1, 1)}


def test_each_message_is_counted_once_however_often_it_is_counted(years: Years) -> None:
    years.writes(years.person(), MONDAY, times=3)
    assert years.count(LATER) > 0
    assert years.count(LATER) == 0
    assert years.count(LATER + timedelta(days=1)) == 2
    assert years.days() == {("2026-07-06", "whatsapp"): (3, 1)}


def test_a_count_that_died_in_the_middle_is_made_again_whole(
    years: Years, monkeypatch: pytest.MonkeyPatch
) -> None:
    years.writes(years.person(), MONDAY)
    years.asks_in_vain(MONDAY)
    add = tally.add

    def die(*_given: object, **_named: object) -> None:
        raise SystemExit

    monkeypatch.setattr(tally, "add", die)
    with pytest.raises(SystemExit):
        years.count(LATER)
    assert years.days() == {}
    monkeypatch.setattr(tally, "add", add)
    years.count(LATER)
    assert years.days() == {("2026-07-06", "whatsapp"): (1, 1)}
    assert years.months(tally.UNANSWERED) == {("2026-07", "tidak_tahu", ""): 1}


def test_of_two_who_count_at_once_one_does(years: Years, monkeypatch: pytest.MonkeyPatch) -> None:
    years.writes(years.person(), MONDAY)
    found = counting._messages_of

    def meanwhile(connection: Connection, day: date) -> counting.Counts:
        monkeypatch.setattr(counting, "_messages_of", found)
        counts = found(connection, day)
        years.count(NEXT, hour=2)
        return counts

    years.count(MONDAY - timedelta(days=1), hour=2)
    monkeypatch.setattr(counting, "_messages_of", meanwhile)
    years.count(NEXT, hour=2)
    assert years.days() == {("2026-07-06", "whatsapp"): (1, 1)}


def test_calls_are_counted_with_how_long_they_waited(years: Years) -> None:
    years.calls(MONDAY, level="darurat", waited=0.75, handled=20)
    years.calls(MONDAY, level="darurat", waited=4, handled=None)
    years.calls(MONDAY, level="biasa", waited=None)
    # Staff wrote first: nobody called.
    years.calls(MONDAY, reason="staff")
    years.count(LATER)
    assert years.months(tally.CALL) == {
        ("2026-07", "darurat", "in_time"): 1,
        ("2026-07", "darurat", "late"): 1,
        ("2026-07", "biasa", "nobody"): 1,
    }
    assert years.months(tally.WAIT) == {
        ("2026-07", "darurat", "60"): 1,
        ("2026-07", "darurat", "300"): 1,
    }
    assert years.months(tally.HANDLING) == {("2026-07", "darurat", "1200"): 1}


def test_a_call_waited_until_it_was_taken_first(years: Years) -> None:
    years.calls(MONDAY, waited=2, handled=90, retaken=True)
    years.count(LATER)
    assert years.months(tally.WAIT) == {("2026-07", "biasa", "120"): 1}
    assert years.months(tally.HANDLING) == {("2026-07", "biasa", "7200"): 1}


def test_a_call_has_three_days_to_be_taken_and_is_counted_before_it_may_be_deleted(
    years: Years,
) -> None:
    years.calls(MONDAY)
    years.count(MONDAY + timedelta(days=3), hour=23)
    assert years.months(tally.CALL) == {}
    years.count(MONDAY + timedelta(days=4), hour=2)
    assert years.months(tally.CALL) == {("2026-07", "biasa", "in_time"): 1}
    kept = retention.days(retention.CONVERSATION)
    assert kept > counting.DAYS_TO_BE_TAKEN + 1


def test_how_far_reports_have_come_is_counted_when_their_quarter_is_closed(years: Years) -> None:
    years.calls(MONDAY)
    for state in ("new", "working", "working", "unfinished"):
        years.reported(MONDAY, state)
    years.reported(date(2026, 10, 1), "new")
    years.count(date(2026, 10, 3))
    assert years.months(tally.STATE) == {}
    years.count(date(2026, 10, 4))
    assert years.months(tally.STATE) == {("2026-07", "new", ""): 1, ("2026-07", "working", ""): 2}


def test_two_who_add_to_the_same_count_both_count(years: Years) -> None:
    years.tallies("2026-07", tally.TOPIC, "paspor")
    years.tallies("2026-07", tally.TOPIC, "paspor", count=2)
    assert years.months(tally.TOPIC) == {("2026-07", "paspor", ""): 3}


def test_the_counts_go_after_five_years(years: Years) -> None:
    for day in (MONDAY, LATER):
        years.writes(years.person(), day)
    years.tallies("2026-07", tally.TOPIC, "paspor")
    years.count(LATER + timedelta(days=1))
    assert len(years.days()) == 2
    with years.database.write() as connection:
        connection.execute(tables.contacts.delete())
    after = at(MONDAY) + retention.hours(retention.FIGURES) * HOUR
    retention.purge(years.database, after)
    assert len(years.days()) == 2
    retention.purge(years.database, after + 31 * DAY)
    assert years.days() == {}
    assert years.months(tally.TOPIC) == {}


def test_nothing_in_the_counts_is_of_a_person(years: Years) -> None:
    person = years.person()
    years.writes(person, MONDAY)
    handoff = years.calls(MONDAY)
    years.count(LATER)
    with years.database.read() as connection:
        rows = [
            value
            for table in (tables.day_counts, tables.month_counts)
            for row in connection.execute(select(table))
            for value in row
        ]
    assert person not in rows
    assert handoff not in rows
    columns = {c.name for t in (tables.day_counts, tables.month_counts) for c in t.columns}
    assert columns == {
        "day", "channel", "messages", "people", "month", "subject", "name", "part", "count",
    }  # fmt: skip
