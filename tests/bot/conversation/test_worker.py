from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bot.conversation.inbox import Inbox
from bot.conversation.messages import Inbound
from bot.conversation.outbox import Outbox
from bot.conversation.turn import TurnRunner
from bot.conversation.worker import Worker
from bot.privacy.sealing import Sealer
from bot.storage.database import Database
from tests.bot.conversation.helpers import Echo


@contextmanager
def _working(worker: Worker) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield thread
    finally:
        worker.stop()
        thread.join(timeout=10)
        assert not thread.is_alive()


def _worker(database: Database, sealer: Sealer, echo: Echo, claim_seconds: float = 5) -> Worker:
    runner = TurnRunner(database, sealer, echo, claim_seconds=claim_seconds)
    return Worker(database, runner, renew_every=claim_seconds / 3)


def _said(database: Database, outbox: Outbox, conversation_id: str) -> list[str]:
    with database.read() as connection:
        return [row.reply.text for row in outbox.after(connection, conversation_id, 0)]


def _until(condition, seconds: float = 5.0) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)


def test_a_worker_answers_what_comes_while_it_sleeps(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    with _working(_worker(database, sealer, Echo())):
        time.sleep(0.2)
        receipt = inbox.accept(Inbound("sms", "0812-0000-0001", "a1", text="apa itu TPPO?"))
        _until(lambda: _said(database, outbox, receipt.conversation_id) == ["1:apa itu TPPO?"])


def test_what_may_wait_is_done_while_nobody_waits_for_an_answer(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    done: list[str] = []
    echo = Echo(before_answer=lambda text: done.append(text))
    runner = TurnRunner(database, sealer, echo, claim_seconds=5)

    def meanwhile() -> bool:
        done.append("meanwhile")
        return len(done) < 4

    for person in ("0812-0000-0001", "0812-0000-0002"):
        inbox.accept(Inbound("sms", person, person, text="apa itu TPPO?"))
    _until(lambda: runner.queue.seconds_until_ready() == 0)
    with _working(Worker(database, runner, renew_every=1, meanwhile=meanwhile)):
        _until(lambda: len(done) >= 4)
    # As long as there was more of it the worker did not sleep.
    assert done[:4] == ["apa itu TPPO?", "apa itu TPPO?", "meanwhile", "meanwhile"]


def test_an_unfinished_line_is_answered_after_its_moment(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    with _working(_worker(database, sealer, Echo())):
        receipt = inbox.accept(Inbound("sms", "0812-0000-0001", "a1", text="kak"))
        _until(lambda: _said(database, outbox, receipt.conversation_id) == ["1:kak"])


def test_stopping_finishes_the_turn_at_hand(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    began, may_end = threading.Event(), threading.Event()

    def hold(text: str) -> None:
        began.set()
        may_end.wait(5)

    receipt = inbox.accept(Inbound("sms", "0812-0000-0001", "a1", text="apa itu TPPO?"))
    worker = _worker(database, sealer, Echo(before_answer=hold))
    with _working(worker):
        assert began.wait(5)
        worker.stop()
        may_end.set()
    assert _said(database, outbox, receipt.conversation_id) == ["1:apa itu TPPO?"]


def test_a_turn_longer_than_a_claim_is_not_answered_twice(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    slow, second = Echo(before_answer=lambda text: time.sleep(1.2)), Echo()
    receipt = inbox.accept(Inbound("sms", "0812-0000-0001", "a1", text="apa itu TPPO?"))
    with _working(_worker(database, sealer, slow, claim_seconds=0.4)):
        _until(lambda: bool(_claimed(database)))
        with _working(_worker(database, sealer, second)):
            _until(lambda: _said(database, outbox, receipt.conversation_id) != [])
    assert _said(database, outbox, receipt.conversation_id) == ["1:apa itu TPPO?"]
    assert second.heard == []


def _claimed(database: Database) -> object:
    from sqlalchemy import select

    from bot.storage.tables import conversations

    with database.read() as connection:
        return connection.execute(select(conversations.c.claim_token)).scalar()


def test_several_workers_answer_each_message_once_and_in_order(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    conversations = {}
    echoes = [Echo() for _ in range(3)]
    with (
        _working(_worker(database, sealer, echoes[0])),
        _working(_worker(database, sealer, echoes[1])),
        _working(_worker(database, sealer, echoes[2])),
    ):
        for number in range(10):
            for person in range(5):
                inbound = Inbound(
                    "sms", f"0812-0000-{person:04}", f"{person}-{number}", text=f"apa {number}?"
                )
                conversations[person] = inbox.accept(inbound).conversation_id
        _until(
            lambda: all(
                _heard(database, outbox, conversation) == [f"apa {n}?" for n in range(10)]
                for conversation in conversations.values()
            ),
            seconds=20,
        )


def _heard(database: Database, outbox: Outbox, conversation_id: str) -> list[str]:
    said = _said(database, outbox, conversation_id)
    return [line for text in said for line in text.split(":", 1)[1].split("|")]
