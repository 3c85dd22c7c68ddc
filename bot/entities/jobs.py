"""Kinds of work, in the words that people use for them.

Kind "pekerjaan", value the id in `nlu_data/lookup/pekerjaan.yml`, such as "kebun_sawit".
"""

from __future__ import annotations

from functools import lru_cache

from bot.entities import lists
from bot.entities.entity import Entity
from bot.entities.gazetteer import Gazetteer, Match, key
from bot.entities.reading import Reading

KIND = "pekerjaan"
_LIST = "pekerjaan"
# "kerja di sebuah hotel", "posisi sebagai admin"
_CUE_REACH = 3


def find(text: str | Reading) -> list[Entity]:
    """The kinds of work that `text` names, in order."""
    reading = Reading.of(text)
    words = reading.words

    def accepts(match: Match[str]) -> bool:
        if match.name not in _needs_cue():
            return True
        before = words[max(0, match.first - _CUE_REACH) : match.first]
        return not lists.words(_LIST, "penanda").isdisjoint(word.text for word in before)

    return gazetteer().entities(KIND, reading, accepts)


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer[str]:
    data = lists.read(_LIST)
    return Gazetteer(lists.variants(data["pekerjaan"]), lists.words(_LIST, "kata_biasa"))


@lru_cache(maxsize=1)
def _needs_cue() -> frozenset[str]:
    return frozenset(key(name) for name in lists.read(_LIST)["perlu_penanda"].split(","))
