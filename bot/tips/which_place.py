"""Which of the places of one name is meant: what there is to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from bot.entities import lists, place_names, places
from bot.tips.questions import PLACE, Option


def candidates(codes: Sequence[str]) -> tuple[str, ...]:
    """One of each kecamatan: a desa in the kecamatan of the same name is not asked about."""
    return tuple(code for code in codes if not any(code.startswith(f"{other}.") for other in codes))


def option(code: str) -> Option:
    """A place as an answer: a kecamatan, or the town that has the name of a desa."""
    value = places.value_of(code)
    if value["kecamatan"]:
        return Option(str(value["kecamatan"]), {PLACE: value})
    (desa,) = [desa for desa, town in lists.read("tempat")["kota_senama"].items() if town == code]
    title = f"Kota {place_names.by_code()[desa]}"
    return Option(title, {PLACE: places.find(title)[0].value})
