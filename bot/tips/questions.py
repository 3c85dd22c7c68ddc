"""What a report is asked, and with which choices: read from `nlu_data/laporan/urutan.yml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import yaml

from bot.settings import PROJECT_ROOT
from bot.triage.phrases import pattern

ORDER_FILE = PROJECT_ROOT / "nlu_data" / "laporan" / "urutan.yml"

SAFE, CONSENT, KIND, SUMMARY = "aman", "setuju", "jenis", "kirim"
PLACE, PLACE_WHICH, CHANGE, SURE = "tempat", "tempat_mana", "ubah", "yakin"
RECRUITER, POLICE = "pelaku", "polisi"
# An answer to SAFE: it is not safe, and the reporter goes on.
DARING = "berani"
# The parts of a place that find it.
ON_THE_MAP = ("kode", "ambiguous", "kabupaten", "negara")
# An answer to SAFE of who told on and on instead.
TELLS_ON = "lanjut"
# Put before all others, in this order.
FIRST = (SAFE, CONSENT, KIND)
# Of the questions of a kind.
MOST_OF_A_KIND = 5


@dataclass(frozen=True)
class Option:
    """One answer to choose.

    Attributes:
        fills: What it says; nothing when it leaves the question open.
        payload: What the button sends when it is no answer.
    """

    title: str
    fills: Mapping[str, Any]
    payload: str | None = None


@dataclass(frozen=True)
class Line:
    """One line of the summary: what stands before the value, and the fields that give it."""

    title: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """The whole file. `subjects` gives the question of which a word speaks."""

    kinds: Mapping[str, str]
    questions: Mapping[str, tuple[str, ...]]
    options: Mapping[str, tuple[Option, ...]]
    lines: Mapping[str, Line]
    subjects: Mapping[str, str]
    readings: Mapping[str, Mapping[str, str]]
    phrases: Mapping[str, Sequence[str]]
    grave: Mapping[str, Sequence[str]]


@lru_cache(maxsize=1)
def order() -> Order:
    data = yaml.safe_load(ORDER_FILE.read_text("utf-8"))
    kinds = {kind: said["judul"] for kind, said in data["jenis"].items()}
    options = {
        question: tuple(Option(item["judul"], item["isi"], item.get("nilai")) for item in items)
        for question, items in data["pilihan"].items()
    }
    options[KIND] = tuple(Option(title, {KIND: kind}) for kind, title in kinds.items())
    return Order(
        kinds,
        {kind: tuple(said["tanya"]) for kind, said in data["jenis"].items()},
        options,
        {name: Line(said["baris"], tuple(said["isi"])) for name, said in data["soal"].items()},
        {word: name for name, said in data["soal"].items() for word in said["sebut"].split()},
        data["bacaan"],
        data["kata"],
        data["berat"],
    )


@cache
def phrases(group: str) -> re.Pattern[str]:
    """What a group of `kata` says, as one pattern."""
    return pattern(order().phrases[group])


def fills(question: str) -> tuple[str, ...]:
    """The fields that answer a question; one of them is enough."""
    line = order().lines.get(question)
    return line.fields if line else (question,)
