"""Opens files that were kept: those of a conversation, and those of a tip with the desk's help."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.attachments import file_keys
from bot.attachments.sealing import open_chunks
from bot.attachments.store import KEPT
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage.database import Database
from bot.storage.tables import attachment_chunks, attachments


@dataclass(frozen=True)
class TipFile:
    """A file of a tip, as staff see it before they open it.

    Attributes:
        id: Of the attachment.
        kind: photo, document, voice or video, as it was sent.
        media_type: What it really is.
        size: In bytes.
        desk_key_id: The desk's key that opens `desk_sealed`.
        desk_sealed: The key of the file, sealed for `file_keys.place(id)`.
    """

    id: str
    kind: str
    media_type: str
    size: int
    desk_key_id: str
    desk_sealed: bytes = field(repr=False)


def files_of_tip(connection: Connection, tip_id: str) -> list[TipFile]:
    """The files of a tip in the order in which they came; not those still to be fetched."""
    rows = connection.execute(
        select(attachments)
        .where(attachments.c.tip_id == tip_id)
        .where(attachments.c.state == KEPT)
        .order_by(attachments.c.position)
    )
    return [
        TipFile(row.id, row.kind, row.media_type, row.size, row.desk_key_id, bytes(row.desk_sealed))
        for row in rows
    ]


@dataclass(frozen=True)
class MessageFile:
    """A file that came with a message of a conversation, once it is kept."""

    id: str
    inbox_id: int
    position: int
    kind: str
    media_type: str
    size: int


def files_of_messages(connection: Connection, inbox_ids: Collection[int]) -> list[MessageFile]:
    """The files of messages, in the order in which they came; not those still to be fetched."""
    rows = connection.execute(
        select(attachments)
        .where(attachments.c.inbox_id.in_(inbox_ids))
        .where(attachments.c.state == KEPT)
        .where(attachments.c.key_sealed.is_not(None))
        .order_by(attachments.c.inbox_id, attachments.c.position)
    )
    return [
        MessageFile(row.id, row.inbox_id, row.position, row.kind, row.media_type, row.size)
        for row in rows
    ]


def read(database: Database, sealer: Sealer, attachment_id: str) -> Iterator[bytes]:
    """The plain chunks of a file of a conversation, one in memory at a time.

    Raises:
        SealBroken: It does not open, is not whole, is not there, or is the file of a tip.
    """
    query = (
        select(attachments.c.key_sealed)
        .where(attachments.c.id == attachment_id)
        .where(attachments.c.state == KEPT)
    )
    with database.read() as connection:
        sealed = connection.execute(query).scalar()
    if sealed is None:
        raise SealBroken("No such attachment can be opened here.")
    key = sealer.open(sealed, file_keys.place(attachment_id))
    return read_with_key(database, key, attachment_id)


def read_with_key(database: Database, key: bytes, attachment_id: str) -> Iterator[bytes]:
    """The plain chunks of a file whose key somebody else opened, one in memory at a time.

    Raises:
        SealBroken: It does not open, is not whole, or is not there.
    """
    return open_chunks(key, attachment_id, _sealed_chunks(database, attachment_id))


def _sealed_chunks(database: Database, attachment_id: str) -> Iterator[bytes]:
    query = (
        select(attachment_chunks.c.number, attachment_chunks.c.sealed)
        .join(attachments)
        .where(attachments.c.id == attachment_id)
        .where(attachments.c.state == KEPT)
        .order_by(attachment_chunks.c.number)
        .limit(1)
    )
    last = -1
    while True:
        with database.read() as connection:
            row = connection.execute(query.where(attachment_chunks.c.number > last)).first()
        if row is None:
            return
        if row.number != last + 1:
            raise SealBroken("A chunk of an attachment is missing.")
        last = row.number
        yield bytes(row.sealed)
