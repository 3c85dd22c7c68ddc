"""The page of figures: what a head of office reads, prints and takes along as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date

import pytest

from bot import clock
from tests.bot.figures.years import Years
from tests.console.quarter import SUMMER, TODAY, live_through
from tests.console.visitor import Site, Visitor, words_of

# What differs between the databases is tested where it is done; here it would take time only.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGE = "/meja/angka"
_IDS = (
    "laporan-bulan", "laporan-jenis", "laporan-kecamatan", "laporan-tahap", "laporan-tingkat",
    "laporan-keadaan", "panggilan-hasil", "panggilan-tingkat", "orang-saluran", "orang-bulan",
    "orang-hari", "topik", "tanpa-jawaban", "kuis",
)  # fmt: skip


@pytest.fixture
def years(site: Site, monkeypatch: pytest.MonkeyPatch) -> Years:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    return Years(site.desk.database)


@pytest.fixture
def lived(years: Years) -> Years:
    live_through(years)
    return years


@pytest.fixture
def viewer(site: Site) -> Iterator[Visitor]:
    with site.signed_in(site.desk.member("Tuti", "viewer")) as visitor:
        yield visitor


def _rows(visitor: Visitor, table: str) -> list[list[str]]:
    text = visitor.get(f"{PAGE}/{SUMMER}/{table}.csv").content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_the_last_quarter_that_is_over_is_shown_first(lived: Years, sari: Visitor) -> None:
    words = words_of(sari.get(PAGE))
    assert "Angka Triwulan III 2026" in words
    assert "Juli 2026 – September 2026" in words


def test_the_most_important_numbers_stand_before_all_tables(lived: Years, sari: Visitor) -> None:
    words = words_of(sari.get(PAGE))
    before = words[: words.index("Membaca angka ini")]
    assert "Panggilan diambil tepat waktu 73% Target: darurat 1 menit, penting 15 menit" in before
    assert "Separuh yang memanggil menunggu paling lama 1 menit" in before
    assert "Panggilan yang tidak diambil siapa pun 5 Target: 0" in before
    assert "Laporan yang masuk 46 Dari 213 kunjungan orang" in before


def test_who_may_not_open_reports_reads_the_figures(lived: Years, viewer: Visitor) -> None:
    assert "Angka Triwulan III 2026" in words_of(viewer.get(PAGE))
    assert _rows(viewer, "laporan-jenis")[-1] == ["Jumlah", "46"]


def test_a_small_group_says_that_it_is_hidden_and_why(lived: Years, sari: Visitor) -> None:
    rows = dict(row for row in _rows(sari, "orang-saluran") if len(row) == 2)
    assert rows == {}
    by_place = {row[0]: row[1] for row in _rows(sari, "laporan-kecamatan")}
    assert by_place["Talang Empat"] == "6"
    # Two of one kecamatan, none of others: hidden together with the next smallest.
    assert by_place["Taba Penanjung"] == "ditutup"
    words = words_of(sari.get(PAGE))
    assert "Ditutup: kurang dari 5, atau ikut ditutup supaya" in words


def test_each_table_has_its_bars_its_headings_and_its_file(lived: Years, sari: Visitor) -> None:
    page = sari.get(PAGE).text
    tables = page.count("<table")
    assert tables == page.count("<caption") == len(_IDS)
    assert page.count('<svg class="bar-chart"') == page.count('scope="row"') - tables
    for table in _IDS:
        answer = sari.get(f"{PAGE}/{SUMMER}/{table}.csv")
        assert answer.status_code == 200, table
        assert answer.headers["content-disposition"] == (
            f'attachment; filename="suluh-{SUMMER}-{table}.csv"'
        )
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert f"/meja/angka/{SUMMER}/{table}.csv" in page


def test_nothing_on_the_page_needs_a_script_or_a_style_of_its_own(
    lived: Years, sari: Visitor
) -> None:
    answer = sari.get(PAGE)
    assert " style=" not in answer.text
    assert answer.text.count("<script") == 1
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_a_topic_that_few_asked_about_is_not_named(lived: Years, sari: Visitor) -> None:
    page = sari.get(PAGE).text
    rows = dict(_rows(sari, "topik"))
    assert "psikolog" not in page.lower()
    assert rows["Kerja ke Malaysia"] == "61"
    assert rows["Yang lain, bersama"] == "20"
    assert rows["Jumlah"] == "155"


def test_a_quarter_that_goes_on_shows_nothing_of_reports(lived: Years, sari: Visitor) -> None:
    lived.counts_reports("2026-11", 77)
    words = words_of(sari.get(f"{PAGE}?triwulan=2026-4"))
    assert "Triwulan ini belum selesai" in words
    assert "Rinciannya muncul Senin, 4 Januari 2027" in words
    assert "77" not in words
    assert sari.get(f"{PAGE}/2026-4/laporan-jenis.csv").status_code == 404


def test_on_the_first_day_there_is_nothing_yet_and_it_says_so(years: Years, sari: Visitor) -> None:
    words = words_of(sari.get(PAGE))
    assert "Angka Triwulan IV 2026" in words
    assert "Belum cukup panggilan untuk dihitung" in words


def test_a_quarter_without_anything_is_calm(years: Years, sari: Visitor) -> None:
    years.writes(years.person(), date(2026, 7, 2))
    years.calls(date(2026, 7, 2))
    years.count(TODAY)
    words = words_of(sari.get(PAGE))
    assert "Tidak ada pada triwulan ini." in words
    assert "Semuanya bersama kurang dari 5, jadi tidak dirinci." in words
    rows = _rows(sari, "orang-bulan")
    assert rows == [["Bulan", "Kunjungan orang", "Pesan"], ["Jumlah", "kurang dari 5"]]


@pytest.mark.parametrize(
    "path",
    ["?triwulan=2026-5", "?triwulan=x", "?triwulan=2025-1", "/2026-3/lain.csv", "/x/topik.csv"],
)
def test_what_is_no_quarter_or_table_is_not_found(lived: Years, sari: Visitor, path: str) -> None:
    answer = sari.get(PAGE + path)
    assert answer.status_code == 404
    assert "Tidak ditemukan" in words_of(answer)


def test_excel_knows_the_letters_and_the_columns(lived: Years, sari: Visitor) -> None:
    content = sari.get(f"{PAGE}/{SUMMER}/kuis.csv").content
    assert content.startswith(b"\xef\xbb\xbf")
    assert _rows(sari, "kuis") == [
        ["Kapan", "Putaran kuis", "Jawaban benar"],
        ["Sebelum penyuluhan", "7", "50%"],
        ["Sesudah penyuluhan", "6", "80%"],
        ["Jumlah", "13", "–"],
    ]
