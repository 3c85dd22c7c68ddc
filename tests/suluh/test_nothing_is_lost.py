"""2,000 messages, 200 conversations, and processes that are killed without a word."""

from __future__ import annotations

import asyncio
import random
import threading
import time
import uuid
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import func, select

from bot.conversation.messages import Content
from bot.engine.assistant import Assistant
from bot.storage.database import Database
from bot.storage.tables import inbox, outbox
from tests.processes import Product, new_secret

CONVERSATIONS = 200
MESSAGES = 10
AT_ONCE = 24
SEED = 20260102

# Texts and buttons take turns: a button is a turn of its own, so each message has exactly
# one answer, and the answer tells which message it is for.
SCRIPT = [
    {"text": "apa itu perdagangan orang?"},
    {"payload": '/faq{"topik":"paspor_ditahan"}'},
    {"text": "bagaimana cara melapor?"},
    {"payload": '/menu{"bidang":"hukum"}'},
    {"text": "nomor darurat apa yang bisa dihubungi?"},
    {"payload": '/faq{"topik":"kerja_kamboja"}'},
    {"text": "siapa kamu?"},
    {"payload": '/faq{"topik":"jeratan_utang"}'},
    {"text": "terima kasih"},
    {"payload": "/sampai_jumpa"},
]


class Killer(threading.Thread):
    """Kills one process of the product at random moments."""

    def __init__(self, product: Product, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self._product = product
        self._chance = chance
        self._stopping = threading.Event()
        self.killed: dict[str, int] = {"web": 0, "worker": 0}

    def run(self) -> None:
        while not self._stopping.wait(self._chance.uniform(1.0, 3.5)):
            kind = self._chance.choice(["web", "worker", "worker"])
            victims = self._product.children(kind)
            if victims:
                try:
                    self._chance.choice(victims).kill()
                    self.killed[kind] += 1
                except psutil.NoSuchProcess:
                    pass

    def stop(self) -> None:
        self._stopping.set()
        self.join(10)


async def _write(client: httpx.AsyncClient, message: dict[str, str], secret: str) -> None:
    """Sends one message until the server has said that it is on disk, as the page does."""
    body = {"id": str(uuid.uuid4()), **message}
    for _ in range(400):
        try:
            answer = await client.post("/pesan", json=body, headers={"Cookie": f"suluh={secret}"})
            if answer.status_code == 202:
                return
            assert answer.status_code >= 500, answer.text
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.05)
    raise AssertionError("the web process did not come back")


async def _everybody_writes(url: str, secrets: list[str]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(base_url=url, timeout=10) as client:

        async def one(secret: str) -> None:
            for message in SCRIPT:
                async with gate:
                    await _write(client, message, secret)

        await asyncio.gather(*(one(secret) for secret in secrets))


def _wait_until_answered(database: Database, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with database.read() as connection:
            waiting = connection.execute(
                select(func.count()).select_from(inbox).where(inbox.c.turn_id.is_(None))
            ).scalar()
        if not waiting:
            return
        time.sleep(0.2)
    raise AssertionError(f"{waiting} messages were never answered")


@pytest.fixture
def expected(assistant: Assistant) -> list[str]:
    """What the product says to the script when nobody disturbs it."""
    state, said = None, []
    for message in SCRIPT:
        answer = assistant.answer(
            "expected",
            "web",
            state,
            [Content(text=message.get("text", ""), payload=message.get("payload"))],
        )
        state = answer.state
        assert len(answer.replies) == 1
        said.append(answer.replies[0].text)
    assert len(set(said)) == len(SCRIPT)
    return said


def test_every_accepted_message_is_answered_once_and_in_order_whatever_dies(
    tmp_path: Path, model_dir: Path, database_url: str, expected: list[str]
) -> None:
    chance = random.Random(SEED)
    secrets = [new_secret() for _ in range(CONVERSATIONS)]
    with Product(
        tmp_path / "home",
        model_dir,
        database_url=database_url,
        workers=2,
        crash_limit=1000,
    ) as product:
        killer = Killer(product, chance)
        killer.start()
        try:
            asyncio.run(_everybody_writes(product.url, secrets))
        finally:
            killer.stop()
        database = Database(database_url)
        _wait_until_answered(database)
        product.wait_until_ready()
        wrong = [said for said in _what_each_heard(product.url, secrets) if said != expected]
        assert wrong == []

    assert killer.killed["web"] >= 2
    assert killer.killed["worker"] >= 3
    with database.read() as connection:
        messages = connection.execute(select(func.count()).select_from(inbox)).scalar()
        answers = connection.execute(select(func.count()).select_from(outbox)).scalar()
        turns = connection.execute(select(func.count(inbox.c.turn_id.distinct()))).scalar()
    assert (messages, answers, turns) == (2000, 2000, 2000)
    database.close()


def _what_each_heard(url: str, secrets: list[str]) -> list[list[str]]:
    """The replies of every conversation, as its page shows them."""
    heard = []
    with httpx.Client(base_url=url, timeout=10) as client:
        for secret in secrets:
            past = client.get("/pesan", headers={"Cookie": f"suluh={secret}"}).json()["percakapan"]
            heard.append([entry["teks"] for entry in past if entry["dari"] == "suluh"])
    return heard
