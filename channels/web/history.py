"""What was said in a web conversation, read without blocking the event loop."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from sqlalchemy import select

from bot.conversation.inbox import Inbox, open_content
from bot.conversation.outbox import Outbound, Outbox
from bot.privacy.identity import AddressBook
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage.database import Database
from bot.storage.locks import lock_conversations
from bot.storage.tables import contacts, conversations, inbox

CHANNEL = "web"
# What a page shows when it is opened again.
MAX_ENTRIES = 200


class History:
    def __init__(
        self, database: Database, sealer: Sealer, address_book: AddressBook, door: Inbox
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._address_book = address_book
        self._inbox = door
        self._outbox = Outbox(sealer)

    def scoped_id(self, secret: str, message_id: str) -> str:
        """An external id that only the holder of the cookie can repeat."""
        return self._address_book.blind("web-message", f"{secret}\0{message_id}").hex()

    def first_secret(self, message_id: str) -> str:
        """The cookie for a visitor who has none, the same for the same first message.

        When the answer to the very first message is lost on its way, the page sends that
        message again, still without a cookie: it must not become a second conversation.
        """
        digest = self._address_book.blind("web-first", message_id)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    async def conversation_of(self, secret: str) -> str | None:
        return await asyncio.to_thread(self._inbox.conversation_of, CHANNEL, secret)

    async def replies_after(self, conversation_id: str, after: int) -> list[Outbound]:
        return await asyncio.to_thread(self._replies_after, conversation_id, after)

    async def entries(self, conversation_id: str) -> list[dict[str, Any]]:
        """Both sides of the conversation in the order in which they were said."""
        return await asyncio.to_thread(self._entries, conversation_id)

    async def mark_shown(self, conversation_id: str, up_to: int) -> None:
        await asyncio.to_thread(self._mark_shown, conversation_id, up_to)

    async def exists(self, conversation_id: str) -> bool:
        return await asyncio.to_thread(self._exists, conversation_id)

    async def delete(self, conversation_id: str) -> None:
        """Deletes the contact and, with it, everything that hangs on it."""
        await asyncio.to_thread(self._delete, conversation_id)

    def _replies_after(self, conversation_id: str, after: int) -> list[Outbound]:
        with self._database.read() as connection:
            return self._outbox.after(connection, conversation_id, after)

    def _entries(self, conversation_id: str) -> list[dict[str, Any]]:
        with self._database.read() as connection:
            replies = self._outbox.latest(connection, conversation_id, MAX_ENTRIES)
            rows = connection.execute(
                select(inbox)
                .where(inbox.c.conversation_id == conversation_id)
                .order_by(inbox.c.id.desc())
                .limit(MAX_ENTRIES)
            ).all()
        said: list[tuple[int, int, dict[str, Any]]] = []
        for row in rows:
            try:
                content = open_content(self._sealer, conversation_id, row)
            except SealBroken:
                continue
            if content.text:
                entry = {"dari": "saya", "teks": content.text, "pukul": row.received_at}
                said.append((row.received_at, row.id, entry))
        said += [(reply.created_at, reply.id, as_entry(reply)) for reply in replies]
        return [entry for _, _, entry in sorted(said, key=lambda item: item[:2])]

    def _mark_shown(self, conversation_id: str, up_to: int) -> None:
        with self._database.claim() as connection:
            self._outbox.mark_shown(connection, conversation_id, up_to)

    def _exists(self, conversation_id: str) -> bool:
        with self._database.read() as connection:
            query = select(conversations.c.id).where(conversations.c.id == conversation_id)
            return connection.execute(query).first() is not None

    def _delete(self, conversation_id: str) -> None:
        with self._database.write() as connection:
            lock_conversations(connection, [conversation_id])
            whose = conversations.c.id == conversation_id
            owner = connection.execute(select(conversations.c.contact_id).where(whose)).scalar()
            self._outbox.forget(connection, conversation_id)
            connection.execute(conversations.delete().where(whose))
            connection.execute(contacts.delete().where(contacts.c.id == owner))
        self._database.close_words_for_good()


def as_entry(outbound: Outbound) -> dict[str, Any]:
    """A reply as the page gets it."""
    return {
        "dari": "suluh",
        "id": outbound.id,
        "teks": outbound.reply.text,
        "pilihan": [
            {"judul": choice.title, "nilai": choice.payload} for choice in outbound.reply.choices
        ],
        "pukul": outbound.created_at,
    }
