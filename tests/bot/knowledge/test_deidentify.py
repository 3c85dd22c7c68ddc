"""What leads to a person is gone before staff may read a question, and the question is left."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.engine.assistant import Assistant
from bot.knowledge.deidentify import deidentify
from bot.nlu.features import raw_words

MASKS = ("[nomor]", "[tautan]", "[tempat]", "[perusahaan]", "[nama]", "[...]")

# The only words that the examples of these tests know. Numbers are read as 0.
KNOWN = set(
    """ada agen alamat aman apa atau bayar berangkat bernama biaya boleh bos cek dan dari desa di
    diajak dipanggil ditahan gaji gak gimana hubungi ig ini itu jepang juta kak kalau kamboja ke
    kerja kok lewat mau minta nama namanya nomor no paspor pt rek rt rw saya sama siapa soal tanya
    tiktok umur visa wa ya yang 0""".split()
)
SAFE = (
    "apakah agen boleh minta paspor saya ditahan kalau gaji belum ada dan visa itu siapa yang bayar"
).split()


def _left(text: str) -> str:
    """A masked text without its masks."""
    for mask in MASKS:
        text = text.replace(mask, " ")
    return text


def _unknown(text: str) -> set[str]:
    """What a classifier that knows `KNOWN` would report."""
    return set(raw_words(text)) - KNOWN


def _masked(text: str) -> str | None:
    return deidentify(text, unknown=_unknown(text))


@pytest.mark.parametrize(
    "number",
    [
        "081200000001",
        "0812-0000-0001",
        "0812 0000 0001",
        "0812.0000.0001",
        "0812/0000/0001",
        "0812,0000,0001",
        "0812 - 0000 - 0001",
        "(0812) 0000 0001",
        "(0812)-0000-0001",
        "+62 812-0000-0001",
        "+6281200000001",
        "6281200000001",
        "62-812-0000-0001",
        "0062 812 0000 0001",
        "081 200 000 001",
        "081,200,000,001",
        "081_200_000_001",
        "081*200*000*001",
        "(081)(200)(000)(001)",
        "0 8 1 2 0 0 0 0 0 0 0 1",
        "08 12 00 00 00 01",
        "0812\n0000\n0001",
        "０８１２００００００01",
        "𝟎𝟖𝟏𝟐-𝟎𝟎𝟎𝟎-𝟎𝟎𝟎𝟏",
        "0️⃣8️⃣1️⃣2️⃣0️⃣0️⃣0️⃣0️⃣",
        "o812ooooooo1",
        "0812xxxx0001",
        "8120000000001",
        "0736 000001",
        "(0736) 000-001",
        "0812-0000-0001, 0812-0000-0002",
        "0812 0000 0001 0812 0000 0002",
        "0812 0000 0001 1234 5678",
        "1771 0000 0000 0001",
        "rek 0000 01 000001 50 0",
        "12-05-2001",
    ],
)
def test_a_number_is_gone_however_it_is_spelled(number: str) -> None:
    masked = _masked(f"paspor ditahan agen wa {number} boleh gak")
    assert masked is not None
    assert not re.search(r"\d", masked), masked
    assert masked.startswith("paspor ditahan agen wa ")
    assert masked.endswith(" boleh gak")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nama saya sekarwati mau tanya gaji", "sekarwati"),
        ("nama saya Sekarwati Wirosentiko mau tanya gaji", "Sekarwati Wirosentiko"),
        ("NAMA SAYA SEKARWATI, mau tanya gaji", "SEKARWATI"),
        ("nama saya: Sekarwati. mau tanya gaji", "Sekarwati"),
        ("agen itu namanya pak Wirosentiko minta paspor", "Wirosentiko"),
        ("bos saya bernama Sekar minta paspor", "Sekar"),
        ("saya dipanggil sekar sama bos, minta paspor", "sekar"),
        ("nama agen saya Wirosentiko minta paspor", "Wirosentiko"),
    ],
)
@pytest.mark.parametrize("is_known", [False, True], ids=["unknown", "known"])
def test_a_name_after_its_cue_is_gone_also_when_the_examples_know_the_word(
    text: str, name: str, is_known: bool
) -> None:
    masked = deidentify(text, unknown=() if is_known else _unknown(text))
    assert masked is not None
    assert not set(raw_words(name)) & set(raw_words(masked)), masked
    # A name may have two words: the one after a name of one word goes, too.
    assert masked.endswith((" paspor", " gaji"))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("kak Sekarwati diajak ke kamboja, aman gak", "kak [...] diajak ke kamboja, aman gak"),
        ("kak sekarwati diajak ke kamboja, aman gak", "kak [...] diajak ke kamboja, aman gak"),
        ("Sekarwati Wirosentiko minta paspor saya", "[...] [...] minta paspor saya"),
        ("agen SEKARWATI minta paspor saya", "agen [...] minta paspor saya"),
        ("agen Sékarwati minta paspor saya", "agen [...] minta paspor saya"),
        ("agen sekarwatiiii minta paspor saya", "agen [...] minta paspor saya"),
        ("agen sekar12 minta paspor saya", "agen [...] minta paspor saya"),
        ("agen sekar_wati minta paspor saya", "agen [...]_[...] minta paspor saya"),
        ("agen ｓｅｋａｒ minta paspor saya", "agen [...] minta paspor saya"),
        ("agen sekar's minta paspor saya", "agen [...]'[...] minta paspor saya"),
    ],
)
def test_a_name_that_the_examples_do_not_know_is_gone(text: str, masked: str) -> None:
    assert _masked(text) == masked


def test_a_name_that_goes_into_a_number_is_gone_with_it() -> None:
    assert _masked("agen sekar08120000 minta paspor") == "agen [...][nomor] minta paspor"


@pytest.mark.parametrize(
    ("said", "mask"),
    [
        ("https://contoh-loker.com/daftar?wa=6281200000001", "[tautan]"),
        ("www.contoh-loker.com", "[tautan]"),
        ("contoh-loker.co.id", "[tautan]"),
        ("wa.me/6281200000001", "[tautan]"),
        ("t.me/contoh_loker", "[tautan]"),
        ("bit.ly/contohloker", "[tautan]"),
        ("forms.gle/ContohLoker", "[tautan]"),
        ("contoh.loker@contoh.com", "[tautan]"),
        ("@contoh_loker", "[tautan]"),
        ("@Contoh.Loker88", "[tautan]"),
        ("PT Contoh Jaya Abadi", "[perusahaan]"),
        ("pt contoh jaya abadi", "[perusahaan]"),
        ("PT. Contoh Jaya Abadi", "[perusahaan]"),
        ("CV Contoh Makmur", "[perusahaan]"),
        ("desa Taba Lagan", "desa [tempat]"),
        ("Desa Pagar Dewa, kec. Karang Tinggi", "Desa [tempat]"),
        ("Bengkulu Tengah", "[tempat]"),
        ("kelurahan Taba Penanjung", "[tempat]"),
    ],
)
def test_where_and_with_whom_is_masked_by_its_kind(said: str, mask: str) -> None:
    masked = _masked(f"kak agen di {said} minta paspor")
    assert masked is not None
    assert mask in masked
    rest = set(raw_words(_left(masked)))
    assert rest <= KNOWN, masked
    assert {"kak", "agen", "minta", "paspor"} <= rest


@pytest.mark.parametrize(
    "address",
    [
        "jl contohan no 12 rt 3 rw 4 desa Pagar Dewa",
        "Jalan Contohan Gang Rekaan No. 12 RT 03/RW 04",
        "Perumahan Contohan Blok C7, 38112",
    ],
)
def test_of_an_address_nothing_is_left_that_finds_the_house(address: str) -> None:
    masked = _masked(f"agen minta paspor alamat saya {address} boleh gak")
    assert masked is not None
    assert not re.search("contohan|rekaan|pagar dewa|38112", masked, re.IGNORECASE), masked
    assert masked.startswith("agen minta paspor alamat saya ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "?!",
        "0812-0000-0001",
        "Sekarwati",
        "sekarwati wirosentiko",
        "nama saya Sekarwati",
        "paspor sekarwati",
        "@contoh_loker https://contoh-loker.com",
        "PT Contoh Jaya Abadi",
    ],
)
def test_of_what_is_hardly_more_than_a_name_nothing_is_kept(text: str) -> None:
    known_anyway = {"nama", "saya"} if text.startswith("nama") else set()
    masked = _masked(text)
    assert masked is None or set(raw_words(_left(masked))) <= known_anyway


@pytest.mark.parametrize(
    "text",
    [
        "umur 17 boleh kerja ke jepang gak?",
        "gaji 5 juta, biaya 15 juta, aman gak?",
        "nomor 110 itu apa ya",
        "kak, kalau paspor saya ditahan gimana?",
        "PASPOR DITAHAN BOS!!! gimana kak",
    ],
)
def test_a_question_without_any_such_thing_is_left_as_it_is(text: str) -> None:
    assert deidentify(text, unknown=()) == text


def test_lines_of_a_burst_become_one_line() -> None:
    text = "kak\nagen saya\n\nminta   paspor\nboleh gak"
    assert deidentify(text, unknown=()) == "kak agen saya minta paspor boleh gak"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("kak sekarwatining diajak wirosentiko kerja ke kamboja, aman gak", 2),
        ("Sekarwatining ditahan paspornya sama agen wirosentiko, gimana kak", 2),
        ("agen Wirosentikooo minta uang pendaftaran, boleh gak kak", 1),
        ("wirosentiko77 di facebook menawarkan kerja ke malaysia, aman gak", 1),
    ],
)
def test_the_real_model_does_not_know_names(assistant: Assistant, text: str, names: int) -> None:
    unknown = assistant.understand(text).parsed["unknown_words"]
    masked = deidentify(text, unknown=unknown)
    assert masked is not None
    assert not re.search("sekarwati|wirosentiko", masked, re.IGNORECASE), masked
    assert masked.count("[") == names, masked
    assert any(gist in masked for gist in ("aman gak", "gimana kak", "boleh gak kak"))


_PIECES = st.one_of(
    st.sampled_from(sorted(KNOWN)),
    st.sampled_from("0812 0000 0001 081 200 7 17 2026 081200000001 1771000000000001".split()),
    st.sampled_from("sekarwati SEKAR Wiro sekarrrr sekar12 12sekar Émile ｓｅｋ İsti".split()),
    st.sampled_from("PT CV desa @sekar wa.me/62812 ½ ① ™ ﬁ٠٨١٢ [nomor] [ ] Pagar Dewa".split()),
    st.text("0123456789oO-.,_/()*+ ", max_size=12),
    st.text("abcdeSTU 01é's\n.,?_@[]", max_size=12),
)
_TEXTS = st.lists(
    st.tuples(_PIECES, st.sampled_from([" ", " ", "", "\n", "-", ".", ",", "_"])), max_size=12
).map(lambda parts: "".join(piece + joint for piece, joint in parts))


@given(_TEXTS)
@example("sekar08120000 mau tanya")
@example("hubungi 0812 0000 0001 1234 5678 ya kak")
@example("hubungi 0812 0000 0001 2026-11-21 ya kak")
@example("agen sekarrrr mau tanya")
def test_no_long_number_and_no_unknown_word_survives(text: str) -> None:
    unknown = _unknown(text)
    masked = deidentify(text, unknown=unknown)
    if masked is None:
        return
    left = _left(masked)
    assert not re.search(r"\d{4}", left)
    assert unknown.isdisjoint(raw_words(left))
    # One line, its words in the order in which they were said.
    assert masked == " ".join(masked.split())
    said = iter(raw_words(text))
    assert all(word in said for word in raw_words(left) if word != "0")
    assert len(raw_words(left)) >= 2


@given(st.lists(st.sampled_from(SAFE), min_size=2, max_size=30))
def test_words_that_everybody_uses_are_left_as_they_are(words: list[str]) -> None:
    assert deidentify(" ".join(words), unknown=()) == " ".join(words)
