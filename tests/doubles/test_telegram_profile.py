"""The double keeps what a bot says of itself and its files, and checks them as Telegram does."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from typing import Any

import httpx
import pytest
import telegram
from PIL import Image
from telegram import (
    BotCommand,
    BotCommandScopeChat,
)
from telegram.error import (
    BadRequest,
    NetworkError,
)

from tests.doubles.telegram import Person, TelegramDouble
from tests.doubles.telegram_client import use

Work = Callable[[telegram.Bot], Awaitable[Any]]
CHAT_IDS = count(3001)


@pytest.fixture(scope="module")
def double() -> Iterator[TelegramDouble]:
    with TelegramDouble() as double:
        yield double


@pytest.fixture
def ani(double: TelegramDouble) -> Person:
    """Somebody with whom nothing was spoken yet."""
    return double.person(next(CHAT_IDS))


def picture(side: int = 20) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(file, "PNG")
    return file.getvalue()


def test_commands_are_kept_by_scope_and_language(double: TelegramDouble) -> None:
    start, menu = BotCommand("start", "Mulai"), BotCommand("menu", "Daftar pilihan")

    async def work(bot: telegram.Bot) -> list[tuple[BotCommand, ...]]:
        await bot.set_my_commands([start, menu])
        await bot.set_my_commands([menu], scope=BotCommandScopeChat(7), language_code="id")
        answers = [
            await bot.get_my_commands(),
            await bot.get_my_commands(BotCommandScopeChat(7), "id"),
            await bot.get_my_commands(BotCommandScopeChat(8), "id"),
        ]
        await bot.delete_my_commands()
        return [*answers, await bot.get_my_commands()]

    assert use(double, work) == [(start, menu), (menu,), (), ()]


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (lambda b: b.set_my_commands([BotCommand("Start", "Mulai")]), "bot_command_invalid"),
        (lambda b: b.set_my_commands([BotCommand("a" * 33, "Mulai")]), "bot_command_invalid"),
        (lambda b: b.set_my_commands([BotCommand("start", "")]), "description_invalid"),
        (lambda b: b.set_my_commands([BotCommand("start", "a" * 257)]), "description_invalid"),
        (lambda b: b.set_my_commands([BotCommand("a", "b")] * 101), "commands_too_much"),
        (lambda b: b.set_my_commands([], language_code="indonesia"), "language code"),
        (lambda b: b.set_my_description("a" * 513), "too_long"),
        (lambda b: b.set_my_short_description("a" * 121), "too_long"),
        (lambda b: b.set_my_name("a" * 65), "too_long"),
    ],
)
def test_what_the_bot_says_of_itself_is_checked(
    double: TelegramDouble, work: Work, why: str
) -> None:
    with pytest.raises(BadRequest, match=f"(?i){why}"):
        use(double, work)


def test_names_and_descriptions_are_kept_by_language(double: TelegramDouble) -> None:
    async def work(bot: telegram.Bot) -> list[str]:
        await bot.set_my_name("Suluh")
        await bot.set_my_description("a" * 512)
        await bot.set_my_description("Halo", language_code="id")
        await bot.set_my_short_description("b" * 120)
        return [
            (await bot.get_my_name()).name,
            (await bot.get_my_description("en")).description,
            (await bot.get_my_description("id")).description,
            (await bot.get_my_short_description()).short_description,
        ]

    assert use(double, work) == ["Suluh", "a" * 512, "Halo", "b" * 120]


def test_a_photo_and_a_document_are_sent(double: TelegramDouble, ani: Person) -> None:
    async def work(bot: telegram.Bot) -> tuple[telegram.Message, telegram.Message]:
        photo = await bot.send_photo(
            ani.chat_id, picture(), caption="<i>Peta</i>", parse_mode="HTML"
        )
        document = await bot.send_document(ani.chat_id, b"\r\n--isi\r\n", filename="surat é.txt")
        return photo, document

    photo, document = use(double, work)
    assert (photo.photo[-1].width, photo.caption) == (20, "Peta")
    assert document.document is not None
    assert document.document.file_name == "surat é.txt"
    assert [m.kind for m in ani.received] == ["photo", "document"]
    assert [m.file for m in ani.received] == [picture(), b"\r\n--isi\r\n"]


@pytest.mark.parametrize(
    ("work", "error", "why"),
    [
        (lambda b, c: b.send_photo(c, b"x"), BadRequest, "image_process_failed"),
        (lambda b, c: b.send_photo(c, b"x" * (10 * 2**20 + 1)), BadRequest, "too big for a photo"),
        (lambda b, c: b.send_photo(c, picture(), "a" * 1025), BadRequest, "caption is too long"),
        (lambda b, c: b.send_document(c, "BERKAS-TIDAK-ADA"), BadRequest, "wrong file identifier"),
        (
            lambda b, c: b.send_document(c, b"x" * (50 * 2**20 + 1)),
            NetworkError,
            "request entity too large",
        ),
    ],
)
def test_files_that_are_sent_are_checked(
    double: TelegramDouble, ani: Person, work: Any, error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=f"(?i){why}"):
        use(double, lambda bot: work(bot, ani.chat_id))
    assert ani.received == []


def test_a_file_is_downloaded(double: TelegramDouble, ani: Person) -> None:
    sent = ani.sends_document(b"%PDF-isi", "kontrak.pdf", "application/pdf")["message"]["document"]

    async def work(bot: telegram.Bot) -> bytes:
        file = await bot.get_file(sent["file_id"])
        assert file.file_path is not None
        assert file.file_path.startswith(f"{double.url}/file/bot{double.token}/documents/")
        return bytes(await file.download_as_bytearray())

    assert use(double, work) == b"%PDF-isi"
    assert httpx.get(f"{double.url}/file/bot{double.token}/tidak/ada").status_code == 404


def test_a_file_over_20_mb_cannot_be_downloaded(double: TelegramDouble, ani: Person) -> None:
    limit = 20 * 2**20
    largest = ani.sends_video(b"isi", size=limit)["message"]["video"]["file_id"]
    larger = ani.sends_video(b"isi", size=limit + 1)["message"]["video"]["file_id"]
    assert use(double, lambda bot: bot.get_file(largest)).file_size == limit
    with pytest.raises(BadRequest, match=r"(?i)file is too big"):
        use(double, lambda bot: bot.get_file(larger))
    with pytest.raises(BadRequest, match=r"(?i)invalid file_id"):
        use(double, lambda bot: bot.get_file("BERKAS-TIDAK-ADA"))
