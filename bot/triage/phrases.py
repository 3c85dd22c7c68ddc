"""Signs in the words themselves, read from `nlu_data/triage/phrases.yml`."""

from __future__ import annotations

import re
from functools import lru_cache

import yaml

from bot.settings import PROJECT_ROOT

PHRASES_FILE = PROJECT_ROOT / "nlu_data" / "triage" / "phrases.yml"


def sounds_urgent(text: str) -> bool:
    """True when the words alone say that life or freedom is in danger."""
    return matches("darurat", text) and not matches("calm", text)


def sounds_serious(text: str) -> bool:
    """True when the words say that exploitation is going on."""
    return matches("tinggi", text) and not matches("calm", text)


def matches(group: str, text: str) -> bool:
    """Whether any phrase of `group` stands in `text`."""
    return _patterns()[group].search(" ".join(text.lower().split())) is not None


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    groups: dict[str, list[str]] = yaml.safe_load(PHRASES_FILE.read_text("utf-8"))
    return {
        name: re.compile("|".join(_to_regex(phrase) for phrase in phrases))
        for name, phrases in groups.items()
    }


def _to_regex(phrase: str) -> str:
    pattern = r"\b"
    for index, word in enumerate(phrase.split()):
        if word == "_":
            pattern += r"(?: \w+){0,3}"
            continue
        if index:
            pattern += " "
        pattern += re.escape(word).replace(r"\*", r"\w*")
    return pattern + r"\b"
