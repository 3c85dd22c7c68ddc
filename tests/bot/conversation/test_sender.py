from __future__ import annotations

import time
from collections import defaultdict

import pytest
from sqlalchemy import select

from bot.conversation import outbox as outbox_module
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Inbound, Reply
from bot.conversation.outbox import Outbox
from bot.conversation.sender import MAX_ATTEMPTS, Sender, SendError
from bot.privacy.sealing import Sealer
from bot.storage.database import Database
from bot.storage.tables import outbox as outbox_table


class Provider:
    """A provider that fails as told: `trouble` maps an address to the errors to come."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.trouble: dict[str, list[SendError]] = defaultdict(list)

    def send(self, address: str, reply: Reply) -> str:
        if self.trouble[address]:
            raise self.trouble[address].pop(0)
        self.taken.append((address, reply.text))
        return f"SM{len(self.taken)}"


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def sender(database: Database, sealer: Sealer, provider: Provider) -> Sender:
    return Sender(database, sealer, {"sms": provider})


def _write(database: Database, outbox: Outbox, inbox: Inbox, person: int, *texts: str) -> str:
    address = f"0812-0000-{person:04}"
    inbound = Inbound("sms", address, f"id-{person}", text="halo?")
    conversation = inbox.accept(inbound).conversation_id
    with database.write() as connection:
        replies = [Reply(text) for text in texts]
        outbox.add(connection, conversation, "sms", f"turn-{person}", replies)
    return address


def _drain(sender: Sender) -> None:
    while sender.send_next():
        pass


def _states(database: Database) -> list[tuple[str, str | None]]:
    with database.read() as connection:
        rows = connection.execute(
            select(outbox_table.c.state, outbox_table.c.error_code).order_by(outbox_table.c.id)
        )
        return [(row.state, row.error_code) for row in rows]


def test_replies_arrive_in_order(
    database: Database, outbox: Outbox, inbox: Inbox, sender: Sender, provider: Provider
) -> None:
    address = _write(database, outbox, inbox, 1, "satu", "dua", "tiga")
    _drain(sender)
    assert provider.taken == [(address, "satu"), (address, "dua"), (address, "tiga")]
    assert {state for state, _ in _states(database)} == {"sent"}


def test_trouble_with_one_person_holds_up_nobody_else(
    database: Database, outbox: Outbox, inbox: Inbox, sender: Sender, provider: Provider
) -> None:
    slow = _write(database, outbox, inbox, 1, "satu", "dua")
    provider.trouble[slow] = [SendError("429", retry=True, after_seconds=0.3)]
    others = [_write(database, outbox, inbox, person, "halo") for person in range(2, 8)]
    _drain(sender)
    assert sorted(address for address, _ in provider.taken) == sorted(others)
    time.sleep(0.35)
    _drain(sender)
    assert provider.taken[-2:] == [(slow, "satu"), (slow, "dua")]


def test_what_cannot_be_delivered_is_given_up_with_its_code(
    database: Database, outbox: Outbox, inbox: Inbox, sender: Sender, provider: Provider
) -> None:
    blocked = _write(database, outbox, inbox, 1, "satu")
    provider.trouble[blocked] = [SendError("21610", retry=False)]
    _drain(sender)
    assert _states(database) == [("failed", "21610")]


def test_retrying_has_an_end(
    database: Database, outbox: Outbox, inbox: Inbox, sender: Sender, provider: Provider
) -> None:
    address = _write(database, outbox, inbox, 1, "satu")
    provider.trouble[address] = [SendError("503", retry=True, after_seconds=0)] * MAX_ATTEMPTS
    _drain(sender)
    assert provider.taken == []
    assert _states(database) == [("failed", "503")]


def test_what_a_dead_sender_held_is_sent_by_another(
    database: Database,
    outbox: Outbox,
    inbox: Inbox,
    sender: Sender,
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox_module, "SEND_CLAIM_MS", 200)
    address = _write(database, outbox, inbox, 1, "satu")
    with database.claim() as connection:
        assert outbox.claim_next(connection, ["sms"]) is not None
    assert not sender.send_next()
    time.sleep(0.25)
    _drain(sender)
    assert provider.taken == [(address, "satu")]


def test_a_reply_that_does_not_open_holds_up_nobody(
    database: Database, outbox: Outbox, inbox: Inbox, sender: Sender, provider: Provider
) -> None:
    _write(database, outbox, inbox, 1, "rusak")
    with database.write() as connection:
        connection.execute(outbox_table.update().values(content_sealed=b"\x01damaged"))
    other = _write(database, outbox, inbox, 2, "halo")
    _drain(sender)
    assert provider.taken == [(other, "halo")]
    assert _states(database) == [("failed", "seal"), ("sent", None)]


def test_the_log_names_the_code_and_not_the_person(
    database: Database,
    outbox: Outbox,
    inbox: Inbox,
    sender: Sender,
    provider: Provider,
    caplog: pytest.LogCaptureFixture,
) -> None:
    address = _write(database, outbox, inbox, 1, "kalimat rahasia")
    provider.trouble[address] = [SendError("30005", retry=False)]
    _drain(sender)
    assert "30005" in caplog.text
    assert address not in caplog.text
    assert "rahasia" not in caplog.text
