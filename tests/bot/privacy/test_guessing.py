from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.privacy import guessing
from bot.privacy.guessing import DAY_MS, HOUR_MS, MINUTE_MS
from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.tables import receipt_tries

NOW = 1_800_000_000_000
WAITS = [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


class Tries:
    """Tries of conversations, each in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def wait(self, conversation: str, now: int = NOW) -> int:
        with self._database.read() as connection:
            return guessing.may_try(connection, conversation, now)

    def fails(self, conversation: str, now: int = NOW, times: int = 1) -> None:
        for _ in range(times):
            with self._database.write() as connection:
                guessing.failed(connection, conversation, now)

    def succeeds(self, conversation: str) -> None:
        with self._database.write() as connection:
            guessing.succeeded(connection, conversation)

    def counted(self, scope: str) -> int:
        with self._database.read() as connection:
            query = select(receipt_tries.c.failures).where(receipt_tries.c.scope == scope)
            return int(connection.execute(query).scalar() or 0)


@pytest.fixture
def tries(database: Database) -> Tries:
    return Tries(database)


def test_three_tries_are_free(tries: Tries) -> None:
    for _ in range(3):
        assert tries.wait("ani") == 0
        tries.fails("ani")
    assert tries.wait("ani") == MINUTE_MS


def test_whoever_goes_on_failing_waits_longer_and_longer(tries: Tries) -> None:
    now = NOW
    for minutes in WAITS:
        assert tries.wait("ani", now) == 0
        tries.fails("ani", now)
        assert tries.wait("ani", now) == minutes * MINUTE_MS
        now += minutes * MINUTE_MS


def test_the_wait_runs_out(tries: Tries) -> None:
    tries.fails("ani", times=3)
    assert tries.wait("ani", NOW + MINUTE_MS - 1) == 1
    assert tries.wait("ani", NOW + MINUTE_MS) == 0
    assert tries.wait("ani", NOW + 10 * MINUTE_MS) == 0


def test_one_who_guesses_makes_no_other_wait(tries: Tries) -> None:
    tries.fails("ani", times=9)
    assert tries.wait("budi") == 0
    tries.fails("budi")
    assert tries.wait("budi") == 0


def test_a_day_without_failures_forgets_them(tries: Tries) -> None:
    tries.fails("ani", times=5)
    tries.fails("ani", NOW + DAY_MS - 1)
    assert tries.counted("ani") == 6
    later = NOW + DAY_MS - 1 + DAY_MS
    tries.fails("ani", later)
    assert tries.counted("ani") == 1
    assert tries.wait("ani", later) == 0


def test_the_right_receipt_gives_the_free_tries_back(tries: Tries) -> None:
    tries.fails("ani", times=5)
    tries.succeeds("ani")
    assert tries.wait("ani") == 0
    tries.fails("ani", times=2)
    assert tries.wait("ani") == 0
    tries.succeeds("siapa pun")
    assert tries.wait("siapa pun") == 0


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "MOST_IN_AN_HOUR", 10)


def test_a_thousand_failures_an_hour_are_the_most() -> None:
    assert guessing.MOST_IN_AN_HOUR == 1000


@pytest.mark.usefixtures("few")
def test_when_all_together_fail_too_often_those_who_failed_wait_for_the_end_of_the_hour(
    tries: Tries,
) -> None:
    for number in range(9):
        tries.fails(f"bot-{number}")
    assert tries.wait("bot-0") == 0
    tries.fails("bot-9", NOW + MINUTE_MS)
    assert tries.wait("bot-0", NOW + MINUTE_MS) == HOUR_MS - MINUTE_MS
    assert tries.wait("bot-9", NOW + HOUR_MS - 1) == 1
    assert tries.wait("bot-9", NOW + HOUR_MS) == 0


@pytest.mark.usefixtures("few")
def test_then_who_has_not_failed_still_gets_one_try(tries: Tries) -> None:
    tries.fails("kemarin", NOW - 2 * HOUR_MS)
    for number in range(12):
        tries.fails(f"bot-{number}")
    assert tries.wait("ani") == 0
    assert tries.wait("kemarin") == 0
    tries.fails("ani")
    assert tries.wait("ani") == HOUR_MS


@pytest.mark.usefixtures("few")
def test_a_receipt_of_ones_own_does_not_lift_the_limit_for_all(tries: Tries) -> None:
    for _ in range(10):
        assert tries.wait("ani") == 0
        tries.fails("ani")
        tries.succeeds("ani")
    assert tries.wait("ani") == HOUR_MS


@pytest.mark.usefixtures("few")
def test_a_new_hour_counts_from_the_beginning(tries: Tries) -> None:
    for number in range(12):
        tries.fails(f"bot-{number}")
    tries.fails("ani", NOW + HOUR_MS)
    assert tries.counted(guessing.EVERYBODY) == 1
    assert tries.wait("ani", NOW + HOUR_MS) == 0


@pytest.mark.usefixtures("few")
def test_the_longer_of_two_waits_counts(tries: Tries) -> None:
    tries.fails("ani", NOW + 50 * MINUTE_MS, times=8)
    for number in range(3):
        tries.fails(f"bot-{number}", NOW)
    assert tries.wait("ani", NOW + 51 * MINUTE_MS) == 59 * MINUTE_MS


def test_workers_who_count_at_once_all_count(tries: Tries) -> None:
    """Each of them alone, and two of the same conversation."""

    def work(number: int) -> None:
        for _ in range(10):
            tries.fails(f"bot-{number % 2}")

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert tries.counted(guessing.EVERYBODY) == 40
    assert tries.counted("bot-0") == tries.counted("bot-1") == 20


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Database:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('tries') / 'suluh.db'}")
    migrate.upgrade(database)
    return database


@settings(max_examples=60, deadline=None)
@given(pauses=st.lists(st.integers(0, 2 * HOUR_MS), min_size=1, max_size=30))
def test_nobody_gets_more_tries_in_a_day_than_the_waits_allow(
    shared: Database, pauses: list[int]
) -> None:
    tries, now, made = Tries(shared), NOW, 0
    with shared.write() as connection:
        connection.execute(receipt_tries.delete())
    for pause in pauses:
        now += pause
        if tries.wait("ani", now) == 0:
            tries.fails("ani", now)
            made += 1
    spent = sum(WAITS[: made - 1]) * MINUTE_MS if made <= len(WAITS) else 0
    assert now - NOW >= spent
    assert tries.counted("ani") == made
