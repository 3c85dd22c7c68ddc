"""What was told, in lines that its reporter can check."""

from __future__ import annotations

from typing import Any

import pytest

from bot.entities.places import value_of
from bot.tips import summary
from bot.tips.draft import Draft
from bot.tips.questions import order

TWO_PLACES = {"kecamatan": None, "desa": None, "kode": None}


def _line(**fields: Any) -> str:
    """The one line of a report that says no more."""
    return summary.text(Draft(fields=fields))


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"jenis": "penampungan"}, "Kejadian: Orang dikurung"),
        ({"jumlah": 5}, "Korban: 5 orang"),
        ({"jumlah": 5, "anak": "ya"}, "Korban: 5 orang, ada anak"),
        ({"anak": "tidak"}, "Korban: tidak ada anak"),
        ({"anak": "tidak_tahu"}, "Korban: ada anak atau tidak belum jelas"),
        ({"tujuan": "MY"}, "Mau dibawa ke: Malaysia"),
        ({"tahap": "bayar"}, "Sudah sampai mana: Sudah bayar"),
        ({"uang": "ya"}, "Uang dan surat: ada uang atau utang"),
        ({"uang": "ya", "uang_jumlah": 15_000_000}, "Uang dan surat: uang Rp15.000.000"),
        ({"uang": "tidak", "uang_jumlah": 9}, "Uang dan surat: tidak ada uang"),
        (
            {"uang": "tidak", "dokumen": "ya"},
            "Uang dan surat: tidak ada uang, surat dipegang orang lain",
        ),
        ({"dokumen": "tidak"}, "Uang dan surat: surat tidak ditahan"),
        ({"bahaya": "ya"}, "Bahaya sekarang: ya, sekarang"),
        ({"bahaya": "tidak_tahu"}, "Bahaya sekarang: belum tahu"),
        ({"peran": "korban"}, "Kamu: Saya korbannya"),
        ({"polisi": "tidak"}, "Lapor polisi: belum"),
        ({"rujukan": "kemlu"}, "Diteruskan ke: Kementerian Luar Negeri"),
        ({"waktu": {"dari": "2026-11-20", "teks": "kemarin malam"}}, "Waktu: kemarin malam"),
    ],
)
def test_a_value_reads_as_people_say_it(fields: dict[str, Any], line: str) -> None:
    assert _line(**fields) == line


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (value_of("17.09.01.2002"), "desa Talang Empat, kecamatan Karang Tinggi"),
        (value_of("17.09.02"), "kecamatan Talang Empat"),
        ({"kabupaten": "Rejang Lebong"}, "Rejang Lebong"),
        ({"negara": "KH"}, "Kamboja"),
        ({"teks": "belakang masjid"}, "belakang masjid"),
        ({**TWO_PLACES, "ambiguous": ["17.09.01.2002", "17.09.02"]}, "Talang Empat"),
        (
            {**TWO_PLACES, "ambiguous": ["17.09.05.2018", "17.09.08.2006"]},
            "Arga Indah I atau Arga Indah II",
        ),
        ({**TWO_PLACES, "ambiguous": ["17.02", "17.09.08.2007"]}, "Curup"),
        # The words are kept beside; the name says it better.
        ({"negara": "KH", "teks": "di sana"}, "Kamboja"),
        ({}, ""),
    ],
)
def test_a_place_reads_as_people_say_it(value: dict[str, Any], said: str) -> None:
    assert summary.place(value) == said
    assert _line(tempat=value) == (f"Tempat: {said}" if said else "")


def test_all_that_is_known_of_the_recruiter_stands_in_one_line() -> None:
    recruiter = {
        "tautan": ["facebook:loker_contoh"],
        "nama": "Pak Contoh",
        "telepon": ["+6281200000001", "+6281200000002"],
        "perusahaan": ["PT contoh jaya"],
        "rekening": [],
    }
    assert _line(pelaku=recruiter) == (
        "Pelaku: Pak Contoh, PT contoh jaya, +6281200000001, +6281200000002, facebook:loker_contoh"
    )


def test_of_a_recruiter_of_whom_nothing_is_known_there_is_no_line() -> None:
    assert _line(pelaku={"nama": None, "telepon": []}) == ""


def test_a_point_on_the_map_is_named_and_not_shown() -> None:
    assert _line(titik=[[-3.79, 102.26]]) == "Tempat: titik di peta"


def test_lines_stand_in_the_order_of_the_file_whatever_was_told_first() -> None:
    told = Draft(fields={"polisi": "ya", "jumlah": 2, "tempat": {"negara": "MY"}, "jenis": "anak"})
    titles = [line.title for line in order().lines.values()]
    shown = [title for title, _ in summary.lines(told)]
    assert shown == [title for title in titles if title in shown]
    assert shown == ["Kejadian", "Tempat", "Korban", "Lapor polisi"]


def test_safety_and_consent_are_no_lines() -> None:
    assert _line(aman="ya", setuju="ya") == ""


def test_that_the_words_go_along_is_said_and_the_words_are_not_repeated() -> None:
    """Whoever looks over the shoulder reads no story."""
    draft = Draft(fields={"jumlah": 2}, words=("rahasia di gudang kopra",))
    assert summary.text(draft) == "Korban: 2 orang\nCeritamu: ikut, seperti yang kamu tulis"


@pytest.mark.parametrize("question", order().options)
def test_every_choice_shows_in_the_summary_as_words(question: str) -> None:
    for option in order().options[question]:
        for name in option.fills.keys() & {
            f for line in order().lines.values() for f in line.fields
        }:
            (line,) = summary.lines(Draft(fields={name: option.fills[name]}))
            assert "_" not in line[1]
            assert line[1]
