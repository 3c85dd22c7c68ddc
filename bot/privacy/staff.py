"""Changes of who works at the desk, and of the keys.

Each member has a key pair whose private key opens with the password alone. The desk's
private keys are sealed for each admin and officer, and for the recovery key; nothing that
stands on the server opens them. Each change is one transaction, and what is slow comes
before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection

from bot import clock
from bot.privacy import grants, passwords, recovery, roster
from bot.privacy.audit.acts import TERMINAL, Act, note
from bot.privacy.boxes import KeyPair
from bot.privacy.grants import RECOVERY, Holder
from bot.privacy.identity import random_id
from bot.privacy.roster import (
    ADMIN,
    OFFICER,
    READERS,
    RECOVERY_PUBLIC,
    ROLES,
    UNKNOWN_NAME,
    VIEWER,
    Member,
    StaffError,
    members,
)
from bot.privacy.sealing import SealBroken
from bot.privacy.signing_in import second_factor, sessions
from bot.privacy.unlocked import (
    NotGranted,
    Unlocked,
    WrongLogin,
    place,
    unlock,
    unlock_with_recovery,
)
from bot.storage.database import Database
from bot.storage.tables import installation, staff

__all__ = [
    "ADMIN", "OFFICER", "ROLES", "VIEWER", "Member", "NotGranted", "StaffError", "Unlocked",
    "WrongLogin", "add", "change_password", "check_new", "disable", "members", "renew_recovery",
    "reset_password", "rotate", "unlock", "unlock_with_recovery",
]  # fmt: skip

NAME_TAKEN = "The name is taken, perhaps by somebody who was disabled; choose another."
FIRST_IS_ADMIN = "The first member must be an admin: suluh staff add NAME --role admin"
NEEDS_ADMIN = "Only an active admin can do that: --by NAME"
LAST_ADMIN = "This is the last active admin. Add another one first."
LACKS_KEYS = "This account cannot open all keys of the desk; let another admin do it."


def check_new(connection: Connection, name: str, role: str, *, by_somebody: bool) -> None:
    """Refuses, before anybody types a password, what `add` would refuse.

    Raises:
        StaffError: The message says why.
    """
    roster.cleaned(name)
    first = roster.is_empty(connection)
    if first and role != ADMIN:
        raise StaffError(FIRST_IS_ADMIN)
    if not first and not by_somebody:
        raise StaffError(NEEDS_ADMIN)
    if roster.by_name(connection, name) is not None:
        raise StaffError(NAME_TAKEN)


def add(
    database: Database, name: str, role: str, password: str, *, by: Unlocked | None = None
) -> str | None:
    """Adds a member; admins and officers can open everything, also what came before.

    Args:
        by: An admin; None for the first member alone, who makes the desk.

    Returns:
        The recovery key, to be shown once, when this was the first member.

    Raises:
        PasswordError, StaffError: The message says why.
    """
    assert role in ROLES
    passwords.check(password, name)
    with database.read() as connection:
        check_new(connection, name, role, by_somebody=by is not None)
    staff_id, pair = random_id(), KeyPair.new()
    locked = passwords.lock(pair.private_key, password, place(staff_id))
    with _change(database) as connection:
        check_new(connection, name, role, by_somebody=by is not None)
        if by is not None:
            _require_admin(connection, by)
        connection.execute(
            staff.insert().values(
                id=staff_id,
                name=roster.cleaned(name),
                role=role,
                public_key=pair.public_key,
                created_at=clock.now_ms(),
                **vars(locked),
            )
        )
        actor = TERMINAL if by is None else by.staff_id
        note(connection, Act.STAFF_ADDED, by=actor, on=staff_id, detail=role)
        if by is None:
            return recovery.shown(_new_recovery(connection, {}, actor))
        if role in READERS:
            grants.give(connection, Holder(staff_id, pair.public_key), _all_keys(connection, by))
        return None


def change_password(database: Database, by: Unlocked, password: str) -> None:
    """One's own password. The key pair stays.

    Raises:
        PasswordError: The new password may not be used.
        StaffError: The member was disabled or reset meanwhile.
    """
    assert by.role in ROLES
    passwords.check(password, by.name)
    locked = by.locked_with(password)
    with _change(database) as connection:
        if not by.is_current(connection):
            raise StaffError(UNKNOWN_NAME)
        connection.execute(staff.update().where(staff.c.id == by.staff_id).values(**vars(locked)))
        note(connection, Act.PASSWORD_CHANGED, by=by.staff_id)
        # Whoever knew the old one may be signed in with it.
        sessions.end_all(connection, by.staff_id, by.staff_id)


def reset_password(database: Database, name: str, password: str, *, by: Unlocked) -> None:
    """A new password and key pair for a member who lost the password.

    Args:
        by: An admin, or the recovery key.

    Raises:
        PasswordError, StaffError: The message says why.
    """
    passwords.check(password, name)
    with database.read() as connection:
        member = roster.require_active(connection, name)
    pair = KeyPair.new()
    locked = passwords.lock(pair.private_key, password, place(member.id))
    with _change(database) as connection:
        _require_admin(connection, by)
        member = roster.require_active(connection, name)
        # Read before anything is taken: an admin may do this to himself.
        keys = _all_keys(connection, by)
        connection.execute(
            staff.update()
            .where(staff.c.id == member.id)
            .values(public_key=pair.public_key, **vars(locked))
        )
        note(connection, Act.PASSWORD_RESET, by=by.staff_id, on=member.id)
        grants.take(connection, member.id)
        _sign_out(connection, member.id, by.staff_id)
        if member.role in READERS:
            grants.give(connection, Holder(member.id, pair.public_key), keys)


def disable(database: Database, name: str) -> None:
    """Takes all keys from a member, and makes a new one for what comes from now on.

    Raises:
        StaffError: Nobody has this name, or it is the last active admin.
    """
    with _change(database) as connection:
        member = roster.require_active(connection, name)
        if member.role == ADMIN and roster.active_admins(connection) == 1:
            raise StaffError(LAST_ADMIN)
        connection.execute(
            staff.update()
            .where(staff.c.id == member.id)
            # Nothing stays that a password could be tried on.
            .values(disabled_at=clock.now_ms(), private_sealed=b"")
        )
        note(connection, Act.STAFF_REMOVED, by=TERMINAL, on=member.id)
        grants.take(connection, member.id)
        _sign_out(connection, member.id, TERMINAL)
        _rotate(connection, TERMINAL)


def rotate(database: Database) -> None:
    """A new key of the desk. Whoever could read what came before still can.

    Raises:
        StaffError: There is no desk yet.
    """
    with _change(database) as connection:
        _rotate(connection, TERMINAL)


def renew_recovery(database: Database, *, by: Unlocked) -> str:
    """A new recovery key, to be shown once. The one before opens nothing any more, and what
    is sealed from now on not even together with an old copy of the database.

    Raises:
        StaffError: `by` is no admin any more.
    """
    with _change(database) as connection:
        _require_admin(connection, by)
        keys = _all_keys(connection, by)
        grants.take(connection, RECOVERY)
        connection.execute(installation.delete().where(installation.c.name == RECOVERY_PUBLIC))
        return recovery.shown(_new_recovery(connection, keys, by.staff_id))


@contextmanager
def _change(database: Database) -> Iterator[Connection]:
    """One change at a time: who is added while the key rotates must get the new key, too."""
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("LOCK TABLE staff IN SHARE ROW EXCLUSIVE MODE")
        yield connection
    # What was taken from somebody must not stay in the log either.
    database.close_words_for_good()


def _rotate(connection: Connection, by: str) -> None:
    note(connection, Act.KEYS_ROTATED, by=by)
    grants.rotate(connection, roster.holders(connection))


def _new_recovery(connection: Connection, keys: dict[str, bytes], by: str) -> KeyPair:
    pair = KeyPair.new()
    connection.execute(installation.insert().values(name=RECOVERY_PUBLIC, value=pair.public_key))
    note(connection, Act.RECOVERY_RENEWED, by=by)
    grants.give(connection, Holder(RECOVERY, pair.public_key), keys)
    _rotate(connection, by)
    return pair


def _sign_out(connection: Connection, staff_id: str, by: str) -> None:
    """The old key pair is worth nothing: its sessions end, and so does what it opened."""
    sessions.end_all(connection, staff_id, by)
    second_factor.forget(connection, staff_id)


def _require_admin(connection: Connection, by: Unlocked) -> None:
    if by.role not in (ADMIN, RECOVERY) or not by.is_current(connection):
        raise StaffError(NEEDS_ADMIN)


def _all_keys(connection: Connection, by: Unlocked) -> dict[str, bytes]:
    try:
        keys = by.desk_keys(connection)
    except SealBroken:
        raise StaffError(LACKS_KEYS) from None
    # Handing on fewer would lose the rest for good.
    if set(keys) != grants.all_ids(connection):
        raise StaffError(LACKS_KEYS)
    return keys
