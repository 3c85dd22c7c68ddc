from __future__ import annotations

import re

import pytest

from bot.entities import jobs, lists
from bot.entities.gazetteer import key

DATA = lists.read("pekerjaan")
NEEDS_CUE = {key(name) for name in DATA["perlu_penanda"].split(",")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kerja jadi ART di Singapura", ["prt"]),
        ("tkw rumah tangga", ["prt"]),
        ("dijadikan babu", ["prt"]),
        ("loker jaga nenek taiwan", ["pengasuh_lansia"]),
        ("potong sawit di sabah", ["kebun_sawit"]),
        ("kbun sawit", ["kebun_sawit"]),
        ("kerja di ladang orang", ["kebun_sawit"]),
        ("jadi admin judi online", ["operator_judi"]),
        ("halo admin, mau tanya", []),
        ("ditawari jadi admin kak", ["admin_online"]),
        ("disuruh scamming tiap hari", ["penipu_online"]),
        ("lowongan cs", ["customer_service"]),
        ("budi cs sudah pergi", []),
        ("kerja di hotel", ["hotel"]),
        ("disekap di hotel", []),
        ("katanya pelayan restoran tapi disuruh jadi lc", ["restoran", "lc_hiburan"]),
        ("abk kapal ikan taiwan", ["pelaut_abk"]),
        ("naik kapal dari batam", []),
        ("perawat atau pesawat atau perawan", ["perawat"]),
        ("pembntu", ["prt"]),
        ("magang ke jepang, pabriknya di osaka", ["magang", "pabrik"]),
    ],
)
def test_work_is_found_by_the_words_people_use(text: str, found: list[str]) -> None:
    assert [entity.value for entity in jobs.find(text)] == found


@pytest.mark.parametrize("id_", [*DATA["pekerjaan"]])
def test_every_name_of_a_job_finds_it(id_: str) -> None:
    for name in DATA["pekerjaan"][id_]:
        (entity,) = jobs.find(f"lowongan {name} itu")
        assert entity.value == id_, name
        assert entity.text == name


def test_names_with_other_meanings_need_a_word_of_work_nearby() -> None:
    listed = {key(name) for names in DATA["pekerjaan"].values() for name in names}
    assert listed >= NEEDS_CUE
    for name in NEEDS_CUE:
        assert jobs.find(f"ada {name}") == [], name


def test_ids_are_plain_words_of_enough_jobs() -> None:
    assert all(re.fullmatch("[a-z_]+", id_) for id_ in DATA["pekerjaan"])
    assert len(DATA["pekerjaan"]) >= 30


def test_ordinary_words_are_no_jobs() -> None:
    for word in lists.words("pekerjaan", "kata_biasa"):
        assert jobs.find(f"saya {word} itu") == [], word
