"""What a fact says of itself."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.entities.countries import name_of
from bot.knowledge import facts
from tests.nlu_data import content
from tests.nlu_data.content import is_day


@pytest.mark.parametrize(
    ("kind", "name", "entry"),
    content.fact_entries(),
    ids=[name for _, name, _ in content.fact_entries()],
)
def test_a_fact_says_where_it_comes_from_and_when(
    kind: str, name: str, entry: dict[str, Any]
) -> None:
    wanted = {
        "contacts": ("name", "show", "scope", "source", "verified_on"),
        "facts": ("say", "source", "as_of"),
    }[kind]
    for key in wanted:
        # A telephone number without quotation marks would lose its leading zero.
        assert isinstance(entry[key], str), f"{name} has no {key}"
        assert entry[key].strip()
    assert is_day(entry[wanted[-1]])
    assert name.startswith("lama_") == bool(entry.get("superseded"))


@pytest.mark.parametrize(
    ("name", "entry"),
    [(name, entry) for kind, name, entry in content.fact_entries() if kind == "contacts"],
)
def test_a_contact_is_a_number_to_dial_or_a_page_to_open(name: str, entry: dict[str, Any]) -> None:
    assert re.fullmatch(r"\+?\d[\d -]*\d|[a-z\d-]+(?:\.[a-z\d-]+)*\.[a-z]{2,}", entry["show"])


def test_every_mission_stands_in_a_country_that_is_known() -> None:
    assert facts.missions()
    for country, numbers in facts.missions().items():
        assert name_of(country)
        assert all(number.startswith(("KBRI", "KJRI", "KDEI")) for number in numbers)
