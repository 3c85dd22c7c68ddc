"""Whose danger it is: the one who writes, or somebody else who is told of."""

from __future__ import annotations

import pytest

from bot.triage.first_aid import is_of_another, kind_of


def _whose(text: str) -> bool | None:
    return is_of_another(text, kind_of(text))


@pytest.mark.parametrize(
    "text",
    [
        "tolong saya dikunci",
        "kami semua dikurung",
        "aku sama adikku dikunci",
        "saya dan teman dikurung",
        "dia mukul aku lagi",
        "suami saya mukul saya",
        "anak majikan mukul saya",
        "majikan siram air panas ke saya, melepuh",
        "aku barusan diperkosa om di rumahnya",
        "saya takut dikurung lagi",
        "suami kunci pintu, aku gak bisa keluar",
        "kulo dikancing neng omah majikan",
        "pacarku jual aku",
        "saya mau mati",
        "om aku diculik sama orang",
        "bukan aku aja yang dikurung, ada 4 org",
        "saya minum racun anak saya lihat",
    ],
)
def test_who_is_in_danger_and_writes_is_the_one(text: str) -> None:
    assert _whose(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "ado budak dikurung di rumah pak Joni",
        "tetangga saya disekap majikan",
        "adik saya habis diperkosa bos nya",
        "anak saya dibawa mobil barusan",
        "saya lihat tetangga dipukul suaminya",
        "tetangga mukulin istrinya tiap malam",
        "bapak saya mukulin ibu saya",
        "adek ku dikunci majikan di malaysia",
        "dia dikurung di kamar belakang",
        "dia cerita ke saya kalau dikurung",
        "saya mau lapor, adik dikurung di ruko",
        "saya kakaknya, dia dikurung",
        "murid saya bilang pengen mati",
        "adikku dikancing neng omah majikan",
        "suami saya abk dipukul kapten",
        "di rumah sebelah\nada cewek2\nkyk dikurung\ntakut saya",
        "ada anak kecil dikurung, takut aku",
    ],
)
def test_who_tells_of_another_is_not_the_one(text: str) -> None:
    assert _whose(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "tolong kak dikunci",
        "suami mukul terus",
        "dipukul majikan saya",
        "bos mabuk, gedor gedor kamarku",
        "ada orang jaga, gak bisa keluar",
        "mereka gak bolehin keluar",
        "kasihan anak saya, mending mati aja",
    ],
)
def test_where_the_words_do_not_tell_nobody_is_taken_for_a_witness(text: str) -> None:
    assert not _whose(text)


def test_who_is_taken_away_is_not_the_one_who_tells() -> None:
    assert is_of_another("tadi malam bawa 3 cewek dari rumah kosong", None) is True
    assert is_of_another("suami mukul terus", None) is None
    assert is_of_another("takut saya", None) is False
