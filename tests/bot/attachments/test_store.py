"""Files wait, are taken by one at a time, and are gone with their conversation."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot.attachments import file_keys, reading, store
from bot.attachments.intake import Intake
from bot.attachments.refusal import Reason
from bot.attachments.store import Claim
from bot.clock import now_ms
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Attachment, Inbound
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage.database import Database
from bot.storage.tables import attachment_chunks, attachments, contacts
from tests.bot.attachments import samples

PHOTO = Attachment("photo", "image/jpeg", "berkas-uji-1", 1000)
CHANNELS = ["telegram"]


def _sends(inbox: Inbox, *files: Attachment, number: int = 1, person: str = "1001") -> str:
    inbound = Inbound("telegram", person, f"{person}-{number}", attachments=files)
    return inbox.accept(inbound).conversation_id


def _taken(database: Database) -> Claim:
    claim = store.claim_next(database, CHANNELS)
    assert claim is not None
    return claim


def _keeps(database: Database, sealer: Sealer, plain: bytes = samples.PDF) -> Claim:
    """Takes what is due, and keeps `plain` for it."""
    claim, key = _taken(database), file_keys.new()
    intake = Intake(key, claim.id)
    chunks = [*intake.feed(plain), *intake.finish()]
    assert store.write_chunks(database, claim, 0, chunks)
    with database.write() as connection:
        assert store.is_held(connection, claim)
        media_type = str(intake.media_type)
        store.keep(connection, sealer, claim, key, media_type=media_type, size=intake.size)
    return claim


def _count(database: Database) -> tuple[int, int]:
    """Files and chunks in the database."""
    with database.read() as connection:
        return (
            connection.execute(select(func.count()).select_from(attachments)).scalar_one(),
            connection.execute(select(func.count()).select_from(attachment_chunks)).scalar_one(),
        )


def test_the_files_of_a_message_are_noted_with_it_and_once(
    database: Database, inbox: Inbox, sealer: Sealer
) -> None:
    second = Attachment("document", "application/pdf", "berkas-uji-2")
    for _ in range(3):
        conversation = _sends(inbox, PHOTO, second)
    with database.read() as connection:
        rows = store.of_conversation(connection, conversation)
    assert [(row.kind, row.state, row.size) for row in rows] == [
        ("photo", "waiting", 1000),
        ("document", "waiting", None),
    ]
    assert store.open_source(sealer, _taken(database)) == "berkas-uji-1"
    assert store.open_source(sealer, _taken(database)) == "berkas-uji-2"
    assert store.claim_next(database, CHANNELS) is None


@pytest.mark.parametrize(
    "file",
    [
        Attachment("sticker", "image/webp", "stiker-uji"),
        Attachment("contact", "text/vcard", "kartu-uji"),
        Attachment("document"),
    ],
)
def test_stickers_cards_and_what_is_nowhere_are_never_noted(
    database: Database, inbox: Inbox, file: Attachment
) -> None:
    _sends(inbox, file)
    assert _count(database) == (0, 0)


def test_a_correction_does_not_bring_its_files_again(database: Database, inbox: Inbox) -> None:
    _sends(inbox, PHOTO)
    inbox.accept(Inbound("telegram", "1001", "e1", attachments=(PHOTO,), edits="1001-1"))
    assert _count(database) == (1, 0)


def test_a_message_has_only_so_many_files(database: Database, inbox: Inbox) -> None:
    _sends(inbox, *[PHOTO] * 500)
    assert _count(database)[0] == store.MAX_OF_A_MESSAGE


def test_a_list_of_files_holds_nothing_sealed(
    database: Database, inbox: Inbox, sealer: Sealer
) -> None:
    conversation = _sends(inbox, PHOTO)
    _keeps(database, sealer)
    with database.read() as connection:
        (row,) = store.of_conversation(connection, conversation)
    assert [value for value in row if isinstance(value, (bytes, memoryview))] == []


def test_where_the_provider_has_it_stands_nowhere_in_clear(
    database: Database, inbox: Inbox
) -> None:
    _sends(inbox, PHOTO)
    claim = _taken(database)
    assert b"berkas" not in claim.source_sealed
    assert "berkas-uji" not in repr(claim)


def test_what_is_kept_is_read_back_piece_by_piece(
    database: Database, inbox: Inbox, sealer: Sealer
) -> None:
    _sends(inbox, PHOTO)
    plain = samples.PDF + bytes(300_000)
    claim = _keeps(database, sealer, plain)
    pieces = list(reading.read(database, sealer, claim.id))
    assert b"".join(pieces) == plain
    assert len(pieces) == 5
    with database.read() as connection:
        (row,) = store.of_conversation(connection, claim.conversation_id)
        source = connection.execute(select(attachments.c.source_sealed)).scalar()
    assert (row.state, row.media_type, row.size) == ("kept", "application/pdf", len(plain))
    assert source is None


def test_what_is_not_kept_is_not_read(database: Database, inbox: Inbox, sealer: Sealer) -> None:
    _sends(inbox, PHOTO)
    claim, key = _taken(database), file_keys.new()
    intake = Intake(key, claim.id)
    store.write_chunks(database, claim, 0, [*intake.feed(samples.PDF), *intake.finish()])
    for name in (claim.id, "tidak-ada"):
        with pytest.raises(SealBroken):
            list(reading.read(database, sealer, name))
        with pytest.raises(SealBroken):
            list(reading.read_with_key(database, key, name))


@pytest.mark.parametrize("change", ["missing", "swapped", "cut", "of another"])
def test_chunks_that_were_moved_in_the_database_do_not_open(
    database: Database, inbox: Inbox, sealer: Sealer, change: str
) -> None:
    _sends(inbox, PHOTO, PHOTO)
    plain = samples.PDF + bytes(300_000)
    one, two = _keeps(database, sealer, plain), _keeps(database, sealer, plain)
    chunk = attachment_chunks.c
    with database.write() as connection:
        mine = update(attachment_chunks).where(chunk.attachment_id == one.id)
        if change == "missing":
            connection.execute(
                attachment_chunks.delete().where(chunk.attachment_id == one.id, chunk.number == 2)
            )
        elif change == "cut":
            connection.execute(
                attachment_chunks.delete().where(chunk.attachment_id == one.id, chunk.number > 2)
            )
        elif change == "swapped":
            for old, new in ((1, 90), (2, 1), (90, 2)):
                connection.execute(mine.where(chunk.number == old).values(number=new))
        else:
            connection.execute(attachment_chunks.delete().where(chunk.attachment_id == one.id))
            connection.execute(
                update(attachment_chunks)
                .where(chunk.attachment_id == two.id)
                .values(attachment_id=one.id)
            )
    with pytest.raises(SealBroken):
        list(reading.read(database, sealer, one.id))


def test_each_file_has_a_key_of_its_own_that_opens_in_its_row_alone(
    database: Database, inbox: Inbox, sealer: Sealer
) -> None:
    _sends(inbox, PHOTO, PHOTO)
    one, two = _keeps(database, sealer), _keeps(database, sealer)
    sealed = attachments.c.key_sealed
    with database.write() as connection:
        keys = {
            row.id: sealer.open(row.key_sealed, file_keys.place(row.id))
            for row in connection.execute(select(attachments.c.id, sealed))
        }
        swapped = connection.execute(select(sealed).where(attachments.c.id == two.id)).scalar()
        connection.execute(
            update(attachments).where(attachments.c.id == one.id).values(key_sealed=swapped)
        )
    assert len(keys[one.id]) == 32
    assert keys[one.id] != keys[two.id]
    with pytest.raises(SealBroken):
        reading.read(database, sealer, one.id)
    with pytest.raises(SealBroken):
        list(reading.read_with_key(database, keys[two.id], one.id))
    assert b"".join(reading.read_with_key(database, keys[one.id], one.id)) == samples.PDF


def test_a_file_that_somebody_fetches_is_not_given_to_another(
    database: Database, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sends(inbox, PHOTO)
    monkeypatch.setattr(store, "CLAIM_MS", 100)
    first = _taken(database)
    assert store.claim_next(database, CHANNELS) is None
    assert store.write_chunks(database, first, 0, [b"setengah"])
    time.sleep(0.15)
    second = _taken(database)
    # What the first left is gone, and it cannot come back.
    assert _count(database) == (1, 0)
    assert (first.abandoned, second.abandoned) == (0, 1)
    assert not store.write_chunks(database, first, 0, [b"zombi"])
    assert not store.renew(database, first)
    assert store.renew(database, second)
    with database.write() as connection:
        assert not store.is_held(connection, first)
        assert store.is_held(connection, second)


def test_whoever_renews_a_claim_keeps_it(
    database: Database, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sends(inbox, PHOTO)
    monkeypatch.setattr(store, "CLAIM_MS", 100)
    claim = _taken(database)
    monkeypatch.setattr(store, "CLAIM_MS", 10_000)
    assert store.renew(database, claim)
    time.sleep(0.15)
    assert store.claim_next(database, CHANNELS) is None


def test_what_was_put_back_is_due_later_and_was_not_abandoned(
    database: Database, inbox: Inbox
) -> None:
    _sends(inbox, PHOTO)
    claim = _taken(database)
    store.write_chunks(database, claim, 0, [b"setengah"])
    store.put_back(database, claim, delay_ms=150)
    assert _count(database) == (1, 0)
    assert store.claim_next(database, CHANNELS) is None
    time.sleep(0.2)
    assert (_taken(database).attempt, claim.attempt) == (2, 1)


def test_only_files_of_the_channels_asked_for_are_given(database: Database, inbox: Inbox) -> None:
    _sends(inbox, PHOTO)
    assert store.claim_next(database, ["whatsapp"]) is None


def test_a_refused_file_leaves_its_reason_and_nothing_else(
    database: Database, inbox: Inbox
) -> None:
    conversation = _sends(inbox, PHOTO)
    claim = _taken(database)
    store.write_chunks(database, claim, 0, [b"setengah"])
    started = now_ms()
    with database.write() as connection:
        store.refuse(connection, claim, Reason.TOO_LARGE)
    with database.read() as connection:
        (row,) = store.of_conversation(connection, conversation)
        assert (row.state, row.reason) == ("refused", "too large")
        assert store.was_refused_since(connection, conversation, Reason.TOO_LARGE, started)
        assert not store.was_refused_since(connection, conversation, Reason.GONE, started)
        assert store.count_by_state(connection) == {("refused", "too large"): 1}
    assert _count(database) == (1, 0)


def test_a_file_goes_with_its_message_and_with_its_person(
    database: Database, inbox: Inbox, sealer: Sealer
) -> None:
    _sends(inbox, PHOTO)
    _sends(inbox, PHOTO, person="1002")
    _keeps(database, sealer)
    _keeps(database, sealer)
    assert _count(database) == (2, 2)
    with database.write() as connection:
        connection.execute(contacts.delete())
    assert _count(database) == (0, 0)


def test_nothing_of_a_file_stands_in_the_database(
    database: Database, inbox: Inbox, sealer: Sealer
) -> None:
    if not database.is_sqlite:
        pytest.skip("looks into the file of SQLite")
    _sends(inbox, PHOTO)
    _keeps(database, sealer, b"kalimat rahasia seseorang " * 20_000)
    path = Path(str(database.url.database))
    for file in (path, path.with_name(path.name + "-wal")):
        raw = file.read_bytes()
        assert [word for word in (b"rahasia", b"berkas-uji") if word in raw] == []
    with database.write() as connection:
        sealed = connection.execute(select(attachment_chunks.c.sealed)).scalar()
    database.close_words_for_good()
    assert sealed[100:200] in path.read_bytes()
    with database.write() as connection:
        connection.execute(contacts.delete())
    database.close_words_for_good()
    assert sealed[100:200] not in path.read_bytes()
