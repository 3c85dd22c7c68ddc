from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.choices import names_no_choice, pick
from bot.conversation.messages import Choice

AREAS = (
    Choice("Kerja ke luar negeri", "migrasi"),
    Choice("Tanda penipuan", "tanda"),
    Choice("Hukum dan hak", "hukum"),
    Choice("Cari bantuan", "bantuan"),
)
DELETE = (Choice("Ya, hapus", "hapus"), Choice("Tidak jadi", "batal"))
CAN_YOU_CALL = (Choice("Ya, bisa menelepon", "bisa"), Choice("Tidak, tidak aman", "tidak"))
NUMBERS = (Choice("Nomor KBRI dan KJRI", "kbri"), Choice("Nomor darurat lain", "darurat"))
MANY = tuple(Choice(f"Topik {letter}", letter) for letter in "abcdefghijkl")


def _payload(text: str, choices: tuple[Choice, ...]) -> str | None:
    picked = pick(text, choices)
    return picked.payload if picked else None


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("1", "migrasi"),
        ("2.", "tanda"),
        (" 2 ", "tanda"),
        ("(2)", "tanda"),
        ("#3", "hukum"),
        ("01", "migrasi"),
        ("2️⃣", "tanda"),
        ("no 2", "tanda"),
        ("No. 3", "hukum"),
        ("no4", "bantuan"),
        ("nomor3", "hukum"),
        ("nomor dua", "tanda"),
        ("nmr 1", "migrasi"),
        ("nomer 3 kak", "hukum"),
        ("pilih 4", "bantuan"),
        ("pilihan 1", "migrasi"),
        ("opsi 2", "tanda"),
        ("2 dong", "tanda"),
        ("2 aja kak", "tanda"),
        ("mau yang 2", "tanda"),
        ("saya pilih 3", "hukum"),
        ("ke-3", "hukum"),
        ("ke3", "hukum"),
        ("3nya", "hukum"),
        ("yang kedua", "tanda"),
        ("yg ke 2 aja kak", "tanda"),
        ("yang nomor empat aja pak", "bantuan"),
        ("yang tiga", "hukum"),
        ("pertama", "migrasi"),
        ("yg pertama ya min", "migrasi"),
        ("keempat", "bantuan"),
        ("dua", "tanda"),
        ("duo", "tanda"),
        ("keduo", "tanda"),
        ("yang keduo bae", "tanda"),
        ("tigo", "hukum"),
        ("sikok", "migrasi"),
        ("siji", "migrasi"),
        ("sing loro wae", "tanda"),
        ("telu", "hukum"),
        ("papat", "bantuan"),
        ("terakhir", "bantuan"),
        ("yang terakhir", "bantuan"),
        ("yg paling bawah", "bantuan"),
        ("yang atas", "migrasi"),
        ("yang bawah aja", "bantuan"),
    ],
)
def test_a_number_said_in_any_way_picks_that_choice(text: str, payload: str) -> None:
    assert _payload(text, AREAS) == payload


def test_a_list_of_twelve_is_picked_from_by_its_number() -> None:
    assert _payload("10", MANY) == "j"
    assert _payload("no 12", MANY) == "l"
    assert _payload("terakhir", MANY) == "l"


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("Hukum dan hak", "hukum"),
        ("HUKUM DAN HAK!", "hukum"),
        ("hukum dan hak.", "hukum"),
        ("hukum dn hak", "hukum"),
        ("tanda penipuan", "tanda"),
        ("tnda penipuan", "tanda"),
        ("tanda penipuann", "tanda"),
        ("tanda penipun", "tanda"),
        ("cari bantuan", "bantuan"),
        ("cri bantuan", "bantuan"),
        ("kerja ke luar negri", "migrasi"),
        ("kerja keluar negeri", "migrasi"),
        ("krja ke luar negeri", "migrasi"),
    ],
)
def test_the_words_of_a_choice_pick_it_wrong_letters_or_not(text: str, payload: str) -> None:
    assert _payload(text, AREAS) == payload


@pytest.mark.parametrize(
    "text",
    ["ya", "Ya", "iya", "iyo", "IYO!", "yo", "y", "ok", "oke", "nggih", "betul", "ya ya", "yes",
     "ya, hapus", "ya hapus", "YA HAPUS", "iya hapus", "ya kak", "iyo pak", "oke kak"],
)  # fmt: skip
def test_yes_in_any_way_picks_the_choice_that_says_yes(text: str) -> None:
    assert _payload(text, DELETE) == "hapus"


@pytest.mark.parametrize(
    "text",
    ["tidak", "Tidak.", "tdk", "dak", "idak", "ora", "gak", "ga", "nggak", "g", "jangan", "bukan",
     "tidak jadi", "dak jadi", "TIDAK JADI", "tidak tidak", "gak kak", "idak pak"],
)  # fmt: skip
def test_no_in_any_way_picks_the_choice_that_says_no(text: str) -> None:
    assert _payload(text, DELETE) == "batal"


@pytest.mark.parametrize(
    "text",
    ["ga hapus", "gak hapus", "g hapus", "gk hapus", "dak hapus", "idak hapus", "tidak hapus",
     "jangan hapus", "jangan dihapus", "ora hapus", "gak usah hapus", "ga jadi hapus", "belum",
     "ya tidak", "ya tapi nanti", "apa yang dihapus", "hapus apa", "ya allah tolong"],
)  # fmt: skip
def test_nothing_is_deleted_by_somebody_who_did_not_say_yes(text: str) -> None:
    assert _payload(text, DELETE) != "hapus"


@pytest.mark.parametrize(
    "text",
    ["tidak", "gak kak", "tidak bisa", "gak bisa", "ga bisa kak", "gak bisa menelepon",
     "ga bisa menelepon", "tidak bisa menelepon", "tdk bisa", "tidak aman", "tidak, tidak aman"],
)  # fmt: skip
def test_nobody_who_cannot_call_safely_is_told_to_call(text: str) -> None:
    assert _payload(text, CAN_YOU_CALL) == "tidak"


@pytest.mark.parametrize("text", ["ya", "iyo", "ya kak", "ya bisa menelepon", "ya bisa menelpon"])
def test_who_can_call_safely_is_told_what_to_say(text: str) -> None:
    assert _payload(text, CAN_YOU_CALL) == "bisa"


@pytest.mark.parametrize(
    "text",
    [
        "2 orang anak saya hilang",
        "saya 19 tahun",
        "umur 17",
        "17 tahun",
        "1 juta",
        "2jt",
        "2rb",
        "rp 2",
        "1,5",
        "2 hari",
        "dua bulan",
        "2 kali",
        "2x",
        "jam 2",
        "1 dan 2",
        "1 2",
        "satu atau dua",
        "dua duanya",
        "bukan 2",
        "jangan yang 1",
        "satu lagi",
        "anak saya 2",
        "anak kedua",
        "saya anak pertama",
        "pertama kali",
        "di bawah umur",
        "1000000",
        "08120000001",
        "110",
        "129",
        "0",
    ],
)
def test_a_number_that_means_something_else_picks_nothing(text: str) -> None:
    assert pick(text, AREAS) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "🙏",
        "???",
        "halo",
        "ya",
        "tidak",
        "yang mana",
        "semua",
        "mau",
        "yang",
        "ke",
        "apa itu tppo",
        "tanda korban",
        "cari kerja",
        "kerja ke dalam negeri",
        "kerja di luar kota",
        "saya mau dibawa malam ini",
        "hukumannya apa saja dan hak saya apa",
    ],
)
def test_something_else_picks_nothing(text: str) -> None:
    assert pick(text, AREAS) is None


@pytest.mark.parametrize("text", ["5", "no 5", "kelima", "99", "yang kesembilan"])
def test_a_number_that_was_not_offered_picks_nothing(text: str) -> None:
    assert pick(text, AREAS) is None


def test_who_says_that_it_is_not_known_has_not_said_no() -> None:
    titles = ("Ya, sekarang", "Tidak sekarang", "Tidak tahu")
    choices = [Choice(title, f"/{number}") for number, title in enumerate(titles)]
    assert pick("tidak tahu", choices) == choices[2]
    assert pick("tidak", choices) == choices[1]


def test_a_title_that_begins_with_nomor_is_picked_by_its_place_or_its_words() -> None:
    assert _payload("no 2", NUMBERS) == "darurat"
    assert _payload("nomor 1", NUMBERS) == "kbri"
    assert _payload("nomor darurat lain", NUMBERS) == "darurat"


@pytest.mark.parametrize("text", ["1", "ya", "terakhir", "hukum dan hak", "2 orang"])
def test_without_an_offer_there_is_nothing_to_pick(text: str) -> None:
    assert pick(text, ()) is None


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_whatever_is_typed_gives_a_choice_that_was_offered_or_none(text: str) -> None:
    assert pick(text, AREAS) in (*AREAS, None)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 12), st.sampled_from(["{}", "{}.", "no {}", "nomor {} kak", "yg ke {} aja"]))
def test_every_place_in_a_list_can_be_picked(number: int, said: str) -> None:
    assert pick(said.format(number), MANY) is MANY[number - 1]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(AREAS), st.data())
def test_a_title_with_one_wrong_letter_is_still_picked(choice: Choice, data: st.DataObject) -> None:
    place = data.draw(
        st.integers(0, len(choice.title) - 1).filter(lambda n: choice.title[n] != " ")
    )
    typed = choice.title[:place] + "z" + choice.title[place + 1 :]
    assert pick(typed, AREAS) is choice


def test_a_very_long_text_is_looked_at_quickly() -> None:
    started = time.perf_counter()
    assert pick("saya mau cerita panjang " * 400, AREAS) is None
    assert time.perf_counter() - started < 0.3


@pytest.mark.parametrize(
    "text", ["bisa", "bisa kak", "biso", "bs bu", "bisa menelepon", "ya bisa kak", "iya bisa"]
)
def test_who_says_that_she_can_has_said_yes(text: str) -> None:
    assert _payload(text, CAN_YOU_CALL) == "bisa"


@pytest.mark.parametrize("text", ["bisa?", "bisa menelepon siapa", "bisa mati saya"])
def test_who_asks_or_says_more_has_not(text: str) -> None:
    assert _payload(text, CAN_YOU_CALL) is None


@pytest.mark.parametrize(
    ("text", "is_beside"),
    [
        ("5", True),
        ("no 5 kak", True),
        ("yang kelima", True),
        ("99", True),
        ("4", False),
        ("terakhir", False),
        ("0", False),
        ("5 juta", False),
        ("umur 5", False),
        ("", False),
    ],
)
def test_a_number_that_no_choice_has_is_noticed(text: str, is_beside: bool) -> None:
    assert names_no_choice(text, AREAS) is is_beside


@pytest.mark.parametrize(
    ("text", "names"), [("5", True), ("yang terakhir", True), ("no 2 kak", True), ("5 juta", False)]
)
def test_without_a_list_a_place_in_it_names_nothing(text: str, names: bool) -> None:
    assert names_no_choice(text, ()) is names


QUIZ = (Choice("Kuis singkat", "biasa"), Choice("Sebelum penyuluhan", "sebelum"))


@pytest.mark.parametrize(
    ("text", "choices", "payload"),
    [
        ("sebelum", QUIZ, "sebelum"),
        ("singkat aja kak", QUIZ, "biasa"),
        ("penipuan", AREAS, "tanda"),
        # Not a word that two have, not a short one, not the one of a "no".
        ("nomor", NUMBERS, None),
        ("ke", AREAS, None),
        ("aman", CAN_YOU_CALL, None),
    ],
)
def test_a_word_that_only_one_choice_has_picks_it(
    text: str, choices: tuple[Choice, ...], payload: str | None
) -> None:
    assert _payload(text, choices) == payload


@pytest.mark.parametrize("text", ["bisa telp", "bs nelpon kak", "iya bisa nelpon"])
def test_a_telephone_has_many_spellings(text: str) -> None:
    assert _payload(text, CAN_YOU_CALL) == "bisa"


@pytest.mark.parametrize("text", ["ga bisa nelpon", "dak pacak nelpon", "gak bs telp"])
def test_who_cannot_call_has_said_no(text: str) -> None:
    assert _payload(text, CAN_YOU_CALL) == "tidak"


@pytest.mark.parametrize("text", ["TDK", "tidak", "gak kak", "ya", "iya"])
def test_a_late_yes_or_no_says_nothing_about_who_is_in_danger(text: str) -> None:
    """ "Bisa menelepon?" was asked before: a "TDK" to it must not count as "Tidak ada bahaya"."""
    titles = ("Saya dalam bahaya", "Orang lain yang bahaya", "Tidak ada bahaya")
    assert pick(text, [Choice(title, f"/{title}") for title in titles]) is None
    assert pick("3", [Choice(title, f"/{title}") for title in titles]) is not None
