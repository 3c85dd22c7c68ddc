"""Whoever has all tables of a quarter, as files, finds no small group in them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.figures import report, tally
from bot.figures.hiding import SMALLEST_GROUP
from bot.figures.quarters import Quarter
from bot.storage import tables as storage
from bot.storage.database import Database
from console.figure_files import as_csv
from console.figure_tables import Table, tables
from tests.bot.figures.years import Years

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SUMMER = Quarter(2026, 3)
HIDDEN = "ditutup"

_few = st.one_of(st.integers(1, 6), st.integers(1, 60))
_reports = st.dictionaries(
    st.tuples(
        st.sampled_from(SUMMER.months),
        st.sampled_from(["rekrutmen", "anak", "hilang", "seksual"]),
        st.sampled_from(["17.09.01", "17.09.02", "17.09.05", "MY", "-"]),
        st.sampled_from(["biasa", "tinggi", "darurat"]),
    ),
    _few,
    max_size=12,
)
_calls = st.dictionaries(
    st.tuples(
        st.sampled_from(["biasa", "tinggi", "darurat"]),
        st.sampled_from(["in_time", "late", "nobody"]),
    ),
    _few,
)
_topics = st.dictionaries(st.sampled_from(["psikolog", "uang_muka", "kerja_malaysia"]), _few)


@pytest.fixture
def years(database: Database) -> Years:
    return Years(database)


def _live(years: Years, reports: dict, calls: dict, topics: dict) -> None:
    with years.database.write() as connection:
        for table in (storage.tip_counts, storage.month_counts):
            connection.execute(table.delete())
    for (month, kind, place, level), count in reports.items():
        years.counts_reports(month, count, kind=kind, place=place, level=level)
    for (level, part), count in calls.items():
        years.tallies("2026-08", tally.CALL, level, part, count)
        if part != "nobody":
            years.tallies(
                "2026-08", tally.WAIT, level, "60" if part == "in_time" else "1800", count
            )
    for topic, count in topics.items():
        years.tallies("2026-08", tally.TOPIC, topic, count=count)


def _numbers(table: Table) -> list[str]:
    """The second column: how many of each group, and the sum."""
    text = as_csv(table).removeprefix("\ufeff")
    return [row[1] for row in csv.reader(io.StringIO(text, newline=""), delimiter=";")][1:]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(_reports, _calls, _topics)
def test_no_table_tells_a_small_group_nor_does_its_sum(
    years: Years,
    reports: dict,
    calls: dict,
    topics: dict,
) -> None:
    _live(years, reports, calls, topics)
    with years.database.read() as connection:
        found = report.of(connection, SUMMER)
    sums = set()
    for table in tables(found).values():
        *groups, total = _numbers(table)
        if not total.isdigit():
            # Less than five of all: no group of it is named.
            assert groups == []
            continue
        assert not 0 < int(total) < SMALLEST_GROUP
        shown = [int(one) for one in groups if one != HIDDEN]
        assert not any(0 < one < SMALLEST_GROUP for one in shown)
        rest = int(total) - sum(shown)
        # The smallest topics stand together under no name.
        hidden = groups.count(HIDDEN)
        assert rest == 0 if not hidden else hidden > 1 and rest >= SMALLEST_GROUP, table.id
        if table.id.startswith("laporan"):
            sums.add(total)
    # All tables of reports are of the same reports: no two of them differ by a few.
    assert len(sums) <= 1
