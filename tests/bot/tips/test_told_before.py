"""What was told in the hour before a report comes along, and the small talk does not."""

from __future__ import annotations

from datetime import date

from bot.tips.told_before import belonging

TODAY = date(2026, 11, 21)


def _kept(*texts: str) -> list[str]:
    return belonging(texts, TODAY)


def test_a_line_without_a_fact_comes_along_with_the_story_beside_it() -> None:
    told = ["mobil hitam", "tadi malam bawa 3 cewek dari rumah kosong"]
    assert _kept(*told) == told
    assert _kept("di rumah sebelah", "ada cewek2", "kyk dikurung")[1] == "ada cewek2"


def test_without_any_fact_nothing_comes_along() -> None:
    assert _kept("mobil hitam", "halo kak", "teriak teriak") == []


def test_questions_courtesies_and_picks_do_not_come_along() -> None:
    story = "tadi malam bawa 3 cewek dari rumah kosong"
    for small in (
        "selamat pagi kak", "terima kasih ya", "1", "iya", "apa itu calo", "kenapa ya?",
        "bicara dengan petugas", "mau lapor",
    ):  # fmt: skip
        assert _kept(small, story, small) == [story], small


def test_what_stands_far_from_the_story_does_not_come_along() -> None:
    story = "tadi malam bawa 3 cewek dari rumah kosong"
    assert _kept("mobil hitam", "apa syaratnya?", "oh begitu ya?", story) == [story]
