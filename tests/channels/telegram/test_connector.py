"""Sending with the official client to the double: what arrives, and what follows from trouble."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.conversation.capabilities import utf16_units
from bot.conversation.messages import Choice, Inbound, Reply
from bot.conversation.rendering import render
from bot.conversation.sender import SendError, Then
from bot.engine.assistant import Assistant
from bot.knowledge.buttons import payload
from bot.privacy.identity import random_id
from channels.telegram.client import WRONG_TOKEN_SECONDS, open_client
from channels.telegram.connector import CAPABILITIES, TelegramConnector
from channels.telegram.updates import CHANNEL, MAX_PAYLOAD
from tests.channels.telegram.site import Tables, settings_for, wait_until
from tests.doubles.telegram import Person, TelegramDouble

Result = TypeVar("Result")

LIMITED, OTHERS = 1001, range(2001, 2051)


def _use(
    telegram: TelegramDouble,
    work: Callable[[TelegramConnector], Awaitable[Result]],
    token: str | None = None,
) -> Result:
    async def run() -> Result:
        connector = TelegramConnector(settings_for(telegram, token))
        try:
            return await work(connector)
        finally:
            await connector.close()

    return asyncio.run(run())


def _send(telegram: TelegramDouble, reply: Reply, chat_id: int = 1001, **options: Any) -> str:
    sent = _use(telegram, lambda c: c.send(str(chat_id), reply, 1), **options)
    assert sent is not None
    return sent


def _refused(telegram: TelegramDouble, **options: Any) -> SendError:
    with pytest.raises(SendError) as caught:
        _send(telegram, Reply("halo"), **options)
    return caught.value


class Line:
    """One connector for many tests: to make one takes longer than to send with it."""

    def __init__(self, telegram: TelegramDouble) -> None:
        self.telegram = telegram
        self._loop = asyncio.new_event_loop()
        self._connector = TelegramConnector(settings_for(telegram))
        self._people = 0

    def person(self) -> Person:
        """Somebody who heard nothing yet."""
        self._people += 1
        return self.telegram.person(4000 + self._people)

    def send(self, person: Person, *replies: Reply) -> None:
        for reply in replies:
            self._loop.run_until_complete(self._connector.send(str(person.chat_id), reply, 1))

    def close(self) -> None:
        self._loop.run_until_complete(self._connector.close())
        self._loop.close()


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    with TelegramDouble() as telegram:
        line = Line(telegram)
        yield line
        line.close()


@pytest.fixture
def ani(telegram: TelegramDouble) -> Person:
    return telegram.person(1001)


# What arrives.


def test_the_id_of_the_provider_is_given(telegram: TelegramDouble, ani: Person) -> None:
    assert _send(telegram, Reply("halo")) == str(ani.received[0].message_id)


@pytest.mark.parametrize(
    "text",
    [
        "<b>&*_[`",
        "</b> &lt; &amp;amp; <a href='https://contoh.co.id'>klik</a>",
        "*tebal* _miring_ __garis__ ~coret~ ||rahasia|| `kode` ```pre``` [a](tg://user?id=1)",
        "> kutipan\n>> lagi\n1. satu\n# judul \\* \\_",
        "{negara} %s {{x}} \\n \\u0041",
        "emoji 👨‍👩‍👧‍👦🇮🇩 e\u0301 \u200f kanan ke kiri",
        "garis\nbaru\n\n\ttab",
        "\U0001f600" * 2_048,
    ],
    ids=lambda text: text[:8],
)
def test_any_text_arrives_as_it_was_typed(line: Line, text: str) -> None:
    person = line.person()
    line.send(person, Reply(text))
    (received,) = person.received
    assert received.text == text.strip()
    assert received.parse_mode is None
    marked = {entity["type"] for entity in received.entities}
    assert marked <= {"url", "mention", "bot_command", "hashtag", "phone_number", "email"}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200))
def test_every_text_arrives_as_it_was_typed(line: Line, text: str) -> None:
    if not text.strip():
        return
    person = line.person()
    line.send(person, Reply(text))
    assert person.received[-1].text == text.strip()


def test_links_show_no_preview(telegram: TelegramDouble, ani: Person) -> None:
    _send(telegram, Reply("lihat https://contoh.co.id"))
    (call,) = telegram.calls_of("sendmessage")
    assert json.loads(call.parameters["link_preview_options"]) == {"is_disabled": True}


def test_buttons_arrive_with_what_they_stand_for(telegram: TelegramDouble, ani: Person) -> None:
    choices = (Choice("Paspor <ditahan>", '/faq{"topik":"paspor_ditahan"}'), Choice("A" * 64, "x"))
    _send(telegram, Reply("Pilih:", choices))
    assert [(button.title, button.data) for button in ani.received[0].buttons] == [
        (choice.title, choice.payload) for choice in choices
    ]


def test_every_button_that_can_be_offered_fits(assistant: Assistant) -> None:
    """A payload of more than 64 bytes would cost the person the whole answer."""
    offered = {
        str(button["payload"])
        for variations in assistant.responses.values()
        for variation in variations
        for button in variation.get("buttons") or ()
    }
    topics = [name.partition("/")[2] for name in assistant.responses if "faq/" in name]
    offered |= {payload("faq", topik=topic) for topic in topics}
    assert len(offered) > 100
    assert [one for one in offered if not 0 < len(one.encode()) <= MAX_PAYLOAD] == []


LONG = [
    "Kalimat yang pertama ini cukup panjang untuk sebuah ujian. " * 400,
    "\n\n".join(["Satu alinea dengan beberapa kalimat. Ini yang kedua! Yang ketiga?"] * 300),
    "kata " * 3_000,
    "👩🏽‍🦱" * 1_500,
    "a" * 4_095 + "😀" + "b" * 4_096,
    "Nomor 1. " + "😀 tolong! " * 1_200,
]


@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:12])
def test_a_long_text_arrives_whole_in_parts_that_fit(line: Line, text: str) -> None:
    person = line.person()
    parts = render([Reply(text, (Choice("Lihat menu", "/menu"),))], CAPABILITIES)
    line.send(person, *(part.reply for part in parts))
    said = [message.text for message in person.received]
    assert len(said) == len(parts) > 1
    assert all(utf16_units(one) <= 4096 for one in said)
    assert "".join("".join(said).split()) == "".join(text.split())
    assert [bool(message.buttons) for message in person.received] == [False] * (len(said) - 1) + [
        True
    ]


@pytest.mark.parametrize("text", LONG[:2], ids=["kalimat", "alinea"])
def test_a_long_text_is_cut_between_sentences(text: str) -> None:
    for part in render([Reply(text)], CAPABILITIES):
        assert part.reply.text[-1] in ".!?"


def test_an_emoji_is_never_cut_in_two() -> None:
    parts = render([Reply("a" * 4_095 + "😀" + "b" * 4_096)], CAPABILITIES)
    texts = [part.reply.text for part in parts]
    assert ["😀" in text for text in texts].count(True) == 1
    assert utf16_units(texts[0]) == 4_095


# What follows from an error.

RETRY, GIVE_UP, UNREACHABLE = Then.RETRY, Then.GIVE_UP, Then.UNREACHABLE


def _body(code: int, description: str, **parameters: int) -> dict[str, Any]:
    found: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return {**found, "parameters": parameters} if parameters else found


@pytest.mark.parametrize(
    ("status", "body", "code", "then", "after"),
    [
        (429, _body(429, "Too Many Requests: retry after 7", retry_after=7), "429", RETRY, 7),
        (429, _body(429, "Too Many Requests"), "NetworkError", RETRY, None),
        (403, _body(403, "Forbidden: bot was blocked by the user"), "403", UNREACHABLE, None),
        (403, _body(403, "Forbidden: user is deactivated"), "403", UNREACHABLE, None),
        (403, _body(403, "Forbidden: bot can't initiate conversation with a user"), "403",
         UNREACHABLE, None),
        (400, _body(400, "Bad Request: chat not found"), "chat not found", UNREACHABLE, None),
        (400, _body(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001), "403",
         UNREACHABLE, None),
        (400, _body(400, "Bad Request: message is too long"), "400", GIVE_UP, None),
        (400, _body(400, "Bad Request: BUTTON_DATA_INVALID"), "400", GIVE_UP, None),
        (401, _body(401, "Unauthorized"), "401", RETRY, WRONG_TOKEN_SECONDS),
        (404, _body(404, "Not Found"), "401", RETRY, WRONG_TOKEN_SECONDS),
        (409, _body(409, "Conflict"), "Conflict", RETRY, None),
        (500, _body(500, "Internal Server Error"), "NetworkError", RETRY, None),
        (502, _body(502, "Bad Gateway"), "NetworkError", RETRY, None),
        (502, "<html>nginx</html>", "NetworkError", RETRY, None),
        (504, b"", "NetworkError", RETRY, None),
        (200, "<html>masuk ke wifi hotel</html>", "TelegramError", RETRY, None),
        (200, b"\xff\xfe", "TelegramError", RETRY, None),
    ],
)  # fmt: skip
def test_an_error_of_the_bot_api_becomes(
    line: Line, status: int, body: Any, code: str, then: Then, after: float | None
) -> None:
    line.telegram.fail_next("sendmessage", status=status, body=body)
    with pytest.raises(SendError) as caught:
        line.send(line.person(), Reply("halo"))
    error = caught.value
    assert (error.code, error.then, error.after_seconds) == (code, then, after)
    assert error.whole_channel == (code == "401")


def test_the_errors_of_the_double_itself_become(telegram: TelegramDouble, ani: Person) -> None:
    assert _refused(telegram, chat_id=999).then is UNREACHABLE
    telegram.flood(1001, 1.0)
    flooded = _refused(telegram)
    assert (flooded.code, flooded.then, flooded.after_seconds) == ("429", RETRY, 1)
    ani.blocks()
    assert _refused(telegram).then is UNREACHABLE
    ani.deactivates()
    assert _refused(telegram).then is UNREACHABLE
    wrong = _refused(telegram, token="100:LAIN")
    assert (wrong.code, wrong.then, wrong.whole_channel) == ("401", RETRY, True)


def test_a_lost_answer_and_a_dead_server_are_tried_again(
    telegram: TelegramDouble, ani: Person
) -> None:
    telegram.drop_next("sendmessage")
    assert _refused(telegram).then is RETRY
    with TelegramDouble() as gone:
        pass
    assert _refused(gone).then is RETRY


def test_nobody_is_asked_to_write_by_a_template(telegram: TelegramDouble) -> None:
    with pytest.raises(SendError) as caught:
        _use(telegram, lambda connector: connector.reopen("1001"))
    assert caught.value.then is GIVE_UP


def test_the_token_shows_nowhere(
    telegram: TelegramDouble, ani: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="channels")
    caplog.set_level(logging.DEBUG, logger="bot")
    found = settings_for(telegram)
    shown = [repr(found), repr(TelegramConnector(found)), repr(vars(TelegramConnector(found)))]

    async def look() -> None:
        async with open_client(found) as bot:
            shown.extend([repr(bot), str(bot), f"{bot}"])

    asyncio.run(look())
    ani.blocks()
    for error in (_refused(telegram), _refused(telegram, token="100:LAIN")):
        shown += [repr(error), str(error), repr(error.__cause__), repr(error.args)]
    shown += [record.getMessage() for record in caplog.records if record.name != "asyncio"]
    for text in shown:
        assert telegram.token not in text
        assert "100:LAIN" not in text


# With the sender.


@pytest.fixture
def people(telegram: TelegramDouble, tables: Tables) -> list[Person]:
    """Fifty-one, who all wrote."""
    chat_ids = [LIMITED, *OTHERS]
    tables.inbox.accept_all(
        [Inbound(CHANNEL, str(chat_id), random_id(), text="halo?") for chat_id in chat_ids]
    )
    return [telegram.person(chat_id) for chat_id in chat_ids]


def _texts(person: Person) -> list[str]:
    return [message.text for message in person.received]


def _last_arrival(telegram: TelegramDouble, tables: Tables, people: list[Person]) -> float:
    """Seconds until everybody but the first has one more answer, from a sender at its beginning."""
    others = people[1:]
    expected = {person.chat_id: len(person.received) + 1 for person in others}
    for person in people:
        tables.answers(person.chat_id, "satu")
    tables.answers(people[0].chat_id, "dua")
    started = time.monotonic()
    with tables.sending(telegram):
        telegram.wait_until(
            lambda: all(len(person.received) == expected[person.chat_id] for person in others)
        )
    return max(person.received[-1].at for person in others) - started


def test_a_limit_on_one_chat_is_not_noticed_by_fifty_others(
    telegram: TelegramDouble, tables: Tables, people: list[Person]
) -> None:
    limited = people[0]
    undisturbed = _last_arrival(telegram, tables, people)
    with tables.sending(telegram):
        limited.wait_for(2)
    telegram.flood(LIMITED, 3.0)
    disturbed = _last_arrival(telegram, tables, people)
    assert _texts(limited) == ["satu", "dua"]
    assert disturbed < undisturbed + 0.5
    with tables.sending(telegram):
        limited.wait_for(4)
    assert _texts(limited) == ["satu", "dua", "satu", "dua"]
    assert telegram.calls_while_limited(LIMITED) == 0
    assert all(_texts(person) == ["satu"] * 2 for person in people[1:])


def test_the_limits_of_telegram_cost_nobody_an_answer(tables: Tables) -> None:
    chat_ids = list(range(3001, 3036))
    with TelegramDouble(enforce_limits=True) as telegram:
        tables.inbox.accept_all(
            [Inbound(CHANNEL, str(chat_id), random_id(), text="halo?") for chat_id in chat_ids]
        )
        crowd = [telegram.person(chat_id) for chat_id in chat_ids]
        for person in crowd:
            tables.answers(person.chat_id, "halo juga")
        tables.answers(chat_ids[0], *"abcd")
        with tables.sending(telegram):
            for person in crowd:
                person.wait_for(1)
            crowd[0].wait_for(5)
        assert _texts(crowd[0]) == ["halo juga", *"abcd"]
        assert all(_texts(person) == ["halo juga"] for person in crowd[1:])
        assert sum(telegram.calls_while_limited(chat_id) for chat_id in chat_ids) == 0


def test_a_lost_answer_sends_twice_and_never_not_at_all(
    telegram: TelegramDouble, tables: Tables, people: list[Person]
) -> None:
    telegram.drop_next("sendmessage")
    tables.answers(LIMITED, "satu", "dua")
    with tables.sending(telegram):
        people[0].wait_for(3)
        wait_until(lambda: tables.states(LIMITED) == [("sent", None)] * 2)
    assert _texts(people[0]) == ["satu", "satu", "dua"]


def test_a_blocked_person_is_marked_and_not_tried_again(
    telegram: TelegramDouble, tables: Tables, people: list[Person]
) -> None:
    people[0].deactivates()
    tables.answers(LIMITED, "satu", "dua", "tiga")
    with tables.sending(telegram):
        wait_until(lambda: tables.states(LIMITED) == [("failed", "403")] * 3)
    assert tables.standing(LIMITED).unreachable_code == "403"
    assert len(telegram.calls_of("sendmessage")) == 1


def test_a_message_that_telegram_refuses_holds_up_no_other(
    telegram: TelegramDouble, tables: Tables, people: list[Person]
) -> None:
    telegram.fail_next("sendmessage", status=400)
    tables.answers(LIMITED, "satu", "dua")
    with tables.sending(telegram):
        people[0].wait_for(1)
        wait_until(lambda: tables.states(LIMITED) == [("failed", "400"), ("sent", None)])
    assert _texts(people[0]) == ["dua"]


def test_a_wrong_token_loses_nothing_and_does_not_hammer(
    telegram: TelegramDouble,
    tables: Tables,
    people: list[Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from channels.telegram import client

    monkeypatch.setattr(client, "WRONG_TOKEN_SECONDS", 0.5)
    telegram.fail_next("sendmessage", status=401, times=1)
    tables.answers(LIMITED, "satu")
    with tables.sending(telegram):
        people[0].wait_for(1)
    assert len(telegram.calls_of("sendmessage")) == 2


def test_slow_answers_of_telegram_do_not_queue_up(
    telegram: TelegramDouble, tables: Tables, people: list[Person]
) -> None:
    telegram.slow("sendmessage", 0.5)
    for person in people[:16]:
        tables.answers(person.chat_id, "halo")
    started = time.monotonic()
    with tables.sending(telegram):
        for person in people[:16]:
            person.wait_for(1)
        wait_until(lambda: all(tables.states(p.chat_id) == [("sent", None)] for p in people[:16]))
    assert time.monotonic() - started < 4
