"""What a message tells: of the question that waits, of the line it names, of what it takes back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.entities.find import find
from bot.tips import subject
from bot.tips.draft import Draft

TODAY = date(2026, 11, 21)
TOLD: dict[str, Any] = {
    "aman": "ya",
    "setuju": "ya",
    "jenis": "penampungan",
    "jumlah": 5,
    "uang": "ya",
    "uang_jumlah": 2_000_000,
    "waktu": {"dari": "2026-11-20", "teks": "kemarin malam"},
    "tempat": {"teks": "di ruko biru"},
    "pelaku": {"nama": "Dodi", "telepon": [], "perusahaan": [], "rekening": [], "tautan": []},
}


def _told(text: str, current: str = "kirim") -> subject.Told:
    entities = [
        {"entity": one.kind, "value": one.value, "start": one.start, "end": one.end}
        for one in find(text, today=TODAY)
    ]
    return subject.told(Draft(fields=TOLD, current=current), text, entities, TODAY)


@pytest.mark.parametrize(
    ("text", "field", "part", "value"),
    [
        ("bukan Dodi, Deni", "pelaku", "nama", "Deni"),
        ("bukan Dodi tapi Deni", "pelaku", "nama", "Deni"),
        ("eh salah, bukan dodi, pak Deni", "pelaku", "nama", "Deni"),
        ("ubah nama jadi Deni", "pelaku", "nama", "Deni"),
        ("ganti nama: Deni", "pelaku", "nama", "Deni"),
        ("namanya Deni", "pelaku", "nama", "Deni"),
        ("orangnya 4 bukan 5", "jumlah", None, 4),
        ("bukan 5, 4", "jumlah", None, 4),
        ("jumlahnya 4", "jumlah", None, 4),
        ("ubah jumlah jadi 4 orang", "jumlah", None, 4),
        ("waktunya tadi malam", "waktu", "teks", "tadi malam"),
        ("bukan kemarin malam, abis lebaran", "waktu", "teks", "abis lebaran"),
        ("bukan 2 juta, 3 juta", "uang_jumlah", None, 3_000_000),
        ("ubah tempat ke Nakau", "tempat", "desa", "Nakau"),
        ("tempatnya di Nakau", "tempat", "desa", "Nakau"),
    ],
)
@pytest.mark.parametrize("current", ["kirim", "polisi"])
def test_a_line_is_put_right_by_its_name_or_by_what_stood_there(
    text: str, field: str, part: str | None, value: Any, current: str
) -> None:
    facts = _told(text, current).facts
    assert set(facts) >= {field}
    assert (facts[field][part] if part else facts[field]) == value


@pytest.mark.parametrize(
    "text", ["bukan Dodi, Deni", "orangnya 4 bukan 5", "ubah nama jadi Deni", "salah, 4 orang"]
)
def test_what_takes_something_back_says_so(text: str) -> None:
    assert _told(text).corrects


@pytest.mark.parametrize("text", ["namanya Deni", "paspor mereka ditahan", "ada 4 orang lagi"])
def test_what_only_adds_takes_nothing_back(text: str) -> None:
    assert not _told(text).corrects


def test_the_name_of_a_line_in_a_story_is_a_word_like_others() -> None:
    facts = _told("paspor mereka ditahan majikan").facts
    assert facts == {"dokumen": "ya"}


def test_nothing_is_put_right_before_the_reporter_agreed() -> None:
    assert _told("namanya Deni", "setuju").facts.keys() <= {"pelaku"}


@pytest.mark.parametrize(
    ("text", "question", "value"),
    [
        ("ubah jumlah jadi 4 orang", "jumlah", "4 orang"),
        ("ubah jumlah", "jumlah", ""),
        ("ganti tempatnya", "tempat", ""),
        ("tempat", "tempat", ""),
        ("ubah", None, ""),
        ("ubah jadi 4 orang", None, "4 orang"),
        ("mereka 4 orang", None, "mereka 4 orang"),
        ("agen ilegal kumpulkan orang", None, "agen ilegal kumpulkan orang"),
        ("agennya Deni", "pelaku", "Deni"),
        ("", None, ""),
    ],
)
def test_a_line_is_named_with_or_without_a_value(
    text: str, question: str | None, value: str
) -> None:
    assert subject.named(text) == (question, value)


# Whose name it is


def _beside(text: str, current: str, *asked: str, **told: Any) -> subject.Told:
    """What is told beside a question, of a report in which nobody recruits yet."""
    fields = {"aman": "ya", "setuju": "ya", "jenis": "rekrutmen", "peran": "keluarga", **told}
    entities = [
        {"entity": one.kind, "value": one.value, "start": one.start, "end": one.end}
        for one in find(text, today=TODAY)
    ]
    draft = Draft(fields=fields, current=current, asked=asked)
    return subject.told(draft, text, entities, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "namonyo siti umur 22",
        "namanya Siti, umurnya 17",
        "jenenge siti umure 15",
        "nama adik saya Siti",
        "namanya siti",
    ],
)
@pytest.mark.parametrize("current", ["tempat", "bahaya", "jumlah"])
def test_the_name_of_a_victim_is_not_put_among_the_recruiters(text: str, current: str) -> None:
    assert "pelaku" not in _beside(text, current, current).facts


@pytest.mark.parametrize("text", ["namonyo siti umur 22", "namanya Siti, umur 17 tahun"])
def test_a_name_with_an_age_is_a_victim_also_after_the_recruiter_was_asked_for(text: str) -> None:
    known = {"nama": "Pak Dodi"}
    assert "pelaku" not in _beside(text, "jumlah", "pelaku", pelaku=known).facts


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("calonyo namonyo Dodi", "Dodi"),
        ("bosnyo namonyo Mr Chen", "Mr Chen"),
        ("agennya bernama Dodi umur 40", "Dodi"),
    ],
)
def test_who_is_called_a_recruiter_is_one_whenever_it_is_told(text: str, name: str) -> None:
    assert _beside(text, "tempat", "tempat").facts["pelaku"]["nama"] == name


def test_an_age_is_no_part_of_a_name() -> None:
    assert _beside("Pak Contoh umur 40an", "pelaku").facts["pelaku"]["nama"] == "Pak Contoh"
