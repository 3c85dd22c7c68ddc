from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.conversation.inbox import Inbox
from bot.conversation.messages import Inbound, Reply
from bot.conversation.outbox import Outbox
from bot.storage.database import Database
from bot.storage.tables import outbox as outbox_table


@pytest.fixture
def conversation(inbox: Inbox) -> str:
    return inbox.accept(Inbound("sms", "0812-0000-0001", "a1", text="halo?")).conversation_id


@pytest.fixture
def sent(database: Database, outbox: Outbox, conversation: str) -> int:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", [Reply("satu"), Reply("dua")])
        claimed = outbox.claim_next(connection, ["sms"])
        assert claimed is not None
        outbox.mark_sent(connection, claimed.row.id, "SM1")
    return int(claimed.row.id)


def _state(database: Database, outbound_id: int) -> str:
    with database.read() as connection:
        state: str = connection.execute(
            select(outbox_table.c.state).where(outbox_table.c.id == outbound_id)
        ).scalar_one()
    return state


def test_the_younger_message_waits_for_its_elder(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", [Reply("satu"), Reply("dua")])
        first = outbox.claim_next(connection, ["sms"])
        meanwhile = outbox.claim_next(connection, ["sms"])
        assert first is not None
        outbox.mark_sent(connection, first.row.id, "SM1")
        second = outbox.claim_next(connection, ["sms"])
    assert outbox.open(first).reply.text == "satu"
    assert meanwhile is None
    assert second is not None
    assert outbox.open(second).reply.text == "dua"


def test_a_failed_elder_does_not_hold_up_the_younger_for_ever(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", [Reply("satu"), Reply("dua")])
        first = outbox.claim_next(connection, ["sms"])
        assert first is not None
        outbox.mark_failed(connection, first.row.id, code="30006")
        second = outbox.claim_next(connection, ["sms"])
    assert second is not None
    assert outbox.open(second).reply.text == "dua"


def test_another_channel_is_not_touched(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", [Reply("satu")])
        assert outbox.claim_next(connection, ["whatsapp"]) is None


def test_callbacks_in_any_order_only_move_a_message_forward(
    database: Database, outbox: Outbox, sent: int
) -> None:
    states = []
    for callback in ("read", "delivered", "sent"):
        with database.write() as connection:
            outbox.advance(connection, "sms", "SM1", callback)
        states.append(_state(database, sent))
    assert states == ["read", "read", "read"]


def test_a_failure_reported_after_sending_is_kept(
    database: Database, outbox: Outbox, sent: int
) -> None:
    with database.write() as connection:
        assert outbox.advance(connection, "sms", "SM1", "failed")
    assert _state(database, sent) == "failed"


def test_a_callback_for_another_channel_moves_nothing(
    database: Database, outbox: Outbox, sent: int
) -> None:
    with database.write() as connection:
        assert not outbox.advance(connection, "whatsapp", "SM1", "read")
    assert _state(database, sent) == "sent"


def test_a_reader_gets_what_came_after_the_last_it_saw(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", [Reply("satu"), Reply("dua")])
        outbox.add(connection, conversation, "sms", "turn2", [Reply("tiga")])
    with database.read() as connection:
        everything = outbox.after(connection, conversation, 0)
        rest = outbox.after(connection, conversation, everything[0].id)
    assert [row.reply.text for row in everything] == ["satu", "dua", "tiga"]
    assert [row.reply.text for row in rest] == ["dua", "tiga"]


def test_what_a_reader_confirmed_is_delivered(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", [Reply("satu"), Reply("dua")])
        first, second = outbox.after(connection, conversation, 0)
        outbox.mark_shown(connection, conversation, first.id)
    assert (_state(database, first.id), _state(database, second.id)) == ("delivered", "due")
