"""A burst on a channel: real webhooks in, real messages out at a double of the provider."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from bench.report import Figure, median, percentile
from bot.settings import Settings
from tests.doubles.telegram import Person, TelegramDouble
from tests.doubles.telegram_delivery import webhook_headers
from tests.processes import Product

PEOPLE, EACH = 1_000, 10
CONNECTIONS = 64
# As fast as a bot that pays may send, so that the burst and not the bound is measured.
PER_SECOND = 1_000
LONGEST_SECONDS = 600.0
# A command is a turn of its own, however fast the next one follows.
COMMANDS = ("/menu", "/lapor", "/petugas")


def measure(settings: Settings) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, TelegramDouble() as telegram:
        product = Product(Path(folder) / "home", settings.model_dir)
        product.environment |= {
            "SULUH_TELEGRAM_TOKEN": telegram.token,
            "SULUH_TELEGRAM_API_URL": telegram.url,
            "SULUH_TELEGRAM_PER_SECOND": str(PER_SECOND),
            "SULUH_PUBLIC_URL": product.url,
        }
        with product:
            telegram.wait_until(lambda: telegram.webhook_url is not None)
            yield from _burst(product, telegram)


def _burst(product: Product, telegram: TelegramDouble) -> Iterator[Figure]:
    expected = _answers(telegram)
    people = [telegram.person(1_000 + number) for number in range(PEOPLE)]
    updates = list(_messages(people))
    started = time.perf_counter()
    milliseconds, refused = asyncio.run(_deliver(product, telegram, updates))
    accepted = time.perf_counter() - started
    note = f"{PEOPLE} people, {EACH} messages each, {CONNECTIONS} connections"
    yield Figure("burst: messages refused", refused, "", "0", note)
    yield Figure("burst: accepted", len(updates) / accepted, "a second")
    yield Figure("burst: webhook accept, p50", median(milliseconds), "ms")
    yield Figure("burst: webhook accept, p99", percentile(milliseconds, 0.99), "ms")
    while sum(len(person.received) for person in people) < len(updates):
        if time.perf_counter() - started > LONGEST_SECONDS:
            break
        time.sleep(0.5)
    answered = time.perf_counter() - started
    in_order = sum([message.text for message in p.received] == expected for p in people)
    yield Figure("burst: people answered fully and in order", in_order, "", str(PEOPLE))
    yield Figure("burst: answers", len(updates) / answered, "a second")


def _answers(telegram: TelegramDouble) -> list[str]:
    """What is answered to the messages of one person, asked one by one."""
    first = telegram.person(1)
    said = {}
    for number, command in enumerate(COMMANDS, 1):
        first.says(command)
        said[command] = first.wait_for(number, 30)[-1].text
    return [said[command] for command in _commands()]


def _commands() -> list[str]:
    return list(itertools.islice(itertools.cycle(COMMANDS), EACH))


def _messages(people: Sequence[Person]) -> Iterator[dict[str, Any]]:
    numbers = itertools.count(50_000_000)
    for command in _commands():
        for person in people:
            number = next(numbers)
            who = {"id": person.chat_id, "first_name": "Ani Contoh"}
            yield {
                "update_id": number,
                "message": {
                    "message_id": number,
                    "date": 1_700_000_000,
                    "from": {**who, "is_bot": False},
                    "chat": {**who, "type": "private"},
                    "text": command,
                },
            }


async def _deliver(
    product: Product, telegram: TelegramDouble, updates: Sequence[dict[str, Any]]
) -> tuple[list[float], int]:
    """Posts all updates; how long each took, and how many were not accepted."""
    waiting = iter(updates)
    milliseconds: list[float] = []
    refused = 0
    assert telegram.state.webhook is not None
    headers = webhook_headers(telegram.state.webhook)

    async def post(session: aiohttp.ClientSession) -> None:
        nonlocal refused
        for update in waiting:
            began = time.perf_counter()
            async with session.post(f"{product.url}/telegram", json=update) as answer:
                refused += answer.status != 200
            milliseconds.append(1000 * (time.perf_counter() - began))

    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        await asyncio.gather(*(post(session) for _ in range(CONNECTIONS)))
    return milliseconds, refused
