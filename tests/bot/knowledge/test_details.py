from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.details import DETAILS_FILE, MOST_SENTENCES, detail, topic_that_tells
from tests.nlu_data import content

ANSWER = """Paspor dibuat di kantor imigrasi. Tanyakan biayanya ke kantor imigrasi.

- Siapkan KTP dan surat rekomendasi.
- Paspor selesai dalam 4 hari kerja.

Kalau ditolak, telepon KP2MI 0800-1000. Pelaku pemalsuan diancam penjara paling lama 7 tahun.

Dasarnya: UU 6/2011 Pasal 126, denda dan biaya."""


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("brp biayanya", "Tanyakan biayanya ke kantor imigrasi."),
        ("bayare piro mas", "Tanyakan biayanya ke kantor imigrasi."),
        ("biayanyo berapo dang", "Tanyakan biayanya"),
        ("berapa lama?", "Paspor selesai dalam 4 hari kerja."),
        ("nomor teleponnya?", "telepon KP2MI 0800-1000."),
        ("hukumannya?", "penjara paling lama 7 tahun."),
    ],
)
def test_a_follow_up_gets_the_sentences_that_hold_it(question: str, held: str) -> None:
    found = detail(ANSWER, question)
    assert found is not None
    assert held in found


@pytest.mark.parametrize("question", ["kenapa?", "terus aku gimana", "dia orang mana suku apa", ""])
def test_what_asks_for_nothing_known_gets_nothing(question: str) -> None:
    assert detail("Paspor milikmu sendiri.", question) is None


def test_an_answer_without_what_is_asked_says_so_by_nothing() -> None:
    assert detail("Calo itu orang pribadi.", "berapa biayanya?") is None


def test_the_source_line_is_no_detail() -> None:
    assert detail("Dasarnya: UU 6/2011, biaya dan denda.", "berapa biayanya?") is None


def test_an_amount_with_points_stays_whole() -> None:
    answer = "Tanyakan biayanya, dulu Rp37.500 sekali bayar. Selesai."
    assert detail(answer, "bayar brp") == "Tanyakan biayanya, dulu Rp37.500 sekali bayar."


@pytest.mark.parametrize("topic", content.topics(), ids=repr)
@pytest.mark.parametrize("question", ["berapa biayanya?", "berapa lama?", "nomornya?"])
def test_details_of_every_answer_are_its_own_sentences_and_few(
    topic: content.Topic, question: str
) -> None:
    answer = content.filled(topic.text)
    found = detail(answer, question)
    if found is not None:
        assert all(sentence in answer for sentence in found.splitlines())
        assert len(found.splitlines()) <= MOST_SENTENCES


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_no_text_makes_it_fail(answer: str, question: str) -> None:
    found = detail(answer, question)
    assert found is None or found.strip()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("berapa biayanya?", "Jangan bayar orang yang mengaku bisa meloloskan."),
        ("berapa biayanya?", "Tiap orang membayar Rp60 juta."),
        ("berapa lama?", "Sesudah itu tunggu beberapa hari."),
        ("nomornya?", "Langsung hubungi polisi."),
        ("ktp ibu gimana", "Siapkan KTP dan kartu keluarga."),
    ],
)
def test_a_sentence_that_only_touches_on_it_is_no_answer(question: str, answer: str) -> None:
    assert detail(answer, question) is None


@pytest.mark.parametrize(
    ("question", "last", "topic"),
    [
        ("biayanya brp", "kerja_korea", "biaya_penempatan"),
        ("syaratnya apa aja", "kerja_jepang", "syarat_pmi"),
        ("umurnyo berapo", "kerja_singapura", "usia_minimum"),
        ("trus pulangnya gmn", "pengantin_pesanan", "pemulangan_korban"),
        ("kena berapa tahun", "lewat_batam", "hukuman_pelaku"),
        # A passport costs something else than being placed.
        ("biayanya brp", "buat_paspor", None),
        ("syaratnya apa aja", "buat_paspor", None),
        ("siapa namanya", "kerja_korea", None),
        ("umurnya", "usia_minimum", None),
    ],
)
def test_another_topic_may_tell_it(question: str, last: str, topic: str | None) -> None:
    assert topic_that_tells(question, last) == topic


def test_where_it_is_told_else_are_topics_and_areas_that_exist() -> None:
    topics = {topic.id for topic in content.topics()}
    areas = set(content.catalogue()["faq"])
    for said in yaml.safe_load(DETAILS_FILE.read_text("utf-8")).values():
        for topic, after in said.get("di_topik_lain", {}).items():
            assert topic in topics
            assert set(after) <= topics | areas
