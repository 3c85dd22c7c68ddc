"""The database with the keys of its rows, for those who read and seal outside of a turn."""

from __future__ import annotations

from dataclasses import dataclass

from bot.privacy.keys import SEALING_SUBKEY, ServerKey
from bot.privacy.sealing import Sealer
from bot.storage.database import Database


@dataclass(frozen=True)
class Vault:
    """What the server itself can open. Nothing that was sealed for the desk is in it."""

    database: Database
    key: ServerKey
    sealer: Sealer

    @classmethod
    def of(cls, database: Database, key: ServerKey) -> Vault:
        return cls(database, key, Sealer(key.subkey(SEALING_SUBKEY)))
