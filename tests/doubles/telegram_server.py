"""The HTTP server of the double: routes a call, causes trouble on demand, writes it down."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.doubles.telegram_delivery import Delivery
from tests.doubles.telegram_profile import Profile
from tests.doubles.telegram_request import Arguments, read
from tests.doubles.telegram_sending import Sending
from tests.doubles.telegram_state import ApiError, Described, Json, State
from tests.doubles.telegram_updates import Updates

START_SECONDS = 10.0
_CALL = re.compile(r"/bot([^/]*)/(\w+)")
_FILE = re.compile(r"/file/bot([^/]*)/(.+)")
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
    """The methods of the Bot API, as an ASGI application."""

    def __init__(
        self, token: str, state: State, sending: Sending, profile: Profile, updates: Updates
    ) -> None:
        self.trouble = Trouble()
        self.calls: list[Call] = []
        self.stopping = asyncio.Event()
        self.drop_connection: Callable[[Scope], None] = lambda _scope: None
        self._token = token
        self._state = state
        self._updates = updates
        self._methods: dict[str, Callable[[Arguments], Any]] = {
            _api_name(name): getattr(owner, name)
            for owner in (sending, profile, updates)
            for name in dir(owner)
            if re.match(r"(get|set|delete|send|edit|answer|leave)_", name)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        request = Request(scope, receive)
        response = await self._respond(request)
        if response is None:
            self.drop_connection(scope)
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response | None:
        """None when the connection is to be closed without an answer."""
        path = request.url.path
        if found := _FILE.fullmatch(path):
            return self._download(*found.groups())
        found = _CALL.fullmatch(path)
        if found is None:
            return _refused(ApiError(404, "Not Found"))
        token, method = found.group(1), found.group(2).lower()
        if (error := self._wrong_token(token)) is not None:
            return _refused(error)
        return await self._answer(request, method)

    async def _answer(self, request: Request, method: str) -> Response | None:
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
        await self._pause(self.trouble.delay(method))
        return None if drops else JSONResponse(answer, status)

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

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            try:
                await asyncio.wait_for(self.stopping.wait(), seconds)
            except asyncio.TimeoutError:
                pass

    def _wrong_token(self, token: str) -> ApiError | None:
        if not _TOKEN.fullmatch(token):
            return ApiError(404, "Not Found")
        return None if token == self._token else ApiError(401, "Unauthorized")

    def _download(self, token: str, path: str) -> Response:
        if (error := self._wrong_token(token)) is not None:
            return _refused(error)
        with self._state.changed:
            for stored in self._state.files.values():
                if stored.path == path:
                    return Response(stored.data, media_type="application/octet-stream")
        return _refused(ApiError(404, "Not Found"))


def _api_name(name: str) -> str:
    return name.replace("_", "")


def _success(result: Any) -> Json:
    """The answer, apart from what the double goes on to change."""
    answer: Json = {"ok": True, "result": result}
    if isinstance(result, Described):
        answer = {"ok": True, "result": result.result, "description": result.description}
    copy: Json = json.loads(json.dumps(answer))
    return copy


def _refused(error: ApiError) -> Response:
    return JSONResponse(error.to_json(), error.code)


class Server:
    """uvicorn in a thread of its own, and the delivery beside it in the same event loop."""

    def __init__(self, api: Api, updates: Updates, delivery: Delivery) -> None:
        self.port = 0
        self._api = api
        self._updates = updates
        self._delivery = delivery
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="telegram-double", daemon=True)

    def start(self) -> None:
        """Raises AssertionError when the server does not come up."""
        self._thread.start()
        assert self._ready.wait(START_SECONDS), "the double of Telegram did not start"

    def stop(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._api.stopping.set)
        self._thread.join(START_SECONDS)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        # Named as TCP, so that asyncio turns off the delay of small packets.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        server = self._configured()
        await server.startup(sockets=[listener])
        self._updates.start(self._loop)
        await self._delivery.start()
        self._ready.set()
        await self._api.stopping.wait()
        self._updates.stop()
        await self._delivery.stop()
        await server.shutdown(sockets=[listener])

    def _configured(self) -> uvicorn.Server:
        config = uvicorn.Config(
            self._api,
            http="h11",
            ws="none",
            interface="asgi3",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        self._api.drop_connection = lambda scope: _abort(server, scope)
        return server


def _abort(server: uvicorn.Server, scope: Scope) -> None:
    """Closes the connection on which this request came."""
    for connection in list(server.server_state.connections):
        if getattr(connection, "client", None) == tuple(scope["client"]):
            connection.transport.abort()
