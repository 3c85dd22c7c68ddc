"""An officer takes over while the assistant computes, at any moment.

`SULUH_TRIALS=1000` for the whole of it, a minute on each database.
"""

from __future__ import annotations

import os
import random
import threading
import time
from contextlib import suppress

from sqlalchemy import func, select

from bot.conversation.takeover.handoffs import TakenByOther
from bot.storage.tables import handoffs as handoffs_table
from bot.storage.tables import inbox, outbox, transcript
from tests.bot.conversation.takeover.desk import CRY, Desk

TRIALS = int(os.environ.get("SULUH_TRIALS", "150"))
# The takeover falls before, into and after the turn.
LONGEST_COMPUTATION, LONGEST_DELAY = 0.004, 0.008


def test_no_bot_message_after_a_takeover(desk: Desk) -> None:
    dice = random.Random(1)
    stop = threading.Event()
    desk.assistant.before_answer = lambda: time.sleep(dice.random() * LONGEST_COMPUTATION)

    def work() -> None:
        while not stop.is_set():
            claim = desk.runner.queue.claim_next()
            if claim is None:
                time.sleep(0.0005)
            else:
                desk.runner.run(claim)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    talked_over, beaten = 0, 0
    try:
        for trial in range(TRIALS):
            person = f"0812-0000-{trial:04d}"
            whose = desk.inbox.accept(_message(desk, person, CRY)).conversation_id
            handoff_id = _called(desk, whose)
            desk.inbox.accept(_message(desk, person, "halo?"))
            time.sleep(dice.random() * LONGEST_DELAY)
            desk.officers.take(desk.sari, handoff_id)
            said = _bot_messages(desk, whose)
            with suppress(TakenByOther):
                desk.officers.take(desk.budi, handoff_id)
                raise AssertionError("two officers have it")
            desk.inbox.accept(_message(desk, person, "masih di sana?"))
            _wait_until_done(desk, whose)
            talked_over += _bot_messages(desk, whose) - said
            beaten += said == 2
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    assert talked_over == 0
    # Both orders happened: else the moment was never the interesting one.
    assert 0.05 * TRIALS < beaten < 0.95 * TRIALS
    _nothing_is_lost(desk)


def _nothing_is_lost(desk: Desk) -> None:
    """Each message was either answered by the assistant or is read by the officer."""
    with desk.database.read() as connection:
        received = connection.execute(select(func.count()).select_from(inbox)).scalar_one()
        answered = connection.execute(
            select(func.count()).select_from(outbox).where(outbox.c.author == "bot")
        ).scalar_one()
        told = connection.execute(
            select(func.count(transcript.c.inbox_id.distinct())).where(
                transcript.c.author == "person"
            )
        ).scalar_one()
    # What was said before the takeover stands in the transcript, too.
    assert received == told == 3 * TRIALS
    assert TRIALS <= answered <= 2 * TRIALS


def _message(desk: Desk, person: str, text: str):  # type: ignore[no-untyped-def]
    from bot.conversation.messages import Inbound

    return Inbound("telegram", person, f"r{next(desk._numbers)}", text=text, payload="/x")


def _called(desk: Desk, whose: str) -> str:
    query = select(handoffs_table.c.id).where(handoffs_table.c.conversation_id == whose)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with desk.database.read() as connection:
            found = connection.execute(query).scalar()
        if found:
            return str(found)
        time.sleep(0.0005)
    raise AssertionError("nobody was called")


def _wait_until_done(desk: Desk, whose: str) -> None:
    query = select(inbox.c.id).where(inbox.c.conversation_id == whose, inbox.c.turn_id.is_(None))
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with desk.database.read() as connection:
            if connection.execute(query).first() is None:
                return
        time.sleep(0.0005)
    raise AssertionError("a message still waits")


def _bot_messages(desk: Desk, whose: str) -> int:
    query = select(func.count()).select_from(outbox)
    with desk.database.read() as connection:
        return int(
            connection.execute(
                query.where(outbox.c.conversation_id == whose, outbox.c.author == "bot")
            ).scalar_one()
        )
