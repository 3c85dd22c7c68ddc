from __future__ import annotations

import re

import pytest

from bot.entities import countries, lists

DATA = lists.read("negara")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kerja ke Malaysia", ["MY"]),
        ("kerja ke malaysai", ["MY"]),
        ("sy mau ke mlysia lwt batam", ["MY"]),
        ("kerja di KL", ["MY"]),
        ("kl gitu gimana", []),
        ("dijual ke pnom penh trus poipet", ["KH", "KH"]),
        ("hongkong atau Hong Kong, hk juga", ["HK", "HK", "HK"]),
        ("jaga ama di taiwan", ["TW"]),
        ("tkw korsel", ["KR"]),
        ("korea utara", ["KP"]),
        ("umroh ke mekkah", ["SA"]),
        ("uni emirat arab", ["AE"]),
        ("lewat mae sot ke Myawaddy", ["TH", "MM"]),
        ("belajar bahasa jepang", []),
        ("kursus bhs korea di jepang", ["JP"]),
        ("kucing pegang antara basah", []),
        ("sudan selatan", ["SS"]),
        ("jepangnya kapan", ["JP"]),
        ("malaysiaku", []),
        ("saya di Kajang", ["MY"]),
        ("tlg sy d jb", ["MY"]),
        ("posisi jb kak", ["MY"]),
        ("nang penang, neng johor", ["MY", "MY"]),
        ("majikan di petaling jaya pindah ke jurong", ["MY", "SG"]),
        ("dua kawan di Sandakan, satu di Lahad Datu", ["MY", "MY"]),
        ("di Tsuen Wan atau Mong Kok", ["HK", "HK"]),
        ("disekap di Svay Rieng", ["KH"]),
        ("makan kacang di pusat kota pakai mangkok", []),
        ("kulo kedah pripun", []),
    ],
)
def test_countries_are_found_by_the_names_people_use(text: str, found: list[str]) -> None:
    assert [entity.value for entity in countries.find(text)] == found


@pytest.mark.parametrize("id_", [*DATA["negara"]])
def test_every_name_of_a_country_finds_it(id_: str) -> None:
    for name in DATA["negara"][id_]:
        (entity,) = countries.find(f"kerja ke {name} aman gak")
        assert entity.value == id_, name
        assert entity.text == name


def test_every_short_form_needs_a_word_before_it() -> None:
    for id_, forms in DATA["singkatan"].items():
        for form in forms:
            assert [entity.value for entity in countries.find(f"kerja ke {form}")] == [id_]
            assert countries.find(f"{form} gitu") == []


def test_ids_are_iso_codes_of_enough_countries() -> None:
    assert all(re.fullmatch("[A-Z]{2}", id_) for id_ in DATA["negara"])
    assert len(DATA["negara"]) >= 45
    assert DATA["singkatan"].keys() <= DATA["negara"].keys()


def test_ordinary_words_are_no_countries() -> None:
    for word in lists.words("negara", "kata_biasa"):
        assert countries.find(f"ke {word} saja") == [], word
