"""How long each class of data is kept, and the deletion of what is over.

The classes stand in `nlu_data/facts/retention.yml`, from which people are told of them, too.
What a person left in the middle of a report goes sooner: `bot.conversation.keeper`.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial

import yaml
from sqlalchemy import Column, Table, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement, Select

from bot.clock import LOCAL
from bot.privacy.audit import failures, shortening
from bot.privacy.audit.acts import SYSTEM, Act, note
from bot.privacy.signing_in import sessions
from bot.settings import PROJECT_ROOT
from bot.storage.database import Database
from bot.storage.locks import lock_conversations
from bot.storage.tables import (
    attachments,
    contacts,
    conversations,
    day_counts,
    month_counts,
    outbox,
    quiz_rounds,
    receipt_tries,
    sign_in_tries,
    staff_sessions,
    tip_counts,
    tip_drafts,
    tips,
    unanswered,
)

logger = logging.getLogger(__name__)

CLASSES_FILE = PROJECT_ROOT / "nlu_data" / "facts" / "retention.yml"

CONVERSATION = "simpan_percakapan"
DRAFT, RECEIPT = "simpan_draf", "simpan_resi"
TRIES = "simpan_percobaan"
QUESTION = "simpan_pertanyaan"
FIGURES = "simpan_angka"
TRAIL = "simpan_jejak"
TIP, TIP_CLOSED = "simpan_laporan", "simpan_laporan_selesai"
TIP_WITHDRAWN, TIP_UNFINISHED = "simpan_laporan_ditarik", "simpan_laporan_terputus"

CLASS_OF_STATE = {
    "new": TIP,
    "read": TIP,
    "working": TIP,
    "referred": TIP,
    "closed": TIP_CLOSED,
    "withdrawn": TIP_WITHDRAWN,
    "unfinished": TIP_UNFINISHED,
}

# So many rows are deleted in one transaction: who writes meanwhile waits for no more.
BATCH = 100
WARNING_DAYS = 14
HOUR_MS = 60 * 60_000
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True)
class Ending:
    """A tip that will be deleted, and on which day in Bengkulu."""

    tip_id: str
    day: date


@lru_cache(maxsize=1)
def classes() -> Mapping[str, int]:
    """The hours that each class is kept."""
    facts = yaml.safe_load(CLASSES_FILE.read_text("utf-8"))["facts"]
    return {name: int(fact["hours"]) for name, fact in facts.items()}


def hours(name: str) -> int:
    """For how many hours a class is kept.

    Raises:
        KeyError: There is no such class.
    """
    return classes()[name]


def days(name: str) -> int:
    """The same in whole days, for what bears a day and no hour."""
    return hours(name) // 24


def _ago(name: str, now: int) -> int:
    """What is older than this moment is over."""
    return now - hours(name) * HOUR_MS


def _day(moment: int) -> date:
    """The day in Bengkulu."""
    return datetime.fromtimestamp(moment / 1000, LOCAL).date()


def retain_until(state: str, now: int) -> int:
    """Until when a tip is kept that has this state, or got something new in it, now.

    Counted from the beginning of the hour, so that it does not tell the moment.

    Raises:
        KeyError: There is no such state.
    """
    return now // HOUR_MS * HOUR_MS + hours(CLASS_OF_STATE[state]) * HOUR_MS


def due_soon(connection: Connection, now: int, within: int = WARNING_DAYS) -> list[Ending]:
    """The tips that end within so many days, the first one first: staff are warned of them."""
    rows = connection.execute(
        select(tips.c.id, tips.c.retain_until)
        .where(_tip_is_over(now + within * DAY_MS))
        .order_by(tips.c.retain_until, tips.c.id)
    )
    return [Ending(name, _day(until)) for name, until in rows]


def purge(database: Database, now: int, *, thorough: bool = True) -> dict[str, int]:
    """Deletes what is over, in short transactions. Two at once do not disturb each other.

    Args:
        database: The whole of it.
        now: In milliseconds since 1970.
        thorough: Also write SQLite's file anew, for which who writes has to wait.

    Returns:
        How many conversations, tips, questions, ... of each class went.
    """
    first_month = f"{_day(_ago(FIGURES, now)):%Y-%m}"
    first_day = str(_day(_ago(QUESTION, now)))
    rounds, counts = quiz_rounds.c, tip_counts.c
    gone = {
        CONVERSATION: _purge_conversations(database, _ago(CONVERSATION, now)),
        **_purge_tips(database, now),
        QUESTION: _delete(
            database, unanswered, unanswered.c.id, unanswered.c.day < first_day, QUESTION
        ),
        FIGURES: _delete(database, quiz_rounds, rounds.id, rounds.month < first_month, FIGURES)
        + _delete(database, tip_counts, counts.month, counts.month < first_month, FIGURES)
        + sum(
            _delete(database, column.table, column, column < first_month, FIGURES)
            for column in (day_counts.c.day, month_counts.c.month)
        ),
        TRIES: sum(
            _delete(database, table, table.c.scope, _is_forgotten(table, now))
            for table in (receipt_tries, sign_in_tries)
        ),
    }
    failures.settle(database)
    gone[TRAIL] = shortening.shorten(database, _ago(TRAIL, now))
    _delete(database, staff_sessions, staff_sessions.c.id, sessions.is_over(now))
    _unlink(database, _ago(CONVERSATION, now))
    # Also when nothing went: the purge before may have been killed at this point.
    if not (database.rewrite() if thorough else database.close_words_for_good()):
        logger.warning("somebody reads: what was deleted is wiped off the disk by the next purge")
    return gone


def _is_forgotten(tries: Table, now: int) -> ColumnElement:
    return (tries.c.since < _ago(TRIES, now)) & (tries.c.blocked_until <= now)


def _unlink(database: Database, before: int) -> None:
    """Cuts what leads from older reports to the conversations that sent them.

    Whoever goes on writing must not be found through a report of long ago.
    """
    old = tips.c.conversation_id.is_not(None) & (tips.c.filed_at < before)
    with database.read() as connection:
        whose = connection.execute(select(tips.c.conversation_id).where(old)).scalars().all()
    for first in range(0, len(whose), BATCH):
        with database.write() as connection:
            lock_conversations(connection, whose[first : first + BATCH])
            connection.execute(
                tips.update()
                .where(old)
                .where(tips.c.conversation_id.in_(whose[first : first + BATCH]))
                .values(conversation_id=None)
            )


def delete_files(
    database: Database, which: ColumnElement, lock: Callable[[Connection], object]
) -> None:
    """Deletes files of people one at a time: each may be of ten megabytes.

    Args:
        database: Where they are.
        which: Of the table `attachments`.
        lock: Locks what the files belong to; gives nothing when they are to stay after all.
    """
    with database.read() as connection:
        query = select(attachments.c.id).where(which).order_by(attachments.c.id)
        ids = connection.execute(query).scalars().all()
    for name in ids:
        with database.write() as connection:
            if not lock(connection):
                return
            one = attachments.delete().where(attachments.c.id == name).where(which)
            connection.execute(one)


def _purge_conversations(database: Database, before: int) -> int:
    """Those in which the person wrote nothing since, and waits for no answer."""
    gone, last = 0, ""
    while True:
        with database.read() as connection:
            batch = _ids(connection, conversations, _is_silent(before), after=last)
        if not batch:
            return gone
        last = batch[-1]
        for conversation_id in batch:
            delete_files(
                database,
                attachments.c.conversation_id == conversation_id,
                partial(_lock_silent, ids=[conversation_id], before=before),
            )
        with database.write() as connection:
            silent = _lock_silent(connection, batch, before)
            _delete_conversations(connection, silent)
            _note_deleted(connection, CONVERSATION, len(silent))
        gone += len(silent)


def _is_silent(before: int) -> ColumnElement:
    heard_at = func.coalesce(conversations.c.heard_at, conversations.c.created_at)
    is_idle = conversations.c.ready_at.is_(None) & conversations.c.held_by.is_(None)
    return (heard_at < before) & is_idle


def _lock_silent(connection: Connection, ids: Sequence[str], before: int) -> Sequence[str]:
    """Locks conversations, and gives those in which nothing was written meanwhile."""
    lock_conversations(connection, ids)
    return _ids(connection, conversations, conversations.c.id.in_(ids) & _is_silent(before))


def _delete_conversations(connection: Connection, ids: Sequence[str]) -> None:
    """Deletes conversations and whose they were, but for who said STOP: that holds for good.

    That somebody cannot be reached need not be remembered. Nothing is sent to who does not
    write, and who writes is reached again.
    """
    whose = conversations.c.id.in_(ids)
    owners = connection.execute(select(conversations.c.contact_id).where(whose)).scalars().all()
    # The sender moves single messages without the lock on their conversation.
    messages = select(outbox.c.id).where(outbox.c.conversation_id.in_(ids)).order_by(outbox.c.id)
    connection.execute(messages.with_for_update())
    connection.execute(conversations.delete().where(whose))
    connection.execute(
        contacts.delete().where(contacts.c.id.in_(owners)).where(contacts.c.stopped_at.is_(None))
    )


def _tip_is_over(now: int) -> ColumnElement:
    return (tips.c.retain_until <= now) & tips.c.held_at.is_(None)


def _purge_tips(database: Database, now: int) -> dict[str, int]:
    gone, last = Counter(dict.fromkeys(CLASS_OF_STATE.values(), 0)), ""
    while True:
        with database.read() as connection:
            batch = _ids(connection, tips, _tip_is_over(now), after=last)
        if not batch:
            return dict(gone)
        last = batch[-1]
        for tip_id in batch:
            delete_files(
                database,
                attachments.c.tip_id == tip_id,
                partial(_lock_over, ids=[tip_id], now=now),
            )
        with database.write() as connection:
            states = _lock_over(connection, batch, now)
            connection.execute(tips.delete().where(tips.c.id.in_(list(states))))
            for tip_id, state in states.items():
                note(connection, Act.REPORT_DELETED, by=SYSTEM, on=tip_id, detail=state)
        gone.update(CLASS_OF_STATE[state] for state in states.values())


def _lock_over(connection: Connection, ids: Sequence[str], now: int) -> dict[str, str]:
    """Locks tips after the conversations that know them, and gives the states of those still over.

    Nobody extends or holds one of them until the end of the transaction.
    """
    told = select(tips.c.conversation_id).where(tips.c.id.in_(ids))
    begun = select(tip_drafts.c.conversation_id).where(tip_drafts.c.tip_id.in_(ids))
    known = connection.execute(told.union(begun)).scalars().all()
    lock_conversations(connection, [name for name in known if name is not None])
    rows = connection.execute(
        select(tips.c.id, tips.c.state)
        .where(tips.c.id.in_(ids))
        .where(_tip_is_over(now))
        .order_by(tips.c.id)
        .with_for_update()
    )
    return {row.id: row.state for row in rows}


def _ids(
    connection: Connection, table: Table, which: ColumnElement, *, after: str = ""
) -> Sequence[str]:
    query: Select = select(table.c.id).where(which).where(table.c.id > after)
    rows: Sequence[str] = (
        connection.execute(query.order_by(table.c.id).limit(BATCH)).scalars().all()
    )
    return rows


def _note_deleted(connection: Connection, name: str, count: int) -> None:
    """Writes down that so many of a class were deleted; reports are written down one by one."""
    if count:
        note(connection, Act.DATA_DELETED, by=SYSTEM, detail=name, count=count)


def _delete(
    database: Database, table: Table, key: Column, which: ColumnElement, name: str | None = None
) -> int:
    """Deletes rows of a table that nothing hangs on; what others lock just now stays.

    Args:
        name: Of the class, to be written down; without it is not.
    """
    gone = 0
    some = select(key).where(which).limit(BATCH).with_for_update(skip_locked=True)
    while True:
        with database.write() as connection:
            keys = connection.execute(some).scalars().all()
            if not keys:
                return gone
            deleted = connection.execute(table.delete().where(key.in_(keys)).where(which)).rowcount
            if name is not None:
                _note_deleted(connection, name, deleted)
            gone += deleted
