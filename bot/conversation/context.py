"""What an action may do to the world, kept until the turn commits.

An action never writes to the database itself: it records an effect here, and the turn runs
it in the one transaction that also holds the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from bot.conversation.messages import Content
from bot.privacy.vault import Vault
from bot.triage import levels

Effect = Callable[[Connection], None]


@dataclass(frozen=True)
class Call:
    """Why a human is called (as in `handoffs.reason`), and how urgently."""

    reason: str
    level: str = levels.ORDINARY


@dataclass
class TurnContext:
    """The turn that an action runs in.

    Attributes:
        conversation_id: Whose turn it is.
        channel: Where the person writes.
        text: The words of the turn as they were written; the tracker does not hold them.
        contents: The messages of the turn.
        level: How urgent they are.
        vault: What an action may read from and seal with; None under the stock tools.
        effects: Run in order inside the turn's transaction.
        forget: Delete what was said before this turn, and remember nothing.
        stop: The person wants no more messages.
        wipe: The words of this conversation go, once the turn is answered.
        calls: A human who is called; None when none is.
    """

    conversation_id: str
    channel: str
    text: str = field(default="", repr=False)
    contents: Sequence[Content] = field(default=(), repr=False)
    level: str = levels.ORDINARY
    vault: Vault | None = None
    effects: list[Effect] = field(default_factory=list)
    forget: bool = False
    stop: bool = False
    wipe: bool = False
    calls: Call | None = None


_current: ContextVar[TurnContext | None] = ContextVar("turn", default=None)


@contextmanager
def turn(context: TurnContext) -> Iterator[TurnContext]:
    """Makes a turn the current one."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


def current() -> TurnContext:
    """The turn at hand. Under the stock tools, which have none, effects go nowhere."""
    return _current.get() or TurnContext("", "")
