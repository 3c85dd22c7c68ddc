"""The conversations that wait for an answer, and the right to give one.

A worker claims a conversation, not a message. Between the claim and the commit nothing
is locked; the commit first makes sure that the claim still holds, so of two workers that
believe they have a conversation only one is heard.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, bindparam, case, func, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement, Update

from bot.clock import now_ms
from bot.privacy.identity import random_id
from bot.storage.database import Database
from bot.storage.tables import conversations, inbox
from bot.triage import levels

RETRY_AFTER_MS = 500
# A level falls by itself when no message had it for so long.
LEVEL_KEPT_MS = 48 * 60 * 60_000
# No wait and no claim is this long: further ahead means that the clock was put back.
LONGEST_WAIT_MS = 120_000


def _passed(moment: Column) -> ColumnElement:
    """Whether a moment is over, by the clock of this machine."""
    return or_(moment <= bindparam("now"), moment > bindparam("now") + LONGEST_WAIT_MS)


# Built once: building a statement costs as much as running it.
_ANY_WAITING = (
    select(inbox.c.id)
    .where(inbox.c.conversation_id == bindparam("whose"))
    .where(inbox.c.turn_id.is_(None))
    .limit(1)
)
_HELD = (
    select(
        conversations.c.claim_token,
        conversations.c.level,
        conversations.c.level_at,
        conversations.c.held_by,
        conversations.c.held_until,
    )
    .where(conversations.c.id == bindparam("whose"))
    .with_for_update()
)
_NEXT = (
    select(
        conversations.c.id,
        conversations.c.channel,
        conversations.c.attempts,
        conversations.c.held_until,
    )
    .where(conversations.c.ready_at.is_not(None))
    .where(_passed(conversations.c.ready_at))
    .where(or_(conversations.c.claim_until.is_(None), _passed(conversations.c.claim_until)))
    # Cries for help first, then whoever has waited longest.
    .order_by(conversations.c.urgent.desc(), conversations.c.ready_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(conversations)
    .where(conversations.c.id == bindparam("whose"))
    .values(
        claim_token=bindparam("token"),
        claim_until=bindparam("until"),
        attempts=conversations.c.attempts + 1,
    )
)


# A conversation that nobody answers at the moment.
_FREE = {"claim_token": None, "claim_until": None}


@dataclass(frozen=True)
class Claim:
    """The right to answer one conversation while its token stands in the database.

    Attributes:
        attempts: The takes since the last finished turn, this one included.
        held: Whether a human held the conversation when it was claimed.
    """

    conversation_id: str
    channel: str
    token: str
    attempts: int
    held: bool = False


@dataclass(frozen=True)
class Locked:
    """A claimed conversation, locked until the end of the transaction.

    Attributes:
        level: The gravest that was not too long ago.
        held_by: The member of staff who answers instead of the assistant, or None.
        lapsed: Whether the lease of that member ran out.
    """

    level: str
    held_by: str | None
    lapsed: bool


class Queue:
    """Hands out conversations, the most urgent first.

    Args:
        database: Where they wait.
        claim_seconds: How long a worker that falls silent keeps one from the others.
    """

    def __init__(self, database: Database, *, claim_seconds: float) -> None:
        self._database = database
        self._claim_ms = int(claim_seconds * 1000)

    def claim_next(self) -> Claim | None:
        """Takes the conversation that has waited longest, if one is ready and free."""
        now = now_ms()
        # SQLite: look before taking the write lock, an idle worker must not hold up others.
        if self._database.is_sqlite:
            with self._database.read() as connection:
                if connection.execute(_NEXT, {"now": now}).first() is None:
                    return None
        with self._database.claim() as connection:
            row = connection.execute(_NEXT, {"now": now}).first()
            if row is None:
                return None
            token = random_id()
            connection.execute(
                _TAKE, {"whose": row.id, "token": token, "until": now + self._claim_ms}
            )
        held = row.held_until is not None and row.held_until > now
        return Claim(row.id, row.channel, token, row.attempts + 1, held)

    def renew(self, claim: Claim) -> None:
        """Keeps a claim alive while a long turn is computed."""
        with self._database.claim() as connection:
            connection.execute(_update_held(claim).values(claim_until=now_ms() + self._claim_ms))

    def seconds_until_ready(self) -> float | None:
        """How long until some free conversation is ready; None when none waits."""
        # A claimed conversation is free when its claim has run out.
        when_free = case(
            (conversations.c.claim_until > conversations.c.ready_at, conversations.c.claim_until),
            else_=conversations.c.ready_at,
        )
        with self._database.read() as connection:
            soonest = connection.execute(
                select(func.min(when_free)).where(conversations.c.ready_at.is_not(None))
            ).scalar()
        return None if soonest is None else max(0.0, (soonest - now_ms()) / 1000)

    def lock(self, connection: Connection, claim: Claim) -> Locked | None:
        """The conversation, locked from here on; None when the claim is lost."""
        row = connection.execute(_HELD, {"whose": claim.conversation_id}).first()
        if row is None or row.claim_token != claim.token:
            return None
        now = now_ms()
        is_old = row.level_at is not None and row.level_at < now - LEVEL_KEPT_MS
        return Locked(
            level=levels.ORDINARY if is_old else row.level,
            held_by=row.held_by,
            lapsed=row.held_until is not None and row.held_until <= now,
        )

    def finish(
        self, connection: Connection, claim: Claim, level: str, *, is_new: bool = True
    ) -> None:
        """The turn is answered: frees the conversation, for what came meanwhile.

        Args:
            connection: The transaction.
            claim: Of the conversation.
            level: Of the conversation from now on.
            is_new: The turn itself had this level.
        """
        now = now_ms()
        later = func.max if self._database.is_sqlite else func.greatest
        has_more = _has_more(connection, claim)
        connection.execute(
            update(conversations)
            .where(conversations.c.id == claim.conversation_id)
            .values(
                # Whoever has more to say goes to the end of the queue; a line that came
                # meanwhile and is not finished yet has set its own moment.
                ready_at=later(conversations.c.ready_at, now) if has_more else None,
                urgent=conversations.c.urgent if has_more else 0,
                level=level,
                **({"level_at": now} if is_new else {}),
                **_FREE,
                attempts=0,
            )
        )

    def release(self, claim: Claim) -> None:
        """Nothing was there to answer."""
        with self._database.claim() as connection:
            # Locked, or a line that comes in between would be left without a moment.
            connection.execute(_HELD, {"whose": claim.conversation_id})
            ready_at = now_ms() if _has_more(connection, claim) else None
            connection.execute(_update_held(claim).values(ready_at=ready_at, **_FREE, attempts=0))

    def put_back(self, claim: Claim, *, attempts: int) -> None:
        """The turn failed: the conversation is ready again a little later."""
        with self._database.claim() as connection:
            ready_at = now_ms() + RETRY_AFTER_MS * claim.attempts
            connection.execute(
                _update_held(claim).values(ready_at=ready_at, **_FREE, attempts=attempts)
            )


def _has_more(connection: Connection, claim: Claim) -> bool:
    waiting = connection.execute(_ANY_WAITING, {"whose": claim.conversation_id})
    return waiting.first() is not None


def _update_held(claim: Claim) -> Update:
    """An update of the conversation that does nothing once the claim is lost."""
    return (
        update(conversations)
        .where(conversations.c.id == claim.conversation_id)
        .where(conversations.c.claim_token == claim.token)
    )
