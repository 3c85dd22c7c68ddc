"""The double of Telegram answers the official client as Telegram would: its methods."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from typing import Any

import httpx
import pytest
import telegram
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
)

from tests.doubles.telegram import Person, TelegramDouble
from tests.doubles.telegram_client import use

Work = Callable[[telegram.Bot], Awaitable[Any]]
CHAT_IDS = count(1001)


@pytest.fixture(scope="module")
def double() -> Iterator[TelegramDouble]:
    with TelegramDouble() as double:
        yield double


@pytest.fixture
def ani(double: TelegramDouble) -> Person:
    """Somebody with whom nothing was spoken yet."""
    return double.person(next(CHAT_IDS))


def keyboard(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[button] for button in buttons])


def button(title: str = "Ya", data: str = "ya") -> InlineKeyboardButton:
    return InlineKeyboardButton(title, callback_data=data)


def test_the_bot_is_introduced(double: TelegramDouble) -> None:
    me = use(double, lambda bot: bot.get_me())
    assert (me.id, me.is_bot, me.username) == (100, True, "suluh_uji_bot")


@pytest.mark.parametrize(
    ("token", "status", "description"),
    [
        ("100:WRONG", 401, "Unauthorized"),
        ("999:TEST", 401, "Unauthorized"),
        ("no-token", 404, "Not Found"),
        ("", 404, "Not Found"),
    ],
)
def test_a_wrong_token_is_refused(
    double: TelegramDouble, token: str, status: int, description: str
) -> None:
    answer = httpx.get(f"{double.url}/bot{token}/getMe")
    assert answer.status_code == status
    assert answer.json() == {"ok": False, "error_code": status, "description": description}


def test_the_client_sees_a_wrong_token(double: TelegramDouble) -> None:
    with pytest.raises(InvalidToken):
        use(double, lambda bot: bot.get_me(), token="100:WRONG")


def test_an_unknown_method_is_refused(double: TelegramDouble) -> None:
    answer = httpx.get(f"{double.url}/bot{double.token}/tidakAda")
    assert (answer.status_code, answer.json()["description"]) == (
        404,
        "Not Found: method not found",
    )


@pytest.mark.parametrize("way", ["query", "form", "json", "multipart"])
def test_parameters_come_in_every_way(double: TelegramDouble, ani: Person, way: str) -> None:
    url = f"{double.url}/bot{double.token}/SENDMESSAGE"
    values = {"chat_id": str(ani.chat_id), "text": "Halo, dunia &"}
    if way == "query":
        answer = httpx.get(url, params=values)
    elif way == "form":
        answer = httpx.post(url, data=values)
    elif way == "json":
        markup = {"inline_keyboard": [[{"text": "Ya", "callback_data": "ya"}]]}
        answer = httpx.post(url, json={**values, "chat_id": ani.chat_id, "reply_markup": markup})
    else:
        answer = httpx.post(url, data=values, files={"unused": b"x"})
    assert answer.json()["ok"], answer.text
    assert ani.received[0].text == "Halo, dunia &"
    assert len(ani.received[0].buttons) == (way == "json")


def test_a_message_arrives_with_all_that_belongs_to_it(double: TelegramDouble, ani: Person) -> None:
    asked = ani.says("Halo")["message"]["message_id"]
    sent = use(
        double,
        lambda bot: bot.send_message(
            ani.chat_id,
            "  <b>Halo</b> 👋 /menu\n",
            parse_mode="HTML",
            reply_markup=keyboard(button(), InlineKeyboardButton("Baca", url="https://a.example")),
            reply_parameters=ReplyParameters(asked),
            disable_notification=True,
            protect_content=True,
        ),
    )
    got = ani.wait_for(1)[0]
    assert (sent.message_id, sent.text) == (got.message_id, "Halo 👋 /menu")
    assert sent.chat.id == ani.chat_id
    assert sent.from_user is not None
    assert sent.from_user.is_bot
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "Halo"
    assert sent.reply_markup is not None
    assert sent.parse_entities() == {sent.entities[0]: "Halo", sent.entities[1]: "/menu"}
    assert (got.text, got.parse_mode, got.titles) == ("Halo 👋 /menu", "HTML", ["Ya", "Baca"])
    assert [b.data for b in got.buttons] == ["ya", None]
    assert (got.silent, got.protected, got.reply_to) == (True, True, asked)


def test_a_reply_keyboard_is_accepted(double: TelegramDouble, ani: Person) -> None:
    keys = ReplyKeyboardMarkup([["Ya", "Tidak"]])
    sent = use(double, lambda bot: bot.send_message(ani.chat_id, "Pilih", reply_markup=keys))
    assert sent.reply_markup is None
    assert ani.received[0].keyboard == ["Ya", "Tidak"]


def test_entities_may_be_named_by_the_bot(double: TelegramDouble, ani: Person) -> None:
    bold = MessageEntity(MessageEntity.BOLD, 0, 4)
    sent = use(double, lambda bot: bot.send_message(ani.chat_id, "Halo dunia", entities=[bold]))
    assert sent.entities == (bold,)


LONG = "a" * 4096
REFUSED_MESSAGES: list[tuple[dict[str, Any], str]] = [
    ({"text": "   "}, "Message text is empty"),
    ({"text": "<b></b>", "parse_mode": "HTML"}, "Message text is empty"),
    ({"text": f"{LONG}a"}, "Message is too long"),
    ({"text": "😀" * 2049}, "Message is too long"),
    ({"text": "<b>Halo", "parse_mode": "HTML"}, "Can't parse entities: can't find end tag"),
    ({"text": "Halo.", "parse_mode": "MarkdownV2"}, "Can't parse entities: character '.' is"),
    ({"text": "Halo", "parse_mode": "Apa"}, "Unsupported parse_mode"),
    ({"text": "Halo", "reply_markup": keyboard(button(data="x" * 65))}, "Button_data_invalid"),
    ({"text": "Halo", "reply_markup": keyboard(button(data="é" * 33))}, "Button_data_invalid"),
    ({"text": "Halo", "reply_markup": keyboard(*[button()] * 101)}, "Reply markup is too long"),
    (
        {"text": "Halo", "reply_markup": keyboard(InlineKeyboardButton("Ya"))},
        "Can't parse inline keyboard button: text buttons are unallowed",
    ),
    (
        {"text": "Halo", "entities": [MessageEntity(MessageEntity.BOLD, 2, 4)]},
        "Entity beginning at utf-16 offset 2 ends after the end",
    ),
    ({"text": "Halo", "reply_parameters": ReplyParameters(99999)}, "Message to be replied not"),
    ({"text": "Halo", "chat_id": 31}, "Chat not found"),
]


@pytest.mark.parametrize(("values", "why"), REFUSED_MESSAGES)
def test_a_wrong_message_is_refused(
    double: TelegramDouble, ani: Person, values: dict[str, Any], why: str
) -> None:
    with pytest.raises(BadRequest) as error:
        use(double, lambda bot: bot.send_message(**{"chat_id": ani.chat_id, **values}))
    assert error.value.message.lower().startswith(why.lower())
    assert ani.received == []


@pytest.mark.parametrize(
    "values",
    [
        {"text": LONG},
        {"text": "😀" * 2048},
        {"text": f"<b>{LONG}</b>", "parse_mode": "HTML"},
        {"text": "Halo", "reply_markup": keyboard(button(data="x" * 64))},
        {"text": "Halo", "reply_markup": keyboard(*[button()] * 100)},
    ],
)
def test_the_limits_themselves_are_allowed(
    double: TelegramDouble, ani: Person, values: dict[str, Any]
) -> None:
    use(double, lambda bot: bot.send_message(ani.chat_id, **values))
    assert len(ani.received) == 1


def test_one_who_blocks_the_bot_gets_nothing(double: TelegramDouble, ani: Person) -> None:
    ani.blocks()
    with pytest.raises(Forbidden, match=r"^Forbidden: bot was blocked by the user$"):
        use(double, lambda bot: bot.send_message(ani.chat_id, "Halo"))
    ani.unblocks()
    use(double, lambda bot: bot.send_message(ani.chat_id, "Halo lagi"))
    assert [m.text for m in ani.received] == ["Halo lagi"]


def test_a_deactivated_account_gets_nothing(double: TelegramDouble, ani: Person) -> None:
    ani.deactivates()
    with pytest.raises(Forbidden, match=r"^Forbidden: user is deactivated$"):
        use(double, lambda bot: bot.send_message(ani.chat_id, "Halo"))


def test_a_group_lets_the_bot_write_only_as_a_member(double: TelegramDouble, ani: Person) -> None:
    group = double.group(-5001)
    refused = "^Forbidden: bot {} the group chat$"

    def write() -> None:
        use(double, lambda bot: bot.send_message(-5001, "Halo"))

    with pytest.raises(Forbidden, match=refused.format("is not a member of")):
        write()
    group.adds_bot(by=ani)
    write()
    group.kicks_bot(by=ani)
    with pytest.raises(Forbidden, match=refused.format("was kicked from")):
        write()
    assert [m.text for m in group.received] == ["Halo"]


def test_the_bot_leaves_a_group(double: TelegramDouble, ani: Person) -> None:
    group = double.group(-5002)
    group.adds_bot(by=ani)
    assert not group.left
    assert use(double, lambda bot: bot.leave_chat(-5002))
    assert group.left
    with pytest.raises(Forbidden):
        use(double, lambda bot: bot.send_message(-5002, "Halo"))


def test_a_group_that_became_a_supergroup_says_its_new_id(
    double: TelegramDouble, ani: Person
) -> None:
    old = double.group(-5003)
    old.adds_bot(by=ani)
    new = old.migrates(-1005003, by=ani)
    with pytest.raises(ChatMigrated) as error:
        use(double, lambda bot: bot.send_message(-5003, "Halo"))
    assert error.value.new_chat_id == -1005003
    use(double, lambda bot: bot.send_message(error.value.new_chat_id, "Halo"))
    assert [m.text for m in new.received] == ["Halo"]


def test_a_chat_tells_what_it_is(double: TelegramDouble, ani: Person) -> None:
    double.group(-5004, "Petugas Contoh").adds_bot(by=ani)
    double.group(-1005004).adds_bot(by=ani)
    private, group, supergroup = (
        use(double, lambda bot, chat_id=chat_id: bot.get_chat(chat_id))  # type: ignore[misc]
        for chat_id in (ani.chat_id, -5004, -1005004)
    )
    assert (private.type, private.first_name) == ("private", "Ani Contoh")
    assert (group.type, group.title) == ("group", "Petugas Contoh")
    assert (supergroup.type, supergroup.id) == ("supergroup", -1005004)
    assert supergroup.permissions is not None
    assert supergroup.permissions.can_send_messages
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        use(double, lambda bot: bot.get_chat(-5999))
    with pytest.raises(BadRequest, match=r"(?i)chat_id is empty"):
        use(double, lambda bot: bot.get_chat(""))


def test_of_a_group_that_the_bot_left_a_small_one_still_tells(
    double: TelegramDouble, ani: Person
) -> None:
    small, large = double.group(-5005), double.group(-1005005)
    for group in (small, large):
        group.adds_bot(by=ani)
        group.kicks_bot(by=ani)
    assert use(double, lambda bot: bot.get_chat(-5005)).type == "group"
    with pytest.raises(Forbidden, match="kicked from the supergroup chat"):
        use(double, lambda bot: bot.get_chat(-1005005))
    moved = double.group(-5006)
    moved.adds_bot(by=ani)
    moved.migrates(-1005006, by=ani)
    assert use(double, lambda bot: bot.get_chat(-5006)).id == -5006
    with pytest.raises(ChatMigrated):
        use(double, lambda bot: bot.send_chat_action(-5006, "typing"))


def test_a_chat_action_is_seen(double: TelegramDouble, ani: Person) -> None:
    use(double, lambda bot: bot.send_chat_action(ani.chat_id, "typing"))
    assert ani.actions == ["typing"]
    with pytest.raises(BadRequest, match=r"(?i)wrong parameter action in request"):
        use(double, lambda bot: bot.send_chat_action(ani.chat_id, "tidur"))


def ask(double: TelegramDouble, ani: Person) -> int:
    """The bot asks with two buttons; gives the id of its message."""
    markup = keyboard(button("Ya", "ya"), button("Tidak", "tidak"))
    use(double, lambda bot: bot.send_message(ani.chat_id, "Setuju?", reply_markup=markup))
    return ani.received[-1].message_id


def test_a_press_is_answered(double: TelegramDouble, ani: Person) -> None:
    ask(double, ani)
    query = ani.presses(ani.received[0], "Tidak")["callback_query"]
    assert use(double, lambda bot: bot.answer_callback_query(query["id"], "Baik", show_alert=True))
    [answer] = ani.callback_answers
    assert (answer.data, answer.text, answer.show_alert) == ("tidak", "Baik", True)


def test_a_button_that_is_not_there_cannot_be_pressed(double: TelegramDouble, ani: Person) -> None:
    with pytest.raises(AssertionError, match="Mungkin"):
        ani.presses(ask(double, ani), "Mungkin")


@pytest.mark.parametrize("known", [True, False])
def test_an_old_or_unknown_press_cannot_be_answered(
    double: TelegramDouble, ani: Person, known: bool
) -> None:
    query_id = ani.presses(ask(double, ani), "Ya")["callback_query"]["id"] if known else "1"
    double.expire_callbacks()
    with pytest.raises(BadRequest, match=r"(?i)query is too old and response timeout expired"):
        use(double, lambda bot: bot.answer_callback_query(query_id))
    assert ani.callback_answers == []


def test_a_message_is_edited(double: TelegramDouble, ani: Person) -> None:
    message_id = ask(double, ani)

    async def work(bot: telegram.Bot) -> telegram.Message | bool:
        await bot.edit_message_reply_markup(ani.chat_id, message_id)
        return await bot.edit_message_text("Terima kasih", ani.chat_id, message_id)

    edited = use(double, work)
    assert isinstance(edited, telegram.Message)
    assert edited.edit_date is not None
    [shown] = ani.received
    assert (shown.text, shown.earlier, shown.buttons) == ("Terima kasih", ["Setuju?"], [])


REFUSED_EDITS: list[tuple[Callable[[int, int, int], Work], str]] = [
    (lambda chat, own, _: lambda b: b.edit_message_text("Setuju?", chat, own), ""),
    (
        lambda chat, own, _: (
            lambda b: b.edit_message_text(
                "Setuju?",
                chat,
                own,
                reply_markup=keyboard(button("Ya", "ya"), button("Tidak", "tidak")),
            )
        ),
        "message is not modified",
    ),
    (lambda chat, _, __: lambda b: b.edit_message_text("Baru", chat, 9999), "message to edit not"),
    (lambda chat, _, his: lambda b: b.edit_message_text("Baru", chat, his), "message can't be ed"),
    (lambda chat, own, _: lambda b: b.edit_message_text(" ", chat, own), "message text is empty"),
]


@pytest.mark.parametrize(("edit", "why"), REFUSED_EDITS)
def test_edits_are_checked(
    double: TelegramDouble, ani: Person, edit: Callable[[int, int, int], Work], why: str
) -> None:
    his = ani.says("Halo")["message"]["message_id"]
    work = edit(ani.chat_id, ask(double, ani), his)
    if not why:
        use(double, work)
        assert ani.received[0].buttons == []
        return
    with pytest.raises(BadRequest, match=f"(?i){why}"):
        use(double, work)
    assert ani.received[0].titles == ["Ya", "Tidak"]
