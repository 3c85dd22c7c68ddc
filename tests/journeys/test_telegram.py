"""Whole conversations on Telegram: the product as processes, and the double of Telegram."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image
from sqlalchemy import func, select

from bot.conversation.messages import Content
from bot.conversation.outbox import SENDING
from bot.conversation.rendering import render
from bot.engine.assistant import Assistant
from bot.storage.database import Database
from bot.storage.tables import inbox, outbox
from channels.telegram.connector import CAPABILITIES
from tests.doubles.telegram import Person, Received, TelegramDouble
from tests.journeys.stories import STORIES, Step, check, name, play, wait_until_all_is_said
from tests.processes import Product

FIRST_PERSON = 5_501_000_000
NAME = "Ani Wulandari Contoh"

# A text and a command take turns: a command is a turn of its own, so each message has an
# answer of its own, which tells which message it is for.
SCRIPT = ["apa itu perdagangan orang?", "/menu", "bagaimana cara melapor?", "/start", "siapa kamu?"]
PEOPLE = 40


class Played:
    """A product with a bot, and what stands in its tables."""

    def __init__(self, telegram: TelegramDouble, product: Product) -> None:
        self.telegram = telegram
        self.product = product
        self.database = Database(f"sqlite:///{product.home / 'suluh.db'}")
        self._people = 0

    def person(self) -> Person:
        """Somebody new."""
        self._people += 1
        return self.telegram.person(FIRST_PERSON + self._people, first_name=NAME)

    def settle(self, seconds: float = 20.0) -> None:
        """Until all that was written is answered, and all answers are sent."""
        self.telegram.wait_until_delivered(seconds)
        wait_until_all_is_said(self.product.home, seconds)

    def wait_until_nothing_is_on_its_way(self, seconds: float = 10.0) -> None:
        """Until no answer is between the sender and Telegram."""
        deadline = time.monotonic() + seconds
        query = select(outbox.c.id).where(outbox.c.state == SENDING)
        while True:
            with self.database.read() as connection:
                if connection.execute(query).first() is None:
                    return
            assert time.monotonic() < deadline, "there is always something on its way"

    def count(self, table: Any) -> int:
        with self.database.read() as connection:
            found: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
        return found


def _played(home: Path, model_dir: Path, *, by_webhook: bool) -> Iterator[Played]:
    with TelegramDouble() as telegram:
        product = Product(home, model_dir, crash_limit=1000)
        product.environment |= {
            "SULUH_TELEGRAM_TOKEN": telegram.token,
            "SULUH_TELEGRAM_API_URL": telegram.url,
            **({"SULUH_PUBLIC_URL": product.url} if by_webhook else {}),
        }
        with product:
            product.take_reports()
            telegram.wait_until(
                lambda: bool(telegram.webhook_url) if by_webhook else telegram.is_polled, 30
            )
            played = Played(telegram, product)
            yield played
            played.database.close()


@pytest.fixture(scope="module")
def by_webhook(tmp_path_factory: pytest.TempPathFactory, model_dir: Path) -> Iterator[Played]:
    yield from _played(tmp_path_factory.mktemp("telegram") / "home", model_dir, by_webhook=True)


@pytest.fixture(scope="module")
def by_polling(tmp_path_factory: pytest.TempPathFactory, model_dir: Path) -> Iterator[Played]:
    yield from _played(tmp_path_factory.mktemp("polling") / "home", model_dir, by_webhook=False)


# The stories.


def _picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG")
    return file.getvalue()


def _does(person: Person, what: str) -> bool:
    """What a line of a story stands for; a button is pressed where its title was written."""
    command, _, argument = what.partition(" ")
    pressed = [
        (message, title)
        for message in person.received[-2:]
        for title in message.titles
        if title.lower() == what.lower()
    ]
    if pressed:
        person.presses(*pressed[0])
    elif command == "/photo":
        person.sends_photo(_picture())
    elif command == "/location":
        person.shares_location(*(float(number) for number in argument.split(",")))
    elif what.strip():
        person.says(what)
    # Telegram lets nobody send an empty text.
    return bool(what.strip())


def _holds(step: Step, answers: list[Received]) -> None:
    offered = [title for message in answers for title in message.titles]
    check(step, [message.text for message in answers], offered)


def test_the_stories_are_told_on_telegram_as_elsewhere(by_webhook: Played) -> None:
    people = {name(story): by_webhook.person() for story in STORIES}
    assert play(people, _does, by_webhook.settle, _holds) == {}
    for person in people.values():
        assert {message.parse_mode for message in person.received} == {None}
    pressed = [answer for person in people.values() for answer in person.callback_answers]
    assert len(pressed) >= 5


def test_a_link_from_a_village_begins_like_any_other(by_webhook: Played) -> None:
    ani = by_webhook.person()
    ani.says("/start desa_pondokkelapa")
    assert "mesin penjawab" in ani.wait_for(1)[0].text


def test_what_is_no_text_is_answered_kindly(by_webhook: Played) -> None:
    number = "+6281234509876"
    steps = {
        "kartu kontak": lambda person: person.shares_contact(number, first_name="Dewi Contoh"),
        "stiker": lambda person: person.sends_sticker(),
        "suara": lambda person: person.sends_voice(b"OggS-uji"),
        "berkas": lambda person: person.sends_document(b"%PDF-uji", "k.pdf", "application/pdf"),
    }
    people = {what: by_webhook.person() for what in steps}
    for what, act in steps.items():
        act(people[what])
    by_webhook.settle()
    said = {what: person.received[0].text for what, person in people.items()}
    assert len(set(said.values())) == len(said)
    for path in by_webhook.product.home.glob("suluh.db*"):
        assert number.encode() not in path.read_bytes()


def test_a_correction_is_acknowledged_and_runs_nothing_again(by_webhook: Played) -> None:
    ani = by_webhook.person()
    asked = ani.says("apa itu perdagangan orang?")
    first = ani.wait_for(1)[0].text
    ani.edits(asked, "apa itu perdagangan orang ya?")
    by_webhook.settle()
    assert len(ani.received) == 2
    assert ani.received[1].text != first


def test_a_block_in_between_stops_the_answers_until_the_person_is_back(
    by_webhook: Played,
) -> None:
    ani, other = by_webhook.person(), by_webhook.person()
    ani.says("menu")
    ani.wait_for(1)
    ani.deactivates()
    ani.says("apa itu perdagangan orang?")
    other.says("apa itu perdagangan orang?")
    by_webhook.settle()
    refused = _sends_to(by_webhook, ani)
    assert len(other.received) == 1
    assert len(ani.received) == 1
    assert [status for status in refused if status == 403] == [403]
    ani.unblocks()
    ani.says("siapa kamu?")
    by_webhook.settle()
    assert len(ani.received) == 2
    assert "mesin" in ani.received[1].text


def _sends_to(played: Played, person: Person) -> list[int | None]:
    return [
        call.status
        for call in played.telegram.calls_of("sendmessage")
        if str(call.parameters["chat_id"]) == str(person.chat_id)
    ]


def test_a_limit_on_one_person_delays_this_person_only(by_webhook: Played) -> None:
    limited, others = by_webhook.person(), [by_webhook.person() for _ in range(5)]
    by_webhook.telegram.flood(limited.chat_id, 2.0)
    for person in (limited, *others):
        person.says("apa itu perdagangan orang?")
    for person in others:
        person.wait_for(1)
    assert limited.received == []
    by_webhook.settle()
    assert len(limited.received) == 1
    assert by_webhook.telegram.calls_while_limited(limited.chat_id) == 0


# Whatever dies.


@pytest.fixture
def expected(assistant: Assistant) -> list[str]:
    """What is said to the script when nobody disturbs it."""
    state, said = None, []
    for text in SCRIPT:
        answer = assistant.answer("expected", "telegram", state, [Content(text=text)])
        state = answer.state
        said += [part.reply.text.strip() for part in render(answer.replies, CAPABILITIES)]
    assert len(said) == len(set(said)) == len(SCRIPT)
    return said


def _kill(product: Product, kind: str) -> None:
    for victim in product.children(kind):
        try:
            victim.kill()
        except psutil.NoSuchProcess:
            continue


def _without_repeats(texts: Sequence[str]) -> list[str]:
    return [text for number, text in enumerate(texts) if number == 0 or texts[number - 1] != text]


def _everybody_writes(played: Played, people: Sequence[Person], kills: Sequence[str]) -> None:
    """All at once; a process is killed each time that another part of the answers is there."""
    for text in SCRIPT:
        for person in people:
            person.says(text)
    whole = len(SCRIPT) * len(people)
    for number, kind in enumerate(kills, 1):
        part = whole * number // (len(kills) + 2)
        played.telegram.wait_until(
            lambda part=part: sum(len(p.received) for p in people) >= part,  # type: ignore[misc]
            60,
        )
        if kind == "worker":
            # Else it lasts half a minute until the claim of the dead sender runs out.
            played.wait_until_nothing_is_on_its_way()
        _kill(played.product, kind)


def test_every_message_is_answered_in_order_whatever_dies(
    by_webhook: Played, expected: list[str]
) -> None:
    before = by_webhook.count(inbox)
    people = [by_webhook.person() for _ in range(PEOPLE)]
    _everybody_writes(by_webhook, people, ["web", "worker"])
    by_webhook.settle(60)
    heard = [[message.text for message in person.received] for person in people]
    assert [one for one in heard if _without_repeats(one) != expected] == []
    # Twice only what was on its way when the worker died.
    assert sum(map(len, heard)) - len(expected) * PEOPLE <= 32
    assert by_webhook.count(inbox) - before == len(SCRIPT) * PEOPLE


def test_polling_loses_nothing_when_the_process_that_polls_dies(
    by_polling: Played, expected: list[str]
) -> None:
    people = [by_polling.person() for _ in range(8)]
    _everybody_writes(by_polling, people, ["web", "web"])
    by_polling.settle(60)
    heard = [[message.text for message in person.received] for person in people]
    assert heard == [expected] * len(people)
    assert by_polling.count(inbox) == len(SCRIPT) * len(people)
    assert by_polling.telegram.webhook_url is None


@pytest.mark.parametrize("way", ["by_webhook", "by_polling"])
def test_nothing_of_anybody_stands_in_the_log(way: str, request: pytest.FixtureRequest) -> None:
    played: Played = request.getfixturevalue(way)
    log = played.product.log()
    assert "worker ready" in log
    secrets = [played.telegram.token, NAME.split()[1], "perdagangan orang", "5501000"]
    assert [secret for secret in secrets if secret in log] == []
