"""The files of a sent tip are the desk's: the server cannot open them, nothing leads to whom."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.attachments import file_keys, reading, store
from bot.attachments.handing_over import hand_over
from bot.attachments.intake import Intake
from bot.attachments.refusal import Reason
from bot.attachments.sealing import open_chunks
from bot.attachments.store import Claim
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Attachment, Inbound
from bot.privacy import desk as desk_key
from bot.privacy.boxes import open_with
from bot.privacy.keys import ServerKey
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage.database import Database
from bot.storage.tables import (
    attachment_chunks,
    attachments,
    contacts,
    conversations,
    metadata,
    tips,
)
from bot.storage.tables import inbox as inbox_table
from tests.bot.attachments import samples
from tests.bot.attachments.desk import Desk

HOUR_MS = 3_600_000
# Far more than were ever given a meaning.
SUBKEYS = 64


class Files:
    """What happens to files before a tip, in the words of these tests."""

    def __init__(self, database: Database, inbox: Inbox, sealer: Sealer) -> None:
        self._database, self._inbox, self._sealer = database, inbox, sealer
        self._count = 0

    def come(self, number: int = 1, person: str = "1001") -> str:
        """A person sends files in one message; gives the conversation."""
        self._count += 1
        files = tuple(
            Attachment("document", "", f"berkas-uji-{self._count}-{n}") for n in range(number)
        )
        inbound = Inbound("telegram", person, f"{person}-{self._count}", attachments=files)
        return self._inbox.accept(inbound).conversation_id

    def taken(self) -> Claim:
        claim = store.claim_next(self._database, ["telegram"])
        assert claim is not None
        return claim

    def fetched(self, plain: bytes = samples.PDF) -> tuple[Claim, bytes]:
        """Takes the next one and writes what is in it; gives the key, too."""
        claim, key = self.taken(), file_keys.new()
        intake = Intake(key, claim.id)
        chunks = [*intake.feed(plain), *intake.finish()]
        assert store.write_chunks(self._database, claim, 0, chunks)
        return claim, key

    def settled(self, claim: Claim, key: bytes) -> bool:
        with self._database.write() as connection:
            assert store.lock_conversation(connection, claim)
            assert store.is_held(connection, claim)
            return store.keep(
                connection, self._sealer, claim, key, media_type="application/pdf", size=9
            )

    def kept(self, plain: bytes = samples.PDF) -> Claim:
        claim, key = self.fetched(plain)
        self.settled(claim, key)
        return claim


@pytest.fixture
def files(database: Database, inbox: Inbox, sealer: Sealer) -> Files:
    return Files(database, inbox, sealer)


@pytest.fixture
def desk(database: Database, sealer: Sealer) -> Desk:
    return Desk(database, sealer)


def _state(database: Database, attachment_id: str) -> Any:
    with database.read() as connection:
        query = select(attachments).where(attachments.c.id == attachment_id)
        return connection.execute(query).one()


def test_the_desk_opens_the_files_of_a_tip_in_the_order_in_which_they_came(
    files: Files, desk: Desk, database: Database
) -> None:
    conversation = files.come(2)
    files.come()
    plain = [samples.PDF + bytes(300_000), samples.OGG, samples.PDF]
    # The second one comes first.
    first, key = files.fetched(plain[0])
    files.kept(plain[1])
    files.settled(first, key)
    files.kept(plain[2])
    tip = desk.sent(conversation)
    assert desk.files(tip) == plain
    with database.read() as connection:
        listed = reading.files_of_tip(connection, tip)
        assert store.of_conversation(connection, conversation) == []
    assert [(file.kind, file.media_type, file.size) for file in listed] == [
        ("document", "application/pdf", 9)
    ] * 3


@pytest.mark.parametrize("when", ["before", "after"])
def test_all_keys_of_the_server_do_not_open_a_file_of_a_sent_tip(
    files: Files, desk: Desk, database: Database, sealer: Sealer, server_key: ServerKey, when: str
) -> None:
    conversation = files.come()
    claim, key = files.fetched()
    if when == "before":
        files.settled(claim, key)
        assert b"".join(reading.read(database, sealer, claim.id)) == samples.PDF
    tip = desk.sent(conversation)
    if when == "after":
        files.settled(claim, key)
    with pytest.raises(SealBroken):
        reading.read(database, sealer, claim.id)
    assert _opened(database, server_key) == []
    assert desk.files(tip) == [samples.PDF]


def test_the_same_attempts_do_open_a_file_of_a_conversation(
    files: Files, database: Database, server_key: ServerKey
) -> None:
    files.come()
    claim = files.kept()
    assert _opened(database, server_key) == [claim.id]


def _opened(database: Database, server_key: ServerKey) -> list[str]:
    """The files that whoever has the database and the server's key can open."""
    with database.read() as connection:
        everything = [
            value
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
            for value in row
        ]
        ids = connection.execute(select(attachments.c.id)).scalars().all()
    boxes = [bytes(value) for value in everything if isinstance(value, (bytes, memoryview))]
    master = server_key._master
    keys = [master, *(server_key.subkey(number) for number in range(SUBKEYS))]
    return [name for name in ids if _opens(database, name, keys, boxes)]


def _opens(database: Database, name: str, keys: list[bytes], boxes: list[bytes]) -> bool:
    place = file_keys.place(name)
    tried = [*keys, *(box for box in boxes if len(box) == 32)]
    for key in keys:
        openings: list[Callable[[bytes], bytes]] = [
            lambda box, key=key: Sealer(key).open(box, place),  # type: ignore[misc]
            lambda box, key=key: open_with(key, box, place),  # type: ignore[misc]
        ]
        for opening in openings:
            for box in boxes:
                with suppress(SealBroken, ValueError):
                    tried.append(opening(box))
    for key in tried:
        with suppress(SealBroken, ValueError):
            list(reading.read_with_key(database, key, name))
            return True
    return False


@pytest.mark.parametrize("when", ["before", "after"])
def test_no_column_leads_from_a_file_of_a_tip_to_the_conversation(
    files: Files, desk: Desk, database: Database, when: str
) -> None:
    conversation = files.come(2)
    files.kept()
    claim, key = files.fetched()
    if when == "before":
        files.settled(claim, key)
    tip = desk.sent(conversation)
    if when == "after":
        files.settled(claim, key)
    rows = desk.rows(tip)
    assert len(rows) == 2
    for row in rows:
        assert row.conversation_id is row.inbox_id is row.source_sealed is row.key_sealed is None
        assert [time % HOUR_MS for time in (row.created_at, row.due_at, row.settled_at)] == [0] * 3
        assert (row.attempts, row.abandoned, row.claim_until) == (0, 0, None)
    # What tells one conversation from another: ids, moments, sealed values.
    with database.read() as connection:
        telling = {
            value
            for table in (contacts, conversations, inbox_table)
            for found in connection.execute(select(table))
            for value in found
            if _tells(value)
        }
    assert [value for row in rows for value in row if value in telling] == []


def _tells(value: object) -> bool:
    if isinstance(value, int):
        return value > 1_000_000
    return isinstance(value, (bytes, memoryview)) or (isinstance(value, str) and len(value) > 20)


def test_a_file_still_to_be_fetched_belongs_to_the_tip_at_once(
    files: Files, desk: Desk, database: Database
) -> None:
    conversation = files.come()
    tip = desk.sent(conversation)
    (row,) = desk.rows(tip)
    assert (row.state, row.conversation_id, row.inbox_id) == ("waiting", conversation, None)
    with database.read() as connection:
        assert reading.files_of_tip(connection, tip) == []
    files.kept()
    assert desk.files(tip) == [samples.PDF]


def test_the_key_of_a_file_that_is_being_fetched_stands_nowhere(
    files: Files, database: Database
) -> None:
    files.come()
    claim, _ = files.fetched()
    row = _state(database, claim.id)
    assert row.key_sealed is row.desk_sealed is None


def test_a_file_that_comes_later_is_sealed_for_the_key_that_the_desk_has_then(
    files: Files, desk: Desk
) -> None:
    tip = desk.sent(files.come())
    newer = desk.change_key()
    files.kept()
    assert desk.files(tip) == [samples.PDF]
    assert [row.desk_key_id for row in desk.rows(tip)] == [newer]


def test_a_file_that_nobody_could_open_is_not_kept(
    files: Files, desk: Desk, database: Database
) -> None:
    desk.sent(files.come())
    with database.write() as connection:
        desk.retire(connection)
    claim, key = files.fetched()
    with pytest.raises(store.NoDesk):
        files.settled(claim, key)
    assert _state(database, claim.id).state == "waiting"


def test_what_was_refused_stays_with_the_conversation(
    files: Files, desk: Desk, database: Database
) -> None:
    conversation = files.come(2)
    claims = [files.taken(), files.taken()]

    def refuse(claim: Claim) -> bool:
        with database.write() as connection:
            return store.refuse(connection, claim, Reason.DAMAGED)

    assert not refuse(claims[0])
    tip = desk.sent(conversation)
    assert [row.id for row in desk.rows(tip)] == [claims[1].id]
    # Even what was refused for a tip after it was sent.
    assert refuse(claims[1])
    assert desk.rows(tip) == []
    for claim in claims:
        row = _state(database, claim.id)
        assert (row.conversation_id, row.tip_id, row.desk_key_id) == (conversation, None, None)
    assert _count(database) == (2, 0)


def _count(database: Database) -> tuple[int, int]:
    """Files and chunks in the database."""
    with database.read() as connection:
        files = connection.execute(select(func.count()).select_from(attachments)).scalar_one()
        chunks = connection.execute(select(func.count()).select_from(attachment_chunks))
        return files, chunks.scalar_one()


def test_each_tip_gets_what_came_since_the_last_one(files: Files, desk: Desk) -> None:
    conversation = files.come(2)
    files.kept(samples.PDF)
    late, key = files.fetched(samples.OGG)
    first = desk.sent(conversation)
    files.come()
    files.kept(samples.PDF + b"lagi")
    second = desk.sent(conversation)
    files.settled(late, key)
    assert desk.files(first) == [samples.PDF, samples.OGG]
    assert desk.files(second) == [samples.PDF + b"lagi"]


def test_a_tip_that_gets_more_keeps_what_it_had(
    files: Files, desk: Desk, database: Database, sealer: Sealer
) -> None:
    conversation = files.come()
    files.kept()
    tip = desk.sent(conversation)
    files.come(2)
    files.kept(samples.OGG)
    with database.write() as connection:
        key = desk_key.current(connection)
        assert key is not None
        assert hand_over(connection, sealer, key, conversation, tip) == 2
    files.kept(samples.PDF + b"lagi")
    assert desk.files(tip) == [samples.PDF, samples.OGG, samples.PDF + b"lagi"]
    assert [row.position for row in desk.rows(tip)] == [0, 1, 2]


def test_two_people_who_send_at_once_do_not_mix(
    files: Files, desk: Desk, database: Database
) -> None:
    people = {f"100{number}": samples.PDF + str(number).encode() for number in range(4)}
    conversations_of = {person: files.come(2, person) for person in people}
    waiting = []
    by_conversation = {conversations_of[person]: plain for person, plain in people.items()}
    for _ in range(8):
        claim = files.taken()
        key = file_keys.new()
        intake = Intake(key, claim.id)
        plain = by_conversation[claim.conversation_id]
        chunks = [*intake.feed(plain), *intake.finish()]
        assert store.write_chunks(database, claim, 0, chunks)
        waiting.append((claim, key))
    sent: dict[str, str] = {}

    def send(person: str) -> None:
        sent[person] = desk.sent(conversations_of[person])

    work: list[Callable[[], object]] = [lambda p=person: send(p) for person in people]  # type: ignore[misc]
    work += [lambda one=one: files.settled(*one) for one in waiting]  # type: ignore[misc]
    _all_at_once(work)
    assert {person: desk.files(tip) for person, tip in sent.items()} == {
        person: [plain] * 2 for person, plain in people.items()
    }


def test_of_two_tips_sent_at_once_a_file_is_in_one(files: Files, desk: Desk) -> None:
    conversation = files.come(4)
    for _ in range(4):
        files.kept()
    sent: list[str] = []
    _all_at_once([lambda: sent.append(desk.sent(conversation))] * 4)
    assert sorted(len(desk.files(tip)) for tip in sent) == [0, 0, 0, 4]


def _all_at_once(work: list[Callable[[], object]]) -> None:
    errors: list[str] = []

    def run(one: Callable[[], object]) -> None:
        try:
            one()
        except Exception as error:
            errors.append(repr(error))

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize("first", ["the tip", "the file"])
def test_a_file_that_is_kept_while_the_tip_is_sent_is_the_desk_s(
    files: Files, desk: Desk, database: Database, sealer: Sealer, first: str
) -> None:
    conversation = files.come()
    claim, key = files.fetched()
    tip: list[str] = []

    def send() -> None:
        tip.append(desk.sent(conversation))

    with database.write() as connection:
        if first == "the tip":
            tip.append(desk.sends(connection, conversation))
            other = threading.Thread(target=lambda: files.settled(claim, key))
        else:
            assert store.lock_conversation(connection, claim)
            assert store.is_held(connection, claim)
            store.keep(connection, sealer, claim, key, media_type="application/pdf", size=9)
            other = threading.Thread(target=send)
        other.start()
        # It comes to where it has to wait for this transaction.
        time.sleep(0.3)
    other.join()
    assert desk.files(tip[0]) == [samples.PDF]
    assert desk.rows(tip[0])[0].conversation_id is None


def test_a_tip_that_is_not_sent_after_all_leaves_every_file_where_it_was(
    files: Files, desk: Desk, database: Database, sealer: Sealer
) -> None:
    conversation = files.come(2)
    claim = files.kept()

    def dies() -> None:
        with database.write() as connection:
            desk.sends(connection, conversation)
            raise RuntimeError("before the commit")

    with pytest.raises(RuntimeError):
        dies()
    assert b"".join(reading.read(database, sealer, claim.id)) == samples.PDF
    with database.read() as connection:
        rows = store.of_conversation(connection, conversation)
    assert [(row.state, row.tip_id, row.inbox_id is None) for row in rows] == [
        ("kept", None, False),
        ("waiting", None, False),
    ]


def test_a_fetcher_that_dies_between_the_tip_and_the_file_costs_nothing(
    files: Files, desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "CLAIM_MS", 100)
    conversation = files.come()
    dead, _ = files.fetched(samples.PDF + bytes(300_000))
    tip = desk.sent(conversation)
    time.sleep(0.15)
    monkeypatch.setattr(store, "CLAIM_MS", 30_000)
    files.kept()
    assert desk.files(tip) == [samples.PDF]
    with database.read() as connection:
        assert not store.is_held(connection, dead)
    assert _count(database) == (1, 1)


def test_a_key_that_does_not_open_does_not_keep_a_tip_from_being_sent(
    files: Files, desk: Desk, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    conversation = files.come(2)
    broken = files.kept()
    files.kept(samples.OGG)
    with database.write() as connection:
        row = update(attachments).where(attachments.c.id == broken.id)
        connection.execute(row.values(key_sealed=b"\x01rusak"))
    tip = desk.sent(conversation)
    assert desk.files(tip) == [samples.OGG]
    assert _state(database, broken.id).conversation_id == conversation
    assert "does not open" in caplog.text
    assert broken.id not in caplog.text


def test_files_of_two_tips_cannot_be_swapped(files: Files, desk: Desk, database: Database) -> None:
    claims, sent = [], []
    for person in ("1001", "1002"):
        conversation = files.come(person=person)
        claims.append(files.kept())
        sent.append(desk.sent(conversation))
    one, two = (_state(database, claim.id) for claim in claims)
    with database.write() as connection:
        row = update(attachments).where(attachments.c.id == one.id)
        connection.execute(row.values(desk_sealed=bytes(two.desk_sealed)))
        (swapped,) = reading.files_of_tip(connection, sent[0])
    with pytest.raises(SealBroken):
        desk.key(swapped)
    with database.write() as connection:
        row = update(attachments).where(attachments.c.id == one.id)
        connection.execute(row.values(desk_sealed=bytes(one.desk_sealed)))
        mine = attachment_chunks.c.attachment_id == one.id
        connection.execute(attachment_chunks.delete().where(mine))
        theirs = update(attachment_chunks).where(attachment_chunks.c.attachment_id == two.id)
        connection.execute(theirs.values(attachment_id=one.id))
    with pytest.raises(SealBroken):
        desk.files(sent[0])


def test_the_files_of_a_sent_tip_stay_when_the_conversation_goes(
    files: Files, desk: Desk, database: Database
) -> None:
    conversation = files.come(2)
    files.kept()
    tip = desk.sent(conversation)
    files.come()
    with database.write() as connection:
        connection.execute(contacts.delete())
    # What was still to be fetched cannot be had without the conversation.
    assert desk.files(tip) == [samples.PDF]
    assert _count(database) == (1, 1)


def test_the_files_of_a_tip_go_with_it(files: Files, desk: Desk, database: Database) -> None:
    conversation = files.come(2)
    files.kept()
    desk.sent(conversation)
    with database.write() as connection:
        connection.execute(tips.delete())
    assert _count(database) == (0, 0)
    assert store.claim_next(database, ["telegram"]) is None


def _has_room(database: Database, claim: Claim) -> bool:
    with database.read() as connection:
        return store.has_room(connection, claim)


def test_files_that_went_to_a_tip_are_counted_while_it_says_where_it_came_from(
    files: Files, desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_IN_A_CONVERSATION", 2)
    conversation = files.come(2)
    files.kept()
    files.kept()
    desk.sent(conversation)
    files.come()
    files.come(person="1002")
    claims = [files.taken(), files.taken()]
    assert [_has_room(database, claim) for claim in claims] == [False, True]
    with database.write() as connection:
        connection.execute(update(tips).values(conversation_id=None))
    assert _has_room(database, claims[0])


def test_a_tip_that_says_nothing_of_where_it_came_from_has_only_so_many_files(
    files: Files, desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_IN_A_CONVERSATION", 2)
    conversation = files.come(3)
    files.kept()
    desk.sent(conversation, of_a_child=True)
    files.kept()
    assert not _has_room(database, files.taken())


@pytest.fixture
def raw(database: Database) -> Callable[[], bytes]:
    """Gives all bytes of SQLite's files."""
    if not database.is_sqlite:
        pytest.skip("looks into the files of SQLite")
    path = Path(str(database.url.database))

    def read() -> bytes:
        return b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))

    return read


def test_no_file_of_the_database_holds_the_old_key_of_a_sent_tip(
    files: Files, desk: Desk, database: Database, raw: Callable[[], bytes]
) -> None:
    conversation = files.come(12)
    files.come(3, person="1002")
    claims = [files.kept() for _ in range(15)]
    ours = [claim for claim in claims if claim.conversation_id == conversation]
    old = [bytes(_state(database, claim.id).key_sealed) for claim in ours]
    old += [claim.source_sealed for claim in ours]
    database.close_words_for_good()
    assert all(key[:60] in raw() for key in old[:12])
    tip = desk.sent(conversation)
    assert any(key[:60] in raw() for key in old)
    database.close_words_for_good()
    on_the_disk = raw()
    assert [number for number, key in enumerate(old) if _is_in(key, on_the_disk)] == []
    assert len(desk.files(tip)) == 12


def _is_in(key: bytes, on_the_disk: bytes) -> bool:
    """Any part of it that would be worth something."""
    return any(key[at : at + 24] in on_the_disk for at in range(0, len(key) - 24, 8))


def test_no_file_of_the_database_tells_whose_a_late_file_of_a_tip_was(
    files: Files, desk: Desk, database: Database, raw: Callable[[], bytes]
) -> None:
    conversation = files.come(2)
    tip = desk.sent(conversation, of_a_child=True)
    claims = [files.kept(), files.kept()]
    database.close_words_for_good()
    on_the_disk = raw()
    for claim in claims:
        # A row begins with its id; the conversation stood right behind it.
        assert claim.id.encode() in on_the_disk
        assert claim.id.encode() + conversation.encode() not in on_the_disk
        assert not _is_in(claim.source_sealed, on_the_disk)
    assert desk.files(tip) == [samples.PDF] * 2


def test_an_open_file_key_opens_no_other_file(files: Files, database: Database) -> None:
    files.come(2)
    (one, key), (two, _) = files.fetched(), files.fetched()
    with database.read() as connection:
        query = select(attachment_chunks.c.sealed)
        sealed = [
            bytes(
                connection.execute(query.where(attachment_chunks.c.attachment_id == name)).scalar()
            )
            for name in (one.id, two.id)
        ]
    assert list(open_chunks(key, one.id, [sealed[0]])) == [samples.PDF]
    with pytest.raises(SealBroken):
        list(open_chunks(key, two.id, [sealed[1]]))
