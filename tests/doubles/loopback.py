"""HTTP servers on loopback in a thread of the test process, with one event loop."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

START_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 60
# More than any provider takes.
LARGEST_BODY = 60_000_000
_HANG_UP = "loopback.hang_up"


class Hangup:
    """An answer that is none: the connection is closed without a byte."""

    async def __call__(self, scope: Scope, _receive: Receive, _send: Send) -> None:
        scope[_HANG_UP]()


class LoopbackServers:
    """Runs some applications, each on a free port of 127.0.0.1, until `stop`.

    The lifespan of an application is entered before its first request, and left after its
    last one.
    """

    def __init__(self, *apps: Starlette) -> None:
        self._listeners = [(app, _listener()) for app in apps]
        self.urls = [f"http://127.0.0.1:{it.getsockname()[1]}" for _, it in self._listeners]
        self._thread = threading.Thread(target=self._run, name="loopback", daemon=True)
        self._ready: Future[asyncio.AbstractEventLoop] = Future()
        self._stopping = asyncio.Event()

    def start(self) -> None:
        """Starts the thread and waits until connections are accepted."""
        self._thread.start()
        self._ready.result(START_SECONDS)

    def stop(self) -> None:
        """Cancels what is under way, closes all connections and ends the thread."""
        if self._thread.is_alive():
            self._ready.result().call_soon_threadsafe(self._stopping.set)
            self._thread.join(START_SECONDS)

    def submit(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Runs `work` on the loop of the servers; may be called from any thread."""
        return asyncio.run_coroutine_threadsafe(work, self._ready.result(0))

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    async def _serve(self) -> None:
        async with AsyncExitStack() as running:
            for app, listener in self._listeners:
                await running.enter_async_context(_serving(app, listener))
            self._ready.set_result(asyncio.get_running_loop())
            await self._stopping.wait()


@asynccontextmanager
async def _serving(app: Starlette, listener: socket.socket) -> AsyncIterator[None]:
    state = ServerState()

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        def hang_up() -> None:
            _abort(state, tuple(scope["client"]))

        await app({**scope, _HANG_UP: hang_up}, _bounded(receive), send)

    config = uvicorn.Config(
        door,
        ws="none",
        interface="asgi3",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    config.load()
    async with app.router.lifespan_context(app):
        server = await asyncio.get_running_loop().create_server(
            lambda: H11Protocol(config, state, {}), sock=listener
        )
        yield
        server.close()
        _abort(state)


def _listener() -> socket.socket:
    # Named as TCP, so that asyncio turns off the delay of small packets: 40 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    return listener


def _abort(state: ServerState, client: tuple[str, int] | None = None) -> None:
    """Closes the connection of this client, or of all."""
    for connection in list(state.connections):
        assert isinstance(connection, H11Protocol)
        if client in (None, connection.client):
            connection.transport.abort()


def _bounded(receive: Receive) -> Receive:
    """Of a body that is too long no more is read; 413 is the answer."""
    left = LARGEST_BODY

    async def bounded() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return bounded
