"""Which questions lean on the answer before them, told from their words alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import lexicon
from bot.nlu.features import raw_words
from bot.nlu.following import LONGEST, asks_to_go_on, is_short, points_back

ANY_WORDS = st.lists(
    st.sampled_from(
        sorted(
            {"paspor", "taiwan", "biayanya", "biasanya", "calo", "0"}
            | lexicon.words("sapaan")
            | lexicon.words("penyambung")
            | lexicon.words("pengandai")
            | lexicon.words("penunjuk")
            | lexicon.words("tanya_pendek")
            | lexicon.words("lanjut")
        )
    ),
    max_size=LONGEST + 3,
)
ADDRESSES = st.lists(st.sampled_from(sorted(lexicon.words("sapaan"))), max_size=4)


@pytest.mark.parametrize(
    "text",
    [
        "berapa biayanya?",
        "syaratnya apa aja kak",
        "biayonyo brp dang",
        "hukumannya?",
        "terus kalau ditolak?",
        "trs gmn",
        "lalu siapa yang bayar",
        "nah itu di mana",
        "gimana caranya",
        "itu gratis gak?",
        "di sana aman gak",
        "yang tadi maksudnya gimana",
        "berapa lama?",
        "kapan",
        "kenapa boleh?",
        "kak, bayar berapa ya?",
    ],
)
def test_words_that_point_at_what_was_said_are_seen(text: str) -> None:
    assert points_back(raw_words(text))


@pytest.mark.parametrize(
    "text",
    [
        "kalau ke taiwan?",
        "klo tetangga sendiri gimana",
        "kak, kalau itu ditolak?",
        "nek pelakune polisi",
        "misalnya ke jepang",
        "apakah calo dilarang",
        "paspor saya ditahan majikan",
        "biasanya berangkat dari batam",
        "katanya gaji besar",
        "mau tanya soal visa",
        "lapor polisi",
        "tolong saya dikunci",
        "tanya",
        "hanya saya",
        "kak",
        "ya dong",
        "",
        "🙏",
    ],
)
def test_words_that_name_their_own_subject_are_left_alone(text: str) -> None:
    assert not points_back(raw_words(text))


@pytest.mark.parametrize(
    ("text", "going_on"),
    [
        ("terus?", True),
        ("lalu gimana kak", True),
        ("trus", True),
        ("lanjut", True),
        ("lanjutin dong min", True),
        ("habis itu apa?", True),
        ("apa lagi", True),
        ("selain itu?", True),
        ("njuk piye", True),
        ("teruss", True),
        ("terus biayanya?", False),
        ("terus saya dikunci", False),
        ("lanjut ke jepang", False),
        ("apa itu calo", False),
        ("lanjut kuis", False),
        ("kak", False),
        ("", False),
        ("?", False),
        ("terus " * (LONGEST + 1), False),
    ],
)
def test_a_wish_to_hear_more_is_nothing_but_that(text: str, going_on: bool) -> None:
    assert asks_to_go_on(raw_words(text)) is going_on


@pytest.mark.parametrize(
    ("words", "short"),
    [
        ([], False),
        (["kak", "ya"], False),
        (["paspor"], True),
        (["paspor"] * LONGEST, True),
        (["paspor"] * (LONGEST + 1), False),
        # How people are addressed does not count.
        ([*["paspor"] * LONGEST, "kak", "ya"], True),
    ],
)
def test_a_follow_up_is_short(words: list[str], short: bool) -> None:
    assert is_short(words) is short


@pytest.mark.parametrize(
    ("word", "owned"),
    [
        ("biayanya", True),
        ("biayonyo", True),
        ("gajinya", True),
        ("biasanya", False),
        ("sebenarnya", False),
        ("pertanyaan", False),
        ("tanya", False),
        ("punya", False),
        ("banyak", False),
        ("nya", False),
        ("menanyakan", False),
    ],
)
def test_what_belongs_to_something_points_at_it(word: str, owned: bool) -> None:
    assert points_back(["calo", word]) is owned


@given(ANY_WORDS, ADDRESSES, ADDRESSES)
def test_an_address_before_or_after_changes_nothing(
    words: list[str], before: list[str], after: list[str]
) -> None:
    addressed = [*before, *words, *after]
    for judge in (is_short, points_back, asks_to_go_on):
        assert judge(addressed) == judge(words)


@given(ANY_WORDS, st.sampled_from(sorted(lexicon.words("pengandai"))))
def test_what_is_supposed_never_points_back(words: list[str], supposing: str) -> None:
    assert not points_back([supposing, *words])


@given(ANY_WORDS)
def test_what_asks_to_go_on_is_a_follow_up(words: list[str]) -> None:
    if asks_to_go_on(words):
        assert is_short(words)
