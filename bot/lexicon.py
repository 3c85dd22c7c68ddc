"""The small words of a conversation, from `nlu_data/lookup/`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import yaml

from bot.settings import PROJECT_ROOT

LEXICON_FILE = PROJECT_ROOT / "nlu_data" / "lookup" / "percakapan.yml"
CHANNELS_FILE = PROJECT_ROOT / "nlu_data" / "lookup" / "saluran.yml"

_LETTERS = re.compile(r"[^\W_]+")


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


@lru_cache(maxsize=1)
def _channels() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(CHANNELS_FILE.read_text("utf-8"))
    return data


def line(name: str) -> str:
    """A short line that is put under a message, such as `balas_lanjut`."""
    return str(_channels()["tulisan"][name])


def channel_texts(name: str) -> dict[str, Any]:
    """What only one channel says, such as the commands of `telegram`."""
    texts: dict[str, Any] = _channels()[name]
    return texts


def is_keyword(group: str, text: str) -> bool:
    """Whether a whole message is one of the keywords of a group: "STOP.", "/stop"."""
    return as_said(text) in _channels()["kata_utuh"][group]


def as_said(text: str) -> str:
    """A message without capitals and punctuation."""
    return " ".join(_LETTERS.findall(text.lower()))
