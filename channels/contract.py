"""What every channel is made of: parse, verify, send, and what it can show.

`docs/channels.md` builds a new channel on it, step by step.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.routing import BaseRoute

from bot.conversation.capabilities import Capabilities
from bot.conversation.door import Door
from bot.conversation.reports import Reports
from bot.conversation.sender import Connector
from bot.conversation.takeover.acknowledgement import Acknowledgements
from bot.conversation.takeover.dispatcher import Way


@dataclass(frozen=True)
class Gate:
    """The way into the house, for the web process.

    Attributes:
        door: Accepts messages; what it confirmed is on disk.
        reports: Takes what a provider tells of our own messages and of people.
        acknowledgements: Takes that somebody of staff sees to a call.
    """

    door: Door
    reports: Reports
    acknowledgements: Acknowledgements


async def read_body(request: Request, most: int) -> bytes | None:
    """The body of a call, or None when it has more than `most` bytes.

    Raises:
        ClientDisconnect: It broke off.
    """
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


class Channel(Protocol):
    """A channel that is set up on this installation."""

    @property
    def name(self) -> str:
        """As it stands in the tables: telegram, whatsapp, sms."""

    @property
    def capabilities(self) -> Capabilities: ...

    def routes(self, gate: Gate) -> Sequence[BaseRoute]:
        """Where the provider calls. Each verifies before it reads, and answers 403 else."""

    def background(self, gate: Gate) -> AbstractAsyncContextManager[None]:
        """What runs beside the web server: polling, registering. May do nothing."""

    def connector(self) -> Connector:
        """Sends; made in the process that sends."""

    async def check(self) -> str:
        """Makes a real call for `suluh doctor`.

        Returns:
            What works, in one line.

        Raises:
            OperatorError: What does not, and how to mend it.
        """

    async def set_up(self) -> Sequence[str]:
        """Registers webhooks, commands and templates; gives what was done, one thing a line.

        Raises:
            OperatorError: What the provider refused.
        """


class StaffWay(Way, Protocol):
    """A way to call staff that is set up on this installation."""

    async def check(self) -> str:
        """Makes a real call for `suluh doctor`, of which staff hear nothing.

        Returns:
            What works, in one line.

        Raises:
            OperatorError: What does not, and how to mend it.
        """
