"""The rules about numbers and claims, seen at work."""

from __future__ import annotations

import pytest
import yaml

from tests.nlu_data import content
from tests.nlu_data.claims import (
    FORBIDDEN,
    OLD_FIGURES,
    cited,
    found,
    numbers_in_words,
    unwritten_numbers,
)


@pytest.mark.parametrize(
    "text",
    [
        "Telepon 110 sekarang.",
        "Telepon 0812-0000-0001.",
        "Dipenjara 15 tahun.",
        "Dendanya Rp5 miliar.",
        "Dalam 3 hari.",
        "UU 18/2017 Pasal 6, 7 hari kerja.",
        "SAPA 130.",
        "Buka 12 jam.",
        "Sejak 1999.",
    ],
)
def test_a_number_that_should_be_a_fact_is_seen(text: str) -> None:
    assert unwritten_numbers(text)


@pytest.mark.parametrize(
    "text",
    [
        "1. Simpan bukti.\n2. Telepon {kontak_polisi}.",
        "Dasarnya: UU 18/2017 Pasal 6 ayat 1 huruf j, Pasal 79, dan Pasal 80.",
        "Dasarnya: UU 1/2023 (KUHP) Pasal 3, 455, 618, 622 dan UU 1/2026.",
        "Gratis, 24 jam. SAPA 129. KP2MI dan P3MI.",
        "Awal 2026 diberitakan. Menurut KP2MI (April 2025).",
    ],
)
def test_a_number_that_belongs_to_a_name_is_let_through(text: str) -> None:
    assert unwritten_numbers(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Penjara tiga bulan.",
        "Dendanya lima juta.",
        "Dendanya dua ratus lima puluh juta rupiah.",
        "Umurnya minimal delapan belas tahun.",
        "Bagiannya dua puluh persen.",
        "Paling lama setahun.",
        "Dua atau tiga hari kerja.",
        "Tiga kali dua puluh empat jam.",
        "Dendanya dua kali lipat.",
        "Hukumannya ditambah sepertiga.",
        "Potongan gaji separuh.",
        "Biayanya belasan juta.",
        "Ia baru berumur enam belas.",
        "Lama kontrak: Enam bulan: {iuran_12_bulan}",
        "Gaji sebulan.",
    ],
)
def test_a_number_in_words_that_should_be_a_fact_is_seen(text: str) -> None:
    assert numbers_in_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ada lima syarat dan delapan dokumen.",
        "Nomormu disimpan satu kali.",
        "Gajinya besar sekali, dan tulis sekali lagi.",
        "Pilih satu. Yang kedua juga boleh.",
        "Bahasa sehari-hari.",
        "Dua ratus orang ditolong.",
        "Paling lama {umur_minimum}.",
        "- Enam bulan: {iuran_6_bulan}",
        "Buka 24 jam setiap hari.",
    ],
)
def test_a_count_of_things_is_let_through(text: str) -> None:
    assert numbers_in_words(text) == []


@pytest.mark.parametrize(
    ("text", "articles"),
    [
        ("UU 18/2017 Pasal 6 ayat 1 huruf j.", {("UU 18/2017", 6)}),
        (
            "UU 18/2017 Pasal 13, 30 ayat 1, 49 dan 69",
            {("UU 18/2017", n) for n in (13, 30, 49, 69)},
        ),
        ("UU 21/2007 Pasal 1 angka 7 dan 8", {("UU 21/2007", 1)}),
        ("UU 27/2022 Pasal 5 sampai 7, 9", {("UU 27/2022", n) for n in (5, 6, 7, 9)}),
        (
            "UU 21/2007 Pasal 1, KUHP Pasal 455 dan 457",
            {("UU 21/2007", 1), ("KUHP", 455), ("KUHP", 457)},
        ),
        ("UU 1/2023 (KUHP) Pasal 3, 455", {("KUHP", 3), ("KUHP", 455)}),
        ("UU 18/2017 Pasal 5 huruf c, Pasal 13", {("UU 18/2017", 5), ("UU 18/2017", 13)}),
        ("KUHP Pasal 455 sebagaimana diubah UU 1/2026", {("KUHP", 455), ("UU 1/2026", None)}),
        ("Keputusan Menteri Ketenagakerjaan 260/2015", {("Kepmenaker 260/2015", None)}),
        ("keterangan Polda, Januari 2026", set()),
    ],
)
def test_the_articles_of_a_law_are_read(text: str, articles: set[tuple[str, int | None]]) -> None:
    assert cited(text) == articles | {(law, None) for law, _ in articles}


@pytest.mark.parametrize(
    "text", ["Lowongan itu pasti aman.", "Kamu dijamin pulang.", "Kami akan menyelamatkan kamu."]
)
def test_a_promise_is_seen(text: str) -> None:
    assert found(FORBIDDEN, text)


@pytest.mark.parametrize("text", ["Penjara minimal 3 tahun.", "Denda Rp120 juta.", "Rp15 miliar."])
def test_an_old_figure_is_seen(text: str) -> None:
    assert found(OLD_FIGURES, text)


def test_a_key_written_twice_is_seen() -> None:
    with pytest.raises(yaml.constructor.ConstructorError, match="repeats denda"):
        yaml.load("denda: 1\ndenda: 2\n", Loader=content.OneOfEach)
