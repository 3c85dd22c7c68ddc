"""What `suluh doctor` says: one finding a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `detail` says how to mend it when it is not good."""

    what: str
    good: bool
    detail: str


class Mend(Exception):
    """Something to mend, said in one sentence."""


def check(what: str, look: Callable[[], str]) -> Finding:
    """Looks at one thing; a look that breaks is itself a finding."""
    try:
        return Finding(what, True, look())
    except Exception as error:
        return Finding(what, False, str(error) or type(error).__name__)
