"""Says entries of the trail, and what a check of it found, in Indonesian."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml
from sqlalchemy.engine import Row

from bot.privacy.audit.acts import NOBODY, RECOVERY, SYSTEM, TERMINAL, Act
from bot.privacy.audit.verifying import Finding, Kind
from bot.settings import PROJECT_ROOT

WORDS_FILE = PROJECT_ROOT / "nlu_data" / "petugas" / "jejak.yml"
# Who is no member of staff.
OTHERS = (SYSTEM, TERMINAL, RECOVERY, NOBODY)

_UNKNOWN = "unknown"


def result(name: str, **values: object) -> str:
    """A sentence about a check as a whole, or about a list."""
    return str(_words()["hasil"][name]).format(**values)


def actor(who: str, names: Mapping[str, str]) -> str:
    """Who did it; `names` of staff by their ids."""
    said = _words()["pelaku"]
    if who in OTHERS:
        return str(said[who])
    return names.get(who) or str(said[_UNKNOWN]).format(id=who)


def title(act: str) -> str:
    """What an act is called in a list to choose from."""
    return str(_act(act)["singkat"])


def titles() -> dict[str, str]:
    """All of them, in the order of `Act`."""
    return {act.value: title(act.value) for act in Act}


def sentence(row: Row, names: Mapping[str, str]) -> str:
    """What was done, without who did it."""
    about, detail = row.about or "", row.detail or ""
    return str(_act(row.act)["kata"]).format(
        tentang=names.get(about, about),
        rincian=_words()["rincian"].get(detail, detail),
        n=row.count,
    )


def finding(found: Finding) -> str:
    """What does not hold."""
    is_range = found.kind is Kind.MISSING and found.last > found.first
    name = "missing_many" if is_range else found.kind.value
    return str(_words()["temuan"][name]).format(
        first=found.first, last=found.last, origin=found.origin
    )


def _act(name: str) -> Mapping[str, str]:
    acts: dict[str, Mapping[str, str]] = _words()["perbuatan"]
    return acts.get(name) or acts[_UNKNOWN]


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load(WORDS_FILE.read_text("utf-8"))
    return words
