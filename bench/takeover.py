"""A cry for help beside other people's messages: how soon first aid is there, and staff called."""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from bench.report import Figure, median, percentile
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.tables import handoffs, outbox
from tests.doubles.telegram import Group, TelegramDouble
from tests.doubles.telegram_delivery import webhook_headers
from tests.processes import Product

CRIES = 60
# Other people's questions a second, all the while.
BESIDE = 10
STAFF_GROUP = -1000000000001
FIRST_PERSON, FIRST_OTHER = 900_000, 500_000
LONGEST_SECONDS = 10.0
CRY, QUESTION = "tolong kak sy dikunci", "berapa biaya kerja ke taiwan?"

_numbers = itertools.count(70_000_000)


def measure(settings: Settings) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, TelegramDouble() as telegram:
        product = Product(Path(folder) / "home", settings.model_dir)
        product.environment |= {
            "SULUH_TELEGRAM_TOKEN": telegram.token,
            "SULUH_TELEGRAM_API_URL": telegram.url,
            "SULUH_TELEGRAM_PER_SECOND": "1000",
            "SULUH_TELEGRAM_STAFF_GROUP": str(STAFF_GROUP),
            "SULUH_PUBLIC_URL": product.url,
        }
        group = telegram.group(STAFF_GROUP)
        with product:
            product.take_reports()
            telegram.wait_until(lambda: telegram.webhook_url is not None)
            group.adds_bot(telegram.person(FIRST_PERSON - 1))
            yield from _cries(product, telegram, group)


def _cries(product: Product, telegram: TelegramDouble, group: Group) -> Iterator[Figure]:
    assert telegram.state.webhook is not None
    headers = webhook_headers(telegram.state.webhook)
    database = Database(f"sqlite:///{product.home / 'suluh.db'}")
    stopping = threading.Event()
    load = threading.Thread(target=_others, args=(product, headers, stopping))
    load.start()
    first_aid: list[float] = []
    alerted: list[float] = []
    try:
        with httpx.Client(headers=headers, trust_env=False) as client:
            for number in range(CRIES):
                telegram.person(FIRST_PERSON + number)
                last, called = _last_id(database), len(group.received)
                began_at, began = time.time() * 1000, time.monotonic()
                _post(client, product, FIRST_PERSON + number, CRY)
                group.wait_for(called + 1, LONGEST_SECONDS)
                alerted.append(1000 * (group.received[called].at - began))
                first_aid.append(_first_aid_at(database, last) - began_at)
    finally:
        stopping.set()
        load.join()
        database.close()
    note = f"{CRIES} cries, {BESIDE} other messages a second"
    yield Figure("cry for help: webhook to first aid in the outbox, p50", median(first_aid), "ms")
    yield Figure(
        "cry for help: webhook to first aid in the outbox, p95",
        percentile(first_aid, 0.95), "ms", "at most 100 ms", note,
    )  # fmt: skip
    yield Figure("cry for help: webhook to staff called, p50", median(alerted), "ms")
    yield Figure(
        "cry for help: webhook to staff called, p95",
        percentile(alerted, 0.95), "ms", "at most 1,000 ms",
    )  # fmt: skip


def _others(product: Product, headers: dict[str, str], stopping: threading.Event) -> None:
    """Questions of ever other people."""
    with httpx.Client(headers=headers, trust_env=False) as client:
        for number in itertools.count(FIRST_OTHER):
            if stopping.wait(1 / BESIDE):
                return
            _post(client, product, number, QUESTION)


def _post(client: httpx.Client, product: Product, chat_id: int, text: str) -> None:
    number = next(_numbers)
    who: dict[str, Any] = {"id": chat_id, "first_name": "Ani Contoh"}
    message = {
        "message_id": number,
        "date": 1_700_000_000,
        "from": {**who, "is_bot": False},
        "chat": {**who, "type": "private"},
        "text": text,
    }
    update = {"update_id": number, "message": message}
    assert client.post(f"{product.url}/telegram", json=update).status_code == 200


def _last_id(database: Database) -> int:
    with database.read() as connection:
        query = select(outbox.c.id).order_by(outbox.c.id.desc()).limit(1)
        return int(connection.execute(query).scalar() or 0)


def _first_aid_at(database: Database, after: int) -> float:
    """When the first aid was written: of all replies since, the first to one who is called for."""
    with database.read() as connection:
        return float(
            connection.execute(
                select(outbox.c.created_at)
                .join(handoffs, handoffs.c.conversation_id == outbox.c.conversation_id)
                .where(outbox.c.id > after)
                .order_by(outbox.c.id)
                .limit(1)
            ).scalar_one()
        )
