"""Long polling: nothing is confirmed before it is on disk, and no trouble ends it."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from telegram.error import Conflict

from bot.conversation.inbox import Inbox
from bot.storage import database as database_module
from bot.storage.locks import ProcessLock
from channels.telegram import polling
from channels.telegram.updates import KINDS
from tests.channels.telegram.site import Site, Tables, wait_until
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_client import use


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that an office has time for, and a test has not."""
    for name in ("FIRST_WAIT", "LOCK_SECONDS", "WRONG_TOKEN_SECONDS"):
        monkeypatch.setattr(polling, name, 0.05)
    monkeypatch.setattr(polling, "LONGEST_WAIT", 0.1)
    monkeypatch.setattr(polling, "POLL_SECONDS", 2)


@pytest.fixture
def office(telegram: TelegramDouble, tables: Tables) -> Iterator[Site]:
    """An installation without an address on the internet."""
    with Site(telegram, tables, polls=True) as office:
        telegram.wait_until(lambda: bool(telegram.calls_of("setmyshortdescription")))
        yield office


def _statuses(telegram: TelegramDouble) -> set[int | None]:
    return {call.status for call in telegram.calls_of("getupdates")}


def test_what_people_write_arrives_in_order_and_is_confirmed(
    telegram: TelegramDouble, office: Site
) -> None:
    people = [telegram.person(chat_id) for chat_id in range(1001, 1005)]
    for number in range(30):
        for person in people:
            person.says(f"baris {number}")
    office.wait_for(120)
    telegram.wait_until_delivered()
    for person in people:
        assert office.tables.texts(person.chat_id) == [f"baris {n}" for n in range(30)]


def test_telegram_is_asked_for_what_we_read_and_no_more(
    telegram: TelegramDouble, office: Site
) -> None:
    telegram.person(1001).says("halo")
    office.wait_for(1)
    telegram.wait_until_delivered()
    assert telegram.state.allowed_updates == set(KINDS)
    assert telegram.calls_of("getupdates")[0].parameters["timeout"] == "2"


def test_the_handler_is_the_one_behind_the_webhook(telegram: TelegramDouble, office: Site) -> None:
    ani, group = telegram.person(1001), telegram.group(-4800)
    ani.says("halo")
    ani.shares_contact("+6281200000009")
    ani.edits(telegram.updates[0], "halo semua")
    ani.blocks()
    group.adds_bot(by=ani)
    telegram.wait_until(lambda: group.left)
    heard = office.wait_for(3)
    assert [bool(content.edits) for content in heard] == [False, False, True]
    wait_until(lambda: office.tables.standing(1001).unreachable_code == "403")


@contextlib.contextmanager
def _writes_wait(tables: Tables) -> Iterator[None]:
    """Nobody gets as far as the disk meanwhile."""
    with Path(f"{tables.path}-turn").open("wb") as turnstile:
        fcntl.flock(turnstile, fcntl.LOCK_EX)
        yield


def test_nothing_is_confirmed_before_it_is_on_disk(telegram: TelegramDouble, office: Site) -> None:
    asked = len(telegram.calls_of("getupdates"))
    with _writes_wait(office.tables):
        telegram.person(1001).says("jangan hilang")
        telegram.wait_until(lambda: len(telegram.calls_of("getupdates")) > asked)
        time.sleep(0.2)
        assert len(telegram.pending) == 1
        assert len(telegram.calls_of("getupdates")) == asked + 1
        assert office.tables.texts() == []
    telegram.wait_until_delivered()
    assert office.tables.texts() == ["jangan hilang"]


def test_what_was_stored_but_not_confirmed_is_kept_once(
    telegram: TelegramDouble, tables: Tables
) -> None:
    """As after a kill between the disk and the next question to Telegram."""
    with Site(telegram, tables, polls=True) as first:
        telegram.wait_until(lambda: telegram.is_polled)
        # The next questions, which would confirm it, never get there.
        telegram.fail_next("getupdates", times=15)
        telegram.person(1001).says("satu kali saja")
        first.wait_for(1)
        first.stop()
        assert len(telegram.pending) == 1
    with Site(telegram, tables, polls=True):
        telegram.wait_until_delivered()
    assert tables.texts() == ["satu kali saja"]


def test_of_two_processes_one_asks_and_the_other_follows_it(
    telegram: TelegramDouble, tables: Tables
) -> None:
    first = Site(telegram, tables, polls=True)
    first.__enter__()
    telegram.wait_until(lambda: telegram.is_polled)
    with Site(telegram, tables, polls=True) as second:
        telegram.person(1001).says("untuk yang pertama")
        second.wait_for(1)
        time.sleep(0.2)
        first.stop()
        telegram.person(1001).says("untuk yang kedua")
        second.wait_for(2)
    assert tables.texts() == ["untuk yang pertama", "untuk yang kedua"]
    assert 409 not in _statuses(telegram)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (409, {"ok": False, "error_code": 409, "description": "Conflict: terminated"}),
        (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}),
        (429, {"ok": False, "error_code": 429, "description": "Too Many Requests",
               "parameters": {"retry_after": 1}}),
        (500, None),
        (502, "<html>nginx</html>"),
        (200, "bukan JSON"),
        (200, {"ok": True, "result": {"bukan": "daftar"}}),
        (200, {"ok": True, "result": [{"tanpa": "nomor"}]}),
        (200, {"ok": True, "result": [None, 5, "x"]}),
    ],
)  # fmt: skip
def test_trouble_with_telegram_is_survived(
    telegram: TelegramDouble, office: Site, status: int, body: object
) -> None:
    telegram.fail_next("getupdates", status=status, body=body, times=1)  # type: ignore[arg-type]
    telegram.person(1001).says("membangunkan")
    telegram.person(1001).says("halo")
    assert [content.text for content in office.wait_for(2)] == ["membangunkan", "halo"]
    telegram.wait_until_delivered()


def test_an_answer_that_is_lost_on_the_way_is_asked_for_again(
    telegram: TelegramDouble, office: Site
) -> None:
    telegram.drop_next("getupdates", times=2)
    telegram.person(1001).says("halo")
    office.wait_for(1)
    telegram.wait_until_delivered()


def test_a_program_that_asks_at_the_same_time_is_named_in_the_log(
    telegram: TelegramDouble, office: Site, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.wait_until(lambda: telegram.is_polled)
    with contextlib.suppress(Conflict):
        use(telegram, lambda bot: bot.get_updates(timeout=1))
    telegram.wait_until(lambda: 409 in _statuses(telegram))
    wait_until(lambda: "another program asks for the updates of this bot" in caplog.text)
    telegram.person(1001).says("halo")
    office.wait_for(1)


def test_a_database_that_is_locked_for_a_while_loses_nothing(
    telegram: TelegramDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 20)
    with Tables(tmp_path) as tables, Site(telegram, tables, polls=True):
        telegram.wait_until(lambda: telegram.is_polled)
        with tables.locked():
            asked = len(telegram.calls_of("getupdates"))
            for number in range(5):
                telegram.person(1001).says(f"baris {number}")
            telegram.wait_until(lambda: len(telegram.calls_of("getupdates")) >= asked + 4)
            assert len(telegram.pending) == 5
        telegram.wait_until_delivered()
        assert tables.texts() == [f"baris {number}" for number in range(5)]


def test_trouble_with_the_lock_is_survived(
    telegram: TelegramDouble, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL the lock is a session, which ends with a restart of the server."""
    hold, troubles = ProcessLock.hold, [OperationalError("x", {}, Exception("restarted"))] * 2

    def troubled(self: ProcessLock) -> bool:
        if troubles:
            raise troubles.pop()
        return hold(self)

    monkeypatch.setattr(ProcessLock, "hold", troubled)
    with Site(telegram, tables, polls=True) as office:
        telegram.person(1001).says("halo")
        office.wait_for(1)
    assert troubles == []


def test_an_update_that_the_client_cannot_read_stops_no_other_and_is_not_quoted(
    telegram: TelegramDouble, office: Site, caplog: pytest.LogCaptureFixture
) -> None:
    ani = telegram.person(1001, first_name="Ani Contoh")
    with telegram.state.changed:
        content = {"message_id": "bukan angka", "chat": {"id": 1001}, "text": "kata rahasia"}
        telegram.state.add_update("message", content, "1001")
        ani.says("halo")
    office.wait_for(1)
    telegram.wait_until_delivered()
    assert "an update was not understood" in caplog.text
    ours = [record for record in caplog.records if record.levelno > logging.INFO]
    for record in ours:
        assert "kata rahasia" not in record.getMessage()


def test_block_and_return_in_one_batch_are_taken_in_turn(
    telegram: TelegramDouble, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [telegram.person(chat_id) for chat_id in range(1001, 1011)]
    for person in people:
        person.says("halo")
    with Site(telegram, tables, polls=True) as office:
        office.wait_for(len(people))
        telegram.wait_until_delivered()
    for person in people:
        person.blocks()
        person.unblocks()
    find = Inbox.conversation_of

    def slow_at_first(self: Inbox, channel: str, address: str) -> str | None:
        # The one that began first is the last to arrive.
        time.sleep(next(delays, 0.0))
        return find(self, channel, address)

    delays = iter([0.1, 0.0] * len(people))
    monkeypatch.setattr(Inbox, "conversation_of", slow_at_first)
    with Site(telegram, tables, polls=True):
        telegram.wait_until_delivered()
    monkeypatch.undo()
    codes = {tables.standing(person.chat_id).unreachable_code for person in people}
    assert codes == {None}


def test_a_webhook_of_earlier_days_is_taken_away(telegram: TelegramDouble, tables: Tables) -> None:
    use(telegram, lambda bot: bot.set_webhook("http://127.0.0.1:9/telegram"))
    telegram.person(1001).says("halo")
    with Site(telegram, tables, polls=True) as office:
        office.wait_for(1)
    assert telegram.webhook_url is None


def test_the_end_of_the_process_does_not_wait_for_telegram(
    telegram: TelegramDouble, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "POLL_SECONDS", 30)
    with Site(telegram, tables, polls=True) as office:
        telegram.wait_until(lambda: telegram.is_polled)
        started = time.monotonic()
        office.stop()
    assert time.monotonic() - started < 3
