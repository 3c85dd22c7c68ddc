from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.settings import PROJECT_ROOT
from bot.storage.database import Database
from bot.storage.locks import ProcessLock

NAME = "send-sms"
# Holds a lock, says so, and waits until it is ended.
HOLDER = """
import sys, time
from bot.storage.database import Database
from bot.storage.locks import ProcessLock

lock = ProcessLock(Database(sys.argv[1]), sys.argv[2])
print(lock.hold(), flush=True)
time.sleep(60)
"""

MakeLock = Callable[..., ProcessLock]


@pytest.fixture
def lock_of(database: Database) -> Iterator[MakeLock]:
    """Locks as different processes have them: each over connections of its own."""
    made: list[tuple[Database, ProcessLock]] = []

    def make(name: str = NAME, url: str | None = None) -> ProcessLock:
        own = Database(url or _url(database))
        made.append((own, ProcessLock(own, name)))
        return made[-1][1]

    yield make
    for own, lock in made:
        lock.release()
        own.close()


def _url(database: Database) -> str:
    return str(database.url.render_as_string(hide_password=False))


@contextmanager
def _holding_process(url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that has taken the lock when the block begins."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url, NAME],
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def _comes_free(lock: ProcessLock, seconds: float = 5.0) -> bool:
    """PostgreSQL needs a moment to see that a session has ended."""
    deadline = time.monotonic() + seconds
    while not (held := lock.hold()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return held


def test_one_of_several_processes_holds_a_lock(lock_of: MakeLock) -> None:
    first, second = lock_of(), lock_of()
    assert first.hold()
    assert not second.hold()


def test_who_holds_a_lock_may_ask_again(lock_of: MakeLock) -> None:
    first, second = lock_of(), lock_of()
    assert [first.hold() for _ in range(3)] == [True] * 3
    # Asked for three times, it is given back once.
    first.release()
    assert _comes_free(second)


def test_a_lock_that_was_given_back_goes_to_the_next(lock_of: MakeLock) -> None:
    first, second = lock_of(), lock_of()
    assert first.hold()
    assert not second.hold()
    first.release()
    assert _comes_free(second)
    assert not first.hold()
    second.release()
    assert _comes_free(first)


def test_giving_back_what_one_does_not_hold_changes_nothing(lock_of: MakeLock) -> None:
    first, second = lock_of(), lock_of()
    second.release()
    assert first.hold()
    assert not second.hold()
    second.release()
    second.release()
    assert not second.hold()
    assert first.hold()


def test_locks_of_other_names_are_free(lock_of: MakeLock) -> None:
    locks = [lock_of(name) for name in ("send-sms", "send-telegram", "send-whatsapp")]
    assert all(lock.hold() for lock in locks)


def test_two_locks_of_one_process_exclude_each_other(database: Database) -> None:
    """They share the connections of the process, not the lock."""
    first, second = ProcessLock(database, NAME), ProcessLock(database, NAME)
    try:
        assert first.hold()
        assert not second.hold()
        first.release()
        assert _comes_free(second)
        assert not first.hold()
    finally:
        first.release()
        second.release()


def test_a_lock_stands_in_the_way_of_no_reader_and_no_writer(database: Database) -> None:
    lock = ProcessLock(database, NAME)
    assert lock.hold()
    try:
        with database.write() as connection:
            connection.execute(text("UPDATE processes SET seen_at = 1"))
        with database.read() as connection:
            assert connection.execute(text("SELECT count(*) FROM processes")).scalar() == 0
        assert lock.hold()
    finally:
        lock.release()


def test_asking_in_vain_uses_nothing_up(database: Database, lock_of: MakeLock) -> None:
    """A process asks every second, for days; there are few connections and descriptors."""
    holder, lock = lock_of(), ProcessLock(database, NAME)
    assert holder.hold()
    # What is opened once, for the first of them.
    assert not lock.hold()
    before = _open_files()
    for _ in range(50):
        assert not lock.hold()
    assert _open_files() == before


def test_holding_and_giving_back_uses_nothing_up(database: Database) -> None:
    lock = ProcessLock(database, NAME)
    assert lock.hold()
    lock.release()
    before = _open_files()
    for _ in range(20):
        assert _comes_free(lock)
        lock.release()
    assert _open_files() == before


def test_of_many_that_ask_at_once_one_gets_it(lock_of: MakeLock) -> None:
    locks = [lock_of() for _ in range(8)]
    barrier = threading.Barrier(len(locks))
    held: list[bool] = []

    def ask(lock: ProcessLock) -> None:
        barrier.wait()
        held.append(lock.hold())

    threads = [threading.Thread(target=ask, args=(lock,)) for lock in locks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(held) == [False] * 7 + [True]


def test_a_killed_process_gives_its_lock_back(database: Database, lock_of: MakeLock) -> None:
    lock = lock_of()
    with _holding_process(_url(database)) as process:
        assert not lock.hold()
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(5) == -signal.SIGKILL
        assert _comes_free(lock)


def test_a_process_that_only_hangs_keeps_its_lock(database: Database, lock_of: MakeLock) -> None:
    lock = lock_of()
    with _holding_process(_url(database)) as process:
        os.kill(process.pid, signal.SIGSTOP)
        assert not lock.hold()


def test_a_child_does_not_keep_the_lock_of_its_parent(database: Database) -> None:
    """A program that was started meanwhile lives on."""
    lock, other = ProcessLock(database, NAME), ProcessLock(database, NAME)
    assert lock.hold()
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False
    ) as child:
        lock.release()
        try:
            assert _comes_free(other)
        finally:
            other.release()
            child.kill()


def test_the_lock_file_is_for_our_eyes_only(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'suluh.db'}")
    lock = ProcessLock(database, NAME)
    assert lock.hold()
    lock.release()
    assert [(file.name, file.stat().st_mode & 0o777) for file in tmp_path.iterdir()] == [
        ("suluh.db-send-sms", 0o600)
    ]
    database.close()


# On PostgreSQL a lock is lost with its session.


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Database]:
    database = Database(postgresql_url)
    yield database
    database.close()


@pytest.fixture
def holder(postgresql: Database) -> Iterator[ProcessLock]:
    lock = ProcessLock(postgresql, NAME)
    assert lock.hold()
    yield lock
    lock.release()


def _end_the_session_that_holds(postgresql: Database) -> None:
    with postgresql.read() as connection:
        ended = connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE locktype = 'advisory' AND granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        ).all()
    assert [row[0] for row in ended] == [True]


def test_who_lost_the_session_takes_the_lock_again(
    postgresql: Database, holder: ProcessLock
) -> None:
    _end_the_session_that_holds(postgresql)
    assert _comes_free(holder)
    other = ProcessLock(postgresql, NAME)
    assert not other.hold()


def test_who_lost_the_session_sees_that_another_has_the_lock(
    postgresql: Database, holder: ProcessLock
) -> None:
    """Else two processes would send on one channel."""
    other = ProcessLock(postgresql, NAME)
    _end_the_session_that_holds(postgresql)
    try:
        assert _comes_free(other)
        assert not holder.hold()
    finally:
        other.release()


def test_a_lost_session_is_given_back_without_complaint(
    postgresql: Database, holder: ProcessLock
) -> None:
    _end_the_session_that_holds(postgresql)
    holder.release()
    assert _comes_free(holder)


def test_a_lock_is_no_open_transaction(postgresql: Database, holder: ProcessLock) -> None:
    """Those are ended by the server after a minute, and keep old rows from being tidied."""
    with postgresql.read() as connection:
        states = connection.execute(
            text(
                "SELECT state FROM pg_stat_activity JOIN pg_locks USING (pid)"
                " WHERE locktype = 'advisory' AND datname = current_database()"
            )
        ).scalars()
        assert states.all() == ["idle"]


def test_another_database_of_the_server_has_locks_of_its_own(
    postgresql_server: str, holder: ProcessLock
) -> None:
    elsewhere = Database(postgresql_server)
    lock = ProcessLock(elsewhere, NAME)
    try:
        assert _comes_free(lock)
    finally:
        lock.release()
        elsewhere.close()


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
