"""The files of a conversation become the files of the tip that is sent.

From then on only the desk opens them, and nothing leads from them to the conversation, which
may be deleted without them.
"""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from bot.attachments import file_keys
from bot.attachments.store import IN_ORDER, KEPT, WAITING
from bot.privacy.desk import DeskKey
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage.tables import attachments

logger = logging.getLogger(__name__)


def hand_over(
    connection: Connection, sealer: Sealer, desk_key: DeskKey, conversation_id: str, tip_id: str
) -> int:
    """Gives what a conversation has to a tip, within the transaction that sends the tip.

    What is still to be fetched follows when it is there (`store.keep`); till then it has to know
    the conversation, but it no longer goes with the message that it came with. What was refused
    stays behind.

    After the commit `Database.close_words_for_good` wipes the old keys off the disk.

    Args:
        connection: Of that transaction. It has locked the conversation, before the tip stood in
            the table, so that nobody keeps or refuses a file of it meanwhile.
        sealer: Opens the keys of the files.
        desk_key: What they are sealed for.
        conversation_id: Whose files they are.
        tip_id: Of a tip that is in the table. It may have files from before.

    Returns:
        How many files the tip gets, with those that are still to be fetched.
    """
    columns = (attachments.c.id, attachments.c.state, attachments.c.key_sealed)
    rows = connection.execute(
        select(*columns, *IN_ORDER)
        .where(attachments.c.conversation_id == conversation_id)
        .where(attachments.c.state.in_((KEPT, WAITING)))
        # One that is still to be fetched may be of an earlier tip.
        .where(attachments.c.tip_id.is_(None))
        .order_by(attachments.c.id)
        .with_for_update()
    ).all()
    position = first = _next_position(connection, tip_id)
    for row in sorted(rows, key=lambda row: row[len(columns) :]):
        values: dict[str, Any] = {"inbox_id": None}
        if row.state == KEPT:
            try:
                key = sealer.open(row.key_sealed, file_keys.place(row.id))
            except SealBroken:
                # Nobody can open it any more; the tip is sent without it.
                logger.error("the key of a file does not open; it stays where it is")
                continue
            values = file_keys.of_tip(desk_key, row.id, key)
        connection.execute(
            update(attachments)
            .where(attachments.c.id == row.id)
            .values(tip_id=tip_id, position=position, **values)
        )
        position += 1
    return position - first


def _next_position(connection: Connection, tip_id: str) -> int:
    query = select(func.max(attachments.c.position)).where(attachments.c.tip_id == tip_id)
    last: int | None = connection.execute(query).scalar()
    return 0 if last is None else last + 1
