from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.conversation import outbox as outbox_module
from bot.conversation import sender as sender_module
from bot.conversation.capabilities import Capabilities
from bot.conversation.inbox import Inbox
from bot.conversation.limits import Rate
from bot.conversation.messages import Inbound, Reply
from bot.conversation.outbox import FOR_WINDOW, Outbox
from bot.conversation.rendering import Part
from bot.conversation.sender import Sender, SendError, Then
from bot.privacy.sealing import Sealer
from bot.storage import bell
from bot.storage.database import Database
from bot.storage.tables import contacts, conversations
from bot.storage.tables import outbox as outbox_table
from tests.bot.conversation.helpers import send_all, send_all_after

FAST = Rate(1_000, conversation_per_second=1_000, conversation_burst=100)


class Provider:
    """A provider that fails as told: `trouble` maps an address to the errors to come."""

    def __init__(self) -> None:
        self.capabilities = Capabilities()
        self.rate = FAST
        self.taken: list[tuple[str, str]] = []
        self.taken_at: list[float] = []
        self.asked: list[str] = []
        self.reopen_trouble: list[SendError] = []
        self.trouble: dict[str, list[Exception]] = defaultdict(list)
        self.seconds: dict[str, float] = {}
        self.at_once = 0
        self.most_at_once = 0

    async def send(self, address: str, reply: Reply, outbound_id: int) -> str:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.seconds.get(address, 0))
        self.at_once -= 1
        if self.trouble[address]:
            raise self.trouble[address].pop(0)
        self.taken.append((address, reply.text))
        self.taken_at.append(time.monotonic())
        return f"SM{len(self.taken)}"

    async def reopen(self, address: str) -> None:
        if self.reopen_trouble:
            raise self.reopen_trouble.pop(0)
        self.asked.append(address)

    async def close(self) -> None: ...


class Post:
    """The tables and a provider, in the words of these tests."""

    def __init__(
        self, database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox, provider: Provider
    ) -> None:
        self.database, self.sealer, self.provider = database, sealer, provider
        self._inbox, self._outbox = inbox, outbox

    def writes(self, person: int) -> str:
        """A person writes, so that there is a conversation; gives its id."""
        inbound = Inbound("sms", _address(person), f"id-{person}-{time.time_ns()}", text="halo?")
        return self._inbox.accept(inbound).conversation_id

    def answer(self, person: int, *texts: str, is_notice: bool = False) -> str:
        conversation = self.writes(person)
        parts = [Part(Reply(text)) for text in texts]
        with self.database.write() as connection:
            self._outbox.add(
                connection, conversation, "sms", f"t{time.time_ns()}", parts, is_notice=is_notice
            )
        return _address(person)

    def drain(self) -> None:
        async def run() -> None:
            sender = Sender(self.database, self.sealer, {"sms": self.provider})
            try:
                await send_all_after(sender)
            finally:
                sender.release()

        asyncio.run(run())

    def states(self) -> list[tuple[str, str | None]]:
        with self.database.read() as connection:
            rows = connection.execute(
                select(outbox_table.c.state, outbox_table.c.error_code).order_by(outbox_table.c.id)
            )
            return [(row.state, row.error_code) for row in rows]


def _address(person: int) -> str:
    return f"0812-0000-{person:04}"


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def post(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox, provider: Provider
) -> Post:
    return Post(database, sealer, inbox, outbox, provider)


def _later(seconds: float) -> SendError:
    return SendError("429", Then.RETRY, after_seconds=seconds)


def test_replies_arrive_in_order(post: Post, provider: Provider) -> None:
    address = post.answer(1, "satu", "dua", "tiga")
    post.drain()
    assert provider.taken == [(address, "satu"), (address, "dua"), (address, "tiga")]
    assert {state for state, _ in post.states()} == {"sent"}


def test_trouble_with_one_person_holds_up_nobody_else(post: Post, provider: Provider) -> None:
    slow = post.answer(1, "satu", "dua")
    provider.trouble[slow] = [_later(0.3)]
    others = [post.answer(person, "halo") for person in range(2, 8)]
    post.drain()
    assert sorted(address for address, _ in provider.taken) == sorted(others)
    time.sleep(0.35)
    post.drain()
    assert provider.taken[-2:] == [(slow, "satu"), (slow, "dua")]


def test_a_slow_answer_for_one_holds_up_nobody_else(post: Post, provider: Provider) -> None:
    slow = post.answer(1, "pelan")
    provider.seconds[slow] = 0.3
    for person in range(2, 22):
        post.answer(person, "halo")
    post.drain()
    assert provider.taken[-1] == (slow, "pelan")
    assert provider.most_at_once > 10


def test_what_the_provider_wants_later_is_never_given_up(post: Post, provider: Provider) -> None:
    address = post.answer(1, "satu")
    provider.trouble[address] = [_later(0) for _ in range(30)]
    post.drain()
    assert provider.taken == [(address, "satu")]


def test_a_word_for_the_whole_channel_holds_up_everybody(post: Post, provider: Provider) -> None:
    first = post.answer(1, "satu")
    provider.trouble[first] = [
        SendError("20429", Then.RETRY, after_seconds=0.5, whole_channel=True)
    ]
    provider.rate = replace(FAST, per_second=1)

    async def run() -> tuple[int, int]:
        sender = Sender(post.database, post.sealer, {"sms": provider})
        await send_all(sender)
        post.answer(2, "dua")
        await send_all(sender)
        held = len(provider.taken)
        await asyncio.sleep(1.6)
        await send_all(sender)
        sender.release()
        return held, len(provider.taken)

    held, in_the_end = asyncio.run(run())
    assert held == 0
    assert in_the_end >= 1


@pytest.mark.parametrize("then", [Then.UNREACHABLE, Then.STOPPED])
def test_whoever_cannot_be_written_to_is_not_written_to_again(
    post: Post, provider: Provider, then: Then
) -> None:
    gone = post.answer(1, "satu", "dua")
    provider.trouble[gone] = [SendError("403", then)]
    post.drain()
    assert post.states() == [("failed", "403"), ("failed", "403")]
    with post.database.read() as connection:
        row = connection.execute(select(contacts)).one()
    assert (row.unreachable_code == "403") is (then is Then.UNREACHABLE)
    assert (row.stopped_at is not None) is (then is Then.STOPPED)


def test_whoever_writes_again_is_reached_again(post: Post, provider: Provider) -> None:
    gone = post.answer(1, "satu")
    provider.trouble[gone] = [SendError("403", Then.UNREACHABLE)]
    post.drain()
    post.answer(1, "dua")
    post.drain()
    assert provider.taken == [(gone, "dua")]


def test_a_message_to_somebody_unreachable_is_not_even_tried(
    post: Post, provider: Provider
) -> None:
    post.answer(1, "satu")
    with post.database.write() as connection:
        connection.execute(update(contacts).values(unreachable_code="403"))
    post.drain()
    assert provider.taken == []
    assert post.states() == [("failed", "403")]


def test_what_cannot_be_delivered_is_given_up_with_its_code(post: Post, provider: Provider) -> None:
    address = post.answer(1, "satu", "dua")
    provider.trouble[address] = [SendError("21617", Then.GIVE_UP)]
    post.drain()
    assert post.states() == [("failed", "21617"), ("sent", None)]


@pytest.mark.parametrize("error", [ConnectionError("0812-0000-0001"), TimeoutError()])
def test_whatever_goes_wrong_on_the_way_is_tried_again(
    post: Post, provider: Provider, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_module, "FIRST_RETRY_MS", 1)
    address = post.answer(1, "satu")
    provider.trouble[address] = [error]
    post.drain()
    time.sleep(0.02)
    post.drain()
    assert provider.taken == [(address, "satu")]


def test_trying_again_has_an_end(
    post: Post, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_module, "GIVE_UP_MS", -1)
    address = post.answer(1, "satu")
    provider.trouble[address] = [SendError("503", Then.RETRY)]
    post.drain()
    assert provider.taken == []
    assert post.states() == [("failed", "503")]


def test_a_provider_that_never_answers_is_not_waited_for(
    post: Post, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_module, "SEND_SECONDS", 0.05)
    address = post.answer(1, "satu")
    provider.seconds[address] = 30
    started = time.monotonic()
    post.drain()
    assert time.monotonic() - started < 5
    assert post.states() == [("due", "timeout")]


def test_what_a_dead_sender_held_is_sent_at_once_by_the_next(
    post: Post, provider: Provider, outbox: Outbox
) -> None:
    if not post.database.is_sqlite:
        pytest.skip("there a lock may be lost while its process lives; the claim runs out")
    address = post.answer(1, "satu")
    with post.database.claim() as connection:
        assert outbox.claim(connection, ["sms"], 5)
    post.drain()
    assert provider.taken == [(address, "satu")]


def test_what_another_sender_has_on_its_way_is_left_to_it(
    post: Post, provider: Provider, outbox: Outbox
) -> None:
    async def run() -> None:
        sender = Sender(post.database, post.sealer, {"sms": provider})
        await send_all(sender)
        post.answer(1, "satu")
        with post.database.claim() as connection:
            assert outbox.claim(connection, ["sms"], 5)
        await send_all(sender)
        sender.release()

    asyncio.run(run())
    assert provider.taken == []


def test_a_claim_that_was_never_settled_runs_out(
    post: Post, provider: Provider, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "SEND_CLAIM_MS", 100)

    async def run() -> None:
        sender = Sender(post.database, post.sealer, {"sms": provider})
        await send_all(sender)
        post.answer(1, "satu")
        with post.database.claim() as connection:
            assert outbox.claim(connection, ["sms"], 5)
        await asyncio.sleep(0.15)
        await send_all(sender)
        sender.release()

    asyncio.run(run())
    assert [text for _, text in provider.taken] == ["satu"]


def test_only_one_process_sends_on_a_channel(post: Post, provider: Provider) -> None:
    async def run() -> int:
        first = Sender(post.database, post.sealer, {"sms": provider})
        second = Sender(post.database, post.sealer, {"sms": provider})
        await send_all(first)
        post.answer(1, "satu")
        await send_all(second)
        while_first_holds = len(provider.taken)
        first.release()
        second.release()
        await send_all(second)
        second.release()
        return while_first_holds

    assert asyncio.run(run()) == 0
    assert len(provider.taken) == 1


def test_nobody_is_sent_more_at_once_than_the_provider_takes(
    post: Post, provider: Provider
) -> None:
    provider.rate = Rate(1_000, conversation_per_second=1, conversation_burst=2)
    address = post.answer(1, "satu", "dua", "tiga")
    other = post.answer(2, "halo")

    async def run() -> None:
        sender = Sender(post.database, post.sealer, {"sms": provider})
        while len(provider.taken) < 4:
            await send_all(sender)
            await asyncio.sleep(0.02)
        sender.release()

    asyncio.run(run())
    assert [text for whose, text in provider.taken if whose == address] == ["satu", "dua", "tiga"]
    assert (other, "halo") in provider.taken
    # Two at once; the third has to wait for its token, a second after the first was taken.
    at = dict(zip(provider.taken, provider.taken_at))
    assert at[address, "tiga"] - at[address, "satu"] >= 0.5


def test_outside_the_window_a_reply_is_held_and_the_person_is_asked_once(
    post: Post, provider: Provider
) -> None:
    provider.capabilities = Capabilities(window_seconds=24 * 3600)
    address = post.answer(1, "satu", "dua")
    with post.database.write() as connection:
        connection.execute(update(conversations).values(heard_at=1))
        # Before the reply was made: nobody wrote since.
        connection.execute(update(outbox_table).values(created_at=2))
    post.drain()
    assert provider.taken == []
    assert provider.asked == [address]
    assert post.states() == [("held", "window"), ("held", "window")]


def test_a_provider_that_finds_the_window_closed_is_believed(
    post: Post, provider: Provider, outbox: Outbox
) -> None:
    provider.capabilities = Capabilities(window_seconds=10**9)
    address = post.answer(1, "satu")
    with post.database.write() as connection:
        connection.execute(update(conversations).values(heard_at=1_000_000_000_000))
    provider.trouble[address] = [SendError("63016", Then.WINDOW_CLOSED)]
    post.drain()
    assert post.states() == [("held", "63016")]
    assert provider.asked == [address]
    conversation = post.writes(1)
    with post.database.write() as connection:
        assert outbox.release(connection, conversation, FOR_WINDOW) == 1
    post.drain()
    assert provider.taken == [(address, "satu")]


def test_a_reply_that_does_not_open_holds_up_nobody(post: Post, provider: Provider) -> None:
    post.answer(1, "rusak")
    with post.database.write() as connection:
        connection.execute(outbox_table.update().values(content_sealed=b"\x01damaged"))
    other = post.answer(2, "halo")
    post.drain()
    assert provider.taken == [(other, "halo")]
    assert post.states() == [("failed", "seal"), ("sent", None)]


def test_the_log_names_the_code_and_not_the_person(
    post: Post, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    address = post.answer(1, "kalimat rahasia")
    provider.trouble[address] = [ConnectionError(f"{address}: kalimat rahasia")]
    post.drain()
    assert "ConnectionError" in caplog.text
    assert address not in caplog.text
    assert "rahasia" not in caplog.text


def test_it_runs_until_it_is_stopped_and_hears_of_new_messages(
    post: Post, provider: Provider
) -> None:
    stopping = threading.Event()
    listener = bell.listen(post.database)
    sender = Sender(post.database, post.sealer, {"sms": provider})
    thread = threading.Thread(target=lambda: asyncio.run(sender.run(listener, stopping)))
    thread.start()
    try:
        post.answer(1, "satu")
        _wait(lambda: len(provider.taken) == 1)
    finally:
        stopping.set()
        thread.join(10)
        listener.close()
    assert not thread.is_alive()


def _wait(happened: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_window_found_closed_only_afterwards_asks_the_person_too(
    post: Post, provider: Provider, outbox: Outbox
) -> None:
    provider.capabilities = Capabilities(window_seconds=24 * 3600)
    address = post.answer(1, "satu")
    post.drain()
    with post.database.write() as connection:
        row = connection.execute(select(outbox_table)).one()
        outbox.hold(connection, row.id, FOR_WINDOW, code="63016")
    post.drain()
    post.drain()
    assert provider.asked == [address]


def test_trouble_of_its_own_does_not_make_it_forget_what_was_sent(
    post: Post, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.answer(1, "satu")
    provider.seconds[_address(1)] = 0.1
    sender = Sender(post.database, post.sealer, {"sms": provider})
    look = Outbox.is_due

    def look_once(outbox: Outbox, *given: Any) -> bool:
        if sender._on_the_way:
            raise RuntimeError
        return look(outbox, *given)

    monkeypatch.setattr(Outbox, "is_due", look_once)
    listener = bell.listen(post.database)
    with pytest.raises(RuntimeError):
        asyncio.run(sender.run(listener, threading.Event()))
    listener.close()
    assert post.states() == [("sent", None)]


def test_one_that_cannot_be_noted_does_not_take_the_others_with_it(
    post: Post, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in range(1, 5):
        post.answer(person, f"halo {person}")
    note = Sender._note

    def note_most(sender: Sender, connection: Any, delivery: Any) -> None:
        if delivery.claimed.row.id == 2:
            raise ValueError
        note(sender, connection, delivery)

    monkeypatch.setattr(Sender, "_note", note_most)
    post.drain()
    assert post.states() == [("sent", None)] * 4
    assert len(provider.taken) == 4


def test_whoever_could_not_be_asked_to_write_is_asked_again(
    post: Post, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_module, "REOPEN_SECONDS", 0.0)
    provider.capabilities = Capabilities(window_seconds=24 * 3600)
    address = post.answer(1, "satu")
    with post.database.write() as connection:
        connection.execute(update(conversations).values(heard_at=1))
    provider.reopen_trouble = [SendError("429", Then.RETRY), SendError("no-template", Then.GIVE_UP)]
    for _ in range(3):
        post.drain()
    assert provider.asked == [address]
