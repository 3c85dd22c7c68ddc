"""Whether a person may be written to: asked us to stop, cannot be reached, wrote lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.engine import Connection, Row

from bot.clock import now_ms
from bot.conversation.outbox import FOR_WINDOW, HELD
from bot.storage.tables import contacts, conversations, outbox

# Built once: building a statement costs as much as running it.
_READ = (
    select(
        contacts.c.stopped_at,
        contacts.c.unreachable_code,
        conversations.c.heard_at,
        conversations.c.quiet_at,
    )
    .join(conversations, conversations.c.contact_id == contacts.c.id)
    .where(conversations.c.id == bindparam("whose"))
)
_OWNER = select(conversations.c.contact_id).where(conversations.c.id == bindparam("whose"))
_SET_REACHED = (
    update(contacts)
    .where(contacts.c.unreachable_code.is_not(None))
    .where(
        contacts.c.id.in_(
            select(conversations.c.contact_id).where(
                conversations.c.id.in_(bindparam("whose", expanding=True))
            )
        )
    )
    .values(unreachable_code=None)
)


@dataclass(frozen=True)
class Standing:
    """What stands between us and a person.

    Attributes:
        stopped_at: When the person asked for no more messages; None if that does not hold.
        unreachable_code: Why nothing reaches the person, in the provider's code.
        heard_at: When the person wrote last, in milliseconds since 1970.
        quiet_at: When the person asked not to be answered; None if that does not hold.
    """

    stopped_at: int | None
    unreachable_code: str | None
    heard_at: int | None
    quiet_at: int | None = None

    @property
    def may_be_told(self) -> bool:
        """Whether the person may be written to without having written."""
        return not (self.stopped or self.unreachable_code or self.quiet_at)

    @property
    def stopped(self) -> bool:
        return self.stopped_at is not None


def read(connection: Connection, conversation_id: str) -> Standing:
    """How a person stands; nothing stands between us and one who was deleted."""
    row = connection.execute(_READ, {"whose": conversation_id}).first()
    if row is None:
        return Standing(None, None, None)
    is_quiet = row.quiet_at is not None and row.quiet_at >= (row.heard_at or 0)
    return Standing(
        row.stopped_at, row.unreachable_code, row.heard_at, row.quiet_at if is_quiet else None
    )


def stop(connection: Connection, conversation_id: str) -> None:
    """No more messages until `resume`."""
    _change(connection, conversation_id, stopped_at=now_ms())


def keep_quiet(connection: Connection, conversation_id: str) -> None:
    """Nothing but answers until the person writes again: somebody may be reading."""
    connection.execute(
        update(conversations).where(conversations.c.id == conversation_id).values(quiet_at=now_ms())
    )


def resume(connection: Connection, conversation_id: str) -> None:
    _change(connection, conversation_id, stopped_at=None)


def set_unreachable(connection: Connection, conversation_id: str, code: str | None) -> None:
    """The provider says that nothing reaches this address; None takes it back."""
    _change(connection, conversation_id, unreachable_code=code)


def set_reached(connection: Connection, conversation_ids: Sequence[str]) -> None:
    """Whoever writes is reached again."""
    connection.execute(_SET_REACHED, {"whose": list(conversation_ids)})


_NOT_ASKED = or_(
    conversations.c.reopened_at.is_(None),
    conversations.c.reopened_at < conversations.c.heard_at,
)


def closed_windows(connection: Connection, channels: Sequence[str]) -> Sequence[Row]:
    """Conversations with replies that wait for the person to write, who was not asked yet.

    Returns:
        Rows of conversation_id, channel, contact_id and address_sealed.
    """
    query = (
        select(
            conversations.c.id.label("conversation_id"),
            conversations.c.channel,
            contacts.c.id.label("contact_id"),
            contacts.c.address_sealed,
        )
        .select_from(outbox)
        .join(conversations, conversations.c.id == outbox.c.conversation_id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .where(outbox.c.state == HELD)
        .where(outbox.c.held_for == FOR_WINDOW)
        .where(outbox.c.channel.in_(channels))
        .where(contacts.c.stopped_at.is_(None))
        .where(_NOT_ASKED)
        .distinct()
    )
    rows: Sequence[Row] = connection.execute(query).all()
    return rows


def begin_reopening(connection: Connection, conversation_id: str) -> bool:
    """Whether the person is to be asked now to write: once after each time of writing."""
    asked = connection.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .where(_NOT_ASKED)
        .values(reopened_at=now_ms())
    )
    return bool(asked.rowcount)


def reopen_later(connection: Connection, conversation_id: str) -> None:
    """Asking failed: it is done again."""
    connection.execute(
        update(conversations).where(conversations.c.id == conversation_id).values(reopened_at=None)
    )


def _change(connection: Connection, conversation_id: str, **values: object) -> None:
    owner = _OWNER.params(whose=conversation_id).scalar_subquery()
    connection.execute(update(contacts).where(contacts.c.id == owner).values(**values))
