"""The stories of `conversations.yml`, and what must be true of each answer in them."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import yaml

Step = dict[str, Any]


class Reader(Protocol):
    """Somebody who receives messages."""

    @property
    def received(self) -> Sequence[Any]: ...


Person = TypeVar("Person", bound=Reader)
STORIES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "conversations.yml").read_text("utf-8")
)

_BUSY = """
    SELECT (SELECT count(*) FROM inbox WHERE turn_id IS NULL)
         + (SELECT count(*) FROM outbox WHERE state IN ('due', 'sending') AND channel <> 'web')
"""


def name(story: dict[str, Any]) -> str:
    return str(story["cerita"])


def check(step: Step, said: Sequence[str], offered: Sequence[str]) -> None:
    """Holds the answer to one message against the story.

    Args:
        step: What was written and what must be true.
        said: The messages that came.
        offered: The titles of their buttons, or of their numbered lists.
    """
    everything = "\n".join(said)
    for words in step.get("memuat", []):
        assert str(words).lower() in everything.lower(), f"{step['kamu']!r} got {said!r}"
    for button in step.get("tombol", []):
        assert button in offered, f"{step['kamu']!r} offered {offered}"
    assert "{" not in everything
    assert bool(said) is not step.get("diam", False), f"{step['kamu']!r} got {said!r}"


def play(
    people: Mapping[str, Person],
    does: Callable[[Person, str], bool],
    settle: Callable[[], None],
    holds: Callable[[Step, list[Any]], None],
) -> dict[str, str]:
    """Plays all stories at once, step by step, so that nobody waits for another's story.

    Args:
        people: Who plays which story, by its name.
        does: Sends what a person writes; False for what cannot be sent on this channel.
        settle: Waits until all is answered.
        holds: Raises AssertionError when the answers to a step are not as told.

    Returns:
        What went wrong first, by the name of the story.
    """
    wrong: dict[str, str] = {}
    for steps in itertools.zip_longest(*(story["langkah"] for story in STORIES)):
        told = [
            (story, step, len(people[story].received))
            for story, step in zip(map(name, STORIES), steps)
            if step and does(people[story], step["kamu"])
        ]
        settle()
        for story, step, before in told:
            try:
                holds(step, list(people[story].received[before:]))
            except AssertionError as trouble:
                wrong.setdefault(story, str(trouble) or step["kamu"])
    return wrong


def wait_until_all_is_said(home: Path, seconds: float = 20.0) -> None:
    """Until a product in `home` has answered everything and sent every answer."""
    database = sqlite3.connect(f"file:{home / 'suluh.db'}?mode=ro", uri=True, timeout=10)
    try:
        deadline = time.monotonic() + seconds
        while database.execute(_BUSY).fetchone()[0]:
            assert time.monotonic() < deadline, "something was not answered or not sent"
            time.sleep(0.01)
    finally:
        database.close()
