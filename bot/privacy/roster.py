"""The members of staff as they stand in the database."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Row

from bot.errors import OperatorError
from bot.privacy.grants import RECOVERY, Holder
from bot.storage.tables import installation, staff

ADMIN, OFFICER, VIEWER = "admin", "officer", "viewer"
ROLES = (ADMIN, OFFICER, VIEWER)
# Viewers see how many, never what.
READERS = (ADMIN, OFFICER)

LONGEST_NAME = 64
RECOVERY_PUBLIC = "recovery-public"

BAD_NAME = f"A name has 1 to {LONGEST_NAME} characters, all of them visible."
UNKNOWN_NAME = "Nobody who is active has this name; see: suluh staff list"
NO_DESK = "The desk has no members yet. Begin with: suluh staff add NAME --role admin"


class StaffError(OperatorError):
    """The change is not possible; the message says why."""


@dataclass(frozen=True)
class Member:
    """Times are milliseconds since 1970; `disabled_at` is None for who is active."""

    id: str
    name: str
    role: str
    created_at: int
    disabled_at: int | None


def members(connection: Connection) -> list[Member]:
    """All who ever worked at the desk, by name."""
    rows = connection.execute(select(staff)).all()
    found = [Member(r.id, r.name, r.role, r.created_at, r.disabled_at) for r in rows]
    return sorted(found, key=lambda member: _folded(member.name))


def is_empty(connection: Connection) -> bool:
    """Whether nobody was ever added."""
    return connection.execute(select(staff.c.id).limit(1)).first() is None


def by_name(connection: Connection, name: str) -> Row | None:
    """The row of a member, active or not, in whatever letters the name is typed."""
    # SQLite knows the small letters of ASCII alone; the members are few.
    rows = connection.execute(select(staff)).all()
    return next((row for row in rows if _folded(row.name) == _folded(name)), None)


def active(connection: Connection, name: str) -> Row | None:
    """The row of a member who was not disabled."""
    row = by_name(connection, name)
    return row if row is not None and row.disabled_at is None else None


def require_active(connection: Connection, name: str) -> Row:
    """The same.

    Raises:
        StaffError: There is none.
    """
    row = active(connection, name)
    if row is None:
        raise StaffError(UNKNOWN_NAME)
    return row


def active_admins(connection: Connection) -> int:
    count: int = connection.execute(
        select(func.count())
        .select_from(staff)
        .where(staff.c.role == ADMIN, staff.c.disabled_at.is_(None))
    ).scalar_one()
    return count


def holders(connection: Connection) -> list[Holder]:
    """All for whom a new key of the desk is sealed.

    Raises:
        StaffError: There is no desk yet.
    """
    rows = connection.execute(
        select(staff.c.id, staff.c.public_key).where(
            staff.c.disabled_at.is_(None), staff.c.role.in_(READERS)
        )
    )
    readers = [Holder(row.id, bytes(row.public_key)) for row in rows]
    return [*readers, recovery_holder(connection)]


def recovery_holder(connection: Connection) -> Holder:
    """Whoever has the paper with the recovery key.

    Raises:
        StaffError: There is no desk yet.
    """
    public_key = connection.execute(
        select(installation.c.value).where(installation.c.name == RECOVERY_PUBLIC)
    ).scalar()
    if public_key is None:
        raise StaffError(NO_DESK)
    return Holder(RECOVERY, bytes(public_key))


def cleaned(name: str) -> str:
    """A name as it is kept.

    Raises:
        StaffError: It is none.
    """
    name = _clean(name)
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise StaffError(BAD_NAME)
    return name


def _clean(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def _folded(name: str) -> str:
    return _clean(name).casefold()
