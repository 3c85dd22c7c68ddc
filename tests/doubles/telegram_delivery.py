"""Delivers updates to the webhook as Telegram does: in order within a chat, and again."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from tests.doubles.telegram_state import Json, State, Update, Webhook
from tests.doubles.telegram_updates import LOOPBACK

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LONGEST_DELAY = 60.0
LONGEST_RETRY_AFTER = 3600.0
ANSWER_SECONDS = 60.0
SHORTEST_ANSWER_SECONDS = 2.0
DAY = 86400.0
# Methods that an answer of the webhook cannot call, beside all that only read.
NOT_IN_AN_ANSWER = frozenset({"deletewebhook", "setwebhook", "close", "logout"})


@dataclass(frozen=True)
class Attempt:
    """One try to deliver an update; `status` is None when no answer came."""

    update_id: int
    status: int | None
    error: str
    body: bytes
    headers: dict[str, str]
    began: float
    ended: float = field(default_factory=time.monotonic)


def retry_delay(failures: int) -> float:
    """Seconds before the next try after so many failures: at once, then 2, 4, 8 to 60."""
    return 0.0 if failures < 2 else min(LONGEST_DELAY, 2.0 ** (failures - 1))


class Delivery:
    """Runs in the server's event loop, one task for each queue of updates."""

    def __init__(
        self, state: State, run_call: Callable[[str, Json], None], time_scale: float, give_up: float
    ) -> None:
        self.delivered: Counter[int] = Counter()
        self.attempts: list[Attempt] = []
        self.given_up: list[int] = []
        self._state = state
        self._run_call = run_call
        self._scale = time_scale
        self._give_up = give_up
        self._webhook: Webhook | None = None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._in_flight = 0
        self._place = asyncio.Condition()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: httpx.AsyncClient | None = None
        state.on_update.append(self._wake)

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._client = httpx.AsyncClient(trust_env=False, verify=False)
        self._begin_queues()

    async def stop(self) -> None:
        self._loop = None
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def _wake(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._begin_queues)

    def _begin_queues(self) -> None:
        if self._loop is None:
            return
        if self._webhook is not self._state.webhook:
            self._begin_anew()
        if self._webhook is None:
            return
        with self._state.changed:
            queues = {update.queue for update in self._state.pending.values()}
        for queue in queues - set(self._tasks):
            self._tasks[queue] = self._loop.create_task(self._deliver_queue(queue))

    def _begin_anew(self) -> None:
        """With another webhook everything is tried at once, also what had to wait."""
        self._webhook = self._state.webhook
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()

    async def _deliver_queue(self, queue: str) -> None:
        while (update := self._first(queue)) and self._state.webhook is not None:
            await self._deliver(update)
        self._tasks.pop(queue, None)

    def _first(self, queue: str) -> Update | None:
        with self._state.changed:
            waiting = (u for u in self._state.pending.values() if u.queue == queue)
            return next(waiting, None)

    async def _deliver(self, update: Update) -> None:
        """Until it is delivered, or there is no use in trying further."""
        failures = 0
        while update.update_id in self._state.pending and (webhook := self._state.webhook):
            retry_after = await self._try(update, webhook)
            if retry_after is None:
                return
            failures += 1
            wait = (retry_after or retry_delay(failures)) * self._scale
            if time.monotonic() + wait > update.at + self._give_up:
                self.given_up.append(update.update_id)
                self._state.confirm([update.update_id])
                return
            await asyncio.sleep(wait)

    async def _try(self, update: Update, webhook: Webhook) -> float | None:
        """None when it was delivered, else the seconds that the webhook asked to wait."""
        async with self._place:
            await self._place.wait_for(lambda: self._in_flight < webhook.max_connections)
            self._in_flight += 1
        try:
            return await self._post(update, webhook)
        finally:
            async with self._place:
                self._in_flight -= 1
                self._place.notify()

    async def _post(self, update: Update, webhook: Webhook) -> float | None:
        began = time.monotonic()
        with self._state.changed:
            self.delivered[update.update_id] += 1
            self._state.changed.notify_all()
        response: httpx.Response | None = None
        error = ""
        try:
            response = await self._answer(update.body, webhook)
        except (httpx.HTTPError, OSError, asyncio.TimeoutError) as problem:
            error = _words(problem)
        if response is not None and not response.is_success:
            reason = response.reason_phrase
            error = f"Wrong response from the webhook: {response.status_code} {reason}"
        self._note(update, webhook, began, response, error)
        if error or response is None:
            return _retry_after(response)
        self._run_answer(response)
        return None

    async def _answer(self, body: bytes, webhook: Webhook) -> httpx.Response:
        if urlsplit(webhook.url).hostname not in LOOPBACK:
            raise httpx.ConnectError("Failed to resolve host: only loopback is reached in tests")
        assert self._client is not None
        seconds = max(SHORTEST_ANSWER_SECONDS, ANSWER_SECONDS * self._scale)
        post = self._client.post(
            webhook.url, content=body, headers=webhook_headers(webhook), timeout=seconds
        )
        return await asyncio.wait_for(post, seconds)

    def _note(
        self,
        update: Update,
        webhook: Webhook,
        began: float,
        response: httpx.Response | None,
        error: str,
    ) -> None:
        status = response.status_code if response is not None else None
        attempt = Attempt(
            update.update_id, status, error, update.body, webhook_headers(webhook), began
        )
        with self._state.changed:
            self.attempts.append(attempt)
            if error:
                self._state.last_error = int(time.time()), error
            self._state.changed.notify_all()
        if not error:
            self._state.confirm([update.update_id])

    def _run_answer(self, response: httpx.Response) -> None:
        """Makes the call that stands in the answer; its own result goes nowhere."""
        try:
            call = response.json()
        except ValueError:
            return
        if not isinstance(call, dict) or not isinstance(call.get("method"), str):
            return
        method = call.pop("method").lower()
        if method not in NOT_IN_AN_ANSWER and not method.startswith("get"):
            self._run_call(method, call)


def webhook_headers(webhook: Webhook) -> dict[str, str]:
    secret = {SECRET_HEADER: webhook.secret_token} if webhook.secret_token else {}
    return {"Content-Type": "application/json", **secret}


def _retry_after(response: httpx.Response | None) -> float:
    value = response.headers.get("retry-after", "") if response is not None else ""
    return min(LONGEST_RETRY_AFTER, float(value)) if value.isdigit() else 0.0


def _words(problem: Exception) -> str:
    if isinstance(problem, (httpx.TimeoutException, asyncio.TimeoutError)):
        return "Read timeout expired"
    if isinstance(problem, httpx.ConnectError):
        return "Connection refused"
    return "Webhook connection closed"
