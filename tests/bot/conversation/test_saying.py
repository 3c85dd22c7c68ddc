"""What the machine says of its own accord reaches only whom it may reach."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.conversation import phrasebook, saying, standing
from bot.conversation.capabilities import EVERYTHING
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Inbound
from bot.conversation.outbox import Outbox
from bot.conversation.takeover.words import BACK_AGAIN
from bot.storage.database import Database
from bot.storage.tables import outbox as outbox_rows
from channels.twilio.capabilities import SMS


@pytest.fixture
def person(inbox: Inbox) -> str:
    return inbox.accept(Inbound("sms", "0812-0000-0001", "a1", text="halo?")).conversation_id


def _said(database: Database, outbox: Outbox, person: str) -> list[str]:
    with database.read() as connection:
        return [one.reply.text for one in outbox.after(connection, person, 0)]


def test_who_may_be_told_reads_it_in_the_form_of_the_channel(
    database: Database, outbox: Outbox, person: str
) -> None:
    with database.write() as connection:
        saying.tell(connection, outbox, person, "sms", BACK_AGAIN, SMS)
    (expected,) = phrasebook.say(BACK_AGAIN, "sms")
    (said,) = _said(database, outbox, person)
    assert said.startswith(expected.text)


@pytest.mark.parametrize(
    "hinder",
    [
        standing.stop,
        standing.keep_quiet,
        lambda connection, whose: standing.set_unreachable(connection, whose, "403"),
    ],
    ids=["stop", "quiet", "unreachable"],
)
def test_nobody_else_is_told(database: Database, outbox: Outbox, person: str, hinder) -> None:  # type: ignore[no-untyped-def]
    with database.write() as connection:
        hinder(connection, person)
        saying.tell(connection, outbox, person, "sms", BACK_AGAIN, EVERYTHING)
    assert _said(database, outbox, person) == []


def test_a_notice_goes_after_what_somebody_waits_for(
    database: Database, outbox: Outbox, person: str
) -> None:
    with database.write() as connection:
        for is_notice in (True, False):
            saying.tell(
                connection, outbox, person, "sms", BACK_AGAIN, EVERYTHING, is_notice=is_notice
            )
    with database.read() as connection:
        rows = connection.execute(select(outbox_rows.c.is_notice).order_by(outbox_rows.c.id))
        assert list(rows.scalars()) == [1, 0]
