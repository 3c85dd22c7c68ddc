"""Reads along for the officer: how grave each message is, by which words, what may be answered.

The desk's pages have no model and load none. A worker has one, and opens what the person wrote
as it came in; what it makes of it is sealed for the desk beside the message.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.engine import Connection, Row

from bot.conversation.inbox import open_content
from bot.conversation.takeover import readings, suggestions
from bot.conversation.takeover.handoffs import HELD
from bot.conversation.takeover.readings import Reading
from bot.conversation.takeover.suggestions import Catalogue
from bot.conversation.takeover.transcript import PERSON, STAFF, Entry, from_person
from bot.conversation.turn import describe
from bot.privacy.sealing import SealBroken, Sealer
from bot.privacy.vault import Vault
from bot.storage import bell
from bot.storage.locks import lock_conversations
from bot.storage.tables import conversations, handoffs, inbox, transcript, transcript_readings

logger = logging.getLogger(__name__)

# So far back the lines are looked for to which something is suggested.
LOOK_BACK = 20


@dataclass(frozen=True)
class _Line:
    """A message of a person that an officer reads, and where it stands."""

    id: int
    inbox_id: int
    handoff_id: str
    conversation_id: str
    channel: str


class Reader:
    """Reads what officers who hold a conversation have before them.

    Args:
        vault: Where it is.
        catalogue: Over the model; not for several threads, so call from its own.
    """

    def __init__(self, vault: Vault, catalogue: Catalogue) -> None:
        self._database = vault.database
        self._sealer = vault.sealer
        self._catalogue = catalogue

    def read_one(self) -> bool:
        """Reads the newest message that was not read yet.

        Returns:
            Whether there was one.
        """
        with self._database.read() as connection:
            line = _newest(connection)
        if line is None:
            return False
        with self._database.claim() as connection:
            lock_conversations(connection, [line.conversation_id])
            is_mine = readings.begin(connection, line.id)
        if is_mine:
            self._write(line, self._made_of(line))
        return True

    def _made_of(self, line: _Line) -> Reading:
        with self._database.read() as connection:
            said = _said_until(connection, self._sealer, line)
            is_newest = not _has_newer(connection, line)
        try:
            return self._reading(said, line.channel, is_newest=is_newest)
        except Exception as error:
            # The officer reads the words all the same. Type and place only: the message of an
            # exception may quote a person.
            logger.error("a message was not read for the officer: %s", describe(error))
            return Reading()

    def _reading(self, said: list[Entry], channel: str, *, is_newest: bool) -> Reading:
        """What the model makes of the last of the messages."""
        entry = suggestions.explained(said[-1:], self._catalogue)[0]
        lines = suggestions.last_lines(said) if is_newest else None
        return Reading(
            entry.level,
            entry.why,
            None if lines is None else suggestions.to_lines(lines, channel, self._catalogue),
        )

    def _write(self, line: _Line, reading: Reading) -> None:
        with self._database.claim() as connection:
            lock_conversations(connection, [line.conversation_id])
            if readings.finish(connection, line.handoff_id, line.id, reading):
                bell.ring(connection)


def _newest(connection: Connection) -> _Line | None:
    read = exists().where(transcript_readings.c.transcript_id == transcript.c.id)
    row = connection.execute(
        select(
            transcript.c.id,
            transcript.c.inbox_id,
            transcript.c.handoff_id,
            handoffs.c.conversation_id,
            conversations.c.channel,
        )
        .select_from(handoffs)
        .join(transcript, transcript.c.handoff_id == handoffs.c.id)
        .join(conversations, conversations.c.id == handoffs.c.conversation_id)
        .where(handoffs.c.state == HELD)
        .where(transcript.c.author == PERSON)
        .where(transcript.c.inbox_id.is_not(None))
        .where(~read)
        .order_by(transcript.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else _Line(*row)


def _has_newer(connection: Connection, line: _Line) -> bool:
    query = (
        select(transcript.c.id)
        .where(transcript.c.handoff_id == line.handoff_id)
        .where(transcript.c.author == PERSON)
        .where(transcript.c.id > line.id)
        .limit(1)
    )
    return connection.execute(query).first() is not None


def _said_until(connection: Connection, sealer: Sealer, line: _Line) -> list[Entry]:
    """The message with those before it, of the person in words, of staff without."""
    rows = connection.execute(
        select(
            transcript.c.author,
            transcript.c.created_at,
            inbox.c.external_id,
            inbox.c.content_sealed,
        )
        .outerjoin(inbox, inbox.c.id == transcript.c.inbox_id)
        .where(transcript.c.handoff_id == line.handoff_id)
        .where(transcript.c.author.in_((PERSON, STAFF)))
        .where(transcript.c.id <= line.id)
        .order_by(transcript.c.id.desc())
        .limit(LOOK_BACK)
    ).all()
    return [
        Entry(row.author, row.created_at, text=_text(sealer, line.conversation_id, row))
        for row in reversed(rows)
    ]


def _text(sealer: Sealer, conversation_id: str, row: Row) -> str:
    """The words of a message as the officer reads them; none of staff, or where it is gone."""
    if row.author != PERSON or row.content_sealed is None:
        return ""
    try:
        return str(from_person(open_content(sealer, conversation_id, row))["text"])
    except SealBroken:
        return ""
