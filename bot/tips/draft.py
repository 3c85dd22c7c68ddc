"""A report while it is being told. Plain data, kept in a slot until it is sent.

Fields and their values are those of `nlu_data/laporan/urutan.yml`; `docs/tips.md` lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.triage import levels

SLOT = "laporan_draf"
# More words than these are not kept; the person is told.
MAX_CHARACTERS = 20_000


@dataclass(frozen=True)
class Draft:
    """What was told so far.

    Attributes:
        fields: What was understood, by field.
        words: What was written, as it was written, in order.
        current: The question that waits for an answer; None before the first.
        asked: The questions put so far, in order; one that is put again counts once.
        skipped: Questions that stay open because the person wants it so.
        level: The gravest level of anything that was written.
        tip_id: The unfinished tip that staff see already.
        warned: What was said once and is not said again, such as `bahaya`.
        left: How many questions may still be put, once somebody has told much at once.
        places: Codes of which the person is asked to choose one.
    """

    fields: Mapping[str, Any]
    words: tuple[str, ...] = ()
    current: str | None = None
    asked: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    level: str = levels.ORDINARY
    tip_id: str | None = None
    warned: tuple[str, ...] = ()
    left: int | None = None
    places: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Draft(current={self.current!r}, <sealed>)"

    def knows(self, *fields: str) -> bool:
        """Whether any of the fields is filled."""
        return any(name in self.fields for name in fields)

    def with_words(self, text: str) -> Draft:
        """With what was written; unchanged when there is no room for it, see `has_room`."""
        if not text or not self.has_room(text):
            return self
        return replace(self, words=(*self.words, text))

    def has_room(self, text: str) -> bool:
        return sum(map(len, self.words)) + len(text) <= MAX_CHARACTERS

    def with_facts(self, facts: Mapping[str, Any]) -> Draft:
        """With these fields filled, whatever stood there."""
        merged = {**self.fields, **facts}
        if "pelaku" in facts and "pelaku" in self.fields:
            merged["pelaku"] = _joined(self.fields["pelaku"], facts["pelaku"])
        return replace(self, fields=merged)

    def warn(self, what: str) -> Draft:
        return replace(self, warned=(*self.warned, what))

    def to_slot(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_slot(cls, value: Any) -> Draft | None:
        """The draft in a slot; None when there is none, or it is of another shape."""
        if not isinstance(value, dict):
            return None
        try:
            lists = {name: tuple(v) for name, v in value.items() if isinstance(v, list)}
            return cls(**{**value, **lists})
        except TypeError:
            return None


def _joined(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Two descriptions of the same recruiter: names in a row, numbers without repetition."""
    joined: dict[str, Any] = dict(before)
    for name, value in now.items():
        old = before.get(name)
        if isinstance(value, list):
            joined[name] = list(dict.fromkeys([*(old or []), *value]))
        elif value and old:
            is_said = set(value.split()) <= set(old.replace(";", "").split())
            joined[name] = old if is_said else f"{old}; {value}"
        else:
            joined[name] = value or old
    return joined
