"""Databases with their tables, for many tests in little time."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from bot.storage import migrate
from bot.storage.database import Database

# What staff do in tests is chained with it.
TRAIL_KEY = bytes(range(200, 232))


def migrated(url: str) -> Database:
    """A new database with the tables of today.

    For SQLite the migrations run once a process, and every test begins with a copy of what
    they made.
    """
    database = Database(url)
    database.sign_with(TRAIL_KEY)
    if database.is_sqlite:
        Path(str(database.url.database)).write_bytes(_migrated_file())
    else:
        migrate.upgrade(database)
    return database


@functools.cache
def _migrated_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "suluh.db"
        database = Database(f"sqlite:///{path}")
        migrate.upgrade(database)
        database.close()
        return path.read_bytes()
