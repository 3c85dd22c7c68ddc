"""Runs the web process and the workers, and starts again what dies."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.errors import OperatorError

logger = logging.getLogger(__name__)

# This many deaths in a row, each so soon after its start, are a crash loop: starting again
# would only hide the cause. More than MAX_TAKES of bot/conversation/turn.py: a message that
# kills its worker is given up before the product is.
CRASH_LIMIT = 8
SOON_SECONDS = 20.0
RESTART_DELAYS = (0.0, 0.5, 1.0, 2.0)
STOP_SECONDS = 25.0
LIFELINE_VARIABLE = "SULUH_LIFELINE"


@dataclass
class _Child:
    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    early_deaths: int = 0
    start_at: float = 0.0


class CrashLoop(OperatorError):
    """A process dies as often as it is started."""

    def __init__(self, name: str, code: int) -> None:
        super().__init__(
            f"{name} died again and again soon after its start (last exit code {code}). "
            "Its own messages above say why. Stopped."
        )


class Supervisor:
    """Keeps children alive until SIGTERM or SIGINT.

    Each child holds the reading end of a pipe, the lifeline: it ends when the supervisor
    is gone, however it went.
    """

    def __init__(
        self, children: Mapping[str, Sequence[str]], *, crash_limit: int = CRASH_LIMIT
    ) -> None:
        self._crash_limit = crash_limit
        self._children = [_Child(name, arguments) for name, arguments in children.items()]
        self._stopping = threading.Event()
        self._lifeline_read, self._lifeline_write = os.pipe()

    def run(self, on_started: Callable[[], None] = lambda: None) -> None:
        """Blocks until told to stop.

        Raises:
            CrashLoop: A child could not be kept alive; all others were stopped.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        try:
            for child in self._children:
                self._start(child)
            on_started()
            while not self._stopping.wait(0.1):
                for child in self._children:
                    self._tend(child)
        finally:
            self._stop_all()

    def _start(self, child: _Child) -> None:
        child.started_at = time.monotonic()
        child.process = subprocess.Popen(
            [sys.executable, "-m", "suluh", *child.arguments],
            env={**os.environ, LIFELINE_VARIABLE: str(self._lifeline_read)},
            pass_fds=(self._lifeline_read,),
            # A Ctrl-C reaches the supervisor, which then stops the children in order.
            start_new_session=True,
        )

    def _tend(self, child: _Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.start_at:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            return
        now = time.monotonic()
        child.process = None
        soon = now - child.started_at < SOON_SECONDS
        child.early_deaths = child.early_deaths + 1 if soon else 1
        if child.early_deaths >= self._crash_limit:
            raise CrashLoop(child.name, code)
        delay = RESTART_DELAYS[min(child.early_deaths, len(RESTART_DELAYS)) - 1]
        logger.warning("%s died (exit code %d), starts again in %.1f s", child.name, code, delay)
        child.start_at = now + delay

    def _stop_all(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.error("process %d did not stop in time and was killed", process.pid)
                process.kill()
                process.wait()
        os.close(self._lifeline_write)
        os.close(self._lifeline_read)


def watch_lifeline() -> None:
    """In a child: end this process, in order, when the supervisor is gone."""
    descriptor = os.environ.get(LIFELINE_VARIABLE)
    if descriptor is None:
        return

    def watch() -> None:
        # The supervisor never writes: reading returns only when its end is closed.
        with contextlib.suppress(OSError):
            os.read(int(descriptor), 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
