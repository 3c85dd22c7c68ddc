"""A desk with its private keys in hand, and the tips of conversations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.attachments import file_keys, reading
from bot.attachments.handing_over import hand_over
from bot.clock import now_ms, this_hour_ms
from bot.privacy import desk
from bot.privacy.boxes import KeyPair, open_with
from bot.privacy.identity import random_id
from bot.privacy.sealing import Sealer
from bot.storage.database import Database
from bot.storage.tables import attachments, conversations, desk_keys, tips


class Desk:
    """The other side: what is sealed for it, it opens."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database, self._sealer = database, sealer
        self._pairs: dict[str, KeyPair] = {}
        self.change_key()

    def change_key(self) -> str:
        """From now on everything is sealed for a new key; gives its id."""
        name, pair = random_id(), KeyPair.new()
        self._pairs[name] = pair
        with self._database.write() as connection:
            self.retire(connection)
            connection.execute(
                desk_keys.insert().values(
                    id=name, public_key=pair.public_key, created_at=now_ms() + len(self._pairs)
                )
            )
        return name

    @staticmethod
    def retire(connection: Connection) -> None:
        connection.execute(update(desk_keys).values(retired_at=now_ms()))

    def sends(self, connection: Connection, conversation: str, *, of_a_child: bool = False) -> str:
        """A tip is sent from a conversation; gives the tip."""
        # As every turn does.
        whose = select(conversations.c.id).where(conversations.c.id == conversation)
        connection.execute(whose.with_for_update())
        tip, key, hour = random_id(), desk.current(connection), this_hour_ms()
        assert key is not None
        connection.execute(
            tips.insert().values(
                id=tip, desk_key_id=key.id, state="new", level="biasa", body_sealed=b"-",
                conversation_id=None if of_a_child else conversation,
                filed_at=hour, changed_at=hour, retain_until=hour,
            )
        )  # fmt: skip
        hand_over(connection, self._sealer, key, conversation, tip)
        return tip

    def sent(self, conversation: str, *, of_a_child: bool = False) -> str:
        """See `sends`, in a transaction of its own."""
        with self._database.write() as connection:
            return self.sends(connection, conversation, of_a_child=of_a_child)

    def files(self, tip: str) -> list[bytes]:
        """What is in the files of a tip."""
        with self._database.read() as connection:
            files = reading.files_of_tip(connection, tip)
        return [b"".join(self.opens(file)) for file in files]

    def opens(self, file: reading.TipFile) -> Sequence[bytes]:
        return list(reading.read_with_key(self._database, self.key(file), file.id))

    def key(self, file: reading.TipFile) -> bytes:
        private_key = self._pairs[file.desk_key_id].private_key
        return open_with(private_key, file.desk_sealed, file_keys.place(file.id))

    def rows(self, tip: str) -> list[Any]:
        """The rows of the files of a tip, whatever their state."""
        with self._database.read() as connection:
            query = select(attachments).where(attachments.c.tip_id == tip)
            return list(connection.execute(query.order_by(attachments.c.position)))
