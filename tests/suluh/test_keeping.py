"""What is over goes by itself, and whoever operates the house may see to it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot import settings
from bot.clock import now_ms
from bot.conversation.messages import Inbound
from bot.conversation.turn import TurnRunner
from bot.privacy import retention
from bot.storage import tables
from bot.storage.locks import ProcessLock
from suluh import keeping
from suluh.keeping import Keeping
from suluh.wiring import House
from tests.bot.conversation.test_keeper import Speaker

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"SULUH_HOME": str(tmp_path / "home")}


@pytest.fixture
def house(home: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(keeping, "KEEP_SECONDS", 0.02)
    house = House.prepare(settings.load(home))
    yield house
    house.database.close()


def _talk_long_ago(house: House, number: int = 1) -> None:
    whose = house.inbox.accept(Inbound("web", f"kue {number}", f"a{number}", payload="/menu"))
    runner = TurnRunner(house.database, house.sealer, Speaker(), claim_seconds=60)
    claim = runner.queue.claim_next()
    assert claim is not None
    runner.run(claim)
    with house.database.write() as connection:
        own = tables.conversations.c.id == whose.conversation_id
        connection.execute(update(tables.conversations).where(own).values(heard_at=1))


def _count(house: House, name: str) -> int:
    table = tables.metadata.tables[name]
    with house.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_is_over_goes_while_a_worker_runs(house: House) -> None:
    _talk_long_ago(house)
    with Keeping(house, Speaker(), {}):
        _until(lambda: _count(house, "conversations") == 0)


def test_a_report_that_was_left_is_reminded_of_and_goes_while_a_worker_runs(house: House) -> None:
    _talk_long_ago(house)
    with house.database.write() as connection:
        connection.execute(update(tables.conversations).values(heard_at=now_ms() - 40 * 60_000))
        (whose,) = connection.execute(select(tables.conversations.c.id)).scalars()
        connection.execute(
            tables.tip_drafts.insert().values(
                conversation_id=whose, stage="asking", touched_at=1, expires_at=now_ms() + 3_600_000
            )
        )
    with Keeping(house, Speaker(), {}):
        _until(lambda: _count(house, "outbox") == 2)
        with house.database.write() as connection:
            connection.execute(update(tables.tip_drafts).values(expires_at=1))
        _until(lambda: _count(house, "tip_drafts") == 0)


def test_of_several_workers_one_keeps_and_another_takes_over(house: House) -> None:
    other = ProcessLock(house.database, keeping.LOCK)
    assert other.hold()
    _talk_long_ago(house)
    with Keeping(house, Speaker(), {}):
        time.sleep(0.3)
        assert _count(house, "conversations") == 1
        other.release()
        _until(lambda: _count(house, "conversations") == 0)
    # And gives it back at the end.
    assert other.hold()
    other.release()


def test_trouble_stops_it_only_for_a_moment(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    purge = retention.purge
    troubles: list[int] = []

    def fail_twice(*arguments: object, **options: object) -> dict[str, int]:
        if len(troubles) < 2:
            troubles.append(1)
            raise OSError("disk full")
        return purge(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(retention, "purge", fail_twice)
    _talk_long_ago(house)
    with Keeping(house, Speaker(), {}):
        _until(lambda: _count(house, "conversations") == 0)
    assert len(troubles) == 2


@pytest.mark.parametrize(("largest", "thorough"), [(256_000_000, [True] * 3), (1, [True, False])])
def test_a_large_file_is_written_anew_once_a_day(
    house: House, monkeypatch: pytest.MonkeyPatch, largest: int, thorough: list[bool]
) -> None:
    seen: list[bool] = []

    def note(_database: object, _now: int, *, thorough: bool) -> dict[str, int]:
        seen.append(thorough)
        return {}

    monkeypatch.setattr(retention, "purge", note)
    monkeypatch.setattr(keeping, "PURGE_SECONDS", 0.0)
    monkeypatch.setattr(keeping, "QUICKLY_REWRITTEN", largest)
    with Keeping(house, Speaker(), {}):
        _until(lambda: len(seen) >= len(thorough))
    assert seen[: len(thorough)] == thorough


def test_by_hand_it_says_how_much_of_each_class_went_and_nothing_else(
    house: House, home: dict[str, str]
) -> None:
    for number in (1, 2):
        _talk_long_ago(house, number)
    lines = _purge(home)
    assert [line.split() for line in lines if line.split()[0] != "0"] == [
        ["2", "simpan_percakapan"]
    ]
    assert {line.split()[1] for line in lines} <= set(retention.classes())
    assert _count(house, "conversations") == 0
    assert all(line.split()[0] == "0" for line in _purge(home))


def _purge(home: dict[str, str]) -> list[str]:
    others = {k: v for k, v in os.environ.items() if not k.startswith("SULUH_")}
    finished = subprocess.run(
        [sys.executable, "-m", "suluh", "purge"],
        env={**others, **home},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    return finished.stdout.splitlines()
