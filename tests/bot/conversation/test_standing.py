from __future__ import annotations

import pytest
from sqlalchemy import update

from bot.clock import now_ms
from bot.conversation import standing
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Inbound
from bot.conversation.standing import Standing
from bot.storage.database import Database
from bot.storage.tables import conversations


def _writes(inbox: Inbox, address: str = "0812-0000-0001", number: int = 1) -> str:
    """A person writes; gives the id of the conversation."""
    inbound = Inbound("whatsapp", address, f"{address} {number}", text="halo?")
    return inbox.accept(inbound).conversation_id


def _standing(database: Database, conversation_id: str) -> Standing:
    with database.read() as connection:
        return standing.read(connection, conversation_id)


@pytest.fixture
def person(inbox: Inbox) -> str:
    return _writes(inbox)


@pytest.fixture
def another(inbox: Inbox) -> str:
    return _writes(inbox, "0812-0000-0002")


def test_whoever_wrote_may_be_written_to(database: Database, inbox: Inbox) -> None:
    before = now_ms()
    person = _writes(inbox)
    seen = _standing(database, person)
    assert not seen.stopped
    assert seen.unreachable_code is None
    assert seen.heard_at is not None
    assert before <= seen.heard_at <= now_ms()


def test_whoever_says_stop_is_not_written_to_until_it_is_taken_back(
    database: Database, person: str
) -> None:
    with database.write() as connection:
        standing.stop(connection, person)
    assert _standing(database, person).stopped
    with database.write() as connection:
        standing.resume(connection, person)
    assert not _standing(database, person).stopped


def test_writing_alone_does_not_take_a_stop_back(
    database: Database, inbox: Inbox, person: str
) -> None:
    with database.write() as connection:
        standing.stop(connection, person)
    assert _writes(inbox, number=2) == person
    assert _standing(database, person).stopped


def test_stop_said_twice_is_taken_back_once(database: Database, person: str) -> None:
    with database.write() as connection:
        standing.stop(connection, person)
        standing.stop(connection, person)
        standing.resume(connection, person)
        standing.resume(connection, person)
    assert not _standing(database, person).stopped


def test_whom_nothing_reaches_is_known_by_the_providers_code(
    database: Database, person: str
) -> None:
    for code in ("63024", "30005"):
        with database.write() as connection:
            standing.set_unreachable(connection, person, code)
        assert _standing(database, person).unreachable_code == code
    with database.write() as connection:
        standing.set_unreachable(connection, person, None)
    assert _standing(database, person).unreachable_code is None


def test_whoever_writes_is_reached_again(database: Database, inbox: Inbox, person: str) -> None:
    with database.write() as connection:
        standing.set_unreachable(connection, person, "30005")
    _writes(inbox, number=2)
    assert _standing(database, person).unreachable_code is None


def test_a_stop_and_an_address_that_fails_are_two_things(database: Database, person: str) -> None:
    with database.write() as connection:
        standing.stop(connection, person)
        standing.set_unreachable(connection, person, "30005")
        standing.resume(connection, person)
    seen = _standing(database, person)
    assert (seen.stopped, seen.unreachable_code) == (False, "30005")


def test_what_one_person_says_holds_for_nobody_else(
    database: Database, person: str, another: str
) -> None:
    before = _standing(database, another)
    with database.write() as connection:
        standing.stop(connection, person)
        standing.set_unreachable(connection, person, "30005")
        standing.begin_reopening(connection, person)
    assert _standing(database, another) == before
    with database.write() as connection:
        standing.stop(connection, another)
        standing.resume(connection, person)
        assert standing.begin_reopening(connection, another)
    assert _standing(database, another).stopped


def test_a_turn_that_fails_leaves_the_standing_as_it_was(database: Database, person: str) -> None:
    def fail() -> None:
        with database.write() as connection:
            standing.stop(connection, person)
            assert standing.read(connection, person).stopped
            raise KeyError("stop")

    with pytest.raises(KeyError):
        fail()
    assert not _standing(database, person).stopped


def test_nothing_stands_between_us_and_who_was_deleted(database: Database) -> None:
    assert _standing(database, "tidak-ada") == Standing(None, None, None)


# Asking, with a template, to write.


def _asks(database: Database, person: str) -> bool:
    with database.write() as connection:
        return standing.begin_reopening(connection, person)


def test_a_person_is_asked_once_to_write(database: Database, person: str) -> None:
    assert [_asks(database, person) for _ in range(4)] == [True, False, False, False]


def test_whoever_wrote_since_is_asked_once_more(database: Database, person: str) -> None:
    assert _asks(database, person)
    with database.write() as connection:
        asked_before = conversations.c.heard_at - 1
        connection.execute(update(conversations).values(reopened_at=asked_before))
    assert [_asks(database, person) for _ in range(3)] == [True, False, False]


def test_a_person_of_whom_no_message_is_noted_is_asked_once(
    database: Database, person: str
) -> None:
    """Conversations from before the time of the last message was kept."""
    with database.write() as connection:
        connection.execute(update(conversations).values(heard_at=None))
    assert _standing(database, person).heard_at is None
    assert [_asks(database, person) for _ in range(3)] == [True, False, False]


def test_of_two_processes_one_asks(database: Database, person: str) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        assert [_asks(database, person), _asks(other, person)] == [True, False]
    finally:
        other.close()
