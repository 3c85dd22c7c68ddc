"""Why a file is not kept."""

from __future__ import annotations

from enum import Enum

# More than this is TOO_LARGE.
MAX_BYTES = 10_000_000


class Reason(Enum):
    """As it stands in the table. A person hears each in words of its own."""

    TOO_LARGE = "too large"
    TOO_MANY = "too many"
    # Not one of the kinds that staff can open without danger.
    KIND = "kind"
    # The number of somebody who did not ask for it.
    CONTACT = "contact card"
    # More pixels than are ever decoded.
    PIXELS = "pixels"
    DAMAGED = "damaged"
    # The provider has it no more, or could not be reached for a day.
    GONE = "gone"


class Refused(Exception):
    """A file cannot be accepted."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
