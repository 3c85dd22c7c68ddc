from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.entities import phones

TWO: list[tuple[str, str | None]] = [("telepon", "+6281200000001"), ("telepon", "+6281300000002")]

FOUND: list[tuple[str, list[tuple[str, str | None]]]] = [
    ("wa 0812-0000-0001", [("telepon", "+6281200000001")]),
    ("+62 812 0000 0001", [("telepon", "+6281200000001")]),
    ("62812 0000 0001", [("telepon", "+6281200000001")]),
    ("+62 (0)812-0000-0001", [("telepon", "+6281200000001")]),
    ("(0812) 0000 0001", [("telepon", "+6281200000001")]),
    ("081200000001", [("telepon", "+6281200000001")]),
    ("hub 81200000001", [("telepon", "+6281200000001")]),
    ("0 8 1 2 0 0 0 0 0 0 0 1", [("telepon", "+6281200000001")]),
    ("0812.0000.0001/0813-0000-0002", TWO),
    ("0812-0000-0001 0813 0000 0002", TWO),
    ("umur 17 0812 0000 0001", [("telepon", "+6281200000001")]),
    ("0812 0000 0001 2 orang", [("telepon", "+6281200000001")]),
    ("tgl 08-12-2026 0812-0000-0001", [("telepon", "+6281200000001")]),
    ("+60 12-000 0001", [("telepon", "+60120000001")]),
    ("00855 12 000 001", [("telepon", "+85512000001")]),
    ("(0736) 20000", [("telepon", "+6273620000")]),
    ("021-0000001", []),
    ("wa 60120000001", [("telepon", "60120000001")]),
    ("rek bca 1234567890 an budi", [("rekening", "1234567890")]),
    ("norek: 0012-01-000001-50-1 (BRI)", [("rekening", "001201000001501")]),
    ("transfer ke BRI a.n. budi 123456789012345", [("rekening", "123456789012345")]),
    ("1234567890 (BCA) an siti", [("rekening", "1234567890")]),
    ("ktp 1709010101010001", [("nik", None)]),
    ("nik 1709 0101 0101 0001 ya", [("nik", None)]),
    ("dana 081200000001", [("telepon", "+6281200000001")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_numbers_of_people_and_accounts_are_found(
    text: str, expected: list[tuple[str, str | None]]
) -> None:
    assert [(entity.kind, entity.value) for entity in phones.find(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "gaji 5000000",
        "Rp 15.000.000.000",
        "rekening saya dipotong 500.000.000",
        "utang bank 50000000",
        "buka 08.00-17.00",
        "08.15 - 09.30 10.00",
        "08-12-2026 10.00",
        "2026-11-21",
        "tahun 2025",
        "119",
        "0800",
        "",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert phones.find(text) == []


national_numbers = st.from_regex(r"8[1-9][0-9]{8,9}", fullmatch=True)


@example("81000000081", "62", "-", 4)
@given(
    national_numbers,
    st.sampled_from(["0", "62", "+62", "+62 ", "(+62) "]),
    st.sampled_from(["", "-", " ", ".", " - "]),
    st.integers(3, 4),
)
def test_a_number_is_the_same_with_any_separators(
    national: str, prefix: str, separator: str, size: int
) -> None:
    groups = [national[place : place + size] for place in range(0, len(national), size)]
    said = prefix + separator.join(groups)
    (entity,) = phones.find(f"hubungi {said} ya")
    assert entity.value == f"+62{national}"
    assert said.lstrip("(").endswith(entity.text[-3:])
