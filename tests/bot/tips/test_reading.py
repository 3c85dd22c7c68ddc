from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tips import signs
from bot.tips.questions import fills
from bot.tips.reading import NIK_MASK, correction, facts, facts_of, masked
from tests.bot.tips import told

TODAY = date(2026, 11, 21)
FIELDS = {
    "jenis", "peran", "pelapor_anak", "tahap", "tempat", "tujuan", "waktu", "pelaku", "jumlah",
    "anak", "uang", "uang_jumlah", "dokumen", "bahaya", "bukti", "polisi", "rujukan", "gaji",
    "aman", "setuju",
}  # fmt: skip
ASKED = st.sampled_from([None, *sorted(FIELDS), "aman", "setuju", "tempat_mana", "kirim"])


def read(text: str, asked: str | None = None) -> dict[str, Any]:
    return facts_of(text, asked=asked, today=TODAY)


def brief(found: dict[str, Any]) -> dict[str, Any]:
    """The facts as the table writes them."""
    short = dict(found)
    if place := short.get("tempat"):
        names = [place.get(name) for name in ("desa", "kabupaten", "negara", "teks")]
        if not place.get("desa"):
            names.insert(0, place.get("kecamatan"))
        short["tempat"] = ", ".join(name for name in names if name)
    if time := short.get("waktu"):
        short["waktu"] = time["dari"] or time["teks"]
    if who := short.get("pelaku"):
        short["pelaku"] = {name: value for name, value in who.items() if value}
    return short


@pytest.mark.parametrize(("asked", "text", "expected"), told.ALL)
def test_a_message_fills_what_it_states_and_nothing_else(
    asked: str | None, text: str, expected: dict[str, Any]
) -> None:
    assert brief(read(text, asked)) == expected


@pytest.mark.parametrize(("asked", "text", "is_answer"), told.OPEN)
def test_an_open_question_takes_what_answers_it_and_asks_again_otherwise(
    asked: str, text: str, is_answer: bool
) -> None:
    meant = correction(text) or text
    assert set(fills(asked)).isdisjoint(read(meant, asked)) is not is_answer


def test_the_table_is_as_large_as_it_says() -> None:
    assert len({(asked, text) for asked, text, _ in told.ALL}) == len(told.ALL) >= 150


ROLES = {
    "keluarga": [
        "dulur", "dulur ambo", "dulurku", "sedulur", "sanak", "sanak ambo", "sepupu",
        "sepupu sy", "ponakan", "kluarga", "klrga", "keluargo", "adek nyo", "uwak", "datuk",
        "nenek", "maknyo", "makwo ambo", "ibuk nyo", "bpk nya", "bapake", "mbokne", "biyunge",
        "paklik", "bulik", "mertua", "ipar", "kerabat", "famili", "saudara", "sdr",
        "sodara jauh", "adik", "kk sy", "abangnya", "ayuknyo", "bucik", "mamang", "anak kulo",
        "lare kulo", "sederek", "garwo kulo", "bojone", "bini ambo", "laki ambo", "ank sy",
        "keluarga korban, sepupunyo",
    ],
    "teman": [
        "tetangga", "tetanggo", "tetanggo ambo", "tonggoku", "tanggi", "kulo tanggine",
        "ttngga", "jiran", "tmn", "tmn sy", "temen", "temennyo", "temanku", "kanti",
        "kanti ambo", "kantinyo", "konco", "kancoku", "kwn", "kawan sy", "sahabat",
        "rencang kulo", "pacarnya", "mantan", "tmn korban", "saya tetangganya",
        "tetangga saya sendiri",
    ],
    "korban": [
        "korban", "krbn", "korbn", "aku", "ambo", "kulo", "aku dewek", "ambo dewek",
        "kulo piyambak", "sy sndiri", "awak dewek", "kulo korbane", "saya korbannya",
        "saya yang kena",
    ],
    "saksi": [
        "saksi", "sksi", "ngeliat bae", "cm liat", "nengok be", "wong lewat", "warga sini",
        "wargo", "org kampung sini", "pak rt", "bu rt", "ibu guru", "bidan", "kader posyandu",
        "bukan siapa siapa",
    ],
    "calon_pekerja": [
        "calon tkw", "cln tki", "ditawari kerja", "ditawarin krj", "diajak kerjo", "yg diajak",
        "mau diajak kerja",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "role"),
    [(text, role) for role, texts in ROLES.items() for text in texts],
)
def test_who_reports_is_understood_in_dialect_and_in_short_forms(text: str, role: str) -> None:
    assert read(text, "peran").get("peran") == role


WHOSE_STORY = {
    "korban": [
        "kapten suka mukul, kawan sakit",
        "saya di kapal, kapten suka mukul, kawan sakit",
        "kapten suka mukul kami, kawan saya sakit",
        "saya umur 15 di kapal taiwan, paspor ditahan kapten",
        "sy kerja di kapal, gaji blm dibayar, kawan sy sakit gak diobati",
        "saya sama teman saya dikurung di ruko",
        "saya dan adik saya dikurung majikan",
        "saya tkw di arab, gaji tidak dibayar",
        "sy abk di kapal taiwan, gak digaji",
        "saya kerja di kamboja, disuruh scam",
        "saya masih sekolah, disuruh om saya layani tamu",
        "sy msh smp, disuruh bapak sy kerja di tambak gak digaji",
        "sy anak 15 th disuruh kerja di kafe sm mami",
        "ibu saya nyuruh saya ngemis",
        "paman saya maksa saya kerja di karaoke",
    ],
    "calon_pekerja": ["saya diajak teman saya kerja di kamboja"],
    "keluarga": [
        "sy mamaknya",
        "saya mak nya siti",
        "adek sy diajak temannya ke kamboja, skrg hp mati",
        "anak saya diajak kawannya kerja ke malaysia",
        "anak saya ditawari kerja di malaysia",
        "saya mau lapor anak saya dibawa orang",
        "anak saya umur 15 di kapal taiwan, kapten suka mukul",
        "saya umur 16, kakak saya dibawa orang",
    ],
    "teman": ["teman saya ditawari kerja di kamboja", "kawan sy di kapal dipukuli kapten"],
    "saksi": ["saya umur 16, di rumah sebelah ada cewek dikurung", "tetangga saya ngurung cewek2"],
}


@pytest.mark.parametrize(
    ("text", "role"),
    [(text, role) for role, texts in WHOSE_STORY.items() for text in texts],
)
def test_a_story_tells_who_reports_it(text: str, role: str) -> None:
    assert read(text).get("peran") == role


def test_who_paid_for_an_offer_tells_of_recruiting() -> None:
    assert read("saya sudah bayar 7 juta ke agen tapi tidak berangkat2")["jenis"] == "rekrutmen"


@pytest.mark.parametrize(
    "text",
    [
        "paman saya ngajak orang kerja ke malaysia", "teman saya nawari orang kerja",
        "saya umur 16, ada cewek dikurung di ruko", "saya kerja di kantor desa",
        "saya mau kerja di kamboja, amankah?", "saya sama teman saya mau tanya",
    ],
)  # fmt: skip
def test_who_only_tells_of_others_is_none_of_the_victims(text: str) -> None:
    assert read(text).get("peran") in (None, "calon_pekerja")


@pytest.mark.parametrize("text", ["gak mau bilang", "rahasia", "gak tau", "kemarin"])
def test_who_does_not_say_who_he_is_has_no_role(text: str) -> None:
    assert "peran" not in read(text, "peran")


CORRECTIONS = [
    ("eh bukan 3, 5 orang", "5 orang"),
    ("salah, maksudnya Pondok Kubang", "Pondok Kubang"),
    ("ralat kemarin lusa", "kemarin lusa"),
    ("bukan di Malaysia tapi di Kamboja", "di Kamboja"),
    ("maaf salah ketik, 5 orang", "5 orang"),
    ("5 orang, bukan 3", "5 orang"),
    ("5 orang bukan 3", "5 orang"),
    ("maksud saya 7 juta", "7 juta"),
    ("dudu wingi, mau bengi", "mau bengi"),
    ("seharusnya Taba Lagan", "Taba Lagan"),
    ("eh salah kak, di Nakau", "di Nakau"),
    ("bukan saya korbannya, saya tetangganya", "saya tetangganya"),
    ("koreksi: 2.500.000", "2.500.000"),
    ("bukan 2,5 juta tapi 3,5 juta", "3,5 juta"),
    ("salah", None),
    ("bukan Malaysia", None),
    ("5 orang", None),
    ("bukan penipuan kan?", None),
    ("paspornya bukan ditahan", None),
    ("adik saya di Myanmar, dikurung", None),
    ("saya mau lapor tapi takut", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "meant"), CORRECTIONS)
def test_a_correction_is_what_is_meant_now(text: str, meant: str | None) -> None:
    assert correction(text) == meant


def test_a_nik_is_left_out_of_the_words() -> None:
    assert masked("nik saya 1709000000000001, hp 0812-0000-0001") == (
        f"nik saya {NIK_MASK}, hp 0812-0000-0001"
    )
    assert masked("1709 0000 0000 0001 dan 1709000000000002") == f"{NIK_MASK} dan {NIK_MASK}"
    assert masked("tanpa nomor") == "tanpa nomor"


def test_a_nik_fills_no_field() -> None:
    assert read("nik 1709000000000001", "pelaku") == {}


def test_a_time_keeps_the_words_of_the_reporter() -> None:
    text = "Kejadiannya UDAH 3 hari, di Nakau"
    assert read(text)["waktu"] == {"dari": "2026-11-18", "teks": "UDAH 3 hari"}


def test_a_name_that_may_be_several_places_keeps_them() -> None:
    place = read("kejadiannya di Pagar Jati", "tempat")["tempat"]
    assert place["kode"] is None
    assert len(place["ambiguous"]) > 1


def test_a_company_stands_without_its_signs() -> None:
    who = read("PT. Maju Contoh 0812-0000-0001 dan 0812 0000 0001", "pelaku")["pelaku"]
    assert who["perusahaan"] == ["PT maju contoh"]
    assert who["telepon"] == ["+6281200000001"]
    assert who["nama"] is None


STRANGE = ["?", "!", ",", "\n", "kalau", "bukan", "tidak", "5", "😀", "𝐆𝐚𝐣𝐢", "İ", "ß"]
PIECES = st.sampled_from([text for _, text, _ in told.ALL] + STRANGE)
TEXTS = st.text(max_size=200) | st.lists(PIECES, max_size=6).map(" ".join)


@given(TEXTS, ASKED)
def test_any_text_is_read(text: str, asked: str | None) -> None:
    found = read(text, asked)
    assert found.keys() <= FIELDS
    assert all(value is not None for value in found.values())
    assert isinstance(masked(text), str)


@given(TEXTS, ASKED)
def test_kept_words_are_words_of_the_message(text: str, asked: str | None) -> None:
    found = read(text, asked)
    for words in (
        found.get("tempat", {}).get("teks"),
        found.get("waktu", {}).get("teks"),
        found.get("pelaku", {}).get("nama"),
    ):
        assert words is None or (words.strip() and words in text)


@pytest.mark.parametrize("text", [text for asked, text, _ in told.WHOLE_STORIES])
@pytest.mark.parametrize("opening", ["kalau", "seandainya", "misalnya", "nek"])
def test_what_is_supposed_fills_nothing(opening: str, text: str) -> None:
    one_sentence = text.replace(".", ",").replace(",,", ",")
    assert read(f"{opening} {one_sentence}") == {}


@given(TEXTS)
def test_what_is_meant_are_words_of_the_message(text: str) -> None:
    meant = correction(text)
    assert meant is None or all(part in text for part in meant.split(", "))


@given(st.text(max_size=50), st.lists(st.integers(-5, 100), min_size=2, max_size=2))
def test_entities_from_elsewhere_do_no_harm(text: str, span: list[int]) -> None:
    strange = [{"entity": "waktu", "value": None, "start": span[0], "end": span[1]}]
    facts(text, [*strange, {"entity": "umur", "value": 15}], today=TODAY)


def written(phrase: str) -> str:
    """One way to write a phrase of the list."""
    ways = {name: str(said).split()[0] for name, said in signs.data()["kata"].items()}
    said = [ways.get(word, word) for word in phrase.split() if word != "_"]
    return " ".join(said).replace("*", "").replace("0", "3")


@pytest.mark.parametrize("field", ["anak", "uang", "dokumen", "bahaya", "bukti", "polisi"])
@pytest.mark.parametrize("side", ["ya", "tidak"])
def test_each_sign_of_the_list_is_found(field: str, side: str) -> None:
    index = 0 if side == "ya" else 1
    for phrase in signs.data()["ya_tidak"][field][side]:
        assert signs.yes_or_no(field)[index].stand_in(
            signs.Sentences(signs.plain(written(phrase)))
        ), phrase
