"""What operators see, and that no person can be seen in it."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.conversation.inbox import Inbox
from bot.conversation.messages import Attachment, Inbound, Reply
from bot.privacy.identity import AddressBook
from bot.privacy.sealing import Sealer
from bot.storage import tables
from bot.storage.database import Database
from suluh.heartbeat import Heartbeat
from suluh.operations import QueueCollector
from tests.processes import Product, new_secret, wait_for_replies

PLANTED_NUMBER = "081200000001"
PLANTED_WORDS = "kalimatrahasiaseseorang"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, model_dir: Path) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("operations") / "home", model_dir) as product:
        yield product


def test_a_healthy_product_says_so_on_a_port_of_its_own(product: Product) -> None:
    assert httpx.get(f"{product.operations_url}/healthz").text == "ok\n"
    assert httpx.get(f"{product.url}/healthz").status_code == 404
    assert httpx.get(f"{product.url}/metrics").status_code == 404


def test_turns_and_queues_are_counted(product: Product) -> None:
    with product.client() as visitor:
        visitor.post("/pesan", json={"id": str(uuid.uuid4()), "text": "apa itu TPPO?"})
        wait_for_replies(visitor, 1)
    metrics = httpx.get(f"{product.operations_url}/metrics").text
    assert 'suluh_turns_total{channel="web",level="biasa",outcome="answered"}' in metrics
    assert "suluh_inbox_waiting 0.0" in metrics
    assert 'suluh_processes{kind="worker"} 1.0' in metrics
    assert 'suluh_http_requests_total{method="POST",path="/pesan",status="202"}' in metrics


def test_no_planted_word_number_or_secret_stands_in_what_operators_see(
    product: Product,
) -> None:
    secret = new_secret()
    sentences = [
        f"nomor saya {PLANTED_NUMBER} {PLANTED_WORDS}?",
        f"/{PLANTED_WORDS} {PLANTED_NUMBER}",
        f"{PLANTED_WORDS} tolong saya dikunci",
        f'/faq{{"topik":"{PLANTED_WORDS}"}}',
        "x" * 100_000 + PLANTED_WORDS,
    ]
    with product.client(secret) as visitor:
        for sentence in sentences:
            body = {"id": str(uuid.uuid4()), "text": sentence}
            assert visitor.post("/pesan", json=body).status_code == 202
        payload = {"id": str(uuid.uuid4()), "payload": f"/{PLANTED_WORDS}"}
        assert visitor.post("/pesan", json=payload).status_code == 202
        visitor.get(f"/{PLANTED_WORDS}?nomor={PLANTED_NUMBER}")
        visitor.post("/pesan", content=f"{PLANTED_WORDS}".encode())
        wait_for_replies(visitor, 3)
    seen = {
        "log": product.log(),
        "metrics": httpx.get(f"{product.operations_url}/metrics").text,
        "health": httpx.get(f"{product.operations_url}/healthz").text,
    }
    files = [
        path
        for path in product.home.rglob("*")
        if path.is_file() and path.name != "server.key" and "model" not in path.parts
    ]
    seen |= {str(path): path.read_bytes().decode("latin-1") for path in files}
    planted = (PLANTED_NUMBER, PLANTED_WORDS, secret)
    assert [(where, word) for where in seen for word in planted if word in seen[where]] == []


def test_the_log_of_a_failing_turn_holds_no_word_of_the_person(
    tmp_path: Path, model_dir: Path
) -> None:
    with Product(tmp_path / "home", model_dir) as product, product.client() as visitor:
        workers = product.suspend_workers()
        body = {"id": str(uuid.uuid4()), "text": f"{PLANTED_WORDS} itu apa ya kak?"}
        visitor.post("/pesan", json=body)
        # A message that does not open makes its turn fail inside the worker.
        with sqlite3.connect(product.home / "suluh.db") as connection:
            connection.execute("UPDATE inbox SET content_sealed = x'00'")
        connection.close()
        for worker in workers:
            worker.resume()
        assert "gangguan" in wait_for_replies(visitor, 1, seconds=30)[0]
        # The apology let go of what was broken: the conversation goes on.
        visitor.post("/pesan", json={"id": str(uuid.uuid4()), "text": "apa itu TPPO?"})
        assert "Perdagangan orang" in wait_for_replies(visitor, 2)[1]
        assert "SealBroken" in product.log()
        assert PLANTED_WORDS not in product.log()


def test_everything_in_the_home_is_for_its_owner_only(product: Product) -> None:
    files = [product.home / "suluh.db", *product.home.rglob("*.db"), product.home / "keys"]
    assert [path.name for path in files if path.stat().st_mode & 0o077] == []


def test_health_tells_when_nobody_answers(tmp_path: Path, model_dir: Path) -> None:
    from bot.storage import migrate
    from suluh.operations import find_trouble

    database = Database(f"sqlite:///{tmp_path / 'suluh.db'}")
    migrate.upgrade(database)
    trouble = find_trouble(database)
    assert trouble is not None
    assert "no worker" in trouble
    database.close()


def test_files_are_counted_by_what_became_of_them(tmp_path: Path) -> None:
    from bot.attachments import store
    from bot.attachments.refusal import Reason
    from bot.storage import migrate

    database = Database(f"sqlite:///{tmp_path / 'suluh.db'}")
    migrate.upgrade(database)
    inbox = Inbox(
        database, Sealer(bytes(32)), AddressBook(bytes(32)), burst_wait=0.3, burst_limit=1.0
    )
    files = tuple(Attachment("photo", "image/jpeg", f"berkas-{n}") for n in range(3))
    inbox.accept(Inbound("telegram", PLANTED_NUMBER, "a1", attachments=files))
    claim = store.claim_next(database, ["telegram"])
    assert claim is not None
    with database.write() as connection:
        store.refuse(connection, claim, Reason.KIND)
    counted = {
        (sample.labels["state"], sample.labels["reason"]): sample.value
        for metric in QueueCollector(database).collect()
        for sample in metric.samples
        if sample.name == "suluh_attachments"
    }
    assert counted == {("refused", "kind"): 1, ("waiting", ""): 2}
    database.close()


def test_health_and_metrics_tell_that_answers_do_not_go_out(database: Database) -> None:
    """Health names the channel, how many and since when; nothing else."""
    from bot.clock import now_ms
    from bot.conversation.outbox import Outbox
    from bot.conversation.rendering import Part
    from suluh.operations import find_trouble

    sealer = Sealer(bytes(32))
    inbox = Inbox(database, sealer, AddressBook(bytes(32)), burst_wait=0.3, burst_limit=1.0)
    whose = inbox.accept(Inbound("telegram", PLANTED_NUMBER, "a1", text="halo?")).conversation_id
    with database.write() as connection:
        Outbox(sealer).add(connection, whose, "telegram", "t1", [Part(Reply(PLANTED_WORDS))])
        connection.execute(tables.inbox.update().values(turn_id="t1"))
    with Heartbeat(database, "worker"):
        assert find_trouble(database, ["sms", "telegram"]) is None
        with database.write() as connection:
            moment = now_ms() - 25 * 60_000
            connection.execute(tables.outbox.update().values(due_at=moment, created_at=moment))
        trouble = find_trouble(database, ["sms", "telegram"])
    assert trouble == "1 message on telegram does not go out, the oldest for 25 min"
    gauges = {
        (sample.name, sample.labels["channel"]): sample.value
        for metric in QueueCollector(database, ["sms", "telegram"]).collect()
        for sample in metric.samples
        if sample.name.startswith("suluh_outbox_overdue")
    }
    assert gauges["suluh_outbox_overdue", "telegram"] == 1
    assert gauges["suluh_outbox_overdue_oldest_seconds", "telegram"] >= 25 * 60
    assert gauges["suluh_outbox_overdue", "sms"] == 0
    assert gauges["suluh_outbox_overdue_oldest_seconds", "sms"] == 0
