"""What was said while a human was called or answered, sealed for the desk alone."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from bot.clock import now_ms
from bot.conversation.inbox import open_content
from bot.conversation.messages import Content, Reply
from bot.conversation.outbox import Outbox
from bot.conversation.takeover import readings
from bot.conversation.takeover.readings import Reading, Suggestion
from bot.privacy import desk, receipts
from bot.privacy.sealing import SealBroken, Sealer
from bot.privacy.unlocked import Unlocked
from bot.storage.tables import handoffs, inbox, outbox, transcript

PERSON, BOT, STAFF, NOTE = "person", "bot", "staff", "note"
# The person wants all deleted (`erasing`).
ERASE = "erase"
# So much of what was said before a human was called is shown to whoever takes over.
MOST_BEFORE, BEFORE_MS = 30, 24 * 60 * 60_000

# What stands for a message with the receipt of a report in words.
HIDDEN = "(nomor resi, tidak ditampilkan)"
_DIGIT = re.compile(r"\d")

NO_DESK = "nothing can be sealed for a desk that has no key"


@dataclass(frozen=True)
class Entry:
    """One message, or a note.

    Attributes:
        state: How far a message of staff got (see `outbox`).
        level: How grave a message of the person is; None where it was not read for that.
        why: The words that make it grave, the weightiest first.
        suggestions: What the catalogue says to it; None where that was not looked for.
    """

    author: str
    created_at: int
    staff_id: str | None = None
    text: str = field(default="", repr=False)
    location: tuple[float, float] | None = field(default=None, repr=False)
    files: Sequence[str] = ()
    inbox_id: int | None = None
    state: str | None = None
    error_code: str | None = None
    level: str | None = None
    why: Sequence[str] = field(default=(), repr=False)
    suggestions: Sequence[Suggestion] | None = field(default=None, repr=False)


def add(
    connection: Connection,
    handoff_id: str,
    author: str,
    said: dict[str, Any],
    *,
    staff_id: str | None = None,
    inbox_id: int | None = None,
    turn_id: str | None = None,
    created_at: int | None = None,
) -> None:
    """Adds one message at its end, sealed for the desk.

    Raises:
        RuntimeError: There is no desk.
    """
    key = desk.current(connection)
    if key is None:
        raise RuntimeError(NO_DESK)
    plain = json.dumps(said, ensure_ascii=False).encode()
    connection.execute(
        transcript.insert().values(
            handoff_id=handoff_id,
            author=author,
            staff_id=staff_id,
            desk_key_id=key.id,
            desk_sealed=desk.seal(key, plain, _place(handoff_id, author)),
            inbox_id=inbox_id,
            turn_id=turn_id,
            created_at=now_ms() if created_at is None else created_at,
        )
    )


def from_person(content: Content) -> dict[str, Any]:
    """What is kept of a message of the person."""
    said: dict[str, Any] = {"text": _without_receipt(content.text or content.payload or "")}
    if content.location is not None:
        said["location"] = [content.location.latitude, content.location.longitude]
    if content.attachments:
        said["files"] = [attachment.kind for attachment in content.attachments]
    return said


def add_before(
    connection: Connection, sealer: Sealer, conversation_id: str, handoff_id: str
) -> None:
    """Puts what was said lately before it: whoever takes over must not ask for it again."""
    since = now_ms() - BEFORE_MS
    received = connection.execute(
        select(inbox)
        .where(inbox.c.conversation_id == conversation_id)
        .where(inbox.c.turn_id.is_not(None))
        .where(inbox.c.received_at >= since)
        .order_by(inbox.c.id.desc())
        .limit(MOST_BEFORE)
    ).all()
    said: list[tuple[int, int, str, dict[str, Any], int | None]] = []
    for row in received:
        try:
            content = open_content(sealer, conversation_id, row)
        except SealBroken:
            continue
        told = from_person(content)
        if any(told.values()):
            said.append((row.received_at, 0, PERSON, told, row.id))
    for outbound in Outbox(sealer).latest(connection, conversation_id, MOST_BEFORE):
        if outbound.created_at >= since:
            told = {"text": _without_receipt(outbound.reply.text)}
            said.append((outbound.created_at, outbound.id, BOT, told, None))
    for moment, _, author, told, inbox_id in sorted(said, key=lambda one: one[:2]):
        add(connection, handoff_id, author, told, inbox_id=inbox_id, created_at=moment)


def forget(connection: Connection, conversation_id: str) -> None:
    """The person wants all of it deleted; that a human was called stays."""
    own = select(handoffs.c.id).where(handoffs.c.conversation_id == conversation_id)
    connection.execute(transcript.delete().where(transcript.c.handoff_id.in_(own)))


def read(connection: Connection, by: Unlocked, handoff_id: str) -> list[Entry]:
    """All of it, in order.

    Raises:
        NotGranted: The member may not open it.
    """
    rows = connection.execute(
        select(transcript).where(transcript.c.handoff_id == handoff_id).order_by(transcript.c.id)
    ).all()
    turns = [row.turn_id for row in rows if row.turn_id]
    sent = _how_far(connection, turns)
    read = readings.of_handoff(connection, by, handoff_id)
    return [_open(by, row, sent.get(row.turn_id), read.get(row.id, Reading())) for row in rows]


def has_any(connection: Connection, handoff_id: str) -> bool:
    """Whether anything stands in it."""
    query = select(transcript.c.id).where(transcript.c.handoff_id == handoff_id).limit(1)
    return connection.execute(query).first() is not None


def staff_spoke_last(connection: Connection, handoff_id: str) -> bool:
    """Whether no message of the person has waited for an answer of staff."""
    last = connection.execute(
        select(transcript.c.author)
        .where(transcript.c.handoff_id == handoff_id)
        .where(transcript.c.author.in_((PERSON, STAFF)))
        .order_by(transcript.c.id.desc())
        .limit(1)
    ).scalar()
    return bool(last == STAFF)


def _how_far(connection: Connection, turns: Sequence[str]) -> dict[str, Row]:
    """The last part of each turn in the outbox."""
    rows = connection.execute(
        select(outbox.c.turn_id, outbox.c.state, outbox.c.error_code)
        .where(outbox.c.turn_id.in_(turns))
        .order_by(outbox.c.position)
    )
    return {row.turn_id: row for row in rows}


def _open(by: Unlocked, row: Row, sent: Row | None, read: Reading) -> Entry:
    place = _place(row.handoff_id, row.author)
    said = json.loads(by.open(row.desk_key_id, row.desk_sealed, place))
    location = said.get("location")
    return Entry(
        author=row.author,
        created_at=row.created_at,
        staff_id=row.staff_id,
        text=said.get("text", ""),
        location=(location[0], location[1]) if location else None,
        files=said.get("files", ()),
        inbox_id=row.inbox_id,
        state=None if sent is None else sent.state,
        error_code=None if sent is None else sent.error_code,
        level=read.level,
        why=read.why,
        suggestions=read.suggestions,
    )


def _place(handoff_id: str, author: str) -> str:
    return f"transcript.said:{handoff_id}:{author}"


def _without_receipt(text: str) -> str:
    """Whoever holds a receipt reads what is for its reporter alone: no officer gets one."""
    if receipts.find_in(text) is None:
        return text
    without_digits = _DIGIT.sub("•", text)
    return without_digits if receipts.find_in(without_digits) is None else HIDDEN


def as_reply(text: str) -> Reply:
    """A message of staff as the person reads it: who writes is told each time."""
    return Reply(f"Petugas: {text}")
