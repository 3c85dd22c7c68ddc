from __future__ import annotations

import threading
import time
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.clock import now_ms
from bot.conversation import inbox as inbox_module
from bot.conversation.inbox import Inbox, content_place
from bot.conversation.messages import Attachment, Content, Inbound
from bot.privacy.identity import AddressBook
from bot.privacy.sealing import Sealer
from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.tables import contacts, conversations
from bot.storage.tables import inbox as inbox_table

HELLO = Inbound(channel="sms", address="0812-0000-0001", external_id="a1", text="apa itu TPPO?")


def _contents(database: Database, sealer: Sealer) -> list[Content]:
    with database.read() as connection:
        rows = connection.execute(select(inbox_table).order_by(inbox_table.c.id)).all()
    return [
        Content.decode(
            sealer.open(row.content_sealed, content_place(row.conversation_id, row.external_id))
        )
        for row in rows
    ]


def _ready_in(database: Database, conversation_id: str) -> int:
    with database.read() as connection:
        ready_at: int = connection.execute(
            select(conversations.c.ready_at).where(conversations.c.id == conversation_id)
        ).scalar_one()
    return ready_at - now_ms()


def test_a_message_is_kept_sealed_and_opens_again(
    inbox: Inbox, database: Database, sealer: Sealer
) -> None:
    assert inbox.accept(HELLO).is_new
    assert [content.text for content in _contents(database, sealer)] == ["apa itu TPPO?"]


def test_a_redelivered_message_changes_nothing(inbox: Inbox, database: Database) -> None:
    first = inbox.accept(HELLO)
    again = inbox.accept(HELLO)
    assert again.conversation_id == first.conversation_id
    assert (first.is_new, again.is_new) == (True, False)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(inbox_table)).scalar() == 1


def test_the_same_message_five_times_at_once_is_one_message(
    inbox: Inbox, database: Database
) -> None:
    receipts = []
    threads = [
        threading.Thread(target=lambda: receipts.append(inbox.accept(HELLO))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({receipt.conversation_id for receipt in receipts}) == 1
    assert sum(receipt.is_new for receipt in receipts) == 1
    with database.read() as connection:
        for table in (inbox_table, contacts, conversations):
            assert connection.execute(select(func.count()).select_from(table)).scalar() == 1


def test_the_same_id_on_another_channel_is_another_message(inbox: Inbox) -> None:
    assert inbox.accept(HELLO).is_new
    assert inbox.accept(replace(HELLO, channel="telegram")).is_new


def test_one_person_keeps_one_conversation(inbox: Inbox) -> None:
    first = inbox.accept(HELLO)
    second = inbox.accept(replace(HELLO, external_id="a2"))
    stranger = inbox.accept(replace(HELLO, external_id="a3", address="0812-0000-0002"))
    assert first.conversation_id == second.conversation_id != stranger.conversation_id


def test_no_phone_number_stands_in_the_database_file(tmp_path: Path, sealer: Sealer) -> None:
    from bot.privacy.identity import AddressBook
    from bot.storage import migrate

    database = Database(f"sqlite:///{tmp_path / 'suluh.db'}")
    migrate.upgrade(database)
    inbox = Inbox(database, sealer, AddressBook(bytes(32)), burst_wait=0, burst_limit=0)
    inbox.accept(replace(HELLO, address="081200000001", text="kalimatyangtidakbolehterlihat"))
    database.close()
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"081200000001" not in raw
    assert b"kalimatyangtidakbolehterlihat" not in raw


def test_lines_of_one_conversation_keep_their_order_under_load(
    inbox: Inbox, database: Database, sealer: Sealer
) -> None:
    def write(person: int) -> None:
        for number in range(20):
            inbox.accept(
                Inbound("sms", f"0812-0000-{person:04}", f"{person}-{number}", text=str(number))
            )

    threads = [threading.Thread(target=write, args=(person,)) for person in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        rows = connection.execute(
            select(inbox_table.c.conversation_id, inbox_table.c.external_id).order_by(
                inbox_table.c.id
            )
        ).all()
    by_conversation: dict[str, list[int]] = {}
    for row in rows:
        number = int(row.external_id.split("-")[1])
        by_conversation.setdefault(row.conversation_id, []).append(number)
    assert len(by_conversation) == 6
    assert all(numbers == list(range(20)) for numbers in by_conversation.values())


def test_batches_that_meet_in_opposite_order_do_not_block_each_other(
    inbox: Inbox, database: Database
) -> None:
    people = [f"0812-0000-{person:04}" for person in range(8)]
    for person in people:
        inbox.accept(Inbound("sms", person, f"{person}-first", text="halo?"))
    failures = []

    def write(name: str, order: list[str]) -> None:
        for round_number in range(15):
            batch = [Inbound("sms", p, f"{name}-{round_number}-{p}", text="apa?") for p in order]
            try:
                receipts = inbox.accept_all(batch)
                assert len({receipt.conversation_id for receipt in receipts}) == len(people)
            except Exception as error:
                failures.append(error)

    threads = [
        threading.Thread(target=write, args=("a", people)),
        threading.Thread(target=write, args=("b", people[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("kak", True),
        ("mau nanya dong", True),
        ("agen saya minta uang karena", True),
        ("boleh gak paspor saya disimpan agen?", False),
        ("1", False),
        ("tolong saya dikunci", False),
    ],
)
def test_only_an_unfinished_line_waits(
    inbox: Inbox, database: Database, text: str, waits: bool
) -> None:
    receipt = inbox.accept(replace(HELLO, text=text))
    ready_in = _ready_in(database, receipt.conversation_id)
    assert (ready_in > 150) if waits else (ready_in <= 0)


def test_a_clear_line_ends_the_waiting(inbox: Inbox, database: Database) -> None:
    inbox.accept(replace(HELLO, text="kak"))
    receipt = inbox.accept(replace(HELLO, external_id="a2", text="apa itu perdagangan orang?"))
    assert _ready_in(database, receipt.conversation_id) <= 0


def test_waiting_has_an_end_however_many_lines_come(database: Database, sealer: Sealer) -> None:
    from bot.privacy.identity import AddressBook

    impatient = Inbox(database, sealer, AddressBook(bytes(32)), burst_wait=10, burst_limit=0.2)
    for number in range(3):
        receipt = impatient.accept(replace(HELLO, external_id=str(number), text="terus"))
    assert _ready_in(database, receipt.conversation_id) <= 200


def test_a_correction_is_kept_once_however_often_it_is_delivered(
    inbox: Inbox, database: Database, sealer: Sealer
) -> None:
    inbox.accept(replace(HELLO, text="3 orang"))
    first = replace(HELLO, external_id="a1/edit-1", edits="a1", text="4 orang")
    second = replace(HELLO, external_id="a1/edit-2", edits="a1", text="5 orang")
    assert [inbox.accept(item).is_new for item in (first, second, first)] == [True, True, False]
    contents = _contents(database, sealer)
    assert [content.text for content in contents] == ["3 orang", "4 orang", "5 orang"]


def test_an_impatient_writer_keeps_the_place_in_the_queue(inbox: Inbox, database: Database) -> None:
    receipt = inbox.accept(HELLO)
    time.sleep(0.05)
    inbox.accept(replace(HELLO, external_id="a2", text="halo?"))
    inbox.accept(replace(HELLO, external_id="a3", text="kak"))
    assert _ready_in(database, receipt.conversation_id) <= -50


def test_a_photo_without_words_is_kept(inbox: Inbox, database: Database, sealer: Sealer) -> None:
    inbox.accept(replace(HELLO, text="", attachments=(Attachment("photo", "image/jpeg"),)))
    content = _contents(database, sealer)[0]
    assert content.attachments == (Attachment("photo", "image/jpeg"),)
    assert content.notes == ()


@pytest.mark.parametrize("external_id", ["", "x" * 129])
def test_an_impossible_id_is_refused(inbox: Inbox, external_id: str) -> None:
    with pytest.raises(ValueError, match="external_id"):
        inbox.accept(replace(HELLO, external_id=external_id))


def test_a_message_to_a_conversation_that_is_deleted_at_this_moment_begins_a_new_one(
    postgresql_url: str, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(postgresql_url)
    migrate.upgrade(database)
    book = AddressBook(bytes(range(32, 64)))
    inbox = Inbox(database, sealer, book, burst_wait=0, burst_limit=0)
    before = inbox.accept(Inbound("sms", "0812-0000-0001", "a1", text="halo")).conversation_id
    lock = inbox_module.lock_conversations

    def delete_first(connection: Connection, ids: Collection[str]) -> None:
        with database.write() as other:
            other.execute(contacts.delete().where(contacts.c.id.in_(_owners(before))))
        lock(connection, ids)

    monkeypatch.setattr(inbox_module, "lock_conversations", delete_first)
    receipt = inbox.accept(Inbound("sms", "0812-0000-0001", "a2", text="masih ada?"))
    assert receipt.is_new
    assert receipt.conversation_id != before
    database.close()


def _owners(conversation_id: str) -> Select:
    whose = conversations.c.id == conversation_id
    return select(conversations.c.contact_id).where(whose)
