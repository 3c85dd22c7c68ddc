"""What a page has shown is noted before what its reader writes next."""

from __future__ import annotations

import uuid
from typing import Any

from starlette.testclient import TestClient

from bot.conversation.inbox import Receipt
from channels.web.app import WebChat

SECRET = "a" * 43


class Rooms:
    """Stands in for the door and for the history, and notes who was asked first."""

    def __init__(self, *, broken: bool = False) -> None:
        self.asked: list[str] = []
        self._broken = broken

    async def accept(self, _inbound: Any) -> Receipt:
        self.asked.append("accept")
        return Receipt("conversation", is_new=True)

    async def conversation_of(self, _secret: str) -> str | None:
        return "conversation"

    async def mark_shown(self, _conversation: str, up_to: int) -> None:
        if self._broken:
            raise OSError
        self.asked.append(f"shown up to {up_to}")

    def scoped_id(self, _secret: str, message_id: str) -> str:
        return message_id


def _post(rooms: Rooms) -> int:
    chat = WebChat(rooms, rooms, None, {}, None)  # type: ignore[arg-type]
    client = TestClient(chat.app(), cookies={"suluh": SECRET})
    message = {"id": str(uuid.uuid4()), "text": "0812", "seen": 7}
    return client.post("/pesan", json=message).status_code


def test_what_was_read_is_settled_before_the_answer_that_deletes_it() -> None:
    """Whoever confirms a receipt has read it: it must not count as still to be shown."""
    rooms = Rooms()
    assert _post(rooms) == 202
    assert rooms.asked == ["shown up to 7", "accept"]


def test_a_message_is_taken_even_when_that_fails() -> None:
    rooms = Rooms(broken=True)
    assert _post(rooms) == 202
    assert rooms.asked == ["accept"]
