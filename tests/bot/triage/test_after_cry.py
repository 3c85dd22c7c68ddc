"""After a cry for help: short facts belong to it, and it may be taken back."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bot import clock
from bot.conversation.gsm7 import ALPHABET, EXTENSION
from bot.knowledge import facts
from bot.triage import after_cry
from bot.triage.after_cry import Cry, fact_in, takes_back

LONGEST_SMS = 300


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("umurnya 14", "umur"),
        ("saya harus masuk ga?", "mendekat"),
        ("boleh saya datangi rumahnya?", "mendekat"),
        ("saya samperin aja ya", "mendekat"),
        ("didatangi orang", None),
        ("dia kejar saya", None),
        ("saya masuk kamar", None),
        ("14 thn", "umur"),
        ("masih smp", "umur"),
        ("di hotel", "tempat"),
        ("kamar 3", "tempat"),
        ("ke arah curup", "tempat"),
        ("sama om nya", "orang"),
        ("dak tau dimano", "tidak_tahu"),
        ("gatau kak", "tidak_tahu"),
        ("baterai 5%", "baterai"),
        ("hp lobet", "baterai"),
        ("jam 9 malam", "waktu"),
        ("avanza hitam", "kendaraan"),
        ("bd 1234 xx", "kendaraan"),
        ("baju merah", "ciri"),
        ("namanya Rina", "nama"),
        ("sendirian", "sendirian"),
        ("takut kak", "takut"),
        ("2 org yg jaga", "orang"),
        ("hpnya gak aktif", "hp_mati"),
        ("saya hamil", "sakit"),
    ],
)
def test_a_short_fact_is_known(text: str, fact: str) -> None:
    assert fact_in(text) == fact


@pytest.mark.parametrize(
    "text",
    [
        "umur berapa boleh kerja?",
        "nomor kbri di taiwan",
        "cara lapor",
        "takut banget kalau nanti malam mereka datang lagi",
        "zzz qqq",
        "dulu waktu masih di rumah saya diajak kerja sama teman terus berangkat naik bus",
    ],
)
def test_a_question_a_feeling_and_a_story_are_no_facts(text: str) -> None:
    assert fact_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "eh maaf salah, itu adek main hp",
        "salah kirim kak",
        "becanda doang",
        "iseng",
        "maaf kepencet",
        "cuma ngetes kak",
        "hp dimainin ponakan tadi",
    ],
)
def test_a_cry_is_taken_back(text: str) -> None:
    assert takes_back(text)


@pytest.mark.parametrize(
    "text",
    [
        "ini bukan bercanda",
        "aku gak iseng kak",
        "serius ini, dikira becanda sama ibu",
        "aku disuruh bilang salah kirim",
        "pura pura salah kirim aja",
        "salah kirim pak, eh jangan ditutup, saya tidak bisa keluar",
        "tolong",
    ],
)
def test_whoever_means_it_has_not_taken_it_back(text: str) -> None:
    assert not takes_back(text)


def test_every_text_is_short_and_stands_in_an_sms() -> None:
    values = {**facts.placeholders(), "nomor": "KP2MI +62 21 2924 4800"}
    kinds = after_cry._data()["kabar"]["jenis"]
    longest = max((facts.fill(after_cry.heard(kind), values) for kind in kinds), key=len)
    for name, variants in after_cry.responses().items():
        for one in variants:
            text = facts.fill(one["text"], {**values, "kabar": longest[:130]})
            assert len(text) <= LONGEST_SMS, name
            assert set(text) <= ALPHABET | EXTENSION, name
    for kind in kinds:
        assert set(after_cry.heard(kind)) <= ALPHABET | EXTENSION, kind
        assert len(facts.fill(after_cry.heard(kind), values)) <= LONGEST_SMS


def test_every_answer_to_a_step_has_words() -> None:
    for steps in after_cry._data()["kabar"]["langkah"].values():
        for said in steps:
            assert all(map(after_cry.is_known, said.get("pilihan", {})))


def test_what_is_said_to_a_cry_taken_back_looks_harmless() -> None:
    for name in ("_petugas", "_sendiri"):
        for one in after_cry.responses()[f"{after_cry.TAKEN_BACK}{name}"]:
            for word in ("polisi", "bahaya", "darurat", "petugas", "salahmu"):
                assert word not in one["text"].lower()
            assert "BERAS" in one["text"]


def test_the_steps_go_on_by_turns_and_never_end() -> None:
    steps = [after_cry.step(told, of_another=False) for told in range(8)]
    assert len(set(steps)) == 4
    assert all(before != then for before, then in pairwise(steps))


def test_a_cry_is_recent_for_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Cry().as_slot()
    cry = Cry.of(kept)
    assert cry is not None
    assert cry.is_recent
    now = clock.now_ms()
    monkeypatch.setattr(clock, "now_ms", lambda: now + 61 * 60_000)
    assert not cry.is_recent


def test_a_cry_kept_in_an_older_form_is_still_one() -> None:
    assert Cry.of(5) is not None
    assert Cry.of(None) is None
    assert Cry(turns=0).as_slot() is None
