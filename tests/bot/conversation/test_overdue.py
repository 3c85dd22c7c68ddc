"""An operator sees that answers do not go out, and nothing of whose they are."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from bot.clock import now_ms
from bot.conversation import standing
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Inbound, Reply
from bot.conversation.outbox import FOR_WINDOW, Outbox
from bot.conversation.overdue import LONGEST_TRYING_MS, LONGEST_WAIT_MS, Overdue, overdue
from bot.conversation.rendering import Part
from bot.storage.database import Database
from bot.storage.tables import outbox as outbox_table

CHANNELS = ["sms", "telegram"]
LONG_AGO = LONGEST_WAIT_MS + 30_000
VERY_LONG_AGO = LONGEST_TRYING_MS + 30_000


class Waiting:
    """Puts messages into the outbox and turns back the clock on them."""

    def __init__(self, database: Database, inbox: Inbox, outbox: Outbox) -> None:
        self.database, self._inbox, self.outbox = database, inbox, outbox
        self._number = 0

    def messages(self, *texts: str, channel: str = "sms", ago_ms: int = 0, **values: Any) -> str:
        """Messages of one more person, written and due so long ago; gives the conversation."""
        self._number += 1
        person = Inbound(channel, f"0812-{self._number}", f"a{self._number}", text="halo?")
        conversation = self._inbox.accept(person).conversation_id
        turn, moment = f"turn{self._number}", now_ms() - ago_ms
        with self.database.write() as connection:
            parts = [Part(Reply(text)) for text in texts]
            self.outbox.add(connection, conversation, channel, turn, parts)
            connection.execute(
                update(outbox_table)
                .where(outbox_table.c.turn_id == turn)
                .values(**{"created_at": moment, "due_at": moment, **values})
            )
        return conversation

    def found(self) -> list[Overdue]:
        with self.database.read() as connection:
            return overdue(connection, CHANNELS)


@pytest.fixture
def waiting(database: Database, inbox: Inbox, outbox: Outbox) -> Waiting:
    return Waiting(database, inbox, outbox)


def test_what_nobody_sends_is_counted_for_each_channel(waiting: Waiting) -> None:
    waiting.messages("satu", "dua", ago_ms=LONG_AGO)
    waiting.messages("tiga", ago_ms=VERY_LONG_AGO)
    waiting.messages("empat", channel="telegram", ago_ms=LONG_AGO)
    waiting.messages("baru saja")
    sms, telegram = waiting.found()
    assert (sms.channel, sms.number) == ("sms", 3)
    assert (telegram.channel, telegram.number) == ("telegram", 1)
    assert sms.seconds >= VERY_LONG_AGO / 1000 > telegram.seconds >= LONG_AGO / 1000


def test_what_was_on_its_way_with_a_sender_that_died_counts(waiting: Waiting) -> None:
    waiting.messages("satu", ago_ms=LONG_AGO, state="sending")
    assert [found.number for found in waiting.found()] == [1]


def test_what_is_tried_again_and_again_counts_only_after_a_while(waiting: Waiting) -> None:
    """One telephone that is off for a moment is no trouble of ours; a wrong token is."""
    waiting.messages("satu", "dua", ago_ms=LONG_AGO)
    later = now_ms() + 60_000
    with waiting.database.write() as connection:
        first = update(outbox_table).where(outbox_table.c.position == 0)
        connection.execute(first.values(due_at=later, error_code="30003", attempts=2))
    assert waiting.found() == []
    with waiting.database.write() as connection:
        connection.execute(update(outbox_table).values(created_at=now_ms() - VERY_LONG_AGO))
    assert [found.number for found in waiting.found()] == [2]


@pytest.mark.parametrize("state", ["held", "dropped", "failed", "sent", "delivered", "read"])
def test_what_does_not_wait_to_be_sent_is_not_counted(waiting: Waiting, state: str) -> None:
    waiting.messages("satu", ago_ms=VERY_LONG_AGO, state=state)
    assert waiting.found() == []


def test_what_waits_for_the_person_or_for_nothing_is_not_counted(waiting: Waiting) -> None:
    waiting.messages("jendela tertutup", ago_ms=VERY_LONG_AGO)
    with waiting.database.write() as connection:
        (claimed,) = waiting.outbox.claim(connection, CHANNELS, 1)
        waiting.outbox.hold(connection, claimed.row.id, FOR_WINDOW, code="63016")
    stopped = waiting.messages("berhenti", ago_ms=VERY_LONG_AGO)
    with waiting.database.write() as connection:
        waiting.outbox.fail_all(connection, stopped, code="stopped")
        standing.stop(connection, stopped)
    assert waiting.found() == []


def test_what_was_held_for_days_has_not_waited_for_us(waiting: Waiting) -> None:
    held = waiting.messages("satu", ago_ms=VERY_LONG_AGO, state="held", held_for=FOR_WINDOW)
    with waiting.database.write() as connection:
        waiting.outbox.release(connection, held, FOR_WINDOW)
    assert waiting.found() == []


def test_a_page_that_was_closed_before_the_answer_is_no_trouble(waiting: Waiting) -> None:
    """The web chat fetches its answers: nobody sends them."""
    waiting.messages("satu", channel="web", ago_ms=VERY_LONG_AGO)
    assert waiting.found() == []
