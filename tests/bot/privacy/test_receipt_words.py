from __future__ import annotations

import hashlib
import re
from datetime import date
from itertools import combinations

import pytest
from rapidfuzz.distance import OSA

from bot import lexicon
from bot.entities import find, lists
from bot.privacy import receipt_words
from bot.privacy.receipt_words import WORDS_FILE, nearest, numbers, words
from bot.triage import phrases
from tests.nlu_data import content

ANY = range(1000)

# "makanan", "permainan": not beside "makan" and "main".
PREFIXES = ("", *"me mem men meng meny ber be pe pem pen peng ter di ke se per".split())
SUFFIXES = ("", "an", "kan", "i", "nya", "ku", "mu")

# What is told to this assistant, and names that people and places share with things.
UNFIT = set(
    "korban pelaku calo agen majikan perekrut paspor visa kapal sawit loker tahanan polisi penjara "
    "borgol pistol pisau racun darah mayat hantu setan bom peluru cambuk rantai gembok sangkar "
    "masjid gereja pura wihara salib kitab doa surga neraka ranjang cium peluk perawan "
    "melati mawar bintang wulan dewi intan permata bayu guntur fajar surya yoga catur putra putri "
    "padang palu medan solo malang kudus pati batu bogor garut jambi komodo merak landak".split()
)


def test_there_are_a_thousand_short_words_in_order() -> None:
    assert len(words()) == 1000
    assert list(words()) == sorted(set(words()))
    assert all(re.fullmatch(r"[a-z]{4,8}", word) for word in words())
    assert WORDS_FILE.read_text("utf-8") == "".join(f"{word}\n" for word in words())


def test_the_number_of_a_word_is_its_line() -> None:
    assert numbers()["abjad"] == 0
    assert numbers()["zigzag"] == 999
    assert [numbers()[word] for word in words()] == list(ANY)


def test_the_words_stay_what_they_were() -> None:
    """People keep receipts in these words. Never change, add, remove or move one."""
    assert hashlib.sha256(WORDS_FILE.read_bytes()).hexdigest() == GOLDEN


def test_no_word_is_a_typing_error_of_another() -> None:
    near = [pair for pair in combinations(words(), 2) if OSA.distance(*pair, score_cutoff=1) <= 1]
    assert near == []


def test_no_word_comes_from_another() -> None:
    forms = {
        prefix + word + suffix: word
        for word in words()
        for prefix in PREFIXES
        for suffix in SUFFIXES
        if prefix or suffix
    }
    assert {form: word for form, word in forms.items() if form in numbers()} == {}


def _keywords() -> set[str]:
    channels = lists.read("saluran")
    return {
        word
        for group in (*channels["kata_utuh"].values(), channels["telegram"]["perintah"])
        for said in group
        for word in said.split()
    }


def test_no_word_is_said_to_the_assistant() -> None:
    said = {word for group in lists.read("percakapan") if group != "urutan"
            for word in lexicon.words(group)}  # fmt: skip
    assert not numbers().keys() & (said | lexicon.ordinals().keys())
    commands = _keywords() | set("lewati kembali batal ulangi menu bantuan mulai".split())
    near = {word for word in words() for command in commands
            if len(command) > 3 and OSA.distance(word, command) <= 1}  # fmt: skip
    assert near == set()


def test_no_word_is_a_number() -> None:
    spoken = {
        word
        for group in ("satuan", "pengali")
        for said in lists.read("angka")[group].values()
        for word in said.split()
    } | {"belas", "setengah", "koma", "nol", "kosong"}
    assert not numbers().keys() & spoken


def test_no_word_names_a_place_a_country_or_work() -> None:
    assert [word for word in words() if find.find(word, today=date(2026, 1, 1))] == []


def test_no_word_frightens_or_offends() -> None:
    assert [word for word in words() if phrases.danger_in(word)] == []
    assert [word for word in words() if phrases.sounds_serious(word)] == []
    assert not numbers().keys() & UNFIT
    assert not numbers().keys() & {word for word in content.topic_ids() if "_" not in word}


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("sekola", "sekolah"),
        ("sekolaah", "sekolah"),
        ("sekilah", "sekolah"),
        ("seklah", "sekolah"),
        ("seoklah", "sekolah"),
        ("zigzak", "zigzag"),
        ("coklat", "cokelat"),
    ],
)
def test_one_typing_error_is_mended(typed: str, word: str) -> None:
    assert nearest(typed, ANY) == numbers()[word]


@pytest.mark.parametrize("typed", ["skola", "majikan", "saya", "qwerty", "", "sekolahan2"])
def test_another_word_is_not_mended(typed: str) -> None:
    assert nearest(typed, ANY) is None


def test_what_may_be_two_words_is_not_guessed() -> None:
    between = _between_two()
    assert len(between) > 100
    assert {typed for typed in between if nearest(typed, ANY) is not None} == set()


def _between_two() -> set[str]:
    """What is one wrong letter away from each of two listed words."""
    return {
        one[:at] + other[at] + one[at + 1 :]
        for one, other in combinations(words(), 2)
        if len(one) == len(other)
        for at in range(len(one))
        if one[at] != other[at] and sum(a != b for a, b in zip(one, other)) == 2
    }


def test_only_what_may_be_meant_is_near() -> None:
    assert nearest("sekola", range(800)) is None
    assert receipt_words.nearest("sekola", range(800, 900)) == numbers()["sekolah"]


GOLDEN = "2704ccbd9dbc7a5f6a63860634300914595be74d435512d28e752a2ad09dbdc8"
