"""What kind a report is, is seen over all that was told of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.tips.draft import Draft
from bot.tips.interview import Said, take
from bot.tips.kind import in_view

ABROAD: dict[str, Any] = {"peran": "keluarga", "tempat": {"negara": "KH"}}


def test_a_relative_abroad_who_may_not_leave_is_no_offer_of_work() -> None:
    draft = Draft(fields={"aman": "ya", "setuju": "ya", **ABROAD}, current="jenis")
    told = {"jenis": "rekrutmen", "tahap": "ditawari", "bahaya": "ya"}
    step = take(draft, Said(text="diajak temannya, skrg ga boleh pulang", facts=told))
    assert step.draft.fields["jenis"] == "keluarga_luar_negeri"


@pytest.mark.parametrize(
    "fields",
    [
        {**ABROAD, "jenis": "rekrutmen"},
        {**ABROAD, "jenis": "rekrutmen", "bahaya": "ya", "peran": "korban"},
        {**ABROAD, "jenis": "rekrutmen", "bahaya": "ya", "tempat": {"desa": "Nakau"}},
        {**ABROAD, "jenis": "rekrutmen", "bahaya": "ya", "tahap": "pulang"},
    ],
)
def test_anything_else_stays_what_it_was_told_to_be(fields: dict[str, Any]) -> None:
    assert in_view(fields) == "rekrutmen"


def test_without_a_kind_there_is_none() -> None:
    assert in_view({**ABROAD, "bahaya": "ya"}) is None
