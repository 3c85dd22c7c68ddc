"""The stories of `conversations.yml`, and what must be true of each answer in them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

Step = dict[str, Any]
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
