"""Whether answers leave: what a sender that works would have sent long ago."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.engine import Connection

from bot.clock import now_ms
from bot.conversation.outbox import DUE, SENDING, elder_waits
from bot.storage.tables import outbox

# What may be sent leaves within moments, unless nobody sends or a whole channel rests.
LONGEST_WAIT_MS = 2 * 60_000
# What is tried again for so long is more than a telephone that is off.
LONGEST_TRYING_MS = 15 * 60_000


@dataclass(frozen=True)
class Overdue:
    """Messages of one channel that should have left.

    Attributes:
        channel: telegram, whatsapp or sms.
        number: How many, with those that wait behind them in their conversations.
        seconds: Since the oldest of them was written, or released after it was held.
    """

    channel: str
    number: int
    seconds: float


def overdue(connection: Connection, channels: Collection[str]) -> list[Overdue]:
    """What does not go out, by channel; nothing that is held, for whatever reason.

    Args:
        connection: A transaction.
        channels: Those that messages are sent on: the web chat fetches its own.
    """
    now = now_ms()
    waits = outbox.c.state.in_((DUE, SENDING))
    stuck = (
        select(outbox.c.conversation_id)
        .where(outbox.c.channel.in_(channels))
        .where(waits)
        .where(~elder_waits())
        .where(
            or_(
                # Of a row that is on its way this is the end of its claim.
                outbox.c.due_at < now - LONGEST_WAIT_MS,
                outbox.c.created_at < now - LONGEST_TRYING_MS,
            )
        )
    )
    rows = connection.execute(
        select(outbox.c.channel, func.count(), func.min(outbox.c.created_at))
        .where(outbox.c.conversation_id.in_(stuck))
        .where(waits)
        .group_by(outbox.c.channel)
        .order_by(outbox.c.channel)
    )
    return [Overdue(channel, number, (now - oldest) / 1000) for channel, number, oldest in rows]
