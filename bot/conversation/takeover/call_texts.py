"""What staff read when they are called, from `nlu_data/petugas/panggilan.yml`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml

from bot.settings import PROJECT_ROOT

TEXTS_FILE = PROJECT_ROOT / "nlu_data" / "petugas" / "panggilan.yml"
# Where the desk shows a conversation of the queue.
DESK_PATH = "/meja/percakapan/"


def link(public_url: str | None, handoff_id: str) -> str:
    """The address of a conversation at the desk, or what to do where the web has no address."""
    if public_url is None:
        return str(_data()["without_link"])
    return f"{public_url.rstrip('/')}{DESK_PATH}{handoff_id}"


def text(way: str, name: str, level: str, where: str = "") -> str:
    """A text of a way, such as `subject` of `mail`; `where` is a link."""
    said = str(_data()[way][name])
    return said.format(tingkat=_data()["tingkat"][level], tautan=where)


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(TEXTS_FILE.read_text("utf-8"))
    return data
