"""One thing that a message names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Entity:
    """A thing that a text names.

    What it names may lead to a person, so `repr` shows neither text nor value: it may
    end up in a log.

    Attributes:
        kind: Such as "uang", "telepon", "tempat".
        value: What is meant, in JSON types; each kind's module says which.
        text: The characters that say it, as they stand in the text.
        start: Index of the first character, in code points.
        end: Index after the last one.
    """

    kind: str
    value: Any = field(repr=False)
    text: str = field(repr=False)
    start: int
    end: int

    @classmethod
    def of(cls, kind: str, value: Any, whole: str, start: int, end: int) -> Entity:
        """The entity that `whole[start:end]` names."""
        return cls(kind, value, whole[start:end], start, end)
