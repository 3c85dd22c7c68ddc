"""The web process: public pages on one port, health and metrics on another."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.conversation.door import Door
from bot.conversation.reports import Reports
from bot.conversation.takeover.acknowledgement import Acknowledgements
from bot.knowledge import facts
from channels import registry
from channels.contract import Channel, Gate
from channels.web.app import WebChat
from channels.web.history import History
from channels.web.streams import Streams
from console.app import Desk
from suluh import operations
from suluh.heartbeat import Heartbeat
from suluh.wiring import House

logger = logging.getLogger(__name__)

SHUTDOWN_SECONDS = 5
SWITCH_SECONDS = 0.0005


def build_app(house: House, channels: Sequence[Channel], streams: Streams, desk: Desk) -> Starlette:
    """The public application, with the desk of staff beside it."""
    door = Door(house.inbox)
    history = History(house.database, house.sealer, house.address_book, house.inbox)
    chat = WebChat(door, history, streams, facts.placeholders(), house.settings.public_url)
    reports = Reports(house.database, house.sealer, house.inbox)
    gate = Gate(door, reports, Acknowledgements(house.database))

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        door.open()
        streams.open()
        desk.live.open()
        async with contextlib.AsyncExitStack() as running:
            for channel in channels:
                await running.enter_async_context(channel.background(gate))
            yield
        await door.close()
        streams.close()
        desk.live.close()

    webhooks = [route for channel in channels for route in channel.routes(gate)]
    return Starlette(
        routes=[*webhooks, *desk.routes(), Mount("/", chat.app())],
        middleware=[operations.request_metrics()],
        lifespan=lifespan,
    )


def serve(house: House, *, host: str, port: int, operations_port: int | None) -> None:
    """Serves until SIGTERM or SIGINT; messages already at the door are committed first."""
    channels, streams = house.channels(), Streams(house.database)
    shown = registry.capabilities(channels)
    desk = Desk(house.vault, shown, house.settings.public_url)
    public = uvicorn.Server(_config(build_app(house, channels, streams, desk), host, port))
    servers = [public]
    if operations_port is not None:
        servers.append(
            uvicorn.Server(_config(operations.build_app(house), "127.0.0.1", operations_port))
        )
    # The event loop and the door's thread hand the interpreter over faster than every 5 ms,
    # which is what a message would otherwise wait for.
    sys.setswitchinterval(SWITCH_SECONDS)
    with Heartbeat(house.database, "web"):
        asyncio.run(_serve_all(servers, streams.end_all, desk.live.end_all))


async def _serve_all(servers: list[uvicorn.Server], *end_streams: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.should_exit = True
        for end in end_streams:
            end()

    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop)
    # `_serve` is `serve` without uvicorn's own signal handlers: two servers share ours.
    await asyncio.gather(*(server._serve() for server in servers))


def _config(app: Starlette, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        ws="none",
        server_header=False,
        # A forwarded header is never believed; addresses of visitors are not wanted.
        proxy_headers=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
