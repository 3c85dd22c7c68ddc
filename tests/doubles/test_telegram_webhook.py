"""The double delivers to a webhook as Telegram does: in order, and again after a failure."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import telegram
from telegram import Update

from tests.doubles.telegram import TelegramDouble
from tests.doubles.telegram_client import use
from tests.doubles.telegram_delivery import retry_delay
from tests.doubles.telegram_state import Json

SECRET = "rahasia-uji"


@dataclass
class Delivered:
    """A request that reached the endpoint."""

    body: bytes
    headers: dict[str, str]
    update: Json = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0

    @property
    def text(self) -> str:
        return str(self.update.get("message", {}).get("text"))


class Endpoint:
    """A webhook whose answers the test decides: a status, or a status with JSON."""

    def __init__(self) -> None:
        self.seen: list[Delivered] = []
        self.answer: Callable[[Delivered], int | tuple[int, Any]] = lambda _request: 200
        self.answer_headers: dict[str, str] = {}
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.handle(self, body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/telegram"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Endpoint:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def handle(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        request = Delivered(body, {k.lower(): v for k, v in handler.headers.items()})
        if body.startswith(b"{"):
            request.update = json.loads(body)
        self.seen.append(request)
        answer = self.answer(request)
        status, content = answer if isinstance(answer, tuple) else (answer, "")
        request.ended = time.monotonic()
        if status == 0:
            handler.close_connection = True
            return
        sent = content if isinstance(content, bytes) else json.dumps(content).encode()
        handler.send_response(status)
        for name, value in self.answer_headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(sent)))
        handler.end_headers()
        handler.wfile.write(sent)

    @property
    def texts(self) -> list[str]:
        return [request.text for request in self.seen]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as endpoint:
        yield endpoint


def connect(double: TelegramDouble, endpoint: Endpoint, **options: Any) -> None:
    use(double, lambda bot: bot.set_webhook(endpoint.url, secret_token=SECRET, **options))


def info(double: TelegramDouble) -> telegram.WebhookInfo:
    return use(double, lambda bot: bot.get_webhook_info())


def fail_times(count: int, status: int = 500) -> Callable[[Delivered], int]:
    """Fails so often, then succeeds."""
    left = iter([status] * count)
    return lambda _request: next(left, 200)


def test_an_update_arrives_with_the_secret(endpoint: Endpoint) -> None:
    with TelegramDouble() as double:
        ani = double.person(1)
        before = ani.says("sebelum webhook")
        connect(double, endpoint)
        said = ani.says("Halo 👋")
        double.wait_until_delivered()
    assert [request.update for request in endpoint.seen] == [before, said]
    update = Update.de_json(endpoint.seen[1].update, None)
    assert update is not None
    assert update.message is not None
    assert update.message.text == "Halo 👋"
    for request in endpoint.seen:
        assert request.headers["x-telegram-bot-api-secret-token"] == SECRET
        assert request.headers["content-type"] == "application/json"
    assert double.delivered == {before["update_id"]: 1, said["update_id"]: 1}


def test_without_a_secret_there_is_no_header(endpoint: Endpoint) -> None:
    with TelegramDouble() as double:
        use(double, lambda bot: bot.set_webhook(endpoint.url))
        double.person(1).says("Halo")
        double.wait_until_delivered()
    assert "x-telegram-bot-api-secret-token" not in endpoint.seen[0].headers


def test_the_schedule() -> None:
    assert [retry_delay(n) for n in range(1, 10)] == [0, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_failed_update_comes_again_unchanged_and_by_the_schedule(endpoint: Endpoint) -> None:
    endpoint.answer = fail_times(4)
    with TelegramDouble(time_scale=0.01) as double:
        connect(double, endpoint)
        said = double.person(1).says("Halo")
        double.wait_until_delivered()
        assert double.delivered == {said["update_id"]: 5}
    assert len({request.body for request in endpoint.seen}) == 1
    waits = [b.began - a.ended for a, b in zip(endpoint.seen, endpoint.seen[1:])]
    for wait, planned in zip(waits, (0, 0.02, 0.04, 0.08)):
        assert planned <= wait < planned + 0.5
    assert [attempt.status for attempt in double.attempts] == [500] * 4 + [200]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (500, "Wrong response from the webhook: 500 Internal Server Error"),
        (302, "Wrong response from the webhook: 302 Found"),
        (403, "Wrong response from the webhook: 403 Forbidden"),
        (0, "Webhook connection closed"),
    ],
)
def test_the_last_error_is_told(endpoint: Endpoint, status: int, message: str) -> None:
    endpoint.answer = fail_times(2, status)
    with TelegramDouble() as double:
        connect(double, endpoint)
        assert info(double).last_error_message is None
        double.person(1).says("Halo")
        double.wait_until_delivered()
        told = info(double)
    assert told.last_error_message == message
    assert told.last_error_date is not None
    assert told.pending_update_count == 0


def test_an_endpoint_that_is_down_gets_it_when_it_is_back(endpoint: Endpoint) -> None:
    with TelegramDouble(time_scale=0.005) as double:
        with Endpoint() as down:
            pass
        connect(double, down)
        double.person(1).says("Halo")
        double.wait_until(lambda: len(double.attempts) >= 2)
        told = info(double)
        assert (told.last_error_message, told.pending_update_count) == ("Connection refused", 1)
        connect(double, endpoint)
        double.wait_until_delivered()
    assert endpoint.texts == ["Halo"]


def test_the_endpoint_may_say_how_long_to_wait(endpoint: Endpoint) -> None:
    endpoint.answer = fail_times(1, 429)
    endpoint.answer_headers = {"Retry-After": "10"}
    with TelegramDouble(time_scale=0.01) as double:
        connect(double, endpoint)
        double.person(1).says("Halo")
        double.wait_until_delivered()
    assert endpoint.seen[1].began - endpoint.seen[0].ended >= 0.1


def test_after_long_enough_an_update_is_given_up(endpoint: Endpoint) -> None:
    endpoint.answer = lambda request: 500 if request.text == "Halo" else 200
    with TelegramDouble(give_up_after=0.2) as double:
        connect(double, endpoint)
        ani = double.person(1)
        lost = ani.says("Halo")["update_id"]
        ani.says("Ada orang?")
        double.wait_until_delivered()
        assert double.given_up == [lost]
    assert endpoint.texts[-1] == "Ada orang?"
    assert 2 <= endpoint.texts.count("Halo") <= 5


def test_a_chat_is_delivered_in_order_and_one_at_a_time(endpoint: Endpoint) -> None:
    endpoint.answer = fail_times(3)
    texts = [str(number) for number in range(8)]
    with TelegramDouble(time_scale=0.002) as double:
        connect(double, endpoint)
        ani = double.person(1)
        for text in texts:
            ani.says(text)
        double.wait_until_delivered()
    assert endpoint.texts == ["0", "0", "0", *texts]
    for earlier, later in zip(endpoint.seen, endpoint.seen[1:]):
        assert earlier.ended <= later.began


def test_a_chat_that_fails_does_not_hold_up_another(endpoint: Endpoint) -> None:
    open_again = threading.Event()
    endpoint.answer = lambda request: 200 if request.text != "macet" or open_again.is_set() else 500
    with TelegramDouble(time_scale=0.001) as double:
        connect(double, endpoint)
        stuck = double.person(1).says("macet")["update_id"]
        double.person(2).says("lancar")
        double.wait_until(lambda: double.pending == [stuck] and "lancar" in endpoint.texts)
        open_again.set()
        double.wait_until_delivered()


@pytest.mark.parametrize("most", [1, 3])
def test_chats_are_delivered_in_parallel_up_to_the_limit(endpoint: Endpoint, most: int) -> None:
    now, peak, lock = [0], [0], threading.Lock()
    together = threading.Barrier(most)

    def answer(_request: Delivered) -> int:
        with lock:
            now[0] += 1
            peak[0] = max(peak[0], now[0])
        together.wait(5)
        time.sleep(0.01)
        with lock:
            now[0] -= 1
        return 200

    endpoint.answer = answer
    with TelegramDouble() as double:
        connect(double, endpoint, max_connections=most)
        for chat_id in range(1, 7):
            double.person(chat_id).says("Halo")
        double.wait_until_delivered()
    assert peak[0] == most


@pytest.mark.parametrize("apart", [False, True])
def test_presses_wait_for_messages_unless_queues_are_apart(endpoint: Endpoint, apart: bool) -> None:
    open_again = threading.Event()
    endpoint.answer = lambda request: (
        200 if "message" not in request.update or open_again.is_set() else 500
    )
    with TelegramDouble(time_scale=0.001, queue_for_each_kind=apart) as double:
        ani = double.person(1)
        markup = telegram.InlineKeyboardMarkup.from_button(
            telegram.InlineKeyboardButton("Ya", callback_data="ya")
        )
        use(double, lambda bot: bot.send_message(1, "Setuju?", reply_markup=markup))
        connect(double, endpoint)
        ani.says("Halo")
        pressed = ani.presses(ani.received[0], "Ya")["update_id"]
        double.wait_until(lambda: len(double.attempts) >= 5)
        assert (pressed in double.delivered) == apart
        open_again.set()
        double.wait_until_delivered()


def test_an_answer_may_hold_a_call(endpoint: Endpoint) -> None:
    call = {"method": "sendMessage", "chat_id": 1, "text": "Halo juga"}
    endpoint.answer = lambda request: (200, call) if request.text == "Halo" else 200
    with TelegramDouble() as double:
        connect(double, endpoint)
        ani = double.person(1)
        ani.says("Halo")
        assert ani.wait_for(1)[0].text == "Halo juga"
        [made] = double.calls_of("sendMessage")
        assert made.from_webhook
    assert len(endpoint.seen) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"OK",
        [],
        {"method": "deleteWebhook"},
        {"method": "getMe"},
        {"method": "sendMessage", "chat_id": 99, "text": "tidak ada"},
    ],
)
def test_an_answer_that_holds_no_good_call_harms_nothing(endpoint: Endpoint, content: Any) -> None:
    endpoint.answer = lambda _request: (200, content)
    with TelegramDouble() as double:
        connect(double, endpoint)
        double.person(1).says("Halo")
        double.wait_until_delivered()
        assert double.webhook_url == endpoint.url
        assert len(double.attempts) == 1


def test_anything_can_be_posted_to_the_webhook(endpoint: Endpoint) -> None:
    endpoint.answer = lambda request: 200 if request.headers.get(
        "x-telegram-bot-api-secret-token"
    ) == SECRET else 403  # fmt: skip
    with TelegramDouble() as double:
        with pytest.raises(AssertionError, match="no webhook is set"):
            double.deliver_raw({})
        connect(double, endpoint)
        assert double.deliver_raw({"update_id": 1}) == 200
        assert double.deliver_raw(b"\xff", headers={}) == 403
        wrong = {"X-Telegram-Bot-Api-Secret-Token": "salah"}
        assert double.deliver_raw({"update_id": 2}, headers=wrong) == 403
        assert double.delivered == {}
    assert [request.body for request in endpoint.seen][:2] == [b'{"update_id": 1}', b"\xff"]


def test_pending_updates_can_be_dropped(endpoint: Endpoint) -> None:
    with TelegramDouble() as double:
        double.person(1).says("lama")
        connect(double, endpoint, drop_pending_updates=True)
        double.person(1).says("baru")
        double.wait_until_delivered()
    assert endpoint.texts == ["baru"]


def test_a_webhook_that_does_not_answer_is_tried_again(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.doubles.telegram_delivery.SHORTEST_ANSWER_SECONDS", 0.05)
    sleeps = iter([0.15])

    def answer(_request: Delivered) -> int:
        time.sleep(next(sleeps, 0))
        return 200

    endpoint.answer = answer
    with TelegramDouble(time_scale=0.0001) as double:
        connect(double, endpoint)
        double.person(1).says("Halo")
        double.wait_until_delivered()
        errors = [attempt.error for attempt in double.attempts]
        assert (errors[0], errors[-1]) == ("Read timeout expired", "")


def test_the_internet_is_never_contacted() -> None:
    with TelegramDouble(give_up_after=0.0) as double:
        use(double, lambda bot: bot.set_webhook("https://a.example/x"))
        double.person(1).says("Halo")
        double.wait_until_delivered()
        assert info(double).last_error_message == "Connection refused"


def test_many_threads_may_act_at_once(endpoint: Endpoint) -> None:
    with TelegramDouble() as double:
        connect(double, endpoint)
        people = [double.person(chat_id) for chat_id in range(1, 9)]
        texts = [str(number) for number in range(10)]
        threads = [
            threading.Thread(target=lambda p=person: [p.says(text) for text in texts])
            for person in people
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        double.wait_until_delivered()
        assert set(double.delivered.values()) == {1}
    for person in people:
        mine = [
            r.text for r in endpoint.seen if r.update["message"]["chat"]["id"] == person.chat_id
        ]
        assert mine == texts
