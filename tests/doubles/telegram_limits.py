"""How often a bot may send: 429 on demand, and the limits of the real Telegram."""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Callable

from tests.doubles.telegram_state import ApiError

SENDS_PER_SECOND = 30
CHAT_BURST = 5
GROUP_PER_MINUTE = 20


class Bucket:
    """Holds `size` sends and refills at one a second."""

    def __init__(self, size: float, now: float) -> None:
        self._size = self._level = size
        self._at = now

    def wait(self, now: float) -> float:
        """Seconds until one more is allowed; 0 if at once."""
        self._level = min(self._size, self._level + now - self._at)
        self._at = now
        return max(0.0, 1 - self._level)

    def take(self, _now: float) -> None:
        self._level -= 1


class Window:
    """Never more than `most` sends within `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self._seconds = seconds
        self._sent: deque[float] = deque(maxlen=most)

    def wait(self, now: float) -> float:
        """Seconds until one more is allowed; 0 if at once."""
        if len(self._sent) != self._sent.maxlen:
            return 0.0
        return max(0.0, self._sent[0] + self._seconds - now)

    def take(self, now: float) -> None:
        self._sent.append(now)


class Limits:
    """Decides whether a send is admitted; all times are real seconds."""

    def __init__(self, enforce: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._enforce = enforce
        self._clock = clock
        self._all = Window(SENDS_PER_SECOND, 1)
        self._chats: dict[int, Bucket] = {}
        self._groups: dict[int, Window] = {}
        self._ordered: dict[int, float] = {}
        self._until: dict[int, float] = {}
        self._ignored: Counter[int] = Counter()

    def flood(self, chat_id: int, retry_after: float) -> None:
        """The next send to the chat gets 429, and all that follow for `retry_after` seconds."""
        self._ordered[chat_id] = retry_after

    def calls_while_limited(self, chat_id: int) -> int:
        """Sends that came although a 429 had said to wait."""
        return self._ignored[chat_id]

    def admit(self, chat_id: int, is_group: bool) -> None:
        """Raises ApiError 429 with the seconds to wait, rounded up."""
        now = self._clock()
        if now < self._until.get(chat_id, now):
            self._ignored[chat_id] += 1
            raise _too_many(self._until[chat_id] - now)
        wait = self._ordered.pop(chat_id, 0.0) or self._wait(chat_id, is_group, now)
        if wait > 0:
            self._until[chat_id] = now + wait
            raise _too_many(wait)

    def _wait(self, chat_id: int, is_group: bool, now: float) -> float:
        if not self._enforce:
            return 0.0
        rules: list[Bucket | Window] = [
            self._all,
            self._chats.setdefault(chat_id, Bucket(CHAT_BURST, now)),
        ]
        if is_group:
            rules.append(self._groups.setdefault(chat_id, Window(GROUP_PER_MINUTE, 60)))
        wait = max(rule.wait(now) for rule in rules)
        if wait == 0:
            for rule in rules:
                rule.take(now)
        return wait


def _too_many(wait: float) -> ApiError:
    seconds = max(1, math.ceil(wait))
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
