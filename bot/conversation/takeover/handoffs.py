"""Conversations that wait for a human or are held by one.

Who holds a conversation stands in its own row (`held_by`, `held_until`), which each turn locks
before it commits: that is why the assistant never speaks after a human took over. Functions that
take a connection want the conversation locked by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import Select

from bot.clock import now_ms
from bot.conversation.takeover import calls, erasing, taken_back, transcript
from bot.conversation.takeover.ladder import Ladder, beside_holder, ladders
from bot.errors import OperatorError
from bot.privacy import desk
from bot.privacy.identity import random_id
from bot.storage.locks import lock_conversations
from bot.storage.tables import conversations, handoffs, staff
from bot.triage import levels

WAITING, HELD, ENDED = "waiting", "held", "ended"
# Why a human is called.
WISH, LEVEL, TIP, STAFF = "wish", "level", "tip", "staff"
# How it ended: handed back, or the lease ran out after the last word was said.
BACK, LAPSED = "back", "lapsed"

NO_SUCH = "There is no such conversation in the queue; see: suluh desk list"
OVER = "This conversation was handed back already."
NOT_HELD = "You do not hold this conversation any more; take it again first."


# Why something is refused, for a program; `console/templates/kata.yml` has a sentence for each.
Reason = Literal[
    "other", "no_such", "over", "taken", "not_held", "unknown_member", "level", "field",
    "empty", "too_long", "too_long_here", "stopped", "unreachable", "quiet",
]  # fmt: skip


class TakeoverError(OperatorError):
    """It is not possible; the message says why, and `reason` says it for a program."""

    def __init__(self, message: str, reason: Reason = "other") -> None:
        super().__init__(message)
        self.reason = reason


class TakenByOther(TakeoverError):
    """Somebody else holds the conversation: `holder`."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"{holder} is answering already.", "taken")
        self.holder = holder


class NotHeld(TakeoverError):
    """The conversation is not, or no longer, held by this member."""

    def __init__(self) -> None:
        super().__init__(NOT_HELD, "not_held")


@dataclass(frozen=True)
class Handoff:
    """One conversation of the queue, without a word of it. Times in milliseconds since 1970.

    Attributes:
        staff_id: Who holds it, or None.
        held_until: When the lease of the holder runs out.
        offered_to: Whom the holder wants to take it over.
        due_at: When staff are called next; None when they are not.
    """

    id: str
    conversation_id: str
    channel: str
    reason: str
    level: str
    state: str
    opened_at: int
    staff_id: str | None = None
    held_until: int | None = None
    offered_to: str | None = None
    acknowledged_at: int | None = None
    told_at: int | None = None
    step: int = 0
    steps_from: int = 0
    due_at: int | None = None
    taken_at: int | None = None

    @property
    def ladder(self) -> Ladder:
        """By which staff are called to it."""
        return beside_holder() if self.state == HELD else ladders()[self.level]

    @property
    def is_cried_into(self) -> bool:
        """Whether the person cried for help and the holder has not answered yet."""
        return self.state == HELD and self.due_at is not None

    def is_free(self, now: int) -> bool:
        """Whether anybody may take it, though somebody has it."""
        if self.held_until is None or self.held_until <= now:
            return True
        return self.is_cried_into and self.steps_from + self.ladder.lease_ms <= now


def call(connection: Connection, conversation_id: str, reason: str, level: str) -> None:
    """Calls a human to a conversation, or makes the call that was made already graver.

    Does nothing while there is no desk: nobody could read what is said.
    """
    now = now_ms()
    row = _open_row(connection, conversation_id)
    if row is None:
        if desk.current(connection) is not None:
            connection.execute(
                handoffs.insert().values(
                    id=random_id(),
                    conversation_id=conversation_id,
                    reason=reason,
                    level=level,
                    state=WAITING,
                    opened_at=now,
                    steps_from=now,
                    due_at=now,
                )
            )
        return
    if levels.LEVELS.index(level) <= levels.LEVELS.index(row.level):
        return
    again = _from_the_first_step(now) if row.state == WAITING else {}
    connection.execute(update(handoffs).where(handoffs.c.id == row.id).values(level=level, **again))
    _shorten_lease(connection, conversation_id, now + ladders()[level].lease_ms)


def cry(connection: Connection, handoff: Handoff, *, is_plain: bool) -> None:
    """The person cries for help while somebody holds the conversation.

    The others are called until the holder answers: at once when it is plain, else a little later.
    Who answers each cry is not called over at each of them.
    """
    now, ladder = now_ms(), beside_holder()
    before = calls.last_at(connection, handoff.id, since=handoff.taken_at or 0)
    pause_ends = 0 if before is None else before + ladder.pause_ms
    begins = max(now if is_plain else now + ladder.unsure_ms, pause_ends)
    is_called = handoff.due_at is not None and (handoff.step > 0 or handoff.due_at <= begins)
    if not is_called:
        _change(connection, handoff, **_from_the_first_step(begins))


def queue(connection: Connection) -> list[Handoff]:
    """All that has not ended: who waits first, the gravest and then the eldest before."""
    rows = connection.execute(_listed().where(handoffs.c.state != ENDED)).all()
    found = [_handoff(row) for row in rows]
    return sorted(
        found,
        key=lambda one: (
            one.state != WAITING,
            -levels.LEVELS.index(one.level),
            one.opened_at,
            one.id,
        ),
    )


def waiting(connection: Connection) -> int:
    """How many conversations wait for a human."""
    query = select(func.count()).select_from(handoffs).where(handoffs.c.state == WAITING)
    count: int = connection.execute(query).scalar_one()
    return count


def find(connection: Connection, handoff_id: str) -> Handoff:
    """One of them, also when it has ended.

    Raises:
        TakeoverError: There is none.
    """
    row = connection.execute(_listed().where(handoffs.c.id == handoff_id)).first()
    if row is None:
        raise TakeoverError(NO_SUCH, "no_such")
    return _handoff(row)


def locked(connection: Connection, handoff_id: str) -> Handoff:
    """The same, with its conversation locked: nobody else changes it now.

    Raises:
        TakeoverError: There is none, or it has ended.
    """
    lock_conversations(connection, [find(connection, handoff_id).conversation_id])
    # Read again: who waited for the lock saw what was before.
    handoff = find(connection, handoff_id)
    if handoff.state == ENDED:
        raise TakeoverError(OVER, "over")
    return handoff


def hold(connection: Connection, handoff: Handoff, staff_id: str) -> None:
    """Gives a conversation to a member of staff.

    Raises:
        TakenByOther: Somebody else holds it, and did not offer it to this member.
    """
    now = now_ms()
    has_it = handoff.state == HELD and handoff.staff_id == staff_id
    is_free = handoff.state != HELD or handoff.staff_id is None or handoff.is_free(now)
    if not (has_it or is_free or handoff.offered_to == staff_id):
        raise TakenByOther(_name(connection, handoff.staff_id))
    if not has_it:
        answered(connection, handoff)
    _change(
        connection,
        handoff,
        state=HELD,
        staff_id=staff_id,
        offered_to=None,
        taken_at=now,
        acknowledged_at=now,
    )
    renew(connection, handoff, staff_id)


def answered(connection: Connection, handoff: Handoff) -> None:
    """Somebody sees to it: the others are called no more, and told so."""
    # Before the row of the handoff: a call that failed changes them in this order, too.
    taken_back.begin(connection, handoff.id)
    _change(connection, handoff, due_at=None)


def renew(connection: Connection, handoff: Handoff, staff_id: str) -> None:
    """The lease begins anew: its holder has just done something."""
    until = now_ms() + ladders()[handoff.level].lease_ms
    connection.execute(
        update(conversations)
        .where(conversations.c.id == handoff.conversation_id)
        .values(held_by=staff_id, held_until=until)
    )


def require_holder(handoff: Handoff, staff_id: str) -> None:
    """Makes sure that a member still holds a conversation.

    Raises:
        NotHeld: The lease ran out, or somebody else has it.
    """
    is_holder = handoff.state == HELD and handoff.staff_id == staff_id
    if not is_holder or (handoff.held_until or 0) <= now_ms():
        raise NotHeld()


def offer(connection: Connection, handoff: Handoff, to_staff_id: str) -> None:
    """The holder wants somebody to take it over, and keeps it until then."""
    _change(connection, handoff, offered_to=to_staff_id)


def end(connection: Connection, handoff: Handoff, how: str) -> None:
    """From now on the assistant answers again."""
    taken_back.begin(connection, handoff.id)
    _change(connection, handoff, state=ENDED, ending=how, ended_at=now_ms(), due_at=None)
    _free(connection, handoff)


def lapse(connection: Connection, handoff: Handoff) -> bool:
    """The lease ran out.

    Returns:
        Whether somebody still waits: then the next officer is called, and if not it is over.
    """
    if transcript.staff_spoke_last(connection, handoff.id):
        end(connection, handoff, LAPSED)
        return False
    now = now_ms()
    _change(
        connection,
        handoff,
        state=WAITING,
        staff_id=None,
        silent_id=handoff.staff_id,
        offered_to=None,
        acknowledged_at=None,
        steps_from=now,
        step=0,
        due_at=now,
    )
    _free(connection, handoff)
    return True


def acknowledge(connection: Connection, handoff: Handoff) -> None:
    """Somebody said that he or she sees to it: no further calls for a while."""
    now = now_ms()
    if handoff.state == WAITING or handoff.is_cried_into:
        later = now + handoff.ladder.acknowledged_ms
        _change(connection, handoff, acknowledged_at=now, due_at=later)


def climbed(
    connection: Connection, handoff: Handoff, *, step: int, due_at: int | None, told: bool
) -> None:
    """Notes that a step of the ladder was taken, and when the next one is due."""
    values = {"step": step, "due_at": due_at, **({"told_at": now_ms()} if told else {})}
    _change(connection, handoff, **values)


def set_level(connection: Connection, handoff: Handoff, level: str) -> None:
    """A human says how grave it is; the only way for a level to fall but time."""
    _change(connection, handoff, level=level)
    connection.execute(
        update(conversations)
        .where(conversations.c.id == handoff.conversation_id)
        .values(level=level, level_at=now_ms())
    )


def before(connection: Connection, handoff: Handoff) -> str | None:
    """The id of the one of the same conversation that ended before this one began."""
    query = (
        select(handoffs.c.id)
        .where(handoffs.c.conversation_id == handoff.conversation_id)
        .where(handoffs.c.state == ENDED)
        .where(handoffs.c.id != handoff.id)
        .where(handoffs.c.opened_at <= handoff.opened_at)
        .order_by(handoffs.c.opened_at.desc(), handoffs.c.id)
        .limit(1)
    )
    found: str | None = connection.execute(query).scalar()
    return found


def of_conversation(connection: Connection, conversation_id: str) -> Handoff | None:
    """The handoff of a conversation that has not ended."""
    row = connection.execute(
        _listed()
        .where(handoffs.c.conversation_id == conversation_id)
        .where(handoffs.c.state != ENDED)
    ).first()
    return None if row is None else _handoff(row)


def _open_row(connection: Connection, conversation_id: str) -> Row | None:
    row: Row | None = connection.execute(
        select(handoffs.c.id, handoffs.c.level, handoffs.c.state)
        .where(handoffs.c.conversation_id == conversation_id)
        .where(handoffs.c.state != ENDED)
    ).first()
    return row


def _change(connection: Connection, handoff: Handoff, **values: object) -> None:
    connection.execute(update(handoffs).where(handoffs.c.id == handoff.id).values(**values))


def _free(connection: Connection, handoff: Handoff) -> None:
    connection.execute(
        update(conversations)
        .where(conversations.c.id == handoff.conversation_id)
        .values(held_by=None, held_until=None)
    )
    erasing.carry_out(connection, handoff.conversation_id)


def _from_the_first_step(moment: int) -> dict[str, object]:
    return {"due_at": moment, "steps_from": moment, "step": 0, "acknowledged_at": None}


def _shorten_lease(connection: Connection, conversation_id: str, until: int) -> None:
    """What is graver may be left alone for less long."""
    connection.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .where(conversations.c.held_until > until)
        .values(held_until=until)
    )


def _listed() -> Select:
    return select(handoffs, conversations.c.channel, conversations.c.held_until).join(
        conversations, conversations.c.id == handoffs.c.conversation_id
    )


def _handoff(row: Row) -> Handoff:
    return Handoff(
        id=row.id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        reason=row.reason,
        level=row.level,
        state=row.state,
        opened_at=row.opened_at,
        staff_id=row.staff_id,
        held_until=row.held_until,
        offered_to=row.offered_to,
        acknowledged_at=row.acknowledged_at,
        told_at=row.told_at,
        step=row.step,
        steps_from=row.steps_from,
        due_at=row.due_at,
        taken_at=row.taken_at,
    )


def _name(connection: Connection, staff_id: str | None) -> str:
    name = connection.execute(select(staff.c.name).where(staff.c.id == staff_id)).scalar()
    return str(name or "Somebody else")
