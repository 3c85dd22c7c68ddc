"""The word lists of the extractors, from `nlu_data/lookup/`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from bot.settings import PROJECT_ROOT

LOOKUP_DIR = PROJECT_ROOT / "nlu_data" / "lookup"


class ListError(ValueError):
    """A list contradicts itself."""


@cache
def read(name: str) -> dict[str, Any]:
    """The whole list `name`, such as "uang"."""
    data: dict[str, Any] = yaml.safe_load((LOOKUP_DIR / f"{name}.yml").read_text("utf-8"))
    return data


@cache
def words(name: str, group: str) -> frozenset[str]:
    """The words of a group, which the list separates by spaces."""
    return frozenset(str(read(name)[group]).split())


@cache
def meanings(name: str, group: str) -> dict[str, Any]:
    """What each word of a group of lists means: {"gaji": "gaji upah"} gives upah -> gaji.

    Raises:
        ListError: A word has two meanings.
    """
    found: dict[str, Any] = {}
    for meaning, said in read(name)[group].items():
        for word in str(said).split():
            if word in found:
                raise ListError(f"{word!r} stands twice under {group} of {name}.yml")
            found[word] = meaning
    return found


def variants(names: Mapping[str, list[str]]) -> dict[str, str]:
    """What each way of writing stands for: {"MY": [Malaysia, malay]} gives malay -> MY.

    Raises:
        ListError: A way of writing stands under two ids, or twice under one.
    """
    found: dict[str, str] = {}
    for id_, ways in names.items():
        for way in ways:
            if way.lower() in found:
                raise ListError(f"{way!r} stands under {found[way.lower()]} and under {id_}")
            found[way.lower()] = id_
    return found
