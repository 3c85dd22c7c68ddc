"""What staff do with reports: see, open, move on, ask back, hold.

Everything but the list needs a member who gave the password (`bot.privacy.staff.unlock`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.engine import Connection, Row

from bot.attachments.reading import TipFile, files_of_tip
from bot.clock import now_ms, this_hour_ms
from bot.errors import OperatorError
from bot.privacy import desk, retention
from bot.privacy.boxes import seal_for
from bot.privacy.staff import Unlocked
from bot.storage.database import Database
from bot.storage.tables import tip_counts, tip_entries, tip_marks, tips
from bot.tips import filing, follow_up

# To which a member may move a report; the others come by themselves.
GIVEN_STATES = (filing.READ, filing.WORKING, filing.REFERRED, filing.CLOSED)
LONGEST_MESSAGE = 2_000
# Figures about fewer reports than this could be about somebody.
SMALLEST_GROUP = 5
# The graver first, then the older.
_GRAVITY = {"darurat": 0, "tinggi": 1, "biasa": 2}

NO_SUCH_TIP = "There is no such report; see: suluh tip list"
WITHDRAWN_TIP = "This report was withdrawn by its reporter; nothing of it may be used."
UNFINISHED_TIP = "This report was not sent yet: its reporter may still be telling it."
NO_RECEIPT = "Its reporter wanted no receipt, so nobody could read a message about it."
TOO_LONG = f"A message to a reporter has at most {LONGEST_MESSAGE} characters."


class TipError(OperatorError):
    """It is not possible; the message says why."""


@dataclass(frozen=True)
class Listed:
    """A report as it is seen unopened. `filed_at` is an hour, in milliseconds since 1970.

    `matches` counts other reports that name a number, account, link or company of this one.
    """

    id: str
    state: str
    level: str
    filed_at: int
    retain_until: int
    is_held: bool
    matches: int


@dataclass(frozen=True)
class Entry:
    """What was said later. `author` is staff or reporter."""

    author: str
    text: str = field(repr=False)
    created_at: int = 0
    is_read: bool = False


@dataclass(frozen=True)
class Case:
    """An opened report."""

    listed: Listed
    fields: Mapping[str, Any] = field(repr=False)
    words: Sequence[str] = field(repr=False)
    channel: str = ""
    entries: Sequence[Entry] = field(default=(), repr=False)
    files: Sequence[TipFile] = ()


def listing(connection: Connection) -> list[Listed]:
    """All reports, the gravest first and of these the oldest."""
    rows = connection.execute(select(tips)).all()
    others = _matches(connection)
    found = [_listed(row, others.get(row.id, 0)) for row in rows]
    return sorted(found, key=lambda tip: (_GRAVITY[tip.level], tip.filed_at, tip.id))


@dataclass(frozen=True)
class Figure:
    """How many reports of a kind came in a month; None for fewer than `SMALLEST_GROUP`."""

    month: str
    kind: str
    count: int | None


def figures(connection: Connection) -> list[Figure]:
    """Reports by month and kind, apart from the reports themselves."""
    counted = func.sum(tip_counts.c.count)
    rows = connection.execute(
        select(tip_counts.c.month, tip_counts.c.kind, counted)
        .group_by(tip_counts.c.month, tip_counts.c.kind)
        .order_by(tip_counts.c.month, tip_counts.c.kind)
    )
    return [
        Figure(month, kind, int(count) if count >= SMALLEST_GROUP else None)
        for month, kind, count in rows
    ]


def open_case(database: Database, by: Unlocked, tip_id: str) -> Case:
    """Opens a report; one that nobody read yet counts as read from now on.

    Raises:
        TipError: There is none, or it was withdrawn.
        NotGranted: The member may not open it.
    """
    with database.read() as connection:
        row = _row(connection, tip_id)
        matches = _matches(connection).get(tip_id, 0)
        entries = connection.execute(
            select(tip_entries).where(tip_entries.c.tip_id == tip_id).order_by(tip_entries.c.id)
        ).all()
        files = files_of_tip(connection, tip_id)
    if row.state == filing.WITHDRAWN:
        raise TipError(WITHDRAWN_TIP)
    plain = by.open(row.desk_key_id, row.body_sealed, filing.body_place(tip_id))
    body = json.loads(plain)
    said = [_entry(by, entry, tip_id) for entry in entries]
    if row.state == filing.NEW:
        _move(database, tip_id, filing.READ, only_from=filing.NEW)
    return Case(_listed(row, matches), body["fields"], body["words"], body["channel"], said, files)


def move(database: Database, tip_id: str, state: str) -> None:
    """Gives a report another state, which its reporter is told in plain words.

    Raises:
        TipError: There is no such report, or it was withdrawn or never sent.
    """
    if state not in GIVEN_STATES:
        raise TipError(f"A report is one of: {', '.join(GIVEN_STATES)}.")
    with database.read() as connection:
        row = _row(connection, tip_id)
    if row.state == filing.WITHDRAWN:
        raise TipError(WITHDRAWN_TIP)
    if row.state == filing.UNFINISHED:
        # Its reporter may still be telling it.
        raise TipError(UNFINISHED_TIP)
    _move(database, tip_id, state, only_from=row.state)


def say(database: Database, by: Unlocked, tip_id: str, text: str) -> None:
    """Writes to the reporter, who reads it with the receipt, on any channel.

    Raises:
        TipError: There is no such report, no receipt, or the text is too long.

    The conversation that sent the report is told that there is something to read.
    """
    if not text.strip() or len(text) > LONGEST_MESSAGE:
        raise TipError(TOO_LONG)
    for_desk = json.dumps({"text": text, "told_at": now_ms(), "by": by.name}, ensure_ascii=False)
    for_staff, for_reporter = (
        follow_up.entry_place(tip_id, reader) for reader in (follow_up.STAFF, follow_up.REPORTER)
    )
    with database.write() as connection:
        # Locked: sealed for a receipt that is just being replaced, nobody could read it.
        row = _row(connection, tip_id, lock=True)
        desk_key = desk.current(connection)
        if row.state == filing.WITHDRAWN:
            raise TipError(WITHDRAWN_TIP)
        if row.state == filing.UNFINISHED or desk_key is None:
            raise TipError(UNFINISHED_TIP)
        if row.reporter_key is None:
            raise TipError(NO_RECEIPT)
        connection.execute(
            tip_entries.insert().values(
                tip_id=tip_id,
                author=follow_up.STAFF,
                desk_key_id=desk_key.id,
                desk_sealed=desk.seal(desk_key, for_desk.encode(), for_staff),
                reporter_sealed=seal_for(row.reporter_key, text.encode(), for_reporter),
                created_at=this_hour_ms(),
            )
        )
        changed = {
            "has_news": 1,
            "retain_until": retention.retain_until(row.state, this_hour_ms()),
        }
        connection.execute(update(tips).where(tips.c.id == tip_id).values(**changed))


def hold(database: Database, tip_id: str, *, held: bool) -> None:
    """Keeps a report from being purged while an investigation needs it, or lets it go again.

    What a report says that was withdrawn meanwhile goes when the hold ends.

    Raises:
        TipError: There is no such report.
    """
    with database.write() as connection:
        row = _row(connection, tip_id, lock=True)
        when = this_hour_ms() if held else None
        connection.execute(update(tips).where(tips.c.id == tip_id).values(held_at=when))
        is_over = row.state == filing.WITHDRAWN and not held
        if is_over:
            follow_up.erase(connection, tip_id)
    if is_over:
        database.close_words_for_good()


def _move(database: Database, tip_id: str, state: str, *, only_from: str) -> None:
    hour = this_hour_ms()
    until = retention.retain_until(state, hour)
    same = and_(tips.c.id == tip_id, tips.c.state == only_from)
    with database.write() as connection:
        connection.execute(
            update(tips).where(same).values(state=state, changed_at=hour, retain_until=until)
        )


def _row(connection: Connection, tip_id: str, *, lock: bool = False) -> Row:
    query = select(tips).where(tips.c.id == tip_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise TipError(NO_SUCH_TIP)
    return row


def _matches(connection: Connection) -> dict[str, int]:
    """How many other reports share a mark with each."""
    mine, other = tip_marks.alias("mine"), tip_marks.alias("other")
    same = and_(
        mine.c.kind == other.c.kind, mine.c.mark == other.c.mark, mine.c.tip_id != other.c.tip_id
    )
    rows = connection.execute(
        select(mine.c.tip_id, func.count(other.c.tip_id.distinct()))
        .select_from(mine.join(other, same))
        .group_by(mine.c.tip_id)
    )
    return {row[0]: row[1] for row in rows}


def _listed(row: Row, matches: int) -> Listed:
    return Listed(
        row.id,
        row.state,
        row.level,
        row.filed_at,
        row.retain_until,
        row.held_at is not None,
        matches,
    )


def _entry(by: Unlocked, row: Row, tip_id: str) -> Entry:
    place = follow_up.entry_place(tip_id, follow_up.STAFF)
    said = json.loads(by.open(row.desk_key_id, row.desk_sealed, place))
    return Entry(row.author, said["text"], row.created_at, row.read_at is not None)
