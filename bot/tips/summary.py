"""A report in lines that its reporter can check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.entities.countries import name_of
from bot.entities.places import value_of
from bot.knowledge.facts import missions
from bot.tips.draft import Draft
from bot.tips.questions import PLACE, order
from bot.tips.whereabouts import HOME

_RECRUITER = ("nama", "perusahaan", "telepon", "rekening", "tautan")


def lines(draft: Draft) -> list[tuple[str, str]]:
    """Title and value of each line that has something to say, in the order of the file."""
    found = []
    for line in order().lines.values():
        values = [said for name in line.fields if (said := read(name, draft))]
        if values:
            found.append((line.title, ", ".join(values)))
    return found


def text(draft: Draft) -> str:
    """The lines as they are sent."""
    shown = [f"{title}: {value}" for title, value in lines(draft)]
    if draft.words:
        shown.append("Ceritamu: ikut, seperti yang kamu tulis")
    return "\n".join(shown)


def read(name: str, draft: Draft) -> str:
    """The value of a field as it is shown; empty when nothing is known."""
    fields = draft.fields
    value = fields.get(name)
    if value is None:
        return ""
    if name == "tempat":
        return place(value)
    if name == "titik":
        return "titik di peta"
    if name == "tujuan":
        return name_of(value)
    if name == "waktu":
        return str(value["teks"])
    if name == "pelaku":
        return _recruiter(value)
    if name == "jumlah":
        return f"{value} orang"
    if name == "uang" and value == "ya" and fields.get("uang_jumlah"):
        amount = f"{fields['uang_jumlah']:,}".replace(",", ".")
        return f"uang Rp{amount}"
    if reading := order().readings.get(name, {}).get(value):
        return reading
    titles = {o.fills.get(name): o.title for o in order().options.get(name, ())}
    return titles.get(value, str(value))


def place(value: Mapping[str, Any]) -> str:
    """A place as people say it."""
    parts = []
    if value.get("desa"):
        parts.append(f"desa {value['desa']}")
    if value.get("kecamatan"):
        parts.append(f"kecamatan {value['kecamatan']}")
    if value.get("kabupaten"):
        parts.append(str(value["kabupaten"]))
    if value.get("negara"):
        parts.append(name_of(value["negara"]))
    if not parts and value.get("ambiguous"):
        names = {str(desa) for code in value["ambiguous"] if (desa := value_of(code)["desa"])}
        parts.append(" atau ".join(sorted(names)))
    if not parts and value.get("teks"):
        parts.append(str(value["teks"]))
    return ", ".join(parts)


def country_abroad(draft: Draft) -> str | None:
    """The country in which it happens, when that is not this one."""
    country = (draft.fields.get(PLACE) or {}).get("negara")
    return None if country in (None, HOME) else str(country)


def mission(draft: Draft) -> tuple[str, list[str]]:
    """The name of the country abroad in which it happens, and the Indonesian missions there."""
    country = country_abroad(draft)
    assert country is not None
    return name_of(country), missions().get(country, [])


def _recruiter(value: Mapping[str, Any]) -> str:
    said: list[str] = []
    for name in _RECRUITER:
        part = value.get(name)
        items = part if isinstance(part, list) else [part]
        said += [str(item) for item in items if item]
    return ", ".join(said)
