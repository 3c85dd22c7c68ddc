"""Reports that were left in the middle: one reminder, then nothing is left of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from sqlalchemy import exists, func, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import ColumnElement, Select

from bot.clock import now_ms
from bot.conversation import saying
from bot.conversation.capabilities import EVERYTHING, Capabilities
from bot.conversation.messages import Reply
from bot.conversation.outbox import Outbox
from bot.conversation.turn import tracker_place
from bot.conversation.wiping import wipe
from bot.privacy import retention
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage import bell
from bot.storage.database import Database
from bot.storage.locks import lock_conversations
from bot.storage.tables import attachments, contacts, conversations, inbox, tip_drafts, trackers
from bot.tips.draft import SLOT, Draft
from bot.tips.questions import SAFE

logger = logging.getLogger(__name__)

REMINDER = "ucapan_lapor_ingat"
REMIND_AFTER_MS = 30 * 60_000
# What is said to the person about a report is written so soon after it was touched.
ANSWERED_WITHIN_MS = 60_000
# So many in one round, so that the thread hears that it is to stop.
BATCH = 100

# As in `tip_drafts.stage`: being told, and not yet sent.
ASKING = "asking"


class Speaker(Protocol):
    """Who finds the words, and knows the memory of a conversation. Called from another thread."""

    def say(self, response: str, channel: str, **values: str) -> Sequence[Reply]:
        """What a response says on a channel."""

    def with_said(self, state: bytes, said: Sequence[Reply]) -> bytes:
        """A conversation's memory, had `said` been said last: one may pick from it."""

    def slot_of(self, state: bytes, name: str) -> Any:
        """What a conversation's memory has in a slot."""


class Keeper:
    """Looks after what stands in `tip_drafts`.

    Args:
        database: Where it stands.
        sealer: Opens and seals the memory of a conversation.
        speaker: Finds the words.
        capabilities: Of the channels; one that is not named shows everything.
    """

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        speaker: Speaker,
        capabilities: Mapping[str, Capabilities] | None = None,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._speaker = speaker
        self._capabilities = capabilities or {}
        self._outbox = Outbox(sealer)

    def keep(self, now: int | None = None) -> tuple[int, int]:
        """Reminds and ends what is due.

        Returns:
            How many were reminded, and how many are gone.
        """
        now = now_ms() if now is None else now
        ended = self._each(_is_over(now), self._end)
        if ended and not self._database.close_words_for_good():
            logger.warning("somebody reads: what was left is wiped off the disk by the next purge")
        reminded = self._each(_is_to_be_reminded(now), self._remind)
        return reminded, ended

    def _each(self, which: ColumnElement, step: Callable[[str, ColumnElement], bool]) -> int:
        with self._database.read() as connection:
            query = _drafts(which).order_by(tip_drafts.c.touched_at).limit(BATCH)
            names = [row.conversation_id for row in connection.execute(query)]
        return sum(step(name, which) for name in names)

    def _remind(self, conversation_id: str, which: ColumnElement) -> bool:
        with self._database.write() as connection:
            draft = _lock(connection, conversation_id, which)
            if draft is None:
                return False
            own = tip_drafts.c.conversation_id == conversation_id
            connection.execute(update(tip_drafts).where(own).values(reminded_at=now_ms()))
            state = self._state(connection, conversation_id)
            if state is None or not self._may_be_written_to(state):
                return False
            said = self._speaker.say(REMINDER, draft.channel)
            shown = self._capabilities.get(draft.channel, EVERYTHING)
            saying.put(
                connection, self._outbox, conversation_id, draft.channel, said, shown,
                is_notice=True,
            )  # fmt: skip
            sealed = self._sealer.seal(
                self._speaker.with_said(state, said), tracker_place(conversation_id)
            )
            connection.execute(
                update(trackers)
                .where(trackers.c.conversation_id == conversation_id)
                .values(state_sealed=sealed)
            )
            bell.ring(connection)
        return True

    def _may_be_written_to(self, state: bytes) -> bool:
        """Whether the person said that it is safe to answer here."""
        draft = Draft.from_slot(self._speaker.slot_of(state, SLOT))
        return draft is not None and draft.fields.get(SAFE) == "ya"

    def _state(self, connection: Connection, conversation_id: str) -> bytes | None:
        sealed = connection.execute(
            select(trackers.c.state_sealed).where(trackers.c.conversation_id == conversation_id)
        ).scalar()
        try:
            place = tracker_place(conversation_id)
            return None if sealed is None else self._sealer.open(sealed, place)
        except SealBroken:
            logger.error("a tracker did not open: its report is not reminded of")
            return None

    def _end(self, conversation_id: str, which: ColumnElement) -> bool:
        # Those that were sent belong to the tip.
        files = (attachments.c.conversation_id == conversation_id) & attachments.c.tip_id.is_(None)
        lock = partial(_lock, conversation_id=conversation_id, which=which)
        retention.delete_files(self._database, files, lock)
        with self._database.write() as connection:
            draft = lock(connection)
            if draft is None:
                return False
            connection.execute(
                trackers.delete().where(trackers.c.conversation_id == conversation_id)
            )
            wipe(connection, self._sealer, conversation_id)
            self._outbox.delete_until(
                connection, conversation_id, draft.touched_at + ANSWERED_WITHIN_MS
            )
            connection.execute(
                tip_drafts.delete().where(tip_drafts.c.conversation_id == conversation_id)
            )
        return True


def _is_over(now: int) -> ColumnElement:
    return tip_drafts.c.expires_at <= now


def _is_to_be_reminded(now: int) -> ColumnElement:
    before = now - REMIND_AFTER_MS
    heard_at = func.coalesce(conversations.c.heard_at, 0)
    return (
        (tip_drafts.c.stage == ASKING)
        & tip_drafts.c.reminded_at.is_(None)
        & (tip_drafts.c.expires_at > now)
        & (tip_drafts.c.touched_at <= before)
        & (heard_at <= before)
        & contacts.c.stopped_at.is_(None)
        & contacts.c.unreachable_code.is_(None)
    )


def _drafts(which: ColumnElement) -> Select:
    """Drafts of conversations in which nothing waits and nobody answers just now."""
    waits = exists().where(
        (inbox.c.conversation_id == tip_drafts.c.conversation_id) & inbox.c.turn_id.is_(None)
    )
    return (
        select(tip_drafts.c.conversation_id, tip_drafts.c.touched_at, conversations.c.channel)
        .join(conversations, conversations.c.id == tip_drafts.c.conversation_id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .where(conversations.c.ready_at.is_(None))
        .where(conversations.c.claim_token.is_(None))
        .where(~waits)
        .where(which)
    )


def _lock(connection: Connection, conversation_id: str, which: ColumnElement) -> Row | None:
    """Locks a conversation; gives its draft if it is still such a one."""
    lock_conversations(connection, [conversation_id])
    own = tip_drafts.c.conversation_id == conversation_id
    draft: Row | None = connection.execute(_drafts(which).where(own)).first()
    return draft
