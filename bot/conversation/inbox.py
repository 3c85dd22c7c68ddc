"""The door: a message that was accepted is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.clock import now_ms
from bot.conversation import burst, cleaning
from bot.conversation.messages import Content, Inbound
from bot.privacy.identity import AddressBook, random_id
from bot.privacy.sealing import Sealer
from bot.storage import bell
from bot.storage.database import Database
from bot.storage.tables import contacts, conversations, inbox

MAX_EXTERNAL_ID = 128

# Built once: building a statement costs as much as running it.
_FIND = (
    select(conversations.c.id)
    .join(contacts)
    .where(contacts.c.channel == bindparam("channel"))
    .where(contacts.c.address_blind == bindparam("blind"))
)
_LOCK = select(conversations.c.id).where(conversations.c.id == bindparam("id")).with_for_update()
_CLAIMED = select(conversations.c.claim_until).where(conversations.c.id == bindparam("id"))
_KNOWN = (
    select(inbox.c.id)
    .where(inbox.c.channel == bindparam("channel"))
    .where(inbox.c.external_id == bindparam("external_id"))
)
_INSERT = inbox.insert()
_FIRST_WAITING = (
    select(func.min(inbox.c.received_at))
    .where(inbox.c.conversation_id == bindparam("conversation_id"))
    .where(inbox.c.turn_id.is_(None))
)
_MAKE_READY = (
    update(conversations)
    .where(conversations.c.id == bindparam("which"))
    .values(ready_at=bindparam("at"))
)


@dataclass(frozen=True)
class Receipt:
    """What became of an `Inbound`: whose conversation, and whether it was new."""

    conversation_id: str
    is_new: bool


class Inbox:
    """Commits inbound messages, each external id once."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        address_book: AddressBook,
        *,
        burst_wait: float,
        burst_limit: float,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._address_book = address_book
        self._burst_wait = burst_wait
        self._burst_limit_ms = int(burst_limit * 1000)

    def accept(self, inbound: Inbound) -> Receipt:
        """Commits one message. When this returns, it is on disk."""
        return self.accept_all([inbound])[0]

    def accept_all(self, batch: Sequence[Inbound]) -> list[Receipt]:
        """Commits several messages in one transaction, in the order given."""
        # Everybody locks conversations in the same order, so no two batches block each
        # other; the sort is stable, so the lines of one person keep theirs.
        order = sorted(range(len(batch)), key=lambda n: (batch[n].channel, batch[n].address))
        receipts: dict[int, Receipt] = {}
        with self._database.write() as connection:
            for number in order:
                receipts[number] = self._insert(connection, batch[number])
            if any(receipt.is_new for receipt in receipts.values()):
                bell.ring(connection)
        return [receipts[number] for number in range(len(batch))]

    def conversation_of(self, channel: str, address: str) -> str | None:
        """The id of the conversation with this address, if there is one."""
        with self._database.read() as connection:
            return self._find(connection, channel, address)

    def _insert(self, connection: Connection, inbound: Inbound) -> Receipt:
        if not 0 < len(inbound.external_id) <= MAX_EXTERNAL_ID:
            raise ValueError(f"external_id must have 1 to {MAX_EXTERNAL_ID} characters")
        now = now_ms()
        conversation_id = self._find_or_create(connection, inbound, now)
        content = to_content(inbound)
        if inbound.edits and self._correct(connection, inbound, content, conversation_id):
            return Receipt(conversation_id, is_new=True)
        # Deliveries of one message meet at the lock on their conversation.
        known = connection.execute(
            _KNOWN, {"channel": inbound.channel, "external_id": inbound.external_id}
        )
        if known.first() is not None:
            return Receipt(conversation_id, is_new=False)
        connection.execute(
            _INSERT,
            {
                "conversation_id": conversation_id,
                "channel": inbound.channel,
                "external_id": inbound.external_id,
                "content_sealed": self._seal(content, conversation_id, inbound.external_id),
                "received_at": now,
            },
        )
        self._make_ready(connection, conversation_id, content, now)
        return Receipt(conversation_id, is_new=True)

    def _find(self, connection: Connection, channel: str, address: str) -> str | None:
        blind = self._address_book.blind(channel, address)
        found: str | None = connection.execute(_FIND, {"channel": channel, "blind": blind}).scalar()
        return found

    def _find_or_create(self, connection: Connection, inbound: Inbound, now: int) -> str:
        found = self._find(connection, inbound.channel, inbound.address)
        if found is not None:
            # Two messages of one conversation at once: the second waits here, so that
            # their row numbers are the order in which they become visible.
            if connection.dialect.name == "postgresql":
                connection.execute(_LOCK, {"id": found})
            return found
        contact_id, conversation_id = random_id(), random_id()
        created = connection.execute(
            insert_ignoring(connection, contacts).values(
                id=contact_id,
                channel=inbound.channel,
                address_blind=self._address_book.blind(inbound.channel, inbound.address),
                address_sealed=self._sealer.seal(
                    inbound.address.encode(), address_place(contact_id)
                ),
                created_at=now,
            )
        )
        if created.rowcount == 0:
            # Another process wrote the first message of this person a moment ago.
            found = self._find(connection, inbound.channel, inbound.address)
            if found is None:
                raise RuntimeError("a contact without a conversation")
            return found
        connection.execute(
            conversations.insert().values(
                id=conversation_id, contact_id=contact_id, channel=inbound.channel, created_at=now
            )
        )
        return conversation_id

    def _correct(
        self, connection: Connection, inbound: Inbound, content: Content, conversation_id: str
    ) -> bool:
        """Puts a correction in the place of a message that nobody has begun to answer.

        One that a worker is answering right now stays: the correction becomes a message of
        its own, or it would be marked as answered without having been read.
        """
        claimed = connection.execute(_CLAIMED, {"id": conversation_id}).scalar()
        if claimed is not None and claimed >= now_ms():
            return False
        corrected = connection.execute(
            update(inbox)
            .where(inbox.c.channel == inbound.channel)
            .where(inbox.c.external_id == inbound.edits)
            .where(inbox.c.conversation_id == conversation_id)
            .where(inbox.c.turn_id.is_(None))
            .values(content_sealed=self._seal(content, conversation_id, str(inbound.edits)))
        )
        return bool(corrected.rowcount)

    def _seal(self, content: Content, conversation_id: str, external_id: str) -> bytes:
        return self._sealer.seal(content.encode(), content_place(conversation_id, external_id))

    def _make_ready(
        self, connection: Connection, conversation_id: str, content: Content, now: int
    ) -> None:
        wait = 0
        if content.text and not (content.payload or content.attachments or content.location):
            wait = burst.wait_ms(content.text, burst_wait=self._burst_wait)
        ready_at = now + wait
        if wait:
            first: int = connection.execute(
                _FIRST_WAITING, {"conversation_id": conversation_id}
            ).scalar_one()
            ready_at = min(ready_at, max(first + self._burst_limit_ms, now))
        connection.execute(_MAKE_READY, {"which": conversation_id, "at": ready_at})


def to_content(inbound: Inbound) -> Content:
    """What is kept of a message, its text cleaned."""
    text, notes = cleaning.clean(inbound.text)
    if inbound.payload or inbound.attachments or inbound.location:
        notes = tuple(note for note in notes if note != cleaning.NOTE_EMPTY)
    return Content(
        text=text,
        payload=inbound.payload,
        attachments=inbound.attachments,
        location=inbound.location,
        edited=inbound.edits is not None,
        notes=notes,
    )


def content_place(conversation_id: str, external_id: str) -> str:
    return f"inbox.content:{conversation_id}:{external_id}"


def address_place(contact_id: str) -> str:
    return f"contacts.address:{contact_id}"


def insert_ignoring(connection: Connection, table: Any) -> Any:
    """INSERT ... ON CONFLICT DO NOTHING in the dialect of the connection."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()
