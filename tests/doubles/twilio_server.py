"""HTTP servers on loopback in a thread of the test process, with one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

START_SECONDS = 10.0


class Hangup:
    """An answer that is none: the connection is closed without a byte."""

    def __init__(self, request: Request) -> None:
        self._client = (request.client.host, request.client.port) if request.client else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = _transports.get(self._client) if self._client else None
        if transport is not None:
            transport.abort()


class LoopbackServers:
    """Runs some ASGI applications, each on a free port of 127.0.0.1, until `stop`."""

    def __init__(self, *apps: ASGIApp) -> None:
        self._sockets = [_listening_socket() for _ in apps]
        self._servers = [uvicorn.Server(_config(app)) for app in apps]
        self.urls = [f"http://127.0.0.1:{item.getsockname()[1]}" for item in self._sockets]
        self._thread = threading.Thread(target=self._run, name="twilio double", daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._serving: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Starts the thread and waits until the servers accept connections."""
        self._thread.start()
        assert self._ready.wait(START_SECONDS), "the double did not start"

    def stop(self) -> None:
        """Cancels what is under way, closes all connections and ends the thread."""
        if self._loop and self._stopping and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(START_SECONDS)

    def submit(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Runs `work` on the loop of the servers; may be called from any thread."""
        assert self._loop is not None, "use the double as a context manager"
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._serving = [
            asyncio.create_task(server.serve(sockets=[item]))
            for server, item in zip(self._servers, self._sockets)
        ]
        while not all(server.started for server in self._servers):
            await asyncio.sleep(0.001)
        self._ready.set()
        await self._stopping.wait()
        for server in self._servers:
            self._close(server)

    def _close(self, server: uvicorn.Server) -> None:
        for listener in server.servers:
            listener.close()
        for connection in list(server.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()


_transports: dict[tuple[str, int], asyncio.Transport] = {}


class _KnownConnections(H11Protocol):
    """Keeps the transport of each connection, so that an answer can be dropped."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client:
            _transports[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.client:
            _transports.pop(self.client, None)
        super().connection_lost(exc)


def _listening_socket() -> socket.socket:
    item = socket.socket()
    item.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    item.bind(("127.0.0.1", 0))
    return item


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_KnownConnections,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=logging.CRITICAL,
        access_log=False,
        timeout_keep_alive=60,
    )
