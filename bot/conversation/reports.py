"""What providers tell of our own messages and of people: delivered, failed, blocked."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import Column, select
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import Select

from bot.conversation import standing
from bot.conversation.inbox import Inbox
from bot.conversation.outbox import DUE, SENDING, Outbox
from bot.conversation.sender import SendError, Then, note_failure, nothing_more
from bot.privacy.sealing import Sealer
from bot.storage import bell
from bot.storage.database import Database
from bot.storage.locks import lock_conversations
from bot.storage.tables import inbox, outbox

logger = logging.getLogger(__name__)


class Reports:
    """Notes them without blocking the event loop of a web process."""

    def __init__(self, database: Database, sealer: Sealer, door: Inbox) -> None:
        self._database = database
        self._inbox = door
        self._outbox = Outbox(sealer)

    async def moved(
        self, channel: str, outbound_id: int, state: str, *, provider_id: str | None = None
    ) -> None:
        """A message got further: sent, delivered or read.

        With `provider_id` it is left out when a later attempt has another id.
        """
        await asyncio.to_thread(self._moved, channel, outbound_id, state, provider_id)

    async def failed(
        self,
        channel: str,
        outbound_id: int,
        error: SendError,
        *,
        provider_id: str | None = None,
    ) -> None:
        """A message that the provider had taken did not arrive after all."""
        await asyncio.to_thread(self._failed, channel, outbound_id, error, provider_id)

    async def reachable(self, channel: str, address: str, code: str | None) -> None:
        """A person blocked us (`code` says how), or, with None, let us in again."""
        await asyncio.to_thread(self._reachable, channel, address, code)

    async def waits(self, conversation_id: str) -> bool:
        """Whether something that a person wrote is not answered yet."""
        return await asyncio.to_thread(self._waits, conversation_id)

    def _waits(self, conversation_id: str) -> bool:
        query = select(inbox.c.id).where(inbox.c.conversation_id == conversation_id)
        with self._database.read() as connection:
            return connection.execute(query.where(inbox.c.turn_id.is_(None))).first() is not None

    def _moved(self, channel: str, outbound_id: int, state: str, provider_id: str | None) -> None:
        with self._database.claim() as connection:
            if _row(connection, channel, outbound_id, provider_id) is not None:
                self._outbox.advance(connection, outbound_id, state)

    def _failed(
        self, channel: str, outbound_id: int, error: SendError, provider_id: str | None
    ) -> None:
        with self._database.write() as connection:
            whose = connection.execute(_of(channel, outbound_id)).scalars().all()
            lock_conversations(connection, whose)
            self._outbox.lock(connection, [outbound_id], whose)
            row = _row(connection, channel, outbound_id, provider_id)
            if row is None or not self._outbox.take_back(connection, outbound_id, provider_id):
                return
            logger.warning("not delivered on %s: code %s", channel, error.code)
            note_failure(connection, self._outbox, row, error, row.attempts)
            bell.ring(connection)

    def _reachable(self, channel: str, address: str, code: str | None) -> None:
        conversation = self._inbox.conversation_of(channel, address)
        if conversation is None:
            return
        with self._database.write() as connection:
            lock_conversations(connection, [conversation])
            if code is None:
                standing.set_unreachable(connection, conversation, None)
                return
            blocked = SendError(code, Then.UNREACHABLE)
            nothing_more(connection, self._outbox, conversation, blocked)


def _of(channel: str, outbound_id: int, *columns: Column) -> Select:
    query = select(*columns or [outbox.c.conversation_id])
    return query.where(outbox.c.id == outbound_id).where(outbox.c.channel == channel)


def _row(
    connection: Connection, channel: str, outbound_id: int, provider_id: str | None
) -> Row | None:
    """The message that a report is about, locked; None when it is about no message of ours.

    Nor when it is about another attempt to send it than the latest.
    """
    query = _of(channel, outbound_id, *outbox.c).with_for_update()
    row = connection.execute(query).first()
    return row if row is not None and _is_of_latest(row, provider_id) else None


def _is_of_latest(row: Row, provider_id: str | None) -> bool:
    """Whether a report is about the latest attempt to send a message, as far as one can tell."""
    if not provider_id or not row.provider_id or row.state == DUE:
        return True
    is_known = bool(row.provider_id == provider_id)
    # What is on its way has no id yet: the one that stands there is of the attempt before.
    return not is_known if row.state == SENDING else is_known
