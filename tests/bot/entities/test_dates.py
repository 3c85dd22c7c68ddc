from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.entities import dates

# A Saturday.
TODAY = date(2026, 11, 21)

DAYS: list[tuple[str, str, str | None]] = [
    ("besok pagi", "2026-11-22", "pagi"),
    ("bsk", "2026-11-22", None),
    ("sesok", "2026-11-22", None),
    ("lusa", "2026-11-23", None),
    ("kemarin malam", "2026-11-20", "malam"),
    ("kmrn", "2026-11-20", None),
    ("wingi", "2026-11-20", None),
    ("kemarin lusa", "2026-11-19", None),
    ("tadi malam", "2026-11-20", "malam"),
    ("semalam", "2026-11-20", "malam"),
    ("mbengi", "2026-11-20", "malam"),
    ("td pagi", "2026-11-21", "pagi"),
    ("tadi", "2026-11-21", None),
    ("sekarang", "2026-11-21", None),
    ("kini", "2026-11-21", None),
    ("hr ini", "2026-11-21", None),
    ("malam ini", "2026-11-21", "malam"),
    ("mlm ni", "2026-11-21", "malam"),
    ("nanti malam", "2026-11-21", "malam"),
    ("kelak malam", "2026-11-21", "malam"),
    ("mengko bengi", "2026-11-21", "malam"),
    ("sore kemarin", "2026-11-20", "sore"),
    ("3 hari lagi", "2026-11-24", None),
    ("tiga hari yang lalu", "2026-11-18", None),
    ("5 hr yg lalu", "2026-11-16", None),
    ("tgl 5", "2026-12-05", None),
    ("tgl 15", "2026-11-15", None),
    ("tanggal 5 desember", "2026-12-05", None),
    ("tgl 5 bulan depan", "2026-12-05", None),
    ("tgl 5 bulan 12", "2026-12-05", None),
    ("5/12/2026", "2026-12-05", None),
    ("05-12-26", "2026-12-05", None),
    ("05.12.2026", "2026-12-05", None),
    ("2026-12-05", "2026-12-05", None),
    ("5-12", "2026-12-05", None),
    ("5/1", "2027-01-05", None),
    ("1 desember 1998", "1998-12-01", None),
    ("5 des '25", "2025-12-05", None),
    ("senin depan", "2026-11-23", None),
    ("hari jumat", "2026-11-27", None),
    ("jum'at", "2026-11-27", None),
    ("rabu kemarin", "2026-11-18", None),
    ("senin yang lalu", "2026-11-16", None),
    ("senin minggu depan", "2026-11-23", None),
    ("hari minggu", "2026-11-22", None),
    ("minggu pagi", "2026-11-22", "pagi"),
    ("minggu jam 3 sore", "2026-11-22", "15:00"),
    ("minggu, 29 november", "2026-11-29", None),
    ("malam minggu", "2026-11-21", "malam"),
    ("malam jumat", "2026-11-26", "malam"),
    ("jumat malam", "2026-11-27", "malam"),
    ("senin, 7 desember 2026", "2026-12-07", None),
    ("besok pagi jam 8", "2026-11-22", "08:00"),
    ("besok sekitar jam 3 sore", "2026-11-22", "15:00"),
    ("jam 8 besok pagi", "2026-11-22", "08:00"),
    ("tgl 5 jam 8 malam", "2026-12-05", "20:00"),
    ("tadi malam jam 2", "2026-11-21", "02:00"),
    ("tadi malam jam 9", "2026-11-20", "21:00"),
    ("jam 3 sore", "2026-11-21", "15:00"),
    ("jam 21.00", "2026-11-21", "21:00"),
    ("pukul 21:30 wib", "2026-11-21", "21:30"),
    ("jam setengah 8 malam", "2026-11-21", "19:30"),
    ("jam dua dini hari", "2026-11-21", "02:00"),
    ("jm sepuluh bengi", "2026-11-21", "22:00"),
    ("08.00 wib", "2026-11-21", "08:00"),
    ("21:00", "2026-11-21", "21:00"),
]

PERIODS = [
    ("minggu depan", "2026-11-23", "2026-11-29", "minggu"),
    ("minggu lalu", "2026-11-09", "2026-11-15", "minggu"),
    ("dua minggu lalu", "2026-11-02", "2026-11-08", "minggu"),
    ("seminggu lagi", "2026-11-23", "2026-11-29", "minggu"),
    ("bulan depan", "2026-12-01", "2026-12-31", "bulan"),
    ("bln dpn", "2026-12-01", "2026-12-31", "bulan"),
    ("sebulan yang lalu", "2026-10-01", "2026-10-31", "bulan"),
    ("3 bln lagi", "2027-02-01", "2027-02-28", "bulan"),
    ("3 tahun lalu", "2023-01-01", "2023-12-31", "tahun"),
    ("thn ini", "2026-01-01", "2026-12-31", "tahun"),
    ("taun wingi", "2025-01-01", "2025-12-31", "tahun"),
    ("2023", "2023-01-01", "2023-12-31", "tahun"),
    ("tahun 2023", "2023-01-01", "2023-12-31", "tahun"),
    ("januari", "2027-01-01", "2027-01-31", "bulan"),
    ("desember", "2026-12-01", "2026-12-31", "bulan"),
    ("bulan mei 2025", "2025-05-01", "2025-05-31", "bulan"),
    ("maret tahun depan", "2027-03-01", "2027-03-31", "bulan"),
    ("bulan 12", "2026-12-01", "2026-12-31", "bulan"),
    ("awal bulan 12", "2026-12-01", "2026-12-10", "minggu"),
    ("akhir bulan", "2026-11-21", "2026-11-30", "minggu"),
    ("awal bulan depan", "2026-12-01", "2026-12-10", "minggu"),
    ("pertengahan desember", "2026-12-11", "2026-12-20", "minggu"),
    ("awal tahun", "2026-01-01", "2026-03-31", "bulan"),
    ("akhir 2024", "2024-10-01", "2024-12-31", "bulan"),
    ("5-7 desember", "2026-12-05", "2026-12-07", "hari"),
    ("2-3 hari lagi", "2026-11-23", "2026-11-24", "hari"),
]

NO_DAYS = [
    "habis lebaran",
    "besok-besok",
    "kemarin2",
    "nomor yang tadi",
    "selamat pagi kak",
    "nanti saja",
    "jam berapa",
    "jam tangan",
    "kerja 12 jam 7 hari",
    "pkl enam bulan",
    "buka 24/7",
    "UU 21 tahun 2007",
    "UU Nomor 21 Tahun 2007",
    "pasal 5/12",
    "usia 5-12",
    "gaji 5-12 juta",
    "2025 orang",
    "desa jum'at",
    "tiap selasa",
    "anak saya 18 bulan",
    "31 februari",
    "99/99/2026",
    "9999 hari lagi",
    "99999999999999 hari lagi",
    "3 hari",
    "6 bulan 12 hari",
    "2 minggu jam kerja",
    "seminggu 2 kali",
    "minggu",
    "",
]


def _value(first: str, last: str, time: str | None, precision: str) -> dict[str, Any]:
    return {"from": first, "to": last, "time": time, "precision": precision}


@pytest.mark.parametrize(("text", "day", "time"), DAYS)
def test_days_and_hours_are_placed(text: str, day: str, time: str | None) -> None:
    (entity,) = dates.find(f"kejadiannya {text} kak", TODAY)
    assert entity.value == _value(day, day, time, "hari")
    assert entity.kind == "waktu"


@pytest.mark.parametrize(("text", "first", "last", "precision"), PERIODS)
def test_weeks_months_and_years_have_both_of_their_ends(
    text: str, first: str, last: str, precision: str
) -> None:
    (entity,) = dates.find(f"berangkat {text} ya", TODAY)
    assert entity.value == _value(first, last, None, precision)
    assert entity.text == text


@pytest.mark.parametrize("text", NO_DAYS)
def test_what_cannot_be_placed_is_not_found(text: str) -> None:
    assert dates.find(text, TODAY) == []


def test_two_days_in_a_sentence_are_kept_apart() -> None:
    found = dates.find("kemarin dijemput, besok jam 4 terbang", TODAY)
    assert [entity.value["from"] for entity in found] == ["2026-11-20", "2026-11-22"]
    assert [entity.text for entity in found] == ["kemarin", "besok jam 4"]


MONTHS = (
    "januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september",
    "oktober", "november", "desember",
)  # fmt: skip
some_day = st.dates(date(2021, 1, 1), date(2039, 12, 31))


# Of 14 days, from 1 March the 15th of February is as near as that of March.
@given(some_day, st.integers(-13, 13))
def test_a_day_nearby_is_found_in_every_way_of_writing_it(today: date, distance: int) -> None:
    day = today + timedelta(days=distance)
    month = MONTHS[day.month - 1]
    said = [
        f"tgl {day.day}/{day.month}", f"{day.day}/{day.month}/{day.year}", f"{day:%d-%m-%Y}",
        f"tgl {day.day} {month}", f"{day.day} {month[:3]} {day.year}", f"{day:%d.%m.%y}",
        f"tanggal {day.day}", day.isoformat(),
    ]  # fmt: skip
    for text in said:
        if "24/7" in text:
            continue
        (entity,) = dates.find(text, today)
        assert (entity.value["from"], entity.value["to"]) == (day.isoformat(),) * 2, text


@given(some_day, st.integers(1, 400))
def test_days_are_counted_from_today(today: date, count: int) -> None:
    for text, distance in ((f"{count} hari lagi", count), (f"{count} hr yg lalu", -count)):
        (entity,) = dates.find(text, today)
        assert entity.value["from"] == (today + timedelta(days=distance)).isoformat()
        assert entity.text == text


@given(some_day, st.integers(0, 6))
def test_a_day_of_the_week_falls_on_that_day(today: date, number: int) -> None:
    name = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")[number]
    for text, low, high in ((f"hari {name}", 0, 6), (f"hari {name} lalu", -7, -1)):
        if text == "hari minggu lalu":
            continue
        (entity,) = dates.find(text, today)
        day = date.fromisoformat(entity.value["from"])
        assert day.weekday() == number
        assert low <= (day - today).days <= high


def test_on_a_sunday_the_night_of_sunday_is_that_of_next_saturday() -> None:
    (entity,) = dates.find("malam minggu", date(2026, 11, 22))
    assert entity.value["from"] == "2026-11-28"


@given(some_day, st.integers(), st.sampled_from(["hari", "minggu", "bulan", "tahun"]))
def test_no_distance_leads_out_of_the_calendar(today: date, count: int, unit: str) -> None:
    for text in (
        f"{count} {unit} lagi",
        f"{count} {unit} lalu",
        f"{count}-{count + 1} {unit} lagi",
    ):
        for entity in dates.find(text, today):
            assert entity.value["from"] <= entity.value["to"]
