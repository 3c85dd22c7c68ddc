"""Alerts: whom they go to, and what became of them. They hold a level and a link, no words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select, update
from sqlalchemy.engine import Connection, Row

from bot.clock import now_ms
from bot.conversation.takeover.ladder import DUTY, GROUP, MAIL
from bot.errors import OperatorError
from bot.privacy.identity import random_id
from bot.privacy.sealing import Sealer
from bot.storage.tables import alert_targets, alerts, handoffs

DUE, SENT, FAILED, NONE = "due", "sent", "failed", "none"
# Somebody saw to it first: not sent at all; or sent, and to be changed so that it says so.
DROPPED, TO_CHANGE, CHANGED = "dropped", "change", "changed"
# What may have reached somebody, or still may.
_HOPEFUL = (DUE, SENT, TO_CHANGE, CHANGED)
# A call that is not made within this is no help any more.
MAX_ATTEMPTS = 3
RETRY_MS = 1_500

NO_SUCH_TARGET = "There is no such telephone or mailbox; see: suluh desk office"


@dataclass(frozen=True)
class Target:
    """A telephone on duty, or a mailbox."""

    id: str
    way: str
    position: int
    label: str


@dataclass(frozen=True)
class Alert:
    """One call that is to be made, or changed.

    Attributes:
        address: None for the group, which the settings name.
        provider_id: Of the message, once it was sent.
    """

    id: int
    handoff_id: str
    level: str
    way: str
    attempts: int
    address: str | None = field(default=None, repr=False)
    provider_id: str | None = None


def plan(
    connection: Connection, handoff_id: str, step: int, ways: Sequence[str], *, has_group: bool
) -> None:
    """Notes the calls of a step."""
    for way in ways:
        found = _targets_of(connection, handoff_id, way)
        if way == GROUP:
            _add(connection, handoff_id, step, GROUP, None, DUE if has_group else NONE)
        elif not found:
            _add(connection, handoff_id, step, way, None, NONE)
        for target_id in found:
            _add(connection, handoff_id, step, way, target_id, DUE)


def due(connection: Connection, sealer: Sealer, limit: int = 20) -> list[Alert]:
    """The calls to be made now, the eldest first."""
    return waiting(connection, sealer, DUE, limit)


def waiting(connection: Connection, sealer: Sealer, state: str, limit: int) -> list[Alert]:
    """The calls in a state whose time has come, the eldest first."""
    rows = connection.execute(
        select(alerts, handoffs.c.level, alert_targets.c.address_sealed)
        .join(handoffs, handoffs.c.id == alerts.c.handoff_id)
        .outerjoin(alert_targets, alert_targets.c.id == alerts.c.target_id)
        .where(alerts.c.state == state)
        .where(alerts.c.due_at <= now_ms())
        .order_by(alerts.c.id)
        .limit(limit)
    ).all()
    return [_alert(sealer, row) for row in rows]


def last_at(connection: Connection, handoff_id: str, *, since: int) -> int | None:
    """When staff were called last, if that was after `since`."""
    moment: int | None = connection.execute(
        select(func.max(alerts.c.created_at))
        .where(alerts.c.handoff_id == handoff_id)
        .where(alerts.c.created_at > since)
    ).scalar()
    return moment


def seconds_until_due(connection: Connection) -> float | None:
    """How long until a call is to be made or changed; None when none waits."""
    query = select(func.min(alerts.c.due_at)).where(alerts.c.state.in_((DUE, TO_CHANGE)))
    soonest = connection.execute(query).scalar()
    return None if soonest is None else max(0.0, (soonest - now_ms()) / 1000)


def sent(connection: Connection, alert: Alert, provider_id: str | None) -> bool:
    """It was made; False when it was dropped while it was on its way."""
    return _settle(connection, alert, SENT, provider_id=provider_id)


def not_sent(connection: Connection, alert: Alert, code: str, *, final: bool) -> None:
    """It is tried again a little later; when that is of no use the next step follows at once."""
    if final or alert.attempts + 1 >= MAX_ATTEMPTS:
        if _settle(connection, alert, FAILED, error_code=code[:32]):
            _escalate(connection, alert)
        return
    connection.execute(
        update(alerts)
        .where(alerts.c.id == alert.id)
        .where(alerts.c.state == DUE)
        .values(
            attempts=alerts.c.attempts + 1,
            due_at=now_ms() + RETRY_MS,
            error_code=code[:32],
        )
    )


def add_target(connection: Connection, sealer: Sealer, way: str, label: str, address: str) -> str:
    """Adds a telephone at the end of the duty list, or a mailbox; gives its id."""
    last = connection.execute(
        select(func.max(alert_targets.c.position)).where(alert_targets.c.way == way)
    ).scalar()
    target_id = random_id()
    connection.execute(
        alert_targets.insert().values(
            id=target_id,
            way=way,
            position=(last or 0) + 1,
            label=label,
            address_sealed=sealer.seal(address.encode(), _place(target_id)),
            created_at=now_ms(),
        )
    )
    return target_id


def remove_target(connection: Connection, target_id: str) -> None:
    """Raises OperatorError when there is no such target."""
    gone = connection.execute(alert_targets.delete().where(alert_targets.c.id == target_id))
    if not gone.rowcount:
        raise OperatorError(NO_SUCH_TARGET)


def targets(connection: Connection) -> list[Target]:
    """All of them, in the order in which they are called; no address is shown."""
    rows = connection.execute(
        select(alert_targets).order_by(alert_targets.c.way, alert_targets.c.position)
    )
    return [Target(row.id, row.way, row.position, row.label) for row in rows]


def _targets_of(connection: Connection, handoff_id: str, way: str) -> list[str]:
    """Every mailbox; of the telephones on duty the next one that was not called yet."""
    if way not in (MAIL, DUTY):
        return []
    query = select(alert_targets.c.id).where(alert_targets.c.way == way)
    ids: list[str] = list(connection.execute(query.order_by(alert_targets.c.position)).scalars())
    if way == MAIL or not ids:
        return ids
    called = connection.execute(
        select(func.count())
        .select_from(alerts)
        .where(alerts.c.handoff_id == handoff_id)
        .where(alerts.c.way == DUTY)
        .where(alerts.c.target_id.is_not(None))
        .where(alerts.c.state != DROPPED)
    ).scalar_one()
    return [ids[called % len(ids)]]


def is_hopeful(connection: Connection, handoff_id: str) -> bool:
    """Whether somebody was called since it began to wait, or may still be."""
    found = connection.execute(
        select(alerts.c.id)
        .join(handoffs, handoffs.c.id == alerts.c.handoff_id)
        .where(alerts.c.handoff_id == handoff_id)
        .where(alerts.c.created_at >= handoffs.c.steps_from)
        .where(alerts.c.state.in_(_HOPEFUL))
        .limit(1)
    )
    return found.first() is not None


def _escalate(connection: Connection, alert: Alert) -> None:
    """Brings the next step forward when nobody was called at all."""
    if not is_hopeful(connection, alert.handoff_id):
        connection.execute(
            update(handoffs)
            .where(handoffs.c.id == alert.handoff_id)
            # What is held and nobody is called to has no next step.
            .where(or_(handoffs.c.state == "waiting", handoffs.c.due_at.is_not(None)))
            .values(due_at=now_ms())
        )


def _add(
    connection: Connection, handoff_id: str, step: int, way: str, target: str | None, state: str
) -> None:
    now = now_ms()
    connection.execute(
        alerts.insert().values(
            handoff_id=handoff_id,
            step=step,
            way=way,
            target_id=target,
            state=state,
            due_at=now,
            created_at=now,
            settled_at=now if state == NONE else None,
        )
    )


def _settle(connection: Connection, alert: Alert, state: str, **values: str | None) -> bool:
    """Notes what became of a call; False when it was dropped meanwhile."""
    done = connection.execute(
        update(alerts)
        .where(alerts.c.id == alert.id)
        .where(alerts.c.state == DUE)
        .values(state=state, settled_at=now_ms(), **values)
    )
    return bool(done.rowcount)


def _alert(sealer: Sealer, row: Row) -> Alert:
    address = (
        None
        if row.target_id is None or row.address_sealed is None
        else sealer.open(row.address_sealed, _place(row.target_id)).decode()
    )
    return Alert(row.id, row.handoff_id, row.level, row.way, row.attempts, address, row.provider_id)


def _place(target_id: str) -> str:
    return f"alert_targets.address:{target_id}"
