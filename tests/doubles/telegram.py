"""A double of Telegram: a Bot API server on loopback with people who write to the bot.

    with TelegramDouble() as telegram:
        ani = telegram.person(1001)
        ...  # let the bot set its webhook to telegram.url, or poll it
        ani.says("/start")
        assert "Selamat datang" in ani.wait_for(1)[0].text

Written from https://core.telegram.org/bots/api and from how the published server of
Telegram (tdlib/telegram-bot-api) behaves. Nothing but loopback is ever contacted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any

import httpx

from tests.doubles.loopback import LoopbackServers
from tests.doubles.telegram_api import Api, Call
from tests.doubles.telegram_delivery import DAY, Attempt, Delivery, webhook_headers
from tests.doubles.telegram_limits import Limits
from tests.doubles.telegram_people import Group, Person
from tests.doubles.telegram_profile import Profile
from tests.doubles.telegram_sending import Sending
from tests.doubles.telegram_state import (
    SUPERGROUP_PREFIX,
    Button,
    CallbackAnswer,
    Chat,
    Json,
    Received,
    State,
)
from tests.doubles.telegram_updates import Updates

__all__ = [
    "Attempt", "Button", "Call", "CallbackAnswer", "Group", "Person", "Received", "TelegramDouble",
]  # fmt: skip


class TelegramDouble:
    """The server; use it as a context manager. Its methods may be called from any thread.

    `time_scale` multiplies the times of the webhook's schedule; 1.0 is as the real one.
    `give_up_after` is how long an update is tried, real seconds; a day by that scale if None.
    `callback_window` is how long a pressed button may be answered, real seconds.
    `queue_for_each_kind` delivers presses and changes of membership beside the messages of
    the same chat, as the real server does; by default all of a chat wait for each other.
    """

    def __init__(
        self,
        token: str = "100:TEST",
        *,
        time_scale: float = 0.01,
        username: str = "suluh_uji_bot",
        enforce_limits: bool = False,
        give_up_after: float | None = None,
        callback_window: float = 60.0,
        queue_for_each_kind: bool = False,
    ) -> None:
        self.token = token
        self.state = State(token, username)
        self._queue_for_each_kind = queue_for_each_kind
        self._people: dict[int, Person] = {}
        self._groups: dict[int, Group] = {}
        self._limits = Limits(enforce_limits)
        self.profile = Profile(self.state)
        sending = Sending(self.state, self._limits)
        sending.callback_window = callback_window
        self._updates = Updates(self.state)
        self._api = Api(token, self.state, sending, self.profile, self._updates)
        give_up = DAY * time_scale if give_up_after is None else give_up_after
        self._delivery = Delivery(self.state, self._api.call_from_webhook, time_scale, give_up)
        self._servers = LoopbackServers(self._api.app(self._delivery))

    def __enter__(self) -> TelegramDouble:
        self._servers.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._servers.stop()

    @property
    def url(self) -> str:
        """Without the token: the API is at `{url}/bot{token}/{method}`."""
        return self._servers.urls[0]

    # People and groups.

    def person(
        self, chat_id: int, first_name: str = "Ani Contoh", language_code: str = "id"
    ) -> Person:
        """Somebody who has started the bot already; the same object for the same id."""
        with self.state.changed:
            if chat_id not in self._people:
                chat = self.state.chats[chat_id] = Chat(chat_id, "private", first_name)
                self._people[chat_id] = Person(
                    self.state, chat, self._queue_for_each_kind, language_code
                )
            return self._people[chat_id]

    def group(self, chat_id: int, title: str = "Grup Contoh") -> Group:
        """A group, or a supergroup if the id begins with -100; the bot is not in it yet."""
        kind = "supergroup" if str(chat_id).startswith(SUPERGROUP_PREFIX) else "group"
        with self.state.changed:
            if chat_id not in self._groups:
                chat = self.state.chats[chat_id] = Chat(chat_id, kind, title)
                self._groups[chat_id] = Group(self.state, chat, self._queue_for_each_kind)
            return self._groups[chat_id]

    # Trouble.

    def flood(self, chat_id: int, retry_after: float) -> None:
        """The next send to this chat gets 429, and so do all for `retry_after` real seconds."""
        with self.state.changed:
            self._limits.flood(chat_id, retry_after)

    def calls_while_limited(self, chat_id: int) -> int:
        """Sends to this chat that did not wait as a 429 had said."""
        with self.state.changed:
            return self._limits.calls_while_limited(chat_id)

    def fail_next(
        self,
        method: str,
        *,
        status: int = 502,
        times: int = 1,
        body: Json | str | bytes | None = None,
    ) -> None:
        """The next calls of the method do nothing and get this HTTP status and body."""
        self._api.trouble.fail_next(method, status, times, body)

    def drop_next(self, method: str, times: int = 1) -> None:
        """The next calls of the method are done, but the connection closes without an answer."""
        self._api.trouble.drop_next(method, times)

    def slow(self, method: str, seconds: float) -> None:
        """From now on the method is done at once, but answered so late; 0 ends it."""
        self._api.trouble.slow(method, seconds)

    def expire_callbacks(self) -> None:
        """Every button that was pressed so far is too old to be answered."""
        with self.state.changed:
            for press in self.state.presses.values():
                press.at = float("-inf")

    # The webhook.

    def deliver_raw(
        self, content: Any, headers: dict[str, str] | None = None, timeout: float = 10.0
    ) -> int:
        """Posts anything to the webhook, once; gives the HTTP status.

        `content` is bytes, or something to be sent as JSON. `headers` are sent in place of
        those of a genuine delivery. AssertionError when no webhook is set.
        """
        webhook = self.state.webhook
        assert webhook is not None, "no webhook is set"
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        sent = webhook_headers(webhook) if headers is None else headers
        answer = httpx.post(
            webhook.url, content=body, headers=sent, timeout=timeout, trust_env=False
        )
        return answer.status_code

    @property
    def delivered(self) -> Counter[int]:
        """How often each update was posted to the webhook, by update_id, retries included."""
        with self.state.changed:
            return Counter(self._delivery.delivered)

    @property
    def attempts(self) -> list[Attempt]:
        """Every try to deliver that has ended, in order."""
        with self.state.changed:
            return list(self._delivery.attempts)

    @property
    def given_up(self) -> list[int]:
        """The updates that were lost because the webhook failed for too long."""
        with self.state.changed:
            return list(self._delivery.given_up)

    @property
    def pending(self) -> list[int]:
        """The updates that were not delivered or confirmed yet."""
        with self.state.changed:
            return list(self.state.pending)

    def wait_until_delivered(self, seconds: float = 10.0) -> None:
        """Until no update waits any more; AssertionError if that takes longer."""
        self.state.wait_until(lambda: not self.state.pending, seconds, "delivery of all updates")

    def wait_until(self, holds: Callable[[], bool], seconds: float = 10.0) -> None:
        """Until something holds, looked at whenever anything happens; else AssertionError."""
        self.state.wait_until(holds, seconds, "what was waited for")

    # What was done.

    @property
    def updates(self) -> list[Json]:
        """Every update that was ever queued, in order."""
        with self.state.changed:
            return list(self.state.updates)

    @property
    def is_polled(self) -> bool:
        """Whether a getUpdates waits at this moment."""
        return self._updates.is_polled

    @property
    def calls(self) -> list[Call]:
        """Every call of the API with its parameters and the status that it got."""
        with self.state.changed:
            return list(self._api.calls)

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method.lower()]

    @property
    def webhook_url(self) -> str | None:
        webhook = self.state.webhook
        return webhook.url if webhook else None
