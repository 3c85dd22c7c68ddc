"""What an action may do to the world, kept until the turn commits.

An action never writes to the database itself: it records an effect here, and the turn runs
it in the one transaction that also holds the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

Effect = Callable[[Connection], None]


@dataclass
class TurnContext:
    """The turn that an action runs in.

    Attributes:
        conversation_id: Whose turn it is.
        channel: Where the person writes.
        effects: Run in order inside the turn's transaction.
        forget: Delete what was said before this turn, and remember nothing.
        stop: The person wants no more messages.
    """

    conversation_id: str
    channel: str
    effects: list[Effect] = field(default_factory=list)
    forget: bool = False
    stop: bool = False


_current: ContextVar[TurnContext | None] = ContextVar("turn", default=None)


@contextmanager
def turn(conversation_id: str, channel: str) -> Iterator[TurnContext]:
    """Makes a turn the current one."""
    context = TurnContext(conversation_id, channel)
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


def current() -> TurnContext:
    """The turn at hand. Under the stock tools, which have none, effects go nowhere."""
    return _current.get() or TurnContext("", "")
