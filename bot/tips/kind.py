"""The kind of a report by all that was told of it, not by one message alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.tips.questions import KIND, PLACE

ABROAD_KIND, HOME = "keluarga_luar_negeri", "ID"
FAMILY, YES = "keluarga", "ya"
_IN_TROUBLE = ("kerja_paksa", "penampungan", "hilang", "seksual")


def in_view(fields: Mapping[str, Any]) -> str | None:
    """ "anak saya di Kamboja", and then "diajak temannya, ga boleh pulang": a relative abroad.

    Args:
        fields: All that was told, with the kind that the last message tells by itself.
    """
    kind: str | None = fields.get(KIND)
    country = fields.get(PLACE, {}).get("negara")
    is_abroad = country not in (None, HOME) and fields.get("tahap") != "pulang"
    in_trouble = YES in (fields.get("bahaya"), fields.get("dokumen")) or kind in _IN_TROUBLE
    is_family = fields.get("peran") == FAMILY
    return ABROAD_KIND if kind and is_abroad and in_trouble and is_family else kind
