"""Short lines that are told one after the other are a story together."""

from __future__ import annotations

import pytest

from bot.engine.pieces import tells_a_scene, tells_of_a_grown_up, together

LINES = ("kak", "di rumah sebelah", "ada cewek2")


def test_a_line_is_read_with_those_right_before_it() -> None:
    assert together(LINES, "kyk dikurung") == "di rumah sebelah\nada cewek2\nkyk dikurung"


@pytest.mark.parametrize(
    "before", [(), ("kak",), ("di rumah sebelah", "apa itu calo?"), ("ada cewek2", "mau lapor")]
)
def test_what_was_asked_or_wished_ends_what_belongs_together(before: tuple[str, ...]) -> None:
    assert together(before, "kyk dikurung") is None


def test_a_long_line_and_a_question_stand_alone() -> None:
    assert together(LINES, "saya sudah dikurung majikan tiga hari di kamar") is None
    assert together(LINES, "dikurung itu apa?") is None


@pytest.mark.parametrize(
    "text",
    ["di rumah sebelah", "ada cewek2", "banyak perempuan", "mobil hitam", "di ruko biru",
     "ada anak kecil", "mobil putih plat B"],
)  # fmt: skip
def test_a_scene_is_what_somebody_saw(text: str) -> None:
    assert tells_a_scene(text)


@pytest.mark.parametrize(
    "text",
    ["kak", "halo", "1", "mau lapor", "di kamboja", "saya di ruko", "teman saya dikurung",
     "tolong", "ada apa di sana?", "makasih", "gak boleh keluar", "mau mati aja",
     "mobil hitam itu tiap malam jemput orang ke sana"],
)  # fmt: skip
def test_a_danger_one_s_own_or_a_courtesy_is_no_scene(text: str) -> None:
    assert not tells_a_scene(text)


@pytest.mark.parametrize(
    "text",
    ["umurnya 19, diajak tetangga", "umur dia 20 tahun, diajak kerja",
     "anak saya umurnya 19, diajak tetangga kerja ke Malaysia"],
)  # fmt: skip
def test_who_tells_of_a_grown_up_asks_for_no_age(text: str) -> None:
    assert tells_of_a_grown_up(text)


@pytest.mark.parametrize(
    "text",
    ["umurnya 17, diajak tetangga", "umurnya 19, boleh kerja ke Taiwan?", "saya umur 19 ke Jepang",
     "adik saya 19 mau kerja ke Taiwan", "umur 19 diajak kerja"],
)  # fmt: skip
def test_a_child_and_a_question_get_the_answer_on_ages(text: str) -> None:
    assert not tells_of_a_grown_up(text)
