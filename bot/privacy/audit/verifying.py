"""Walks the trail from its beginning to its end, and names what does not hold.

Each entry also bears the hash of the one before. So one that was changed is told apart from the
good ones around it, and good ones tell by their numbers what is missing between them. That
the end was cut off is not seen from what is left: for this somebody keeps the hash of the last
entry (`suluh audit head`) in another place and gives it to the next check.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from sqlalchemy import func, select, type_coerce
from sqlalchemy.engine import Connection, Row
from sqlalchemy.types import NullType

from bot.errors import OperatorError
from bot.storage import trail
from bot.storage.database import Database
from bot.storage.tables import audit
from bot.storage.trail import Entry, Link

# So many rows are fetched at a time, and progress is told so often.
BATCH = 1_000
# Of more than this only how many is told.
MOST = 500

NOWHERE = Link(0, trail.BEGINNING)

BAD_HEAD = "Tanda ujung ditulis seperti yang dicetak: suluh audit head"
_HEAD = re.compile(r"(?:(\d{1,18})-)?([0-9a-f]{64})")
# What a row may hold that somebody else wrote.
_UNREADABLE = (AttributeError, OverflowError, TypeError, UnicodeError, ValueError)


class Kind(str, Enum):
    """What may be wrong. How each is told stands in `nlu_data/petugas/jejak.yml`."""

    CHANGED = "changed"
    MISSING = "missing"
    # Or changed: of what stands at the end that cannot be told.
    ADDED = "added"
    MOVED = "moved"
    UNLINKED = "unlinked"
    ANCHOR = "anchor"
    HEAD = "head"
    HEAD_TOO_OLD = "head_too_old"


@dataclass(frozen=True)
class Finding:
    """What does not hold: the entries from `first` to `last`; `origin` is its own number."""

    kind: Kind
    first: int
    last: int
    origin: int | None = None


@dataclass(frozen=True)
class Result:
    """What a check found.

    Attributes:
        entries: How many were looked at.
        head: The last entry that holds.
        findings: In the order of the numbers; at most `MOST`.
        more: How many further ones there are.
    """

    entries: int
    head: Link
    findings: Sequence[Finding] = ()
    more: int = 0

    @property
    def holds(self) -> bool:
        return not self.findings


@dataclass(frozen=True)
class Head:
    """The end of the chain as somebody kept it; the number may have been left out."""

    seq: int | None
    mac: bytes


def shown(link: Link) -> str:
    """The end of the chain, to be kept elsewhere."""
    return f"{link.seq}-{link.mac.hex()}"


def kept(text: str) -> Head:
    """What `shown` gave, with or without the number.

    Raises:
        OperatorError: It is none.
    """
    found = _HEAD.fullmatch(text.strip().lower())
    if found is None:
        raise OperatorError(BAD_HEAD)
    number, mac = found.groups()
    return Head(None if number is None else int(number), bytes.fromhex(mac))


def length(database: Database) -> int:
    """How many entries there are."""
    with database.read() as connection:
        count: int = connection.execute(select(func.count()).select_from(audit)).scalar_one()
    return count


def verify(
    database: Database,
    *,
    head: Head | None = None,
    up_to: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Result:
    """Checks every entry.

    Args:
        database: With the key of the trail.
        head: Must be one of the entries.
        up_to: The number of the last one to look at; None for all.
        progress: Is told how many more were looked at.
    """
    with database.read() as connection:
        if connection.dialect.name == "postgresql":
            # One moment for the whole walk: entries go at the old end meanwhile.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        walk = _Walk(database.trail_key, head)
        walk.begin(connection)
        for rows in _batches(connection, up_to):
            for row in rows:
                walk.look_at(row)
            if progress is not None:
                progress(len(rows))
    return walk.result()


def is_genuine(key: bytes, row: Row) -> bool:
    """Whether an entry is as it was written, whatever stands around it."""
    try:
        entry = Entry(row.at, row.actor, row.act, row.about, row.detail, row.count)
        return _holds(key, row.seq, bytes(row.prev), bytes(row.mac), entry)
    except _UNREADABLE:
        return False


@dataclass
class _Broken:
    """An entry that is not as it was written."""

    row: Row
    seq: int
    # Whether it names the hash of the one before, and the one behind names its hash.
    follows: bool
    is_followed: bool = False
    # Its number is one that went, or that a good one has.
    is_extra: bool = False
    # It stands between good ones, so one with its number was there.
    is_inside: bool = False

    @property
    def was_there(self) -> bool:
        fits = self.is_inside or (self.follows and self.is_followed)
        return fits and not self.is_extra


@dataclass
class _Walk:
    key: bytes
    head: Head | None
    entries: int = 0
    # The last entry that holds, and the hash of the one before, whether it holds or not.
    good: Link = NOWHERE
    before: bytes = trail.BEGINNING
    begins_after: int = 0
    findings: list[Finding] = field(default_factory=list)
    broken: list[_Broken] = field(default_factory=list)
    # Of those since the last good one, and their numbers.
    waiting: list[_Broken] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)
    uncounted: int = 0
    is_head_seen: bool = False

    def begin(self, connection: Connection) -> None:
        try:
            anchor = trail.anchor(connection, self.key)
        except ValueError:
            self._find(Kind.ANCHOR, 0, 0)
            return
        if anchor is not None:
            self.good, self.before, self.begins_after = anchor, anchor.mac, anchor.seq
        self._look_for_head(self.good)

    def look_at(self, row: Row) -> None:
        self.entries += 1
        mac, prev = _bytes(row.mac), _bytes(row.prev)
        if self.waiting:
            self.waiting[-1].is_followed = prev == self.before
        seq = row.seq if isinstance(row.seq, int) else 0
        if seq > self.good.seq and is_genuine(self.key, row):
            self._good(Link(seq, mac), prev)
        else:
            is_extra = seq <= self.good.seq
            self._break(_Broken(row, seq, follows=prev == self.before, is_extra=is_extra))
        self.before = mac

    def result(self) -> Result:
        numbers = {one.seq for one in self.broken}
        numbers |= {n for f in self.findings if f.kind is Kind.MISSING for n in (f.first, f.last)}
        for one in self.broken:
            others = (numbers | {one.seq - 1, one.seq + 1}) - {one.seq}
            origin = _origin(self.key, one.row, others)
            changed = Kind.CHANGED if one.was_there else Kind.ADDED
            self._find(changed if origin is None else Kind.MOVED, one.seq, one.seq, origin)
        if self.head is not None and not self.is_head_seen:
            seq = self.head.seq or 0
            is_too_old = 0 < seq < self.begins_after
            self._find(Kind.HEAD_TOO_OLD if is_too_old else Kind.HEAD, seq, seq)
        found = sorted(self.findings, key=lambda one: (one.first, one.kind.value))
        return Result(self.entries, self.good, found, self.uncounted)

    def _good(self, link: Link, prev: bytes) -> None:
        gaps = list(_gaps(self.good.seq + 1, link.seq, self.numbers))
        for first, last in gaps:
            self._find(Kind.MISSING, first, last)
        for one in self.waiting:
            one.is_inside = True
        if not self.numbers and not gaps and prev != self.good.mac:
            self._find(Kind.UNLINKED, link.seq, link.seq)
        self.waiting.clear()
        self.numbers.clear()
        self.good = link
        self._look_for_head(link)

    def _break(self, one: _Broken) -> None:
        self.numbers.add(one.seq)
        if len(self.broken) < MOST:
            self.broken.append(one)
            self.waiting.append(one)
        else:
            self.uncounted += 1

    def _find(self, kind: Kind, first: int, last: int, origin: int | None = None) -> None:
        if len(self.findings) >= 2 * MOST:
            self.uncounted += 1
        else:
            self.findings.append(Finding(kind, first, last, origin))

    def _look_for_head(self, link: Link) -> None:
        if self.head is not None and hmac.compare_digest(self.head.mac, link.mac):
            self.is_head_seen = self.is_head_seen or self.head.seq in (None, link.seq)


def _batches(connection: Connection, up_to: int | None) -> Iterator[Sequence[Row]]:
    # As they stand there: in a row that somebody else wrote there may be anything.
    columns = [type_coerce(column, NullType()).label(column.name) for column in audit.c]
    query = select(*columns).order_by(audit.c.seq)
    if up_to is not None:
        query = query.where(audit.c.seq <= up_to)
    streaming = connection.execution_options(stream_results=True)
    yield from streaming.execute(query).partitions(BATCH)


def _origin(key: bytes, row: Row, numbers: set[int]) -> int | None:
    """The number under which an entry was written, when it is one of these."""
    try:
        entry = Entry(row.at, row.actor, row.act, row.about, row.detail, row.count)
        prev, mac = bytes(row.prev), bytes(row.mac)
        return next(
            (n for n in sorted(numbers) if n > 0 and _holds(key, n, prev, mac, entry)), None
        )
    except _UNREADABLE:
        return None


def _holds(key: bytes, seq: int, prev: bytes, mac: bytes, entry: Entry) -> bool:
    return hmac.compare_digest(trail.mac(key, Link(seq - 1, prev), entry), mac)


def _gaps(first: int, end: int, there: set[int]) -> Iterator[tuple[int, int]]:
    """The ranges of numbers from `first` to before `end` that are not `there`."""
    begins = first
    for number in sorted(n for n in there if first <= n < end):
        if number > begins:
            yield begins, number - 1
        begins = number + 1
    if begins < end:
        yield begins, end - 1


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, (bytes, memoryview)) else b""
