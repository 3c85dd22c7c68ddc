"""A quarter with known numbers gives these numbers, and no small one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.figures import report, tally
from bot.figures.hiding import Share
from bot.figures.quarters import Quarter
from bot.figures.report import Known, Report, Running, Times
from bot.privacy import retention
from bot.storage import tables
from tests.bot.figures.years import Years

SUMMER = Quarter(2026, 3)
CLOSED = date(2026, 10, 5)
JULY, AUGUST, SEPTEMBER = SUMMER.months


def _read(years: Years, quarter: Quarter = SUMMER) -> Report:
    with years.database.read() as connection:
        return report.of(connection, quarter)


def _running(years: Years) -> Running:
    with years.database.read() as connection:
        return report.running(connection, SUMMER)


def _known(years: Years, today: date) -> Known:
    with years.database.read() as connection:
        return report.known(connection, today)


def _calls(
    years: Years, in_time: int, late: int = 0, nobody: int = 0, level: str = "biasa"
) -> None:
    for part, count, step in (
        ("in_time", in_time, 120),
        ("late", late, 3600),
        ("nobody", nobody, 0),
    ):
        if count:
            years.tallies(AUGUST, tally.CALL, level, part, count)
        if count and step:
            years.tallies(AUGUST, tally.WAIT, level, str(step), count)


def test_reports_of_a_quarter_by_everything_that_is_counted_of_them(years: Years) -> None:
    years.counts_reports(JULY, 6, kind="anak", place="17.09.02", level="tinggi", stage="bekerja")
    years.counts_reports(AUGUST, 9, place="MY", level="darurat", stage="berangkat")
    years.counts_reports(SEPTEMBER, 20)
    years.counts_reports("2026-10", 99)
    years.tallies(JULY, tally.STATE, "closed", count=30)
    found = _read(years).reports
    assert {name: one.total for name, one in found.items()} == dict.fromkeys(found, 35)
    assert found["month"].groups == {JULY: 6, AUGUST: 9, SEPTEMBER: 20}
    assert found["kind"].shown.items() >= {"anak": 6, "rekrutmen": 29, "hilang": 0}.items()
    assert found["place"].shown.items() >= {"17.09.02": 6, "abroad": 9, "17.09.01": 20}.items()
    assert found["level"].groups == {"darurat": 9, "tinggi": 6, "biasa": 20}
    assert found["stage"].shown.items() >= {"bekerja": 6, "berangkat": 9, "ditawari": 20}.items()
    # Those that are gone by then were withdrawn.
    assert found["state"].shown.items() >= {"closed": 30, "withdrawn": 5}.items()


def test_people_and_messages_by_channel_month_and_weekday(years: Years) -> None:
    for day in range(6):
        whatsapp, web = years.person("whatsapp"), years.person("web")
        years.writes(whatsapp, date(2026, 7, 6) + timedelta(days=7 * day), times=3)
        years.writes(web, date(2026, 8, 26))
    years.writes(years.person("sms"), date(2026, 8, 26), times=40)
    years.count(CLOSED)
    found = _read(years)
    # One by SMS; with nobody on Telegram and the next smallest the three could be anything.
    assert found.people["channel"].groups == {
        "whatsapp": None, "telegram": None, "sms": None, "web": 6,
    }  # fmt: skip
    assert found.messages["channel"].groups["sms"] is None
    assert found.people["channel"].total == 13
    assert found.people["month"].groups == {JULY: None, AUGUST: None, SEPTEMBER: None}
    # None is small, so nothing has to be hidden: nobody at all is told as well.
    assert found.people["weekday"].groups == {**dict.fromkeys("013456", 0), "0": 6, "2": 7}


def test_many_people_are_shown_with_their_messages(years: Years) -> None:
    for _ in range(5):
        person = years.person("telegram")
        years.writes(person, date(2026, 7, 6), times=2)
        years.writes(person, date(2026, 8, 11), times=1)
    years.count(CLOSED)
    found = _read(years)
    assert found.people["channel"].groups["telegram"] == 10
    assert found.messages["channel"].groups["telegram"] == 15
    assert found.people["month"].groups == {JULY: 5, AUGUST: 5, SEPTEMBER: 0}
    assert found.messages["month"].groups == {JULY: 10, AUGUST: 5, SEPTEMBER: 0}
    assert (found.people["weekday"].groups["0"], found.people["weekday"].groups["1"]) == (5, 5)


def test_topics_and_questions_without_an_answer(years: Years) -> None:
    years.tallies(JULY, tally.TOPIC, "paspor", count=20)
    years.tallies(AUGUST, tally.TOPIC, "paspor", count=11)
    for rare in ("visa", "upah", "anak"):
        years.tallies(JULY, tally.TOPIC, rare, count=2)
    years.tallies(JULY, tally.UNANSWERED, "tidak_tahu", count=8)
    years.tallies(JULY, tally.UNANSWERED, "ragu", count=6)
    found = _read(years)
    assert found.topics.shown == {"paspor": 31}
    assert found.topics.rest == 6
    assert found.unanswered.groups == {"tidak_tahu": 8, "ragu": 6}


def test_how_fast_calls_were_taken(years: Years) -> None:
    _calls(years, in_time=14, late=6, nobody=5)
    _calls(years, in_time=15, level="darurat")
    years.tallies(AUGUST, tally.HANDLING, "biasa", "1800", 12)
    calls = _read(years).calls
    assert calls.outcomes.groups == {"in_time": 29, "late": 6, "nobody": 5}
    assert calls.in_time == Share(72)
    assert calls.waiting == Times(half=120, nine_of_ten=3600)
    assert calls.by_level.groups == {"darurat": 15, "tinggi": 0, "biasa": 25}
    assert calls.waiting_of["darurat"] == Times(half=120, nine_of_ten=None)
    assert calls.handling == Times(half=1800, nine_of_ten=1800)


def test_of_a_desk_that_is_nearly_always_in_time_it_is_said_so_and_no_more(years: Years) -> None:
    _calls(years, in_time=38, late=1, nobody=1)
    calls = _read(years).calls
    assert set(calls.outcomes.groups.values()) == {None}
    assert calls.outcomes.total == 40
    assert calls.in_time == Share(90, is_least=True)


def test_the_time_of_a_level_that_is_hidden_is_not_told(years: Years) -> None:
    """It would tell that there were five of them."""
    _calls(years, in_time=30)
    _calls(years, in_time=12, level="tinggi")
    _calls(years, in_time=2, level="darurat")
    calls = _read(years).calls
    assert calls.by_level.groups == {"darurat": None, "tinggi": None, "biasa": 30}
    assert set(calls.waiting_of) == {"biasa"}


@pytest.mark.parametrize(("calls", "half", "nine_of_ten"), [(9, None, None), (10, 120, None)])
def test_of_few_calls_no_time_is_told(
    years: Years, calls: int, half: int | None, nine_of_ten: int | None
) -> None:
    """It would tell how many of them nobody took."""
    _calls(years, in_time=calls)
    assert _read(years).calls.waiting == Times(half, nine_of_ten)


def test_what_was_learned_before_and_after_a_lesson(years: Years) -> None:
    years.learned(AUGUST, "sebelum", 4, 5, 5, 6, 4, 6)
    years.learned(SEPTEMBER, "sesudah", 8, 8, 9, 7, 8)
    years.learned(SEPTEMBER, "biasa", 1)
    quiz = _read(years).quiz
    assert quiz.rounds.groups == {"sebelum": 6, "sesudah": 5}
    assert quiz.right == {"sebelum": 50, "sesudah": 80}


def test_a_share_of_few_rounds_is_not_told(years: Years) -> None:
    years.learned(AUGUST, "sebelum", *[5] * 30)
    years.learned(AUGUST, "sesudah", 10, 10)
    quiz = _read(years).quiz
    assert quiz.rounds.groups == {"sebelum": None, "sesudah": None}
    assert quiz.right == {"sebelum": None, "sesudah": None}


def test_of_a_quarter_that_goes_on_only_tens_of_calls_are_told(years: Years) -> None:
    _calls(years, in_time=11, late=6, nobody=2)
    assert _running(years) == Running(SUMMER, 10, 50, Times(120, None))
    _calls(years, in_time=1)
    assert _running(years).calls == 20
    assert not hasattr(_running(years), "reports")


def test_while_it_goes_on_a_late_call_among_many_is_not_told(years: Years) -> None:
    _calls(years, in_time=24)
    before = _running(years)
    _calls(years, in_time=0, late=1)
    assert _running(years).in_time == before.in_time == 80


def test_a_quarter_is_told_once_all_of_it_was_counted(years: Years) -> None:
    years.writes(years.person(), date(2026, 7, 6))
    assert _known(years, CLOSED) == Known((), Quarter(2026, 4), None)
    years.calls(date(2026, 7, 6))
    years.count(date(2026, 10, 3))
    assert _known(years, CLOSED).closed == []
    years.count(date(2026, 10, 4))
    known = _known(years, CLOSED)
    assert (known.closed, known.since) == ([SUMMER], date(2026, 7, 6))
    assert report.closed_from(SUMMER) == date(2026, 10, 4)


def test_a_quarter_from_before_anything_was_counted_is_not_told(years: Years) -> None:
    years.counts_reports("2026-05", 40)
    years.writes(years.person(), date(2026, 7, 6))
    years.count(CLOSED)
    assert _known(years, CLOSED).closed == [SUMMER]


def test_nor_one_of_which_a_month_is_deleted(years: Years) -> None:
    """What is left of it would tell by subtraction what that month was."""
    years.writes(years.person(), date(2026, 7, 6))
    years.calls(date(2026, 7, 6))
    years.count(CLOSED)
    five_years = timedelta(days=retention.days(retention.FIGURES))
    assert SUMMER in _known(years, date(2026, 7, 31) + five_years).closed
    assert SUMMER not in _known(years, date(2026, 8, 1) + five_years).closed


def test_a_quarter_that_was_told_is_the_same_ever_after(years: Years) -> None:
    """Two looks at the same quarter tell nothing by their difference."""
    years.counts_reports(JULY, 12)
    for state in ("new", "working", "closed", "closed"):
        years.reported(date(2026, 8, 3), state)
    for _ in range(6):
        years.writes(years.person(), date(2026, 9, 30))
        years.calls(date(2026, 9, 30), waited=2)
    years.count(CLOSED)
    told = _read(years)
    assert told.calls.outcomes.total == 6
    years.counts_reports("2026-10", 9)
    years.calls(date(2026, 10, 1))
    years.writes(years.person(), date(2026, 10, 1))
    with years.database.write() as connection:
        connection.execute(tables.tips.update().values(state="closed"))
        connection.execute(tables.contacts.delete())
    years.count(date(2026, 11, 20))
    assert _read(years) == told
