"""What operators see: health and metrics, numbers only, on a port of their own.

    GET /healthz   200 and "ok", or 503 and what is wrong
    GET /metrics   Prometheus text

Counters of all processes meet in `SULUH_HOME/metrics` (prometheus_client's
multiprocess mode); queue lengths are read from the database when asked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.attachments import store as attachments
from bot.clock import now_ms
from bot.conversation.outbox import count_by_state
from bot.conversation.overdue import Overdue, overdue
from bot.storage.database import Database
from bot.storage.tables import conversations, inbox
from suluh.heartbeat import alive
from suluh.wiring import House

# A message that waits longer than this means that nobody answers.
LONGEST_WAIT_SECONDS = 60

REQUESTS = Counter("suluh_http_requests", "HTTP requests", ["path", "method", "status"])
REQUEST_SECONDS = Histogram(
    "suluh_http_request_seconds",
    "Seconds until an answer began",
    ["path"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5),
)
TURNS = Counter("suluh_turns", "Finished turns", ["channel", "level", "outcome"])
TURN_SECONDS = Histogram(
    "suluh_turn_seconds",
    "Seconds from claim to commit",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5),
)
LINES = Counter("suluh_lines", "Inbound messages answered", ["channel"])

_KNOWN_PATHS = frozenset(
    {"/", "/pesan", "/aliran", "/hapus", "/keluar", "/telegram", "/twilio/pesan", "/twilio/status"}
)


class QueueCollector(Collector):
    """Gauges that are read from the database at the moment of asking."""

    def __init__(self, database: Database, channels: Sequence[str] = ()) -> None:
        self._database = database
        self._channels = channels

    def collect(self) -> Iterator[Metric]:
        with self._database.read() as connection:
            waiting, oldest = connection.execute(
                select(func.count(), func.min(inbox.c.received_at)).where(inbox.c.turn_id.is_(None))
            ).one()
            total = connection.execute(select(func.count()).select_from(conversations)).scalar_one()
            states = count_by_state(connection)
            late = overdue(connection, self._channels)
            files = attachments.count_by_state(connection)
        age = (now_ms() - oldest) / 1000 if oldest else 0.0
        yield GaugeMetricFamily("suluh_inbox_waiting", "Messages not answered yet", waiting)
        yield GaugeMetricFamily("suluh_inbox_oldest_seconds", "Age of the oldest of them", age)
        yield GaugeMetricFamily("suluh_conversations", "Conversations kept", total)
        by_state = GaugeMetricFamily("suluh_outbox", "Replies by state", labels=["state"])
        for state, count in sorted(states.items()):
            by_state.add_metric([state], count)
        yield by_state
        yield from _overdue_gauges(self._channels, late)
        by_reason = GaugeMetricFamily(
            "suluh_attachments", "Files of people by state", labels=["state", "reason"]
        )
        for labels, count in sorted(files.items()):
            by_reason.add_metric(labels, count)
        yield by_reason
        running = GaugeMetricFamily("suluh_processes", "Processes alive", labels=["kind"])
        for kind in ("web", "worker"):
            running.add_metric([kind], alive(self._database, kind))
        yield running


def _overdue_gauges(channels: Sequence[str], late: Sequence[Overdue]) -> Iterator[Metric]:
    """Of every channel, those without trouble too."""
    number = GaugeMetricFamily(
        "suluh_outbox_overdue", "Messages that do not go out", labels=["channel"]
    )
    oldest = GaugeMetricFamily(
        "suluh_outbox_overdue_oldest_seconds", "Age of the oldest of them", labels=["channel"]
    )
    found = {one.channel: one for one in late}
    for channel in channels:
        one = found.get(channel, Overdue(channel, 0, 0.0))
        number.add_metric([channel], one.number)
        oldest.add_metric([channel], one.seconds)
    yield from (number, oldest)


def build_app(house: House) -> Starlette:
    """The operators' application."""

    channels = [channel.name for channel in house.channels()]

    async def healthz(_request: Request) -> Response:
        trouble = await asyncio.to_thread(find_trouble, house.database, channels)
        if trouble:
            return PlainTextResponse(trouble + "\n", status_code=503)
        return PlainTextResponse("ok\n")

    async def metrics(_request: Request) -> Response:
        text = await asyncio.to_thread(_render, house, channels)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/healthz", healthz), Route("/metrics", metrics)])


def find_trouble(database: Database, channels: Sequence[str] = ()) -> str | None:
    """One sentence on what is wrong, or None.

    Args:
        database: Of the installation.
        channels: Those that messages are sent on.
    """
    try:
        if not alive(database, "worker"):
            return "no worker is running: messages are kept, nobody answers"
        with database.read() as connection:
            oldest = connection.execute(
                select(func.min(inbox.c.received_at)).where(inbox.c.turn_id.is_(None))
            ).scalar()
            late = overdue(connection, channels)
    except SQLAlchemyError as error:
        return f"the database does not answer ({type(error).__name__})"
    if oldest and now_ms() - oldest > LONGEST_WAIT_SECONDS * 1000:
        return f"a message has waited for more than {LONGEST_WAIT_SECONDS} s"
    return "; ".join(map(_described, late)) or None


def _described(late: Overdue) -> str:
    are = "message on {} does" if late.number == 1 else "messages on {} do"
    minutes = int(late.seconds / 60)
    return f"{late.number} {are.format(late.channel)} not go out, the oldest for {minutes} min"


def _render(house: House, channels: Sequence[str]) -> bytes:
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(house.settings.metrics_dir))
    registry.register(QueueCollector(house.database, channels))
    return generate_latest(registry)


def request_metrics() -> Middleware:
    return Middleware(_RequestMetrics)


class _RequestMetrics:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        # Only known paths become labels: a path that somebody typed may say anything.
        path = scope["path"] if scope["path"] in _KNOWN_PATHS else "other"

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                REQUESTS.labels(path, scope["method"], message["status"]).inc()
                REQUEST_SECONDS.labels(path).observe(time.perf_counter() - started)
            await send(message)

        await self._app(scope, receive, counted)
