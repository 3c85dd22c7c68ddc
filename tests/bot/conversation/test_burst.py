from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.burst import looks_unfinished, wait_ms


@pytest.mark.parametrize(
    "line",
    [
        "kak",
        "halo kak",
        "p",
        "ping",
        "assalamualaikum",
        "assalamualaikum min",
        "selamat siang pak",
        "permisi kak mau tanya",
        "saya mau tanya",
        "mau nanya dong",
        "assalamualaikum selamat siang pak admin maaf saya mau tanya",
        "maaf kak",
        "mau tanya soal",
        "ambo ndak nanyo",
        "aku arep takon",
        "boleh tanya",
        "saya mau cerita",
        "jadi gini kak",
        "gini lho mbak",
        "terus",
        "terus dia bilang",
        "kata agennya",
        "soalnya",
        "kalau",
        "adik saya",
        "tetangga saya",
        "saya dari bengkulu",
        "saya kerja di malaysia",
        "ditawari kerja",
        "gaji 10jt",
        "ini fotonya",
        "saya ditawari kerja di kamboja karena",
        "gajinya katanya 12 juta dan",
        "kerjanya jadi admin di perusahaan yang",
        "anak saya umur 16,",
        "paspor saya:",
        "kemarin ada orang datang...",
        "kemarin ada orang datang ke rumah…",
        "tunggu ya -",
    ],
)
def test_a_line_that_has_not_come_to_the_point_waits_for_the_next(line: str) -> None:
    assert looks_unfinished(line)


@pytest.mark.parametrize(
    "line",
    [
        "apa itu tppo",
        "apa itu tppo?",
        "Apa itu TPPO?",
        "gimana cara lapor",
        "berapa biaya ke malaysia?",
        "boleh gak agen pegang paspor saya",
        "boleh tanya gak",
        "nomor polisi berapa",
        "kemano ngadu kak",
        "kerja di jepang aman?",
        "saya ditawari kerja jadi admin di kamboja gaji 12 juta",
        "paspor saya dipegang majikan sejak tiba di sini",
        "paspor saya ditahan majikan sejak bulan lalu",
        "Saya mau lapor.",
        "Sudah.",
        "makasih!",
        # Nobody writes this much and has not come to the point.
        "saya mau cerita dulu dari awal " * 10 + "karena",
    ],
)
def test_a_clear_line_is_answered_at_once(line: str) -> None:
    assert not looks_unfinished(line)


@pytest.mark.parametrize(
    "line",
    ["ya", "iyo", "Ya", "tidak", "dak", "ga", "ok", "oke", "batal", "lewati", "kembali", "ulangi",
     "menu", "stop", "berhenti", "terima kasih", "makasih", "sudah", "selesai", "tidak jadi"],
)  # fmt: skip
def test_a_short_answer_is_a_whole_answer(line: str) -> None:
    assert not looks_unfinished(line)


@pytest.mark.parametrize(
    "line",
    ["1", "2.", "no 2", "nomor 3", "110", "17 tahun", "1 juta", "dua", "yang kedua",
     "yg pertama aja", "yg ke 2 aja kak", "terakhir"],
)  # fmt: skip
def test_a_number_picked_from_a_list_is_answered_at_once(line: str) -> None:
    assert not looks_unfinished(line)


@pytest.mark.parametrize("line", ["/menu", "/start", "/lapor saya", "  /batal"])
def test_a_command_is_answered_at_once(line: str) -> None:
    assert not looks_unfinished(line)


@pytest.mark.parametrize("line", ["", " ", "🙏", "?", "...", "🙏🏽🙏🏽"])
def test_a_line_without_words_is_answered_at_once(line: str) -> None:
    assert not looks_unfinished(line)


@pytest.mark.parametrize(
    "line",
    [
        "saya dikurung",
        "sy dikunci dan",
        "kami disekap di mess,",
        "adik saya disekap di batam",
        "tolong kami",
        "tolong sy",
        "tolong saya",
        "dia dipukul karena",
        "anak saya diculik...",
        "saya pengen mati",
        "dak boleh keluar",
        "darurat",
    ],
)
def test_anything_urgent_is_answered_at_once_finished_or_not(line: str) -> None:
    assert not looks_unfinished(line)


def test_only_an_unfinished_line_waits_and_only_so_long() -> None:
    assert wait_ms("kak", burst_wait=0.35) == 350
    assert wait_ms("apa itu tppo?", burst_wait=0.35) == 0
    assert wait_ms("saya dikurung dan", burst_wait=0.35) == 0
    assert wait_ms("kak", burst_wait=0.0) == 0


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_no_line_makes_the_wait_fail(line: str) -> None:
    assert wait_ms(line, burst_wait=0.35) in (0, 350)


def test_a_very_long_line_is_judged_quickly() -> None:
    started = time.perf_counter()
    looks_unfinished("saya mau cerita panjang sekali " * 320)
    assert time.perf_counter() - started < 0.3
