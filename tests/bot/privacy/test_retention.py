"""What is over is deleted, all of it and nothing else."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.engine import Connection

from bot.clock import LOCAL, now_ms, today
from bot.conversation import standing
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Content, Inbound
from bot.conversation.outbox import Outbox
from bot.conversation.turn import Answer, TurnRunner
from bot.knowledge import unanswered
from bot.knowledge.unanswered import Unanswered
from bot.privacy import retention
from bot.privacy.identity import AddressBook, random_id
from bot.privacy.sealing import Sealer
from bot.storage import migrate, tables
from bot.storage.database import Database
from tests.bot.conversation.helpers import Echo
from tests.bot.privacy.leftovers import left_in_files, sealed_values
from tests.databases import TRAIL_KEY

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
PERSON = Inbound("sms", "0812-0000-0001", "a1", text="saya mau tanya")
NOTHING = dict.fromkeys(
    (
        *(
            "simpan_percakapan",
            "simpan_laporan",
            "simpan_laporan_selesai",
            "simpan_laporan_ditarik",
        ),
        *("simpan_laporan_terputus", "simpan_pertanyaan", "simpan_angka", "simpan_percobaan"),
        "simpan_jejak",
    ),
    0,
)


class Obedient(Echo):
    """Does what is written: STOP."""

    def answer(self, *turn: Any) -> Answer:
        lines: list[Content] = turn[-1]
        return replace(super().answer(*turn), stop=lines[-1].text == "STOP")


class Rooms:
    """People write, and are answered."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self.database, self.sealer = database, sealer
        book = AddressBook(bytes(range(32, 64)))
        self.inbox = Inbox(database, sealer, book, burst_wait=0, burst_limit=0)
        self.runner = TurnRunner(database, sealer, Obedient(), claim_seconds=60)
        self._names = itertools.count()

    def writes(self, inbound: Inbound = PERSON, **other: Any) -> str:
        """Somebody writes and waits for an answer; gives the conversation."""
        inbound = replace(inbound, external_id=f"a{next(self._names)}", **other)
        return self.inbox.accept(inbound).conversation_id

    def talks(self, inbound: Inbound = PERSON, **other: Any) -> str:
        """Somebody writes and is answered."""
        whose = self.writes(inbound, **other)
        while (claim := self.runner.queue.claim_next()) is not None:
            self.runner.run(claim)
        return whose

    def count(self, name: str) -> int:
        table = tables.metadata.tables[name]
        with self.database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    def said(self, conversation_id: str) -> list[str]:
        with self.database.read() as connection:
            replies = Outbox(self.sealer).after(connection, conversation_id, 0)
        return [outbound.reply.text for outbound in replies]

    def purge(self, now: int | None = None, **gone: int) -> None:
        """Deletes what is over; `gone` is what is expected to."""
        assert retention.purge(self.database, now or now_ms()) == {**NOTHING, **gone}

    def tip(self, *, state: str = "new", until: int = 0, **other: Any) -> str:
        """A tip with everything that hangs on it; gives its id."""
        name = random_id()
        with self.database.write() as connection:
            _desk(connection)
            connection.execute(
                tables.tips.insert().values(
                    id=name, desk_key_id="meja", state=state, level="biasa",
                    body_sealed=self._sealed("body"), changed_at=0,
                    **{"retain_until": until, "filed_at": 0, **other},
                )
            )  # fmt: skip
            connection.execute(
                tables.tip_entries.insert().values(
                    tip_id=name, author="staff", desk_key_id="meja",
                    desk_sealed=self._sealed("entry"), created_at=0,
                )
            )  # fmt: skip
            connection.execute(
                tables.tip_marks.insert().values(
                    tip_id=name, kind="telepon", mark=secrets.token_bytes(32)
                )
            )
            self._file(connection, tip_id=name, conversation_id=None)
        return name

    def file_of(self, conversation_id: str) -> None:
        with self.database.write() as connection:
            self._file(connection, conversation_id=conversation_id)

    def _file(self, connection: Connection, **values: Any) -> None:
        name = random_id()
        connection.execute(
            tables.attachments.insert().values(
                id=name, position=0, kind="photo", state="kept", due_at=0, created_at=0, **values
            )
        )
        for number in range(2):
            sealed = self._sealed("berkas" * 10_000)
            connection.execute(
                tables.attachment_chunks.insert().values(
                    attachment_id=name, number=number, sealed=sealed
                )
            )

    def _sealed(self, text: str) -> bytes:
        return self.sealer.seal(text.encode(), "test")


def _desk(connection: Connection) -> None:
    keys = tables.desk_keys
    if connection.execute(select(keys.c.id)).first() is None:
        connection.execute(keys.insert().values(id="meja", public_key=bytes(32), created_at=0))


@pytest.fixture
def rooms(database: Database, sealer: Sealer) -> Rooms:
    return Rooms(database, sealer)


OF_A_CONVERSATION = (
    *("contacts", "conversations", "inbox", "outbox", "trackers", "tip_drafts"),
    *("attachments", "attachment_chunks"),
)
OF_A_TIP = ("tips", "tip_entries", "tip_marks", "attachments", "attachment_chunks")


# Conversations


def _begin_a_tip(rooms: Rooms, whose: str, **values: Any) -> None:
    row = {"stage": "asking", "touched_at": 0, "expires_at": 0, **values}
    with rooms.database.write() as connection:
        connection.execute(tables.tip_drafts.insert().values(conversation_id=whose, **row))


def test_a_conversation_goes_seven_days_after_the_last_message_with_all_that_hangs_on_it(
    rooms: Rooms,
) -> None:
    whose = rooms.talks()
    rooms.file_of(whose)
    _begin_a_tip(rooms, whose)
    assert all(rooms.count(name) for name in OF_A_CONVERSATION)
    rooms.purge(now_ms() + 7 * DAY - MINUTE)
    assert all(rooms.count(name) for name in OF_A_CONVERSATION)
    rooms.purge(now_ms() + 7 * DAY + MINUTE, simpan_percakapan=1)
    assert [name for name in OF_A_CONVERSATION if rooms.count(name)] == []


def test_only_the_conversation_that_is_over_goes(rooms: Rooms) -> None:
    over, live = rooms.talks(), rooms.talks(address="0812-0000-0002")
    with rooms.database.write() as connection:
        which = tables.conversations.c.id == over
        connection.execute(
            update(tables.conversations).where(which).values(heard_at=now_ms() - 8 * DAY)
        )
    rooms.purge(simpan_percakapan=1)
    assert rooms.said(live) == ["1:saya mau tanya"]
    assert rooms.count("contacts") == 1


def test_what_waits_for_an_answer_is_answered_first(rooms: Rooms) -> None:
    whose = rooms.writes()
    rooms.purge(now_ms() + 30 * DAY)
    rooms.talks()
    assert rooms.said(whose)
    rooms.purge(now_ms() + 30 * DAY, simpan_percakapan=1)


def test_somebody_who_writes_at_the_last_moment_keeps_the_conversation(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    whose = rooms.talks()
    delete_files = retention.delete_files

    def write_meanwhile(*arguments: Any) -> None:
        # The whole week is over but for this message.
        rooms.talks()
        with rooms.database.write() as connection:
            connection.execute(update(tables.conversations).values(heard_at=now_ms() + 8 * DAY))
        delete_files(*arguments)

    monkeypatch.setattr(retention, "delete_files", write_meanwhile)
    rooms.file_of(whose)
    rooms.purge(now_ms() + 8 * DAY)
    assert len(rooms.said(whose)) == 2
    assert rooms.count("attachments") == 1


def test_who_said_stop_stays_stopped_after_the_conversation_is_gone(rooms: Rooms) -> None:
    rooms.talks(text="STOP")
    rooms.purge(now_ms() + 8 * DAY, simpan_percakapan=1)
    left = [name for name in OF_A_CONVERSATION if rooms.count(name)]
    assert left == ["contacts"]
    whose = rooms.talks(text="halo?")
    assert rooms.said(whose) == []
    rooms.talks(text="mulai")
    assert rooms.said(whose) == ["1:mulai"]
    # And the rest of it goes once more.
    rooms.purge(now_ms() + 8 * DAY, simpan_percakapan=1)
    assert rooms.count("contacts") == 0


def test_who_could_not_be_reached_is_forgotten_and_is_reached_on_writing_again(
    rooms: Rooms,
) -> None:
    whose = rooms.talks()
    with rooms.database.write() as connection:
        standing.set_unreachable(connection, whose, "30005")
    rooms.purge(now_ms() + 8 * DAY, simpan_percakapan=1)
    assert rooms.count("contacts") == 0
    whose = rooms.talks()
    with rooms.database.read() as connection:
        assert standing.read(connection, whose).unreachable_code is None


def test_a_tip_outlives_the_conversation_that_it_came_from(rooms: Rooms) -> None:
    whose = rooms.talks()
    rooms.tip(until=now_ms() + 700 * DAY, conversation_id=whose)
    rooms.purge(now_ms() + 8 * DAY, simpan_percakapan=1)
    with rooms.database.read() as connection:
        assert connection.execute(select(tables.tips.c.conversation_id)).scalars().all() == [None]
    assert all(rooms.count(name) == 1 for name in ("tips", "tip_entries", "tip_marks"))


def test_after_seven_days_a_tip_leads_to_no_conversation_however_alive_that_is(
    rooms: Rooms,
) -> None:
    whose = rooms.talks()
    rooms.tip(until=now_ms() + 700 * DAY, filed_at=now_ms() - 8 * DAY, conversation_id=whose)
    fresh = rooms.tip(until=now_ms() + 700 * DAY, filed_at=now_ms(), conversation_id=whose)
    rooms.purge()
    with rooms.database.read() as connection:
        linked = select(tables.tips.c.id).where(tables.tips.c.conversation_id == whose)
        assert connection.execute(linked).scalars().all() == [fresh]


# Tips


@pytest.mark.parametrize(
    ("state", "days"),
    [
        ("new", 730),
        ("read", 730),
        ("working", 730),
        ("referred", 730),
        ("closed", 365),
        ("withdrawn", 90),
        ("unfinished", 30),
    ],
)
def test_a_tip_is_kept_as_long_as_its_state_says(state: str, days: int) -> None:
    moment = 500_000 * HOUR + 59 * MINUTE
    # From the hour on: the moment of the last news stands nowhere.
    assert retention.retain_until(state, moment) == 500_000 * HOUR + days * DAY


def test_a_tip_goes_with_everything_that_hangs_on_it_when_its_time_is_over(rooms: Rooms) -> None:
    now = now_ms()
    rooms.tip(until=now + 1)
    rooms.purge(now)
    assert all(rooms.count(name) for name in OF_A_TIP)
    rooms.purge(now + 1, simpan_laporan=1)
    assert [name for name in OF_A_TIP if rooms.count(name)] == []


def test_a_tip_that_is_held_for_an_investigation_stays(rooms: Rooms) -> None:
    held = rooms.tip(until=0, held_at=1)
    rooms.tip(until=0, state="closed")
    rooms.purge(simpan_laporan_selesai=1)
    with rooms.database.read() as connection:
        assert connection.execute(select(tables.tips.c.id)).scalars().all() == [held]
    assert all(rooms.count(name) for name in OF_A_TIP)


def test_a_tip_that_is_held_at_the_last_moment_stays(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms.tip(until=0)
    delete_files = retention.delete_files

    def hold_meanwhile(*arguments: Any) -> None:
        with rooms.database.write() as connection:
            connection.execute(update(tables.tips).values(held_at=1))
        delete_files(*arguments)

    monkeypatch.setattr(retention, "delete_files", hold_meanwhile)
    rooms.purge()
    assert all(rooms.count(name) for name in OF_A_TIP)


def test_each_state_is_counted_in_its_class(rooms: Rooms) -> None:
    for state, number in {"new": 1, "working": 2, "withdrawn": 3, "unfinished": 4}.items():
        for _ in range(number):
            rooms.tip(state=state)
    rooms.purge(simpan_laporan=3, simpan_laporan_ditarik=3, simpan_laporan_terputus=4)


def test_a_purged_tip_does_not_take_the_conversation_with_it(rooms: Rooms) -> None:
    whose = rooms.talks()
    tip = rooms.tip(conversation_id=whose)
    _begin_a_tip(rooms, whose, tip_id=tip)
    rooms.purge(simpan_laporan=1)
    assert rooms.said(whose)
    assert rooms.count("tip_drafts") == 1


def test_staff_are_warned_of_what_ends_within_two_weeks(rooms: Rooms) -> None:
    now = now_ms()
    later, soon = rooms.tip(until=now + 13 * DAY), rooms.tip(until=now + DAY, state="closed")
    rooms.tip(until=now + 15 * DAY)
    rooms.tip(until=now + DAY, held_at=now)
    with rooms.database.read() as connection:
        ending = retention.due_soon(connection, now)
        assert [(one.tip_id, one.day) for one in ending] == [
            (soon, today() + timedelta(days=1)),
            (later, today() + timedelta(days=13)),
        ]
        assert [one.tip_id for one in retention.due_soon(connection, now, 2)] == [soon]


# What is tied to nobody


def test_a_question_without_an_answer_goes_after_half_a_year(rooms: Rooms) -> None:
    def ask(days: int) -> None:
        with rooms.database.write() as connection:
            unanswered.file(connection, rooms.sealer, Unanswered("dulu", "ragu", ["a"]))
            newest = tables.unanswered.c.day == str(today())
            day = str(today() - timedelta(days=days))
            connection.execute(update(tables.unanswered).where(newest).values(day=day))

    for days in (180, 179):
        ask(days)
    rooms.purge()
    with rooms.database.write() as connection:
        which = tables.unanswered.c.day == str(today() - timedelta(days=180))
        connection.execute(
            update(tables.unanswered).where(which).values(day=str(today() - timedelta(days=181)))
        )
    rooms.purge(simpan_pertanyaan=1)
    assert rooms.count("unanswered") == 1


def test_figures_go_after_five_years(rooms: Rooms) -> None:
    now = _noon(date(2026, 11, 21))
    with rooms.database.write() as connection:
        for month in ("2021-10", "2021-11", "2026-11"):
            connection.execute(
                tables.quiz_rounds.insert().values(
                    id=month, month=month, stage="biasa", asked=1, right=""
                )
            )
            for place in ("1703010", "1703020"):
                connection.execute(
                    tables.tip_counts.insert().values(
                        month=month, kind="anak", place=place, level="biasa", count=1
                    )
                )
    rooms.purge(now, simpan_angka=3)
    assert rooms.count("quiz_rounds") == 2
    assert rooms.count("tip_counts") == 4


def test_receipts_that_were_none_are_forgotten_after_a_day(rooms: Rooms) -> None:
    now = now_ms()
    with rooms.database.write() as connection:
        for scope, age, blocked in [("a", 25, 0), ("b", 23, 0), ("*", 25, now + HOUR)]:
            connection.execute(
                tables.receipt_tries.insert().values(
                    scope=scope, failures=9, since=now - age * HOUR, blocked_until=blocked
                )
            )
    rooms.purge(now, simpan_percobaan=1)
    with rooms.database.read() as connection:
        left = connection.execute(select(tables.receipt_tries.c.scope)).scalars().all()
    assert sorted(left) == ["*", "b"]


# How it is deleted


def test_much_is_deleted_in_many_short_transactions(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        rooms.file_of(rooms.talks(address=f"0812-0000-000{number}"))
        rooms.tip()
    deleted = _rows_by_transaction(rooms.database)
    rooms.purge(now_ms() + 8 * DAY, simpan_percakapan=5, simpan_laporan=5)
    assert max(deleted["conversations"]) == max(deleted["tips"]) == 2
    assert deleted["attachments"] == [1] * 10


def _rows_by_transaction(database: Database) -> dict[str, list[int]]:
    """How many rows the deletions from here on delete, by table."""
    deleted: dict[str, list[int]] = {}

    @event.listens_for(database.engine, "after_cursor_execute")
    def note(_c: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("DELETE FROM"):
            deleted.setdefault(statement.split()[2], []).append(cursor.rowcount)

    return deleted


def test_two_purges_at_once_delete_each_thing_once(rooms: Rooms) -> None:
    for number in range(20):
        rooms.talks(address=f"0812-0000-00{number:02}")
        rooms.tip()
    now, gone = now_ms() + 8 * DAY, []
    threads = [
        threading.Thread(target=lambda: gone.append(retention.purge(rooms.database, now)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in ("simpan_percakapan", "simpan_laporan"):
        assert sum(counts[name] for counts in gone) == 20


# What is left on the disk


@pytest.fixture
def on_disk(tmp_path: Path, sealer: Sealer) -> Iterator[Rooms]:
    """SQLite as it really runs; rows of many lengths were written, changed and moved."""
    database = Database(f"sqlite:///{tmp_path / 'suluh.db'}")
    database.sign_with(TRAIL_KEY)
    migrate.upgrade(database)
    rooms = Rooms(database, sealer)
    yield rooms
    database.close()


def _live_long(rooms: Rooms) -> set[bytes]:
    """Conversations, tips, questions, of which some will be over; gives what is sealed in those."""
    for number in range(40):
        whose = rooms.talks(address=f"0812-0000-00{number:02}")
        for turn in range(4):
            rooms.talks(address=f"0812-0000-00{number:02}", text="kata " * (number * turn))
        if number % 8 == 0:
            rooms.file_of(whose)
            rooms.tip()
    everything = sealed_values(rooms.database)
    live = select(tables.conversations.c.id).order_by(tables.conversations.c.id).limit(20)
    with rooms.database.write() as connection:
        ids = connection.execute(live).scalars().all()
        over = tables.conversations.c.id.not_in(ids)
        connection.execute(update(tables.conversations).where(over).values(heard_at=1))
    return everything


def test_after_a_purge_no_file_of_the_database_holds_what_was_deleted(on_disk: Rooms) -> None:
    everything = _live_long(on_disk)
    assert left_in_files(on_disk.database, everything) > 200
    gone = retention.purge(on_disk.database, now_ms())
    assert gone["simpan_percakapan"] == 20
    assert gone["simpan_laporan"] > 0
    deleted = everything - sealed_values(on_disk.database)
    assert len(deleted) > 100
    assert left_in_files(on_disk.database, deleted) == 0


@pytest.mark.parametrize("without", ["secure_delete", "checkpoint"])
def test_the_search_finds_what_was_not_wiped(
    on_disk: Rooms, without: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the promise above would hold of nothing."""
    everything = _live_long(on_disk)
    if without == "secure_delete":
        monkeypatch.setattr(Database, "rewrite", Database.close_words_for_good)
        _turn_off_secure_delete(on_disk.database)
    else:
        monkeypatch.setattr(Database, "rewrite", lambda database: True)
    retention.purge(on_disk.database, now_ms())
    deleted = everything - sealed_values(on_disk.database)
    assert left_in_files(on_disk.database, deleted) > len(deleted) / 2


def _turn_off_secure_delete(database: Database) -> None:
    database.engine.dispose()

    @event.listens_for(database.engine, "connect")
    def turn_off(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.execute("PRAGMA secure_delete = OFF")


def _noon(day: date) -> int:
    return int(datetime.combine(day, time(12), LOCAL).timestamp() * 1000)
