"""All that a text names, with the rules for characters that two kinds want."""

from __future__ import annotations

from datetime import date

from bot.entities import (
    ages,
    companies,
    countries,
    dates,
    jobs,
    links,
    money,
    phones,
    places,
)
from bot.entities.entity import Entity
from bot.entities.reading import Reading

# Of two that overlap the kind that comes first here stays: a link keeps the number inside
# it, a telephone number is no amount, "5 juta" is no age, "lahir 2009" is an age and no
# year, "PT Harapan" is a company and not the village.
PRECEDENCE = (
    "tautan", "rekening", "nik", "telepon", "uang", "umur", "waktu",
    "perusahaan", "tempat", "negara", "pekerjaan",
)  # fmt: skip


def find(text: str, *, today: date) -> list[Entity]:
    """All that `text` names, in order; no two of them overlap.

    Args:
        text: As it was sent, in any case and spelling.
        today: The day from which "besok" and "lahir 2009" are counted.
    """
    reading = Reading(text)
    candidates = [
        *links.find(reading),
        *phones.find(reading),
        *money.find(reading),
        *ages.find(reading, today),
        *dates.find(reading, today),
        *companies.find(reading),
        *places.find(reading),
        *countries.find(reading),
        *jobs.find(reading),
    ]
    return settle(candidates)


def settle(candidates: list[Entity]) -> list[Entity]:
    """The candidates that stay, in order: by `PRECEDENCE`, then the longer, then the first."""
    rank = {kind: place for place, kind in enumerate(PRECEDENCE)}
    taken = bytearray(max((entity.end for entity in candidates), default=0))
    kept = []
    for entity in sorted(candidates, key=lambda e: (rank[e.kind], e.start - e.end, e.start)):
        if not any(taken[entity.start : entity.end]):
            taken[entity.start : entity.end] = b"\1" * (entity.end - entity.start)
            kept.append(entity)
    return sorted(kept, key=lambda e: e.start)
