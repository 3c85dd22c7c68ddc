"""What was said in a conversation goes; that something was said stays."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Connection

from bot.conversation.inbox import content_place
from bot.conversation.messages import Content
from bot.conversation.outbox import WAITING
from bot.privacy.sealing import Sealer
from bot.storage.tables import inbox, outbox

_EMPTY = Content().encode()

# Built once: building a statement costs as much as running it.
_ANSWERED = (
    select(inbox.c.id, inbox.c.external_id)
    .where(inbox.c.conversation_id == bindparam("whose"))
    .where(inbox.c.turn_id.is_not(None))
    .order_by(inbox.c.id)
)
_BLANK = (
    update(inbox).where(inbox.c.id == bindparam("which")).values(content_sealed=bindparam("sealed"))
)
_SETTLED = (
    select(outbox.c.id)
    .where(outbox.c.conversation_id == bindparam("whose"))
    .where(outbox.c.state.not_in(WAITING))
    .order_by(outbox.c.id)
    .with_for_update()
)


def wipe(connection: Connection, sealer: Sealer, conversation_id: str) -> None:
    """Blanks what was answered and deletes what will not be sent any more.

    The rows of the inbox stay, or a message that is delivered once more would be answered once
    more. What still waits, for an answer or to be sent, is not touched. The conversation is
    locked. After the commit `Database.close_words_for_good` wipes the words off the disk.
    """
    whose = {"whose": conversation_id}
    blank = [
        {
            "which": row.id,
            "sealed": sealer.seal(_EMPTY, content_place(conversation_id, row.external_id)),
        }
        for row in connection.execute(_ANSWERED, whose)
    ]
    if blank:
        connection.execute(_BLANK, blank)
    if settled := connection.execute(_SETTLED, whose).scalars().all():
        connection.execute(outbox.delete().where(outbox.c.id.in_(settled)))
