"""The loop of a worker: claim, answer, wait for the bell."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from bot.conversation.queue import Claim
from bot.conversation.turn import Outcome, TurnRunner
from bot.storage import bell
from bot.storage.database import Database

logger = logging.getLogger(__name__)

# The longest a worker sleeps without looking: a bell may be missed, a claim may run out.
LONGEST_SLEEP = 1.0
SHORTEST_SLEEP = 0.02
AFTER_DATABASE_ERROR = 1.0


class Worker:
    """Answers conversations until `stop`; the turn at hand is always finished.

    Args:
        database: Where they are.
        runner: Answers one of them.
        renew_every: Seconds after which a claim is renewed.
        on_outcome: Is told of each turn.
        meanwhile: A short piece of work while nobody waits for an answer; False when there is none.
    """

    def __init__(
        self,
        database: Database,
        runner: TurnRunner,
        *,
        renew_every: float,
        on_outcome: Callable[[Outcome], None] = lambda outcome: None,
        meanwhile: Callable[[], bool] = lambda: False,
    ) -> None:
        self._database = database
        self._runner = runner
        self._renew_every = renew_every
        self._on_outcome = on_outcome
        self._meanwhile = meanwhile
        self._stopping = threading.Event()

    def stop(self) -> None:
        """May be called from a signal handler or another thread."""
        self._stopping.set()

    def run(self) -> None:
        listener = bell.listen(self._database)
        try:
            while not self._stopping.is_set():
                try:
                    if not (self.answer_one() or self._meanwhile()):
                        listener.wait(self._sleep())
                except (SQLAlchemyError, OSError, sqlite3.Error) as error:
                    logger.error("database trouble: %s", type(error).__name__)
                    self._stopping.wait(AFTER_DATABASE_ERROR)
        finally:
            listener.close()

    def answer_one(self) -> bool:
        """Answers one conversation if one is ready.

        Returns:
            Whether there was one.
        """
        claim = self._runner.queue.claim_next()
        if claim is None:
            return False
        with _Renewal(self._runner, claim, self._renew_every):
            outcome = self._runner.run(claim)
        if outcome is not None:
            self._on_outcome(outcome)
        return True

    def _sleep(self) -> float:
        seconds = self._runner.queue.seconds_until_ready()
        if seconds is None:
            return LONGEST_SLEEP
        # What is due and yet not to be had is locked by somebody: do not spin.
        return min(LONGEST_SLEEP, max(SHORTEST_SLEEP, seconds))


class _Renewal:
    """Renews a claim for as long as its turn takes. A timer, for most turns never fired."""

    def __init__(self, runner: TurnRunner, claim: Claim, every: float) -> None:
        self._runner = runner
        self._claim = claim
        self._every = every
        self._timer: threading.Timer | None = None
        self._done = False

    def __enter__(self) -> None:
        self._schedule()

    def __exit__(self, *_: object) -> None:
        self._done = True
        if self._timer is not None:
            self._timer.cancel()

    def _schedule(self) -> None:
        self._timer = threading.Timer(self._every, self._renew)
        self._timer.daemon = True
        self._timer.start()

    def _renew(self) -> None:
        if self._done:
            return
        try:
            self._runner.queue.renew(self._claim)
        except (SQLAlchemyError, OSError) as error:
            logger.warning("claim not renewed: %s", type(error).__name__)
        self._schedule()
