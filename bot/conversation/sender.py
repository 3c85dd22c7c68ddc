"""Takes due replies to the providers, in order within a conversation."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.conversation.inbox import address_place
from bot.conversation.messages import Reply
from bot.conversation.outbox import Claimed, Outbox
from bot.privacy.sealing import SealBroken, Sealer
from bot.storage.database import Database

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
FIRST_RETRY_MS = 1_000
LONGEST_RETRY_MS = 10 * 60_000


class SendError(Exception):
    """Why a provider did not take a message.

    Attributes:
        code: The provider's code, for the table of reasons that staff see.
        retry: Whether a later attempt may succeed.
        after_seconds: The provider's own word on when, if it gave one.
        log: Whether operators should hear of it.
    """

    def __init__(
        self, code: str, *, retry: bool, after_seconds: float | None = None, log: bool = True
    ) -> None:
        super().__init__(code)
        self.code = code
        self.retry = retry
        self.after_seconds = after_seconds
        self.log = log


class Connector(Protocol):
    """A channel that replies are pushed to. The web chat pulls and needs none."""

    def send(self, address: str, reply: Reply) -> str | None:
        """Hands a reply to the provider and gives the provider's id of it.

        Raises:
            SendError: The provider did not take it.
        """


@dataclass
class Sender:
    """Sends what is due on the channels that have a connector."""

    database: Database
    sealer: Sealer
    connectors: Mapping[str, Connector]

    def __post_init__(self) -> None:
        self._outbox = Outbox(self.sealer)

    def send_next(self) -> bool:
        """Sends one message. One at a time: a claim must not run out behind slow others.

        Returns:
            Whether there was one to try.
        """
        if not self.connectors:
            return False
        with self.database.claim() as connection:
            claimed = self._outbox.claim_next(connection, list(self.connectors))
        if claimed is None:
            return False
        try:
            outbound = self._outbox.open(claimed)
            place = address_place(claimed.contact_id)
            address = self.sealer.open(claimed.address_sealed, place).decode()
            provider_id = self.connectors[outbound.channel].send(address, outbound.reply)
        except SealBroken:
            self._record_failure(claimed, SendError("seal", retry=False))
        except SendError as error:
            self._record_failure(claimed, error)
        else:
            with self.database.write() as connection:
                self._outbox.mark_sent(connection, outbound.id, provider_id)
        return True

    def _record_failure(self, claimed: Claimed, error: SendError) -> None:
        attempts, outbound_id = claimed.row.attempts + 1, claimed.row.id
        if error.log:
            logger.warning("not sent: code %s, attempt %d", error.code, attempts)
        with self.database.write() as connection:
            if error.retry and attempts < MAX_ATTEMPTS:
                delay = _retry_delay_ms(attempts, error.after_seconds)
                self._outbox.mark_retry(connection, outbound_id, delay_ms=delay, code=error.code)
            else:
                self._outbox.mark_failed(connection, outbound_id, code=error.code)


def _retry_delay_ms(attempts: int, after_seconds: float | None) -> int:
    if after_seconds is not None:
        return int(after_seconds * 1000)
    return int(min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS))
