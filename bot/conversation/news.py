"""Tells the conversation from which a report came that staff wrote to its reporter."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.conversation import saying
from bot.conversation.capabilities import EVERYTHING, Capabilities
from bot.conversation.keeper import Speaker
from bot.conversation.outbox import Outbox
from bot.privacy.sealing import Sealer
from bot.storage import bell
from bot.storage.database import Database
from bot.storage.locks import lock_conversations
from bot.storage.tables import contacts, conversations, tips

# Says nothing of a report: somebody else may look at the telephone.
NEWS = "ucapan_ada_kabar"
# So many in one round, so that the thread hears that it is to stop.
BATCH = 100


class News:
    """Says once, for whatever staff wrote since, that there is something to read.

    What it is, only the holder of the receipt reads. Nothing is said where nothing leads from the
    report to a conversation any more, nor to somebody who wants no messages.

    Args:
        database: Where the reports are.
        sealer: Seals what is said.
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
        self._speaker = speaker
        self._capabilities = capabilities or {}
        self._outbox = Outbox(sealer)

    def tell(self) -> int:
        """Tells everybody who is to be told; gives how many."""
        with self._database.read() as connection:
            whose = connection.execute(_waiting().distinct().limit(BATCH)).scalars().all()
        return sum(self._tell(conversation_id) for conversation_id in whose)

    def _tell(self, conversation_id: str) -> bool:
        with self._database.write() as connection:
            lock_conversations(connection, [conversation_id])
            own = tips.c.conversation_id == conversation_id
            # Asked again under the lock: the person may just have asked for silence.
            if connection.execute(_waiting().where(own)).first() is None:
                return False
            connection.execute(update(tips).where(own).values(has_news=0))
            self._say(connection, conversation_id)
            bell.ring(connection)
        return True

    def _say(self, connection: Connection, conversation_id: str) -> None:
        query = select(conversations.c.channel).where(conversations.c.id == conversation_id)
        channel = connection.execute(query).scalar_one()
        said = self._speaker.say(NEWS, channel)
        shown = self._capabilities.get(channel, EVERYTHING)
        saying.put(connection, self._outbox, conversation_id, channel, said, shown, is_notice=True)


def _waiting() -> Select:
    """Conversations with news of which nobody was told, and who may be written to."""
    return (
        select(tips.c.conversation_id)
        .join(conversations, conversations.c.id == tips.c.conversation_id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .where(tips.c.has_news == 1)
        .where(contacts.c.stopped_at.is_(None))
        .where(contacts.c.unreachable_code.is_(None))
    )
