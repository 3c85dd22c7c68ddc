"""The worker process: the model, and the loop around it."""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading

from bot.conversation.sender import Connector, Sender
from bot.conversation.turn import Outcome, TurnRunner, describe
from bot.conversation.worker import Worker
from bot.storage import bell
from suluh import operations
from suluh.heartbeat import Heartbeat
from suluh.wiring import House, load_assistant

logger = logging.getLogger(__name__)

RENEWALS_PER_CLAIM = 3
NICENESS = 5
AFTER_TROUBLE_SECONDS = 1.0


def work(house: House) -> None:
    """Answers until SIGTERM or SIGINT, then finishes the turn at hand."""
    # Where processors are scarce, messages are let in before they are answered.
    os.nice(NICENESS)
    assistant = load_assistant(house.settings)
    # What the model holds never becomes garbage: the collector need not look at it.
    gc.collect()
    gc.freeze()
    runner = TurnRunner(
        house.database,
        house.sealer,
        assistant,
        claim_seconds=house.settings.claim_seconds,
    )
    worker = Worker(
        house.database,
        runner,
        renew_every=house.settings.claim_seconds / RENEWALS_PER_CLAIM,
        on_outcome=count,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    with Heartbeat(house.database, "worker"), Sending(house, push_connectors()):
        logger.info("worker ready")
        worker.run()
    logger.info("worker stopped")


def push_connectors() -> dict[str, Connector]:
    """Channels whose replies are pushed. The web chat and the terminal pull."""
    return {}


def count(outcome: Outcome) -> None:
    """Adds a finished turn to the metrics."""
    result = "apologised" if outcome.apologised else "answered"
    operations.TURNS.labels(outcome.channel, outcome.level, result).inc()
    operations.TURN_SECONDS.observe(outcome.seconds)
    operations.LINES.labels(outcome.channel).inc(outcome.lines)


class Sending:
    """A thread that sends what is due while the block runs; none without connectors."""

    def __init__(self, house: House, connectors: dict[str, Connector]) -> None:
        self._house = house
        self._sender = Sender(house.database, house.sealer, connectors)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)
        self._needed = bool(connectors)

    def __enter__(self) -> None:
        if self._needed:
            self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        if self._needed:
            self._thread.join(timeout=30)

    def _run(self) -> None:
        listener = bell.listen(self._house.database)
        try:
            while not self._stopping.is_set():
                try:
                    if not self._sender.send_next():
                        listener.wait(1.0)
                except Exception as error:
                    # This thread must outlive any trouble, or replies would stay for ever.
                    logger.error("sending is tried again: %s", describe(error))
                    self._stopping.wait(AFTER_TROUBLE_SECONDS)
        finally:
            listener.close()
