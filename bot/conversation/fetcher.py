"""Brings the files that people sent from the providers into the house.

Beside the sender, never in a webhook and never inside a turn: a file may take minutes. At most
two are under way at once, and a file is gone again from memory as soon as it is sealed.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import threading
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Protocol, runtime_checkable

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.attachments import file_keys, store
from bot.attachments.intake import Intake
from bot.attachments.refusal import MAX_BYTES, Reason, Refused
from bot.attachments.store import Claim
from bot.clock import now_ms
from bot.conversation import saying, standing
from bot.conversation.messages import Reply
from bot.conversation.outbox import Outbox
from bot.conversation.sender import Connector, SendError, Then
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage import bell
from bot.storage.database import Database

logger = logging.getLogger(__name__)

AT_ONCE = 2
# Of one file from beginning to end; a slower one is tried again.
FETCH_SECONDS = 300.0
RENEW_SECONDS = store.CLAIM_MS / 3000
# 512 KB go into the database at a time, so that others can write in between.
CHUNKS_AT_ONCE = 8
FIRST_RETRY_MS = 5_000
LONGEST_RETRY_MS = 30 * 60_000
GIVE_UP_MS = 24 * 60 * 60_000
# A file that was so often left half fetched is taken for one that brings processes down.
MAX_ABANDONED = 4
# What was refused for one reason within this time, such as an album, is told once.
SAY_AGAIN_MS = 60_000
LOOK_SECONDS = 0.5
# On the disk of the database.
LEAST_FREE_BYTES = 500_000_000
FULL_DISK_SECONDS = 600.0
AFTER_TROUBLE_SECONDS = 1.0

# The code of a connector that could know the size before.
TOO_LARGE = "too large"

RESPONSES = {
    Reason.TOO_LARGE: "ucapan_berkas_terlalu_besar",
    Reason.TOO_MANY: "ucapan_berkas_terlalu_banyak",
    Reason.KIND: "ucapan_berkas_jenis_lain",
    Reason.CONTACT: "ucapan_kartu_kontak",
    Reason.PIXELS: "ucapan_berkas_gambar_terlalu_besar",
    Reason.DAMAGED: "ucapan_berkas_rusak",
    Reason.GONE: "ucapan_berkas_hilang",
}
_VALUES = {
    Reason.TOO_LARGE: {"ukuran": f"{MAX_BYTES // 1_000_000} MB"},
    Reason.TOO_MANY: {"jumlah": str(store.MAX_IN_A_CONVERSATION)},
}


@runtime_checkable
class FileSource(Protocol):
    """What a connector has beside `Connector` when people can send files on its channel."""

    def fetch(self, source: str) -> AsyncGenerator[bytes, None]:
        """The bytes of a file as they come, in pieces of any length; closed when it is too long.

        Args:
            source: Where it is, as in `Attachment.source`.

        Raises:
            SendError: It cannot be had: now (RETRY), or ever (code `TOO_LARGE` if for that).
        """


class Speaker(Protocol):
    """Who finds the words."""

    def say(self, response: str, channel: str, **values: str) -> Sequence[Reply]:
        """What a response says on a channel. Called from another thread than the turns."""


class _Lost(Exception):
    """Somebody else fetches the file now, or it was deleted."""


class Fetcher:
    """Fetches what waits on the channels that have a connector.

    Args:
        database: Where it waits and is kept.
        sealer: Opens where a provider has it, seals the key of what is in it.
        connectors: Of the channels.
        speaker: Says why a file was refused.
    """

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        connectors: Mapping[str, Connector],
        speaker: Speaker,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._connectors = connectors
        self._channels = list(connectors)
        self._speaker = speaker
        self._outbox = Outbox(sealer)
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, stopping: threading.Event) -> None:
        """Fetches until `stopping` is set; what is under way then is left to others."""
        try:
            while not stopping.is_set():
                try:
                    await self._start()
                    await self._wait()
                except (SQLAlchemyError, OSError) as error:
                    logger.error("files are not looked for: %s", type(error).__name__)
                    await asyncio.sleep(AFTER_TROUBLE_SECONDS)
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _start(self) -> None:
        """Takes what is due while there is room."""
        while len(self._under_way) < AT_ONCE:
            claim = await asyncio.to_thread(store.claim_next, self._database, self._channels)
            if claim is None:
                return
            self._under_way.add(asyncio.create_task(self._fetch(claim)))

    async def _wait(self) -> None:
        if not self._under_way:
            await asyncio.sleep(LOOK_SECONDS)
            return
        _, self._under_way = await asyncio.wait(
            self._under_way, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )

    async def _fetch(self, claim: Claim) -> None:
        """Brings one file in; nothing that happens to it reaches the others."""
        renewal = asyncio.create_task(self._keep_claim(claim))
        try:
            await self._try(claim)
        except asyncio.CancelledError:
            with suppress(SQLAlchemyError):
                store.put_back(self._database, claim, delay_ms=0)
            raise
        except Exception as error:
            # Its own words may hold an address; the class says enough.
            logger.error("a file is left for later: %s", type(error).__name__)
        finally:
            renewal.cancel()

    async def _try(self, claim: Claim) -> None:
        try:
            await asyncio.wait_for(self._take_in(claim), FETCH_SECONDS)
        except _Lost:
            logger.warning("a file on %s was taken over or deleted", claim.channel)
        except Refused as refusal:
            await asyncio.to_thread(self._refuse, claim, refusal.reason)
        except SealBroken:
            await asyncio.to_thread(self._refuse, claim, Reason.GONE)
        except SendError as error:
            await asyncio.to_thread(self._after_error, claim, error)
        except asyncio.TimeoutError:
            await asyncio.to_thread(self._after_error, claim, SendError("timeout", Then.RETRY))
        except Exception as error:
            code = type(error).__name__[:32]
            await asyncio.to_thread(self._after_error, claim, SendError(code, Then.RETRY))

    async def _take_in(self, claim: Claim) -> None:
        if claim.abandoned >= MAX_ABANDONED:
            raise Refused(Reason.DAMAGED)
        if claim.said_size is not None and claim.said_size > MAX_BYTES:
            raise Refused(Reason.TOO_LARGE)
        await asyncio.to_thread(self._require_room, claim)
        # Kept nowhere before the file is whole: what is left half fetched opens for nobody.
        key = file_keys.new()
        intake, writer = Intake(key, claim.id), _Writer(self._database, claim)
        async with aclosing(self._open(claim)) as pieces:
            async for piece in pieces:
                await writer.add(intake.feed(piece))
        await writer.add(await asyncio.to_thread(intake.finish))
        await writer.flush()
        await asyncio.to_thread(self._keep, claim, key, str(intake.media_type), intake.size)

    def _open(self, claim: Claim) -> AsyncGenerator[bytes, None]:
        connector = self._connectors[claim.channel]
        if not isinstance(connector, FileSource):
            raise SendError("no-files", Then.GIVE_UP)
        return connector.fetch(store.open_source(self._sealer, claim))

    def _require_room(self, claim: Claim) -> None:
        if self._database.is_sqlite:
            folder = Path(str(self._database.url.database)).parent
            if shutil.disk_usage(folder).free < LEAST_FREE_BYTES:
                # What people write needs it more than what they send along.
                raise SendError("disk full", Then.RETRY, after_seconds=FULL_DISK_SECONDS)
        with self._database.read() as connection:
            if not store.has_room(connection, claim):
                raise Refused(Reason.TOO_MANY)

    def _keep(self, claim: Claim, key: bytes, media_type: str, size: int) -> None:
        with self._database.write() as connection:
            self._hold(connection, claim)
            if not store.has_room(connection, claim):
                raise Refused(Reason.TOO_MANY)
            in_a_tip = store.keep(
                connection, self._sealer, claim, key, media_type=media_type, size=size
            )
        self._wipe_after(in_a_tip)

    def _refuse(self, claim: Claim, reason: Reason) -> None:
        logger.info("a file on %s was refused: %s", claim.channel, reason.value)
        in_a_tip = False
        with suppress(_Lost), self._database.write() as connection:
            self._hold(connection, claim)
            was_told = store.was_refused_since(
                connection, claim.conversation_id, reason, now_ms() - SAY_AGAIN_MS
            )
            in_a_tip = store.refuse(connection, claim, reason)
            if not was_told and not standing.read(connection, claim.conversation_id).stopped:
                self._tell(connection, claim, reason)
        self._wipe_after(in_a_tip)

    def _wipe_after(self, in_a_tip: bool) -> None:
        """The row named a tip and a conversation until now: no copy of that stays on the disk."""
        if in_a_tip:
            with suppress(SQLAlchemyError):
                self._database.close_words_for_good()

    def _tell(self, connection: Connection, claim: Claim, reason: Reason) -> None:
        values = _VALUES.get(reason, {})
        replies = self._speaker.say(RESPONSES[reason], claim.channel, **values)
        shown = self._connectors[claim.channel].capabilities
        saying.put(connection, self._outbox, claim.conversation_id, claim.channel, replies, shown)
        bell.ring(connection)

    def _after_error(self, claim: Claim, error: SendError) -> None:
        if error.then is not Then.RETRY:
            self._refuse(claim, Reason.TOO_LARGE if error.code == TOO_LARGE else Reason.GONE)
            return
        logger.warning(
            "not fetched on %s: code %s, attempt %d", claim.channel, error.code, claim.attempt
        )
        if now_ms() - claim.created_at >= GIVE_UP_MS:
            self._refuse(claim, Reason.GONE)
            return
        delay_ms = _delay_ms(claim.attempt, error.after_seconds)
        store.put_back(self._database, claim, delay_ms=delay_ms)

    @staticmethod
    def _hold(connection: Connection, claim: Claim) -> None:
        if not (store.lock_conversation(connection, claim) and store.is_held(connection, claim)):
            raise _Lost

    async def _keep_claim(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(SQLAlchemyError):
                await asyncio.to_thread(store.renew, self._database, claim)


class _Writer:
    """Writes the sealed chunks of a file, some at a time."""

    def __init__(self, database: Database, claim: Claim) -> None:
        self._database = database
        self._claim = claim
        self._written = 0
        self._waiting: list[bytes] = []

    async def add(self, chunks: Sequence[bytes]) -> None:
        self._waiting += chunks
        while len(self._waiting) >= CHUNKS_AT_ONCE:
            await self.flush()

    async def flush(self) -> None:
        now, self._waiting = self._waiting[:CHUNKS_AT_ONCE], self._waiting[CHUNKS_AT_ONCE:]
        if not now:
            return
        if not await asyncio.to_thread(
            store.write_chunks, self._database, self._claim, self._written, now
        ):
            raise _Lost
        self._written += len(now)


def _delay_ms(attempts: int, after_seconds: float | None) -> int:
    if after_seconds is not None:
        return int(after_seconds * 1000)
    return int(min(FIRST_RETRY_MS * 2 ** min(attempts - 1, 16), LONGEST_RETRY_MS))
