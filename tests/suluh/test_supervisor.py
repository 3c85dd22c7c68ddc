"""The real processes under their supervisor."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from bot import settings as settings_module
from bot.clock import now_ms
from bot.conversation.turn import MAX_TAKES
from bot.storage.database import Database
from bot.storage.tables import conversations
from suluh.supervisor import CRASH_LIMIT
from suluh.wiring import House
from tests.processes import Product, free_ports, wait_for_replies


def _ask(client: httpx.Client, text: str) -> None:
    answer = client.post("/pesan", json={"id": str(uuid.uuid4()), "text": text})
    assert answer.status_code == 202


def _gone(processes: list[psutil.Process], seconds: float = 15.0) -> bool:
    return not psutil.wait_procs(processes, timeout=seconds)[1]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, model_dir: Path) -> Iterator[Product]:
    """For all who leave it running."""
    with Product(tmp_path_factory.mktemp("two") / "home", model_dir, workers=2) as product:
        yield product


def test_killed_processes_are_started_again_and_go_on(product: Product) -> None:
    with product.client() as visitor:
        _ask(visitor, "apa itu perdagangan orang?")
        wait_for_replies(visitor, 1)
        for victim in product.children("worker"):
            victim.kill()
        # The worker is dead: the message is kept until the next one is there.
        _ask(visitor, "bagaimana cara melapor?")
        wait_for_replies(visitor, 2, seconds=30)
        for victim in product.children("web"):
            victim.kill()
        product.wait_until_ready()
        _ask(visitor, "siapa kamu?")
        assert len(wait_for_replies(visitor, 3, seconds=30)) == 3


def test_a_message_that_kills_its_worker_takes_nobody_else_down(product: Product) -> None:
    with product.client() as visitor:
        _ask(visitor, "apa itu perdagangan orang?")
        wait_for_replies(visitor, 1)
        # A message that nobody survives: each worker is killed as soon as it has claimed it.
        with Database(f"sqlite:///{product.home / 'suluh.db'}").write() as connection:
            connection.execute(conversations.update().values(attempts=MAX_TAKES))
        for victim in product.children("worker"):
            victim.kill()
        _ask(visitor, "ini yang mematikan?")
        said = wait_for_replies(visitor, 2, seconds=30)
        assert "gangguan" in said[1]
        _ask(visitor, "apa itu perdagangan orang?")
        assert "Perdagangan orang" in wait_for_replies(visitor, 3)[2]


def test_workers_may_die_more_often_than_a_message_is_tried() -> None:
    assert CRASH_LIMIT > MAX_TAKES + 1


def test_a_claim_of_a_dead_worker_is_free_within_seconds(product: Product) -> None:
    product.wait_until_ready()
    with product.client() as visitor:
        # As a worker leaves it that was killed in the middle of a turn.
        workers = product.suspend_workers()
        _ask(visitor, "apa itu perdagangan orang?")
        database = Database(f"sqlite:///{product.home / 'suluh.db'}")
        with database.write() as connection:
            claim = {"claim_token": "dead", "claim_until": now_ms() + 5000, "attempts": 1}
            connection.execute(conversations.update().values(claim))
        for worker in workers:
            worker.resume()
        started = time.monotonic()
        wait_for_replies(visitor, 1, seconds=30)
        assert 2 < time.monotonic() - started < 12
        database.close()


def test_a_polite_stop_answers_what_was_begun_and_leaves_no_process(
    tmp_path: Path, model_dir: Path
) -> None:
    with Product(tmp_path / "home", model_dir) as product:
        children = product.children()
        assert len(children) == 2
        assert product.stop() == 0
        assert _gone(children, seconds=1)
    assert "Traceback" not in product.log()
    assert "worker stopped" in product.log()


def test_an_open_page_does_not_hold_up_the_stop(tmp_path: Path, model_dir: Path) -> None:
    with Product(tmp_path / "home", model_dir) as product, product.client() as visitor:
        _ask(visitor, "apa itu perdagangan orang?")
        with visitor.stream("GET", "/aliran") as stream:
            lines = stream.iter_lines()
            assert next(lines).startswith("id:")
            started = time.monotonic()
            assert product.stop() == 0
            assert time.monotonic() - started < 4


def test_children_end_when_their_supervisor_is_killed(tmp_path: Path, model_dir: Path) -> None:
    with Product(tmp_path / "home", model_dir) as product:
        children = product.children()
        assert product.process is not None
        product.process.kill()
        assert _gone(children)


def test_a_crash_loop_is_reported_and_stops_everything(tmp_path: Path, model_dir: Path) -> None:
    # A web process that cannot have its port dies each time it is started.
    product = Product(tmp_path / "home", model_dir, crash_limit=3)
    with _occupied(product.port):
        product.start()
        assert product.process is not None
        assert product.process.wait(60) == 1
    assert "web died again and again" in product.log()
    own = f"--port={product.port}"
    assert [p for p in psutil.process_iter(["cmdline"]) if own in (p.info["cmdline"] or [])] == []


class _occupied:
    def __init__(self, port: int) -> None:
        import socket

        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", port))
        self._socket.listen()

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def test_without_a_model_it_says_what_to_do(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "suluh", "run"],
        env={**os.environ, "SULUH_HOME": str(tmp_path), "SULUH_MODEL_DIR": str(tmp_path / "no")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 1
    assert "suluh train" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize("command", ["web", "worker"])
def test_the_halves_refuse_a_database_that_was_not_migrated(
    tmp_path: Path, model_dir: Path, command: str
) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "suluh", command],
        env={**os.environ, "SULUH_HOME": str(tmp_path), "SULUH_MODEL_DIR": str(model_dir)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 1
    assert "suluh migrate" in finished.stderr
    assert list(tmp_path.glob("keys/*")) == []


def test_another_key_is_refused_before_anything_is_spoilt(tmp_path: Path, model_dir: Path) -> None:
    home = tmp_path / "home"
    environment = Product(home, model_dir).environment
    House.prepare(settings_module.load(environment)).database.close()
    key = home / "keys" / "server.key"
    original = key.read_bytes()
    for command in (["web"], ["worker"], ["migrate"], ["run", f"--port={free_ports()[0]}"]):
        for spoilt in (bytes(32), None):
            if spoilt is None:
                key.unlink()
            else:
                key.write_bytes(spoilt)
            finished = subprocess.run(
                [sys.executable, "-m", "suluh", *command],
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert finished.returncode == 1, finished.stderr
            assert "backup" in finished.stderr
            assert "Traceback" not in finished.stderr
            key.write_bytes(original)
            key.chmod(0o600)
