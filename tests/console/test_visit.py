"""What a request costs, and what it may hold: many pages at once, odd addresses and names."""

from __future__ import annotations

import threading
import time

import pytest

from bot.conversation.takeover import handoffs
from bot.conversation.takeover.handoffs import Handoff
from console.visit import PAGES_AT_ONCE, origin_of
from tests.console.visitor import Site, Visitor


@pytest.mark.parametrize("path", ["/meja/percakapan/%00", "/meja/laporan/a%00b"])
def test_an_address_that_is_none_is_not_found(sari: Visitor, path: str) -> None:
    assert sari.get(path).status_code == 404


def test_a_name_that_is_none_is_a_wrong_name(stranger: Visitor) -> None:
    answer = stranger.post("/meja/masuk", {"nama": "Sari\0", "sandi": "a\0b"})
    assert answer.status_code == 403


def test_many_pages_at_once_leave_threads_and_connections_to_the_messages(
    site: Site, sari: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting, under_way, most = threading.Lock(), 0, 0

    def slowly(_connection: object) -> list[Handoff]:
        nonlocal under_way, most
        with counting:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.05)
        with counting:
            under_way -= 1
        return []

    monkeypatch.setattr(handoffs, "queue", slowly)
    asking = [threading.Thread(target=sari.get, args=("/meja/antrean",)) for _ in range(20)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert most == PAGES_AT_ONCE


def test_each_page_makes_do_with_one_connection(site: Site, sari: Visitor) -> None:
    """Many pages ask at once when something changed: none may wait for what another one has."""
    which = site.desk.taken().id
    site.desk.officers.say(site.desk.sari, which, "Saya di sini.")
    pool = site.desk.database.engine.pool
    pages = (
        "/",
        "/antrean",
        "/akun",
        "/laporan",
        f"/percakapan/{which}",
        f"/percakapan/{which}/isi",
    )
    pool._timeout = 2
    held = [pool.connect() for _ in range(pool.size() + pool._max_overflow - 1)]
    try:
        assert [sari.get(f"/meja{page}").status_code for page in pages] == [200] * len(pages)
    finally:
        for connection in held:
            connection.close()


@pytest.mark.parametrize(
    "url",
    [
        "https://suluh.example.org", "https://Suluh.Example.org/", "https://suluh.example.org:443",
        "HTTPS://suluh.example.org/jalan?a=b",
    ],
)  # fmt: skip
def test_the_origin_is_what_browsers_send_however_the_address_was_written(url: str) -> None:
    assert origin_of(url) == "https://suluh.example.org"
    assert origin_of("http://127.0.0.1:8080/") == "http://127.0.0.1:8080"
