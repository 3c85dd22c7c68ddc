"""The times of each level, from `nlu_data/petugas/tangga.yml`, which explains them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from bot.settings import PROJECT_ROOT

LADDER_FILE = PROJECT_ROOT / "nlu_data" / "petugas" / "tangga.yml"

GROUP, DUTY, MAIL = "group", "duty", "mail"
WAYS = (GROUP, DUTY, MAIL)
# The ladder of a cry for help that the holder of a conversation does not answer.
BESIDE = "dipegang"


@dataclass(frozen=True)
class Step:
    """Whom to call after so many milliseconds, and whether to tell the person."""

    open_ms: int
    closed_ms: int
    call: tuple[str, ...]
    tell: bool

    def after_ms(self, *, is_open: bool) -> int:
        return self.open_ms if is_open else self.closed_ms


@dataclass(frozen=True)
class Ladder:
    """What is done about a level. Times in milliseconds.

    Attributes:
        lease_ms: How long a holder may be silent before others may take the conversation.
        acknowledged_ms: How long "saya urus" stops further calls.
        unsure_ms: How long it waits for a holder when no word of danger was said.
        pause_ms: How far calls are apart that were answered in between.
    """

    lease_ms: int
    acknowledged_ms: int
    steps: tuple[Step, ...]
    again_ms: int
    times: int
    unsure_ms: int = 0
    pause_ms: int = 0

    def step(self, number: int) -> Step | None:
        """The step of a number from 0 on, the last one so many times more; None after them."""
        if number < len(self.steps):
            return self.steps[number]
        last = self.steps[-1]
        extra = number - len(self.steps) + 1
        if extra > self.times:
            return None
        later = extra * self.again_ms
        return Step(last.open_ms + later, last.closed_ms + later, last.call, tell=False)


def ladders() -> Mapping[str, Ladder]:
    """The ladder of each level."""
    return {level: found for level, found in _all().items() if level != BESIDE}


def targets() -> Mapping[str, int]:
    """Within how many milliseconds a call of each level should be taken: then others are called."""
    return {level: ladder.steps[1].open_ms for level, ladder in ladders().items()}


def beside_holder() -> Ladder:
    """The ladder of a cry for help in a conversation that somebody holds."""
    return _all()[BESIDE]


@lru_cache(maxsize=1)
def _all() -> Mapping[str, Ladder]:
    data = yaml.safe_load(LADDER_FILE.read_text("utf-8"))
    return {name: _ladder(said) for name, said in data.items()}


def _ladder(said: Mapping[str, Any]) -> Ladder:
    steps = (
        Step(
            open_ms=step["open"] * 1000,
            closed_ms=step["closed"] * 1000,
            call=tuple(step["call"]),
            tell=step.get("tell", False),
        )
        for step in said["steps"]
    )
    return Ladder(
        lease_ms=said["lease"] * 1000,
        acknowledged_ms=said["acknowledged"] * 1000,
        steps=tuple(steps),
        again_ms=said["again"] * 1000,
        times=said["times"],
        unsure_ms=said.get("unsure", 0) * 1000,
        pause_ms=said.get("pause", 0) * 1000,
    )
