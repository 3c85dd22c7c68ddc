"""The figures of a quarter, as far as they may be shown.

Reads plain counts alone, of months and days that are over: a quarter is given once all of it was
counted, and is the same ever after. While one goes on only its calls are told, in tens: two looks
at growing numbers would tell a single report by their difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.entities import place_names
from bot.figures import counting, hiding, tally, times
from bot.figures.counting import CHANNELS, IN_TIME, LATE, NOBODY
from bot.figures.counts import Counts, filled, of_total
from bot.figures.hiding import Breakdown, Share, broken_down
from bot.figures.quarters import Quarter
from bot.figures.tally import NOT_SAID
from bot.privacy import retention
from bot.quiz.rounds import AFTER, BEFORE
from bot.storage.tables import day_counts, quiz_rounds, tip_counts
from bot.tips import filing
from bot.tips.questions import order
from bot.triage import levels

ABROAD = "abroad"
# Of everything that is still growing: how many tens there are.
TENS = 10
# Of so many calls at least five and ten of which were taken: see docs/figures.md.
FEWEST_FOR_HALF, FEWEST_FOR_NINE = 10, 20
_OUTCOMES = (IN_TIME, LATE, NOBODY)
_LEVELS = tuple(reversed(levels.LEVELS))
_STATES = (filing.NEW, filing.READ, filing.WORKING, filing.REFERRED, filing.CLOSED)
_WEEKDAYS = tuple(str(number) for number in range(7))


@dataclass(frozen=True)
class Times:
    """Within how many seconds half of them were done, and nine of ten; None for too few."""

    half: int | None
    nine_of_ten: int | None


@dataclass(frozen=True)
class Calls:
    """Calls for a human.

    Attributes:
        outcomes: In time, late, nobody.
        by_level: How grave they were.
        in_time: The share that was taken within the target of its level.
        waiting: Until somebody took them.
        waiting_of: The same of each level that is shown.
        handling: From then until they were handed back.
    """

    outcomes: Breakdown
    by_level: Breakdown
    in_time: Share | None
    waiting: Times
    waiting_of: Mapping[str, Times]
    handling: Times


@dataclass(frozen=True)
class Quiz:
    """Rounds around lessons, and the share of right answers in percent; None for too few."""

    rounds: Breakdown
    right: Mapping[str, int | None]


@dataclass(frozen=True)
class Report:
    """The figures of a quarter that is over."""

    quarter: Quarter
    people: Mapping[str, Breakdown]
    messages: Mapping[str, Breakdown]
    topics: Breakdown
    unanswered: Breakdown
    reports: Mapping[str, Breakdown]
    calls: Calls
    quiz: Quiz


@dataclass(frozen=True)
class Running:
    """What is told of a quarter that goes on: how people are answered.

    Attributes:
        calls: Rounded down to tens.
        in_time: The share, rounded down to tens; None for fewer than ten calls.
    """

    quarter: Quarter
    calls: int
    in_time: int | None
    waiting: Times


@dataclass(frozen=True)
class Known:
    """Which quarters there are, the newest first, and since when anything was counted."""

    closed: Sequence[Quarter]
    running: Quarter
    since: date | None


def known(connection: Connection, today: date) -> Known:
    """The quarters that were counted to the end and of which nothing is deleted yet."""
    since = counting.counted_until(connection, counting.SINCE)
    until = counting.counted_until(connection, counting.CALLS_UNTIL)
    running = Quarter.of(today)
    if since is None or until is None:
        return Known((), running, since)
    # Of a quarter whose first month is gone the rest would tell that month.
    first_month = f"{date.fromordinal(today.toordinal() - retention.days(retention.FIGURES)):%Y-%m}"
    closed = [
        quarter
        for quarter in Quarter.of(since).until(running)
        if quarter.last_day <= until and quarter < running and quarter.months[0] >= first_month
    ]
    return Known(closed[::-1], running, since)


def of(connection: Connection, quarter: Quarter) -> Report:
    """The figures of a quarter that `known` gave as closed."""
    counts = Counts(connection, quarter)
    people, messages = _people_and_messages(connection, quarter)
    return Report(
        quarter,
        people,
        messages,
        topics=broken_down(counts.by_name(tally.TOPIC)),
        unanswered=broken_down(filled(counts.by_name(tally.UNANSWERED), ("tidak_tahu", "ragu"))),
        reports=_reports(connection, quarter, counts),
        calls=_calls(counts),
        quiz=_quiz(connection, quarter),
    )


def running(connection: Connection, quarter: Quarter) -> Running:
    """What may be told of the quarter that goes on."""
    counts = Counts(connection, quarter)
    outcomes = counts.by_part(tally.CALL)
    calls = sum(outcomes.values())
    tens = calls // TENS * TENS
    waiting = _times(counts.by_step(tally.WAIT), calls)
    return Running(quarter, tens, _at_least(outcomes, tens), waiting)


def _at_least(outcomes: Mapping[str, int], tens: int) -> int | None:
    """The share of calls that were taken in time, in tens of percent, of a number that grows."""
    calls = sum(outcomes.values())
    if not tens:
        return None
    if calls - outcomes[IN_TIME] < hiding.SMALLEST_GROUP:
        # That fewer than five were not is all that is told.
        return 100 * (tens - hiding.SMALLEST_GROUP + 1) // tens // TENS * TENS
    return 100 * outcomes[IN_TIME] // calls // TENS * TENS


def _people_and_messages(
    connection: Connection, quarter: Quarter
) -> tuple[dict[str, Breakdown], dict[str, Breakdown]]:
    """People of each day, added up; messages stand only where the people may."""
    rows = connection.execute(
        select(day_counts)
        .where(day_counts.c.day >= str(quarter.first_day))
        .where(day_counts.c.day <= str(quarter.last_day))
    ).all()
    groupings = {
        "channel": (CHANNELS, lambda row: row.channel),
        "month": (quarter.months, lambda row: row.day[:7]),
        "weekday": (_WEEKDAYS, lambda row: str(date.fromisoformat(row.day).weekday())),
    }
    people, messages = {}, {}
    for by, (names, name_of) in groupings.items():
        persons, said = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
        for row in rows:
            persons[name_of(row)] += row.people
            said[name_of(row)] += row.messages
        people[by] = broken_down(persons)
        messages[by] = Breakdown(
            None if people[by].total is None else sum(said.values()),
            {n: None if shown is None else said[n] for n, shown in people[by].groups.items()},
        )
    return people, messages


def _reports(connection: Connection, quarter: Quarter, counts: Counts) -> dict[str, Breakdown]:
    rows = connection.execute(
        select(tip_counts).where(tip_counts.c.month.in_(quarter.months))
    ).all()
    total = sum(row.count for row in rows)
    found = {name: Counter[str]() for name in ("month", "kind", "place", "level")}
    for row in rows:
        found["month"][row.month] += row.count
        found["kind"][row.kind] += row.count
        found["place"][_place(row.place)] += row.count
        found["level"][row.level] += row.count
    stages = [option.fills["tahap"] for option in order().options["tahap"]]
    groups = {
        "month": filled(found["month"], quarter.months),
        "kind": filled(found["kind"], (*order().kinds, NOT_SAID)),
        "place": filled(found["place"], (*_kecamatan(), ABROAD, NOT_SAID)),
        "level": filled(found["level"], _LEVELS),
        "stage": of_total(counts.by_name(tally.STAGE), stages, NOT_SAID, total),
        # Those that are not there any more were withdrawn: all others are kept for longer.
        "state": of_total(counts.by_name(tally.STATE), _STATES, filing.WITHDRAWN, total),
    }
    return {by: broken_down(numbers) for by, numbers in groups.items()}


def _kecamatan() -> list[str]:
    codes = place_names.by_code()
    return [code for code in codes if len(code) == place_names.KECAMATAN_LENGTH]


def _place(code: str) -> str:
    if code in place_names.by_code() or code == NOT_SAID:
        return code
    return NOT_SAID if code[:1].isdigit() else ABROAD


def _calls(counts: Counts) -> Calls:
    by_part, by_name = counts.by_part(tally.CALL), counts.by_name(tally.CALL)
    calls = sum(by_part.values())
    outcomes = broken_down(filled(by_part, _OUTCOMES))
    by_level = broken_down(filled(by_name, _LEVELS))
    in_time = hiding.share(outcomes, IN_TIME)
    if in_time is None and outcomes.total is not None:
        in_time = hiding.share_at_least(outcomes.total, by_part[IN_TIME])
    return Calls(
        outcomes,
        by_level,
        in_time,
        waiting=_times(counts.by_step(tally.WAIT), calls),
        # The time of a level tells that it has five or more: only where that is told anyway.
        waiting_of={
            level: _times(counts.by_step(tally.WAIT, level), count)
            for level, count in by_level.shown.items()
        },
        handling=_times(counts.by_step(tally.HANDLING), calls),
    )


def _times(counts: Mapping[int, int], calls: int) -> Times:
    """Of fewer calls than that a time would tell how many of them nobody took."""
    return Times(
        times.median(counts) if calls >= FEWEST_FOR_HALF else None,
        times.nine_of_ten(counts) if calls >= FEWEST_FOR_NINE else None,
    )


def _quiz(connection: Connection, quarter: Quarter) -> Quiz:
    rows = connection.execute(
        select(quiz_rounds.c.stage, quiz_rounds.c.asked, quiz_rounds.c.right)
        .where(quiz_rounds.c.month.in_(quarter.months))
        .where(quiz_rounds.c.stage.in_((BEFORE, AFTER)))
    ).all()
    rounds = broken_down(filled(Counter(row.stage for row in rows), (BEFORE, AFTER)))
    right: dict[str, int | None] = dict.fromkeys((BEFORE, AFTER))
    for stage in rounds.shown:
        asked = sum(row.asked for row in rows if row.stage == stage)
        known = sum(len(row.right.split()) for row in rows if row.stage == stage)
        right[stage] = round(100 * known / asked) if asked else None
    return Quiz(rounds, right)


def closed_from(quarter: Quarter) -> date:
    """The day on which a quarter is told in full, as long as a worker runs."""
    return quarter.last_day + timedelta(days=counting.DAYS_TO_BE_TAKEN + 1)
