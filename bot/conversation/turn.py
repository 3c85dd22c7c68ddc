"""One turn: what a person wrote goes in, what is answered and remembered comes out.

Everything of a turn is committed at once, and only while its claim holds (queue.py).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Connection, Row

from bot.clock import now_ms
from bot.conversation import phrasebook, standing
from bot.conversation.capabilities import EVERYTHING, Capabilities
from bot.conversation.context import Call, Effect
from bot.conversation.inbox import open_content
from bot.conversation.messages import Content, Reply
from bot.conversation.outbox import FOR_MORE, FOR_WINDOW, STOPPED, Outbox
from bot.conversation.queue import Claim, Locked, Queue
from bot.conversation.rendering import render
from bot.conversation.takeover import beside, handoffs, transcript
from bot.conversation.takeover.words import BACK_AGAIN, STILL_WAITS
from bot.conversation.wiping import wipe
from bot.knowledge import unanswered
from bot.knowledge.unanswered import Unanswered
from bot.lexicon import is_keyword
from bot.privacy.identity import random_id
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage import bell
from bot.storage.database import PASSING_TROUBLE, Database
from bot.storage.tables import attachments, inbox, trackers
from bot.triage import levels

logger = logging.getLogger(__name__)

# What a conversation was taken for this often in vain is answered with an apology instead. A
# take that ended in silence counts once: its worker may have been killed for any reason, and
# whoever wrote has a right to an answer. One that ended in an error counts twice. Less than
# CRASH_LIMIT of suluh/supervisor.py, for a message may be what kills its worker.
MAX_TAKES = 6
# More lines than this are several turns; nobody reads one answer to fifty lines.
MAX_LINES = 20
# Whole messages about the messages themselves; each is a turn of its own.
KEYWORDS = ("lanjut", "stop", "mulai")
# What a human sees of a message that does not open.
UNREADABLE = "(tidak terbaca)"
# Telegram's own way to begin, also from a link.
START = "/start"
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


@dataclass(frozen=True)
class Answer:
    """What the assistant made of a turn.

    Attributes:
        replies: Messages to the person, in order.
        state: The tracker to remember, or None to forget it.
        level: darurat, tinggi or biasa.
        effects: What actions changed, run inside the turn's transaction.
        forget: Delete what was said before this turn.
        stop: The person wants no more messages, after these replies.
        wipe: What was said in this conversation so far goes, but for these replies.
        calls: A human who is called; None when none is. A cry for help calls one by itself.
        unanswered: A question that found no answer, to be filed for staff.
        keeps_more: The rest of a long answer may still be asked for.
    """

    replies: Sequence[Reply]
    state: bytes | None
    level: str = levels.ORDINARY
    effects: Sequence[Effect] = ()
    forget: bool = False
    stop: bool = False
    wipe: bool = False
    calls: Call | None = None
    unanswered: Unanswered | None = None
    keeps_more: bool = False


class Assistant(Protocol):
    """What a turn needs from the engine."""

    def answer(
        self, conversation_id: str, channel: str, state: bytes | None, lines: Sequence[Content]
    ) -> Answer: ...

    def apologise(self, channel: str) -> Sequence[Reply]: ...

    def level(self, lines: Sequence[Content]) -> str:
        """How urgent lines are that a human answers."""


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
    """Answers the conversations that `queue` hands out."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        assistant: Assistant,
        *,
        claim_seconds: float,
        capabilities: Mapping[str, Capabilities] | None = None,
    ) -> None:
        self._capabilities = capabilities or {}
        self.queue = Queue(database, claim_seconds=claim_seconds)
        self._database = database
        self._sealer = sealer
        self._assistant = assistant
        self._outbox = Outbox(sealer)

    def run(self, claim: Claim) -> Outcome | None:
        """Answers a claimed conversation and commits everything at once.

        Returns:
            The outcome, or None when the claim was lost or the turn failed and will be
            tried again.
        """
        started = time.perf_counter()
        try:
            outcome = self._answer(claim)
        except PASSING_TROUBLE:
            # The database's trouble, not the message's: it costs the message no attempt.
            self.queue.put_back(claim, attempts=claim.attempts - 1)
            raise
        except Exception as error:
            # Type and place only: the message of an exception may quote a person.
            logger.error("turn failed, will be tried again: %s", describe(error))
            self.queue.put_back(claim, attempts=claim.attempts + 1)
            return None
        return outcome and replace(outcome, seconds=time.perf_counter() - started)

    def _answer(self, claim: Claim) -> Outcome | None:
        state, rows = self._load(claim)
        if not rows:
            self.queue.release(claim)
            return None
        given_up = claim.attempts > MAX_TAKES
        if given_up:
            turn = _Turn([rows[0].id], self._if_it_opens(claim, rows[0]))
            answer = self._give_up(claim, turn.contents)
        else:
            # After a failure one line at a time: an innocent one must not fall with the other.
            turn = self._first_turn(claim, rows, most=1 if claim.attempts > 1 else MAX_LINES)
            answer = self._answer_to(claim, state, turn.contents)
        turn_id = random_id()
        try:
            replies = self._commit(claim, turn_id, turn, answer)
        except _HandedBack:
            # Nobody has answered these lines: they are read again, by the assistant.
            self.queue.put_back(claim, attempts=claim.attempts - 1)
            return None
        if replies is None:
            logger.warning("turn discarded: another worker has the conversation")
            return None
        return Outcome(
            conversation_id=claim.conversation_id,
            channel=claim.channel,
            turn_id=turn_id,
            lines=len(turn.row_ids),
            level=answer.level,
            apologised=given_up,
            replies=replies,
        )

    def _answer_to(self, claim: Claim, state: bytes | None, contents: Sequence[Content]) -> Answer:
        if claim.held:
            # A human answers. How grave it is counts all the same.
            return Answer((), state, level=self._assistant.level(contents))
        return self._more(claim, state, contents) or self._assistant.answer(
            claim.conversation_id, claim.channel, state, contents
        )

    def _more(
        self, claim: Claim, state: bytes | None, contents: Sequence[Content]
    ) -> Answer | None:
        """The next part of a long answer, when that is what the person asks for."""
        asked = contents[0]
        if not is_keyword("lanjut", asked.text) or asked.attachments or asked.location:
            return None
        whose = claim.conversation_id
        with self._database.read() as connection:
            if not self._outbox.has_more(connection, whose):
                return None

        def release(connection: Connection) -> None:
            self._outbox.release(connection, whose, FOR_MORE, limit=1)

        return Answer((), state, effects=[release], keeps_more=True)

    def _load(self, claim: Claim) -> tuple[bytes | None, Sequence[Row]]:
        with self._database.read() as connection:
            whose = {"whose": claim.conversation_id}
            sealed = connection.execute(_TRACKER, whose).scalar()
            rows = connection.execute(_WAITING, whose).all()
        if sealed is None:
            return None, rows
        try:
            return self._sealer.open(sealed, tracker_place(claim.conversation_id)), rows
        except SealBroken:
            logger.error("a tracker did not open and is begun anew")
            return None, rows

    def _open(self, claim: Claim, row: Row) -> Content:
        return open_content(self._sealer, claim.conversation_id, row)

    def _first_turn(self, claim: Claim, rows: Sequence[Row], most: int) -> _Turn:
        """The lines that are answered together: plain texts in a row, or one other message.

        A correction takes the place of its line when that line is answered now, too.
        """
        turn = _Turn([], [])
        position: dict[str, int] = {}
        for row in rows:
            try:
                content = self._open(claim, row)
            except SealBroken:
                if turn.contents:
                    break  # Its own turn will see to it.
                raise
            corrected = position.get(content.edits or "")
            if corrected is not None:
                turn.row_ids.append(row.id)
                turn.contents[corrected] = replace(content, edits=None)
                continue
            alone = not _is_plain(content)
            if turn.contents and (alone or len(turn.contents) >= most):
                break
            position[row.external_id] = len(turn.contents)
            turn.row_ids.append(row.id)
            turn.contents.append(content)
            if alone:
                break
        return turn

    def _if_it_opens(self, claim: Claim, row: Row) -> list[Content]:
        try:
            return [self._open(claim, row)]
        except (SealBroken, ValueError):
            return []

    def _give_up(self, claim: Claim, contents: Sequence[Content]) -> Answer:
        """Apologises for the oldest line; a cry for help in it is still one."""
        logger.error("turn given up: it brought down every attempt to answer it")
        found = [levels.of_words(content.text) for content in contents]
        level = found[0] if found else levels.SERIOUS
        return Answer(self._assistant.apologise(claim.channel), state=None, level=level)

    def _commit(
        self, claim: Claim, turn_id: str, turn: _Turn, answer: Answer
    ) -> Sequence[Reply] | None:
        """Commits a turn; gives the replies that go out, or None when the claim was lost.

        Raises:
            _HandedBack: A human held the conversation when it was read, and does not any more.
        """
        conversation_id = claim.conversation_id
        with self._database.write() as connection:
            locked = self.queue.lock(connection, claim)
            if locked is None:
                return None
            is_held = locked.held_by is not None and not locked.lapsed
            if claim.held and not is_held and not answer.replies:
                raise _HandedBack
            forget = answer.forget and not is_held
            if forget:
                self._forget(connection, conversation_id, turn)
            connection.execute(
                update(inbox).where(inbox.c.id.in_(turn.row_ids)).values(turn_id=turn_id)
            )
            if is_held:
                # Read under the lock: whoever took over while this was computed is not talked
                # over. What the assistant would have said was not said.
                replies = self._relay(connection, claim, turn, answer)
            else:
                replies = self._conclude(connection, claim, locked, turn_id, turn, answer)
            level = levels.ORDINARY if forget else levels.highest(locked.level, answer.level)
            if call := _call(answer):
                handoffs.call(connection, conversation_id, call.reason, call.level)
            self.queue.finish(connection, claim, level, is_new=level == answer.level)
            bell.ring(connection)
        if forget or locked.lapsed or (answer.wipe and not is_held):
            self._database.close_words_for_good()
        return replies

    def _conclude(
        self,
        connection: Connection,
        claim: Claim,
        locked: Locked,
        turn_id: str,
        turn: _Turn,
        answer: Answer,
    ) -> Sequence[Reply]:
        """Writes what the assistant answers and remembers."""
        conversation_id = claim.conversation_id
        replies = self._allowed(connection, claim, turn, answer)
        if replies or answer.forget or not answer.replies:
            # What nobody reads was not said: it changes nothing, and must not count as
            # read later.
            for effect in answer.effects:
                effect(connection)
            if answer.unanswered is not None:
                unanswered.file(connection, self._sealer, answer.unanswered)
            self._remember(connection, conversation_id, answer.state)
        if locked.lapsed:
            replies = [*self._lapse(connection, claim), *replies]
        parts = render(replies, self._capabilities.get(claim.channel, EVERYTHING))
        self._outbox.add(connection, conversation_id, claim.channel, turn_id, parts)
        if answer.wipe or locked.lapsed:
            wipe(connection, self._sealer, conversation_id)
        return replies

    def _relay(
        self, connection: Connection, claim: Claim, turn: _Turn, answer: Answer
    ) -> Sequence[Reply]:
        """Gives lines to the human who holds the conversation; the assistant says nothing."""
        whose = claim.conversation_id
        handoff = handoffs.of_conversation(connection, whose)
        assert handoff is not None
        for row_id, said in turn.told():
            transcript.add(connection, handoff.id, transcript.PERSON, said, inbox_id=row_id)
        if FOR_WINDOW in self._outbox.held_for(connection, whose):
            self._outbox.release(connection, whose, FOR_WINDOW)
        if any(is_keyword("stop", content.text) for content in turn.contents):
            self._outbox.fail_all(connection, whose, code=STOPPED)
            standing.stop(connection, whose)
        elif any(_resumes(content.text) for content in turn.contents):
            standing.resume(connection, whose)
        shown = self._capabilities.get(claim.channel, EVERYTHING)
        beside.heed(
            connection, self._outbox, handoff, turn.contents, shown,
            level=answer.level, forget=answer.forget,
        )  # fmt: skip
        return ()

    def _lapse(self, connection: Connection, claim: Claim) -> Sequence[Reply]:
        """Ends a lease that ran out; gives what says that the officer is gone."""
        handoff = handoffs.of_conversation(connection, claim.conversation_id)
        if handoff is None:
            return ()
        waits = handoffs.lapse(connection, handoff)
        if not standing.read(connection, claim.conversation_id).may_be_told:
            return ()
        return phrasebook.say(STILL_WAITS if waits else BACK_AGAIN, claim.channel)

    def _allowed(
        self, connection: Connection, claim: Claim, turn: _Turn, answer: Answer
    ) -> Sequence[Reply]:
        """The replies that may go out, once what was held before was seen to.

        Whoever asked us to stop hears nothing until MULAI, but for an answer to a cry for help.
        """
        whose = claim.conversation_id
        held = self._outbox.held_for(connection, whose)
        if FOR_WINDOW in held:
            self._outbox.release(connection, whose, FOR_WINDOW)
        if FOR_MORE in held and not answer.keeps_more:
            self._outbox.drop_more(connection, whose)
        if answer.stop:
            self._outbox.fail_all(connection, whose, code=STOPPED)
            standing.stop(connection, whose)
            return answer.replies
        if not standing.read(connection, whose).stopped:
            return answer.replies
        if any(_resumes(content.text) for content in turn.contents):
            standing.resume(connection, whose)
            return answer.replies
        return answer.replies if answer.level == levels.URGENT else ()

    def _remember(self, connection: Connection, conversation_id: str, state: bytes | None) -> None:
        if state is None:
            connection.execute(
                trackers.delete().where(trackers.c.conversation_id == conversation_id)
            )
            return
        sealed = self._sealer.seal(state, tracker_place(conversation_id))
        row = {"whose": conversation_id, "sealed": sealed, "now": now_ms()}
        # The conversation is locked: nobody else writes this row between the two.
        if connection.execute(_UPDATE_TRACKER, row).rowcount == 0:
            connection.execute(_INSERT_TRACKER, row)

    def _forget(self, connection: Connection, conversation_id: str, turn: _Turn) -> None:
        """Deletes what was answered before; what still waits stays to be answered.

        Files go with their messages, and so do those of the message that asked for it; those
        of a tip that was sent stay with the tip.
        """
        # Refused for a tip after it was sent: such a row has no message any more.
        left_behind = attachments.c.inbox_id.is_(None) & attachments.c.tip_id.is_(None)
        connection.execute(
            attachments.delete()
            .where(attachments.c.conversation_id == conversation_id)
            .where(attachments.c.inbox_id.in_(turn.row_ids) | left_behind)
        )
        connection.execute(
            inbox.delete()
            .where(inbox.c.conversation_id == conversation_id)
            .where(inbox.c.turn_id.is_not(None))
        )
        self._outbox.forget(connection, conversation_id)
        transcript.forget(connection, conversation_id)


@dataclass(frozen=True)
class _Turn:
    """The rows that one answer closes, and what is said in them."""

    row_ids: list[int]
    contents: list[Content]

    def told(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """What a human who answers gets to read, with the row that it came in."""
        if not self.contents:
            yield self.row_ids[0], {"text": UNREADABLE}
        # A correction has a row of its own, and stands in the place of its line.
        for row_id, content in zip(self.row_ids, self.contents):
            yield row_id, transcript.from_person(content)


class _HandedBack(Exception):
    """A human who held the conversation gave it back while the turn was read."""


def _call(answer: Answer) -> Call | None:
    is_cry = answer.level == levels.URGENT
    return Call(handoffs.LEVEL, levels.URGENT) if is_cry else answer.calls


def _is_plain(content: Content) -> bool:
    """Whether the message is a line of text that may be answered with its neighbours."""
    return not (
        content.payload
        or content.attachments
        or content.location
        or content.edits
        or content.text.startswith("/")
        # STOP must not drown in a burst, and what follows LANJUT must be read.
        or any(is_keyword(group, content.text) for group in KEYWORDS)
    )


def _resumes(text: str) -> bool:
    return is_keyword("mulai", text) or text.split(maxsplit=1)[:1] == [START]


def describe(error: Exception) -> str:
    """The class of an error and where it was raised, without its message."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown place"
    return f"{type(error).__name__} at {place}"


def tracker_place(conversation_id: str) -> str:
    return f"trackers.state:{conversation_id}"
