"""The real product as processes, for tests that need it from outside."""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import httpx
import psutil

from bot.privacy import grants
from bot.storage.database import Database

START_SECONDS = 60.0


def free_ports() -> tuple[int, int]:
    """Two ports that nobody uses at the moment."""
    sockets = [socket.socket() for _ in range(2)]
    for item in sockets:
        item.bind(("127.0.0.1", 0))
    ports = [item.getsockname()[1] for item in sockets]
    for item in sockets:
        item.close()
    return ports[0], ports[1]


def new_secret() -> str:
    """A cookie of the shape that the web chat gives out."""
    return secrets.token_urlsafe(32)


class Product:
    """`suluh run` in a folder of its own; use it as a context manager."""

    def __init__(
        self,
        home: Path,
        model_dir: Path,
        *,
        database_url: str | None = None,
        workers: int = 1,
        crash_limit: int | None = None,
    ) -> None:
        self.home = home
        self.port, self.operations_port = free_ports()
        self.url = f"http://127.0.0.1:{self.port}"
        self.operations_url = f"http://127.0.0.1:{self.operations_port}"
        self.log_path = home / "log.txt"
        self._workers = workers
        self._crash_limit = crash_limit
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("SULUH_")},
            "SULUH_HOME": str(home),
            "SULUH_MODEL_DIR": str(model_dir),
            **({"SULUH_DATABASE_URL": database_url} if database_url else {}),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Product:
        self.start()
        self.wait_until_ready()
        return self

    def start(self) -> None:
        """Starts it without waiting."""
        self.home.mkdir(parents=True, exist_ok=True)
        limit = ["--crash-limit", str(self._crash_limit)] if self._crash_limit else []
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "suluh", "run", *self._options(), *limit],
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def _options(self) -> list[str]:
        return [
            f"--port={self.port}",
            f"--operations-port={self.operations_port}",
            f"--workers={self._workers}",
        ]

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def take_reports(self) -> None:
        """Gives a running product a desk that nobody can open."""
        url = self.environment.get("SULUH_DATABASE_URL", f"sqlite:///{self.home / 'suluh.db'}")
        database = Database(url)
        with database.write() as connection:
            grants.rotate(connection, ())
        database.close()

    def wait_until_ready(self) -> None:
        """Until a worker and the web answer."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.operations_url}/healthz", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the product did not start:\n{self.log()}")

    def stop(self) -> int:
        """Asks it to stop and waits; gives the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def log(self) -> str:
        return self.log_path.read_text("utf-8", errors="replace")

    def children(self, kind: str = "") -> list[psutil.Process]:
        """The running processes whose command line has the word `kind`."""
        assert self.process is not None
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                if not kind or kind in child.cmdline():
                    found.append(child)
            except psutil.NoSuchProcess:
                continue
        return found

    def suspend_workers(self) -> list[psutil.Process]:
        """Stops every worker where it stands, but none in the middle of a write.

        One that is stopped with the lock of the database would stop all others as well.
        """
        workers = self.children("worker")
        deadline = time.monotonic() + START_SECONDS
        while True:
            for worker in workers:
                worker.suspend()
            for worker in workers:
                # The signal takes a moment to reach every thread.
                while worker.status() != psutil.STATUS_STOPPED:
                    time.sleep(0.001)
            if self._can_be_written():
                return workers
            for worker in workers:
                worker.resume()
            assert time.monotonic() < deadline, "the workers never let go of the database"
            time.sleep(0.05)

    def _can_be_written(self) -> bool:
        return self._turnstile_is_free() and self._database_is_free()

    def _turnstile_is_free(self) -> bool:
        """Writers queue at a lock on this file (bot/storage/database.py)."""
        with (self.home / "suluh.db-turn").open("rb+") as turnstile:
            try:
                fcntl.flock(turnstile, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def _database_is_free(self) -> bool:
        connection = sqlite3.connect(self.home / "suluh.db", timeout=1, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()
        return True

    def client(self, secret: str | None = None) -> httpx.Client:
        """A visitor with a cookie."""
        return httpx.Client(
            base_url=self.url, cookies={"suluh": secret or new_secret()}, timeout=10
        )


def replies(client: httpx.Client) -> list[str]:
    """What Suluh said in the conversation of this visitor."""
    said = client.get("/pesan").json()["percakapan"]
    return [entry["teks"] for entry in said if entry["dari"] == "suluh"]


def wait_for_replies(client: httpx.Client, count: int, seconds: float = 15.0) -> list[str]:
    """Waits until there are `count` replies."""
    deadline = time.monotonic() + seconds
    while len(said := replies(client)) < count:
        assert time.monotonic() < deadline, f"{len(said)} of {count} replies came"
        time.sleep(0.02)
    return said
