"""The product as processes, measured from outside."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import httpx

from bench.report import Figure, median, percentile
from bot.settings import PROJECT_ROOT, Settings
from tests.processes import Product, new_secret, replies, wait_for_replies

STARTS = 3
BURSTS = 15
BURST = ["kak", "mau nanya", "ada agen", "minta paspor asli", "boleh gak ya kak?"]
RATE = 200
SECONDS = 8
ROUNDS = 5
QUESTION = "agen mau simpan paspor saya boleh ga?"
MEGABYTE = 1024 * 1024


def measure(settings: Settings) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        starts = [_cold_start(Path(folder) / str(n), settings) for n in range(STARTS)]
        yield Figure("cold start to the first answer", median(starts), "s", "6, at most 8")
        with Product(Path(folder) / "load", settings.model_dir) as product:
            bursts = [_burst(product) for _ in range(BURSTS)]
            yield Figure(
                "five lines in a burst, after the last", median(bursts), "s", "at most 0.5"
            )
            rounds = [asyncio.run(_open_loop(product)) for _ in range(ROUNDS)]
            p50s = [median(times) for times in rounds]
            p99s = [percentile(times, 0.99) for times in rounds]
            note = f"{RATE}/s, answered meanwhile; median of {ROUNDS} rounds of {SECONDS} s"
            yield Figure("webhook accept, p50", median(p50s), "ms", "", note)
            each = ", ".join(f"{p99:.0f}" for p99 in sorted(p99s))
            yield Figure("webhook accept, p99", median(p99s), "ms", "at most 20", f"({each})")
            yield from _memory(product)


def measure_training() -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "suluh", "train", "--force"],
            env={"SULUH_HOME": folder, "PATH": "/usr/bin:/bin"},
            check=True,
            capture_output=True,
        )
        return Figure("training", time.perf_counter() - started, "s")


def measure_environment() -> Figure:
    size = sum(
        path.lstat().st_size
        for path in (PROJECT_ROOT / ".venv").rglob("*")
        if not path.is_symlink() and path.is_file()
    )
    return Figure("size of the environment", size / 1e9, "GB", "at most 1.1")


def _cold_start(home: Path, settings: Settings) -> float:
    """From the start of `suluh run` until the first answer can be read."""
    started = time.perf_counter()
    product = Product(home, settings.model_dir)
    secret = new_secret()
    with product.client(secret) as visitor:
        product.start()
        try:
            body = {"id": str(uuid.uuid4()), "text": QUESTION}
            while not _sent(visitor, body) or not replies(visitor):
                time.sleep(0.01)
            return time.perf_counter() - started
        finally:
            product.stop()


def _sent(visitor: httpx.Client, body: dict[str, str]) -> bool:
    try:
        return visitor.post("/pesan", json=body).status_code == 202
    except httpx.TransportError:
        return False


def _burst(product: Product) -> float:
    with product.client() as visitor:
        for line in BURST:
            assert _sent(visitor, {"id": str(uuid.uuid4()), "text": line})
        last = time.perf_counter()
        said = wait_for_replies(visitor, 1)
        seconds = time.perf_counter() - last
        time.sleep(0.5)
        assert len(replies(visitor)) == len(said) == 1, "a burst was more than one turn"
    return seconds


async def _open_loop(product: Product) -> list[float]:
    """Messages leave at a fixed rate, whether or not the last ones were answered."""
    times: list[float] = []
    # aiohttp's client: a quarter of httpx's own time, which would count as the product's.
    async with aiohttp.ClientSession(product.url) as client:

        async def one(number: int) -> None:
            headers = {"Cookie": f"suluh={secrets[number % len(secrets)]}"}
            body = {"id": str(uuid.uuid4()), "text": QUESTION}
            started = time.perf_counter()
            async with client.post("/pesan", json=body, headers=headers) as answer:
                times.append((time.perf_counter() - started) * 1000)
                assert answer.status == 202

        secrets = [new_secret() for _ in range(400)]
        begun = time.perf_counter()
        tasks = []
        for number in range(RATE * SECONDS):
            delay = begun + number / RATE - time.perf_counter()
            if delay > 0:
                await asyncio.sleep(delay)
            tasks.append(asyncio.create_task(one(number)))
        await asyncio.gather(*tasks)
    return times[RATE:]  # the first second opens the connections


def _memory(product: Product) -> Iterator[Figure]:
    def megabytes(kind: str) -> float:
        return sum(child.memory_info().rss for child in product.children(kind)) / MEGABYTE

    web, worker = megabytes("web"), megabytes("worker")
    yield Figure(
        "resident memory, web and one worker together",
        web + worker,
        "MB",
        "300, at most 400",
        f"web {web:.0f}, worker {worker:.0f}, after {RATE * SECONDS * ROUNDS} messages",
    )
