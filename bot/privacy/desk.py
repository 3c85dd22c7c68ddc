"""The desk's public key, for which the server seals what people report.

The server cannot open it again; members of staff can (`bot.privacy.staff`).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.privacy import boxes
from bot.storage.tables import desk_keys

_CURRENT = (
    select(desk_keys.c.id, desk_keys.c.public_key)
    .where(desk_keys.c.retired_at.is_(None))
    .order_by(desk_keys.c.created_at.desc(), desk_keys.c.id)
    .limit(1)
)


@dataclass(frozen=True)
class DeskKey:
    """What is sealed for the desk stands beside the id of the key that opens it."""

    id: str
    public_key: bytes


def current(connection: Connection) -> DeskKey | None:
    """The key to seal for now; None while there is no desk that could read anything."""
    row = connection.execute(_CURRENT).first()
    return None if row is None else DeskKey(row.id, bytes(row.public_key))


def seal(desk_key: DeskKey, plain: bytes, place: str) -> bytes:
    """Seals `plain` for `place` ("table.column:row"); only the desk opens it."""
    return boxes.seal_for(desk_key.public_key, plain, place)
