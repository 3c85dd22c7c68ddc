"""A report that was left in the middle: one reminder, and after a day nothing is left of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Row

from bot.clock import now_ms
from bot.conversation import standing
from bot.conversation.inbox import Inbox, open_content
from bot.conversation.keeper import BATCH, Keeper
from bot.conversation.messages import Choice, Content, Inbound, Reply
from bot.conversation.outbox import Outbox
from bot.conversation.turn import Answer, TurnRunner
from bot.privacy.identity import AddressBook
from bot.privacy.sealing import Sealer
from bot.storage import migrate, tables
from bot.storage.database import Database
from bot.tips.draft import SLOT, Draft
from bot.triage import levels
from tests.bot.privacy.leftovers import left_in_files, sealed_values

MINUTE = 60_000
HOUR = 60 * MINUTE
CHOICES = (Choice("Lanjut melapor", "/lapor"), Choice("Batalkan laporan", "/batal"))
TOLD = Draft({"aman": "ya", "setuju": "ya"}, words=("tadi malam ada lima orang",))


class Speaker:
    """An engine whose memory is what it said last and the report that is told."""

    def __init__(self, draft: Draft | None = TOLD) -> None:
        self.draft = draft

    def answer(
        self, conversation_id: str, channel: str, state: bytes | None, lines: Sequence[Content]
    ) -> Answer:
        slots = {SLOT: self.draft and self.draft.to_slot()}
        state = json.dumps({"slots": slots, "said": "pertanyaan"}).encode()
        return Answer([Reply("pertanyaan")], state=state)

    def level(self, lines: Sequence[Content]) -> str:
        return levels.ORDINARY

    def apologise(self, channel: str) -> Sequence[Reply]:
        return []

    def say(self, response: str, channel: str, **values: str) -> Sequence[Reply]:
        return [Reply(response, CHOICES)]

    def with_said(self, state: bytes, said: Sequence[Reply]) -> bytes:
        return json.dumps({**json.loads(state), "said": [asdict(r) for r in said]}).encode()

    def slot_of(self, state: bytes, name: str) -> Any:
        return json.loads(state)["slots"].get(name)


class Desk:
    """Somebody who tells a report, and who looks after it."""

    def __init__(self, database: Database, sealer: Sealer, draft: Draft | None = TOLD) -> None:
        self.database, self.sealer = database, sealer
        book = AddressBook(bytes(range(32, 64)))
        self.inbox = Inbox(database, sealer, book, burst_wait=0, burst_limit=0)
        self.outbox = Outbox(sealer)
        speaker = Speaker(draft)
        self.runner = TurnRunner(database, sealer, speaker, claim_seconds=60)
        self.keeper = Keeper(database, sealer, speaker)
        self.began = now_ms()
        self.conversation = ""
        self._count = 0

    def writes(self) -> None:
        """The person says the next thing."""
        self._count += 1
        inbound = Inbound("sms", "0812-0000-0001", f"a{self._count}", text="tadi malam")
        self.conversation = self.inbox.accept(inbound).conversation_id

    def stops(self) -> None:
        """The person wants no more messages."""
        with self.database.write() as connection:
            standing.stop(connection, self.conversation)

    def answers(self, *, stage: str = "asking", tip_id: str | None = None) -> None:
        """The turn is answered, and notes that a report is told."""
        claim = self.runner.queue.claim_next()
        assert claim is not None
        self.runner.run(claim)
        with self.database.write() as connection:
            connection.execute(tables.tip_drafts.delete())
            connection.execute(
                tables.tip_drafts.insert().values(
                    conversation_id=self.conversation,
                    stage=stage,
                    touched_at=self.began,
                    expires_at=self.began + 24 * HOUR,
                    tip_id=tip_id,
                )
            )
            # As if everything had happened in one moment.
            connection.execute(update(tables.conversations).values(heard_at=self.began))

    def after(self, minutes: float) -> tuple[int, int]:
        """How many are reminded and gone, so many minutes after the last message."""
        return self.keeper.keep(self.began + int(minutes * MINUTE))

    def said(self) -> list[Reply]:
        with self.database.read() as connection:
            replies = self.outbox.after(connection, self.conversation, 0)
        return [outbound.reply for outbound in replies]

    def rows(self, name: str) -> Sequence[Row]:
        with self.database.read() as connection:
            rows: Sequence[Row] = connection.execute(select(tables.metadata.tables[name])).all()
        return rows

    def memory(self) -> Any:
        (row,) = self.rows("trackers")
        place = f"trackers.state:{self.conversation}"
        return json.loads(self.sealer.open(row.state_sealed, place))

    def add_file(self, **values: Any) -> None:
        with self.database.write() as connection:
            row = {
                "id": f"f{self._count}", "conversation_id": self.conversation, "position": 0,
                "kind": "photo", "state": "kept", "due_at": 0, "created_at": 0, **values,
            }  # fmt: skip
            connection.execute(tables.attachments.insert().values(**row))
            self._count += 1


@pytest.fixture
def desk(database: Database, sealer: Sealer) -> Desk:
    desk = Desk(database, sealer)
    desk.writes()
    desk.answers()
    return desk


# The reminder


def test_half_an_hour_later_there_is_one_reminder_and_never_another(desk: Desk) -> None:
    assert desk.after(29) == (0, 0)
    assert desk.after(31) == (1, 0)
    assert desk.after(32) == desk.after(23 * 60) == (0, 0)
    assert [reply.text.split("\n")[0] for reply in desk.said()] == [
        "pertanyaan",
        "ucapan_lapor_ingat",
    ]


def test_the_reminder_is_a_notice_in_a_turn_of_its_own(desk: Desk) -> None:
    desk.after(31)
    reply, reminder = desk.rows("outbox")
    assert (reply.is_notice, reminder.is_notice) == (0, 1)
    assert reply.turn_id != reminder.turn_id
    assert (reminder.state, reminder.position) == ("due", 0)


def test_the_choices_of_the_reminder_are_what_is_picked_from_next(desk: Desk) -> None:
    desk.after(31)
    memory = desk.memory()
    assert memory["said"] == [{"text": "ucapan_lapor_ingat", "choices": list(map(asdict, CHOICES))}]
    # And the report is still there.
    assert Draft.from_slot(memory["slots"][SLOT]) == TOLD


def test_who_wrote_meanwhile_about_something_else_is_not_reminded(desk: Desk) -> None:
    with desk.database.write() as connection:
        heard_at = desk.began + 20 * MINUTE
        connection.execute(update(tables.conversations).values(heard_at=heard_at))
    assert desk.after(31) == (0, 0)
    assert desk.after(51) == (1, 0)


def test_who_asked_us_to_stop_is_not_reminded(desk: Desk) -> None:
    desk.stops()
    assert desk.after(31) == (0, 0)


def test_who_cannot_be_reached_is_not_reminded(desk: Desk) -> None:
    with desk.database.write() as connection:
        standing.set_unreachable(connection, desk.conversation, "30005")
    assert desk.after(31) == (0, 0)


def test_who_waits_for_an_answer_is_not_reminded(desk: Desk) -> None:
    desk.writes()
    desk.began = now_ms()
    assert desk.after(31) == (0, 0)
    # Nor while it is being answered.
    assert desk.runner.queue.claim_next() is not None
    assert desk.after(31) == (0, 0)


@pytest.mark.parametrize("does", ["writes", "stops"])
def test_who_does_something_at_the_last_moment_is_not_reminded(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    """What was seen without a lock is looked at once more with it."""
    remind = desk.keeper._remind

    def meanwhile(*arguments: Any) -> bool:
        getattr(desk, does)()
        return remind(*arguments)

    monkeypatch.setattr(desk.keeper, "_remind", meanwhile)
    assert desk.after(31) == (0, 0)
    assert len(desk.said()) == 1


def test_a_receipt_that_is_not_confirmed_is_not_reminded_of(desk: Desk) -> None:
    desk.writes()
    desk.answers(stage="receipt")
    assert desk.after(31) == (0, 0)


@pytest.mark.parametrize("draft", [Draft({}), Draft({"jenis": "anak"}), None])
def test_who_did_not_say_that_it_is_safe_to_answer_is_not_reminded(
    database: Database, sealer: Sealer, draft: Draft | None
) -> None:
    desk = Desk(database, sealer, draft)
    desk.writes()
    desk.answers()
    assert desk.after(31) == desk.after(32) == (0, 0)
    assert len(desk.said()) == 1


def test_a_memory_that_does_not_open_stops_nobody_else(
    desk: Desk, database: Database, sealer: Sealer
) -> None:
    with database.write() as connection:
        connection.execute(update(tables.trackers).values(state_sealed=b"\x01broken"))
    assert desk.after(31) == (0, 0)
    assert desk.after(24 * 60) == (0, 1)


# The end


def test_after_a_day_nothing_is_left_of_it(desk: Desk) -> None:
    with desk.database.write() as connection:
        connection.execute(update(tables.outbox).values(state="delivered"))
    (row,) = desk.rows("inbox")
    desk.add_file(inbox_id=row.id)
    assert desk.after(24 * 60 - 1)[1] == 0
    with desk.database.write() as connection:
        connection.execute(update(tables.outbox).values(state="delivered"))
    assert desk.after(24 * 60) == (0, 1)
    gone = ("trackers", "tip_drafts", "outbox", "attachments")
    assert [name for name in gone if desk.rows(name)] == []
    (row,) = desk.rows("inbox")
    assert open_content(desk.sealer, desk.conversation, row) == Content()
    # The person and the conversation stay until their own time is over.
    assert len(desk.rows("contacts")) == len(desk.rows("conversations")) == 1


def test_the_conversation_goes_on_afterwards(desk: Desk) -> None:
    desk.after(24 * 60)
    desk.writes()
    desk.answers()
    assert desk.memory()["said"] == "pertanyaan"


def test_what_is_written_at_the_last_moment_is_answered_first(desk: Desk) -> None:
    desk.writes()
    assert desk.after(24 * 60) == (0, 0)
    assert len(desk.rows("tip_drafts")) == len(desk.rows("trackers")) == 1


def test_a_receipt_that_was_never_confirmed_takes_the_words_with_it(desk: Desk) -> None:
    desk.writes()
    desk.answers(stage="receipt")
    assert desk.after(24 * 60) == (0, 1)
    assert desk.rows("trackers") == []


def test_files_that_belong_to_a_tip_stay(desk: Desk) -> None:
    with desk.database.write() as connection:
        connection.execute(
            tables.desk_keys.insert().values(id="meja", public_key=bytes(32), created_at=0)
        )
        connection.execute(
            tables.tips.insert().values(
                id="tip", desk_key_id="meja", state="new", level="biasa", body_sealed=b"-",
                filed_at=0, changed_at=0, retain_until=0,
            )
        )  # fmt: skip
    desk.add_file(tip_id="tip", state="waiting")
    desk.add_file()
    desk.after(24 * 60)
    assert [row.tip_id for row in desk.rows("attachments")] == ["tip"]


def test_more_than_fit_in_one_round_are_seen_to_in_the_next(
    database: Database, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.conversation.keeper.BATCH", 2)
    assert BATCH > 2
    desk = Desk(database, sealer)
    now = now_ms()
    for number in range(3):
        whose = desk.inbox.accept(Inbound("sms", f"0812-0000-000{number}", str(number)))
        claim = desk.runner.queue.claim_next()
        assert claim is not None
        desk.runner.run(claim)
        with database.write() as connection:
            connection.execute(
                tables.tip_drafts.insert().values(
                    conversation_id=whose.conversation_id, stage="asking", touched_at=0,
                    expires_at=0,
                )
            )  # fmt: skip
    assert [desk.keeper.keep(now)[1] for _ in range(3)] == [2, 1, 0]


def test_no_file_of_the_database_holds_the_words_afterwards(tmp_path: Path, sealer: Sealer) -> None:
    database = Database(f"sqlite:///{tmp_path / 'suluh.db'}")
    migrate.upgrade(database)
    desk = Desk(database, sealer)
    for _ in range(3):
        desk.writes()
        desk.answers()
    with database.write() as connection:
        connection.execute(update(tables.outbox).values(state="delivered"))
    before = sealed_values(database)
    assert desk.after(24 * 60) == (0, 1)
    gone = before - sealed_values(database)
    # Three messages, three answers, the memory.
    assert len(gone) == 7
    assert left_in_files(database, before - gone) == len(before - gone) > 0
    assert left_in_files(database, gone) == 0
    database.close()
