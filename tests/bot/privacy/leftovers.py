"""What SQLite's files still hold of rows that were deleted.

Words are sealed wherever they stand, so nobody would find them by reading. What is looked for
is the sealed value itself, in pieces: a page may end in the middle of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import LargeBinary, select

from bot.storage.database import Database
from bot.storage.tables import metadata

PIECE = 24
# Of the desk and of the database itself; nobody's words.
NOBODYS = ("desk_keys", "desk_grants", "staff", "installation")


def sealed_values(database: Database) -> set[bytes]:
    """All that is sealed or blinded of people in a database."""
    columns = [
        column
        for table in metadata.tables.values()
        if table.name not in NOBODYS
        for column in table.c
        if isinstance(column.type, LargeBinary)
    ]
    with database.read() as connection:
        found = [bytes(v) for c in columns for v in connection.execute(select(c)).scalars() if v]
    # Shorter ones are stand-ins of a test.
    return {value for value in found if len(value) >= PIECE}


def left_in_files(database: Database, values: Iterable[bytes]) -> int:
    """How many of the values are in any file of the database, whole or in a piece."""
    name = Path(str(database.url.database))
    raw = [path.read_bytes() for path in name.parent.glob(f"{name.name}*")]
    return sum(any(piece in file for piece in _pieces(value) for file in raw) for value in values)


def _pieces(value: bytes) -> list[bytes]:
    return [value[at : at + PIECE] for at in range(0, len(value) - PIECE + 1, PIECE)]
