"""The desk's private keys, sealed for each who may open what was sealed for the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot import clock
from bot.privacy import boxes
from bot.privacy.boxes import KeyPair
from bot.privacy.identity import random_id
from bot.storage.tables import desk_grants, desk_keys

# The holder that is no member of staff.
RECOVERY = "recovery"


@dataclass(frozen=True)
class Holder:
    """Who holds grants: a member's id or `RECOVERY`, and the public key to seal for."""

    id: str
    public_key: bytes


def rotate(connection: Connection, holders: Sequence[Holder]) -> None:
    """A new key pair of the desk, for which everything is sealed from now on.

    It needs nobody's password. Who could open what was sealed before still can.
    """
    now, new_id, pair = clock.now_ms(), random_id(), KeyPair.new()
    connection.execute(
        desk_keys.update().where(desk_keys.c.retired_at.is_(None)).values(retired_at=now)
    )
    connection.execute(
        desk_keys.insert().values(id=new_id, public_key=pair.public_key, created_at=now)
    )
    for holder in holders:
        give(connection, holder, {new_id: pair.private_key})


def give(connection: Connection, holder: Holder, keys: Mapping[str, bytes]) -> None:
    """Seals private keys of the desk, by their ids, for one who does not have them yet."""
    for key_id, private_key in keys.items():
        sealed = boxes.seal_for(holder.public_key, private_key, _place(key_id, holder.id))
        connection.execute(
            desk_grants.insert().values(desk_key_id=key_id, holder=holder.id, sealed=sealed)
        )


def take(connection: Connection, holder_id: str) -> None:
    """Deletes all that one holds."""
    connection.execute(desk_grants.delete().where(desk_grants.c.holder == holder_id))


def held(connection: Connection, holder_id: str, private_key: bytes) -> dict[str, bytes]:
    """The private keys of the desk, by their ids, that one can open.

    Raises:
        SealBroken: A grant was changed, or sealed for another key of this holder.
    """
    rows = connection.execute(
        select(desk_grants.c.desk_key_id, desk_grants.c.sealed).where(
            desk_grants.c.holder == holder_id
        )
    )
    return {
        row.desk_key_id: boxes.open_with(
            private_key, row.sealed, _place(row.desk_key_id, holder_id)
        )
        for row in rows
    }


def all_ids(connection: Connection) -> set[str]:
    """The ids of all key pairs that the desk ever had."""
    return set(connection.execute(select(desk_keys.c.id)).scalars())


def _place(key_id: str, holder_id: str) -> str:
    return f"desk_grants.sealed:{key_id}:{holder_id}"
