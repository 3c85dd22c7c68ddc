"""The channels as this installation would have them, on a real web server, with the double."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

import httpx
from sqlalchemy import select
from starlette.applications import Starlette
from twilio.request_validator import RequestValidator

from bot.clock import now_ms
from bot.conversation import standing
from bot.conversation.door import Door
from bot.conversation.inbox import Inbox, open_content
from bot.conversation.messages import Choice, Content, Inbound, Reply
from bot.conversation.outbox import Outbox
from bot.conversation.rendering import render
from bot.conversation.reports import Reports
from bot.conversation.sender import Sender
from bot.conversation.takeover.acknowledgement import Acknowledgements
from bot.conversation.turn import TurnRunner
from bot.privacy.sealing import Sealer
from bot.settings import TwilioSettings
from bot.storage.database import Database
from bot.storage.tables import contacts, conversations
from bot.storage.tables import inbox as inbox_table
from bot.storage.tables import outbox as outbox_table
from channels import twilio as twilio_channels
from channels.contract import Gate
from channels.twilio.addresses import MESSAGE_PATH
from tests.bot.conversation.helpers import Echo, send_all_after
from tests.doubles.loopback import LoopbackServers
from tests.doubles.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioDouble

PUBLIC = "https://suluh.contoh.id"
WHATSAPP, SMS = "+6281100000000", "+6281100000001"
ANI, BUDI = "+6281200000001", "+6281200000002"
FORM = "application/x-www-form-urlencoded"
SETTINGS = TwilioSettings(ACCOUNT_SID, AUTH_TOKEN, whatsapp_number=WHATSAPP, sms_number=SMS)


def settings_for(twilio: TwilioDouble, **changes: Any) -> TwilioSettings:
    return replace(SETTINGS, **{"api_url": twilio.url, **changes})


class RecordingDoor(Door):
    """A door that only notes who came in."""

    def __init__(self) -> None:
        self.taken: list[Inbound] = []
        self.error: Exception | None = None

    async def accept(self, inbound: Inbound) -> Any:
        if self.error:
            raise self.error
        self.taken.append(inbound)


class RecordingReports(Reports):
    """Reports that only notes what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.error: Exception | None = None

    async def moved(
        self, channel: str, outbound_id: int, state: str, *, provider_id: str | None = None
    ) -> None:
        self._note(channel, outbound_id, state)

    async def failed(
        self, channel: str, outbound_id: int, error: Any, *, provider_id: str | None = None
    ) -> None:
        self._note(channel, outbound_id, error.code, error.then)

    def _note(self, *told: Any) -> None:
        if self.error:
            raise self.error
        self.told.append(told)


class NoAcknowledgements(Acknowledgements):
    """Nobody of staff is called through Twilio's webhooks."""

    def __init__(self) -> None: ...


class Desk:
    """The routes without a network and without tables."""

    def __init__(
        self, settings: TwilioSettings = SETTINGS, public_url: str | None = PUBLIC
    ) -> None:
        self.door, self.reports = RecordingDoor(), RecordingReports()
        self.token = settings.auth_token
        gate = Gate(self.door, self.reports, NoAcknowledgements())
        channels = twilio_channels.channels(settings, public_url)
        self.routes = [route for one in channels for route in one.routes(gate)]
        self._app = Starlette(routes=self.routes)

    def post(
        self,
        path: str,
        content: bytes,
        *,
        form: dict[str, str] | None = None,
        signed_as: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Posts bytes; with `form` they carry the signature that Twilio would make of it."""
        sent = {"Content-Type": FORM}
        if form is not None:
            sent["X-Twilio-Signature"] = sign(signed_as or PUBLIC + path, form, self.token)
        return asyncio.run(self._post(path, content, {**sent, **(headers or {})}))

    def deliver(self, path: str, form: dict[str, str], **options: Any) -> httpx.Response:
        return self.post(path, urlencode(form).encode(), form=form, **options)

    async def _post(self, path: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
            return await client.post(path, content=content, headers=raw)


def sign(url: str, form: dict[str, str], token: str = AUTH_TOKEN) -> str:
    signature: str = RequestValidator(token).compute_signature(url, form)
    return signature


class House:
    """The tables, the routes on a real server, and the sender, around one double."""

    def __init__(
        self,
        twilio: TwilioDouble,
        database: Database,
        sealer: Sealer,
        inbox: Inbox,
        *,
        settings: TwilioSettings | None = None,
    ) -> None:
        self.twilio, self.database, self.sealer = twilio, database, sealer
        self.settings = settings or settings_for(twilio)
        self._inbox, self._outbox = inbox, Outbox(sealer)
        self._door = Door(inbox)
        self.channels = twilio_channels.channels(self.settings, PUBLIC)
        self._runner = TurnRunner(
            database,
            sealer,
            Echo(),
            claim_seconds=5,
            capabilities={one.name: one.capabilities for one in self.channels},
        )
        reports = Reports(database, sealer, inbox)
        gate = Gate(self._door, reports, Acknowledgements(database))
        routes = [route for one in self.channels for route in one.routes(gate)]
        self._servers = LoopbackServers(Starlette(routes=routes))
        self.url = self._servers.urls[0]
        for channel in ("whatsapp", "sms"):
            twilio.set_webhook(channel, self.url + MESSAGE_PATH, signed_as=PUBLIC + MESSAGE_PATH)

    def __enter__(self) -> House:
        self._servers.start()
        self._servers.submit(self._open()).result(5)
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._servers.submit(self._door.close()).result(5)
        self._servers.stop()

    async def _open(self) -> None:
        self._door.open()

    def post(self, path: str, form: dict[str, str], headers: dict[str, str]) -> int:
        answer = httpx.post(
            self.url + path, content=urlencode(form), headers={"Content-Type": FORM, **headers}
        )
        return answer.status_code

    def at_once(self, work: Callable[[], Any], times: int) -> list[Any]:
        with ThreadPoolExecutor(times) as pool:
            return [future.result() for future in [pool.submit(work) for _ in range(times)]]

    def answer(self, person: str, *replies: str | Reply, channel: str = "whatsapp") -> None:
        """What a turn does: puts the rendered replies into the outbox."""
        conversation = self._inbox.conversation_of(channel, person)
        assert conversation, "has not written yet"
        shown = next(one for one in self.channels if one.name == channel).capabilities
        whole = [Reply(reply) if isinstance(reply, str) else reply for reply in replies]
        turn = f"t{len(self.outbox())}"
        with self.database.write() as connection:
            self._outbox.add(connection, conversation, channel, turn, render(whole, shown))

    def turn(self) -> None:
        """What a worker does: answers whoever wrote, at once."""
        self.change(ready_at=now_ms())
        while claim := self._runner.queue.claim_next():
            self._runner.run(claim)

    def send(self) -> None:
        """What the sender does until nothing is due."""
        asyncio.run(self._drain())

    async def _drain(self) -> None:
        connectors = {one.name: one.connector() for one in self.channels}
        sender = Sender(self.database, self.sealer, connectors)
        try:
            await send_all_after(sender)
        finally:
            sender.release()
            for connector in connectors.values():
                await connector.close()

    def outbox(self) -> list[Any]:
        return self._rows(outbox_table)

    def states(self) -> list[tuple[str, str | None]]:
        return [(row.state, row.error_code) for row in self.outbox()]

    def inbox(self) -> list[Content]:
        return [
            open_content(self.sealer, row.conversation_id, row) for row in self._rows(inbox_table)
        ]

    def contacts(self) -> list[Any]:
        return self._rows(contacts)

    def standing_of(self, person: str, channel: str = "whatsapp") -> standing.Standing:
        conversation = self._inbox.conversation_of(channel, person)
        assert conversation
        with self.database.read() as connection:
            return standing.read(connection, conversation)

    def change(self, **values: Any) -> None:
        """Changes all conversations: when somebody was heard."""
        with self.database.write() as connection:
            connection.execute(conversations.update().values(**values))

    def change_outbox(self, **values: Any) -> None:
        with self.database.write() as connection:
            connection.execute(outbox_table.update().values(**values))

    def _rows(self, table: Any) -> list[Any]:
        with self.database.read() as connection:
            found: Sequence[Any] = connection.execute(select(table).order_by(table.c.id)).all()
            return list(found)


def choices(*titles: str) -> tuple[Choice, ...]:
    return tuple(Choice(title, f"/{title.lower().replace(' ', '_')}") for title in titles)
