"""The web side of the channel, served for real, over a database and the double of Telegram."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import uvicorn
from sqlalchemy import select
from starlette.applications import Starlette

from bot.conversation import standing
from bot.conversation.door import Door
from bot.conversation.inbox import Inbox, open_content
from bot.conversation.messages import Content, Reply
from bot.conversation.outbox import Outbox
from bot.conversation.rendering import render
from bot.conversation.reports import Reports
from bot.conversation.sender import Sender
from bot.conversation.standing import Standing
from bot.conversation.takeover.acknowledgement import Acknowledgements
from bot.privacy.identity import AddressBook, random_id
from bot.privacy.sealing import Sealer
from bot.settings import TelegramSettings
from bot.storage import bell
from bot.storage.tables import contacts, conversations, inbox, outbox
from channels.contract import Gate
from channels.telegram.channel import TelegramChannel
from channels.telegram.connector import CAPABILITIES, TelegramConnector
from channels.telegram.updates import CHANNEL
from channels.telegram.webhook import HEADER, PATH
from tests.databases import migrated
from tests.doubles.telegram import TelegramDouble

SECRET = "rahasia-uji_1"
GENUINE = {HEADER: SECRET, "Content-Type": "application/json"}
START_SECONDS = 10.0


def settings_for(telegram: TelegramDouble, token: str | None = None) -> TelegramSettings:
    return TelegramSettings(token or telegram.token, telegram.url)


def wait_until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """For what no double tells of: a row, a file."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(0.01)


class Tables:
    """An installation without processes: its database, and what stands in it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "suluh.db"
        self.database = migrated(f"sqlite:///{self.path}")
        self.sealer = Sealer(bytes(range(32)))
        self.address_book = AddressBook(bytes(range(32, 64)))
        self.outbox = Outbox(self.sealer)
        self.inbox = Inbox(
            self.database, self.sealer, self.address_book, burst_wait=0.3, burst_limit=1.0
        )

    def __enter__(self) -> Tables:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.database.close()

    def heard(self, chat_id: int | None = None) -> list[Content]:
        """What was accepted, in order; of one person or of all."""
        query = select(inbox).order_by(inbox.c.id)
        if chat_id is not None:
            whose = self.inbox.conversation_of(CHANNEL, str(chat_id))
            query = query.where(inbox.c.conversation_id == whose)
        with self.database.read() as connection:
            rows = connection.execute(query).all()
        return [open_content(self.sealer, row.conversation_id, row) for row in rows]

    def texts(self, chat_id: int | None = None) -> list[str]:
        return [content.text for content in self.heard(chat_id)]

    def is_empty(self) -> bool:
        """Whether nothing of anybody is kept."""
        with self.database.read() as connection:
            return not any(
                connection.execute(select(table)).first()
                for table in (contacts, conversations, inbox, outbox)
            )

    def standing(self, chat_id: int) -> Standing:
        with self.database.read() as connection:
            return standing.read(connection, self._conversation(chat_id))

    def answers(self, chat_id: int, *replies: str | Reply) -> None:
        """As if one turn had answered this person, who wrote before."""
        said = [Reply(reply) if isinstance(reply, str) else reply for reply in replies]
        parts = render(said, CAPABILITIES)
        with self.database.write() as connection:
            self.outbox.add(connection, self._conversation(chat_id), CHANNEL, random_id(), parts)

    def states(self, chat_id: int) -> list[tuple[str, str | None]]:
        """The state and the code of every answer to a person, in order."""
        with self.database.read() as connection:
            rows = connection.execute(
                select(outbox.c.state, outbox.c.error_code)
                .where(outbox.c.conversation_id == self._conversation(chat_id))
                .order_by(outbox.c.id)
            )
            return [(row.state, row.error_code) for row in rows]

    def _conversation(self, chat_id: int) -> str:
        found = self.inbox.conversation_of(CHANNEL, str(chat_id))
        assert found is not None, "this person never wrote"
        return found

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Another program has the database for itself meanwhile."""
        connection = sqlite3.connect(self.path, isolation_level=None)
        try:
            connection.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            connection.close()

    @contextlib.contextmanager
    def sending(self, telegram: TelegramDouble) -> Iterator[None]:
        """A sender at work, as in a worker process."""
        stopping = threading.Event()

        async def run() -> None:
            connector = TelegramConnector(settings_for(telegram))
            listener = bell.listen(self.database)
            sender = Sender(self.database, self.sealer, {CHANNEL: connector})
            try:
                await sender.run(listener, stopping)
            finally:
                listener.close()

        thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join(START_SECONDS)


class Site:
    """A web process with nothing but this channel; use it as a context manager.

    Without `polls` the double delivers to its webhook as soon as the block begins.
    """

    def __init__(
        self,
        telegram: TelegramDouble,
        tables: Tables,
        *,
        polls: bool = False,
        token: str | None = None,
        staff_group: int | None = None,
    ) -> None:
        self.telegram = telegram
        self.tables = tables
        self._polls = polls
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.webhook_url = self.url + PATH
        self.channel = TelegramChannel(
            replace(settings_for(telegram, token), staff_group=staff_group),
            None if polls else self.url,
            secret=SECRET,
            address_book=tables.address_book,
            database=tables.database,
        )
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._app(),
                log_config=None,
                access_log=False,
                ws="none",
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._serve, daemon=True)
        # One for all calls, without certificates: loading them takes longer than a test.
        self._client = httpx.Client(verify=False, trust_env=False, timeout=10)

    def _serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._listener]))

    def _app(self) -> Starlette:
        door = Door(self.tables.inbox)
        reports = Reports(self.tables.database, self.tables.sealer, self.tables.inbox)
        gate = Gate(door, reports, Acknowledgements(self.tables.database))

        @contextlib.asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            door.open()
            async with self.channel.background(gate):
                yield
            await door.close()

        return Starlette(routes=list(self.channel.routes(gate)), lifespan=lifespan)

    def __enter__(self) -> Site:
        self._thread.start()
        wait_until(lambda: self._server.started, START_SECONDS)
        if not self._polls:
            self.telegram.wait_until(lambda: self.telegram.webhook_url == self.webhook_url)
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        self._client.close()
        self._server.should_exit = True
        self._thread.join(START_SECONDS)
        assert not self._thread.is_alive(), "the site did not stop"

    def post(self, content: bytes | dict[str, Any], headers: Any = GENUINE) -> int:
        """Calls the webhook, as Telegram does unless other headers are given; the status."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self._client.post(self.webhook_url, content=body, headers=headers).status_code

    def wait_for(self, count: int, chat_id: int | None = None) -> Sequence[Content]:
        """What was accepted, as soon as there is so much of it."""
        wait_until(lambda: len(self.tables.heard(chat_id)) >= count)
        return self.tables.heard(chat_id)
