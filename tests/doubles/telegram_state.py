"""What the double of Telegram knows: chats, messages, files, and updates that wait.

Everything is guarded by `State.changed`; who waits for something is told at every change.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

# The kinds that Telegram sends without being asked for them.
UPDATE_KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
FIRST_UPDATE_ID = 700_000_001
# Chats of this form are supergroups; other negative ids are basic groups.
SUPERGROUP_PREFIX = "-100"


class ApiError(Exception):
    """An answer with `ok` false: HTTP status, description, and `parameters` if any."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def to_json(self) -> Json:
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return {**body, "parameters": self.parameters} if self.parameters else body


@dataclass(frozen=True)
class Described:
    """A result that Telegram explains in the `description` of its answer."""

    result: Any
    description: str


def bad_request(why: str) -> ApiError:
    return ApiError(400, f"Bad Request: {why}")


@dataclass(frozen=True)
class Button:
    """A button below a message."""

    title: str
    data: str | None = None
    url: str | None = None


@dataclass
class Received:
    """What the bot sent to a chat, as the people there see it now.

    `text` is the text or the caption without markup; `entities` are the parsed ones;
    `earlier` holds the texts before edits; `keyboard` the titles of a reply keyboard.
    """

    chat_id: int
    message_id: int
    kind: str
    text: str
    parse_mode: str | None = None
    entities: list[Json] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    keyboard: list[str] = field(default_factory=list)
    file: bytes | None = None
    file_name: str | None = None
    silent: bool = False
    protected: bool = False
    reply_to: int | None = None
    earlier: list[str] = field(default_factory=list)
    at: float = field(default_factory=time.monotonic)

    @property
    def titles(self) -> list[str]:
        return [button.title for button in self.buttons]


@dataclass(frozen=True)
class CallbackAnswer:
    """An answerCallbackQuery that was accepted; `data` is that of the pressed button."""

    query_id: str
    data: str
    text: str
    show_alert: bool


@dataclass
class Chat:
    """A private chat or a group; `refusal` is why the bot may not write there."""

    id: int
    type: str
    name: str
    refusal: ApiError | None = None

    def to_json(self) -> Json:
        label = "first_name" if self.type == "private" else "title"
        return {"id": self.id, "type": self.type, label: self.name}


@dataclass
class Press:
    """A pressed button that waits for answerCallbackQuery."""

    chat_id: int
    data: str
    at: float


@dataclass(frozen=True)
class StoredFile:
    """A file on the double's server; `size` is what Telegram says, bytes."""

    file_id: str
    unique_id: str
    path: str
    data: bytes
    size: int

    def to_json(self) -> Json:
        """The fields that every kind of file has."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": self.size,
        }


@dataclass
class Update:
    """An update that waits to be fetched or delivered."""

    update_id: int
    queue: str
    content: Json
    at: float = field(default_factory=time.monotonic)

    @property
    def body(self) -> bytes:
        """The same bytes at every delivery."""
        return json.dumps(self.content, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Webhook:
    url: str
    secret_token: str = ""
    max_connections: int = 40


class State:
    """All that the double remembers."""

    def __init__(self, token: str, username: str) -> None:
        self.changed = threading.Condition()
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Suluh Uji",
            "username": username,
        }
        self.chats: dict[int, Chat] = {}
        self.messages: dict[tuple[int, int], Json] = {}
        self.received: dict[int, list[Received]] = defaultdict(list)
        self.actions: dict[int, list[str]] = defaultdict(list)
        self.answers: dict[int, list[CallbackAnswer]] = defaultdict(list)
        self.presses: dict[str, Press] = {}
        self.departures: set[int] = set()
        self.files: dict[str, StoredFile] = {}
        self.pending: dict[int, Update] = {}
        self.updates: list[Json] = []
        self.allowed_updates: frozenset[str] = frozenset(UPDATE_KINDS)
        self.webhook: Webhook | None = None
        self.last_error: tuple[int, str] | None = None
        self.on_update: list[Callable[[], None]] = []
        self._message_ids: Counter[int] = Counter()
        self._update_id = FIRST_UPDATE_ID - 1

    def chat(self, chat_id: int) -> Chat:
        """Raises ApiError when there is no such chat, or the bot may not write there."""
        chat = self.chats.get(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        if chat.refusal is not None:
            raise chat.refusal
        return chat

    def next_message_id(self, chat_id: int) -> int:
        """Supergroups count for themselves; all other chats share the bot's counter."""
        counter = chat_id if str(chat_id).startswith(SUPERGROUP_PREFIX) else 0
        self._message_ids[counter] += 1
        return self._message_ids[counter]

    def add_message(self, chat: Chat, sender: Json, **content: Any) -> Json:
        """A new message in the chat, of a person or of the bot."""
        message: Json = {
            "message_id": self.next_message_id(chat.id),
            "from": sender,
            "chat": chat.to_json(),
            "date": int(time.time()),
            **content,
        }
        self.messages[chat.id, message["message_id"]] = message
        return message

    def add_update(self, kind: str, content: Json, queue: str) -> Json:
        """Queues an update of an allowed kind; gives it also if it is not allowed.

        Updates with the same `queue` reach the webhook one after the other.
        """
        with self.changed:
            if kind not in self.allowed_updates:
                return {"update_id": 0, kind: content}
            self._update_id += 1
            update = {"update_id": self._update_id, kind: json.loads(json.dumps(content))}
            self.updates.append(update)
            self.pending[self._update_id] = Update(self._update_id, queue, update)
            self.tell_listeners()
        return update

    def tell_listeners(self) -> None:
        """There is an update, or the webhook is another one."""
        with self.changed:
            self.changed.notify_all()
            for listener in self.on_update:
                listener()

    def confirm(self, update_ids: Iterable[int]) -> None:
        """These need not be delivered any more."""
        with self.changed:
            for update_id in update_ids:
                self.pending.pop(update_id, None)
            self.changed.notify_all()

    def store_file(self, data: bytes, folder: str, suffix: str, size: int | None = None) -> Json:
        """Keeps a file; gives the fields of it that every kind of file has."""
        number = len(self.files)
        stored = StoredFile(
            file_id=f"BERKAS-UJI-{number}",
            unique_id=f"UNIK-UJI-{number}",
            path=f"{folder}/file_{number}{suffix}",
            data=data,
            size=len(data) if size is None else size,
        )
        self.files[stored.file_id] = stored
        return stored.to_json()

    def wait_until(self, holds: Callable[[], bool], seconds: float, what: str) -> None:
        """Raises AssertionError when it does not hold after so many seconds."""
        with self.changed:
            assert self.changed.wait_for(holds, seconds), f"{what}: not within {seconds:g} s"
