"""Somebody wants all deleted while a human answers: it goes once nobody holds it any more.

Until then the human needs what was said; and it may not have been the person who asked.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.conversation.messages import Content
from bot.conversation.takeover import transcript
from bot.lexicon import as_said
from bot.settings import PROJECT_ROOT
from bot.storage.tables import attachments, handoffs, trackers
from bot.storage.tables import transcript as entries
from bot.tips import filing

WORDS_FILE = PROJECT_ROOT / "nlu_data" / "petugas" / "hapus.yml"
# The buttons that ask for it, in Rasa's notation.
_BUTTON = "/privasi_hapus"


def asks(content: Content) -> bool:
    """Whether a message asks for it: in so many words, or by a button."""
    return (content.payload or "").startswith(_BUTTON) or _is("hapus", content.text)


def takes_back(content: Content) -> bool:
    """Whether a message takes that back."""
    return _is("batal", content.text)


def wish(connection: Connection, handoff_id: str) -> None:
    """Notes it, for the officer to see."""
    if not is_wished(connection, handoff_id):
        transcript.add(connection, handoff_id, transcript.ERASE, {"text": _data()["petugas"]})


def withdraw(connection: Connection, handoff_id: str) -> None:
    """It is not wished any more."""
    connection.execute(
        entries.delete()
        .where(entries.c.handoff_id == handoff_id)
        .where(entries.c.author == transcript.ERASE)
    )


def is_wished(connection: Connection, handoff_id: str) -> bool:
    """Whether it goes once nobody holds it."""
    query = (
        select(entries.c.id)
        .where(entries.c.handoff_id == handoff_id)
        .where(entries.c.author == transcript.ERASE)
        .limit(1)
    )
    return connection.execute(query).first() is not None


def carry_out(connection: Connection, conversation_id: str) -> None:
    """Nobody holds it any more: deletes what it is in, if that was wished.

    What stands in the inbox and was sent is left to `wiping.wipe`.
    """
    wished = (
        select(entries.c.id)
        .join(handoffs, handoffs.c.id == entries.c.handoff_id)
        .where(handoffs.c.conversation_id == conversation_id)
        .where(entries.c.author == transcript.ERASE)
        .limit(1)
    )
    if connection.execute(wished).first() is None:
        return
    connection.execute(trackers.delete().where(trackers.c.conversation_id == conversation_id))
    # Those of a report that was sent stay with the report.
    connection.execute(
        attachments.delete()
        .where(attachments.c.conversation_id == conversation_id)
        .where(attachments.c.tip_id.is_(None))
    )
    filing.untouch(conversation_id)(connection)
    filing.unlink(conversation_id)(connection)
    transcript.forget(connection, conversation_id)


def _is(group: str, text: str) -> bool:
    return as_said(text) in _data()[group]


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(WORDS_FILE.read_text("utf-8"))
    return data
