"""What is to be sent: written by a turn, read by the sender and by the web chat."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, exists, func, or_, select, true, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import ColumnElement, Select

from bot.clock import now_ms
from bot.conversation.messages import Reply
from bot.conversation.rendering import Part, as_text
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage.tables import contacts, conversations, outbox

logger = logging.getLogger(__name__)

DUE = "due"
SENDING = "sending"
SENT = "sent"
DELIVERED = "delivered"
READ = "read"
FAILED = "failed"
# Waits for what `held_for` says.
HELD = "held"
# Was held, and the person went on to something else.
DROPPED = "dropped"

# Reasons to hold a message: WhatsApp's window is closed; the person may ask for more.
FOR_WINDOW, FOR_MORE = "window", "more"
# The code of what is not sent because the person asked us to stop.
STOPPED = "stopped"

# What may still be sent.
WAITING = (DUE, SENDING, HELD)

# A message only ever moves to the right; a late callback never takes it back.
PROGRESS = (DUE, SENDING, SENT, DELIVERED, READ)

SEND_CLAIM_MS = 30_000
MAX_PROVIDER_ID = 128

# Built once: building a statement costs as much as running it.
_INSERT = outbox.insert()
_HELD_FOR = (
    select(outbox.c.held_for)
    .where(outbox.c.conversation_id == bindparam("whose"))
    .where(outbox.c.state == HELD)
)


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
    """A row that this sender has taken, to whom it goes, and how that person stands."""

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
        parts: Sequence[Part],
        *,
        author: str = "bot",
        is_notice: bool = False,
    ) -> None:
        """Adds the messages of one turn, in order, within the caller's transaction."""
        now = now_ms()
        rows = [
            {
                "conversation_id": conversation_id,
                "channel": channel,
                "turn_id": turn_id,
                "position": position,
                "content_sealed": self._sealer.seal(
                    part.reply.encode(), _place(conversation_id, turn_id, position)
                ),
                "state": HELD if part.waits else DUE,
                "held_for": FOR_MORE if part.waits else None,
                "author": author,
                "is_notice": int(is_notice),
                "due_at": now,
                "created_at": now,
            }
            for position, part in enumerate(parts)
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

    def is_due(self, connection: Connection, channels: Sequence[str]) -> bool:
        """Whether anything may be claimed, without a lock."""
        return connection.execute(_due(channels).order_by(None).limit(1)).first() is not None

    def claim(self, connection: Connection, channels: Sequence[str], limit: int) -> list[Claimed]:
        """Takes the rows that have been due longest, of each conversation the eldest.

        Replies go before notices. A row whose sender died is due again after `SEND_CLAIM_MS`.
        """
        query = _due(channels).limit(limit).with_for_update(skip_locked=True, of=outbox)
        rows = connection.execute(query).all()
        if rows:
            connection.execute(
                update(outbox)
                .where(outbox.c.id.in_([row.id for row in rows]))
                .values(
                    state=SENDING,
                    due_at=now_ms() + SEND_CLAIM_MS,
                    attempts=outbox.c.attempts + 1,
                )
            )
        return [Claimed(row, bytes(row.address_sealed), row.contact_id) for row in rows]

    def take_over(self, connection: Connection, channels: Sequence[str]) -> None:
        """Makes due what a sender that is gone had on its way; for the one that follows it."""
        connection.execute(
            update(outbox)
            .where(outbox.c.channel.in_(channels))
            .where(outbox.c.state == SENDING)
            .values(state=DUE, due_at=now_ms())
        )

    def seconds_until_due(self, connection: Connection, channels: Sequence[str]) -> float | None:
        """How long until the next row on these channels is due; None when none waits."""
        soonest = connection.execute(
            select(func.min(outbox.c.due_at))
            .where(outbox.c.channel.in_(channels))
            .where(outbox.c.state.in_((DUE, SENDING)))
            .where(~elder_waits())
        ).scalar()
        return None if soonest is None else max(0.0, (soonest - now_ms()) / 1000)

    def open(self, claimed: Claimed) -> Outbound:
        """The reply of a claimed row.

        Raises:
            SealBroken: It does not open.
        """
        return self._open(claimed.row)

    def mark_sent(self, connection: Connection, outbound_id: int, provider_id: str | None) -> None:
        """The provider has it. A status that already came back is not taken back."""
        row = update(outbox).where(outbox.c.id == outbound_id)
        its_id = _storable(provider_id)
        # A failure that was reported before this was noted has made it due again; what is on
        # its way then is the next attempt.
        is_news = or_(outbox.c.provider_id.is_(None), outbox.c.provider_id != its_id)
        connection.execute(
            row.where(outbox.c.state == SENDING)
            .where(true() if its_id is None else is_news)
            .values(state=SENT, provider_id=its_id, error_code=None)
        )
        connection.execute(
            row.where(outbox.c.state.in_((DELIVERED, READ))).values(provider_id=its_id)
        )

    def mark_retry(
        self, connection: Connection, outbound_id: int, *, delay_ms: int, code: str | None
    ) -> None:
        """Due again after a while; without a `code` nothing was tried and nothing counts."""
        connection.execute(
            update(outbox)
            .where(outbox.c.id == outbound_id)
            .where(outbox.c.state == SENDING)
            .values(
                state=DUE,
                due_at=now_ms() + delay_ms,
                **({"error_code": code} if code else {"attempts": outbox.c.attempts - 1}),
            )
        )

    def put_choices_into_text(self, connection: Connection, row: Row) -> bool:
        """Makes a message one that needs no buttons; False when it is that already."""
        try:
            reply = self._open(row).reply
        except SealBroken:
            return False
        if not reply.choices:
            return False
        connection.execute(
            update(outbox)
            .where(outbox.c.id == row.id)
            .values(content_sealed=self._sealer.seal(as_text(reply).encode(), _place_of(row)))
        )
        return True

    def mark_failed(self, connection: Connection, outbound_id: int, *, code: str) -> None:
        connection.execute(
            update(outbox)
            .where(outbox.c.id == outbound_id)
            .where(outbox.c.state == SENDING)
            .values(state=FAILED, error_code=code)
        )

    def fail_all(self, connection: Connection, conversation_id: str, *, code: str) -> None:
        """Nothing that waits in a conversation will ever arrive."""
        of_it = outbox.c.conversation_id == conversation_id
        waiting = _lock(connection, of_it, outbox.c.state.in_(WAITING))
        _change(connection, waiting, state=FAILED, error_code=code, held_for=None)

    def forget(self, connection: Connection, conversation_id: str) -> None:
        """Deletes the messages of a conversation."""
        _lock(connection, outbox.c.conversation_id == conversation_id)
        connection.execute(outbox.delete().where(outbox.c.conversation_id == conversation_id))

    def delete_until(self, connection: Connection, conversation_id: str, moment: int) -> None:
        """Deletes what was written till then, also what never reached anybody."""
        old = and_(outbox.c.conversation_id == conversation_id, outbox.c.created_at <= moment)
        ids = _lock(connection, old)
        connection.execute(outbox.delete().where(outbox.c.id.in_(ids)))

    def lock(
        self,
        connection: Connection,
        outbound_ids: Collection[int],
        conversation_ids: Collection[str],
    ) -> None:
        """Locks messages, and all that waits in these conversations, in the order of their ids.

        Before some of them fail. The conversations are locked already.
        """
        if connection.dialect.name == "postgresql":
            waits = and_(
                outbox.c.conversation_id.in_(conversation_ids), outbox.c.state.in_(WAITING)
            )
            _lock(connection, or_(outbox.c.id.in_(outbound_ids), waits))

    def hold(
        self, connection: Connection, outbound_id: int, reason: str, *, code: str | None = None
    ) -> None:
        """Keeps a message that was not delivered for later; never one that was."""
        connection.execute(
            update(outbox)
            .where(outbox.c.id == outbound_id)
            .where(outbox.c.state.in_((DUE, SENDING, SENT)))
            .values(state=HELD, held_for=reason, error_code=code)
        )

    def take_back(
        self, connection: Connection, outbound_id: int, provider_id: str | None = None
    ) -> bool:
        """A message that counted as sent is on its way again; not one that was delivered.

        The id of the attempt that failed stays with it until the next one has its own.
        """
        known = {"provider_id": _storable(provider_id)} if provider_id else {}
        taken = connection.execute(
            update(outbox)
            .where(outbox.c.id == outbound_id)
            .where(outbox.c.state.in_((SENDING, SENT)))
            .values(state=SENDING, **known)
        )
        return bool(taken.rowcount)

    def release(
        self, connection: Connection, conversation_id: str, reason: str, *, limit: int | None = None
    ) -> int:
        """Makes what was held for `reason` due, the eldest first, at most `limit`.

        From then on it is as old as if it had been written now.

        Returns:
            How many there were.
        """
        held = _lock(connection, *_is_held(conversation_id, reason), limit=limit)
        now = now_ms()
        _change(connection, held, state=DUE, held_for=None, due_at=now, created_at=now, attempts=0)
        return len(held)

    def held_for(self, connection: Connection, conversation_id: str) -> set[str]:
        """What messages of a conversation are held for: `FOR_WINDOW`, `FOR_MORE`."""
        return set(connection.execute(_HELD_FOR, {"whose": conversation_id}).scalars())

    def has_turn(self, connection: Connection, turn_id: str) -> bool:
        """Whether the messages of a turn were added already."""
        query = select(outbox.c.id).where(outbox.c.turn_id == turn_id).limit(1)
        return connection.execute(query).first() is not None

    def has_more(self, connection: Connection, conversation_id: str) -> bool:
        """Whether a long answer goes on when the person asks for it."""
        return FOR_MORE in self.held_for(connection, conversation_id)

    def drop_more(self, connection: Connection, conversation_id: str) -> None:
        """The person went on to something else."""
        rest = _lock(connection, *_is_held(conversation_id, FOR_MORE))
        _change(connection, rest, state=DROPPED, held_for=None)

    def mark_shown(self, connection: Connection, conversation_id: str, up_to_id: int) -> None:
        """A reader confirmed everything up to and with `up_to_id` (web chat)."""
        shown = _lock(
            connection,
            outbox.c.conversation_id == conversation_id,
            outbox.c.id <= up_to_id,
            outbox.c.state.in_((DUE, SENDING, SENT)),
        )
        _change(connection, shown, state=DELIVERED)

    def advance(self, connection: Connection, outbound_id: int, state: str) -> bool:
        """Moves a message forward as a status callback says; never back.

        Args:
            connection: The transaction.
            outbound_id: Which message.
            state: One of `PROGRESS`.

        Returns:
            Whether anything changed.
        """
        # "sent" is no news of a message that is to be sent again.
        earlier = (SENDING,) if state == SENT else PROGRESS[: PROGRESS.index(state)]
        moved = connection.execute(
            update(outbox)
            .where(outbox.c.id == outbound_id)
            .where(outbox.c.state.in_(earlier))
            .values(state=state, error_code=None)
        )
        return bool(moved.rowcount)

    def _open(self, row: Row) -> Outbound:
        return Outbound(
            id=row.id,
            conversation_id=row.conversation_id,
            channel=row.channel,
            reply=Reply.decode(self._sealer.open(row.content_sealed, _place_of(row))),
            attempts=row.attempts,
            created_at=row.created_at,
        )


def _lock(connection: Connection, *which: ColumnElement, limit: int | None = None) -> Sequence[int]:
    """Locks messages in the order of their ids, as `bot/storage/locks.py` says; gives the ids."""
    rows = select(outbox.c.id).where(*which).order_by(outbox.c.id).limit(limit)
    ids: Sequence[int] = connection.execute(rows.with_for_update()).scalars().all()
    return ids


def _change(connection: Connection, ids: Sequence[int], **values: object) -> None:
    if ids:
        connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(**values))


def _is_held(conversation_id: str, reason: str) -> Sequence[ColumnElement]:
    return (
        outbox.c.conversation_id == conversation_id,
        outbox.c.state == HELD,
        outbox.c.held_for == reason,
    )


def count_by_state(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    return {row[0]: row[1] for row in rows}


def _due(channels: Sequence[str]) -> Select:
    """The rows that may be sent now, never one before its elder."""
    return (
        select(
            outbox,
            contacts.c.address_sealed,
            contacts.c.id.label("contact_id"),
            contacts.c.unreachable_code,
            conversations.c.heard_at,
        )
        .join(conversations, conversations.c.id == outbox.c.conversation_id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .where(outbox.c.channel.in_(channels))
        # A claimed row carries the end of the claim in `due_at`.
        .where(outbox.c.state.in_((DUE, SENDING)))
        .where(outbox.c.due_at <= now_ms())
        .where(~elder_waits())
        .order_by(outbox.c.is_notice, outbox.c.due_at, outbox.c.id)
    )


def elder_waits() -> ColumnElement:
    """Whether a message of the same conversation has to leave before this one."""
    elder = outbox.alias("elder")
    return exists().where(
        and_(
            elder.c.conversation_id == outbox.c.conversation_id,
            elder.c.id < outbox.c.id,
            elder.c.state.in_((DUE, SENDING)),
        )
    )


def _storable(provider_id: str | None) -> str | None:
    """What a provider gives for an id, as far as the column holds it."""
    if provider_id is None or not provider_id.isprintable():
        return None
    return provider_id[:MAX_PROVIDER_ID]


def _place_of(row: Row) -> str:
    return _place(row.conversation_id, row.turn_id, row.position)


def _place(conversation_id: str, turn_id: str, position: int) -> str:
    return f"outbox.content:{conversation_id}:{turn_id}:{position}"
