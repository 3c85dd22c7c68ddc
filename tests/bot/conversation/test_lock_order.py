"""Transactions on PostgreSQL lock in one order, so that no two wait for each other.

The rule is in `bot/storage/locks.py`.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import Select

from bot.conversation.inbox import Inbox
from bot.conversation.messages import Content, Inbound, Reply
from bot.conversation.outbox import FOR_MORE, FOR_WINDOW, Claimed, Outbox
from bot.conversation.queue import Claim
from bot.conversation.rendering import Part
from bot.conversation.reports import Reports
from bot.conversation.sender import Delivery, Sender, SendError, Then
from bot.conversation.turn import Answer, TurnRunner
from bot.privacy.identity import AddressBook
from bot.privacy.sealing import Sealer
from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.tables import contacts, conversations
from bot.storage.tables import inbox as inbox_table
from bot.storage.tables import outbox as outbox_table
from channels.web.history import History
from tests.bot.conversation.helpers import Echo
from tests.bot.conversation.test_sender import Provider

ADDRESS = "0812-0000-0001"
GONE = SendError("30005", Then.UNREACHABLE)
BLOCKED_SECONDS = 30.0
ONE_WAITS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


class Obedient(Echo):
    """An assistant that knows STOP and LUPA."""

    def answer(
        self, conversation_id: str, channel: str, state: bytes | None, lines: Sequence[Content]
    ) -> Answer:
        text = lines[-1].text
        return Answer([Reply("ya")] * 2, state=b"1", stop="STOP" in text, forget="LUPA" in text)


class Rooms:
    """All that changes conversations, over one real PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        book = AddressBook(bytes(range(32, 64)))
        self.database, self.sealer = database, sealer
        self.inbox = Inbox(database, sealer, book, burst_wait=0, burst_limit=0)
        self.outbox = Outbox(sealer)
        self.reports = Reports(database, sealer, self.inbox)
        self.history = History(database, sealer, book, self.inbox)
        self.sender = Sender(database, sealer, {"sms": Provider()})
        self.runner = TurnRunner(database, sealer, Obedient(), claim_seconds=60)
        self.claim: Claim | None = None
        self._numbers = itertools.count()

    def writes(self, text: str, address: str = ADDRESS) -> str:
        return self.inbox.accept(self.inbound(text, address)).conversation_id

    def inbound(self, text: str, address: str) -> Inbound:
        name = f"a{next(self._numbers)}"
        return Inbound("sms", address, name, text=text)

    def takes(self) -> None:
        """Claims a conversation, as a worker does; `answers` then answers it."""
        self.claim = self.runner.queue.claim_next()

    def answers(self) -> None:
        if self.claim is not None:
            self.runner.run(self.claim)

    def sends(self) -> list[Delivery]:
        """Takes what is due, as a sender does."""
        with self.database.claim() as connection:
            return [Delivery(claimed) for claimed in self.outbox.claim(connection, ["sms"], 8)]

    def settles(self, deliveries: Sequence[Delivery]) -> None:
        asyncio.run(self.sender._settle(deliveries))


Work = Callable[[Rooms, str], object]


@pytest.fixture
def rooms(postgresql_url: str, sealer: Sealer) -> Iterator[Rooms]:
    database = Database(postgresql_url)
    migrate.upgrade(database)
    yield Rooms(database, sealer)
    database.close()


@pytest.fixture
def conversation(rooms: Rooms) -> str:
    """With several messages to the person."""
    whose = rooms.writes("halo")
    rooms.takes()
    rooms.answers()
    with rooms.database.write() as connection:
        parts = [Part(Reply(text)) for text in ("satu", "dua", "tiga")]
        rooms.outbox.add(connection, whose, "sms", "turn", parts)
    return whose


def _locked_while_it_waits(
    rooms: Rooms, work: Callable[[Rooms, str], object], whose: str, rows: Select
) -> list[str]:
    """Does `work` while somebody holds `rows`; gives what else is locked when it waits."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work(rooms, whose)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    with rooms.database.engine.begin() as holder:
        held = holder.execute(rows.with_for_update()).scalars().all()
        thread.start()
        _wait_until_one_waits(rooms, thread)
        locked = _locked(rooms)
    thread.join(BLOCKED_SECONDS)
    assert not thread.is_alive()
    assert errors == []
    (table,) = rows.froms
    return sorted(locked - {f"{table.name} {name}" for name in held})


def _wait_until_one_waits(rooms: Rooms, thread: threading.Thread) -> None:
    deadline = time.monotonic() + BLOCKED_SECONDS
    while True:
        # PostgreSQL shows a transaction what it saw when it first looked.
        with rooms.database.read() as connection:
            if connection.execute(ONE_WAITS).scalar():
                return
        assert thread.is_alive(), "it did not wait for what somebody else holds"
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _locked(rooms: Rooms) -> set[str]:
    locked = set()
    with rooms.database.read() as connection:
        for table in (conversations, contacts, inbox_table, outbox_table):
            everything = select(table.c.id)
            free = connection.execute(everything.with_for_update(skip_locked=True)).scalars().all()
            names = connection.execute(everything).scalars().all()
            locked |= {f"{table.name} {name}" for name in set(names) - set(free)}
    return locked


def _fails(error: SendError) -> Work:
    def work(rooms: Rooms, whose: str) -> None:
        rooms.settles([Delivery(one.claimed, error=error) for one in rooms.sends()])

    return work


def _is_reported(rooms: Rooms, whose: str) -> None:
    (sent,) = rooms.sends()
    asyncio.run(rooms.reports.failed("sms", sent.claimed.row.id, GONE))


def _cannot_be_asked_to_write(rooms: Rooms, whose: str) -> None:
    async def ask() -> None:
        rooms.sender._ask_again_later(whose, GONE)

    asyncio.run(ask())


def _answers(rooms: Rooms, whose: str) -> None:
    rooms.answers()


def _blocks(rooms: Rooms, whose: str) -> None:
    asyncio.run(rooms.reports.reachable("sms", ADDRESS, "403"))


def _deletes(rooms: Rooms, whose: str) -> None:
    asyncio.run(rooms.history.delete(whose))


def _shows(rooms: Rooms, whose: str) -> None:
    asyncio.run(rooms.history.mark_shown(whose, 10**9))


def _sends_backwards(rooms: Rooms, whose: str) -> None:
    with rooms.database.read() as connection:
        rows = connection.execute(select(outbox_table).order_by(outbox_table.c.id.desc())).all()
    rooms.settles([Delivery(Claimed(row, b"", ""), f"SM{row.id}") for row in rows])


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(lambda rooms, whose: rooms.writes("lagi"), id="a message comes"),
        pytest.param(_answers, id="it is answered with STOP"),
        pytest.param(_fails(GONE), id="there is no such number"),
        pytest.param(_fails(SendError("63016", Then.WINDOW_CLOSED)), id="the window is closed"),
        pytest.param(_fails(SendError("21610", Then.STOPPED)), id="stopped at the provider"),
        pytest.param(_is_reported, id="a failure is reported"),
        pytest.param(_blocks, id="we are blocked"),
        pytest.param(_cannot_be_asked_to_write, id="nobody can be asked to write"),
        pytest.param(_deletes, id="everything is deleted"),
    ],
)
def test_before_anything_else_the_conversation_is_locked(
    rooms: Rooms, conversation: str, work: Work
) -> None:
    rooms.writes("STOP")
    rooms.takes()
    with rooms.database.write() as connection:
        connection.execute(update(contacts).values(unreachable_code="30005"))
    it = select(conversations.c.id).where(conversations.c.id == conversation)
    assert _locked_while_it_waits(rooms, work, conversation, it) == []


@pytest.mark.parametrize(
    ("work", "said", "before"),
    [
        pytest.param(_shows, "", {"state": "due"}, id="shown"),
        pytest.param(_sends_backwards, "", {"state": "sending"}, id="sent"),
        pytest.param(_blocks, "", {"state": "due"}, id="blocked"),
        pytest.param(_deletes, "", {"state": "due"}, id="deleted"),
        pytest.param(_answers, "STOP", {"state": "due"}, id="stopped"),
        pytest.param(_answers, "LUPA", {"state": "due"}, id="forgotten"),
        pytest.param(_answers, "a", {"state": "held", "held_for": FOR_MORE}, id="dropped"),
        pytest.param(_answers, "a", {"state": "held", "held_for": FOR_WINDOW}, id="released"),
    ],
)
def test_messages_are_locked_from_the_first_on_and_contacts_last(
    rooms: Rooms, conversation: str, work: Work, said: str, before: dict[str, Any]
) -> None:
    if said:
        rooms.writes(said)
        rooms.takes()
    with rooms.database.write() as connection:
        connection.execute(update(outbox_table).values(**before))
        first = connection.execute(select(func.min(outbox_table.c.id))).scalar_one()
        # The first of them stands last on the disk.
        which = outbox_table.c.id == first
        connection.execute(update(outbox_table).where(which).values(attempts=7))
    locked = _locked_while_it_waits(
        rooms, work, conversation, select(outbox_table.c.id).where(which)
    )
    assert [row for row in locked if row.startswith(("outbox", "contacts"))] == []


# All against all.

PEOPLE = [f"0812-0000-000{number}" for number in range(4)]
THREADS = 8
ROUNDS = 60
ERRORS = [
    None,
    None,
    GONE,
    SendError("21610", Then.STOPPED),
    SendError("63016", Then.WINDOW_CLOSED),
    SendError("63021", Then.AS_TEXT),
    SendError("503", Then.RETRY, after_seconds=0),
    SendError("21602", Then.GIVE_UP),
]


class Crowd:
    """What one thread does, by chance."""

    def __init__(self, rooms: Rooms, seed: int) -> None:
        self._rooms, self._chance = rooms, random.Random(seed)

    def acts(self) -> None:
        often = [self._write, self._answer, self._send] * 2
        seldom = [self._report, self._move, self._block, self._show, self._delete]
        for _ in range(ROUNDS):
            self._chance.choice(often + seldom)()

    def _write(self) -> None:
        people = self._chance.sample(PEOPLE, 3)
        words = self._chance.choices(["halo", "MULAI", "STOP", "LUPA"], [6, 3, 1, 1], k=3)
        batch = [self._rooms.inbound(word, person) for word, person in zip(words, people)]
        try:
            self._rooms.inbox.accept_all(batch)
        except IntegrityError:
            # Deleted at this moment: the door tries again, one by one.
            pass

    def _answer(self) -> None:
        claim = self._rooms.runner.queue.claim_next()
        if claim is not None:
            self._rooms.runner.run(claim)

    def _send(self) -> None:
        deliveries = [
            Delivery(one.claimed, f"SM{one.claimed.row.id}", self._chance.choice(ERRORS))
            for one in self._rooms.sends()
        ]
        self._chance.shuffle(deliveries)
        self._rooms.settles(deliveries)

    def _report(self) -> None:
        error = self._chance.choice(ERRORS) or GONE
        asyncio.run(self._rooms.reports.failed("sms", self._some_message(), error))

    def _move(self) -> None:
        asyncio.run(self._rooms.reports.moved("sms", self._some_message(), "delivered"))

    def _block(self) -> None:
        code = self._chance.choice(["403", None])
        asyncio.run(self._rooms.reports.reachable("sms", self._chance.choice(PEOPLE), code))

    def _show(self) -> None:
        if whose := self._somebody():
            asyncio.run(self._rooms.history.mark_shown(whose, 10**9))

    def _delete(self) -> None:
        whose = self._somebody()
        if whose and self._chance.random() < 0.2:
            asyncio.run(self._rooms.history.delete(whose))

    def _somebody(self) -> str | None:
        return self._rooms.inbox.conversation_of("sms", self._chance.choice(PEOPLE))

    def _some_message(self) -> int:
        with self._rooms.database.read() as connection:
            last = connection.execute(select(func.max(outbox_table.c.id))).scalar() or 1
        return max(1, int(last) - self._chance.randrange(12))


def test_many_at_once_never_wait_for_each_other(
    rooms: Rooms, caplog: pytest.LogCaptureFixture
) -> None:
    errors: list[str] = []

    def run(seed: int) -> None:
        try:
            Crowd(rooms, seed).acts()
        except Exception as error:
            errors.append(repr(error))

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
    assert _deadlocks(rooms) == 0


def _deadlocks(rooms: Rooms) -> int:
    """How many PostgreSQL saw; a session tells it when it ends."""
    rooms.database.close()
    query = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    with rooms.database.read() as connection:
        return int(connection.execute(query).scalar_one())
