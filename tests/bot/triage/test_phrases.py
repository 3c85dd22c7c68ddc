from __future__ import annotations

import re
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.triage.phrases import (
    PHRASES_FILE,
    sounds_serious,
    sounds_urgent,
    speaks_of_another,
    speaks_of_safety,
    speaks_of_suicide,
    tells_of_another,
)

GROUPS = (
    "darurat", "nyawa", "tinggi", "andai", "cerita", "diri",
    "orang_lain", "aman", "ingkar", "bukan", "saksi", "sendiri", "lampau", "kini",
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "dikurung",
        "Saya DIKURUNG majikan!",
        "saya   dikurung\n majikan",
        "sy dkurung",
        "sy di kurung",
        "sy d kurung",
        "saya dikunciin di kamar",
        "kami di sekap",
        "dia dipukulin terus",
        "mau dibawa ke batam malam ini",
        "mau dibawa orang itu malam ini",
        "tdk boleh keluar",
        "nggak bole keluar",
        "ora oleh metu",
        "dak biso keluar",
        "anak saya dibawa orang",
        "anaknya tadi pagi dibawa kabur",
        "saya mau  bunuh\tdiri",
    ],
)
def test_a_sign_is_found_however_it_is_written(text: str) -> None:
    assert sounds_urgent(text)


@pytest.mark.parametrize(
    "text",
    [
        "sekapan",
        "kurungan ayam",
        "mau jual sayap ayam",
        "pukul delapan",
        "besok kumpul di pukul 8",
        "kunci motor hilang",
        "boleh keluar kok",
        "bisa keluar kapan saja",
        "anak saya dibawa ke puskesmas",
        "mau dibawa ke bengkel",
        "saya mau ke batam malam ini",
    ],
)
def test_a_word_that_only_resembles_a_sign_is_none(text: str) -> None:
    assert not sounds_urgent(text)
    assert not sounds_serious(text)


def test_at_most_three_words_stand_in_between() -> None:
    assert sounds_serious("paspor saya dan teman ditahan")
    assert not sounds_serious("paspor saya dan dua teman sekampung ditahan")


@pytest.mark.parametrize(
    "supposition",
    ["bagaimana kalau", "gimana kalo", "cakmano kalu", "piye nek", "seandainya", "misalnya",
     "andaikan", "umpamanya"],
)  # fmt: skip
def test_a_supposition_takes_back_what_follows_it(supposition: str) -> None:
    assert not sounds_urgent(f"{supposition} saya dikurung majikan")
    assert not sounds_serious(f"{supposition} paspor saya ditahan")
    # But not what was said before it, nor in another sentence.
    assert sounds_urgent(f"saya dikurung, {supposition} saya lompat dari jendela")
    assert sounds_urgent(f"{supposition} lapor polisi? saya dikurung di sini")


@pytest.mark.parametrize(
    "about", ["film", "sinetron", "berita", "novel", "lagu", "dongeng", "drakor"]
)
def test_what_is_told_about_others_is_no_cry_for_help(about: str) -> None:
    assert not sounds_urgent(f"nonton {about} orang disekap")
    assert not sounds_urgent(f"ada yang disiksa di {about} itu")


@pytest.mark.parametrize("about", ["film", "sinetron", "berita", "novel", "lagu", "akun", "layar"])
def test_a_cry_for_help_is_heard_whatever_else_it_mentions(about: str) -> None:
    """An earlier list let one word such as "akun" anywhere take everything back."""
    assert sounds_urgent(f"saya disekap di ruko, {about} saya juga diambil")
    assert sounds_urgent(f"{about} itu benar, kami juga disekap di sini")
    assert sounds_urgent(f"{about} tentang orang disekap itu benar, di sini saya dikurung")
    assert sounds_urgent(f"tolong, {about} ditutup. adik saya dipukuli bos")


@pytest.mark.parametrize(
    "text",
    [
        "akun fb saya dikunci",
        "layar hp dikunci pakai pola",
        "motor saya dikunci ganda kok hilang",
        "nomor darurat",
        "pintu darurat",
        "tali sepatu diikat",
    ],
)
def test_a_thing_that_is_locked_is_no_person(text: str) -> None:
    assert not sounds_urgent(text)
    assert sounds_urgent(f"{text}, tapi sekarang saya dikurung")


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_no_text_makes_the_search_fail(text: str) -> None:
    assert sounds_urgent(text) in (True, False)
    assert sounds_serious(text) in (True, False)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["saya dikurung", "kami disekap", "adik saya diculik", "saya mau bunuh diri"]),
    st.sampled_from(["", "kak ", "pak tolong, ", "halo. ", "apa kabar? "]),
    st.sampled_from(["", "!", "...", " sejak kemarin", " di batam, cepat", ". saya takut"]),
)
def test_what_stands_around_a_cry_does_not_hide_it(cry: str, before: str, after: str) -> None:
    assert sounds_urgent(before + cry + after)
    assert sounds_urgent((before + cry + after).upper())


@pytest.mark.parametrize(
    "text",
    [
        "saya mau cerita panjang sekali " * 320,
        "disekap " * 1_200,
        "film disekap " * 800,
        "paspor saya dan " * 650,
        "a" * 10_000,
        " " * 10_000,
        "." * 10_000,
    ],
)
def test_the_longest_message_is_judged_quickly(text: str) -> None:
    started = time.perf_counter()
    sounds_urgent(text)
    sounds_serious(text)
    assert time.perf_counter() - started < 0.5


def test_the_file_holds_the_groups_that_the_code_reads() -> None:
    data = yaml.safe_load(PHRASES_FILE.read_text("utf-8"))
    assert set(data) == {"kata", *GROUPS}


def test_phrases_are_written_the_way_they_are_searched() -> None:
    data = yaml.safe_load(PHRASES_FILE.read_text("utf-8"))
    for group in GROUPS:
        phrases = data[group]
        assert len(set(phrases)) == len(phrases), f"{group} repeats a phrase"
        for phrase in phrases:
            assert re.fullmatch(r"[a-z0*_]+( [a-z0*_]+)*", phrase), phrase
            assert phrase.split()[0] != "_", phrase
            assert phrase.split()[-1] != "_", phrase


def test_a_listed_word_is_one_of_its_own_ways_of_writing() -> None:
    for name, ways in yaml.safe_load(PHRASES_FILE.read_text("utf-8"))["kata"].items():
        assert name in [way.rstrip("*") for way in ways.split()]


@pytest.mark.parametrize(
    "text",
    [
        "saya tidak dikurung kok",
        "gak disekap kak, cuma disuruh lembur",
        "dia dak pernah dipukul",
        "belum diculik sih",
        "bukan dikunci, pintunya macet",
    ],
)
def test_what_did_not_happen_is_no_sign(text: str) -> None:
    assert not sounds_urgent(text)


@pytest.mark.parametrize(
    "text",
    [
        "tidak dipukul tapi dikurung",
        "gak cuma dipukul kak, disekap juga",
        "saya tidak tahan dipukul terus",
        "tidak dikunci tapi tidak boleh keluar",
    ],
)
def test_a_no_takes_back_only_what_stands_right_after_it(text: str) -> None:
    assert sounds_urgent(text)


@pytest.mark.parametrize("text", ["saya baik2 saja", "sy tdk dlm bahaya", "cuma nanya kok"])
def test_who_is_safe_says_so(text: str) -> None:
    assert speaks_of_safety(text)
    assert not speaks_of_another(text)


@pytest.mark.parametrize("text", ["bukan sy yg bahaya", "saya tetangganya", "dudu aku"])
def test_who_speaks_of_another_says_so(text: str) -> None:
    assert speaks_of_another(text)


@pytest.mark.parametrize(
    "text", ["mati gue ketawa", "hp saya mau mati", "racun tikus dijual dimana", "film bunuh diri"]
)
def test_words_of_death_that_are_no_cry(text: str) -> None:
    assert not speaks_of_suicide(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("td malam ado mobil jemput 4 anak gadis di dusun kami", True),
        ("td malam ado mobil jemput 4 anak gadis di dusun sebelah", True),
        ("tetangga saya nyekap anak orang di rumahnya", True),
        ("murid saya dibawa orang, hp nya mati", True),
        ("saya dikurung, tolong", False),
        ("tetangga saya jahat, saya dikunci di rumahnya", False),
        ("teman saya dan kami semua dikurung", False),
    ],
)
def test_who_tells_of_another_is_not_taken_for_the_one_in_danger(text: str, expected: bool) -> None:
    assert tells_of_another(text) is expected
