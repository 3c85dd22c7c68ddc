"""The desk when much lies on it, in a browser: `python -m bench.desk`.

A database with `CONVERSATIONS` conversations, of which `WAITING` wait for a human, and with
`REPORTS` reports that are sealed as people's own.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from playwright.sync_api import Page
from starlette.applications import Starlette

from bench import full_desk
from bench.report import Figure, median, show
from bot.privacy.signing_in import sessions
from bot.privacy.vault import Vault
from console.app import Desk
from console.visit import COOKIE
from tests.channels.web.browser import chromium
from tests.console.visitor import Visitor
from tests.databases import migrated
from tests.doubles.loopback import LoopbackServers
from tests.keys import SERVER_KEY

CONVERSATIONS, WAITING, HELD, REPORTS = 10_000, 300, 20, 5_000
ROUNDS = 9
QUEUE, LIST, FIRST_PAINT_AIM = "/meja/", "/meja/laporan", "at most 1,000 ms"

_FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def measure() -> Iterator[Figure]:
    """Fills a database of its own and looks at it."""
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault.of(migrated(f"sqlite:///{Path(folder) / 'suluh.db'}"), SERVER_KEY)
        sari = full_desk.fill(
            vault, people=CONVERSATIONS, waiting=WAITING, held=HELD, reports=REPORTS
        )
        with vault.database.write() as connection:
            token = sessions.begin(connection, sari, sessions.OPEN)
        with _served(vault) as url:
            yield from _answers(url, token)
            yield from _paints(url, token)
        vault.database.close()


def _answers(url: str, token: str) -> Iterator[Figure]:
    """How soon the server answers, and with how much."""
    with Visitor(url) as visitor:
        visitor.cookies.set(COOKIE, token, domain="127.0.0.1", path="/meja")
        csrf = visitor.csrf("/meja/akun")
        asked: dict[str, Callable[[], httpx.Response]] = {
            "the queue, whole": lambda: visitor.get(QUEUE),
            "the queue, the part that renews itself": lambda: visitor.get("/meja/antrean"),
            "the list of reports": lambda: visitor.get(LIST),
            "the list of reports, its last page": lambda: visitor.get(f"{LIST}?halaman=80"),
            "a word in all reports": lambda: visitor.post(LIST, {"csrf": csrf, "cari": "dermaga"}),
        }
        for name, ask in asked.items():
            times, answer = _timed(ask)
            assert answer.status_code == 200, name
            yield Figure(name, median(times), "ms", note=f"{len(answer.content) / 1024:.0f} KB")


def _paints(url: str, token: str) -> Iterator[Figure]:
    """How soon something is seen."""
    with chromium() as browser:
        context = browser.new_context(locale="id-ID")
        context.add_cookies([{"name": COOKIE, "value": token, "url": f"{url}/meja"}])
        page = context.new_page()
        for name, path in (("the queue", QUEUE), ("the list of reports", LIST)):
            paints = [_first_paint(page, url + path) for _ in range(ROUNDS)]
            yield Figure(f"{name}, first paint", median(paints), "ms", FIRST_PAINT_AIM)


def _first_paint(page: Page, address: str) -> float:
    page.goto(address)
    page.wait_for_function(f"!!{_FIRST_PAINT.removesuffix('.startTime')}")
    return float(page.evaluate(_FIRST_PAINT))


def _timed(ask: Callable[[], httpx.Response]) -> tuple[list[float], httpx.Response]:
    times, answer = [], ask()
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = ask()
        times.append(1000 * (time.perf_counter() - began))
    return times, answer


@contextlib.contextmanager
def _served(vault: Vault) -> Iterator[str]:
    servers = LoopbackServers(Starlette(routes=Desk(vault, {}, None).routes()))
    servers.start()
    try:
        yield servers.urls[0]
    finally:
        servers.stop()


def main() -> None:
    for figure in measure():
        show(figure)


if __name__ == "__main__":
    main()
