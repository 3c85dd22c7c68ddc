"""The paragraph of an answer that speaks of what a message says."""

from __future__ import annotations

import pytest

from bot.knowledge.passages import Passages
from tests.nlu_data import content

ANSWERS = {topic.id: content.filled(topic.text) for topic in content.topics()}


@pytest.fixture(scope="module")
def passages() -> Passages:
    return Passages(ANSWERS.values())


@pytest.mark.parametrize(
    ("topic", "message", "told"),
    [
        ("kerja_hongkong_taiwan", "kata agen gajinya dipotong dulu", "potongan gaji"),
        ("lindungi_saksi", "ada yang ngancam lewat telepon", "Kalau kamu diancam"),
        ("cek_p3mi", "fotonya surat izin dikirim, cukup?", "Foto surat izin"),
        ("alat_bukti", "chatnya kehapus semua", "jangan hapus"),
    ],
)
def test_a_telling_word_finds_its_paragraph(
    passages: Passages, topic: str, message: str, told: str
) -> None:
    found = passages.find(ANSWERS[topic], message)
    assert found is not None
    assert told in found
    assert found in ANSWERS[topic]


@pytest.mark.parametrize(
    "message",
    ["makanannya pedas gak kak", "boleh kerja di sana", "gimana dong", "", "ok", "dasarnya apa"],
)
def test_what_no_paragraph_speaks_of_finds_none(passages: Passages, message: str) -> None:
    assert passages.find(ANSWERS["kerja_hongkong_taiwan"], message) is None


def test_the_first_paragraph_is_never_found() -> None:
    answer = "Majikan dilarang menahan.\n\nTelepon kedutaan.\n\nDasarnya: undang-undang kedutaan."
    passages = Passages([answer, *("lain lain sekali lagi" for _ in range(60))])
    assert passages.find(answer, "majikan saya") is None
    assert passages.find(answer, "kedutaannya") == "Telepon kedutaan."
    assert passages.find(answer, "undang-undang") is None


def test_where_two_paragraphs_speak_of_it_none_is_torn_out() -> None:
    answer = "Awal.\n\nBawa tiketnya.\n\nSimpan tiketnya."
    passages = Passages([answer, *("lain lain sekali lagi" for _ in range(200))])
    assert passages.find(answer, "tiketku") is None
