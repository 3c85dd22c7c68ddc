"""What was said goes; that it was said stays, and so does what still waits."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import select, update

from bot.conversation.inbox import Inbox, open_content
from bot.conversation.messages import Content, Inbound, Reply
from bot.conversation.outbox import (
    DELIVERED,
    DROPPED,
    DUE,
    FAILED,
    FOR_WINDOW,
    HELD,
    READ,
    SENDING,
    SENT,
    Outbox,
)
from bot.conversation.rendering import Part
from bot.conversation.turn import TurnRunner
from bot.conversation.wiping import wipe
from bot.privacy.identity import AddressBook
from bot.privacy.sealing import Sealer
from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.tables import inbox as inbox_table
from bot.storage.tables import outbox as outbox_table
from channels.web.history import History
from tests.bot.conversation.helpers import Echo
from tests.bot.privacy.leftovers import left_in_files, sealed_values

STORY = Inbound("web", "kue-pertama", "a1", text="kemarin malam di Pekik Nyaring", payload="/lapor")


def _talk(database: Database, sealer: Sealer, inbox: Inbox, inbound: Inbound = STORY) -> str:
    """Somebody writes and is answered; gives the conversation."""
    whose = inbox.accept(inbound).conversation_id
    runner = TurnRunner(database, sealer, Echo(), claim_seconds=60)
    claim = runner.queue.claim_next()
    assert claim is not None
    runner.run(claim)
    return whose


def _wipe(database: Database, sealer: Sealer, conversation_id: str) -> None:
    with database.write() as connection:
        wipe(connection, sealer, conversation_id)
    assert database.close_words_for_good()


def _heard(database: Database, sealer: Sealer, conversation_id: str) -> list[Content]:
    with database.read() as connection:
        rows = connection.execute(
            select(inbox_table)
            .where(inbox_table.c.conversation_id == conversation_id)
            .order_by(inbox_table.c.id)
        ).all()
    return [open_content(sealer, conversation_id, row) for row in rows]


def test_what_was_answered_is_blank_and_what_waits_is_not_touched(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    whose = _talk(database, sealer, inbox)
    waits = Inbound("web", STORY.address, "a2", text="masih ada lagi")
    inbox.accept(waits)
    _wipe(database, sealer, whose)
    assert _heard(database, sealer, whose) == [Content(), Content(text="masih ada lagi")]


def test_a_blank_message_that_is_delivered_once_more_is_still_known(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    whose = _talk(database, sealer, inbox)
    _wipe(database, sealer, whose)
    assert not inbox.accept(STORY).is_new
    assert _heard(database, sealer, whose) == [Content()]


def test_what_may_still_be_sent_stays_and_the_rest_goes(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    whose = inbox.accept(STORY).conversation_id
    states = (DUE, SENDING, SENT, DELIVERED, READ, FAILED, DROPPED, HELD)
    with database.write() as connection:
        outbox.add(connection, whose, "web", "t1", [Part(Reply(state)) for state in states])
        for position, state in enumerate(states):
            row = update(outbox_table).where(outbox_table.c.position == position)
            held_for = FOR_WINDOW if state == HELD else None
            connection.execute(row.values(state=state, held_for=held_for))
    _wipe(database, sealer, whose)
    with database.read() as connection:
        left = [outbound.reply.text for outbound in outbox.after(connection, whose, 0)]
    assert left == [DUE, SENDING, HELD]


def test_another_conversation_keeps_its_words(
    database: Database, sealer: Sealer, inbox: Inbox, outbox: Outbox
) -> None:
    whose = _talk(database, sealer, inbox)
    another = _talk(
        database, sealer, inbox, Inbound("web", "kue-kedua", "b1", text="lain", payload="/menu")
    )
    with database.write() as connection:
        connection.execute(update(outbox_table).values(state=DELIVERED))
    _wipe(database, sealer, whose)
    assert [content.text for content in _heard(database, sealer, another)] == ["lain"]
    with database.read() as connection:
        assert outbox.after(connection, whose, 0) == []
        assert len(outbox.after(connection, another, 0)) == 1


def test_the_web_chat_shows_no_empty_entries(
    database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    whose = _talk(database, sealer, inbox)
    history = History(database, sealer, AddressBook(bytes(range(32, 64))), inbox)
    asyncio.run(history.mark_shown(whose, 1_000))
    assert len(asyncio.run(history.entries(whose))) == 2
    _wipe(database, sealer, whose)
    assert asyncio.run(history.entries(whose)) == []


def test_no_file_of_the_database_holds_the_words_of_a_report_that_was_wiped(
    tmp_path: Path, sealer: Sealer
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'suluh.db'}")
    migrate.upgrade(database)
    book = AddressBook(bytes(range(32, 64)))
    inbox = Inbox(database, sealer, book, burst_wait=0, burst_limit=0)
    whose = _talk(database, sealer, inbox)
    with database.write() as connection:
        connection.execute(update(outbox_table).values(state=DELIVERED))
    before = sealed_values(database)
    _wipe(database, sealer, whose)
    wiped = before - sealed_values(database)
    assert len(wiped) == 2
    assert left_in_files(database, before - wiped) == len(before) - 2
    assert left_in_files(database, wiped) == 0
    database.close()
