"""Takes due replies to the providers, in order within a conversation.

Many are on their way at once, one of each conversation. What became of them is written
down together. A reply may arrive twice when this process dies between the provider's answer
and that commit, or when the provider's answer is lost; it never fails to arrive for that.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from sqlalchemy.engine import Connection, Row

from bot.clock import now_ms
from bot.conversation import standing
from bot.conversation.capabilities import Capabilities
from bot.conversation.inbox import address_place
from bot.conversation.limits import Bucket, Buckets, Rate
from bot.conversation.messages import Reply
from bot.conversation.outbox import FOR_WINDOW, STOPPED, Claimed, Outbox
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage.bell import Listener
from bot.storage.database import PASSING_TROUBLE, Database
from bot.storage.locks import ProcessLock, lock_conversations

logger = logging.getLogger(__name__)

FIRST_RETRY_MS = 1_000
LONGEST_RETRY_MS = 10 * 60_000
# A provider may be down for a night; an answer older than this helps nobody any more.
GIVE_UP_MS = 24 * 60 * 60_000
# So many messages of all channels are on their way at once.
MAX_ON_THE_WAY = 32
# Longer than this no provider is waited for; well under the time of a claim.
SEND_SECONDS = 20.0
# While something is on its way, new messages are looked for this often.
LOOK_SECONDS = 0.02
LONGEST_SLEEP = 1.0
# Another process may have died that sent on a channel: asked for this often.
LOCK_SECONDS = 1.0
# At most so many people are asked at once to write; whoever could not be asked, later.
MAX_REOPENING = 8
REOPEN_SECONDS = 60.0
# Trouble of the database or the disk, which passes.
PASSING = (*PASSING_TROUBLE, sqlite3.Error, OSError)
# This long before a window closes it counts as closed.
WINDOW_MARGIN_MS = 60_000


class Then(Enum):
    """What follows when a provider does not take a message."""

    RETRY = "retry"
    GIVE_UP = "give up"
    # Its buttons cannot be shown: it goes out once more with a list in its text.
    AS_TEXT = "as text"
    # Nothing reaches this person until he or she writes again: blocked, or no such number.
    UNREACHABLE = "unreachable"
    # The person told the provider to stop our messages.
    STOPPED = "stopped"
    # Only a template may be sent now; the message waits until the person writes.
    WINDOW_CLOSED = "window closed"


class SendError(Exception):
    """Why a provider did not take a message.

    Attributes:
        code: The provider's code, for the table of reasons that staff see.
        then: What follows.
        after_seconds: The provider's own word on when to try again, if it gave one.
        whole_channel: That word holds for everybody, not for this person only.
        most_attempts: It is given up after so many, where each costs money; None for no
            other end than time.
    """

    def __init__(
        self,
        code: str,
        then: Then,
        *,
        after_seconds: float | None = None,
        whole_channel: bool = False,
        most_attempts: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.then = then
        self.after_seconds = after_seconds
        self.whole_channel = whole_channel
        self.most_attempts = most_attempts

    def may_be_tried_again(self, *, attempts: int, age_ms: int) -> bool:
        """Whether another attempt is worth it after so many, for a message of this age."""
        enough = self.most_attempts is not None and attempts >= self.most_attempts
        return self.then is Then.RETRY and not enough and age_ms < GIVE_UP_MS


class Connector(Protocol):
    """A channel that replies are pushed to. The web chat pulls and needs none."""

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def rate(self) -> Rate: ...

    async def send(self, address: str, reply: Reply, outbound_id: int) -> str | None:
        """Hands a message to the provider and gives the provider's id of it.

        Args:
            address: Whom it goes to.
            reply: The message, as short as `capabilities` says.
            outbound_id: Our own id, by which status callbacks name it.

        Raises:
            SendError: The provider did not take it.
        """

    async def reopen(self, address: str) -> None:
        """Asks a person to write, with a template, because the window is closed.

        Raises:
            SendError: No template is set up, or the provider did not take it.
        """

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Delivery:
    """What became of a message that was on its way."""

    claimed: Claimed
    provider_id: str | None = None
    error: SendError | None = None


class Sender:
    """Sends what is due on the channels that have a connector.

    Of several processes one sends on a channel, so that one keeps to the channel's rate.
    """

    def __init__(
        self, database: Database, sealer: Sealer, connectors: Mapping[str, Connector]
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._outbox = Outbox(sealer)
        self._connectors = connectors
        self._locks = {name: ProcessLock(database, f"send-{name}") for name in connectors}
        self._channels = {
            # Small: what it holds may leave in the first second beside what comes back in it.
            name: Bucket(connector.rate.per_second, max(1.0, connector.rate.per_second / 20))
            for name, connector in connectors.items()
        }
        self._people = {name: Buckets(c.rate) for name, c in connectors.items()}
        self._on_the_way: set[asyncio.Task[Delivery]] = set()
        self._mine: list[str] = []
        self._locks_asked_at = float("-inf")
        self._people_asked_at = float("-inf")
        self._reopening: set[asyncio.Task[None]] = set()
        self._not_before: dict[str, float] = {}

    async def run(self, listener: Listener, stopping: threading.Event) -> None:
        """Sends until `stopping` is set; what is on its way is waited for."""
        try:
            while not stopping.is_set():
                await self._step(listener)
        finally:
            # Also after trouble: what the provider took must not be sent once more.
            while self._on_the_way:
                await self._settle(await self._arrived(timeout=SEND_SECONDS))
            for task in self._reopening:
                task.cancel()
            self.release()
            for connector in self._connectors.values():
                await connector.close()

    def release(self) -> None:
        """Leaves the channels to other processes."""
        for lock in self._locks.values():
            lock.release()
        self._mine = []
        # Asked for anew at the next step.
        self._locks_asked_at = float("-inf")

    async def _step(self, listener: Listener) -> None:
        # First what has arrived: its claim may have run out meanwhile.
        await self._settle(await self._arrived(timeout=0))
        started = self._start_due()
        self._ask_people_to_write()
        if self._on_the_way:
            await self._settle(await self._arrived(timeout=LOOK_SECONDS))
        elif not started:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(None, listener.wait, self._sleep())

    def _sleep(self) -> float:
        """Seconds until something may be due or may be sent."""
        seconds = LONGEST_SLEEP if self._mine else LOCK_SECONDS
        with self._database.read() as connection:
            for name in self._mine:
                due_in = self._outbox.seconds_until_due(connection, [name])
                if due_in is not None:
                    seconds = min(seconds, max(due_in, self._channels[name].seconds_until_one()))
        return max(LOOK_SECONDS, seconds)

    def _start_due(self) -> bool:
        """Starts what is due and allowed; whether there was any."""
        self._ask_for_locks()
        started = False
        for channel in self._mine:
            room = MAX_ON_THE_WAY - len(self._on_the_way)
            limit = min(room, self._channels[channel].available())
            for claimed in self._claim(channel, limit):
                started = True
                task = asyncio.create_task(self._deliver(claimed))
                self._on_the_way.add(task)
        return started

    def _ask_for_locks(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._locks_asked_at < LOCK_SECONDS:
            return
        self._locks_asked_at = now
        mine = [name for name, lock in self._locks.items() if lock.hold()]
        taken_over = [name for name in mine if name not in self._mine]
        # A lock on a file ends only with its process, so whoever sent there before is gone. A
        # session of PostgreSQL may end alone: there the claims have to run out.
        if taken_over and self._database.is_sqlite:
            with self._database.claim() as connection:
                self._outbox.take_over(connection, taken_over)
        self._mine = mine

    def _claim(self, channel: str, limit: int) -> Sequence[Claimed]:
        if limit < 1:
            return ()
        with self._database.read() as connection:
            if not self._outbox.is_due(connection, [channel]):
                return ()
        with self._database.claim() as connection:
            claimed = self._outbox.claim(connection, [channel], limit)
            return [one for one in claimed if self._may_go_now(connection, one)]

    def _may_go_now(self, connection: Connection, claimed: Claimed) -> bool:
        """Keeps to what one person may be sent a second; puts back what has to wait."""
        row = claimed.row
        person = self._people[row.channel].of(row.conversation_id)
        if person.available() < 1:
            wait_ms = int(person.seconds_until_one() * 1000) + 1
            self._outbox.mark_retry(connection, row.id, delay_ms=wait_ms, code=None)
            return False
        person.take()
        self._channels[row.channel].take()
        return True

    async def _deliver(self, claimed: Claimed) -> Delivery:
        try:
            return await self._try(claimed)
        except SendError as error:
            return Delivery(claimed, error=error)
        except SealBroken:
            return Delivery(claimed, error=SendError("seal", Then.GIVE_UP))
        except asyncio.TimeoutError:
            return Delivery(claimed, error=SendError("timeout", Then.RETRY))
        except Exception as error:
            # Its own words may quote a person; the class says enough.
            code = type(error).__name__[:32]
            return Delivery(claimed, error=SendError(code, Then.RETRY))

    async def _try(self, claimed: Claimed) -> Delivery:
        outbound = self._outbox.open(claimed)
        connector = self._connectors[outbound.channel]
        if claimed.row.unreachable_code:
            raise SendError(claimed.row.unreachable_code, Then.UNREACHABLE)
        if _window_is_closed(claimed, connector.capabilities):
            raise SendError("window", Then.WINDOW_CLOSED)
        address = self._address(claimed.address_sealed, claimed.contact_id)
        sending = connector.send(address, outbound.reply, outbound.id)
        return Delivery(claimed, provider_id=await asyncio.wait_for(sending, SEND_SECONDS))

    def _address(self, sealed: bytes, contact_id: str) -> str:
        return self._sealer.open(sealed, address_place(contact_id)).decode()

    async def _arrived(self, *, timeout: float) -> Sequence[Delivery]:
        if not self._on_the_way:
            return ()
        done, self._on_the_way = await asyncio.wait(
            self._on_the_way, timeout=timeout, return_when=asyncio.FIRST_COMPLETED
        )
        return [task.result() for task in done]

    async def _settle(self, deliveries: Sequence[Delivery]) -> None:
        """Writes down together what became of messages."""
        while deliveries:
            try:
                # Power that fails at this moment costs a message sent twice, no more.
                with self._database.claim() as connection:
                    self._lock(connection, deliveries)
                    for delivery in sorted(deliveries, key=_number):
                        self._note(connection, delivery)
                return
            except PASSING as error:
                # They were sent: that must not be forgotten, or they are sent again.
                logger.error("what was sent is noted again: %s", type(error).__name__)
                await asyncio.sleep(LONGEST_SLEEP)
            except Exception as error:
                if len(deliveries) == 1:
                    logger.error(
                        "what became of a message cannot be noted: %s", type(error).__name__
                    )
                    self._note_only_that(deliveries[0])
                    return
                # One of them must not take the others with it.
                for delivery in deliveries:
                    await self._settle([delivery])
                return

    def _lock(self, connection: Connection, deliveries: Sequence[Delivery]) -> None:
        """What failed may change more than its own row."""
        failed = {d.claimed.row.conversation_id for d in deliveries if d.error is not None}
        if failed:
            lock_conversations(connection, failed)
            self._outbox.lock(connection, [_number(d) for d in deliveries], failed)

    def _note_only_that(self, delivery: Delivery) -> None:
        """The least that has to be known: whether it left."""
        outbound_id = delivery.claimed.row.id
        with suppress(Exception), self._database.claim() as connection:
            if delivery.error is None:
                self._outbox.mark_sent(connection, outbound_id, None)
            else:
                self._outbox.mark_failed(connection, outbound_id, code=delivery.error.code[:32])

    def _note(self, connection: Connection, delivery: Delivery) -> None:
        row, error = delivery.claimed.row, delivery.error
        if error is None:
            self._outbox.mark_sent(connection, row.id, delivery.provider_id)
            return
        attempts = row.attempts + 1
        logger.warning("not sent on %s: code %s, attempt %d", row.channel, error.code, attempts)
        if error.whole_channel:
            self._channels[row.channel].pause(error.after_seconds or 1.0)
        note_failure(connection, self._outbox, row, error, attempts)

    def _ask_people_to_write(self) -> None:
        """Where a window is closed: once, however many replies wait behind it."""
        now = asyncio.get_running_loop().time()
        if now - self._people_asked_at < LONGEST_SLEEP:
            return
        self._people_asked_at = now
        with_windows = [
            name
            for name in self._mine
            if self._connectors[name].capabilities.window_seconds is not None
        ]
        if not with_windows:
            return
        with self._database.read() as connection:
            closed = standing.closed_windows(connection, with_windows)
        for row in closed:
            if len(self._reopening) >= MAX_REOPENING:
                return
            if self._not_before.get(row.conversation_id, now) <= now:
                self._channels[row.channel].take()
                task = asyncio.create_task(self._reopen(row))
                self._reopening.add(task)
                task.add_done_callback(self._reopening.discard)

    async def _reopen(self, row: Row) -> None:
        conversation_id = row.conversation_id
        try:
            with self._database.write() as connection:
                if not standing.begin_reopening(connection, conversation_id):
                    return
            address = self._address(row.address_sealed, row.contact_id)
            reopening = self._connectors[row.channel].reopen(address)
            await asyncio.wait_for(reopening, SEND_SECONDS)
            self._not_before.pop(conversation_id, None)
        except SendError as error:
            logger.warning("no template sent on %s: code %s", row.channel, error.code)
            self._ask_again_later(conversation_id, error)
        except Exception as error:
            logger.warning("no template sent on %s: %s", row.channel, type(error).__name__)
            self._ask_again_later(conversation_id, SendError("reopen", Then.RETRY))

    def _ask_again_later(self, conversation_id: str, error: SendError) -> None:
        wait = max(REOPEN_SECONDS, error.after_seconds or 0)
        self._not_before[conversation_id] = asyncio.get_running_loop().time() + wait
        with suppress(*PASSING), self._database.write() as connection:
            lock_conversations(connection, [conversation_id])
            if error.then in (Then.UNREACHABLE, Then.STOPPED):
                nothing_more(connection, self._outbox, conversation_id, error)
            else:
                standing.reopen_later(connection, conversation_id)


def note_failure(
    connection: Connection, outbox: Outbox, row: Row, error: SendError, attempts: int
) -> None:
    """Writes down why a message did not arrive, and what follows for the conversation.

    The conversation is locked, and so is what waits in it (`Outbox.lock`).

    Args:
        connection: The transaction.
        outbox: Moves the row.
        row: Of the message, all columns of the outbox.
        error: The reason.
        attempts: How often it was tried, this time included.
    """
    outbound_id, conversation_id = row.id, row.conversation_id
    person = standing.read(connection, conversation_id)
    wrote_since = (person.heard_at or 0) > row.created_at
    if person.stopped_at is not None and row.created_at < person.stopped_at:
        # Asked to stop while it was on its way.
        outbox.mark_failed(connection, outbound_id, code=STOPPED)
    elif error.may_be_tried_again(attempts=attempts, age_ms=now_ms() - row.created_at):
        delay = _retry_delay_ms(attempts, error.after_seconds)
        outbox.mark_retry(connection, outbound_id, delay_ms=delay, code=error.code)
    elif error.then is Then.WINDOW_CLOSED:
        outbox.hold(connection, outbound_id, FOR_WINDOW, code=error.code)
        if wrote_since:
            # The person wrote meanwhile and opened it again.
            outbox.release(connection, conversation_id, FOR_WINDOW)
    elif error.then is Then.AS_TEXT and outbox.put_choices_into_text(connection, row):
        outbox.mark_retry(connection, outbound_id, delay_ms=0, code=error.code)
    elif error.then is Then.STOPPED or (error.then is Then.UNREACHABLE and not wrote_since):
        nothing_more(connection, outbox, conversation_id, error)
    else:
        outbox.mark_failed(connection, outbound_id, code=error.code)


def nothing_more(
    connection: Connection, outbox: Outbox, conversation_id: str, error: SendError
) -> None:
    """Nothing that waits will arrive, until the person writes or says MULAI.

    The conversation is locked.

    Args:
        connection: The transaction.
        outbox: Fails what waits.
        conversation_id: Whose.
        error: Why, with `Then.STOPPED` or `Then.UNREACHABLE`.
    """
    outbox.fail_all(connection, conversation_id, code=error.code)
    if error.then is Then.STOPPED:
        standing.stop(connection, conversation_id)
    else:
        standing.set_unreachable(connection, conversation_id, error.code)


def _number(delivery: Delivery) -> int:
    return int(delivery.claimed.row.id)


def _window_is_closed(claimed: Claimed, channel: Capabilities) -> bool:
    if channel.window_seconds is None:
        return False
    heard_at = claimed.row.heard_at
    closes_at = (heard_at or 0) + channel.window_seconds * 1000
    return bool(now_ms() > closes_at - WINDOW_MARGIN_MS)


def _retry_delay_ms(attempts: int, after_seconds: float | None) -> int:
    if after_seconds is not None:
        return int(after_seconds * 1000)
    return int(min(FIRST_RETRY_MS * 2 ** min(attempts - 1, 16), LONGEST_RETRY_MS))
