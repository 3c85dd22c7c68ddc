"""The updates of `updates.yml`, and ways to spoil them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]
Place = tuple[str | int, ...]

TABLE: list[Json] = yaml.safe_load((Path(__file__).parent / "updates.yml").read_text("utf-8"))
# Through JSON: what YAML says once stands in each of them by itself.
UPDATES: dict[str, Json] = {row["nama"]: json.loads(json.dumps(row["update"])) for row in TABLE}
PEOPLE = {"ani": 5501234567, "grup": -4812345678}


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Where something stands in JSON, the whole of it first."""
    yield at
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*at, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*at, number))


def changed(update: Any, place: Place, value: Any) -> Any:
    """A copy of the update with something else at a place."""
    if not place:
        return value
    spoiled = copy.deepcopy(update)
    owner = spoiled
    for step in place[:-1]:
        owner = owner[step]
    owner[place[-1]] = value
    return spoiled


def without(update: Any, place: Place) -> Any:
    """A copy of the update with nothing at a place."""
    spoiled = copy.deepcopy(update)
    owner = spoiled
    for step in place[:-1]:
        owner = owner[step]
    del owner[place[-1]]
    return spoiled


def with_one_value_changed(
    update: Json, choose: Callable[[Sequence[Place]], Place], value: Any
) -> Any:
    return changed(update, choose(list(places(update))), value)
