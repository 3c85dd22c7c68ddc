"""What is to be sent: written by a turn, read by the sender and by the web chat."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, func, select, update
from sqlalchemy.engine import Connection, Row

from bot.clock import now_ms
from bot.conversation.messages import Reply
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage.tables import contacts, conversations, outbox

logger = logging.getLogger(__name__)

DUE = "due"
SENDING = "sending"
SENT = "sent"
DELIVERED = "delivered"
READ = "read"
FAILED = "failed"

# A message only ever moves to the right; a late callback never takes it back.
PROGRESS = (DUE, SENDING, SENT, DELIVERED, READ)

SEND_CLAIM_MS = 30_000

_INSERT = outbox.insert()


@dataclass(frozen=True)
class Outbound:
    """One reply on its way. `id` grows within a conversation."""

    id: int
    conversation_id: str
    channel: str
    reply: Reply
    attempts: int
    created_at: int


@dataclass(frozen=True)
class Claimed:
    """A row that this sender has taken, and to whom it goes."""

    row: Row
    address_sealed: bytes
    contact_id: str


class Outbox:
    """Reads and moves the rows that `TurnRunner` wrote."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def add(
        self,
        connection: Connection,
        conversation_id: str,
        channel: str,
        turn_id: str,
        replies: Sequence[Reply],
    ) -> None:
        """Adds the replies of one turn, in order, within the caller's transaction."""
        now = now_ms()
        rows = [
            {
                "conversation_id": conversation_id,
                "channel": channel,
                "turn_id": turn_id,
                "position": position,
                "content_sealed": self._sealer.seal(
                    reply.encode(), _place(conversation_id, turn_id, position)
                ),
                "state": DUE,
                "due_at": now,
                "created_at": now,
            }
            for position, reply in enumerate(replies)
        ]
        if rows:
            connection.execute(_INSERT, rows)

    def after(
        self, connection: Connection, conversation_id: str, after_id: int, limit: int = 100
    ) -> list[Outbound]:
        """The replies of a conversation with an id above `after_id`, oldest first."""
        rows = connection.execute(
            select(outbox)
            .where(outbox.c.conversation_id == conversation_id)
            .where(outbox.c.id > after_id)
            .order_by(outbox.c.id)
            .limit(limit)
        )
        return self._open_all(rows)

    def latest(self, connection: Connection, conversation_id: str, limit: int) -> list[Outbound]:
        """The newest `limit` replies of a conversation, oldest first."""
        rows = connection.execute(
            select(outbox)
            .where(outbox.c.conversation_id == conversation_id)
            .order_by(outbox.c.id.desc())
            .limit(limit)
        ).all()
        return self._open_all(reversed(rows))

    def _open_all(self, rows: Iterable[Row]) -> list[Outbound]:
        """Opens what opens: one damaged row must not hide all others."""
        opened = []
        for row in rows:
            try:
                opened.append(self._open(row))
            except SealBroken:
                logger.error("reply %d does not open and is left out", row.id)
        return opened

    def claim_next(self, connection: Connection, channels: Sequence[str]) -> Claimed | None:
        """Takes the row that has been due longest, never one before its elder.

        A row whose sender died is due again after `SEND_CLAIM_MS`.
        """
        now = now_ms()
        elder = outbox.alias("elder")
        elder_waits = exists().where(
            and_(
                elder.c.conversation_id == outbox.c.conversation_id,
                elder.c.id < outbox.c.id,
                elder.c.state.in_((DUE, SENDING)),
            )
        )
        query = (
            select(outbox, contacts.c.address_sealed, contacts.c.id.label("contact_id"))
            .join(conversations, conversations.c.id == outbox.c.conversation_id)
            .join(contacts, contacts.c.id == conversations.c.contact_id)
            .where(outbox.c.channel.in_(channels))
            # A claimed row carries the end of the claim in `due_at`.
            .where(outbox.c.state.in_((DUE, SENDING)))
            .where(outbox.c.due_at <= now)
            .where(~elder_waits)
            .order_by(outbox.c.due_at)
            .limit(1)
            .with_for_update(skip_locked=True, of=outbox)
        )
        row = connection.execute(query).first()
        if row is None:
            return None
        connection.execute(
            update(outbox)
            .where(outbox.c.id == row.id)
            .values(state=SENDING, due_at=now + SEND_CLAIM_MS, attempts=outbox.c.attempts + 1)
        )
        return Claimed(row, bytes(row.address_sealed), row.contact_id)

    def open(self, claimed: Claimed) -> Outbound:
        """The reply of a claimed row.

        Raises:
            SealBroken: It does not open.
        """
        return self._open(claimed.row)

    def mark_sent(self, connection: Connection, outbound_id: int, provider_id: str | None) -> None:
        connection.execute(
            update(outbox)
            .where(outbox.c.id == outbound_id)
            .where(outbox.c.state.in_((DUE, SENDING)))
            .values(state=SENT, provider_id=provider_id, error_code=None)
        )

    def mark_retry(
        self, connection: Connection, outbound_id: int, *, delay_ms: int, code: str
    ) -> None:
        connection.execute(
            update(outbox)
            .where(outbox.c.id == outbound_id)
            .where(outbox.c.state == SENDING)
            .values(state=DUE, due_at=now_ms() + delay_ms, error_code=code)
        )

    def mark_failed(self, connection: Connection, outbound_id: int, *, code: str) -> None:
        connection.execute(
            update(outbox)
            .where(outbox.c.id == outbound_id)
            .where(outbox.c.state == SENDING)
            .values(state=FAILED, error_code=code)
        )

    def mark_shown(self, connection: Connection, conversation_id: str, up_to_id: int) -> None:
        """A reader confirmed everything up to and with `up_to_id` (web chat)."""
        connection.execute(
            update(outbox)
            .where(outbox.c.conversation_id == conversation_id)
            .where(outbox.c.id <= up_to_id)
            .where(outbox.c.state.in_((DUE, SENDING, SENT)))
            .values(state=DELIVERED)
        )

    def advance(self, connection: Connection, channel: str, provider_id: str, state: str) -> bool:
        """Moves a sent message forward as a status callback says; never back.

        Returns:
            Whether anything changed.
        """
        earlier = PROGRESS[: PROGRESS.index(state)] if state in PROGRESS else (DUE, SENDING, SENT)
        moved = connection.execute(
            update(outbox)
            .where(outbox.c.channel == channel)
            .where(outbox.c.provider_id == provider_id)
            .where(outbox.c.state.in_(earlier))
            .values(state=state)
        )
        return bool(moved.rowcount)

    def _open(self, row: Row) -> Outbound:
        place = _place(row.conversation_id, row.turn_id, row.position)
        return Outbound(
            id=row.id,
            conversation_id=row.conversation_id,
            channel=row.channel,
            reply=Reply.decode(self._sealer.open(row.content_sealed, place)),
            attempts=row.attempts,
            created_at=row.created_at,
        )


def count_by_state(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    return {row[0]: row[1] for row in rows}


def _place(conversation_id: str, turn_id: str, position: int) -> str:
    return f"outbox.content:{conversation_id}:{turn_id}:{position}"
