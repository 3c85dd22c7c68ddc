from __future__ import annotations

from typing import Any

import pytest

from bot.entities import lists, place_names, places

DATA = lists.read("tempat")
DESA = [
    (code, name, kecamatan["nama"])
    for kecamatan in DATA["kecamatan"].values()
    for code, name in kecamatan["desa"].items()
]
TWICE = "Pagar Jati"


def _value(
    kecamatan: str | None, desa: str | None, kode: str | None, *ambiguous: str
) -> dict[str, Any]:
    return {"kecamatan": kecamatan, "desa": desa, "kode": kode, "ambiguous": list(ambiguous)}


def _found(text: str) -> list[Any]:
    return [entity.value for entity in places.find(text)]


def test_the_list_is_that_of_kemendagri() -> None:
    assert len(DATA["kecamatan"]) == 11
    assert len(DESA) == 143
    assert len({code for code, _, _ in DESA}) == 143
    for kecamatan, data in DATA["kecamatan"].items():
        assert all(code.startswith(f"{kecamatan}.") for code in data["desa"])


@pytest.mark.parametrize(("code", "name", "kecamatan"), DESA, ids=[code for code, _, _ in DESA])
def test_every_desa_is_found_by_its_name(code: str, name: str, kecamatan: str) -> None:
    expected = _value(kecamatan, name, code)
    for said in (f"desa {name}", f"DS. {name.upper()}", f"di dusun {name.lower()} kak"):
        if name == TWICE:
            (value,) = _found(said)
            assert code in value["ambiguous"]
        else:
            assert _found(said) == [expected], said
    for said in (f"desa {name} kec {kecamatan}", f"desa {name}, {kecamatan}"):
        assert _found(said) == [expected], said
    assert _found(f"kecamatan {kecamatan} desa {name}") == [expected]


@pytest.mark.parametrize("code", [*DATA["kecamatan"]])
def test_every_kecamatan_is_found_by_its_name(code: str) -> None:
    name = DATA["kecamatan"][code]["nama"]
    for said in (f"kec {name}", f"kecamatan {name.lower()}", f"di kec. {name.upper()}"):
        assert _found(said) == [_value(name, None, code)], said


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # A kecamatan, and a desa of that name in another kecamatan.
        ("desa talang empat", _value("Karang Tinggi", "Talang Empat", "17.09.01.2002")),
        ("kec talang empat", _value("Talang Empat", None, "17.09.02")),
        ("di talang empat", _value(None, None, None, "17.09.01.2002", "17.09.02")),
        ("talang 4 karang tinggi", _value("Karang Tinggi", "Talang Empat", "17.09.01.2002")),
        # One name in two kecamatan.
        ("desa pagar jati", _value(None, "Pagar Jati", None, "17.09.05.2010", "17.09.11.2007")),
        ("kec pagar jati", _value("Pagar Jati", None, "17.09.05")),
        (
            "dari pagar jati",
            _value(None, None, None, "17.09.05", "17.09.05.2010", "17.09.11.2007"),
        ),
        (
            "pagar jati, semidang lagan",
            _value("Semidang Lagan", "Pagar Jati", "17.09.11.2007"),
        ),
        # A desa, and a town elsewhere.
        ("desa curup", _value("Merigi Sakti", "Curup", "17.09.08.2007")),
        ("curup, merigi sakti", _value("Merigi Sakti", "Curup", "17.09.08.2007")),
        ("dari curup", _value(None, None, None, "17.02", "17.09.08.2007")),
        ("di kota curup", {"kabupaten": "Rejang Lebong"}),
        ("talang curup", _value("Pagar Jati", "Talang Curup", "17.09.05.2016")),
        # Pairs and numbers.
        ("bajak 1", _value("Taba Penanjung", "Bajak I", "17.09.06.2023")),
        ("Bajak II", _value("Merigi Kelindang", "Bajak II", "17.09.07.2010")),
        ("bajak 3", _value("Merigi Sakti", "Bajak Tiga", "17.09.08.2002")),
        ("bajak tiga", _value("Merigi Sakti", "Bajak Tiga", "17.09.08.2002")),
        (
            "desa bajak",
            _value(None, None, None, "17.09.06.2023", "17.09.07.2010", "17.09.08.2002"),
        ),
        ("desa dusun baru dua", _value("Karang Tinggi", "Dusun Baru II", "17.09.01.2007")),
        ("talang tengah 1", _value("Pondok Kubang", "Talang Tengah I", "17.09.09.2005")),
        ("arga indah 2", _value("Merigi Sakti", "Arga Indah II", "17.09.08.2006")),
        ("aturan mumpo", _value("Pematang Tiga", "Aturan Mumpo", "17.09.04.2002")),
        ("aturan mumpo 2", _value("Pematang Tiga", "Aturan Mumpo II", "17.09.04.2022")),
        ("kerta pati", _value("Pagar Jati", "Kerta Pati", "17.09.05.2009")),
        ("kertapati", _value("Pagar Jati", "Kerta Pati", "17.09.05.2009")),
        ("kerta pati mudik", _value("Pagar Jati", "Kertapati Mudik", "17.09.05.2023")),
        ("kertapati mudik", _value("Pagar Jati", "Kertapati Mudik", "17.09.05.2023")),
        ("lubuk unen", _value("Merigi Kelindang", "Lubuk Unen", "17.09.07.2005")),
        ("lubuk unen baru", _value("Merigi Kelindang", "Lubuk Unen Baru", "17.09.07.2011")),
        ("desa kelindang", _value("Merigi Kelindang", "Kelindang", "17.09.07.2009")),
        ("kelindang atas", _value("Merigi Kelindang", "Kelindang Atas", "17.09.07.2013")),
        ("sekayun", _value("Bang Haji", "Sekayun", "17.09.10.2001")),
        ("sekayun hilir", _value("Bang Haji", "Sekayun Hilir", "17.09.10.2003")),
        # A desa in the kecamatan of its own name: said alone it is the kecamatan.
        ("pematang tiga", _value("Pematang Tiga", None, "17.09.04")),
        ("desa pematang tiga", _value("Pematang Tiga", "Pematang Tiga", "17.09.04.2017")),
        ("pematang 3 lama", _value("Pematang Tiga", "Pematang Tiga Lama", "17.09.04.2021")),
        ("di pondok kelapa", _value("Pondok Kelapa", None, "17.09.03")),
        # Ordinary words.
        ("desa harapan", _value("Pondok Kelapa", "Harapan", "17.09.03.2025")),
        ("harapan, pondok kelapa", _value("Pondok Kelapa", "Harapan", "17.09.03.2025")),
        ("sy di susup", _value("Merigi Sakti", "Susup", "17.09.08.2005")),
        ("orang bukit", _value("Semidang Lagan", "Bukit", "17.09.11.2010")),
        ("ds jum'at", _value("Talang Empat", "Jum'at", "17.09.02.2014")),
        ("kec bang haji", _value("Bang Haji", None, "17.09.10")),
        # Typing errors and other spellings.
        ("taba penanjng", _value("Taba Penanjung", None, "17.09.06")),
        ("desa taba terunjm", _value("Karang Tinggi", "Taba Terunjam", "17.09.01.2001")),
        ("renah kandis", _value("Pagar Jati", "Rena Kandis", "17.09.05.2017")),
        ("sri katon", _value("Pondok Kelapa", "Srikaton", "17.09.03.2010")),
        ("tanjung kepahiang", _value("Pematang Tiga", "Tanjung Kepahyang", "17.09.04.2020")),
        # Regencies.
        ("bengkulu tengah", {"kabupaten": "Bengkulu Tengah"}),
        ("kab benteng", {"kabupaten": "Bengkulu Tengah"}),
        ("warga benteng", {"kabupaten": "Bengkulu Tengah"}),
        ("kepahiang", {"kabupaten": "Kepahiang"}),
        ("mukomuko", {"kabupaten": "Mukomuko"}),
        ("muko-muko", {"kabupaten": "Mukomuko"}),
        ("arga makmur", {"kabupaten": "Bengkulu Utara"}),
        ("kota bengkulu", {"kabupaten": "Kota Bengkulu"}),
    ],
)
def test_names_that_mean_several_places_are_told_apart(text: str, value: dict[str, Any]) -> None:
    assert _found(f"saya {text} kak") == [value]


@pytest.mark.parametrize(
    "text",
    [
        "harapan saya besar",
        "minum air putih",
        "curup",
        "besok jumat",
        "ke jumat",
        "bang haji itu baik",
        "pakai jambu",
        "benteng marlborough",
        "di benteng marlborough",
        "bapak2 di kampung",
        "dusun baru",
        "pak haji",
        "genting highland",
        "",
    ],
)
def test_ordinary_words_are_no_places(text: str) -> None:
    assert _found(text) == []


def test_a_kecamatan_named_elsewhere_in_the_text_tells_which_desa_is_meant() -> None:
    first, second = _found("desa pagar jati kak. tepatnya di kecamatan semidang lagan")
    assert first == _value("Semidang Lagan", "Pagar Jati", "17.09.11.2007")
    assert second == _value("Semidang Lagan", None, "17.09.11")
    first, _, _ = _found("desa pagar jati, mukomuko bukan, kec. semidang lagan")
    assert first["kode"] == "17.09.11.2007"


def test_two_places_in_a_sentence_are_kept_apart() -> None:
    found = places.find("dari desa Nakau ke Pondok Kubang atau Seluma")
    assert [entity.text for entity in found] == ["Nakau", "Pondok Kubang", "Seluma"]


def test_every_other_spelling_belongs_to_a_place_on_the_list() -> None:
    names = place_names.by_code()
    for code, ways in DATA["cara_tulis"].items():
        for way in ways:
            (value,) = _found(f"desa {way}")
            assert value["kode"] == code, way
            assert way != names[code]
    for codes in DATA["tanpa_angka"].values():
        assert all(code in names for code in codes)
