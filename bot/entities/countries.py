"""Countries, also by their cities and by the regions people go to.

Kind "negara", value the ISO 3166-1 code of two letters, such as "MY".
"""

from __future__ import annotations

from functools import lru_cache

from bot.entities import lists
from bot.entities.entity import Entity
from bot.entities.gazetteer import Gazetteer, Match
from bot.entities.reading import Reading

KIND = "negara"
_LIST = "negara"


def find(text: str | Reading) -> list[Entity]:
    """The countries that `text` names, in order."""
    reading = Reading.of(text)
    words = reading.words

    def accepts(match: Match[str]) -> bool:
        before = words[match.first - 1].text if match.first else ""
        if before in lists.words(_LIST, "bukan_sesudah"):
            return False
        return match.name not in _short_forms() or before in lists.words(_LIST, "penanda")

    return gazetteer().entities(KIND, reading, accepts)


def name_of(code: str) -> str:
    """The Indonesian name of a country, by its ISO 3166-1 code."""
    return str(lists.read(_LIST)["negara"][code][0])


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer[str]:
    data = lists.read(_LIST)
    return Gazetteer(
        lists.variants(data["negara"]) | lists.variants(data["singkatan"]),
        lists.words(_LIST, "kata_biasa"),
    )


@lru_cache(maxsize=1)
def _short_forms() -> frozenset[str]:
    return frozenset(lists.variants(lists.read(_LIST)["singkatan"]))
