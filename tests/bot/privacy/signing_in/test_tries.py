from __future__ import annotations

import threading

import pytest

from bot.clock import now_ms
from bot.privacy import retention
from bot.privacy.signing_in import tries
from bot.privacy.signing_in.tries import FREE_TRIES, LONGEST_WAIT_SECONDS, Browsers
from bot.storage.database import Database
from bot.storage.tables import sign_in_tries

SCOPE = tries.scope_of("Sari", None)


def _fail(database: Database, times: int = 1, scope: str = SCOPE) -> int:
    """Fails after each wait; gives how long the next try has to wait."""
    for _ in range(times):
        with database.write() as connection:
            connection.execute(sign_in_tries.update().values(blocked_until=0))
            assert tries.take(connection, scope) == 0
    with database.read() as connection:
        return tries.seconds_to_wait(connection, scope)


def test_a_few_typing_errors_cost_nothing(database: Database) -> None:
    assert _fail(database, FREE_TRIES) == 0


def test_each_further_failure_doubles_the_wait_up_to_a_minute(database: Database) -> None:
    _fail(database, FREE_TRIES)
    waits = [_fail(database) for _ in range(8)]
    assert waits == [
        2,
        4,
        8,
        16,
        32,
        LONGEST_WAIT_SECONDS,
        LONGEST_WAIT_SECONDS,
        LONGEST_WAIT_SECONDS,
    ]


def test_nobody_is_locked_out_for_longer(database: Database) -> None:
    assert _fail(database, 60) == LONGEST_WAIT_SECONDS


def test_a_right_password_gives_the_tries_back(database: Database) -> None:
    _fail(database, FREE_TRIES + 3)
    with database.write() as connection:
        tries.succeeded(connection, SCOPE)
    assert _fail(database) == 0


def test_a_day_forgets(database: Database) -> None:
    _fail(database, FREE_TRIES + 3)
    with database.write() as connection:
        past = sign_in_tries.c.since - tries.FORGOTTEN_MS - 1
        connection.execute(sign_in_tries.update().values(since=past, blocked_until=0))
    assert _fail(database) == 0
    with database.write() as connection:
        connection.execute(sign_in_tries.update().values(since=0))
    retention.purge(database, now_ms(), thorough=False)
    with database.read() as connection:
        assert connection.execute(sign_in_tries.select()).all() == []


def _at_once(database: Database, many: int) -> list[int]:
    """Many try at the same moment; gives how long each was told to wait."""
    gate, told = threading.Barrier(many), []

    def try_it() -> None:
        gate.wait()
        with database.write() as connection:
            told.append(tries.take(connection, SCOPE))

    threads = [threading.Thread(target=try_it) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def test_two_who_try_at_once_both_count(database: Database) -> None:
    _fail(database)
    assert _at_once(database, 4) == [0, 0, 0, 0]
    with database.read() as connection:
        assert connection.execute(sign_in_tries.select()).one().failures == 5


def test_of_many_who_try_at_once_only_the_free_tries_are_heard(database: Database) -> None:
    _fail(database)
    # One was used up; the sixth brings the first wait.
    told = _at_once(database, 12)
    assert told[:FREE_TRIES] == [0] * FREE_TRIES
    assert all(told[FREE_TRIES:])


def test_a_try_that_has_to_wait_does_not_make_the_wait_longer(database: Database) -> None:
    assert _fail(database, FREE_TRIES + 1) == 2
    with database.write() as connection:
        assert [tries.take(connection, SCOPE) for _ in range(3)] == [2, 2, 2]
    assert _fail(database) == 4


@pytest.mark.parametrize("typed", ["Sari", "sari", " SARI "])
def test_a_name_is_one_however_it_is_typed(typed: str) -> None:
    assert tries.scope_of(typed, None) == SCOPE


def test_an_accent_that_is_typed_apart_gives_no_further_tries() -> None:
    assert tries.scope_of("Rene\u0301", None) == tries.scope_of("Ren\u00e9", None)


def test_no_name_that_is_tried_slows_down_the_codes_of_a_member() -> None:
    for name in ("s1", "kode s1", "code s1", "kodes1"):
        assert tries.scope_of(name, None) != tries.scope_of_codes("s1")


def test_a_stranger_does_not_slow_down_a_browser_that_signed_in_before(
    database: Database,
) -> None:
    browsers = Browsers(bytes(32))
    browser = browsers.known("s1", browsers.cookie("s1"))
    assert browser is not None
    _fail(database, 20)
    with database.read() as connection:
        assert tries.seconds_to_wait(connection, tries.scope_of("Sari", browser)) == 0


@pytest.mark.parametrize("cookie", ["", ".", "x.y", "é.é", "x" * 3000])
def test_a_browser_that_says_so_is_not_believed(cookie: str) -> None:
    assert Browsers(bytes(32)).known("s1", cookie) is None


def test_a_browser_is_known_for_its_member_and_by_this_server_alone() -> None:
    browsers = Browsers(bytes(32))
    cookie = browsers.cookie("s1")
    assert browsers.known("s1", cookie)
    assert browsers.known("s2", cookie) is None
    assert browsers.known(None, browsers.cookie("")) is None
    assert Browsers(bytes(range(32))).known("s1", cookie) is None


def test_no_name_stands_in_the_database(database: Database) -> None:
    _fail(database)
    with database.read() as connection:
        assert "sari" not in repr(connection.execute(sign_in_tries.select()).all()).lower()
