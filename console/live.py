"""Tells open pages of the desk that something changed; they ask for it themselves."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.engine import Connection
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import now_ms
from bot.conversation.takeover import handoffs, transcript
from bot.conversation.takeover.officer import Officers
from bot.privacy.signing_in import sessions
from bot.privacy.unlocked import Unlocked
from bot.storage.bell import BellThread
from bot.storage.database import Database
from bot.storage.tables import handoffs as handoff_rows
from bot.storage.tables import outbox, transcript_readings
from bot.storage.tables import transcript as transcript_rows
from bot.triage import levels
from console.visit import COOKIE

# However often the bell rings, pages are told at most so often.
AT_MOST_EVERY = 0.5
# How often a stream looks whether its session still holds.
LOOK_SECONDS = 15
# How often it is noted that a member has a page open, in however many tabs.
NOTE_SECONDS = 30
PING_SECONDS = 20
# Messages of staff whose way is watched are no older.
WATCHED_MS = 24 * 60 * 60_000


@dataclass(frozen=True)
class State:
    """What a page is told: no word of anybody.

    Attributes:
        menunggu: How many conversations wait.
        darurat: How many of them are a cry for help.
        versi: Another one whenever anything changed that the desk shows.
    """

    menunggu: int
    darurat: int
    versi: str


class Live:
    """One look at the queue for all open pages."""

    def __init__(self, database: Database, officers: Officers) -> None:
        self._database = database
        self._officers = officers
        self._listeners: set[asyncio.Event] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bell = BellThread(database, self._on_ring)
        self._looked_at = 0.0
        # When it was noted last that a member is there.
        self._noted: dict[str, float] = {}
        self._ended = False
        self.state = State(0, 0, "")

    def open(self) -> None:
        """Begins to listen; wants a running event loop."""
        self._loop = asyncio.get_running_loop()
        self._look()
        self._bell.start()

    def end_all(self) -> None:
        """Ends the open streams, so that the server can stop."""
        self._ended = True
        self._wake()

    def close(self) -> None:
        self._bell.stop()

    def route(self) -> Route:
        return Route("/aliran", self.stream)

    async def stream(self, request: Request) -> Response:
        token = request.cookies.get(COOKIE, "")
        if not await run_in_threadpool(self._is_signed_in, token):
            # 204 tells an EventSource to stop asking.
            return Response(status_code=204)
        return EventSourceResponse(self._events(token), ping=PING_SECONDS)

    async def _events(self, token: str) -> AsyncIterator[ServerSentEvent]:
        bell, is_first = asyncio.Event(), not self._listeners
        self._listeners.add(bell)
        try:
            if is_first:
                # While nobody listens nobody looks: what is known may be of yesterday.
                await run_in_threadpool(self._renew)
            told, look_at = "", time.monotonic() + LOOK_SECONDS
            while not self._ended:
                bell.clear()
                if self.state.versi != told:
                    told = self.state.versi
                    yield ServerSentEvent(event="berubah", data=json.dumps(asdict(self.state)))
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(bell.wait(), max(0.0, look_at - time.monotonic()))
                # Not at each bell: all pages would ask at once.
                if time.monotonic() >= look_at:
                    look_at = time.monotonic() + LOOK_SECONDS
                    if not await run_in_threadpool(self._is_signed_in, token):
                        return
        finally:
            self._listeners.discard(bell)

    def _is_signed_in(self, token: str) -> bool:
        session = sessions.find(self._database, token)
        if session is None or session.stage != sessions.OPEN:
            return False
        self._note(session.member)
        return True

    def _note(self, member: Unlocked) -> None:
        now = time.monotonic()
        if now - self._noted.get(member.staff_id, -NOTE_SECONDS) >= NOTE_SECONDS:
            self._noted[member.staff_id] = now
            self._officers.seen(member)

    def _on_ring(self) -> None:
        """Runs in the bell's thread."""
        if not self._listeners or self._loop is None or self._loop.is_closed():
            return
        pause = self._looked_at + AT_MOST_EVERY - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        self._renew()

    def _renew(self) -> None:
        before = self.state.versi
        self._look()
        if self.state.versi != before and self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake)

    def _look(self) -> None:
        self._looked_at = time.monotonic()
        with self._database.read() as connection:
            self.state = _state(connection)

    def _wake(self) -> None:
        for listener in self._listeners:
            listener.set()


def _state(connection: Connection) -> State:
    queue = handoffs.queue(connection)
    waiting = [one for one in queue if one.state == handoffs.WAITING]
    since = now_ms() - WATCHED_MS
    # By the few conversations in which staff wrote lately: the outbox of all is long.
    lately = select(handoff_rows.c.conversation_id).where(
        or_(handoff_rows.c.state != handoffs.ENDED, handoff_rows.c.ended_at > since)
    )
    written = connection.execute(
        select(outbox.c.id, outbox.c.state)
        .where(outbox.c.conversation_id.in_(lately))
        .where(outbox.c.author == transcript.STAFF)
        .where(outbox.c.created_at > since)
        .order_by(outbox.c.id)
    )
    last_said = connection.execute(select(func.max(transcript_rows.c.id))).scalar()
    last_read = connection.execute(select(func.max(transcript_readings.c.id))).scalar()
    shown = [*queue, last_said, last_read, *(tuple(row) for row in written)]
    return State(
        menunggu=len(waiting),
        darurat=sum(one.level == levels.URGENT for one in waiting),
        versi=hashlib.blake2b(repr(shown).encode(), digest_size=8).hexdigest(),
    )
