"""Reads the content the way its writers see it: topics, examples, responses, facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge import facts
from bot.settings import PROJECT_ROOT

NLU_DATA = PROJECT_ROOT / "nlu_data"
DOMAIN = PROJECT_ROOT / "bot" / "domain"
TIP_TEXTS_FILE = NLU_DATA / "laporan" / "ucapan.yml"
CATALOGUE_FILE = Path(__file__).with_name("catalogue_ids.yml")

AREAS = {"hukum", "migrasi", "tanda", "bantuan"}
# A row in a WhatsApp list holds no more.
MAX_TITLE = 24
# A day of slack: the writer may be east of the machine that checks.
TOMORROW = datetime.now(timezone.utc).date() + timedelta(days=1)

PLACEHOLDER = re.compile(r"\{(\w+)\}")


class OneOfEach(yaml.SafeLoader):
    """YAML without repeated keys, of which the stock loader silently keeps the last."""


def _mapping_of_one_of_each(loader: OneOfEach, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise yaml.constructor.ConstructorError(
            None, None, f"repeats {', '.join(map(str, twice))}", node.start_mark
        )
    return dict(loader.construct_mapping(node, deep=True))


OneOfEach.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_of_one_of_each)


def load(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), Loader=OneOfEach)


@dataclass(frozen=True)
class Topic:
    """One file of `nlu_data/faq/<area>/`.

    Attributes:
        text: The answer as it is written, with its placeholders.
        sms: The answer by SMS, or an empty text.
        metadata: title, next, sources, reviewed.
    """

    id: str
    area: str
    examples: tuple[str, ...]
    text: str
    sms: str
    metadata: dict[str, Any]

    def __repr__(self) -> str:
        return f"{self.area}/{self.id}"


@cache
def topics() -> tuple[Topic, ...]:
    return tuple(_read_topic(path) for path in sorted((NLU_DATA / "faq").rglob("*.yml")))


def _read_topic(path: Path) -> Topic:
    data = load(path)
    ((intent, examples),) = _examples_by_intent(data)
    ((name, variants),) = data["responses"].items()
    if not intent == f"faq/{path.stem}" == name.removeprefix("utter_"):
        raise ValueError(f"{path.name} holds the examples of {intent} and the answer {name}")
    (main,) = [variant for variant in variants if "channel" not in variant]
    (sms,) = [variant for variant in variants if variant.get("channel") == "sms"] or [{"text": ""}]
    return Topic(
        id=path.stem,
        area=path.parent.name,
        examples=tuple(examples),
        text=main["text"],
        sms=sms["text"],
        metadata=main.get("metadata") or {},
    )


@cache
def dialog_examples() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((NLU_DATA / "dialog").glob("*.yml")):
        for intent, examples in _examples_by_intent(load(path)):
            found[intent] = found.get(intent, ()) + tuple(examples)
    return found


def _examples_by_intent(data: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for entry in data["nlu"]:
        lines = [line for line in entry["examples"].splitlines() if line.strip()]
        strays = [line for line in lines if not line.startswith("- ")]
        if strays:
            raise ValueError(f"no example: {strays[0]!r}")
        yield entry["intent"], [line.removeprefix("- ").strip() for line in lines]


@cache
def responses() -> dict[str, list[dict[str, Any]]]:
    """What is said outside of the topics: by a rule (`utter_*`) or the engine (`ucapan_*`)."""
    return {
        **load(DOMAIN / "responses.yml")["responses"],
        **load(NLU_DATA / "ucapan.yml")["ucapan"],
        **load(TIP_TEXTS_FILE)["ucapan"],
    }


@cache
def tip_states() -> dict[str, str]:
    """What a reporter is told of each state of a report."""
    states: dict[str, str] = load(TIP_TEXTS_FILE)["status"]
    return states


@cache
def catalogue() -> dict[str, Any]:
    """Ids of topics by area (`faq`) and of dialog intents (`dialog`)."""
    data = load(CATALOGUE_FILE)
    return {
        "faq": {area: ids.split() for area, ids in data["faq"].items()},
        "dialog": data["dialog"].split(),
    }


def topic_ids() -> set[str]:
    return {topic for ids in catalogue()["faq"].values() for topic in ids}


def fact_entries() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Kind (`contacts` or `facts`), name, and entry of every fact."""
    for path in sorted(facts.FACTS_DIR.glob("*.yml")):
        for kind, entries in load(path).items():
            for name, entry in entries.items():
                yield kind, name, entry


def filled(text: str) -> str:
    """`text` as a person reads it. Raises KeyError for a name that no fact has."""
    return PLACEHOLDER.sub(lambda match: facts.placeholders()[match[1]], text)


def is_day(value: Any) -> bool:
    """An ISO date that is not in the future."""
    return isinstance(value, str) and date.fromisoformat(value) <= TOMORROW
