"""The names of places in `nlu_data/lookup/tempat.yml`, in all their spellings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache

from bot.entities import lists
from bot.entities.gazetteer import Gazetteer, key

LIST = "tempat"

# "17.09.05" and "17.09.05.2010".
KECAMATAN_LENGTH, DESA_LENGTH = 8, 13


@lru_cache(maxsize=1)
def by_code() -> dict[str, str]:
    """The official name of each desa and kecamatan."""
    names: dict[str, str] = {}
    for code, kecamatan in lists.read(LIST)["kecamatan"].items():
        names[code] = kecamatan["nama"]
        names |= kecamatan["desa"]
    return names


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer[tuple[str, ...]]:
    """Every way of writing a name -> codes of the places it may mean, or a regency's name."""
    ids: dict[str, set[str]] = defaultdict(set)
    for id_, name in _names():
        for spelling in (name, *_with_other_numbers(name)):
            ids[key(spelling)].add(id_)
    names = {name: tuple(sorted(found)) for name, found in ids.items()}
    return Gazetteer(names, lists.words(LIST, "kata_biasa"))


def _names() -> Iterator[tuple[str, str]]:
    """Pairs of a code or a regency, and a name of it."""
    data = lists.read(LIST)
    for code, name in by_code().items():
        yield code, name
        # The town of the same name stands beside the desa.
        if code in data["kota_senama"]:
            yield data["kota_senama"][code], name
    for code, names in data["cara_tulis"].items():
        yield from ((code, name) for name in names)
    for name, codes in data["tanpa_angka"].items():
        yield from ((code, name) for code in codes)
    for regency, names in data["kabupaten"].items():
        yield from ((regency, name) for name in names)


def _with_other_numbers(name: str) -> Iterator[str]:
    """The name with its number written otherwise: "Bajak 1" and "Bajak satu" for "Bajak I"."""
    words = name.split()
    for place, word in enumerate(words):
        for other in lists.read(LIST)["angka"].get(word, ()) if place else ():
            yield " ".join((*words[:place], str(other), *words[place + 1 :]))


@cache
def names_in(group: str) -> frozenset[str]:
    """The names of a group that is separated by commas, as the gazetteer has them."""
    names = {key(name) for name in lists.read(LIST)[group].split(",")}
    return frozenset(names | {name.replace(" ", "") for name in names})


def not_before(name: str) -> frozenset[str]:
    """The words before which `name` is not the place."""
    return frozenset(lists.read(LIST)["bukan_sebelum"].get(name, "").split())
