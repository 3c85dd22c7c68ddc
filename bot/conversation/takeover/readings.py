"""What the model made of a message, kept beside it: for the desk alone, as the message is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from bot.privacy import desk
from bot.privacy.unlocked import Unlocked
from bot.storage.tables import transcript, transcript_readings

NO_DESK = "nothing can be sealed for a desk that has no key"
# Answers of the catalogue are of different lengths: how long they are together must not tell
# which ones they are, and so what the person asked.
ROOM_FOR_ANSWERS = 8 * 1024


@dataclass(frozen=True)
class Suggestion:
    """A topic and what the assistant would answer to it."""

    topic: str
    title: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Reading:
    """What the model made of a message of a person.

    Attributes:
        level: How grave it is; None where it has no words.
        why: The words that make it grave, the weightiest first.
        suggestions: What the catalogue says to it and to the ones before; None where newer
            messages were there already.
    """

    level: str | None = None
    why: Sequence[str] = field(default=(), repr=False)
    suggestions: Sequence[Suggestion] | None = field(default=None, repr=False)


def begin(connection: Connection, transcript_id: int) -> bool:
    """Notes that a message is being read; False when it was read, or is, or is gone.

    It is read once: a message that brings down its reader must not do so again and again. The
    conversation is locked.
    """
    key = desk.current(connection)
    exists = select(transcript.c.id).where(transcript.c.id == transcript_id)
    begun = select(transcript_readings.c.id).where(
        transcript_readings.c.transcript_id == transcript_id
    )
    if (
        key is None
        or connection.execute(exists).first() is None
        or connection.execute(begun).first()
    ):
        return False
    connection.execute(
        transcript_readings.insert().values(transcript_id=transcript_id, desk_key_id=key.id)
    )
    return True


def finish(connection: Connection, handoff_id: str, transcript_id: int, reading: Reading) -> bool:
    """Writes what came of it; False when the message is gone by now.

    The conversation is locked.

    Raises:
        RuntimeError: There is no desk.
    """
    own = transcript_readings.c.transcript_id == transcript_id
    if connection.execute(transcript_readings.delete().where(own)).rowcount == 0:
        return False
    key = desk.current(connection)
    if key is None:
        raise RuntimeError(NO_DESK)
    place = _place(handoff_id, transcript_id)
    connection.execute(
        transcript_readings.insert().values(
            transcript_id=transcript_id,
            desk_key_id=key.id,
            desk_sealed=desk.seal(key, _encoded(reading), place),
        )
    )
    return True


def of_handoff(connection: Connection, by: Unlocked, handoff_id: str) -> dict[int, Reading]:
    """All that there are of a conversation, by the row of their message.

    Raises:
        NotGranted: The member may not open them.
    """
    rows = connection.execute(
        select(transcript_readings)
        .join(transcript, transcript.c.id == transcript_readings.c.transcript_id)
        .where(transcript.c.handoff_id == handoff_id)
        .where(transcript_readings.c.desk_sealed.is_not(None))
    ).all()
    return {row.transcript_id: _open(by, handoff_id, row) for row in rows}


def _open(by: Unlocked, handoff_id: str, row: Row) -> Reading:
    place = _place(handoff_id, row.transcript_id)
    data = json.loads(by.open(row.desk_key_id, row.desk_sealed, place))
    suggestions = data["suggestions"]
    return Reading(
        data["level"],
        data["why"],
        None if suggestions is None else [Suggestion(**one) for one in suggestions],
    )


def _encoded(reading: Reading) -> bytes:
    plain = json.dumps(asdict(reading), ensure_ascii=False).encode()
    # Spaces behind JSON mean nothing.
    return plain.ljust(ROOM_FOR_ANSWERS) if reading.suggestions else plain


def _place(handoff_id: str, transcript_id: int) -> str:
    return f"transcript_readings.made:{handoff_id}:{transcript_id}"
