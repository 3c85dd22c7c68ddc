"""Registering, what people see before they write, and what an operator is told."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from telegram import Bot, BotCommand

from bot.engine.assistant import Assistant
from bot.errors import OperatorError
from channels.telegram import channel as channel_module
from channels.telegram import profile
from channels.telegram.channel import TelegramChannel
from channels.terminal.chat import Session
from tests.channels.telegram.site import SECRET, Site, Tables, settings_for, wait_until
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_client import use

PUBLIC_URL = "http://127.0.0.1:8080"


def _channel(
    telegram: TelegramDouble,
    tables: Tables,
    public_url: str | None = PUBLIC_URL,
    token: str | None = None,
) -> TelegramChannel:
    return TelegramChannel(
        settings_for(telegram, token),
        public_url,
        secret=SECRET,
        address_book=tables.address_book,
        database=tables.database,
    )


def _trouble(channel: TelegramChannel, what: str = "check") -> str:
    with pytest.raises(OperatorError) as caught:
        asyncio.run(getattr(channel, what)())
    said = str(caught.value)
    assert "TEST" not in said
    assert SECRET not in said
    return said


# Setting up.


def test_setting_up_registers_the_webhook_and_says_so(
    telegram: TelegramDouble, tables: Tables
) -> None:
    done = asyncio.run(_channel(telegram, tables, PUBLIC_URL + "/").set_up())
    assert telegram.webhook_url == f"{PUBLIC_URL}/telegram"
    assert done[0] == f"webhook: {PUBLIC_URL}/telegram"
    assert not any(SECRET in line for line in done)


def test_setting_up_without_a_public_address_takes_the_webhook_away(
    telegram: TelegramDouble, tables: Tables
) -> None:
    asyncio.run(_channel(telegram, tables).set_up())
    done = asyncio.run(_channel(telegram, tables, None).set_up())
    assert telegram.webhook_url is None
    assert "asks for updates itself" in done[0]


def test_setting_up_keeps_what_people_wrote_meanwhile(
    telegram: TelegramDouble, tables: Tables
) -> None:
    telegram.person(1001).says("halo")
    for _ in range(2):
        asyncio.run(_channel(telegram, tables, None).set_up())
    assert len(telegram.pending) == 1


@pytest.mark.parametrize("language", [None, "id"])
def test_commands_and_descriptions_are_set_in_indonesian(
    telegram: TelegramDouble, tables: Tables, language: str | None
) -> None:
    asyncio.run(_channel(telegram, tables).set_up())

    async def seen(bot: Bot) -> list[object]:
        return [
            list(await bot.get_my_commands(language_code=language)),
            (await bot.get_my_description(language)).description,
            (await bot.get_my_short_description(language)).short_description,
        ]

    assert use(telegram, seen) == [
        profile.commands(),
        profile.description(),
        profile.short_description(),
    ]
    assert BotCommand("darurat", "Ada bahaya sekarang") in profile.commands()
    assert "mesin" in profile.description()
    assert "110" in profile.description()


def test_every_command_of_the_list_is_understood(assistant: Assistant, tmp_path: Path) -> None:
    for number, command in enumerate(profile.commands()):
        folder = tmp_path / str(number)
        folder.mkdir()
        outcome = Session(assistant, folder, "telegram").say(f"/{command.command}")
        said = "\n".join(reply.text for reply in outcome.replies)
        assert said, command.command
        assert "belum bisa menjawab" not in said, command.command


@pytest.mark.parametrize(
    ("status", "description", "said"),
    [
        (401, "Unauthorized", "Telegram does not know the token. Check SULUH_TELEGRAM_TOKEN."),
        (502, "Bad Gateway", "Telegram does not answer: NetworkError."),
        (400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
         "bad webhook: an https url must be provided for webhook"),
        (400, "Bad Request: bad webhook: Failed to resolve host: Name or service not known",
         "failed to resolve host"),
    ],
)  # fmt: skip
def test_what_telegram_refuses_is_said_so_that_it_can_be_mended(
    telegram: TelegramDouble, tables: Tables, status: int, description: str, said: str
) -> None:
    body = {"ok": False, "error_code": status, "description": description}
    telegram.fail_next("setwebhook", status=status, body=body)
    assert said.lower() in _trouble(_channel(telegram, tables), "set_up").lower()


def test_an_address_that_telegram_does_not_take_is_said(
    telegram: TelegramDouble, tables: Tables
) -> None:
    said = _trouble(_channel(telegram, tables, "http://suluh.contoh.id"), "set_up")
    assert "https" in said.lower()


# Checking.


def test_a_check_makes_a_real_call(telegram: TelegramDouble, tables: Tables) -> None:
    channel = _channel(telegram, tables)
    asyncio.run(channel.set_up())
    assert asyncio.run(channel.check()) == "@suluh_uji_bot answers, by webhook, 0 updates wait"
    assert telegram.calls_of("getme")


def test_a_check_of_polling(telegram: TelegramDouble, tables: Tables) -> None:
    telegram.person(1001).says("halo")
    said = asyncio.run(_channel(telegram, tables, None).check())
    assert said == "@suluh_uji_bot answers, by long polling, 1 updates wait"


def test_a_revoked_token_is_found(telegram: TelegramDouble, tables: Tables) -> None:
    for token in ("100:LAIN", "200:TESTING"):
        said = _trouble(_channel(telegram, tables, token=token))
        assert "SULUH_TELEGRAM_TOKEN" in said
        assert token not in said


def test_a_telegram_that_is_not_there_is_said(tables: Tables) -> None:
    with TelegramDouble() as gone:
        pass
    assert _trouble(_channel(gone, tables)) == "Telegram does not answer: NetworkError."


def test_another_webhook_is_found(telegram: TelegramDouble, tables: Tables) -> None:
    assert "suluh channels setup" in _trouble(_channel(telegram, tables))
    use(telegram, lambda bot: bot.set_webhook("http://127.0.0.1:9/lain"))
    assert "suluh channels setup" in _trouble(_channel(telegram, tables))
    assert "suluh channels setup" in _trouble(_channel(telegram, tables, None))


def test_a_webhook_that_fails_is_found(telegram: TelegramDouble, tables: Tables) -> None:
    channel = _channel(telegram, tables, "http://127.0.0.1:9")
    asyncio.run(channel.set_up())
    telegram.person(1001).says("halo")
    telegram.wait_until(lambda: bool(telegram.attempts))
    said = _trouble(channel)
    assert said.startswith("Telegram could not deliver to http://127.0.0.1:9/telegram: ")


# At the start.


def test_registering_is_tried_until_it_is_done(
    telegram: TelegramDouble,
    tables: Tables,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(channel_module, "REGISTER_AGAIN_SECONDS", 0.05)
    caplog.set_level(logging.INFO, logger="channels")
    telegram.fail_next("setwebhook", status=502, times=2)
    telegram.fail_next("setmydescription", status=500, times=1)
    with Site(telegram, tables):
        telegram.wait_until(lambda: len(telegram.calls_of("setmyshortdescription")) == 2)
        telegram.person(1001).says("halo")
        telegram.wait_until_delivered()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("channels")]
    assert ours == ["not registered with Telegram yet (NetworkError); see: suluh doctor"] * 3


def test_a_start_without_telegram_keeps_the_rest_running(tables: Tables) -> None:
    with TelegramDouble() as gone:
        pass
    site = Site(gone, tables)
    site._thread.start()
    wait_until(lambda: site._server.started)
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "text": "halo",
              "chat": {"id": 1001, "type": "private"}}}  # fmt: skip
    assert site.post(update) == 200
    site.stop()
    assert tables.texts() == ["halo"]


def test_the_texts_keep_to_the_bounds_of_telegram() -> None:
    """https://core.telegram.org/bots/api#setmydescription"""
    assert 0 < len(profile.description()) <= 512
    assert 0 < len(profile.short_description()) <= 120
    for text in (profile.description(), profile.short_description(), profile.leaving()):
        assert "{" not in text


def test_nothing_of_the_channel_shows_its_secrets(telegram: TelegramDouble, tables: Tables) -> None:
    channel = _channel(telegram, tables)
    for shown in (repr(channel), repr(channel.connector()), str(vars(channel)["_settings"])):
        assert telegram.token not in shown
        assert SECRET not in shown
