"""The door: a message that was accepted is never lost."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from bot.attachments import store as attachments
from bot.clock import now_ms
from bot.conversation import burst, cleaning, standing
from bot.conversation.messages import Content, Inbound
from bot.privacy.identity import AddressBook, random_id
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage import bell
from bot.storage.database import Database
from bot.storage.locks import lock_conversations
from bot.storage.tables import contacts, conversations, inbox
from bot.triage.phrases import sounds_urgent

MAX_EXTERNAL_ID = 128
# Cries for help are looked for in this much of a text at the door; triage reads all of it.
MAX_SCANNED = 1_000

# Built once: building a statement costs as much as running it.
_FIND = (
    select(conversations.c.id)
    .join(contacts)
    .where(contacts.c.channel == bindparam("channel"))
    .where(contacts.c.address_blind == bindparam("blind"))
)
_CONTACT = (
    select(contacts.c.id)
    .where(contacts.c.channel == bindparam("channel"))
    .where(contacts.c.address_blind == bindparam("blind"))
)
_READY = select(conversations.c.ready_at, conversations.c.urgent).where(
    conversations.c.id == bindparam("id")
)
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
    .values(ready_at=bindparam("at"), urgent=bindparam("urgent"), heard_at=bindparam("now"))
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
        # Whatever takes time is done before anybody has to wait for the transaction.
        arrivals = [self._prepare(inbound) for inbound in batch]
        try:
            return self._commit(arrivals)
        except IntegrityError:
            # A conversation was deleted between the look and the lock: it is begun anew.
            return self._commit(arrivals)

    def conversation_of(self, channel: str, address: str) -> str | None:
        """The id of the conversation with this address, if there is one."""
        with self._database.read() as connection:
            found = _find(connection, channel, self._address_book.blind(channel, address))
            return found.id if found else None

    def _commit(self, arrivals: Sequence[_Arrival]) -> list[Receipt]:
        # Everybody makes contacts in the same order, so no two batches block each other.
        order = sorted(range(len(arrivals)), key=lambda number: arrivals[number].blind)
        with self._database.write() as connection:
            whose = {n: self._find_or_create(connection, arrivals[n]) for n in order}
            # Two messages of one conversation at once: the second waits here, so that their
            # row numbers are the order in which they become visible.
            lock_conversations(connection, set(whose.values()))
            receipts = [
                self._insert(connection, whose[number], arrival)
                for number, arrival in enumerate(arrivals)
            ]
            if heard := [receipt.conversation_id for receipt in receipts if receipt.is_new]:
                standing.set_reached(connection, heard)
                bell.ring(connection)
        return receipts

    def _prepare(self, inbound: Inbound) -> _Arrival:
        if not 0 < len(inbound.external_id) <= MAX_EXTERNAL_ID:
            raise ValueError(f"external_id must have 1 to {MAX_EXTERNAL_ID} characters")
        content = to_content(inbound)
        plain = content.text and not (content.payload or content.attachments or content.location)
        return _Arrival(
            inbound,
            content,
            blind=self._address_book.blind(inbound.channel, inbound.address),
            wait_ms=burst.wait_ms(content.text, burst_wait=self._burst_wait) if plain else 0,
            urgent=sounds_urgent(content.text[:MAX_SCANNED]),
            files=_files(inbound),
        )

    def _insert(self, connection: Connection, conversation_id: str, arrival: _Arrival) -> Receipt:
        now = now_ms()
        inbound = arrival.inbound
        # Deliveries of one message meet at the lock on their conversation.
        known = connection.execute(
            _KNOWN, {"channel": inbound.channel, "external_id": inbound.external_id}
        )
        if known.first() is not None:
            return Receipt(conversation_id, is_new=False)
        place = content_place(conversation_id, inbound.external_id)
        inserted = connection.execute(
            _INSERT,
            {
                "conversation_id": conversation_id,
                "channel": inbound.channel,
                "external_id": inbound.external_id,
                "content_sealed": self._sealer.seal(arrival.content.encode(), place),
                "received_at": now,
            },
        )
        if arrival.files:
            (inbox_id,) = inserted.inserted_primary_key
            attachments.add(connection, self._sealer, conversation_id, inbox_id, arrival.files)
        self._make_ready(connection, conversation_id, arrival, now)
        return Receipt(conversation_id, is_new=True)

    def _find_or_create(self, connection: Connection, arrival: _Arrival) -> str:
        found = _find(connection, arrival.inbound.channel, arrival.blind)
        return self._create(connection, arrival) if found is None else str(found.id)

    def _create(self, connection: Connection, arrival: _Arrival) -> str:
        now, inbound = now_ms(), arrival.inbound
        contact_id, conversation_id = random_id(), random_id()
        known = {"channel": inbound.channel, "blind": arrival.blind}
        created = connection.execute(
            insert_ignoring(connection, contacts).values(
                id=contact_id,
                channel=inbound.channel,
                address_blind=arrival.blind,
                address_sealed=self._sealer.seal(
                    inbound.address.encode(), address_place(contact_id)
                ),
                created_at=now,
            )
        )
        if created.rowcount == 0:
            # Somebody who said STOP and whose conversation is over.
            contact_id = connection.execute(_CONTACT, known).scalar_one()
        created = connection.execute(
            insert_ignoring(connection, conversations).values(
                id=conversation_id, contact_id=contact_id, channel=inbound.channel, created_at=now
            )
        )
        if created.rowcount == 0:
            # Another process wrote the first message of this person a moment ago.
            return str(connection.execute(_FIND, known).scalar_one())
        return conversation_id

    def _make_ready(
        self, connection: Connection, conversation_id: str, arrival: _Arrival, now: int
    ) -> None:
        """Sets when a worker may take the conversation; what is due already stays due."""
        ready_at, urgent = connection.execute(_READY, {"id": conversation_id}).one()
        if ready_at is None or ready_at > now:
            ready_at = now + arrival.wait_ms
            if arrival.wait_ms:
                first: int = connection.execute(
                    _FIRST_WAITING, {"conversation_id": conversation_id}
                ).scalar_one()
                ready_at = min(ready_at, max(first + self._burst_limit_ms, now))
        connection.execute(
            _MAKE_READY,
            {
                "which": conversation_id,
                "at": ready_at,
                "urgent": max(urgent, int(arrival.urgent)),
                "now": now,
            },
        )


@dataclass(frozen=True)
class _Arrival:
    """An inbound message with all that can be known of it without the database."""

    inbound: Inbound
    content: Content
    blind: bytes
    wait_ms: int
    urgent: bool
    files: Sequence[attachments.Source]


def _files(inbound: Inbound) -> Sequence[attachments.Source]:
    """What is to be fetched; a correction repeats the files of the message that it corrects."""
    if inbound.edits is not None:
        return ()
    return [attachments.Source(file.kind, file.source, file.size) for file in inbound.attachments]


def _find(connection: Connection, channel: str, blind: bytes) -> Row | None:
    return connection.execute(_FIND, {"channel": channel, "blind": blind}).first()


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
        edits=inbound.edits,
        notes=notes,
    )


def content_place(conversation_id: str, external_id: str) -> str:
    return f"inbox.content:{conversation_id}:{external_id}"


def open_content(sealer: Sealer, conversation_id: str, row: Row) -> Content:
    """What a row of the inbox holds.

    Raises:
        SealBroken: It does not open.
    """
    place = content_place(conversation_id, row.external_id)
    return Content.decode(sealer.open(row.content_sealed, place))


def lately_said(
    connection: Connection, sealer: Sealer, conversation_id: str, *, since: int
) -> list[str]:
    """The texts of a conversation that were answered since a moment, oldest first."""
    rows = connection.execute(
        select(inbox.c.external_id, inbox.c.content_sealed)
        .where(inbox.c.conversation_id == conversation_id)
        .where(inbox.c.turn_id.is_not(None))
        .where(inbox.c.received_at >= since)
        .order_by(inbox.c.id)
    ).all()
    found = []
    for row in rows:
        with contextlib.suppress(SealBroken):
            found.append(open_content(sealer, conversation_id, row).text)
    return [text for text in found if text]


def address_place(contact_id: str) -> str:
    return f"contacts.address:{contact_id}"


def insert_ignoring(connection: Connection, table: Any) -> Any:
    """INSERT ... ON CONFLICT DO NOTHING in the dialect of the connection."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()
