"""Whole conversations over WhatsApp and SMS: webhook in, message out, through real processes."""

from __future__ import annotations

import io
import itertools
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from PIL import Image

from tests.doubles.twilio import Person, TwilioDouble
from tests.doubles.twilio_state import Received
from tests.journeys.stories import STORIES, Step, check, name, play, wait_until_all_is_said
from tests.processes import Product

PUBLIC = "https://suluh.contoh.id"
SECONDS = 60.0
NUMBERS = (f"+62812000{number:05}" for number in itertools.count(1))


@pytest.fixture(scope="module")
def twilio() -> Iterator[TwilioDouble]:
    # The words of the carrier are tested apart: here all of STOP is ours.
    with TwilioDouble(own_stop_words=(), own_start_words=()) as twilio:
        yield twilio


@pytest.fixture(scope="module")
def product(twilio: TwilioDouble, tmp_path_factory: Any, model_dir: Any) -> Iterator[Product]:
    product = Product(tmp_path_factory.mktemp("twilio") / "home", model_dir)
    product.environment |= {
        "SULUH_PUBLIC_URL": PUBLIC,
        "SULUH_TWILIO_ACCOUNT_SID": twilio.account_sid,
        "SULUH_TWILIO_AUTH_TOKEN": twilio.auth_token,
        "SULUH_TWILIO_API_URL": twilio.url,
        "SULUH_WHATSAPP_NUMBER": twilio.sender("whatsapp"),
        "SULUH_SMS_NUMBER": twilio.sender("sms"),
    }
    twilio.route(PUBLIC, product.url)
    for channel in ("whatsapp", "sms"):
        # Behind a proxy: signed for the public address, delivered to another.
        path = "/twilio/pesan"
        twilio.set_webhook(channel, product.url + path, signed_as=PUBLIC + path)
    with product:
        product.take_reports()
        yield product


def _settle(product: Product, twilio: TwilioDouble) -> None:
    twilio.wait_until_delivered(SECONDS)
    wait_until_all_is_said(product.home, SECONDS)


def _ask(product: Product, twilio: TwilioDouble, person: Person, text: str) -> Sequence[Received]:
    before = len(person.received)
    _send(person, text)
    _settle(product, twilio)
    return person.received[before:]


def _photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(file, "JPEG")
    return file.getvalue()


def _send(person: Person, line: str) -> bool:
    """What a line of a story stands for: a text, or /photo, /location with an argument."""
    command, _, argument = line.partition(" ")
    if command == "/photo":
        person.sends_media(_photo(), "image/jpeg")
    elif command == "/location":
        latitude, longitude = argument.split(",")
        person.shares_location(float(latitude), float(longitude))
    else:
        person.says(line)
    return True


def _offered(messages: Sequence[Received]) -> list[str]:
    """The titles that stand with numbers before them, and the letters of a quiz."""
    lists = "\n".join(message.body for message in messages)
    return [
        *re.findall(r"^\d+\. (.+)$", lists, re.MULTILINE),
        *re.findall(r"^([A-D])\. ", lists, re.MULTILINE),
    ]


def _holds_on_whatsapp(step: Step, said: list[Received]) -> None:
    check(step, [message.body for message in said], _offered(said))
    assert all(len(message.body) <= 1600 for message in said)


def _holds_on_sms(step: Step, said: list[Received]) -> None:
    # The words are others: SMS has short answers of its own.
    check({**step, "memuat": [], "tombol": []}, [message.body for message in said], [])
    # One message an answer, at most three segments; the rest is asked for.
    assert len(said) <= 1
    assert all(message.num_segments <= 3 for message in said)


@pytest.mark.parametrize(
    ("channel", "holds"), [("whatsapp", _holds_on_whatsapp), ("sms", _holds_on_sms)]
)
def test_the_stories_are_told_as_elsewhere(
    channel: str,
    holds: Callable[[Step, list[Received]], None],
    product: Product,
    twilio: TwilioDouble,
) -> None:
    people = {name(story): twilio.person(next(NUMBERS), channel) for story in STORIES}
    assert play(people, _send, lambda: _settle(product, twilio), holds) == {}


def test_no_number_and_no_sentence_stands_in_the_log(
    product: Product, twilio: TwilioDouble
) -> None:
    person = twilio.person(next(NUMBERS), "whatsapp")
    _ask(product, twilio, person, "kalimatrahasiaseseorang")
    log = product.log()
    assert "kalimatrahasia" not in log
    assert person.address.lstrip("+") not in log
    assert twilio.auth_token not in log


def test_every_answer_is_accounted_for(product: Product, twilio: TwilioDouble) -> None:
    person = twilio.person(next(NUMBERS), "whatsapp")
    _ask(product, twilio, person, "menu")
    twilio.wait_until_delivered(SECONDS)
    entries = sqlite3.connect(f"file:{product.home / 'suluh.db'}?mode=ro", uri=True).execute(
        # The rest of a long SMS waits until the person asks for it.
        "SELECT DISTINCT state FROM outbox WHERE (state, held_for) IS NOT ('held', 'more')"
    )
    assert {state for (state,) in entries} <= {"sent", "delivered", "read", "dropped"}
