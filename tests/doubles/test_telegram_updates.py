"""What people do becomes updates that the official client understands, also by polling."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import httpx
import pytest
import telegram
from telegram import Update
from telegram.error import BadRequest, Conflict

from tests.doubles.telegram import Person, TelegramDouble
from tests.doubles.telegram_client import use
from tests.doubles.telegram_state import Json

CHAT_IDS = count(2001)


@pytest.fixture(scope="module")
def double() -> Iterator[TelegramDouble]:
    with TelegramDouble() as double:
        yield double


@pytest.fixture
def ani(double: TelegramDouble) -> Person:
    """Somebody with whom nothing was spoken yet; no update waits."""
    use(double, lambda bot: bot.delete_webhook(drop_pending_updates=True))
    return double.person(next(CHAT_IDS))


def understood(content: Json) -> Update:
    update = Update.de_json(content, None)
    assert update is not None
    assert update.effective_user is not None
    assert update.effective_chat is not None
    return update


MESSAGES: list[tuple[Callable[[Person], Json], str]] = [
    (lambda ani: ani.says("Halo"), "text"),
    (lambda ani: ani.says("/start desa"), "entities"),
    (lambda ani: ani.says("Lowongan", forwarded=True), "forward_origin"),
    (
        lambda ani: ani.says("Ya", reply_to=ani.says("?")["message"]["message_id"]),
        "reply_to_message",
    ),
    (lambda ani: ani.sends_photo(b"foto", "Kontrak"), "photo"),
    (lambda ani: ani.sends_document(b"isi", "a.pdf", "application/pdf"), "document"),
    (lambda ani: ani.sends_voice(b"suara"), "voice"),
    (lambda ani: ani.sends_sticker(), "sticker"),
    (lambda ani: ani.sends_video(b"video"), "video"),
    (lambda ani: ani.shares_location(-3.75, 102.25), "location"),
    (lambda ani: ani.shares_contact("+6281200000001"), "contact"),
]


@pytest.mark.parametrize(("act", "part"), MESSAGES)
def test_every_kind_of_message_is_understood(
    ani: Person, act: Callable[[Person], Json], part: str
) -> None:
    update = understood(act(ani))
    assert update.message is not None
    assert getattr(update.message, part)
    user = update.message.from_user
    assert user is not None
    assert (user.id, user.is_bot, user.language_code) == (ani.chat_id, False, "id")
    assert update.message.chat.type == "private"
    assert update.message.date is not None
    # What the client does not know would stay here.
    assert not update.message.api_kwargs


def test_a_command_is_marked_at_the_beginning(ani: Person) -> None:
    message = understood(ani.says("/start desa_pondokkelapa")).message
    assert message is not None
    assert message.parse_entities(["bot_command"]) == {message.entities[0]: "/start"}
    assert message.entities[0].offset == 0


def test_an_edit_keeps_the_id_and_has_its_date(ani: Person) -> None:
    said = understood(ani.says("Halo"))
    assert said.message is not None
    named: int | Json = said.message.message_id
    for _ in range(3):
        change = ani.edits(named, "Halo juga")
        edited = understood(change).edited_message
        named = said.to_dict() if isinstance(named, int) else change
        assert edited is not None
        assert (edited.message_id, edited.text) == (said.message.message_id, "Halo juga")
        assert edited.edit_date is not None


def test_a_press_names_the_message_and_its_button(double: TelegramDouble, ani: Person) -> None:
    markup = telegram.InlineKeyboardMarkup.from_button(
        telegram.InlineKeyboardButton("Ya", callback_data="ya")
    )
    use(double, lambda bot: bot.send_message(ani.chat_id, "Setuju?", reply_markup=markup))
    query = understood(ani.presses(ani.received[0], "Ya")).callback_query
    assert query is not None
    assert (query.data, query.from_user.id) == ("ya", ani.chat_id)
    assert isinstance(query.message, telegram.Message)
    assert query.message.message_id == ani.received[0].message_id


def test_blocking_is_told(ani: Person) -> None:
    for act, old, new in ((ani.blocks, "member", "kicked"), (ani.unblocks, "kicked", "member")):
        change = understood(act()).my_chat_member
        assert change is not None
        assert (change.old_chat_member.status, change.new_chat_member.status) == (old, new)
        assert change.new_chat_member.user.id == 100


def test_a_group_is_joined_and_spoken_in(double: TelegramDouble, ani: Person) -> None:
    group = double.group(-6001, "Grup Desa Contoh")
    joined = understood(group.adds_bot(by=ani)).my_chat_member
    assert joined is not None
    assert joined.new_chat_member.status == "member"
    message = understood(group.says(ani, "Halo semua")).message
    assert message is not None
    assert (message.chat.type, message.chat.title) == ("group", "Grup Desa Contoh")
    use(double, lambda bot: bot.leave_chat(-6001))
    kinds = [next(k for k in u if k != "update_id") for u in double.updates[-5:]]
    assert kinds == ["my_chat_member", "message", "message", "my_chat_member", "message"]
    service = understood(double.updates[-4]).message
    assert service is not None
    assert [user.id for user in service.new_chat_members] == [100]


def test_ids_grow(ani: Person) -> None:
    updates = [ani.says(text) for text in "abc"]
    ids = [update["update_id"] for update in updates]
    assert ids == [ids[0], ids[0] + 1, ids[0] + 2]
    messages = [update["message"]["message_id"] for update in updates]
    assert messages == sorted(set(messages))


def test_polling_confirms_by_the_offset(double: TelegramDouble, ani: Person) -> None:
    for text in "abcd":
        ani.says(text)

    async def work(bot: telegram.Bot) -> list[list[str | None]]:
        first = await bot.get_updates(limit=2)
        again = await bot.get_updates(limit=1)
        rest = await bot.get_updates(offset=first[-1].update_id + 1)
        last = await bot.get_updates(offset=-1)
        none = await bot.get_updates(offset=last[-1].update_id + 1)
        return [
            [u.message.text for u in us if u.message] for us in (first, again, rest, last, none)
        ]

    assert use(double, work) == [["a", "b"], ["a"], ["c", "d"], ["d"], []]


def test_a_long_poll_ends_with_the_update(double: TelegramDouble, ani: Person) -> None:
    def say_when_polled() -> None:
        while not double.is_polled:
            time.sleep(0.005)
        ani.says("Halo")

    threading.Thread(target=say_when_polled).start()
    [update] = use(double, lambda bot: bot.get_updates(timeout=20))
    assert update.message is not None
    assert update.message.text == "Halo"


def test_only_allowed_kinds_come(double: TelegramDouble, ani: Person) -> None:
    async def work(bot: telegram.Bot) -> list[Update]:
        await bot.get_updates(allowed_updates=["message"])
        ani.blocks()
        ani.unblocks()
        ani.says("Halo")
        # Without the parameter it stays as it was; an empty list allows all again.
        kept = await bot.get_updates()
        await bot.get_updates(allowed_updates=[])
        ani.blocks()
        return [*kept, *await bot.get_updates(offset=kept[-1].update_id + 1)]

    message, change = use(double, work)
    assert message.message is not None
    assert change.my_chat_member is not None


@pytest.mark.usefixtures("ani")
def test_polling_and_a_webhook_exclude_each_other(double: TelegramDouble) -> None:
    async def work(bot: telegram.Bot) -> None:
        await bot.set_webhook("http://127.0.0.1:9/tidak-ada")
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()
        await bot.get_updates()

    use(double, work)


@pytest.mark.usefixtures("ani")
@pytest.mark.parametrize("ender", ["getUpdates", "setWebhook"])
def test_a_second_poll_or_a_webhook_ends_the_first_poll(double: TelegramDouble, ender: str) -> None:
    async def work(bot: telegram.Bot) -> None:
        first = asyncio.create_task(bot.get_updates(timeout=20))
        while not double.is_polled:
            await asyncio.sleep(0.005)
        url = f"{double.url}/bot{double.token}/{ender}"
        values = {"timeout": 1, "url": "http://127.0.0.1:9/"}
        async with httpx.AsyncClient() as client:
            second = asyncio.create_task(client.post(url, json=values))
            with pytest.raises(Conflict, match=f"terminated by (other )?{ender} request"):
                await first
            second.cancel()

    use(double, work)


WEBHOOKS: list[tuple[dict[str, Any], str]] = [
    ({"url": "http://a.example/x"}, "bad webhook: an https url must be provided for webhook"),
    ({"url": "https://a.example:8080/x"}, "bad webhook: webhook can be set up only on ports"),
    ({"url": "https://"}, "invalid webhook url specified"),
    ({"url": "https://a.example", "secret_token": "a" * 257}, "secret token is too long"),
    ({"url": "https://a.example", "secret_token": "a b"}, "secret token contains unallowed"),
]


@pytest.mark.usefixtures("ani")
@pytest.mark.parametrize(("values", "why"), WEBHOOKS)
def test_a_wrong_webhook_is_refused(
    double: TelegramDouble, values: dict[str, Any], why: str
) -> None:
    with pytest.raises(BadRequest, match=f"(?i){why}"):
        use(double, lambda bot: bot.set_webhook(**values))
    assert double.webhook_url is None


@pytest.mark.usefixtures("ani")
def test_the_webhook_is_told(double: TelegramDouble) -> None:
    async def work(bot: telegram.Bot) -> list[telegram.WebhookInfo]:
        none = await bot.get_webhook_info()
        await bot.set_webhook(
            "https://a.example:8443/x",
            secret_token="Aa0_-" * 51,
            max_connections=7,
            allowed_updates=["message"],
        )
        some = await bot.get_webhook_info()
        await bot.set_webhook("https://a.example:8443/x", allowed_updates=[])
        return [none, some, await bot.get_webhook_info()]

    none, some, default = use(double, work)
    assert (none.url, none.pending_update_count) == ("", 0)
    assert (some.url, some.max_connections) == ("https://a.example:8443/x", 7)
    assert some.allowed_updates == ("message",)
    assert default.max_connections == 40
