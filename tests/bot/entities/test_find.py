from __future__ import annotations

import json
import time
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.entities.entity import Entity
from bot.entities.find import PRECEDENCE, find, settle

TODAY = date(2026, 11, 21)

SENTENCES = [
    (
        "Loker kebun sawit Malaysia gaji 5jt/bln umur 18-35 hub 0812-0000-0001",
        ["pekerjaan", "negara", "uang", "umur", "telepon"],
    ),
    (
        "ank sy umur 15 dibawa kmrn malam dr desa Nakau ke kl jd lc",
        ["umur", "waktu", "tempat", "negara", "pekerjaan"],
    ),
    (
        "ambo ditawari PT Maju Contoh ke taiwan, dp 2,5 juta, tgl 5 berangkat",
        ["perusahaan", "negara", "uang", "waktu"],
    ),
    (
        "transfer 3jt ke rek bca 1234567890, nik 1709010101010001, daftar s.id/loker",
        ["uang", "rekening", "nik", "tautan"],
    ),
    ("apa itu TPPO", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "kinds"), SENTENCES)
def test_a_message_gives_all_that_it_names(text: str, kinds: list[str]) -> None:
    assert [entity.kind for entity in find(text, today=TODAY)] == kinds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("wa.me/6281200000001", "tautan"),
        ("hrd@malaysia.com", "tautan"),
        ("bayar 081200000001", "telepon"),
        ("bca 5000000000", "rekening"),
        ("5 juta", "uang"),
        ("5-12 juta", "uang"),
        ("usia 5-12", "umur"),
        ("17 tahun", "umur"),
        ("lahir 2009", "umur"),
        ("3 tahun lalu", "waktu"),
        ("2025", "waktu"),
        ("jam 3", "waktu"),
        ("5/12/2026", "waktu"),
        ("08-12-2026", "waktu"),
        ("PT Malaysia Contoh", "perusahaan"),
        ("LPK Harapan", "perusahaan"),
        ("1200 dolar singapura", "uang"),
        ("desa jum'at", "tempat"),
        ("hari jum'at", "waktu"),
        ("1709010101010001", "nik"),
    ],
)
def test_what_two_kinds_want_goes_to_one_of_them(text: str, kind: str) -> None:
    (entity,) = find(text, today=TODAY)
    assert entity.kind == kind


@pytest.mark.parametrize(
    "text", ["selama 17 tahun", "kontrak 2 tahun", "kerja 3 tahun", "5 juta orang", "nomor 7"]
)
def test_some_numbers_are_nothing_of_this(text: str) -> None:
    assert find(text, today=TODAY) == []


def test_of_two_that_overlap_the_first_in_the_order_of_precedence_stays() -> None:
    text = "x" * 10
    date_, link = Entity.of("waktu", 1, text, 0, 9), Entity.of("tautan", 2, text, 8, 10)
    assert settle([date_, link]) == [link]
    short, long = Entity.of("uang", 1, text, 4, 6), Entity.of("uang", 2, text, 3, 6)
    assert settle([short, long]) == [long]
    before, after = Entity.of("umur", 1, text, 0, 3), Entity.of("uang", 2, text, 3, 6)
    assert settle([after, before]) == [before, after]
    assert settle([]) == []


WORDS = """5 juta jt rb ribu Rp gaji 5.000.000 17 tahun umur lahir 2009 kontrak lalu lagi besok
tgl 5/12
jam 3 sore 0812-0000-0001 +62 rek bca 1234567890 wa.me/6281200000001 @akun PT Maju Jaya LPK
Sdn Bhd desa Harapan kec Pondok Kelapa Talang Empat ke Malaysia hongkong jadi admin art sawit
- / . , \n sampai dua belas setengah puluh minggu depan senin Jum'at İ ½ 𝟱 ( ) : $ nt k m"""
PIECES = st.sampled_from(WORDS.split(" "))


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map(" ".join)))
def test_any_text_is_read_and_every_entity_stands_where_it_says(text: str) -> None:
    found = find(text, today=TODAY)
    for entity in found:
        assert text[entity.start : entity.end] == entity.text != ""
        assert entity.kind in PRECEDENCE
        assert json.loads(json.dumps(entity.value)) == entity.value
    assert found == sorted(found, key=lambda entity: entity.start)
    for first, second in pairwise(found):
        assert first.end <= second.start


OFFER = """Lowongan kerja ke Malaysia gaji 5 juta per bulan, umur 18-35 th, hub 0812-0000-0001
PT Maju Contoh Abadi, berangkat besok pagi dari desa Taba Terunjam. saya takut kak, anak saya
umur 15 diajak kerja ke kamboja jadi admin judi online gajinya 15jt sebulan,
daftar di bit.ly/contoh """


def _seconds(text: str) -> float:
    """The shortest of some runs, in time of this process: the others were disturbed."""
    runs = []
    for _ in range(5):
        begun = time.process_time()
        find(text, today=TODAY)
        runs.append(time.process_time() - begun)
    return min(runs)


def test_a_long_message_is_read_within_its_time() -> None:
    text = (OFFER * 20)[:4000]
    find(text, today=TODAY)
    # Measured 10 to 15 ms; room is left for a machine that is busy.
    assert _seconds(text) < 0.1


@pytest.mark.parametrize(
    "piece",
    [
        "1 ", "1-", "1/", "1.", "9", "5 juta ", "dua ", "seribu ", "a.", "a@", "@", "a-",
        "https://", "PT Maju ", "PT MAJU ", "pt ", "Aa ", "co ltd ", "talang empat ", "lagan ",
        "umur ", "umur 17 ", "lahir ", "tgl ", "jam ", "malam ", "senin ", "08", "0812 ",
        "+62", "rek ", "(", " ", "\n", "𝗚", "wa: ", "kab ", "kebun sawit ", "s/d ",
    ],
)  # fmt: skip
def test_no_text_takes_more_than_its_length(piece: str) -> None:
    short = (piece * 1000)[:1000]
    long = (piece * 4000)[:4000]
    # Four times the text, with room for noise; time with the square would be 16 times.
    assert _seconds(long) < 10 * _seconds(short) + 0.01
