"""Who is said to be no recruiter comes off the line of the recruiters."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.tips import subject
from bot.tips.draft import Draft
from bot.tips.interview import Said, Step, take

TODAY = date(2026, 11, 21)
BOTH = "bu RT; pak Dodi calo dari kota"
TOLD: dict[str, Any] = {"aman": "ya", "setuju": "ya", "jenis": "rekrutmen"}


def _recruiter(name: str | None, *companies: str) -> dict[str, Any]:
    return {
        "nama": name, "perusahaan": list(companies), "telepon": [], "rekening": [], "tautan": [],
    }  # fmt: skip


def _says(text: str, current: str = "kirim", known: dict[str, Any] | None = None) -> Step:
    fields = {**TOLD, "pelaku": known} if known else TOLD
    draft = Draft(fields=fields, current=current, asked=(current,))
    told = subject.told(draft, text, (), TODAY)
    said = Said(text=text, facts=told.facts, corrects=told.corrects, clears=told.clears)
    return take(draft, said)


@pytest.mark.parametrize("current", ["kirim", "pelaku", "uang"])
@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("bu rt bukan pelaku", "pak Dodi calo dari kota"),
        ("bukan bu rt pelakunya", "pak Dodi calo dari kota"),
        ("bu rt itu gak ikut ikutan kak", "pak Dodi calo dari kota"),
        ("hapus bu rt", "pak Dodi calo dari kota"),
        ("dudu bu rt", "pak Dodi calo dari kota"),
        ("pak Dodi gak ikut", "bu RT"),
        ("pak dodi dak melok", "bu RT"),
        ("coret pak dodi", "bu RT"),
        ("jangan tulis nama pak dodi", "bu RT"),
    ],
)
def test_a_name_that_is_cleared_comes_off_the_line(text: str, left: str, current: str) -> None:
    step = _says(text, current, _recruiter(BOTH))
    assert step.draft.fields["pelaku"]["nama"] == left
    assert "ucapan_lapor_nama_dihapus" in step.notes
    assert step.draft.current == current
    assert step.draft.words == (text,)


@pytest.mark.parametrize(
    "text", ["bu rt bukan pelaku, pelakunya pak Joko", "bukan bu rt, pak Joko"]
)
def test_who_it_is_instead_stands_beside_the_others(text: str) -> None:
    name = _says(text, known=_recruiter(BOTH)).draft.fields["pelaku"]["nama"]
    assert "Joko" in name
    assert "Dodi" in name
    assert "RT" not in name


def test_a_company_is_cleared_as_well() -> None:
    step = _says("PT Maju tidak terlibat", known=_recruiter("pak Dodi", "PT maju"))
    assert step.draft.fields["pelaku"] == _recruiter("pak Dodi")


def test_the_last_name_leaves_no_line() -> None:
    step = _says("pak Dodi bukan pelaku", known=_recruiter("pak Dodi"))
    assert "pelaku" not in step.draft.fields


@pytest.mark.parametrize("text", ["pak Budi gak ikut", "adik gak ikut", "Siti Rahma bukan pelaku"])
def test_who_was_not_told_of_takes_nobody_off(text: str) -> None:
    known = _recruiter("Siti Aminah; pak Dodi")
    assert _says(text, known=known).draft.fields["pelaku"] == known


@pytest.mark.parametrize(
    "text",
    [
        "adik saya gak ikut sama pak Dodi", "chat pak Dodi sudah saya hapus",
        "pak Dodi gak ikut nahan paspor", "bukan pak Dodi yang bayar", "saya tidak ikut pak Dodi",
    ],
)  # fmt: skip
def test_what_tells_more_of_a_name_takes_it_not_off(text: str) -> None:
    known = _recruiter(BOTH)
    assert _says(text, known=known).draft.fields["pelaku"] == known


@pytest.mark.parametrize("text", ["pak Dodi gak ikut", "bu rt bukan pelaku", "adik saya gak ikut"])
def test_who_has_no_part_in_it_becomes_no_recruiter(text: str) -> None:
    step = _says(text, "pelaku")
    assert "pelaku" not in step.draft.fields
    assert step.draft.words == (text,)


@given(st.text(max_size=60), st.sampled_from(["kirim", "pelaku"]))
@example("😭", "kirim")
@example("...", "pelaku")
def test_any_text_clears_or_does_not(text: str, current: str) -> None:
    assert _says(f"{text} ", current, _recruiter(BOTH)).draft.fields["pelaku"]


def test_what_is_asked_clears_nobody() -> None:
    known = _recruiter("bu RT")
    assert _says("bu rt bukan pelaku kan?", known=known).draft.fields["pelaku"] == known
