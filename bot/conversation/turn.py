"""One turn: what a person wrote goes in, what is answered and remembered comes out.

A worker claims a conversation, not a message. Between the claim and the commit nothing
is locked; the commit first makes sure that the claim still holds, so of two workers that
believe they have a conversation only one is heard.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from sqlalchemy import bindparam, case, func, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import now_ms
from bot.conversation.inbox import content_place
from bot.conversation.messages import Content, Reply
from bot.conversation.outbox import Outbox
from bot.privacy.identity import random_id
from bot.privacy.sealing import Sealer
from bot.storage import bell
from bot.storage.database import Database
from bot.storage.tables import conversations, inbox, outbox, trackers
from bot.triage import levels

logger = logging.getLogger(__name__)

# A message that brought a turn down this often is answered with an apology instead.
MAX_ATTEMPTS = 5
RETRY_AFTER_MS = 500
# More lines than this are several turns; nobody reads one answer to fifty lines.
MAX_LINES = 20

# Built once: building a statement costs as much as running it.
_UPDATE_TRACKER = (
    update(trackers)
    .where(trackers.c.conversation_id == bindparam("whose"))
    .values(state_sealed=bindparam("sealed"), updated_at=bindparam("now"))
)
_INSERT_TRACKER = trackers.insert().values(
    conversation_id=bindparam("whose"),
    state_sealed=bindparam("sealed"),
    updated_at=bindparam("now"),
)
_TRACKER = select(trackers.c.state_sealed).where(trackers.c.conversation_id == bindparam("whose"))
_WAITING = (
    select(inbox.c.id, inbox.c.external_id, inbox.c.content_sealed)
    .where(inbox.c.conversation_id == bindparam("whose"))
    .where(inbox.c.turn_id.is_(None))
    .order_by(inbox.c.id)
    .limit(MAX_LINES)
)
_HELD = (
    select(conversations.c.claim_token, conversations.c.level)
    .where(conversations.c.id == bindparam("whose"))
    .with_for_update()
)
_NEXT = (
    select(conversations.c.id, conversations.c.channel, conversations.c.attempts)
    .where(conversations.c.ready_at <= bindparam("now"))
    .where(
        or_(
            conversations.c.claim_until.is_(None),
            conversations.c.claim_until < bindparam("now"),
        )
    )
    .order_by(conversations.c.ready_at)
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

Effect = Callable[[Connection], None]


@dataclass(frozen=True)
class Claim:
    """The right to answer one conversation until `until` (ms), while the token stands."""

    conversation_id: str
    channel: str
    token: str
    attempts: int


@dataclass(frozen=True)
class Answer:
    """What the assistant made of a turn.

    Attributes:
        replies: Messages to the person, in order.
        state: The tracker to remember, or None to forget it.
        level: darurat, tinggi or biasa.
        effects: What actions changed, run inside the turn's transaction.
        forget: Delete what was said before this turn.
    """

    replies: Sequence[Reply]
    state: bytes | None
    level: str = levels.ORDINARY
    effects: Sequence[Effect] = ()
    forget: bool = False


class Assistant(Protocol):
    """What a turn needs from the engine."""

    def answer(
        self, conversation_id: str, channel: str, state: bytes | None, lines: Sequence[Content]
    ) -> Answer: ...

    def apologise(self, channel: str) -> Sequence[Reply]: ...


@dataclass(frozen=True)
class Outcome:
    """What a finished turn was, for metrics and the terminal: numbers, no words."""

    conversation_id: str
    channel: str
    turn_id: str
    lines: int
    level: str
    seconds: float = 0.0
    apologised: bool = False
    replies: Sequence[Reply] = field(default=(), repr=False)


class TurnRunner:
    """Claims conversations that wait and answers them."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        assistant: Assistant,
        *,
        claim_seconds: float,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._assistant = assistant
        self._outbox = Outbox(sealer)
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
        return Claim(row.id, row.channel, token, row.attempts + 1)

    def renew(self, claim: Claim) -> None:
        """Keeps a claim alive while a long turn is computed."""
        with self._database.claim() as connection:
            connection.execute(
                update(conversations)
                .where(conversations.c.id == claim.conversation_id)
                .where(conversations.c.claim_token == claim.token)
                .values(claim_until=now_ms() + self._claim_ms)
            )

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

    def run(self, claim: Claim) -> Outcome | None:
        """Answers a claimed conversation and commits everything at once.

        Returns:
            The outcome, or None when the claim was lost or the turn failed and will be
            tried again.
        """
        started = time.perf_counter()
        try:
            outcome = self._answer(claim)
        except SQLAlchemyError:
            # The database's trouble, not the message's: the claim runs out by itself.
            raise
        except Exception as error:
            # Type and place only: the message of an exception may quote a person.
            logger.error("turn failed, will be tried again: %s", _describe(error))
            self._put_back(claim)
            return None
        return outcome and replace(outcome, seconds=time.perf_counter() - started)

    def _answer(self, claim: Claim) -> Outcome | None:
        given_up = claim.attempts > MAX_ATTEMPTS
        if given_up:
            row_ids, answer = self._give_up(claim)
        else:
            state, rows = self._load(claim)
            lines = _first_turn(rows)
            row_ids = [row_id for row_id, _ in lines]
            contents = [content for _, content in lines]
            if contents:
                answer = self._assistant.answer(
                    claim.conversation_id, claim.channel, state, contents
                )
        if not row_ids:
            self._release(claim)
            return None
        turn_id = random_id()
        if not self._commit(claim, turn_id, row_ids, answer):
            logger.warning("turn discarded: another worker has the conversation")
            return None
        return Outcome(
            conversation_id=claim.conversation_id,
            channel=claim.channel,
            turn_id=turn_id,
            lines=len(row_ids),
            level=answer.level,
            apologised=given_up,
            replies=answer.replies,
        )

    def _give_up(self, claim: Claim) -> tuple[list[int], Answer]:
        """Apologises for the oldest line without opening it, and forgets the tracker."""
        logger.error("turn given up after %d attempts", MAX_ATTEMPTS)
        with self._database.read() as connection:
            oldest = connection.execute(_WAITING, {"whose": claim.conversation_id}).first()
        answer = Answer(self._assistant.apologise(claim.channel), state=None)
        return ([oldest.id] if oldest else []), answer

    def _load(self, claim: Claim) -> tuple[bytes | None, list[tuple[int, Content]]]:
        with self._database.read() as connection:
            whose = {"whose": claim.conversation_id}
            sealed = connection.execute(_TRACKER, whose).scalar()
            rows = connection.execute(_WAITING, whose).all()
        state = None
        if sealed is not None:
            state = self._sealer.open(sealed, _tracker_place(claim.conversation_id))
        opened = [
            (
                row.id,
                Content.decode(
                    self._sealer.open(
                        row.content_sealed,
                        content_place(claim.conversation_id, row.external_id),
                    )
                ),
            )
            for row in rows
        ]
        return state, opened

    def _commit(self, claim: Claim, turn_id: str, row_ids: Sequence[int], answer: Answer) -> bool:
        now = now_ms()
        conversation_id = claim.conversation_id
        with self._database.write() as connection:
            held = connection.execute(_HELD, {"whose": conversation_id}).first()
            if held is None or held.claim_token != claim.token:
                return False
            if answer.forget:
                self._forget(connection, conversation_id)
            for effect in answer.effects:
                effect(connection)
            self._remember(connection, conversation_id, answer.state, now)
            self._outbox.add(connection, conversation_id, claim.channel, turn_id, answer.replies)
            connection.execute(update(inbox).where(inbox.c.id.in_(row_ids)).values(turn_id=turn_id))
            still_waiting = connection.execute(_WAITING, {"whose": conversation_id}).first()
            level = levels.ORDINARY if answer.forget else levels.highest(held.level, answer.level)
            connection.execute(
                update(conversations)
                .where(conversations.c.id == conversation_id)
                .values(
                    # What came meanwhile has set `ready_at` itself.
                    ready_at=conversations.c.ready_at if still_waiting else None,
                    claim_token=None,
                    claim_until=None,
                    attempts=0,
                    level=level,
                )
            )
            bell.ring(connection)
        return True

    def _remember(
        self, connection: Connection, conversation_id: str, state: bytes | None, now: int
    ) -> None:
        if state is None:
            connection.execute(
                trackers.delete().where(trackers.c.conversation_id == conversation_id)
            )
            return
        sealed = self._sealer.seal(state, _tracker_place(conversation_id))
        row = {"whose": conversation_id, "sealed": sealed, "now": now}
        # The conversation is locked: nobody else writes this row between the two.
        if connection.execute(_UPDATE_TRACKER, row).rowcount == 0:
            connection.execute(_INSERT_TRACKER, row)

    @staticmethod
    def _forget(connection: Connection, conversation_id: str) -> None:
        """Deletes what was answered before; what still waits stays to be answered."""
        connection.execute(
            inbox.delete()
            .where(inbox.c.conversation_id == conversation_id)
            .where(inbox.c.turn_id.is_not(None))
        )
        connection.execute(outbox.delete().where(outbox.c.conversation_id == conversation_id))

    def _release(self, claim: Claim) -> None:
        """Nothing was there to answer."""
        with self._database.claim() as connection:
            has_more = connection.execute(_WAITING, {"whose": claim.conversation_id}).first()
            connection.execute(
                update(conversations)
                .where(conversations.c.id == claim.conversation_id)
                .where(conversations.c.claim_token == claim.token)
                .values(
                    ready_at=now_ms() if has_more else None,
                    claim_token=None,
                    claim_until=None,
                    attempts=0,
                )
            )

    def _put_back(self, claim: Claim) -> None:
        """The turn failed: the conversation is ready again a little later."""
        with self._database.claim() as connection:
            connection.execute(
                update(conversations)
                .where(conversations.c.id == claim.conversation_id)
                .where(conversations.c.claim_token == claim.token)
                .values(
                    ready_at=now_ms() + RETRY_AFTER_MS * claim.attempts,
                    claim_token=None,
                    claim_until=None,
                )
            )


def _first_turn(rows: Sequence[tuple[int, Content]]) -> list[tuple[int, Content]]:
    """The lines that are answered together: plain texts in a row, or one other message."""
    turn: list[tuple[int, Content]] = []
    for row in rows:
        plain = _is_plain(row[1])
        if turn and not plain:
            break
        turn.append(row)
        if not plain:
            break
    return turn


def _is_plain(content: Content) -> bool:
    return not (content.payload or content.attachments or content.location or content.edited)


def _describe(error: Exception) -> str:
    """The class of an error and where it was raised, without its message."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown place"
    return f"{type(error).__name__} at {place}"


def _tracker_place(conversation_id: str) -> str:
    return f"trackers.state:{conversation_id}"
