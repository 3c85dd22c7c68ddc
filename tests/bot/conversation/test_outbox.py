from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.conversation.inbox import Inbox
from bot.conversation.messages import Inbound, Reply
from bot.conversation.outbox import FOR_MORE, FOR_WINDOW, Claimed, Outbox
from bot.conversation.rendering import Part
from bot.storage.database import Database
from bot.storage.tables import outbox as outbox_table


def _parts(*texts: str) -> list[Part]:
    return [Part(Reply(text)) for text in texts]


def _claim(connection: Connection, outbox: Outbox, channel: str = "sms") -> Claimed | None:
    return next(iter(outbox.claim(connection, [channel], 1)), None)


@pytest.fixture
def conversation(inbox: Inbox) -> str:
    return inbox.accept(Inbound("sms", "0812-0000-0001", "a1", text="halo?")).conversation_id


@pytest.fixture
def sent(database: Database, outbox: Outbox, conversation: str) -> int:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", _parts("satu", "dua"))
        claimed = _claim(connection, outbox)
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
        outbox.add(connection, conversation, "sms", "turn1", _parts("satu", "dua"))
        first = _claim(connection, outbox)
        meanwhile = _claim(connection, outbox)
        assert first is not None
        outbox.mark_sent(connection, first.row.id, "SM1")
        second = _claim(connection, outbox)
    assert outbox.open(first).reply.text == "satu"
    assert meanwhile is None
    assert second is not None
    assert outbox.open(second).reply.text == "dua"


def test_a_failed_elder_does_not_hold_up_the_younger_for_ever(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", _parts("satu", "dua"))
        first = _claim(connection, outbox)
        assert first is not None
        outbox.mark_failed(connection, first.row.id, code="30006")
        second = _claim(connection, outbox)
    assert second is not None
    assert outbox.open(second).reply.text == "dua"


def test_another_channel_is_not_touched(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", _parts("satu"))
        assert _claim(connection, outbox, "whatsapp") is None


def test_callbacks_in_any_order_only_move_a_message_forward(
    database: Database, outbox: Outbox, sent: int
) -> None:
    states = []
    for callback in ("read", "delivered", "sent"):
        with database.write() as connection:
            outbox.advance(connection, sent, callback)
        states.append(_state(database, sent))
    assert states == ["read", "read", "read"]


def test_a_callback_that_comes_before_the_providers_answer_is_not_taken_back(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", _parts("satu"))
        claimed = _claim(connection, outbox)
        assert claimed is not None
        outbox.advance(connection, claimed.row.id, "delivered")
        outbox.mark_sent(connection, claimed.row.id, "SM1")
    assert _state(database, claimed.row.id) == "delivered"


def test_what_counted_as_sent_may_be_on_its_way_again(
    database: Database, outbox: Outbox, sent: int
) -> None:
    with database.write() as connection:
        assert outbox.take_back(connection, sent)
    assert _state(database, sent) == "sending"


def test_what_was_delivered_is_not_taken_back(
    database: Database, outbox: Outbox, sent: int
) -> None:
    with database.write() as connection:
        outbox.advance(connection, sent, "delivered")
        assert not outbox.take_back(connection, sent)
    assert _state(database, sent) == "delivered"


def test_replies_go_before_notices(database: Database, outbox: Outbox, inbox: Inbox) -> None:
    first, second = (
        inbox.accept(Inbound("sms", f"0812-0000-000{n}", f"a{n}", text="halo?")).conversation_id
        for n in (1, 2)
    )
    with database.write() as connection:
        outbox.add(connection, first, "sms", "turn1", _parts("kabar"), is_notice=True)
        outbox.add(connection, second, "sms", "turn2", _parts("jawaban"))
        claimed = outbox.claim(connection, ["sms"], 1)
    assert [outbox.open(one).reply.text for one in claimed] == ["jawaban"]


def test_one_message_of_each_conversation_is_taken_at_a_time(
    database: Database, outbox: Outbox, inbox: Inbox
) -> None:
    people = [
        inbox.accept(Inbound("sms", f"0812-0000-000{n}", f"a{n}", text="halo?")).conversation_id
        for n in (1, 2, 3)
    ]
    with database.write() as connection:
        for person in people:
            outbox.add(connection, person, "sms", person, _parts("satu", "dua"))
        claimed = outbox.claim(connection, ["sms"], 10)
    assert {one.row.conversation_id for one in claimed} == set(people)
    assert len(claimed) == 3


def test_the_rest_of_a_long_answer_waits_until_it_is_asked_for(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    parts = [Part(Reply("satu")), Part(Reply("dua"), waits=True), Part(Reply("tiga"), waits=True)]
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", parts)
        first = _claim(connection, outbox)
        assert first is not None
        outbox.mark_sent(connection, first.row.id, None)
        assert _claim(connection, outbox) is None
        assert outbox.release(connection, conversation, FOR_MORE, limit=1) == 1
        second = _claim(connection, outbox)
        assert outbox.has_more(connection, conversation)
    assert second is not None
    assert outbox.open(second).reply.text == "dua"


def test_the_rest_is_dropped_when_the_person_goes_on_to_something_else(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    parts = [Part(Reply("satu")), Part(Reply("dua"), waits=True)]
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", parts)
        outbox.drop_more(connection, conversation)
        assert not outbox.has_more(connection, conversation)
        assert outbox.release(connection, conversation, FOR_MORE) == 0


def test_what_is_held_for_the_window_is_due_again_in_its_order(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", _parts("satu", "dua"))
        for _ in range(2):
            claimed = _claim(connection, outbox)
            assert claimed is not None
            outbox.hold(connection, claimed.row.id, FOR_WINDOW, code="63016")
        assert _claim(connection, outbox) is None
        assert outbox.release(connection, conversation, FOR_WINDOW) == 2
        first = _claim(connection, outbox)
    assert first is not None
    assert outbox.open(first).reply.text == "satu"


def test_a_reader_gets_what_came_after_the_last_it_saw(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", _parts("satu", "dua"))
        outbox.add(connection, conversation, "sms", "turn2", _parts("tiga"))
    with database.read() as connection:
        everything = outbox.after(connection, conversation, 0)
        rest = outbox.after(connection, conversation, everything[0].id)
    assert [row.reply.text for row in everything] == ["satu", "dua", "tiga"]
    assert [row.reply.text for row in rest] == ["dua", "tiga"]


def test_what_a_reader_confirmed_is_delivered(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", _parts("satu", "dua"))
        first, second = outbox.after(connection, conversation, 0)
        outbox.mark_shown(connection, conversation, first.id)
    assert (_state(database, first.id), _state(database, second.id)) == ("delivered", "due")


def test_what_was_held_for_days_is_as_young_as_its_release(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", _parts("satu"))
        connection.execute(outbox_table.update().values(created_at=1))
        claimed = _claim(connection, outbox)
        assert claimed is not None
        outbox.hold(connection, claimed.row.id, FOR_WINDOW)
        outbox.release(connection, conversation, FOR_WINDOW)
        again = _claim(connection, outbox)
    assert again is not None
    assert again.row.created_at > 1


def test_a_younger_row_behind_one_that_waits_wakes_nobody(
    database: Database, outbox: Outbox, conversation: str
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", _parts("satu", "dua"))
        claimed = _claim(connection, outbox)
        assert claimed is not None
        outbox.mark_retry(connection, claimed.row.id, delay_ms=60_000, code="503")
        seconds = outbox.seconds_until_due(connection, ["sms"])
    assert seconds is not None
    assert 50 < seconds <= 60


@pytest.mark.parametrize(
    ("given", "kept"), [("SM1", "SM1"), ("x" * 500, "x" * 128), ("a\x00b", None), (None, None)]
)
def test_whatever_a_provider_calls_a_message_can_be_stored(
    database: Database, outbox: Outbox, conversation: str, given: str | None, kept: str | None
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", _parts("satu"))
        claimed = _claim(connection, outbox)
        assert claimed is not None
        outbox.mark_sent(connection, claimed.row.id, given)
        row = connection.execute(select(outbox_table)).one()
    assert (row.state, row.provider_id) == ("sent", kept)
