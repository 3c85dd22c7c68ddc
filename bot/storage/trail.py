"""The trail of what was done: entries that `Database.write` chains to each other.

Each entry bears a keyed hash (BLAKE2b) over what it says, its number and the hash of the entry
before. Who changes, removes, adds or moves one with the database alone, without the server
key, breaks the chain, and `bot.privacy.audit.verifying` names the place.

What a transaction notes is written at its very end, after everything that it locks: of several
that end at once one waits for the other, no two entries have one number, and nobody who has
the end of the chain waits for a row of somebody else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.storage.tables import audit, installation

HASH_BYTES = 32
# Before the first entry.
BEGINNING = bytes(HASH_BYTES)
ANCHOR = "audit-anchor"

# Any number that `migrations/env.py` does not use.
APPEND_LOCK = 7_251_002

_OPTION = "suluh_trail"
_ENTRY, _ANCHOR = b"suluh audit 1", b"suluh anchor 1"
_last = select(audit.c.seq, audit.c.mac).order_by(audit.c.seq.desc()).limit(1)


class NoTrail(RuntimeError):
    """Something was to be noted outside of `Database.write`, or without the server key."""


@dataclass(frozen=True)
class Entry:
    """What was done, in codes and ids alone.

    Attributes:
        at: Milliseconds since 1970.
        actor: Who did it.
        act: What.
        about: The id of what it was done to.
        detail: A code, such as the new state.
        count: How many at once.
    """

    at: int
    actor: str
    act: str
    about: str | None = None
    detail: str | None = None
    count: int = 1


@dataclass(frozen=True)
class Link:
    """A place in the chain: the number of an entry and its hash."""

    seq: int
    mac: bytes


def note(connection: Connection, entry: Entry) -> None:
    """Has an entry written with this transaction, or not at all if it is rolled back.

    Raises:
        NoTrail: It is no transaction of `Database.write`, or the database has no key.
    """
    noted: list[Entry] | None = connection.get_execution_options().get(_OPTION)
    if noted is None:
        raise NoTrail("noted outside of Database.write, or before Database.sign_with")
    noted.append(entry)


@contextmanager
def written_last(connection: Connection, key: bytes | None) -> Iterator[None]:
    """Takes notes while the block runs, and chains them when it ends well."""
    noted: list[Entry] | None = None if key is None else []
    connection.execution_options(**{_OPTION: noted})
    yield
    if key is not None and noted:
        _append(connection, key, noted)


def mac(key: bytes, link: Link, entry: Entry) -> bytes:
    """The hash of the entry that follows a place in the chain."""
    text = [entry.actor, entry.act, entry.about, entry.detail]
    parts = [link.mac, *map(_number, (link.seq + 1, entry.at, entry.count)), *map(_text, text)]
    return _hash(key, b"".join(parts), _ENTRY)


def anchor(connection: Connection, key: bytes) -> Link | None:
    """Where the chain begins since older entries were deleted; None where nothing was.

    Raises:
        ValueError: It was not written by Suluh.
    """
    value = connection.execute(
        select(installation.c.value).where(installation.c.name == ANCHOR)
    ).scalar()
    if value is None:
        return None
    value = bytes(value)
    link = Link(int.from_bytes(value[:8], "big"), value[8 : 8 + HASH_BYTES])
    if _anchor_value(key, link) != value:
        raise ValueError("the anchor was changed")
    return link


def drop_anchor(connection: Connection, key: bytes, link: Link) -> None:
    """The chain begins behind this place from now on."""
    connection.execute(installation.delete().where(installation.c.name == ANCHOR))
    connection.execute(installation.insert().values(name=ANCHOR, value=_anchor_value(key, link)))


def lock(connection: Connection) -> None:
    """Nobody else adds to the chain, or shortens it, until the end of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({APPEND_LOCK})")


def head(connection: Connection, key: bytes) -> Link:
    """The end of the chain."""
    row = connection.execute(_last).first()
    if row is not None:
        return Link(row.seq, bytes(row.mac))
    try:
        return anchor(connection, key) or Link(0, BEGINNING)
    except ValueError:
        # Whoever changed it must not keep staff from working; the check of the chain tells.
        return Link(0, BEGINNING)


def _append(connection: Connection, key: bytes, entries: list[Entry]) -> None:
    lock(connection)
    link = head(connection, key)
    for entry in entries:
        following = Link(link.seq + 1, mac(key, link, entry))
        connection.execute(
            audit.insert().values(
                seq=following.seq, prev=link.mac, mac=following.mac, **vars(entry)
            )
        )
        link = following


def _anchor_value(key: bytes, link: Link) -> bytes:
    plain = _number(link.seq) + link.mac
    return plain + _hash(key, plain, _ANCHOR)


def _hash(key: bytes, message: bytes, person: bytes) -> bytes:
    return hashlib.blake2b(message, digest_size=HASH_BYTES, key=key, person=person).digest()


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def _text(value: str | None) -> bytes:
    """Two different rows never give the same bytes: each text says whether and how long it is."""
    if value is None:
        return b"\0"
    encoded = value.encode()
    return b"\1" + len(encoded).to_bytes(4, "big") + encoded
