"""The servers of the doubles: quick, bounded, and gone without a trace when they stop."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import threading
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.doubles.loopback import LARGEST_BODY, Hangup, LoopbackServers


async def _echo(request: Request) -> Response:
    return Response(await request.body())


async def _port(request: Request) -> Response:
    assert request.client
    return PlainTextResponse(str(request.client.port))


async def _hang_up(_request: Request) -> Hangup:
    return Hangup()


async def _never(_request: Request) -> Response:
    await asyncio.sleep(600)
    raise AssertionError


ROUTES = [
    Route("/echo", _echo, methods=["POST"]),
    Route("/port", _port),
    Route("/hang-up", _hang_up),
    Route("/never", _never),
]


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    servers = LoopbackServers(Starlette(routes=ROUTES))
    servers.start()
    with httpx.Client(base_url=servers.urls[0], trust_env=False, verify=False) as client:
        yield client
    servers.stop()


def test_an_answer_waits_for_no_packet(client: httpx.Client) -> None:
    """With Nagle's algorithm each answer on a kept connection would take 40 ms."""
    seconds = []
    for _ in range(9):
        began = time.monotonic()
        assert client.post("/echo", content=b"halo").content == b"halo"
        seconds.append(time.monotonic() - began)
    assert statistics.median(seconds) < 0.03


def test_a_connection_is_kept(client: httpx.Client) -> None:
    assert len({client.get("/port").text for _ in range(3)}) == 1


def test_a_body_is_bounded(client: httpx.Client) -> None:
    assert client.post("/echo", content=bytes(LARGEST_BODY + 1)).status_code == 413
    assert client.post("/echo", content=b"halo").status_code == 200


def test_a_hangup_closes_only_its_own_connection(client: httpx.Client) -> None:
    port = client.get("/port").text
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(client.base_url.join("/hang-up"), trust_env=False, verify=False)
    assert client.get("/port").text == port


def test_servers_stop_with_what_was_under_way_and_leave_the_lifespans() -> None:
    seen: list[str] = []

    def app(name: str) -> Starlette:
        @contextlib.asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            seen.append(f"{name} begins")
            yield
            seen.append(f"{name} ends")

        return Starlette(routes=ROUTES, lifespan=lifespan)

    before = threading.active_count()
    servers = LoopbackServers(app("a"), app("b"))
    servers.start()
    stopper = threading.Timer(0.1, servers.stop)
    stopper.start()
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"{servers.urls[1]}/never", trust_env=False, verify=False)
    stopper.join()
    assert seen == ["a begins", "b begins", "b ends", "a ends"]
    assert threading.active_count() == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(servers.urls[0], trust_env=False, verify=False)


def test_an_application_that_cannot_begin_says_why() -> None:
    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        raise RuntimeError("no room")
        yield

    with pytest.raises(RuntimeError, match="no room"):
        LoopbackServers(Starlette(lifespan=lifespan)).start()
