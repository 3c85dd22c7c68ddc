"""Files come from Telegram, and the address with the token is seen by nobody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.attachments import reading
from bot.conversation.fetcher import TOO_LARGE, Fetcher, FileSource
from bot.conversation.inbox import Inbox
from bot.conversation.sender import SendError, Then
from bot.privacy.identity import AddressBook
from bot.privacy.sealing import Sealer
from bot.settings import TelegramSettings
from bot.storage.database import Database
from bot.storage.tables import attachments
from channels.telegram import updates
from channels.telegram.connector import TelegramConnector
from tests.bot.attachments import samples
from tests.bot.conversation.helpers import Echo, fetch_all
from tests.doubles.telegram import TelegramDouble

TOKEN = "100:TEST-rahasia"


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    with TelegramDouble(TOKEN) as double:
        yield double


@pytest.fixture
def connector(telegram: TelegramDouble) -> TelegramConnector:
    return TelegramConnector(TelegramSettings(TOKEN, telegram.url))


def _fetch(connector: TelegramConnector, file_id: str) -> bytes:
    async def run() -> bytes:
        try:
            return b"".join([piece async for piece in connector.fetch(file_id)])
        finally:
            await connector.close()

    return asyncio.run(run())


def _file_id(update: Any) -> str:
    inbound = _inbound(update)
    return str(inbound.attachments[0].source)


def _inbound(update: Any) -> Any:
    said = updates.read(update, updates.Names(AddressBook(bytes(32)), "100"))
    assert isinstance(said, updates.Said)
    return said.inbound


def test_the_connector_has_files(connector: TelegramConnector) -> None:
    assert isinstance(connector, FileSource)


def test_a_photo_and_a_document_come_as_they_were_sent(
    telegram: TelegramDouble, connector: TelegramConnector
) -> None:
    ani = telegram.person(1001)
    photo = samples.photo_that_tells()
    assert _fetch(connector, _file_id(ani.sends_photo(photo))) == photo
    connector = TelegramConnector(TelegramSettings(TOKEN, telegram.url))
    large = samples.PDF + bytes(3_000_000)
    sent = ani.sends_document(large, "kontrak kerja.pdf", "application/pdf")
    assert _fetch(connector, _file_id(sent)) == large


def test_what_telegram_gives_to_no_bot_is_too_large(
    telegram: TelegramDouble, connector: TelegramConnector
) -> None:
    sent = telegram.person(1001).sends_video(b"x", size=21_000_000)
    with pytest.raises(SendError) as error:
        _fetch(connector, _file_id(sent))
    assert (error.value.code, error.value.then) == (TOO_LARGE, Then.GIVE_UP)


def test_a_file_that_telegram_has_no_more_is_given_up(
    telegram: TelegramDouble, connector: TelegramConnector
) -> None:
    with pytest.raises(SendError) as error:
        _fetch(connector, "BERKAS-TIDAK-ADA")
    assert error.value.then is Then.GIVE_UP


@pytest.mark.parametrize("status", [500, 502, 504])
def test_trouble_at_telegram_is_worth_another_try(
    telegram: TelegramDouble, connector: TelegramConnector, status: int
) -> None:
    sent = telegram.person(1001).sends_voice(samples.OGG)
    telegram.fail_next("getFile", status=status)
    with pytest.raises(SendError) as error:
        _fetch(connector, _file_id(sent))
    assert error.value.then is Then.RETRY


@pytest.mark.parametrize(
    ("status", "then"),
    [(404, Then.GIVE_UP), (403, Then.GIVE_UP), (302, Then.GIVE_UP), (401, Then.RETRY),
     (429, Then.RETRY), (503, Then.RETRY)],
)  # fmt: skip
def test_what_the_download_says_is_understood(
    telegram: TelegramDouble, connector: TelegramConnector, status: int, then: Then
) -> None:
    sent = telegram.person(1001).sends_voice(samples.OGG)
    _answer_downloads(connector, lambda request: httpx.Response(status))
    with pytest.raises(SendError) as error:
        _fetch(connector, _file_id(sent))
    assert (error.value.code, error.value.then) == (str(status), then)


def test_a_connection_that_breaks_names_no_address(
    telegram: TelegramDouble, connector: TelegramConnector, caplog: pytest.LogCaptureFixture
) -> None:
    sent = telegram.person(1001).sends_voice(samples.OGG)

    def breaks(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"{request.url} rahasia")

    _answer_downloads(connector, breaks)
    with caplog.at_level(logging.WARNING), pytest.raises(SendError) as error:
        _fetch(connector, _file_id(sent))
    assert str(error.value) == "ReadError"
    assert error.value.__suppress_context__
    assert "rahasia" not in caplog.text
    assert "rahasia" not in repr(connector)


def _answer_downloads(connector: TelegramConnector, answer: Any) -> None:
    connector._files._http = httpx.AsyncClient(transport=httpx.MockTransport(answer))


def test_a_file_elsewhere_than_with_telegram_is_not_asked_for(
    telegram: TelegramDouble, connector: TelegramConnector
) -> None:
    result = {"file_id": "a", "file_unique_id": "b", "file_path": "/etc/hostname"}
    telegram.fail_next("getFile", status=200, body={"ok": True, "result": result})
    with pytest.raises(SendError) as error:
        _fetch(connector, "a")
    assert error.value.then is Then.GIVE_UP


def test_from_the_person_to_the_sealed_file(
    telegram: TelegramDouble,
    connector: TelegramConnector,
    database: Database,
    inbox: Inbox,
    sealer: Sealer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ani = telegram.person(1001)
    for update in (
        ani.sends_photo(samples.photo_that_tells(), caption="ini surat dari agen"),
        ani.sends_document(samples.DOCX, "foto.jpg", "image/jpeg"),
        ani.sends_video(b"x", size=21_000_000),
        ani.sends_sticker(),
        ani.shares_contact("+6281200000001", "Orang Lain"),
    ):
        inbox.accept(_inbound(update))

    async def run() -> None:
        fetcher = Fetcher(database, sealer, {"telegram": connector}, Echo())
        await fetch_all(fetcher)
        await connector.close()

    with caplog.at_level(logging.WARNING):
        asyncio.run(run())
    with database.read() as connection:
        rows = connection.execute(select(attachments).order_by(attachments.c.inbox_id)).all()
    assert [(row.state, row.reason, row.media_type) for row in rows] == [
        ("kept", None, "image/jpeg"),
        ("refused", "kind", None),
        ("refused", "too large", None),
    ]
    kept = b"".join(reading.read(database, sealer, rows[0].id))
    assert [word for word in samples.PLANTED if word in kept] == []
    assert TOKEN not in caplog.text
    assert "1001" not in caplog.text
