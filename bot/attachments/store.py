"""The files of conversations in the database: waiting, kept or refused.

They are kept there and not in a folder, so that one thing is backed up, and what is deleted is
gone with its conversation (`secure_delete`), on every machine of an installation. How one
becomes the file of a tip is in `handing_over`, how it is opened in `reading`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import Select

from bot.attachments import file_keys
from bot.attachments.refusal import Reason
from bot.clock import now_ms
from bot.privacy import desk
from bot.privacy.identity import random_id
from bot.privacy.sealing import Sealer
from bot.storage.database import Database
from bot.storage.tables import attachment_chunks, attachments, conversations, tips

WAITING, KEPT, REFUSED = "waiting", "kept", "refused"

MAX_IN_A_CONVERSATION = 30
# Of one message; Twilio sends ten at the most.
MAX_OF_A_MESSAGE = 32
# A fetcher that falls silent for so long loses its file to another.
CLAIM_MS = 30_000
# Of what is never fetched: pictures without meaning, and the numbers of others.
NEVER_KEPT = frozenset({"sticker", "contact"})
# As the files of a conversation came.
IN_ORDER = (attachments.c.created_at, attachments.c.inbox_id, attachments.c.position)


class NoDesk(Exception):
    """A file of a tip cannot be kept, because the desk has no key to seal for."""


@dataclass(frozen=True)
class Source:
    """Where a provider has a file.

    Attributes:
        kind: photo, document, voice or video, as it was sent.
        source: A file id, or an address.
        size: In bytes, as the provider says; None when it does not.
    """

    kind: str
    source: str = field(repr=False)
    size: int | None = None


@dataclass(frozen=True)
class Claim:
    """The right to fetch a file while its attempt is the latest one.

    `abandoned` counts the claims that ran out: the file may have brought a process down.
    """

    id: str
    conversation_id: str
    channel: str
    attempt: int
    abandoned: int
    created_at: int
    said_size: int | None
    source_sealed: bytes = field(repr=False)


def add(
    connection: Connection,
    sealer: Sealer,
    conversation_id: str,
    inbox_id: int,
    sources: Sequence[Source],
) -> None:
    """Notes the files of a message within the transaction that accepts it."""
    now = now_ms()
    rows = []
    for position, source in enumerate(sources[:MAX_OF_A_MESSAGE]):
        if source.kind in NEVER_KEPT or not source.source:
            continue
        name = random_id()
        rows.append(
            {
                "id": name,
                "conversation_id": conversation_id,
                "inbox_id": inbox_id,
                "position": position,
                "kind": source.kind,
                "state": WAITING,
                "size": source.size,
                "due_at": now,
                "source_sealed": sealer.seal(source.source.encode(), _source_place(name)),
                "created_at": now,
            }
        )
    if rows:
        connection.execute(attachments.insert(), rows)


def open_source(sealer: Sealer, claim: Claim) -> str:
    """Where the provider has a claimed file.

    Raises:
        SealBroken: It does not open.
    """
    return sealer.open(claim.source_sealed, _source_place(claim.id)).decode()


def claim_next(database: Database, channels: Sequence[str]) -> Claim | None:
    """Takes the file that has been due longest; what an earlier attempt left of it is deleted."""
    # Look before taking SQLite's write lock.
    with database.read() as connection:
        if connection.execute(_due(channels)).first() is None:
            return None
    with database.claim() as connection:
        row = connection.execute(
            _due(channels).with_for_update(skip_locked=True, of=attachments)
        ).first()
        if row is None:
            return None
        _delete_chunks(connection, row.id)
        attempt, abandoned = row.attempts + 1, row.abandoned + (row.claim_until is not None)
        connection.execute(
            update(attachments)
            .where(attachments.c.id == row.id)
            .values(attempts=attempt, abandoned=abandoned, claim_until=now_ms() + CLAIM_MS)
        )
    return Claim(
        row.id,
        row.conversation_id,
        row.channel,
        attempt,
        abandoned,
        row.created_at,
        row.size,
        bytes(row.source_sealed),
    )


def is_held(connection: Connection, claim: Claim) -> bool:
    """Makes sure within a transaction that a claim holds, and keeps others out until its end."""
    held = select(attachments.c.id).where(_held(claim)).with_for_update()
    return connection.execute(held).first() is not None


def lock_conversation(connection: Connection, claim: Claim) -> bool:
    """Whether the conversation is there; nobody else settles a file of it until the end.

    Before `is_held`, in the order of `bot/storage/locks.py`.
    """
    whose = select(conversations.c.id).where(conversations.c.id == claim.conversation_id)
    return connection.execute(whose.with_for_update()).first() is not None


def renew(database: Database, claim: Claim) -> bool:
    """Keeps a claim alive; False when it was lost."""
    with database.claim() as connection:
        row = update(attachments).where(_held(claim))
        renewed = connection.execute(row.values(claim_until=now_ms() + CLAIM_MS))
        return bool(renewed.rowcount)


def write_chunks(database: Database, claim: Claim, first: int, chunks: Sequence[bytes]) -> bool:
    """Writes sealed chunks from number `first` on; False when the claim was lost."""
    with database.claim() as connection:
        if not is_held(connection, claim):
            return False
        connection.execute(
            attachment_chunks.insert(),
            [
                {"attachment_id": claim.id, "number": number, "sealed": sealed}
                for number, sealed in enumerate(chunks, first)
            ],
        )
        return True


def has_room(connection: Connection, claim: Claim) -> bool:
    """Whether one more file may be kept: of this conversation and of the tips that came of it.

    A tip that no longer says which conversation it came from is counted by itself.
    """
    came_of_it = select(tips.c.id).where(tips.c.conversation_id == claim.conversation_id)
    row = attachments.alias()
    its_tip = select(row.c.tip_id).where(row.c.id == claim.id).scalar_subquery()
    kept = (
        select(func.count())
        .select_from(attachments)
        .where(attachments.c.state == KEPT)
        .where(
            or_(
                attachments.c.conversation_id == claim.conversation_id,
                attachments.c.tip_id.in_(came_of_it),
                attachments.c.tip_id == its_tip,
            )
        )
    )
    return bool(connection.execute(kept).scalar_one() < MAX_IN_A_CONVERSATION)


def keep(
    connection: Connection, sealer: Sealer, claim: Claim, key: bytes, *, media_type: str, size: int
) -> bool:
    """All chunks are written: the file is there. Only after `is_held`.

    The file of a tip that was sent meanwhile is the tip's from now on: the server has never
    stored its key, and nothing leads to the conversation any more.

    Args:
        connection: Of the transaction in which `is_held` was asked.
        sealer: Seals the key of a file that is not of a tip.
        claim: Of the file.
        key: What its chunks were sealed with.
        media_type: What it is.
        size: In bytes.

    Returns:
        Whether it is the file of a tip.

    Raises:
        NoDesk: It is, and nobody could open it.
    """
    in_a_tip = _is_in_a_tip(connection, claim)
    if in_a_tip:
        # Not a key that was retired since the tip was sent: whoever had to leave may hold it.
        desk_key = desk.current(connection)
        if desk_key is None:
            raise NoDesk
        values = file_keys.of_tip(desk_key, claim.id, key)
    else:
        values = file_keys.of_conversation(sealer, claim.id, key)
        values["settled_at"] = now_ms()
    _settle(connection, claim, state=KEPT, media_type=media_type, size=size, **values)
    return in_a_tip


def refuse(connection: Connection, claim: Claim, reason: Reason) -> bool:
    """Nothing of the file stays but that the conversation had one. Only after `is_held`.

    Returns:
        Whether it was to be the file of a tip.
    """
    in_a_tip = _is_in_a_tip(connection, claim)
    _delete_chunks(connection, claim.id)
    _settle(connection, claim, state=REFUSED, reason=reason.value, tip_id=None, settled_at=now_ms())
    return in_a_tip


def was_refused_since(
    connection: Connection, conversation_id: str, reason: Reason, moment: int
) -> bool:
    """Whether a file of the conversation was refused for this reason since then."""
    query = (
        select(attachments.c.id)
        .where(attachments.c.conversation_id == conversation_id)
        .where(attachments.c.state == REFUSED)
        .where(attachments.c.reason == reason.value)
        .where(attachments.c.settled_at >= moment)
    )
    return connection.execute(query.limit(1)).first() is not None


def put_back(database: Database, claim: Claim, *, delay_ms: int) -> None:
    """Somebody tries again later."""
    with database.claim() as connection:
        if is_held(connection, claim):
            _delete_chunks(connection, claim.id)
            row = update(attachments).where(attachments.c.id == claim.id)
            connection.execute(row.values(due_at=now_ms() + delay_ms, claim_until=None))


def of_conversation(connection: Connection, conversation_id: str) -> list[Row]:
    """What is known of the files of a conversation, in the order in which they came."""
    columns = [c for c in attachments.c if not c.name.endswith("_sealed")]
    return list(
        connection.execute(
            select(*columns)
            .where(attachments.c.conversation_id == conversation_id)
            .order_by(*IN_ORDER)
        )
    )


def count_by_state(connection: Connection) -> dict[tuple[str, str], int]:
    """How many there are of each state and reason; "" for none."""
    columns = (attachments.c.state, attachments.c.reason)
    rows = connection.execute(select(*columns, func.count()).group_by(*columns))
    return {(state, reason or ""): count for state, reason, count in rows}


def _due(channels: Sequence[str]) -> Select:
    now = now_ms()
    return (
        select(
            attachments.c.id,
            attachments.c.conversation_id,
            attachments.c.attempts,
            attachments.c.abandoned,
            attachments.c.claim_until,
            attachments.c.created_at,
            attachments.c.size,
            attachments.c.source_sealed,
            conversations.c.channel,
        )
        .join(conversations, conversations.c.id == attachments.c.conversation_id)
        .where(conversations.c.channel.in_(channels))
        .where(attachments.c.state == WAITING)
        .where(attachments.c.due_at <= now)
        .where(or_(attachments.c.claim_until.is_(None), attachments.c.claim_until <= now))
        .order_by(attachments.c.due_at, attachments.c.inbox_id, attachments.c.position)
        .limit(1)
    )


def _held(claim: Claim) -> and_:
    return and_(
        attachments.c.id == claim.id,
        attachments.c.state == WAITING,
        attachments.c.attempts == claim.attempt,
        # Put back by itself: what its thread still does counts for nothing.
        attachments.c.claim_until.is_not(None),
    )


def _is_in_a_tip(connection: Connection, claim: Claim) -> bool:
    query = select(attachments.c.tip_id).where(attachments.c.id == claim.id)
    return connection.execute(query).scalar() is not None


def _settle(connection: Connection, claim: Claim, **values: object) -> None:
    row = update(attachments).where(attachments.c.id == claim.id)
    connection.execute(row.values(claim_until=None, source_sealed=None, **values))


def _delete_chunks(connection: Connection, attachment_id: str) -> None:
    connection.execute(
        attachment_chunks.delete().where(attachment_chunks.c.attachment_id == attachment_id)
    )


def _source_place(attachment_id: str) -> str:
    return f"attachments.source:{attachment_id}"
