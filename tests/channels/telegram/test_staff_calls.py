"""Staff are called in a Telegram group, and one press says that somebody sees to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.conversation.takeover.calls import Alert
from bot.conversation.takeover.dispatcher import CallFailed
from bot.conversation.takeover.ladder import GROUP
from bot.errors import OperatorError
from bot.storage.tables import handoffs
from channels.telegram.staff_calls import GroupWay
from tests.channels.telegram.site import Site, Tables, settings_for, wait_until
from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_state import Chat

STAFF_GROUP, OTHER_GROUP = -1000000000001, -1000000000002
PUBLIC = "https://suluh.contoh.id"
OFFICER, STRANGER = 7001, 7002


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    with TelegramDouble() as telegram:
        yield telegram


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    with Tables(tmp_path) as tables:
        yield tables


def _call(telegram: TelegramDouble, handoff_id: str = "h1", level: str = "darurat") -> str | None:
    async def run() -> str | None:
        settings = replace(settings_for(telegram), staff_group=STAFF_GROUP)
        way = GroupWay(settings, PUBLIC)
        try:
            return await way.call(Alert(1, handoff_id, level, GROUP, 0))
        finally:
            await way.close()

    return asyncio.run(run())


def _waiting(tables: Tables) -> str:
    """A conversation that waits for a human."""
    from bot.conversation.messages import Inbound

    whose = tables.inbox.accept(Inbound("telegram", "7100", "m1", text="tolong")).conversation_id
    with tables.database.write() as connection:
        connection.execute(
            handoffs.insert().values(
                id="h1", conversation_id=whose, reason="level", level="darurat",
                state="waiting", opened_at=1, steps_from=1, due_at=1,
            )
        )  # fmt: skip
    return "h1"


def _acknowledged(tables: Tables) -> bool:
    with tables.database.read() as connection:
        query = select(handoffs.c.acknowledged_at)
        return connection.execute(query).scalar_one() is not None


def test_the_group_reads_a_level_and_a_link_and_nothing_else(telegram: TelegramDouble) -> None:
    group = telegram.group(STAFF_GROUP)
    group.adds_bot(telegram.person(OFFICER))
    assert _call(telegram) is not None
    (message,) = group.received
    assert message.text == (
        f"DARURAT: satu percakapan menunggu petugas.\n{PUBLIC}/meja/percakapan/h1"
    )
    assert message.titles == ["Saya urus"]


def test_one_press_is_enough_and_the_others_see_it(
    telegram: TelegramDouble, tables: Tables
) -> None:
    handoff_id = _waiting(tables)
    group = telegram.group(STAFF_GROUP)
    group.adds_bot(telegram.person(OFFICER))
    with Site(telegram, tables, staff_group=STAFF_GROUP):
        _call(telegram, handoff_id)
        group.presses(telegram.person(OFFICER), group.received[0], "Saya urus")
        wait_until(lambda: _acknowledged(tables))
        wait_until(lambda: group.received[0].text == "DARURAT: sudah ada yang mengurus.")
        assert group.received[0].titles == []
        assert not group.left


def test_what_is_said_in_the_group_is_not_read(telegram: TelegramDouble, tables: Tables) -> None:
    group = telegram.group(STAFF_GROUP)
    with Site(telegram, tables, staff_group=STAFF_GROUP):
        group.adds_bot(telegram.person(OFFICER))
        group.says(telegram.person(OFFICER), "siapa yang jaga malam ini?")
        telegram.wait_until_delivered()
        assert tables.is_empty()
        assert not group.left
        assert group.received == []


def test_every_other_group_is_left_and_its_buttons_acknowledge_nothing(
    telegram: TelegramDouble, tables: Tables
) -> None:
    handoff_id = _waiting(tables)
    other = telegram.group(OTHER_GROUP)
    with Site(telegram, tables, staff_group=STAFF_GROUP) as site:
        other.adds_bot(telegram.person(STRANGER))
        wait_until(lambda: other.left)
        press = {
            "update_id": 99_001,
            "callback_query": {
                "id": "q1",
                "from": {"id": STRANGER, "is_bot": False, "first_name": "Tamu Contoh"},
                "chat_instance": "1",
                "data": f"urus:{handoff_id}",
                "message": {
                    "message_id": 5, "date": 1, "chat": {"id": STRANGER, "type": "private"},
                },
            },
        }  # fmt: skip
        assert site.post(press) == 200
        telegram.wait_until_delivered()
        assert not _acknowledged(tables)


@pytest.mark.parametrize("data", ["urus:", "urus:../../x", f"urus:{'a' * 23}", "menu"])
def test_a_button_that_is_none_of_ours_does_nothing(
    telegram: TelegramDouble, tables: Tables, data: str
) -> None:
    _waiting(tables)
    with Site(telegram, tables, staff_group=STAFF_GROUP) as site:
        press = {
            "update_id": 99_002,
            "callback_query": {
                "id": "q2",
                "from": {"id": OFFICER, "is_bot": False, "first_name": "Petugas Contoh"},
                "chat_instance": "1",
                "data": data,
                "message": {
                    "message_id": 5,
                    "date": 1,
                    "chat": {"id": STAFF_GROUP, "type": "supergroup", "title": "Grup Contoh"},
                },
            },
        }
        assert site.post(press) == 200
        assert not _acknowledged(tables)


def test_a_group_without_the_bot_cannot_be_called(telegram: TelegramDouble) -> None:
    telegram.group(STAFF_GROUP)
    with pytest.raises(CallFailed) as caught:
        _call(telegram)
    assert (caught.value.code, caught.value.final) == ("403", True)


def test_passing_trouble_is_told_from_what_lasts(telegram: TelegramDouble) -> None:
    telegram.group(STAFF_GROUP).adds_bot(telegram.person(OFFICER))
    telegram.fail_next("sendMessage", status=502)
    with pytest.raises(CallFailed) as caught:
        _call(telegram)
    assert not caught.value.final


# Somebody took it


def _take_back(telegram: TelegramDouble, provider_id: str | None, level: str = "darurat") -> None:
    async def run() -> None:
        way = GroupWay(replace(settings_for(telegram), staff_group=STAFF_GROUP), PUBLIC)
        try:
            await way.take_back(Alert(1, "h1", level, GROUP, 0, provider_id=provider_id))
        finally:
            await way.close()

    asyncio.run(run())


def test_a_call_that_is_over_says_so_without_a_name_and_its_button_goes(
    telegram: TelegramDouble,
) -> None:
    group = telegram.group(STAFF_GROUP)
    group.adds_bot(telegram.person(OFFICER))
    first, second = _call(telegram), _call(telegram, "h2")
    _take_back(telegram, first)
    texts = [(message.text, message.titles) for message in group.received]
    assert texts[0] == ("DARURAT: sudah ada yang mengurus.", [])
    assert texts[1][1] == ["Saya urus"]
    assert second != first


def test_a_call_that_says_so_already_is_no_trouble(telegram: TelegramDouble) -> None:
    group = telegram.group(STAFF_GROUP)
    group.adds_bot(telegram.person(OFFICER))
    number = _call(telegram)
    _take_back(telegram, number)
    _take_back(telegram, number)
    assert len(group.received) == 1


def test_what_cannot_be_changed_is_told_from_what_may_be_later(telegram: TelegramDouble) -> None:
    telegram.group(STAFF_GROUP).adds_bot(telegram.person(OFFICER))
    number = _call(telegram)
    telegram.fail_next("editMessageText", status=502)
    with pytest.raises(CallFailed) as caught:
        _take_back(telegram, number)
    assert not caught.value.final
    for gone in ("99", None):
        with pytest.raises(CallFailed) as caught:
            _take_back(telegram, gone)
        assert caught.value.final


# What `suluh doctor` asks


def _check(telegram: TelegramDouble, group: int = STAFF_GROUP, token: str | None = None) -> str:
    async def run() -> str:
        settings = replace(settings_for(telegram), staff_group=group)
        way = GroupWay(replace(settings, token=token or settings.token), PUBLIC)
        try:
            return await way.check()
        finally:
            await way.close()

    return asyncio.run(run())


@pytest.mark.parametrize("number", [STAFF_GROUP, -5001])
def test_a_group_that_can_be_called_is_named_and_reads_nothing(
    telegram: TelegramDouble, number: int
) -> None:
    group = telegram.group(number, "Petugas Contoh")
    group.adds_bot(telegram.person(OFFICER))
    assert _check(telegram, number) == 'the bot may write in "Petugas Contoh"'
    assert group.received == []


def test_a_number_that_no_group_has(telegram: TelegramDouble) -> None:
    with pytest.raises(OperatorError, match="knows no group of this number"):
        _check(telegram)


@pytest.mark.parametrize("number", [STAFF_GROUP, -5002])
def test_a_group_that_the_bot_is_not_in_any_more(telegram: TelegramDouble, number: int) -> None:
    group = telegram.group(number)
    group.adds_bot(telegram.person(OFFICER))
    group.kicks_bot(telegram.person(OFFICER))
    with pytest.raises(OperatorError, match="not in the group"):
        _check(telegram, number)


def test_a_group_that_got_another_number_says_which(telegram: TelegramDouble) -> None:
    group = telegram.group(-5003)
    group.adds_bot(telegram.person(OFFICER))
    group.migrates(STAFF_GROUP, telegram.person(OFFICER))
    with pytest.raises(OperatorError, match=f"SULUH_TELEGRAM_STAFF_GROUP={STAFF_GROUP}"):
        _check(telegram, -5003)


def test_a_channel_is_no_group(telegram: TelegramDouble) -> None:
    telegram.state.chats[STAFF_GROUP] = Chat(STAFF_GROUP, "channel", "Kanal Contoh")
    with pytest.raises(OperatorError, match="number of a channel"):
        _check(telegram)


def test_a_group_cannot_be_called_with_a_wrong_token(telegram: TelegramDouble) -> None:
    with pytest.raises(OperatorError, match="SULUH_TELEGRAM_TOKEN") as caught:
        _check(telegram, token="100:SALAH")
    assert "SALAH" not in str(caught.value)


def test_telegram_in_trouble_is_told_from_a_wrong_number(telegram: TelegramDouble) -> None:
    telegram.fail_next("getChat", status=502)
    with pytest.raises(OperatorError, match="does not answer"):
        _check(telegram)
