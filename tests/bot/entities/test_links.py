from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.entities import links

FOUND = [
    ("https://wa.me/6281200000001?text=halo", "whatsapp", "+6281200000001"),
    ("wa.me/081200000001", "whatsapp", "+6281200000001"),
    ("https://api.whatsapp.com/send?phone=6281200000001&text=a", "whatsapp", "+6281200000001"),
    ("gabung chat.whatsapp.com/AbCdEf123 ya", "whatsapp", "chat.whatsapp.com/AbCdEf123"),
    ("t.me/loker_contoh", "telegram", "loker_contoh"),
    ("T.ME/Loker_Contoh", "telegram", "loker_contoh"),
    ("https://t.me/+AbC123", "telegram", "t.me/+AbC123"),
    ("tele @loker_contoh", "telegram", "loker_contoh"),
    ("https://www.facebook.com/groups/123456/", "facebook", "facebook.com/groups/123456"),
    ("fb.com/profile.php?id=100", "facebook", "fb.com/profile.php?id=100"),
    ("instagram.com/loker.contoh", "instagram", "loker.contoh"),
    ("ig: loker.contoh", "instagram", "loker.contoh"),
    ("tiktok.com/@loker.contoh/video/1", "tiktok", "loker.contoh"),
    ("vt.tiktok.com/ZSab1/", "tiktok", "vt.tiktok.com/ZSab1"),
    ("shopee.co.id/toko-contoh", "shopee", "shopee.co.id/toko-contoh"),
    ("isi forms.gle/XyZ.", "form", "forms.gle/XyZ"),
    ("docs.google.com/forms/d/e/1/viewform", "form", "docs.google.com/forms/d/e/1/viewform"),
    ("bit.ly/LokerContoh", "shortener", "bit.ly/LokerContoh"),
    ("s.id/loker", "shortener", "s.id/loker"),
    ("(https://contoh.example).", "web", "contoh.example"),
    ("www.contoh.com", "web", "contoh.com"),
    ("contoh.co.id", "web", "contoh.co.id"),
    ("contohloker.id/daftar", "web", "contohloker.id/daftar"),
    ("email hrd@contoh.co.id ya", "email", "hrd@contoh.co.id"),
    ("akun @loker.contoh.", "akun", "loker.contoh"),
    ("lihat _t.me/loker_contoh_ dan *bagikan*", "telegram", "loker_contoh"),
    ("HTTPS://WWW.CONTOH.COM/Daftar", "web", "contoh.com/Daftar"),
]


@pytest.mark.parametrize(("text", "kind", "value"), FOUND)
def test_links_are_named_by_where_they_lead(text: str, kind: str, value: str) -> None:
    (entity,) = links.find(text)
    assert entity.value == {"kind": kind, "value": value}
    assert entity.kind == "tautan"


@pytest.mark.parametrize(
    "text",
    [
        "saya kerja.di malaysia.mau pulang.id",
        "gaji 5.000.000.dan makan",
        "cabe @150rb sekilo",
        "kak.saya takut",
        "a@b",
        "jam 08.00",
        "http",
        "@@@",
        "ig saya hilang",
        "",
    ],
)
def test_a_missing_space_makes_no_link(text: str) -> None:
    assert links.find(text) == []


def test_a_mail_address_is_not_an_account_and_a_host_as_well() -> None:
    found = links.find("hrd@contoh.com, @contoh dan contoh.com")
    assert [entity.value["kind"] for entity in found] == ["email", "akun", "web"]


@given(st.from_regex(r"[a-z][a-z0-9_]{3,12}", fullmatch=True))
def test_an_account_is_the_same_in_every_way_of_naming_it(name: str) -> None:
    said = [f"t.me/{name}", f"https://t.me/{name}/", f"telegram @{name}", f"tele: {name}"]
    for text in said:
        (entity,) = links.find(text)
        expected = "t.me/joinchat" if name == "joinchat" and "/" in text else name
        assert entity.value == {"kind": "telegram", "value": expected}, text
