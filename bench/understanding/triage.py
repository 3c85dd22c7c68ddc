"""How urgent messages are taken to be: `python -m bench.understanding.triage`, and `make eval`.

Measured on `bench/heldout/triage.yml`; with `--tuning` on the set on which the bounds were chosen.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bench.understanding.sets import HELDOUT, TUNING
from bot import settings as settings_module
from bot.engine.assistant import Assistant
from bot.triage.levels import ORDINARY, SERIOUS, URGENT

NAME = "triage.yml"


class Message(NamedTuple):
    """A message and the level that was given to it; `part` is what it is an example of."""

    text: str
    level: str
    part: str


def read(folder: Path) -> list[Message]:
    return [Message(**entry) for entry in yaml.safe_load((folder / NAME).read_text("utf-8"))]


def measure(assistant: Assistant, messages: Sequence[Message]) -> dict[str, Any]:
    """Shares, 0 to 1, and for each part how its messages were taken."""
    taken = [(message, assistant.understand(message.text).level) for message in messages]

    def share(of: Sequence[str], as_: Sequence[str]) -> float:
        levels = [level for message, level in taken if message.level in of]
        return sum(level in as_ for level in levels) / len(levels)

    parts: dict[tuple[str, str], list[str]] = {}
    for message, level in taken:
        parts.setdefault((message.level, message.part), []).append(level)
    return {
        "count": {
            level: sum(m.level == level for m in messages) for level in (URGENT, SERIOUS, ORDINARY)
        },
        "urgent": share([URGENT], [URGENT]),
        "urgent_unnoticed": share([URGENT], [ORDINARY]),
        "serious": share([URGENT, SERIOUS], [URGENT, SERIOUS]),
        "raised": share([ORDINARY], [URGENT]),
        "noticed": share([ORDINARY], [SERIOUS]),
        "parts": [
            (level, part, len(found), sum(one == level for one in found) / len(found))
            for (level, part), found in sorted(parts.items())
        ],
    }


def show(found: dict[str, Any]) -> None:
    print(
        f"darurat found {found['urgent']:.3f} (taken for biasa {found['urgent_unnoticed']:.3f}), "
        f"tinggi or above {found['serious']:.3f}, "
        f"biasa raised to darurat {found['raised']:.3f}, to tinggi {found['noticed']:.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tuning", action="store_true")
    folder = TUNING if parser.parse_args().tuning else HELDOUT
    found = measure(load_assistant(), read(folder))
    show(found)
    for level, part, count, right in found["parts"]:
        print(f"  {level:<8} {part:<17} {count:>3}  {right:.2f}")


def load_assistant() -> Assistant:
    from suluh import wiring

    return wiring.load_assistant(settings_module.load())


if __name__ == "__main__":
    main()
