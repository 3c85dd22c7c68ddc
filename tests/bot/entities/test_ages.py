from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.entities import ages

TODAY = date(2026, 11, 21)

AGES: list[tuple[str, int | list[int]]] = [
    ("umur 17", 17),
    ("umr 17 gaji 5jt", 17),
    ("umurku 17thn", 17),
    ("umurnya 17", 17),
    ("umur saya baru 16", 16),
    ("umur: 19", 19),
    ("17 tahun masih dihitung anak gak", 17),
    ("17 thn", 17),
    ("17thn", 17),
    ("anak 15 tahun diajak kerja ke kafe", 15),
    ("ank sy yg baru 15 th diajak om om", 15),
    ("ponakan ambo baru 8 tahun", 8),
    ("anak 9 tahun di jalan minta-minta", 9),
    ("anak 14 tahun kerja di karaoke", 14),
    ("berumur enam belas", 16),
    ("cucu sayo baru limo belas taun", 15),
    ("umurku pitulas luwih", 17),
    ("umur ambo duo puluah satu", 21),
    ("usia 18-35 th", [18, 35]),
    ("usia 18 s/d 35 tahun", [18, 35]),
    ("cewek umur 18 sampai 25 thn", [18, 25]),
    ("usia antara 20 dan 30", [20, 30]),
    ("usia 5-12 tahun", [5, 12]),
    ("minimal 18 tahun", 18),
    ("maks 35 th", 35),
    ("sy lahir 2009", [16, 17]),
    ("lahir tahun 2009", [16, 17]),
    ("lahir tgl 5 mei 2009", 17),
    ("lahir 5-12-2009", 16),
    ("kelahiran 2000", [25, 26]),
    ("saya laki-laki 44 tahun", 44),
]

NO_AGES = [
    "selama 17 tahun",
    "kontrak 2 tahun",
    "kontraknya 17 tahun",
    "kerja 17 tahun di malaysia",
    "17 tahun kerja di sana",
    "3 tahun lalu",
    "anak saya pergi 3 tahun yang lalu",
    "penjara 15 tahun",
    "paling lama 15 tahun",
    "ke 18 masih 2 tahun lagi",
    "UU 21 tahun 2007",
    "istri saya enam tahun jadi pembantu",
    "adik ambo lah duo taun di negeri orang",
    "dua belas tahun saya jadi pengasuh",
    "umur 8 bulan",
    "umur dua puluhan",
    "umur 17.5",
    "umur 200",
    "sejak umur",
    "no 17",
    "jam 17",
    "lahir di bengkulu",
    "lahir 1850",
    "",
]


@pytest.mark.parametrize(("text", "value"), AGES)
def test_ages_are_read_as_people_write_them(text: str, value: int | list[int]) -> None:
    (entity,) = ages.find(text, TODAY)
    assert entity.value == value
    assert entity.kind == "umur"


@pytest.mark.parametrize("text", NO_AGES)
def test_a_length_of_time_is_no_age(text: str) -> None:
    assert ages.find(text, TODAY) == []


def test_a_place_of_birth_is_no_part_of_the_age() -> None:
    (entity,) = ages.find("lahir di curup 12-03-2008", TODAY)
    assert (entity.value, entity.text) == (18, "12-03-2008")


@given(st.integers(1, 99))
def test_any_age_is_read_with_any_word_for_year(age: int) -> None:
    for said in (f"umur {age}", f"usia {age} thn", f"umurnya {age}th", f"anak {age} tahun"):
        (entity,) = ages.find(said, TODAY)
        assert entity.value == age, said


@given(st.dates(date(1930, 1, 1), date(2020, 12, 31)), st.dates(date(2021, 1, 1), date(2039, 1, 1)))
def test_the_day_of_birth_gives_the_age_of_today(born: date, today: date) -> None:
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    (entity,) = ages.find(f"lahir {born:%d-%m-%Y}", today)
    assert entity.value == age
    (entity,) = ages.find(f"lahir {born.year}", today)
    assert entity.value[0] <= age <= entity.value[1]
