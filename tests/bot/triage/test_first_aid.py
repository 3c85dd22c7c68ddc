"""First aid: which words fit which danger, and that all of them keep to the rules."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bot.conversation.gsm7 import ALPHABET, EXTENSION
from bot.conversation.takeover.words import CALLED_BESIDE_FIRST_AID
from bot.knowledge import facts
from bot.knowledge.buttons import own_texts
from bot.triage import first_aid
from bot.triage.first_aid import PREFIX, WATCHED, kind_of, responses, says_code_word

KINDS = (
    "telanjur", "nyawa", "diawasi", "luka_kepala", "luka_bakar", "perdarahan", "diperkosa",
    "luar_negeri", "anak_hilang", "anak_dibawa", "dibawa", "segera_berangkat", "dikurung",
    "dipukul",
)  # fmt: skip
# The same danger, told by somebody else.
TOLD_BY_ANOTHER = (
    "telanjur_dia", "nyawa_dia", "diperkosa_dia", "luar_negeri_dia", "dibawa_dia",
    "segera_berangkat_dia", "dikurung_dia", "dipukul_dia", "orang_lain",
)  # fmt: skip
LONGEST_TEXT, LONGEST_SMS, LONGEST_CHOICE = 420, 300, 20
# Nobody is sure to come, and nobody is told to do what may end badly.
NEVER = (
    "pasti datang", "akan datang", "segera datang", "sedang menuju ke sana", "kami jemput",
    "lawan saja", "kaburlah", "lari saja", "bayar saja", "kirim bukti", "alamat lengkap", "nik",
    "salahmu sendiri",
)  # fmt: skip


def _texts() -> list[tuple[str, str, str]]:
    """Name, channel and text of each, with its numbers filled in."""
    return [
        (name, one.get("channel", ""), facts.fill(one["text"], facts.placeholders()))
        for name, variants in responses().items()
        for one in variants
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("tolong kak sy dikunci", "dikurung"),
        ("tlg di kunci", "dikurung"),
        ("pintunya digembok dari luar, kami gak bisa keluar", "dikurung"),
        ("dia mukul aku lagi", "dipukul"),
        ("bos mabuk, gedor gedor kamarku", "dipukul"),
        ("anak saya dibawa orang tadi sore", "anak_dibawa"),
        ("anak saya dibawa mobil barusan", "anak_dibawa"),
        ("anak saya hilang dari tadi sore", "anak_hilang"),
        ("adek belum pulang dari sekolah, la malam", "anak_hilang"),
        ("aku barusan diperkosa om di rumahnya", "diperkosa"),
        ("sy dipaksa buka baju sama bos", "diperkosa"),
        ("teman saya dipukul kepalanya pingsan gak bangun", "luka_kepala"),
        ("majikan siram air panas ke saya, melepuh", "luka_bakar"),
        ("saya hamil 6 bulan ditendang suami, keluar darah", "perdarahan"),
        ("kawan ditusuk, darahnya banyak", "perdarahan"),
        ("tolong aku diculik", "dibawa"),
        ("aku dimasukin ke mobil gak tau mau dibawa kemana", "dibawa"),
        ("besok aku mau dibawa ke batam sama om", "segera_berangkat"),
        ("saya di ruang tunggu bandara, paspor dipegang sponsor", "segera_berangkat"),
        ("adek ku dikunci majikan di malaysia", "luar_negeri"),
        ("hp dipegang bos jgn telp", "diawasi"),
        ("aku pengen mati aja", "nyawa"),
        ("racunnyo lah ambo minum", "telanjur"),
        ("lah tak minum baygon e", "telanjur"),
        ("kawan overdosis dak bangun", "telanjur"),
        ("tolong", None),
    ],
)
def test_the_kind_of_danger_is_told_by_its_words(text: str, kind: str | None) -> None:
    assert kind_of(text) == kind


def test_of_a_long_story_only_the_cry_tells_the_kind() -> None:
    story = "dulu saya naik pesawat ke jakarta, visa dan tiket dari sponsor. " * 6
    assert kind_of(f"{story} sekarang saya dikurung di ruko.") == "dikurung"


def test_each_kind_has_a_first_reply_answers_and_two_more() -> None:
    said = responses()
    for kind in (*KINDS, *TOLD_BY_ANOTHER):
        first = said[PREFIX + kind][0]
        assert first["text"].rstrip().endswith("?")
        assert 2 <= len(first["buttons"]) <= 3
        assert [json.loads(b["payload"].removeprefix("/darurat")) for b in first["buttons"]] == [
            {"jenis": kind, "jawab": answer} for answer in first_aid.answers(kind)
        ]
        for then in (*first_aid.answers(kind), "masih0", "masih1"):
            assert f"{PREFIX}{kind}/{then}" in said
    assert first_aid.answers("lain") == ()


def test_every_kind_is_told_of_here() -> None:
    names = {name.split("/")[1] for name in responses()} - {first_aid.CODE_WORD}
    assert names == {*KINDS, *TOLD_BY_ANOTHER}


def test_the_words_fit_whose_danger_it_is() -> None:
    assert first_aid.name_of("dikurung", of_another=False) == "dikurung"
    assert first_aid.name_of("dikurung", of_another=True) == "dikurung_dia"
    assert first_aid.name_of(None, of_another=True) == first_aid.OF_ANOTHER
    assert first_aid.name_of(None, of_another=False) is None
    # "Yang terluka" fits both.
    assert first_aid.name_of("luka_kepala", of_another=True) == "luka_kepala"
    assert first_aid.base("dikurung_dia") == "dikurung"


@pytest.mark.parametrize("name", TOLD_BY_ANOTHER)
def test_who_tells_of_another_is_never_told_what_is_for_the_victim(name: str) -> None:
    for text in (
        one["text"].lower()
        for n, v in responses().items()
        for one in v
        if f"/{name}" in f"/{n.split('/')[1]}"
    ):
        for phrase in (
            "kamu dikurung",
            "kamu disakiti",
            "matikan suara hp",
            "simpan tenagamu",
        ):
            assert phrase not in text


def test_a_first_sms_has_room_to_say_that_staff_are_called() -> None:
    (called,) = [
        v["text"]
        for v in own_texts()["ucapan"][CALLED_BESIDE_FIRST_AID]
        if v.get("channel") == "sms"
    ]
    for name, channel, text in _texts():
        is_first = name.count("/") == 1 or name.endswith("/luar")
        if channel == "sms" and is_first and WATCHED not in name:
            assert len(text) + 1 + len(called) <= LONGEST_SMS, name


def test_they_are_short_and_an_sms_stands_in_its_alphabet() -> None:
    for name, channel, text in _texts():
        assert len(text) <= (LONGEST_SMS if channel == "sms" else LONGEST_TEXT), name
        if channel == "sms":
            assert set(text) <= ALPHABET | EXTENSION, name
    for variants in responses().values():
        for button in variants[0].get("buttons", ()):
            assert len(button["title"]) <= LONGEST_CHOICE


def test_each_first_reply_has_a_number_that_was_verified() -> None:
    numbers = {value for name, value in facts.placeholders().items() if name.startswith("kontak_")}
    for name, _, text in _texts():
        assert "{" not in text, name
        # Whoever may be watched abroad is shown no number.
        if name.count("/") == 1 and not name.endswith("/sandi"):
            assert any(number in text for number in numbers), name


def test_nobody_abroad_is_sent_to_the_police_of_indonesia() -> None:
    for name, _, text in _texts():
        is_abroad = name.startswith(f"{PREFIX}luar_negeri") or name == f"{PREFIX}orang_lain/luar"
        if is_abroad or name.endswith("/luar"):
            assert not re.search(r"\b110\b", text), name


@pytest.mark.parametrize("phrase", NEVER)
def test_nothing_is_promised_and_nobody_is_blamed(phrase: str) -> None:
    for name, _, text in _texts():
        assert not re.search(rf"\b{phrase}\b", text.lower()), name


def test_suluh_says_that_it_is_a_machine() -> None:
    for name, _, text in _texts():
        if name.count("/") == 1:
            assert "mesin" in text, name


# The code word


@pytest.mark.parametrize("text", ["BERAS", "beras", "brs dekat masjid hijau", "Beras di ruko biru"])
def test_in_danger_the_code_word_is_heard(text: str) -> None:
    assert says_code_word(text, in_danger=True)


def test_elsewhere_only_alone_and_in_capitals() -> None:
    assert says_code_word("BERAS", in_danger=False)
    for text in ("beras", "BERAS MURAH", "harga beras berapa", "Beras"):
        assert not says_code_word(text, in_danger=False)
    assert not says_code_word("harga beras naik", in_danger=True)


def test_the_answer_to_the_code_word_looks_harmless() -> None:
    said: dict[str, Any] = responses()
    for name in ("balas", "balas_patokan", "masih0", "masih1"):
        for one in said[f"{PREFIX}sandi/{name}"]:
            assert not re.search(r"polisi|bahaya|darurat|tolong|petugas|\{", one["text"].lower())


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("boleh lanjut tapi cepat", "bisa"),
        ("dia pergi, aman sekarang", "bisa"),
        ("tidak aman", "tidak"),
        ("belum aman, bos datang", "tidak"),
        ("kafe Mawar di Pondok Kelapa", None),
    ],
)
def test_who_is_watched_says_in_own_words_whether_it_may_go_on(
    text: str, answer: str | None
) -> None:
    assert first_aid.answer_in(WATCHED, text) == answer


def test_a_fishing_boat_is_no_car() -> None:
    assert kind_of("pak tolong saya di kapal ikan, 8 bulan tidak digaji") == "luar_negeri"
