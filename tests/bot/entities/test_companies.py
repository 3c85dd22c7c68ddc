from __future__ import annotations

import pytest

from bot.entities import companies

FOUND = [
    ("PT Maju Contoh Abadi", "maju contoh abadi", "PT"),
    ("lewat pt. sumber contoh rejeki katanya resmi", "sumber contoh rejeki", "PT"),
    ("nama pt: bintang laut", "bintang laut", "PT"),
    ("PT. Maju Contoh. Katanya aman", "maju contoh", "PT"),
    ("PT Maju Contoh membuka lowongan", "maju contoh", "PT"),
    ("LOWONGAN PT MAJU JAYA MEMBUKA LOWONGAN KE TAIWAN", "maju jaya", "PT"),
    ("ADA PT MAJU JAYA SEGERA TERBANG", "maju jaya", "PT"),
    ("pt mentari pagi sejahtera mau berangkatin", "mentari pagi sejahtera", "PT"),
    ("PT. A & B Contoh Tbk", "a b contoh", "PT"),
    ("PT Sumber-Contoh 88 Jakarta", "sumber contoh 88 jakarta", "PT"),
    ("CV. Berkah Contoh minta uang", "berkah contoh", "CV"),
    ("UD Tani Contoh", "tani contoh", "UD"),
    ("LPK Sakura Contoh di Garut", "sakura contoh", "LPK"),
    ("lpk sakura", "sakura", "LPK"),
    ("Yayasan Cahaya Contoh", "cahaya contoh", "Yayasan"),
    ("Koperasi Contoh Makmur", "contoh makmur", "Koperasi"),
    ("Maju Contoh Sdn. Bhd. di johor", "maju contoh", "Sdn Bhd"),
    ("agen Contoh Jaya Pte Ltd", "contoh jaya", "Pte Ltd"),
    ("𝗣𝗧 𝗠𝗮𝗷𝘂 𝗖𝗼𝗻𝘁𝗼𝗵", "maju contoh", "PT"),
]


@pytest.mark.parametrize(("text", "name", "form"), FOUND)
def test_companies_are_named_alike_however_they_are_written(
    text: str, name: str, form: str
) -> None:
    (entity,) = companies.find(text)
    assert entity.value == {"name": name, "form": form}
    assert entity.kind == "perusahaan"


@pytest.mark.parametrize(
    "text",
    [
        "kata PT nya dak perlu bayar",
        "PT-nya abal abal",
        "lewat PT aja kak",
        "PT yang resmi apa",
        "pt blg bkn urusan sy",
        "PT kasih rincian biaya",
        "PT. Selain orangnya, bisakah",
        "PT X katanya cabang",
        "APAKAH PT RESMI ATAU TIDAK",
        "kirim CV ke email",
        "bawa CV Cetak Dua",
        "cv maju jaya",
        "ud berangkat jaya",
        "yayasan penyalur art",
        "koperasi simpan pinjam",
        "lpk jepang",
        "LPK Jepang",
        "PT",
        "PT P3MI itu",
        "PT\nMaju",
        "sdn bhd",
        "gaji naik. Ltd",
        "",
    ],
)
def test_a_company_that_is_not_named_is_not_found(text: str) -> None:
    assert companies.find(text) == []


def test_several_companies_are_kept_apart() -> None:
    found = companies.find("PT Maju Contoh, LPK Contoh Sakura dan Contoh Sdn Bhd")
    assert [entity.value["form"] for entity in found] == ["PT", "LPK", "Sdn Bhd"]
    assert [entity.text for entity in found] == [
        "PT Maju Contoh",
        "LPK Contoh Sakura",
        "Contoh Sdn Bhd",
    ]


def test_a_telephone_number_is_no_part_of_the_name_before_it() -> None:
    found = companies.find("PT. Maju Contoh 0812-0000-0001")
    assert [entity.text for entity in found] == ["PT. Maju Contoh"]
