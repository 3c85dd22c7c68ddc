from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.storage import bell, migrate
from bot.storage.database import Database
from bot.storage.tables import processes


def _insert(database: Database, name: str) -> None:
    with database.write() as connection:
        connection.execute(processes.insert().values(id=name, kind="test", started_at=0, seen_at=0))
        bell.ring(connection)


def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            connection.execute(
                processes.insert().values(id="x", kind="test", started_at=0, seen_at=0)
            )
            raise KeyError("stop")

    with pytest.raises(KeyError):
        fail()
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(processes)).scalar() == 0


def test_writers_from_many_threads_wait_for_each_other(database: Database) -> None:
    def write_ten(number: int) -> None:
        for index in range(10):
            _insert(database, f"{number}-{index}")

    threads = [threading.Thread(target=write_ten, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(processes)).scalar() == 80


def test_sqlite_is_set_for_a_power_cut_and_leaves_no_words_behind(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'suluh.db'}")
    migrate.upgrade(database)
    with database.write() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        }
    assert asked == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "secure_delete": 1,
        "foreign_keys": 1,
    }
    database.close()


def test_a_claim_does_not_weaken_the_next_write(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'suluh.db'}")
    migrate.upgrade(database)
    with database.claim() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
    with database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    database.close()


def test_the_bell_rings_for_a_commit_of_another_connection(database: Database) -> None:
    listener = bell.listen(database)
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        assert not listener.wait(0.05)
        timer = threading.Timer(0.1, _insert, (other, "rung"))
        timer.start()
        started = time.monotonic()
        assert listener.wait(5)
        assert time.monotonic() - started < 3
        timer.join()
    finally:
        listener.close()
        other.close()
