"""The sentences that are measured on, and the examples that are trained on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.settings import PROJECT_ROOT

BENCH = PROJECT_ROOT / "bench"
HELDOUT, TUNING, CONTEXT = BENCH / "heldout", BENCH / "tuning", BENCH / "context"
STYLES = ("everyday", "sms", "dialect", "long")
# Everyday messages by another writer, after the rules and examples that the first were measured on.
SECOND = "everyday_second"
HELDOUT_STYLES = ("everyday", SECOND, *STYLES[1:])


@dataclass(frozen=True)
class Item:
    """One sentence, what it means (`faq/<topic>` or a dialog intent) and how urgent it is."""

    text: str
    label: str
    level: str


@dataclass(frozen=True)
class FollowUp:
    """A short question after the answer of a topic; `right` are the topics that serve it."""

    after: str
    text: str
    right: tuple[str, ...]
    part: str


@dataclass(frozen=True)
class TwoWishes:
    """A message, the label that is served first, and the one that is offered then, if any."""

    text: str
    first: str
    other: str | None
    part: str


@dataclass(frozen=True)
class Conversation:
    """Messages in turn; the reply to the last serves when it is one of `right`.

    Where `says` is given, one of these has to stand in that reply. `needs` is what has to be
    remembered from the messages before.
    """

    turns: tuple[str, ...]
    right: tuple[str, ...]
    needs: str
    part: str
    says: tuple[str, ...] = ()


def style(folder: Path, name: str) -> list[Item]:
    """Reads one style of a set."""
    return [Item(**entry) for entry in _read(folder / f"{name}.yml")]


def follow_ups() -> list[FollowUp]:
    return [
        FollowUp(**{**entry, "right": tuple(entry["right"])})
        for entry in _read(CONTEXT / "followups.yml")
    ]


def conversations() -> list[Conversation]:
    return [
        Conversation(
            tuple(entry["turns"]),
            tuple(entry["right"]),
            entry["needs"],
            entry["part"],
            tuple(entry.get("says", ())),
        )
        for entry in _read(CONTEXT / "conversations.yml")
    ]


def two_wishes() -> list[TwoWishes]:
    return [TwoWishes(**entry) for entry in _read(CONTEXT / "two_wishes.yml")]


def examples() -> Iterator[tuple[str, str]]:
    """(text, label) of every training example."""
    for path in sorted((PROJECT_ROOT / "nlu_data").rglob("*.yml")):
        data = _read(path)
        for entry in data.get("nlu", ()) if isinstance(data, dict) else ():
            for line in entry["examples"].splitlines():
                yield line.removeprefix("- ").strip(), entry["intent"]


def classifier_settings() -> dict[str, Any]:
    """What config.yml sets for the classifier."""
    for step in _read(PROJECT_ROOT / "config.yml")["pipeline"]:
        if step["name"].endswith("LinearIntentClassifier"):
            return {name: value for name, value in step.items() if name != "name"}
    raise LookupError("config.yml names no LinearIntentClassifier")


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))
