"""A member who gave the password, and what can be opened with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.privacy import boxes, grants, passwords, recovery, roster
from bot.privacy.audit import failures
from bot.privacy.audit.acts import Act, note
from bot.privacy.boxes import KeyPair
from bot.privacy.grants import RECOVERY
from bot.privacy.passwords import Locked
from bot.privacy.roster import StaffError
from bot.privacy.sealing import SealBroken
from bot.storage.database import Database
from bot.storage.tables import staff

WRONG_LOGIN = "The name or the password is wrong."
OTHER_RECOVERY = "This is not the recovery key of this desk, or no longer."
NOT_GRANTED = "This account may not open what was reported."


class WrongLogin(StaffError):
    """No such name, or another password: which of them is not told."""


class NotGranted(StaffError):
    """This member holds no key for it: a viewer, or somebody who was disabled since."""


@dataclass(frozen=True)
class Unlocked:
    """A member who gave the password, for as long as the session lasts.

    Attributes:
        staff_id: Of the member; `RECOVERY` when it was the recovery key that was given.
        role: One of `roster.ROLES`, or `RECOVERY`.
    """

    staff_id: str
    name: str
    role: str
    _pair: KeyPair = field(repr=False)
    _database: Database = field(repr=False)
    _keys: dict[str, bytes] = field(default_factory=dict, repr=False)
    # Of those keys, once something was opened with them: a search opens thousands of boxes.
    _pairs: dict[str, KeyPair] = field(default_factory=dict, repr=False, init=False)

    @property
    def public_key(self) -> bytes:
        return self._pair.public_key

    def open(self, desk_key_id: str, sealed: bytes, place: str) -> bytes:
        """Opens what was sealed for the desk, also with a key that is newer than the login.

        Raises:
            NotGranted: The member may not open it.
            SealBroken: It was changed, or sealed for another place.
        """
        if desk_key_id not in self._keys:
            with self._database.read() as connection:
                if self.is_current(connection):
                    self._keys.update(self.desk_keys(connection))
        if desk_key_id not in self._keys:
            raise NotGranted(NOT_GRANTED)
        pair = self._pairs.get(desk_key_id)
        if pair is None:
            pair = self._pairs[desk_key_id] = KeyPair.of(self._keys[desk_key_id])
        return pair.open(sealed, place)

    def desk_keys(self, connection: Connection) -> dict[str, bytes]:
        """The desk's private keys that this member holds now, by their ids.

        Raises:
            SealBroken: One of them was changed.
        """
        return grants.held(connection, self.staff_id, self._pair.private_key)

    def is_current(self, connection: Connection) -> bool:
        """False once the member was disabled, or given another key pair, since the login."""
        if self.staff_id == RECOVERY:
            return roster.recovery_holder(connection).public_key == self.public_key
        row = connection.execute(select(staff).where(staff.c.id == self.staff_id)).first()
        return (
            row is not None
            and row.disabled_at is None
            and row.role == self.role
            and bytes(row.public_key) == self.public_key
        )

    def seal_for_self(self, plain: bytes, place: str) -> bytes:
        """Seals what only this member opens again, after giving the password."""
        return boxes.seal_for(self._pair.public_key, plain, place)

    def open_own(self, sealed: bytes, place: str) -> bytes:
        """Opens what `seal_for_self` gave.

        Raises:
            SealBroken: It was sealed for another key pair or place, or changed.
        """
        return self._pair.open(sealed, place)

    def private_key(self) -> bytes:
        """32 bytes, for a session to seal: never to be kept in the clear."""
        return self._pair.private_key

    def locked_with(self, password: str) -> Locked:
        """The private key under a new password. Slow."""
        return passwords.lock(self._pair.private_key, password, place(self.staff_id))


def unlock(database: Database, name: str, password: str) -> Unlocked:
    """Logs a member in. Takes as long when it fails.

    Raises:
        WrongLogin: The name or the password is wrong, or the member was disabled.
    """
    with database.read() as connection:
        row = roster.active(connection, name)
    locked = (
        passwords.of_nobody()
        if row is None
        else Locked(bytes(row.private_sealed), bytes(row.salt), row.strength)
    )
    try:
        private_key = passwords.unlock(locked, password, place(row.id if row is not None else ""))
    except SealBroken:
        _failed(database)
        raise WrongLogin(WRONG_LOGIN) from None
    assert row is not None
    with database.write() as connection:
        note(connection, Act.PASSWORD_GIVEN, by=row.id)
    return Unlocked(row.id, row.name, row.role, KeyPair.of(private_key), database)


def unlock_with_recovery(database: Database, written: str) -> Unlocked:
    """What the recovery key may do: open everything, and give a member a new password.

    Raises:
        RecoveryKeyError: It has a typing error; the message says where.
        StaffError: It belongs to no desk here, or a newer one was made.
    """
    holder = Unlocked(RECOVERY, RECOVERY, RECOVERY, recovery.typed(written), database)
    with database.read() as connection:
        is_current = holder.is_current(connection)
    if not is_current:
        _failed(database)
        raise StaffError(OTHER_RECOVERY)
    with database.write() as connection:
        note(connection, Act.RECOVERY_GIVEN, by=RECOVERY)
    return holder


def _failed(database: Database) -> None:
    with database.write() as connection:
        failures.count(connection, Act.PASSWORD_REFUSED)


def place(staff_id: str) -> str:
    """What the private key of a member is sealed for."""
    return f"staff.private:{staff_id}"
