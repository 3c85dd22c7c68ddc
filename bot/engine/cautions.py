"""What a person must be told first: a child, or a country that nobody is sent to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from bot.conversation.messages import Understanding
from bot.settings import PROJECT_ROOT

CAUTIONS_FILE = PROJECT_ROOT / "nlu_data" / "lookup" / "peringatan.yml"

_YOUNGER_THAN = "umur_di_bawah"


@dataclass(frozen=True)
class Caution:
    """A row of the file: see there."""

    when: Mapping[str, Any]
    topic: str
    before: frozenset[str]

    def is_called_for(self, entities: Sequence[Mapping[str, Any]]) -> bool:
        """Whether what a message names (`entity`, `value`) meets the condition."""
        return any(self._meets(entity["entity"], entity["value"]) for entity in entities)

    def _meets(self, kind: str, value: Any) -> bool:
        if kind == "umur" and _YOUNGER_THAN in self.when:
            # Of "16 sampai 20 tahun" the younger.
            youngest = value[0] if isinstance(value, list) else value
            return bool(youngest < self.when[_YOUNGER_THAN])
        return value in self.when.get(kind, ())


@lru_cache(maxsize=1)
def cautions() -> list[Caution]:
    """Every caution, in the order of the file."""
    data = yaml.safe_load(CAUTIONS_FILE.read_text("utf-8"))
    return [Caution(row["bila"], row["topik"], frozenset(row["sebelum"])) for row in data.values()]


def topic_to_say_first(
    understanding: Understanding, entities: Sequence[Mapping[str, Any]], read: Collection[str]
) -> str | None:
    """The topic that comes before what was understood.

    `entities` are what was named in the conversation, `read` the topics answered lately.
    """
    asked = understanding.topic or understanding.intent
    for caution in cautions():
        waits = asked in caution.before and asked != caution.topic
        if waits and caution.is_called_for(entities):
            return None if caution.topic in read else caution.topic
    return None
