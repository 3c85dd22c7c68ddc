"""The web chat's calls, over real HTTP to the real processes."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes import Product, new_secret, replies, wait_for_replies

QUESTION = "agen mau simpan paspor saya boleh ga?"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, model_dir: Path) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("web") / "home", model_dir) as product:
        yield product


@pytest.fixture
def visitor(product: Product) -> Iterator[httpx.Client]:
    with product.client() as client:
        yield client


def _message(**fields: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), **fields}


def _secret(client: httpx.Client) -> str:
    """The cookie that this visitor came with."""
    return next(cookie.value or "" for cookie in client.cookies.jar if not cookie.domain)


def _events(client: httpx.Client, count: int, **options: Any) -> list[dict[str, Any]]:
    """The next `count` events of the stream."""
    events = []
    with client.stream("GET", "/aliran", **options) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                events.append(json.loads(line[6:]))
            if len(events) == count:
                return events
    raise AssertionError("the stream ended too soon")


def test_a_question_is_answered_with_its_source(visitor: httpx.Client) -> None:
    assert visitor.post("/pesan", json=_message(text=QUESTION)).status_code == 202
    said = wait_for_replies(visitor, 1)
    assert said[0].startswith("Agen atau majikan tidak boleh menahan paspor")
    assert "UU 18/2017 Pasal 6" in said[0]


def test_the_first_message_gives_a_cookie_that_scripts_cannot_read(product: Product) -> None:
    with httpx.Client(base_url=product.url) as stranger:
        assert stranger.get("/").headers.get("set-cookie") is None
        cookie = stranger.post("/pesan", json=_message(text=QUESTION)).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


@pytest.mark.parametrize("cookie", ["", "x", "a" * 42, "../../etc", "é" * 43])
def test_a_cookie_of_another_shape_is_not_taken_for_a_conversation(
    product: Product, cookie: str
) -> None:
    headers = {b"Cookie": f"suluh={cookie}".encode()}
    answer = httpx.post(f"{product.url}/pesan", json=_message(text=QUESTION), headers=headers)
    assert answer.status_code == 202
    assert f"suluh={cookie};" not in answer.headers["set-cookie"]


def test_the_same_message_five_times_at_once_is_answered_once(product: Product) -> None:
    body, secret = _message(text=QUESTION), new_secret()
    answers = []

    def post() -> None:
        with product.client(secret) as client:
            answers.append(client.post("/pesan", json=body).json()["baru"])

    threads = [threading.Thread(target=post) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False, False, False, False, True]
    with product.client(secret) as client:
        wait_for_replies(client, 1)
        time.sleep(0.5)
        assert len(replies(client)) == 1


def test_nobody_uses_up_the_message_id_of_another(product: Product) -> None:
    body = _message(text=QUESTION)
    for _ in range(2):
        with product.client() as client:
            assert client.post("/pesan", json=body).json()["baru"]
            wait_for_replies(client, 1)


def test_a_first_message_sent_again_is_no_second_conversation(product: Product) -> None:
    body = _message(text=QUESTION)
    # The visitor never saw the first answer, so comes again without a cookie.
    first, again = (httpx.post(f"{product.url}/pesan", json=body) for _ in range(2))
    assert (first.json()["baru"], again.json()["baru"]) == (True, False)
    assert first.cookies["suluh"] == again.cookies["suluh"]


def test_a_long_history_shows_its_end_and_streams_to_its_end(visitor: httpx.Client) -> None:
    for _ in range(12):
        for _ in range(20):
            visitor.post("/pesan", json=_message(payload="/terima_kasih", text="makasih"))
    visitor.post("/pesan", json=_message(payload="/siapa_kamu", text="siapa kamu?"))
    deadline = time.monotonic() + 30
    while not any("bukan manusia" in text for text in replies(visitor)[-1:]):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert len(replies(visitor)) == 200
    assert "bukan manusia" in _events(visitor, 241)[-1]["teks"]


def test_a_button_is_shown_with_its_title_and_answered(visitor: httpx.Client) -> None:
    body = _message(payload='/faq{"topik":"kerja_kamboja"}', text="Kerja di Kamboja")
    assert visitor.post("/pesan", json=body).status_code == 202
    wait_for_replies(visitor, 1)
    past = visitor.get("/pesan").json()["percakapan"]
    assert past[0]["teks"] == "Kerja di Kamboja"
    assert "Kamboja" in past[1]["teks"]


def test_replies_arrive_on_the_stream_as_they_are_made(visitor: httpx.Client) -> None:
    visitor.post("/pesan", json=_message(text=QUESTION))
    first = _events(visitor, 1)[0]
    assert first["dari"] == "suluh"
    assert first["pilihan"][0].keys() == {"judul", "nilai"}
    threading.Timer(
        0.3, lambda: visitor.post("/pesan", json=_message(text="apa itu perdagangan orang?"))
    ).start()
    later = _events(visitor, 1, headers={"Last-Event-ID": str(first["id"])})[0]
    assert later["id"] > first["id"]
    assert "Perdagangan orang" in later["teks"]


def test_a_stream_goes_on_where_it_broke_off(visitor: httpx.Client) -> None:
    texts = ("siapa kamu?", "apa itu perdagangan orang?", "terima kasih")
    for number, text in enumerate(texts, 1):
        visitor.post("/pesan", json=_message(text=text))
        wait_for_replies(visitor, number)
    everything = _events(visitor, 3)
    rest = _events(visitor, 2, headers={"Last-Event-ID": str(everything[0]["id"])})
    by_query = _events(visitor, 2, params={"setelah": everything[0]["id"]})
    assert rest == by_query == everything[1:]


def test_a_stream_without_a_conversation_is_not_asked_for_again(visitor: httpx.Client) -> None:
    assert visitor.get("/aliran").status_code == 204


def test_nobody_reads_the_conversation_of_another(product: Product) -> None:
    with product.client() as one, product.client() as other:
        one.post("/pesan", json=_message(text=QUESTION))
        wait_for_replies(one, 1)
        assert other.get("/pesan").json()["percakapan"] == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"id": "aaaaaaaa-1", "text": "apa itu \xff\xfe TPPO?"}', "Perdagangan orang"),
        (b'{"id": "aaaaaaaa-2", "text": ""}', "kosong"),
        (b'{"id": "aaaaaaaa-3", "text": "\\u0000\\u0007\\u202e"}', "kosong"),
        (b'{"id": "aaaaaaaa-4", "text": "\\ud83d\\ude2d\\ud83d\\ude2d"}', "kata-kata"),
        (b'{"id": "aaaaaaaa-5", "text": "\\ud83d apa itu TPPO?"}', "Perdagangan orang"),
        (b'{"id": "aaaaaaaa-6", "payload": "/tidak_ada{{{"}', ""),
        (b'{"id": "aaaaaaaa-7", "text": "/restart"}', ""),
    ],
)
def test_bad_input_gets_a_kind_sentence(visitor: httpx.Client, body: bytes, words: str) -> None:
    headers = {"Content-Type": "application/json"}
    assert visitor.post("/pesan", content=body, headers=headers).status_code == 202
    said = wait_for_replies(visitor, 1)
    assert words in said[0]
    visitor.post("/pesan", json=_message(text=QUESTION))
    assert "paspor" in wait_for_replies(visitor, 2)[-1]


def test_a_hundred_thousand_characters_are_cut_with_a_word_about_it(
    visitor: httpx.Client,
) -> None:
    visitor.post("/pesan", json=_message(text="apa itu perdagangan orang? " * 4000))
    said = wait_for_replies(visitor, 2)
    assert "panjang sekali" in said[0]
    assert "Perdagangan orang" in said[1]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 400),
        (b"[1, 2]", 400),
        (b'{"text": "no id"}', 400),
        (b'{"id": "short", "text": "x"}', 400),
        (b'{"id": "aaaaaaaa-1", "text": 5}', 400),
        (b'{"id": "aaaaaaaa-1", "payload": {"a": 1}}', 400),
        (b'{"id": "aaaaaaaa-1", "payload": "' + b"x" * 300 + b'"}', 400),
        (b"[" * 100_000, 400),
        (b'{"id": "aaaaaaaa-1", "text": "' + b"x" * 600_000 + b'"}', 413),
    ],
)
def test_what_is_no_message_is_refused_with_a_sentence(
    visitor: httpx.Client, body: bytes, status: int
) -> None:
    answer = visitor.post("/pesan", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["pesan"].endswith("ya.")


def test_a_file_is_answered_with_what_to_do_instead(visitor: httpx.Client) -> None:
    answer = visitor.post("/pesan", files={"foto": ("poster.jpg", b"\xff\xd8", "image/jpeg")})
    assert answer.status_code == 415
    assert "kata-kata" in answer.json()["pesan"]


@pytest.mark.parametrize("path", ["/pesan", "/hapus", "/keluar"])
def test_another_site_cannot_act_in_a_visitors_name(visitor: httpx.Client, path: str) -> None:
    headers = {"Origin": "https://example.org"}
    assert visitor.post(path, json=_message(text="x"), headers=headers).status_code == 403


def test_the_own_page_may_act(product: Product, visitor: httpx.Client) -> None:
    headers = {"Origin": product.url}
    assert visitor.post("/pesan", json=_message(text=QUESTION), headers=headers).status_code == 202


def test_deleting_leaves_nothing(product: Product, visitor: httpx.Client) -> None:
    visitor.post("/pesan", json=_message(text=QUESTION))
    wait_for_replies(visitor, 1)
    secret = _secret(visitor)
    answer = visitor.post("/hapus")
    assert answer.status_code == 204
    assert 'suluh=""' in answer.headers["set-cookie"]
    with product.client(secret) as again:
        assert again.get("/pesan").json()["percakapan"] == []
        assert again.get("/aliran").status_code == 204


def test_deleting_ends_the_stream_of_another_tab(product: Product, visitor: httpx.Client) -> None:
    visitor.post("/pesan", json=_message(text=QUESTION))
    wait_for_replies(visitor, 1)
    secret = _secret(visitor)
    with product.client(secret) as tab, tab.stream("GET", "/aliran") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("id:")
        visitor.post("/hapus")
        started = time.monotonic()
        for _ in lines:
            pass
        assert time.monotonic() - started < 5


def test_leaving_forgets_the_cookie_and_keeps_the_conversation(
    product: Product, visitor: httpx.Client
) -> None:
    visitor.post("/pesan", json=_message(text=QUESTION))
    wait_for_replies(visitor, 1)
    secret = _secret(visitor)
    assert 'suluh=""' in visitor.post("/keluar").headers["set-cookie"]
    with product.client(secret) as again:
        assert len(replies(again)) == 1


def test_every_answer_keeps_the_page_to_itself(visitor: httpx.Client) -> None:
    for path in ("/", "/statis/chat.js", "/pesan", "/nowhere"):
        headers = visitor.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers
    assert visitor.get("/").headers["cache-control"] == "no-store"
    assert visitor.get("/pesan").headers["cache-control"] == "no-store"


def test_a_burst_is_one_answer(visitor: httpx.Client) -> None:
    for line in ("kak", "mau nanya", "ada agen", "minta paspor asli", "boleh gak ya kak?"):
        visitor.post("/pesan", json=_message(text=line))
    said = wait_for_replies(visitor, 1)
    time.sleep(0.6)
    assert replies(visitor) == said
    assert len(said) == 1


def test_the_page_travels_small(visitor: httpx.Client) -> None:
    for path in ("/", "/statis/chat.js", "/statis/chat.css"):
        answer = visitor.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
    assert visitor.get("/statis/chat.js").headers["cache-control"] == "no-cache"


def test_numbers_are_on_the_page_without_any_script(visitor: httpx.Client) -> None:
    page = visitor.get("/").text
    assert 'href="tel:110"' in page
    assert 'href="tel:129"' in page
    assert "<noscript>" in page
