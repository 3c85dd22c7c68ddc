"""The methods over HTTP: routes a call, causes trouble on demand, writes it down."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doubles.loopback import Hangup
from tests.doubles.telegram_chats import Chats
from tests.doubles.telegram_delivery import Delivery
from tests.doubles.telegram_profile import Profile
from tests.doubles.telegram_request import Arguments, read
from tests.doubles.telegram_sending import Sending
from tests.doubles.telegram_state import ApiError, Described, Json, State
from tests.doubles.telegram_updates import Updates

_TOKEN = re.compile(r"[1-9]\d*:[\w-]+")
_PHRASES = {500: "Internal Server Error", 502: "Bad Gateway", 504: "Gateway Timeout"}


@dataclass(frozen=True)
class Call:
    """A call of the API. `method` is in lower case; `status` is None if the answer was lost."""

    method: str
    parameters: Json
    status: int | None
    answer: Any
    from_webhook: bool = False
    at: float = field(default_factory=time.monotonic)


class Trouble:
    """What is to go wrong with the next calls, by method."""

    def __init__(self) -> None:
        self._failures: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
        self._drops: Counter[str] = Counter()
        self._slow: dict[str, float] = {}
        self._lock = threading.Lock()

    def fail_next(
        self, method: str, status: int, times: int, body: Json | str | bytes | None
    ) -> None:
        content = body if isinstance(body, bytes) else _failure_body(status, body)
        with self._lock:
            self._failures[method.lower()] += [(status, content)] * times

    def drop_next(self, method: str, times: int) -> None:
        with self._lock:
            self._drops[method.lower()] += times

    def slow(self, method: str, seconds: float) -> None:
        with self._lock:
            self._slow[method.lower()] = seconds

    def failure(self, method: str) -> tuple[int, bytes] | None:
        with self._lock:
            return self._failures[method].pop(0) if self._failures[method] else None

    def drops(self, method: str) -> bool:
        with self._lock:
            self._drops[method] -= (found := self._drops[method] > 0)
            return found

    def delay(self, method: str) -> float:
        with self._lock:
            return self._slow.get(method, 0.0)


def _failure_body(status: int, body: Json | str | None) -> bytes:
    if isinstance(body, str):
        return body.encode()
    words = _PHRASES.get(status, "Error")
    return json.dumps(body or {"ok": False, "error_code": status, "description": words}).encode()


class Api:
    """The methods of the Bot API."""

    def __init__(
        self, token: str, state: State, sending: Sending, profile: Profile, updates: Updates
    ) -> None:
        self.trouble = Trouble()
        self.calls: list[Call] = []
        self._token = token
        self._state = state
        self._updates = updates
        self._methods: dict[str, Callable[[Arguments], Any]] = {
            _api_name(name): getattr(owner, name)
            for owner in (sending, profile, updates, Chats(state))
            for name in dir(owner)
            if re.match(r"(get|set|delete|send|edit|answer|leave)_", name)
        }

    def app(self, delivery: Delivery) -> Starlette:
        """The application; the updates are delivered as long as it is served."""

        @asynccontextmanager
        async def delivering(_app: Starlette) -> AsyncIterator[None]:
            await delivery.start()
            yield
            await delivery.stop()

        return Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._download),
            ],
            exception_handlers={HTTPException: _refused, ApiError: _refused},
            lifespan=delivering,
        )

    async def _call(self, request: Request) -> Response | Hangup:
        self._check_token(request)
        method = request.path_params["method"].lower()
        arguments = Arguments()
        try:
            content_type = request.headers.get("content-type", "")
            arguments = read(request.url.query, content_type, await request.body())
            if (failure := self.trouble.failure(method)) is not None:
                self._note(method, arguments, *failure)
                return Response(failure[1], failure[0], media_type="application/json")
            status, answer = 200, await self._perform(method, arguments)
        except ApiError as error:
            status, answer = error.code, error.to_json()
        drops = self.trouble.drops(method)
        self._note(method, arguments, None if drops else status, answer)
        await asyncio.sleep(self.trouble.delay(method))
        return Hangup() if drops else JSONResponse(answer, status)

    async def _perform(self, method: str, arguments: Arguments) -> Json:
        if method == "getupdates":
            return _success(await self._updates.get_updates(arguments))
        return self._run(method, arguments)

    def _run(self, method: str, arguments: Arguments) -> Json:
        handler = self._methods.get(method)
        if handler is None:
            raise ApiError(404, "Not Found: method not found")
        with self._state.changed:
            answer = _success(handler(arguments))
            self._state.changed.notify_all()
            return answer

    def call_from_webhook(self, method: str, parameters: Json) -> None:
        """A call that stood in the answer of the webhook: nobody hears of its result."""
        arguments = Arguments(parameters)
        try:
            status, answer = 200, self._run(method, arguments)
        except ApiError as error:
            status, answer = error.code, error.to_json()
        self._note(method, arguments, status, answer, from_webhook=True)

    def _note(
        self,
        method: str,
        arguments: Arguments,
        status: int | None,
        answer: Any,
        from_webhook: bool = False,
    ) -> None:
        call = Call(method, arguments.values, status, answer, from_webhook)
        with self._state.changed:
            self.calls.append(call)
            self._state.changed.notify_all()

    def _check_token(self, request: Request) -> None:
        token = request.path_params["token"]
        if not _TOKEN.fullmatch(token):
            raise ApiError(404, "Not Found")
        if token != self._token:
            raise ApiError(401, "Unauthorized")

    async def _download(self, request: Request) -> Response:
        self._check_token(request)
        path = request.path_params["path"]
        with self._state.changed:
            for stored in self._state.files.values():
                if stored.path == path:
                    return Response(stored.data, media_type="application/octet-stream")
        raise ApiError(404, "Not Found")


def _api_name(name: str) -> str:
    return name.replace("_", "")


def _success(result: Any) -> Json:
    """The answer, apart from what the double goes on to change."""
    answer: Json = {"ok": True, "result": result}
    if isinstance(result, Described):
        answer = {"ok": True, "result": result.result, "description": result.description}
    copy: Json = json.loads(json.dumps(answer))
    return copy


async def _refused(_request: Request, error: Exception) -> Response:
    """What stands for an error of the API, or for one of HTTP: a wrong path, a long body."""
    if isinstance(error, HTTPException):
        error = ApiError(error.status_code, error.detail)
    assert isinstance(error, ApiError)
    return JSONResponse(error.to_json(), error.code)
