"""What the clock says of the queue: leases that ran out, steps that are due."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.clock import now_ms
from bot.conversation.takeover.handoffs import ENDED, HELD
from bot.storage.tables import conversations, handoffs


def lapsed_ids(connection: Connection, limit: int) -> list[str]:
    """Handoffs whose holder was silent for too long, the longest first."""
    rows = connection.execute(
        select(handoffs.c.id)
        .join(conversations, conversations.c.id == handoffs.c.conversation_id)
        .where(handoffs.c.state == HELD)
        .where(conversations.c.held_until <= now_ms())
        .order_by(conversations.c.held_until)
        .limit(limit)
    )
    return list(rows.scalars())


def step_ids(connection: Connection, limit: int) -> list[str]:
    """Handoffs for which a step of their ladder is due."""
    rows = connection.execute(
        select(handoffs.c.id)
        .where(handoffs.c.state != ENDED)
        .where(handoffs.c.due_at <= now_ms())
        .order_by(handoffs.c.due_at)
        .limit(limit)
    )
    return list(rows.scalars())


def seconds_until_due(connection: Connection) -> float | None:
    """How long until a step is due or a lease runs out; None when neither will."""
    step = connection.execute(
        select(func.min(handoffs.c.due_at)).where(handoffs.c.state != ENDED)
    ).scalar()
    lease = connection.execute(select(func.min(conversations.c.held_until))).scalar()
    moments = [moment for moment in (step, lease) if moment is not None]
    return max(0.0, (min(moments) - now_ms()) / 1000) if moments else None
