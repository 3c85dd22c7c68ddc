"""What providers tell of our messages, at the real tables."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, update

from bot import lexicon
from bot.conversation import standing
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Choice, Inbound, Reply
from bot.conversation.outbox import Outbox
from bot.conversation.rendering import Part
from bot.conversation.reports import Reports
from bot.conversation.sender import SendError, Then
from bot.privacy.sealing import Sealer
from bot.storage.database import Database
from bot.storage.tables import conversations
from bot.storage.tables import outbox as outbox_table

ADDRESS = "0812-0000-0001"
UNKNOWN = 999_999


@pytest.fixture
def reports(database: Database, sealer: Sealer, inbox: Inbox) -> Reports:
    return Reports(database, sealer, inbox)


@pytest.fixture
def conversation(inbox: Inbox) -> str:
    return inbox.accept(Inbound("sms", ADDRESS, "a1", text="halo?")).conversation_id


@pytest.fixture
def sent(database: Database, outbox: Outbox, conversation: str) -> int:
    """A message that the provider has taken, and one that waits behind it."""
    with database.write() as connection:
        parts = [Part(Reply("satu")), Part(Reply("dua"))]
        outbox.add(connection, conversation, "sms", "turn1", parts)
        (claimed,) = outbox.claim(connection, ["sms"], 1)
        outbox.mark_sent(connection, claimed.row.id, "SM1")
    return int(claimed.row.id)


def _states(database: Database) -> list[tuple[str, str | None]]:
    with database.read() as connection:
        rows = connection.execute(
            select(outbox_table.c.state, outbox_table.c.error_code).order_by(outbox_table.c.id)
        )
        return [(row.state, row.error_code) for row in rows]


@pytest.mark.parametrize("order", [("sent", "delivered", "read"), ("read", "delivered", "sent")])
def test_in_whatever_order_they_come_a_message_only_moves_forward(
    database: Database, reports: Reports, sent: int, order: tuple[str, ...]
) -> None:
    for state in order:
        asyncio.run(reports.moved("sms", sent, state))
    assert _states(database)[0] == ("read", None)


def test_a_report_of_another_channel_moves_nothing(
    database: Database, reports: Reports, sent: int
) -> None:
    asyncio.run(reports.moved("whatsapp", sent, "read"))
    asyncio.run(reports.failed("whatsapp", sent, SendError("30005", Then.UNREACHABLE)))
    assert _states(database)[0] == ("sent", None)


def test_a_report_of_a_message_that_is_gone_is_no_trouble(
    database: Database, reports: Reports, sent: int
) -> None:
    asyncio.run(reports.moved("sms", UNKNOWN, "read"))
    asyncio.run(reports.failed("sms", UNKNOWN, SendError("30005", Then.UNREACHABLE)))
    assert _states(database)[0] == ("sent", None)


def test_what_did_not_arrive_after_all_is_sent_again(
    database: Database, reports: Reports, sent: int
) -> None:
    asyncio.run(reports.failed("sms", sent, SendError("30008", Then.RETRY, after_seconds=0)))
    assert _states(database) == [("due", "30008"), ("due", None)]


def test_what_costs_money_is_sent_again_only_so_often(
    database: Database, reports: Reports, sent: int
) -> None:
    with database.write() as connection:
        connection.execute(update(outbox_table).values(attempts=3))
    asyncio.run(reports.failed("sms", sent, SendError("30008", Then.RETRY, most_attempts=3)))
    assert _states(database)[0] == ("failed", "30008")


def test_a_number_that_does_not_exist_gets_nothing_more(
    database: Database, reports: Reports, conversation: str, sent: int
) -> None:
    asyncio.run(reports.failed("sms", sent, SendError("30005", Then.UNREACHABLE)))
    assert _states(database) == [("failed", "30005"), ("failed", "30005")]
    with database.read() as connection:
        assert standing.read(connection, conversation).unreachable_code == "30005"


def test_a_closed_window_holds_the_message(database: Database, reports: Reports, sent: int) -> None:
    with database.write() as connection:
        connection.execute(update(conversations).values(heard_at=1))
    asyncio.run(reports.failed("sms", sent, SendError("63016", Then.WINDOW_CLOSED)))
    assert _states(database)[0] == ("held", "63016")


def test_a_person_who_wrote_meanwhile_has_opened_the_window_again(
    database: Database, reports: Reports, sent: int
) -> None:
    with database.write() as connection:
        connection.execute(update(outbox_table).values(created_at=1))
    asyncio.run(reports.failed("sms", sent, SendError("63016", Then.WINDOW_CLOSED)))
    assert _states(database)[0][0] == "due"


def test_what_was_read_does_not_fail_afterwards(
    database: Database, reports: Reports, sent: int
) -> None:
    asyncio.run(reports.moved("sms", sent, "read"))
    asyncio.run(reports.failed("sms", sent, SendError("30008", Then.RETRY)))
    assert _states(database)[0] == ("read", None)


def test_whoever_blocks_us_is_marked_and_whoever_comes_back_is_not(
    database: Database, reports: Reports, conversation: str, sent: int
) -> None:
    asyncio.run(reports.reachable("sms", ADDRESS, "403"))
    with database.read() as connection:
        assert standing.read(connection, conversation).unreachable_code == "403"
    assert _states(database)[1] == ("failed", "403")
    asyncio.run(reports.reachable("sms", ADDRESS, None))
    with database.read() as connection:
        assert standing.read(connection, conversation).unreachable_code is None


def test_a_stranger_who_blocks_us_leaves_no_trace(database: Database, reports: Reports) -> None:
    asyncio.run(reports.reachable("sms", "0812-0000-0002", "403"))
    with database.read() as connection:
        assert connection.execute(select(conversations)).first() is None


def test_something_waits_until_it_is_answered(reports: Reports, conversation: str) -> None:
    assert asyncio.run(reports.waits(conversation))
    assert not asyncio.run(reports.waits("tidak-ada"))


def test_no_number_stands_in_the_log(
    reports: Reports, sent: int, caplog: pytest.LogCaptureFixture
) -> None:
    asyncio.run(reports.failed("sms", sent, SendError("30005", Then.UNREACHABLE)))
    assert "30005" in caplog.text
    assert ADDRESS not in caplog.text


def test_a_late_word_on_an_earlier_attempt_moves_nothing(
    database: Database, reports: Reports, sent: int
) -> None:
    failure = SendError("30008", Then.RETRY)
    asyncio.run(reports.failed("sms", sent, failure, provider_id="SM0"))
    asyncio.run(reports.moved("sms", sent, "read", provider_id="SM0"))
    assert _states(database)[0] == ("sent", None)
    asyncio.run(reports.moved("sms", sent, "read", provider_id="SM1"))
    assert _states(database)[0] == ("read", None)


def test_a_word_that_comes_before_the_answer_to_the_send_counts(
    database: Database, reports: Reports, sent: int
) -> None:
    with database.write() as connection:
        connection.execute(update(outbox_table).values(provider_id=None, state="sending"))
    asyncio.run(reports.moved("sms", sent, "delivered", provider_id="SM1"))
    assert _states(database)[0] == ("delivered", None)


def test_a_late_sent_does_not_cancel_what_is_to_be_sent_again(
    database: Database, reports: Reports, sent: int
) -> None:
    failure = SendError("30008", Then.RETRY, after_seconds=60)
    asyncio.run(reports.failed("sms", sent, failure, provider_id="SM1"))
    asyncio.run(reports.moved("sms", sent, "sent", provider_id="SM1"))
    assert _states(database)[0] == ("due", "30008")


def test_what_failed_on_its_way_is_not_sent_again_to_whoever_said_stop(
    database: Database, reports: Reports, conversation: str, sent: int
) -> None:
    with database.write() as connection:
        connection.execute(update(outbox_table).values(created_at=1))
        standing.stop(connection, conversation)
    asyncio.run(reports.failed("sms", sent, SendError("30008", Then.RETRY)))
    assert _states(database)[0] == ("failed", "stopped")


def test_a_late_word_that_nobody_is_there_does_not_hit_who_wrote_since(
    database: Database, reports: Reports, conversation: str, sent: int
) -> None:
    with database.write() as connection:
        connection.execute(update(outbox_table).values(created_at=1))
    asyncio.run(reports.failed("sms", sent, SendError("30005", Then.UNREACHABLE)))
    assert _states(database) == [("failed", "30005"), ("due", None)]
    with database.read() as connection:
        assert standing.read(connection, conversation).unreachable_code is None


def test_a_failure_that_is_reported_before_the_sending_is_noted_counts(
    database: Database, reports: Reports, outbox: Outbox, sent: int
) -> None:
    with database.write() as connection:
        connection.execute(
            update(outbox_table)
            .where(outbox_table.c.id == sent)
            .values(state="sending", provider_id=None)
        )
    failure = SendError("30008", Then.RETRY, after_seconds=60)
    asyncio.run(reports.failed("sms", sent, failure, provider_id="SM1"))
    with database.write() as connection:
        outbox.mark_sent(connection, sent, "SM1")
    assert _states(database)[0] == ("due", "30008")


# Buttons that the provider took and then did not show.

REFUSED = SendError("63021", Then.AS_TEXT)
ASKED = Reply("Kamu aman?", (Choice("Ya", "/ya"), Choice("Tidak", "/tidak")))


@pytest.fixture
def buttons(database: Database, outbox: Outbox, conversation: str) -> int:
    """A message with buttons that the provider has taken as SM1."""
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", [Part(ASKED)])
    return _sends(database, outbox, "SM1")


def _sends(database: Database, outbox: Outbox, provider_id: str | None) -> int:
    """The provider takes what is due; without an id its answer is still on the way."""
    with database.write() as connection:
        (claimed,) = outbox.claim(connection, ["sms"], 1)
        if provider_id:
            outbox.mark_sent(connection, claimed.row.id, provider_id)
    return int(claimed.row.id)


def test_buttons_that_were_refused_go_out_once_more_as_a_list(
    database: Database, reports: Reports, outbox: Outbox, conversation: str, buttons: int
) -> None:
    asyncio.run(reports.failed("sms", buttons, REFUSED, provider_id="SM1"))
    assert _states(database) == [("due", "63021")]
    with database.read() as connection:
        (again,) = outbox.after(connection, conversation, 0)
    listed = f"Kamu aman?\n\n1. Ya\n2. Tidak\n{lexicon.line('balas_nomor')}"
    assert again.reply == Reply(listed)


def test_a_list_that_is_refused_too_is_given_up(
    database: Database, reports: Reports, outbox: Outbox, buttons: int
) -> None:
    asyncio.run(reports.failed("sms", buttons, REFUSED, provider_id="SM1"))
    _sends(database, outbox, "SM2")
    asyncio.run(reports.failed("sms", buttons, REFUSED, provider_id="SM2"))
    assert _states(database) == [("failed", "63021")]


@pytest.mark.parametrize("error", [REFUSED, SendError("30008", Then.RETRY, after_seconds=0)])
def test_a_refusal_that_is_told_again_changes_nothing_more(
    database: Database, reports: Reports, outbox: Outbox, buttons: int, error: SendError
) -> None:
    """Providers repeat what they are not sure that we heard."""
    for expected in ("due", "sending", "sent"):
        for _ in range(2):
            asyncio.run(reports.failed("sms", buttons, error, provider_id="SM1"))
            assert _states(database)[0][0] == expected
        if expected == "due":
            _sends(database, outbox, None)
        else:
            with database.write() as connection:
                outbox.mark_sent(connection, buttons, "SM2")


def test_an_answer_that_comes_after_its_refusal_does_not_end_the_next_attempt(
    database: Database, reports: Reports, outbox: Outbox, conversation: str
) -> None:
    with database.write() as connection:
        outbox.add(connection, conversation, "sms", "turn1", [Part(ASKED)])
    row = _sends(database, outbox, None)
    asyncio.run(reports.failed("sms", row, REFUSED, provider_id="SM1"))
    _sends(database, outbox, None)
    with database.write() as connection:
        outbox.mark_sent(connection, row, "SM1")
    assert _states(database)[0][0] == "sending"
    asyncio.run(reports.moved("sms", row, "delivered", provider_id="SM2"))
    assert _states(database) == [("delivered", None)]


def test_whoever_said_stop_gets_no_list_either(
    database: Database, reports: Reports, conversation: str, buttons: int
) -> None:
    with database.write() as connection:
        connection.execute(update(outbox_table).values(created_at=1))
        standing.stop(connection, conversation)
    asyncio.run(reports.failed("sms", buttons, REFUSED, provider_id="SM1"))
    assert _states(database) == [("failed", "stopped")]


def test_a_refused_message_that_does_not_open_is_given_up(
    database: Database, reports: Reports, buttons: int
) -> None:
    with database.write() as connection:
        connection.execute(update(outbox_table).values(content_sealed=b"\x01damaged"))
    asyncio.run(reports.failed("sms", buttons, REFUSED, provider_id="SM1"))
    assert _states(database) == [("failed", "63021")]
