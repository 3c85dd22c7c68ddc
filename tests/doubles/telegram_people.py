"""People and groups that talk to the bot through the double of Telegram."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

from tests.doubles.telegram_media import Media
from tests.doubles.telegram_state import (
    SUPERGROUP_PREFIX,
    ApiError,
    CallbackAnswer,
    Chat,
    Json,
    Press,
    Received,
    State,
)
from tests.doubles.telegram_text import utf16_length

_ENTITIES = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@\w+)?)"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<url>https?://[^\s<>]+|\b(?:[\w-]+\.)+(?:com|id|org|net|me|info)\b(?:/[^\s<>]*)?)"
    r"|(?P<mention>(?<!\w)@[A-Za-z]\w{3,31})"
    r"|(?P<hashtag>(?<!\w)#\w*[^\W\d]\w*)"
    r"|(?P<phone_number>\+\d[\d -]{7,16}\d)"
)


def found_entities(text: str) -> list[Json]:
    """Commands, links, addresses and numbers that Telegram marks by itself."""
    return list(_found(text))


def _found(text: str) -> Iterator[Json]:
    for match in _ENTITIES.finditer(text):
        yield {
            "type": match.lastgroup,
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match.group()),
        }


class _Talk:
    """What a private chat and a group have in common."""

    def __init__(self, state: State, chat: Chat, queue_of_its_own: bool) -> None:
        self._state = state
        self._queue_of_its_own = queue_of_its_own
        self.chat = chat
        self.chat_id = chat.id

    @property
    def received(self) -> list[Received]:
        """What the bot sent to this chat, in order."""
        with self._state.changed:
            return list(self._state.received[self.chat_id])

    @property
    def actions(self) -> list[str]:
        """The chat actions that the bot showed here ("typing")."""
        with self._state.changed:
            return list(self._state.actions[self.chat_id])

    def wait_for(self, count: int, seconds: float = 10.0) -> list[Received]:
        """The messages of the bot as soon as there are `count`; AssertionError if never."""
        inbox = self._state.received[self.chat_id]
        self._state.wait_until(
            lambda: len(inbox) >= count, seconds, f"{count} messages in chat {self.chat_id}"
        )
        return self.received

    def _queue(self, kind: str, owner: int | None = None) -> str:
        suffix = f" {kind}" if self._queue_of_its_own and kind != "message" else ""
        return f"{owner if suffix and owner else self.chat_id}{suffix}"

    def _tells(self, user: Json, **content: Any) -> Json:
        with self._state.changed:
            message = self._state.add_message(self.chat, user, **content)
            return self._state.add_update("message", message, self._queue("message"))

    def _bot_becomes(self, user: Json, old: str, new: str) -> Json:
        change = {
            "chat": self.chat.to_json(),
            "from": user,
            "date": int(time.time()),
            "old_chat_member": self._member(old),
            "new_chat_member": self._member(new),
        }
        return self._state.add_update("my_chat_member", change, self._queue("member"))

    def _member(self, status: str) -> Json:
        member = {"user": self._state.bot, "status": status}
        return {**member, "until_date": 0} if status == "kicked" else member

    def _press(self, user: Json, message: Received | int, title: str) -> Json:
        message_id = message if isinstance(message, int) else message.message_id
        with self._state.changed:
            shown = next((m for m in self.received if m.message_id == message_id), None)
            assert shown is not None, f"the bot sent no message {message_id} to this chat"
            data = [b.data for b in shown.buttons if b.title == title and b.data is not None]
            assert data, f"no button {title!r} among {shown.titles}"
            query_id = str(4_000_000_000 + len(self._state.presses))
            self._state.presses[query_id] = Press(user["id"], data[0], time.monotonic())
            query = {
                "id": query_id,
                "from": user,
                "message": self._state.messages[self.chat_id, message_id],
                "chat_instance": f"{self.chat_id * 7919}",
                "data": data[0],
            }
        queue = self._queue("press", user["id"])
        return self._state.add_update("callback_query", query, queue)


class Person(_Talk):
    """Somebody in a private chat with the bot. Every act gives the update it made."""

    def __init__(
        self, state: State, chat: Chat, queue_of_its_own: bool, language_code: str
    ) -> None:
        super().__init__(state, chat, queue_of_its_own)
        self.user: Json = {
            "id": chat.id,
            "is_bot": False,
            "first_name": chat.name,
            "language_code": language_code,
        }

    @property
    def callback_answers(self) -> list[CallbackAnswer]:
        """How the bot answered the buttons that this person pressed."""
        with self._state.changed:
            return list(self._state.answers[self.chat_id])

    def says(
        self, text: str, *, forwarded: bool = False, reply_to: Received | int | None = None
    ) -> Json:
        """A text; `forwarded` as if from somebody who hides behind a name."""
        content: Json = {"text": text}
        if reply_to is not None:
            replied = reply_to if isinstance(reply_to, int) else reply_to.message_id
            content["reply_to_message"] = self._state.messages[self.chat_id, replied]
        if forwarded:
            content["forward_origin"] = {
                "type": "hidden_user",
                "sender_user_name": "Penyalur Contoh",
                "date": int(time.time()) - 3600,
            }
        if entities := found_entities(text):
            content["entities"] = entities
        return self._tells(self.user, **content)

    def presses(self, message: Received | int, title: str) -> Json:
        """Presses the button with this title below a message of the bot."""
        return self._press(self.user, message, title)

    def sends_photo(self, data: bytes, caption: str = "", size: int | None = None) -> Json:
        """A photo; `size` pretends another size (bytes), without sending so much."""
        return self._sends(self._media.photo(data, size), caption)

    def sends_document(
        self, data: bytes, name: str, mime: str, caption: str = "", size: int | None = None
    ) -> Json:
        return self._sends(self._media.document(data, name, mime, size), caption)

    def sends_voice(self, data: bytes, duration: int = 3, size: int | None = None) -> Json:
        return self._sends(self._media.voice(data, duration, size))

    def sends_sticker(self) -> Json:
        return self._sends(self._media.sticker())

    def sends_video(self, data: bytes, caption: str = "", size: int | None = None) -> Json:
        return self._sends(self._media.video(data, size), caption)

    def shares_location(self, latitude: float, longitude: float) -> Json:
        place = {"latitude": latitude, "longitude": longitude}
        return self._tells(self.user, location=place)

    def shares_contact(self, phone: str, first_name: str | None = None) -> Json:
        """The own contact, or with `first_name` that of another person."""
        contact: Json = {"phone_number": phone, "first_name": first_name or self.chat.name}
        if first_name is None:
            contact["user_id"] = self.chat_id
        return self._tells(self.user, contact=contact)

    def edits(self, message: int | Json, new_text: str) -> Json:
        """Changes the text of an own message, named by its id or by its update."""
        if not isinstance(message, int):
            said = message.get("message") or message["edited_message"]
            message = int(said["message_id"])
        with self._state.changed:
            edited = self._state.messages[self.chat_id, message]
            edited.update(text=new_text, edit_date=int(time.time()))
            edited.pop("entities", None)
            if entities := found_entities(new_text):
                edited["entities"] = entities
        return self._state.add_update("edited_message", edited, self._queue("message"))

    def blocks(self) -> Json:
        """From now on sends to this person are refused with 403."""
        self.chat.refusal = ApiError(403, "Forbidden: bot was blocked by the user")
        return self._bot_becomes(self.user, "member", "kicked")

    def unblocks(self) -> Json:
        self.chat.refusal = None
        return self._bot_becomes(self.user, "kicked", "member")

    def deactivates(self) -> None:
        """The account is deleted; Telegram tells the bot nothing of it."""
        self.chat.refusal = ApiError(403, "Forbidden: user is deactivated")

    @property
    def _media(self) -> Media:
        return Media(self._state)

    def _sends(self, content: Json, caption: str = "") -> Json:
        return self._tells(self.user, **content, **({"caption": caption} if caption else {}))


class Group(_Talk):
    """A group; the bot is no member before `adds_bot`. It reads all that is said there."""

    def __init__(self, state: State, chat: Chat, queue_of_its_own: bool) -> None:
        super().__init__(state, chat, queue_of_its_own)
        chat.refusal = self._not_there("is not a member of")

    def _not_there(self, why: str) -> ApiError:
        return ApiError(403, f"Forbidden: bot {why} the {self.chat.type} chat")

    @property
    def left(self) -> bool:
        """Whether the bot left by itself (leaveChat)."""
        with self._state.changed:
            return self.chat_id in self._state.departures

    def adds_bot(self, by: Person) -> Json:
        """Makes the bot a member: a my_chat_member update and a service message."""
        with self._state.changed:
            self.chat.refusal = None
            self._state.departures.discard(self.chat_id)
        update = self._bot_becomes(by.user, "left", "member")
        self._tells(by.user, new_chat_members=[self._state.bot])
        return update

    def says(self, person: Person, text: str) -> Json:
        entities = found_entities(text)
        return self._tells(person.user, text=text, **({"entities": entities} if entities else {}))

    def presses(self, person: Person, message: Received | int, title: str) -> Json:
        return self._press(person.user, message, title)

    def kicks_bot(self, by: Person) -> Json:
        """From now on sends to this group are refused with 403."""
        self.chat.refusal = self._not_there("was kicked from")
        return self._bot_becomes(by.user, "member", "kicked")

    def migrates(self, new_chat_id: int, by: Person) -> Group:
        """The group becomes a supergroup with another id; sends to the old one say so."""
        assert str(new_chat_id).startswith(SUPERGROUP_PREFIX)
        why = "Bad Request: group chat was upgraded to a supergroup chat"
        chat = Chat(new_chat_id, "supergroup", self.chat.name)
        group = Group(self._state, chat, self._queue_of_its_own)
        with self._state.changed:
            chat.refusal = None
            self._state.chats[new_chat_id] = chat
            self.chat.refusal = ApiError(400, why, migrate_to_chat_id=new_chat_id)
            self._tells(by.user, migrate_to_chat_id=new_chat_id)
            group._tells(by.user, migrate_from_chat_id=self.chat_id)
        return group
