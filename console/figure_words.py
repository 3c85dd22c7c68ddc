"""What the codes of figures are called on their page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml

from bot.entities import place_names
from bot.figures import times
from bot.figures.quarters import Quarter
from bot.figures.tally import NOT_SAID
from bot.settings import PROJECT_ROOT
from bot.tips.questions import order
from console.pages import TEMPLATES
from console.pages import words as desk_words

WORDS_FILE = TEMPLATES / "angka.yml"
FAQ_DIR = PROJECT_ROOT / "nlu_data" / "faq"
_RESPONSE = "utter_faq/"


@lru_cache(maxsize=1)
def words() -> Mapping[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORDS_FILE.read_text("utf-8"))
    return found


@lru_cache(maxsize=1)
def topics() -> Mapping[str, str]:
    """The title of each topic of the catalogue."""
    # A hundred files: the loader in C takes a tenth of the time, where there is one.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, str] = {}
    for path in sorted(FAQ_DIR.rglob("*.yml")):
        responses = yaml.load(path.read_text("utf-8"), loader).get("responses", {})  # noqa: S506
        for name, variants in responses.items():
            titles = [one["metadata"]["title"] for one in variants if "metadata" in one]
            found |= {name.removeprefix(_RESPONSE): title for title in titles[:1]}
    return found


def month(name: str) -> str:
    """ "2026-07" as people say it."""
    year, number = name.split("-")
    return f"{desk_words()['waktu']['nama_bulan'][int(number) - 1]} {year}"


def weekday(number: str) -> str:
    return str(desk_words()["waktu"]["nama_hari"][int(number)])


def quarter(one: Quarter) -> str:
    return f"Triwulan {words()['triwulan'][one.number - 1]} {one.year}"


def place(code: str) -> str:
    return str(words()["tempat_lain"].get(code) or place_names.by_code().get(code, code))


def kind(code: str) -> str:
    return str(order().kinds.get(code, words()["tidak_disebut"]))


def stage(code: str) -> str:
    titles = {option.fills["tahap"]: option.title for option in order().options["tahap"]}
    return str(words()["tidak_disebut"] if code == NOT_SAID else titles.get(code, code))


def lasting(seconds: int | None) -> str:
    """A step of the ladder of times."""
    said = words()
    if seconds is None:
        return str(said["kosong"])
    units = (("hari", 86400), ("jam", 3600), ("menit", 60), ("detik", 1))
    unit, size = next((unit, size) for unit, size in units if seconds >= size or size == 1)
    text = said["lama"][unit].format(n=f"{seconds / size:g}".replace(".", ","))
    # The last step has no end.
    return str(said["lebih" if seconds == times.STEPS[-1] else "dalam"].format(lama=text))


def number(count: int) -> str:
    """ "1.234", as it is written in Indonesia."""
    return f"{count:,}".replace(",", ".")
