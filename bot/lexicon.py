"""The small words of a conversation, from `nlu_data/lookup/percakapan.yml`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import yaml

from bot.settings import PROJECT_ROOT

LEXICON_FILE = PROJECT_ROOT / "nlu_data" / "lookup" / "percakapan.yml"


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(LEXICON_FILE.read_text("utf-8"))
    return data


@cache
def words(group: str) -> frozenset[str]:
    """The words of a group, such as `pembuka`."""
    return frozenset(_data()[group].split())


@lru_cache(maxsize=1)
def ordinals() -> dict[str, int]:
    """Number words: "kedua" is 2."""
    return {word: number for number, said in _data()["urutan"].items() for word in said.split()}


def does_not_know(said: Sequence[str]) -> bool:
    """ "ga tau kak": a no and a word for knowing, and nothing more than an address."""
    rest = {word for word in said if word not in words("sapaan") and word not in words("bukan")}
    return bool(rest) and rest <= words("tahu")
