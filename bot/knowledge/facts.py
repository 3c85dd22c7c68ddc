"""The numbers, penalties and contacts that texts refer to by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.settings import PROJECT_ROOT

FACTS_DIR = PROJECT_ROOT / "nlu_data" / "facts"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class FactsError(ValueError):
    """The fact files contradict themselves."""


@lru_cache(maxsize=1)
def placeholders() -> dict[str, str]:
    """What each `{name}` in a text is replaced with: `kontak_<id>` and fact ids."""
    return read(FACTS_DIR)


def read(folder: Path) -> dict[str, str]:
    """Reads every fact file of a folder.

    Raises:
        FactsError: A name stands in two places.
    """
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        data = yaml.safe_load(path.read_text("utf-8"))
        entries = {
            f"kontak_{name}": item["show"] for name, item in data.get("contacts", {}).items()
        }
        entries |= {name: item["say"] for name, item in data.get("facts", {}).items()}
        if twice := entries.keys() & found.keys():
            raise FactsError(f"{path.name} repeats {', '.join(sorted(twice))}")
        found |= {name: str(value) for name, value in entries.items()}
    return found


@lru_cache(maxsize=1)
def missions() -> dict[str, list[str]]:
    """The Indonesian missions with a verified number, by ISO 3166-1 code: "KBRI Seoul +82 …"."""
    found: dict[str, list[str]] = {}
    contacts = yaml.safe_load((FACTS_DIR / "contacts.yml").read_text("utf-8"))["contacts"]
    for contact in contacts.values():
        if country := contact.get("country"):
            found.setdefault(country, []).append(f"{contact['name']} {contact['show']}")
    return found


@dataclass(frozen=True)
class Contact:
    """Somebody to call, or a page to open.

    Attributes:
        show: The number or the address of the page, as it is written.
        verified_on: The day of the source, as in "2026-02-06".
        country: ISO 3166-1, of an Indonesian mission abroad.
    """

    name: str
    show: str
    verified_on: str | None = None
    country: str | None = None


@lru_cache(maxsize=1)
def contacts() -> dict[str, Contact]:
    """Every contact by its id."""
    found = yaml.safe_load((FACTS_DIR / "contacts.yml").read_text("utf-8"))["contacts"]
    return {
        name: Contact(said["name"], said["show"], said.get("verified_on"), said.get("country"))
        for name, said in found.items()
    }


def fill(text: str, values: Mapping[str, Any]) -> str:
    """`text` with each `{name}` that has a value replaced."""
    return _PLACEHOLDER.sub(
        lambda match: str(values[match[1]]) if match[1] in values else match[0], text
    )
