"""What staff do with reports: see, open, move on, ask back, hold.

Everything but the list needs a member who gave the password (`bot.privacy.staff.unlock`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.engine import Connection, Row

from bot.attachments import file_keys
from bot.attachments.reading import TipFile, files_of_tip, read_with_key
from bot.clock import now_ms, this_hour_ms
from bot.errors import OperatorError
from bot.privacy import desk, retention
from bot.privacy.audit.acts import TERMINAL, Act, note
from bot.privacy.boxes import seal_for
from bot.privacy.staff import Unlocked
from bot.storage.database import Database
from bot.storage.tables import tip_counts, tip_entries, tip_marks, tips
from bot.tips import filing, follow_up, listing
from bot.tips.listing import Listed

# To which a member may move a report; the others come by themselves.
GIVEN_STATES = (filing.READ, filing.WORKING, filing.REFERRED, filing.CLOSED)
LONGEST_MESSAGE = 2_000
# Fewer digits than these are looked for as they are written.
SHORTEST_NUMBER = 4
# Figures about fewer reports than this could be about somebody.
SMALLEST_GROUP = 5

NO_SUCH_TIP = "There is no such report; see: suluh tip list"
WITHDRAWN_TIP = "This report was withdrawn by its reporter; nothing of it may be used."
UNFINISHED_TIP = "This report was not sent yet: its reporter may still be telling it."
NO_SUCH_FILE = "This report has {count} files."
NO_RECEIPT = "Its reporter wanted no receipt, so nobody could read a message about it."
TOO_LONG = f"A message to a reporter has at most {LONGEST_MESSAGE} characters."


class TipError(OperatorError):
    """It is not possible; the message says why, and `reason` says it for a program."""

    def __init__(self, message: str, reason: str = "other") -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Entry:
    """What was said later. `author` is staff or reporter."""

    author: str
    text: str = field(repr=False)
    created_at: int = 0
    is_read: bool = False


@dataclass(frozen=True)
class Case:
    """An opened report.

    Attributes:
        has_receipt: Whether its reporter kept one, and so can read what staff write.
    """

    listed: Listed
    fields: Mapping[str, Any] = field(repr=False)
    words: Sequence[str] = field(repr=False)
    channel: str = ""
    entries: Sequence[Entry] = field(default=(), repr=False)
    files: Sequence[TipFile] = ()
    has_receipt: bool = True


@dataclass(frozen=True)
class Match:
    """Another report that names the same `kind` of thing: phone, account, link or company."""

    tip_id: str
    kinds: Sequence[str]


def matches(connection: Connection, tip_id: str) -> list[Match]:
    """The other reports that name what this one names; nothing is opened for it."""
    mine, other = tip_marks.alias("mine"), tip_marks.alias("other")
    same = and_(mine.c.kind == other.c.kind, mine.c.mark == other.c.mark)
    rows = connection.execute(
        select(other.c.tip_id, other.c.kind)
        .select_from(other.join(mine, same))
        .where(mine.c.tip_id == tip_id)
        .where(other.c.tip_id != tip_id)
        .distinct()
        .order_by(other.c.tip_id, other.c.kind)
    ).all()
    found: dict[str, list[str]] = {}
    for other_id, kind in rows:
        found.setdefault(other_id, []).append(kind)
    return [Match(name, tuple(kinds)) for name, kinds in found.items()]


def search(by: Unlocked, connection: Connection, sought: str) -> set[str]:
    """The reports in which something was said, in whatever letters; of a number in whatever form.

    All of them are opened for it, one after the other, and what staff and reporter said later too.

    Raises:
        NotGranted: The member may not open them.
    """
    found = set()
    wanted = _Sought(sought)
    told = select(tips.c.id, tips.c.desk_key_id, tips.c.body_sealed)
    for row in connection.execute(told.where(tips.c.state != filing.WITHDRAWN)).all():
        body = json.loads(by.open(row.desk_key_id, row.body_sealed, filing.body_place(row.id)))
        if wanted.stands_in(_values(body["fields"])) or wanted.stands_in(body["words"]):
            found.add(row.id)
    for row in connection.execute(select(tip_entries)).all():
        if row.tip_id not in found and wanted.stands_in([_entry(by, row, row.tip_id).text]):
            found.add(row.tip_id)
    return found


class _Sought:
    """A word or a number that is looked for."""

    def __init__(self, sought: str) -> None:
        self._word = sought.casefold().strip()
        self._number = _digits(sought)
        letters = any(letter.isalpha() for letter in sought)
        self._is_number = len(self._number) >= SHORTEST_NUMBER and not letters

    def stands_in(self, texts: Iterable[str]) -> bool:
        return any(
            self._word in text.casefold() or (self._is_number and self._number in _digits(text))
            for text in texts
        )


def _digits(text: str) -> str:
    """The digits of a number as they are the same in each spelling: without 0 or +62."""
    return re.sub(r"^(62|0)", "", re.sub(r"\D", "", text))


def _values(value: Any) -> Iterator[str]:
    """Everything that was understood, without the names of the fields."""
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _values(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _values(part)
    else:
        yield str(value)


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


def note_search(database: Database, by: Unlocked) -> None:
    """Writes down that all reports were looked through, before it is done; not for what."""
    with database.write() as connection:
        note(connection, Act.REPORTS_SEARCHED, by=by.staff_id)


def open_case(database: Database, by: Unlocked, tip_id: str) -> Case:
    """Opens a report; one that nobody read yet counts as read from now on.

    Raises:
        TipError: There is none, or it was withdrawn.
        NotGranted: The member may not open it.
    """
    case = _open(database, by, tip_id)
    with database.write() as connection:
        note(connection, Act.REPORT_OPENED, by=by.staff_id, on=tip_id)
        if case.listed.state == filing.NEW:
            _move(connection, by.staff_id, tip_id, filing.READ, only_from=filing.NEW)
            case = replace(case, listed=replace(case.listed, state=filing.READ))
    return case


def open_file(
    database: Database, by: Unlocked, tip_id: str, number: int
) -> tuple[TipFile, Iterator[bytes]]:
    """A file of a report, from 1 on, and its plain chunks, one in memory at a time.

    Raises:
        TipError: There is no such report or file, or it was withdrawn.
        NotGranted: The member may not open it.
        SealBroken: It does not open.
    """
    with database.read() as connection:
        is_withdrawn = _row(connection, tip_id).state == filing.WITHDRAWN
        files = files_of_tip(connection, tip_id)
    if is_withdrawn:
        raise TipError(WITHDRAWN_TIP, "withdrawn")
    if not 1 <= number <= len(files):
        raise TipError(NO_SUCH_FILE.format(count=len(files)), "no_such")
    file = files[number - 1]
    key = by.open(file.desk_key_id, file.desk_sealed, file_keys.place(file.id))
    with database.write() as connection:
        note(connection, Act.FILE_SAVED, by=by.staff_id, on=tip_id, detail=str(number))
    return file, read_with_key(database, key, file.id)


def _open(database: Database, by: Unlocked, tip_id: str) -> Case:
    with database.read() as connection:
        row = _row(connection, tip_id)
        alike = len(matches(connection, tip_id))
        entries = connection.execute(
            select(tip_entries).where(tip_entries.c.tip_id == tip_id).order_by(tip_entries.c.id)
        ).all()
        files = files_of_tip(connection, tip_id)
    if row.state == filing.WITHDRAWN:
        raise TipError(WITHDRAWN_TIP, "withdrawn")
    plain = by.open(row.desk_key_id, row.body_sealed, filing.body_place(tip_id))
    body = json.loads(plain)
    said = [_entry(by, entry, tip_id) for entry in entries]
    return Case(
        listed=listing.listed(row, alike),
        fields=body["fields"],
        words=body["words"],
        channel=body["channel"],
        entries=said,
        files=files,
        has_receipt=row.reporter_key is not None,
    )


def move(database: Database, tip_id: str, state: str, *, by: Unlocked | None = None) -> None:
    """Gives a report another state, which its reporter is told in plain words.

    Args:
        database: Where it is.
        tip_id: Which.
        state: One of `GIVEN_STATES`.
        by: Who does it; None for who runs commands on the server without a password.

    Raises:
        TipError: There is no such report, or it was withdrawn or never sent.
    """
    if state not in GIVEN_STATES:
        raise TipError(f"A report is one of: {', '.join(GIVEN_STATES)}.")
    with database.read() as connection:
        row = _row(connection, tip_id)
    if row.state == filing.WITHDRAWN:
        raise TipError(WITHDRAWN_TIP, "withdrawn")
    if row.state == filing.UNFINISHED:
        # Its reporter may still be telling it.
        raise TipError(UNFINISHED_TIP, "unfinished")
    with database.write() as connection:
        _move(connection, _actor(by), tip_id, state, only_from=row.state)


def say(database: Database, by: Unlocked, tip_id: str, text: str) -> None:
    """Writes to the reporter, who reads it with the receipt, on any channel.

    Raises:
        TipError: There is no such report, no receipt, or the text is too long.

    The conversation that sent the report is told that there is something to read.
    """
    if not text.strip() or len(text) > LONGEST_MESSAGE:
        raise TipError(TOO_LONG, "text")
    for_desk = json.dumps({"text": text, "told_at": now_ms(), "by": by.name}, ensure_ascii=False)
    for_staff, for_reporter = (
        follow_up.entry_place(tip_id, reader) for reader in (follow_up.STAFF, follow_up.REPORTER)
    )
    with database.write() as connection:
        # Locked: sealed for a receipt that is just being replaced, nobody could read it.
        row = _row(connection, tip_id, lock=True)
        desk_key = desk.current(connection)
        if row.state == filing.WITHDRAWN:
            raise TipError(WITHDRAWN_TIP, "withdrawn")
        if row.state == filing.UNFINISHED or desk_key is None:
            raise TipError(UNFINISHED_TIP, "unfinished")
        if row.reporter_key is None:
            raise TipError(NO_RECEIPT, "no_receipt")
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
        note(connection, Act.QUESTION_SENT, by=by.staff_id, on=tip_id)


def hold(database: Database, tip_id: str, *, held: bool, by: Unlocked | None = None) -> None:
    """Keeps a report from being purged while an investigation needs it, or lets it go again.

    What a report says that was withdrawn meanwhile goes when the hold ends. `by` as in `move`.

    Raises:
        TipError: There is no such report.
    """
    with database.write() as connection:
        row = _row(connection, tip_id, lock=True)
        when = this_hour_ms() if held else None
        connection.execute(update(tips).where(tips.c.id == tip_id).values(held_at=when))
        act = Act.HOLD_SET if held else Act.HOLD_RELEASED
        note(connection, act, by=_actor(by), on=tip_id)
        is_over = row.state == filing.WITHDRAWN and not held
        if is_over:
            follow_up.erase(connection, tip_id)
    if is_over:
        database.close_words_for_good()


def _actor(by: Unlocked | None) -> str:
    return TERMINAL if by is None else by.staff_id


def _move(connection: Connection, actor: str, tip_id: str, state: str, *, only_from: str) -> None:
    hour = this_hour_ms()
    until = retention.retain_until(state, hour)
    same = and_(tips.c.id == tip_id, tips.c.state == only_from)
    moved = connection.execute(
        update(tips).where(same).values(state=state, changed_at=hour, retain_until=until)
    )
    if moved.rowcount:
        note(connection, Act.REPORT_MOVED, by=actor, on=tip_id, detail=state)


def _row(connection: Connection, tip_id: str, *, lock: bool = False) -> Row:
    query = select(tips).where(tips.c.id == tip_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise TipError(NO_SUCH_TIP, "no_such")
    return row


def _entry(by: Unlocked, row: Row, tip_id: str) -> Entry:
    place = follow_up.entry_place(tip_id, follow_up.STAFF)
    said = json.loads(by.open(row.desk_key_id, row.desk_sealed, place))
    return Entry(row.author, said["text"], row.created_at, row.read_at is not None)
