"""How fast a channel may be sent on: token buckets, by the monotonic clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]


@dataclass(frozen=True)
class Rate:
    """What a provider takes.

    Attributes:
        per_second: Messages a second on the whole channel.
        conversation_per_second: Messages a second to one person, in the long run.
        conversation_burst: So many messages to one person may follow at once.
    """

    per_second: float
    conversation_per_second: float = 1.0
    conversation_burst: int = 3


class Bucket:
    """Tokens that come back at a rate. Taking may go below none: it is then paid back.

    Args:
        per_second: How many come back a second.
        size: How many it holds; full at first.
    """

    def __init__(self, per_second: float, size: float, clock: Clock = time.monotonic) -> None:
        self._per_second = per_second
        self._size = size
        self._clock = clock
        self._tokens = size
        self._counted_at = clock()

    def available(self) -> int:
        """How many whole tokens there are."""
        self._count()
        return max(0, int(self._tokens))

    def take(self) -> None:
        self._count()
        self._tokens -= 1

    def seconds_until_one(self) -> float:
        """How long until there is a whole token."""
        self._count()
        return max(0.0, (1 - self._tokens) / self._per_second)

    def pause(self, seconds: float) -> None:
        """No token for so long."""
        self._count()
        self._tokens = min(self._tokens, 1 - seconds * self._per_second)

    @property
    def is_full(self) -> bool:
        self._count()
        return self._tokens >= self._size

    def _count(self) -> None:
        now = self._clock()
        gained = (now - self._counted_at) * self._per_second
        self._tokens = min(self._size, self._tokens + gained)
        self._counted_at = now


class Buckets:
    """A bucket for each conversation; those that are full again are forgotten."""

    # From so many on they are looked through for full ones, each time they have doubled.
    KEPT = 1_000

    def __init__(self, rate: Rate, clock: Clock = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._tidy_at = self.KEPT

    def of(self, conversation_id: str) -> Bucket:
        if len(self._buckets) > self._tidy_at:
            self._buckets = {k: v for k, v in self._buckets.items() if not v.is_full}
            self._tidy_at = max(self.KEPT, 2 * len(self._buckets))
        known = self._buckets.get(conversation_id)
        if known is None:
            known = self._buckets[conversation_id] = Bucket(
                self._rate.conversation_per_second, self._rate.conversation_burst, self._clock
            )
        return known
