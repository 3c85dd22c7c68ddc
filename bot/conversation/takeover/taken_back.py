"""Calls that are over because somebody took the conversation, or answered a cry for help."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.engine import Connection

from bot.clock import now_ms
from bot.conversation.takeover import calls
from bot.conversation.takeover.calls import (
    CHANGED,
    DROPPED,
    DUE,
    MAX_ATTEMPTS,
    RETRY_MS,
    SENT,
    TO_CHANGE,
    Alert,
)
from bot.conversation.takeover.ladder import GROUP
from bot.privacy.sealing import Sealer
from bot.storage.tables import alerts

# Where a call can be changed after it was made.
CHANGEABLE = (GROUP,)


def begin(connection: Connection, handoff_id: str) -> None:
    """Drops what was not sent; what was sent and can be changed is to be."""
    now = now_ms()
    own = update(alerts).where(alerts.c.handoff_id == handoff_id)
    connection.execute(own.where(alerts.c.state == DUE).values(state=DROPPED, settled_at=now))
    connection.execute(
        own.where(alerts.c.state == SENT)
        .where(alerts.c.way.in_(CHANGEABLE))
        .where(alerts.c.provider_id.is_not(None))
        .values(state=TO_CHANGE, due_at=now, attempts=0)
    )


def due(connection: Connection, sealer: Sealer, limit: int = 20) -> list[Alert]:
    """What is to be changed now."""
    return calls.waiting(connection, sealer, TO_CHANGE, limit)


def done(connection: Connection, alert: Alert) -> None:
    """It says that somebody sees to it."""
    connection.execute(
        update(alerts).where(alerts.c.id == alert.id).values(state=CHANGED, settled_at=now_ms())
    )


def failed(connection: Connection, alert: Alert, code: str, *, final: bool) -> None:
    """It is tried again a little later, and left as it is when that is of no use."""
    gives_up = final or alert.attempts + 1 >= MAX_ATTEMPTS
    connection.execute(
        update(alerts)
        .where(alerts.c.id == alert.id)
        .where(alerts.c.state == TO_CHANGE)
        .values(
            # Not SENT: else the next one who takes it would try in vain again.
            state=CHANGED if gives_up else TO_CHANGE,
            attempts=alerts.c.attempts + 1,
            due_at=now_ms() + RETRY_MS,
            error_code=code[:32],
        )
    )


def sent_too_late(connection: Connection, alert: Alert, provider_id: str | None) -> None:
    """It was dropped while it was on its way: it did arrive."""
    can_be_changed = alert.way in CHANGEABLE and provider_id is not None
    connection.execute(
        update(alerts)
        .where(alerts.c.id == alert.id)
        .where(alerts.c.state == DROPPED)
        .values(
            state=TO_CHANGE if can_be_changed else SENT,
            provider_id=provider_id,
            due_at=now_ms(),
            attempts=0,
        )
    )
