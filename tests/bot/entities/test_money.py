from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.entities import money

AMOUNTS: list[tuple[str, int | list[int], str, str | None]] = [
    ("gaji 5 juta", 5_000_000, "IDR", None),
    ("4,5jt/bln", 4_500_000, "IDR", "bulan"),
    ("digaji 4.5 jt", 4_500_000, "IDR", None),
    ("Rp 3.000.000", 3_000_000, "IDR", None),
    ("Rp. 3.000.000,-/bulan", 3_000_000, "IDR", "bulan"),
    ("rp 3 000 000", 3_000_000, "IDR", None),
    ("rp3jt", 3_000_000, "IDR", None),
    ("dp 500rb dulu", 500_000, "IDR", None),
    ("500 ribu", 500_000, "IDR", None),
    ("25k", 25_000, "IDR", None),
    ("byr 5k", 5_000, "IDR", None),
    ("5-7 juta", [5_000_000, 7_000_000], "IDR", None),
    ("5 sampe 7 jt", [5_000_000, 7_000_000], "IDR", None),
    ("5 jt s/d 7 jt", [5_000_000, 7_000_000], "IDR", None),
    ("Rp 5.000.000 - Rp 7.000.000 per bulan", [5_000_000, 7_000_000], "IDR", "bulan"),
    ("500rb-1jt", [500_000, 1_000_000], "IDR", None),
    ("500 - 1 jt", [500_000, 1_000_000], "IDR", None),
    ("dua tiga juta", [2_000_000, 3_000_000], "IDR", None),
    ("dua juta setengah", 2_500_000, "IDR", None),
    ("minta sejuta", 1_000_000, "IDR", None),
    ("tiga ratus ribu", 300_000, "IDR", None),
    ("upah limo puluh ribu sehari", 50_000, "IDR", "hari"),
    ("RM 1500", 1500, "MYR", None),
    ("gaji 1500 ringgit", 1500, "MYR", None),
    ("NT$ 20.000", 20_000, "TWD", None),
    ("potong 1500 nt tiap bulan", 1500, "TWD", "bulan"),
    ("1200 dolar singapur", 1200, "SGD", None),
    ("HK$ 4.870", 4870, "HKD", None),
    ("USD 800/month", 800, "USD", "bulan"),
    ("2 juta won", 2_000_000, "KRW", None),
    ("1.500 riyal", 1500, "SAR", None),
    ("2500 dirham", 2500, "AED", None),
    ("200.000 yen", 200_000, "JPY", None),
    ("RM 1500.50", 1500, "MYR", None),
    ("gaji 15jt perbulan", 15_000_000, "IDR", "bulan"),
    ("8 jt sebulan", 8_000_000, "IDR", "bulan"),
    ("sebulan dapat 8 juta", 8_000_000, "IDR", "bulan"),
    ("gaji bulanan 5 jt", 5_000_000, "IDR", "bulan"),
    ("100rb/hari", 100_000, "IDR", "hari"),
    ("gaji 9jt bersih per bln", 9_000_000, "IDR", "bulan"),
    ("gaji 5000000", 5_000_000, "IDR", None),
    ("biayanya 35000000 kak", 35_000_000, "IDR", None),
    ("5 jutaan", 5_000_000, "IDR", None),
    ("utang 1,5 M", 1_500_000_000, "IDR", None),
    ("denda 15 miliar", 15_000_000_000, "IDR", None),
    ("pitis duo juta", 2_000_000, "IDR", None),
    ("𝗚𝗮𝗷𝗶 𝟭𝟱 𝗷𝘂𝘁𝗮", 15_000_000, "IDR", None),
    ("14 jam sehari gaji 9 juta", 9_000_000, "IDR", None),
    ("2 juta dong", 2_000_000, "IDR", None),
]

NO_AMOUNTS = [
    "nomor 5000000",
    "5 juta orang",
    "25k followers",
    "tahun 2025",
    "gaji 5",
    "seribu alasan",
    "dua ribu tujuh",
    "uu 21 tahun dua ribu tujuh",
    "buka 24/7",
    "tv 4k",
    "jarak 100000 meter",
    "jutaan orang",
    "17 tahun",
    "yen loro piye",
    "rm padang",
    "umur 17-25",
    "pasal 5 ayat 3",
    "Rp",
    "",
]


def _value(amount: int | list[int], currency: str, per: str | None) -> dict[str, Any]:
    return {"amount": amount, "currency": currency, "per": per}


@pytest.mark.parametrize(("text", "amount", "currency", "per"), AMOUNTS)
def test_amounts_are_read_as_people_write_them(
    text: str, amount: int | list[int], currency: str, per: str | None
) -> None:
    (entity,) = money.find(text)
    assert entity.value == _value(amount, currency, per)
    assert entity.kind == "uang"


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_other_numbers_are_no_amounts(text: str) -> None:
    assert money.find(text) == []


def test_several_amounts_in_one_offer_are_kept_apart() -> None:
    found = money.find("gaji 20jt, potong 5jt tiap bulan, dp 2,5 juta")
    assert [entity.value["amount"] for entity in found] == [20_000_000, 5_000_000, 2_500_000]
    assert [entity.value["per"] for entity in found] == [None, "bulan", None]
    assert [entity.text for entity in found] == ["20jt", "5jt tiap bulan", "2,5 juta"]


WORDS = ("", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")


def _spelt(number: int) -> str:
    """A number below 1000 in words."""
    if number < 10:
        return WORDS[number]
    if number < 20:
        return {10: "sepuluh", 11: "sebelas"}.get(number, f"{WORDS[number - 10]} belas")
    if number < 100:
        return f"{WORDS[number // 10]} puluh {_spelt(number % 10)}".strip()
    hundred = "seratus" if number < 200 else f"{WORDS[number // 100]} ratus"
    return f"{hundred} {_spelt(number % 100)}".strip()


def _dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


@given(st.integers(1, 999))
def test_thousands_mean_the_same_in_every_spelling(thousands: int) -> None:
    amount = thousands * 1000
    spellings = [
        f"Rp {_dotted(amount)}", f"rp.{_dotted(amount)},-", f"{thousands}rb", f"{thousands} ribu",
        f"{thousands} rbu", f"bayar {amount:,}" if amount >= 10_000 else f"Rp{amount}",
        f"bayar {thousands}k", f"IDR {amount}", f"{amount} rupiah",
    ]  # fmt: skip
    if thousands > 1:
        spellings.append(f"bayar {_spelt(thousands)} ribu")
    for said in spellings:
        (entity,) = money.find(said)
        assert entity.value == _value(amount, "IDR", None), said


@given(st.integers(1, 9999))
def test_millions_mean_the_same_in_every_spelling(tenths: int) -> None:
    amount = tenths * 100_000
    decimal = f"{tenths // 10},{tenths % 10}"
    spellings = [
        f"Rp {_dotted(amount)}", f"{decimal} juta", f"{decimal}jt", f"rp{decimal}jt",
        f"{decimal.replace(',', '.')} jt", f"gaji {_dotted(amount)}", f"gaji {amount}",
    ]  # fmt: skip
    if tenths % 10 == 0:
        spellings.append(f"{_spelt(tenths // 10)} juta")
    if tenths % 10 == 5 and tenths > 10:
        spellings += [f"{tenths // 10} juta setengah", f"{_spelt(tenths // 10)} juta setengah"]
    for said in spellings:
        (entity,) = money.find(said)
        assert entity.value == _value(amount, "IDR", None), said


@given(st.integers(1, 49), st.integers(1, 50), st.sampled_from(["-", " - ", " sampai ", " s/d "]))
def test_a_range_has_both_of_its_ends(low: int, more: int, to: str) -> None:
    high = low + more
    for said in (f"{low}{to}{high} juta", f"{low} jt{to}{high} jt", f"Rp {low}{to}{high} juta"):
        (entity,) = money.find(said)
        assert entity.value["amount"] == [low * 1_000_000, high * 1_000_000], said
