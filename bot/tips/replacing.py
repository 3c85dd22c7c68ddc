"""Whether a new value takes the place of one that was told before, or only adds to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.tips.questions import KIND, order

OTHER_KIND, UNKNOWN = "lainnya", "tidak_tahu"
STAGE = "tahap"


def stages() -> list[str]:
    """How far it may have come, from the offer to the way back."""
    return [str(option.fills[STAGE]) for option in order().options[STAGE]]


def takes_away(name: str, before: Any, now: Any) -> bool:
    """Whether something that was told of a field is gone with its new value.

    A desa adds to "di ruko biru", a telephone to a name, and "sudah bayar" goes on from an offer.
    """
    if before in (now, UNKNOWN) or (name == KIND and before == OTHER_KIND):
        return False
    if name == STAGE:
        return stages().index(now) < stages().index(before)
    return not _holds(now, before)


def _holds(now: Any, before: Any) -> bool:
    """Whether all that stood there before is still there."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        return all(_holds(now.get(part), value) for part, value in before.items() if value)
    if isinstance(before, str):
        return isinstance(now, str) and before in now
    if isinstance(before, Sequence):
        return set(before) <= set(now or ())
    return bool(before == now)
