from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.features import MAX_PIECE, MIN_PIECE, piece_features, word_features, words

BOUNDED = settings(max_examples=200, deadline=None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Paspor saya DITAHAN!", ["paspor", "saya", "ditahan"]),
        ("tolooooong", ["tolong"]),
        ("tolongggg kakkk", ["tolong", "kakak"]),
        ("maaf, bossss", ["maaf", "bos"]),
        ("kerja di malaysia?", ["kerja", "di", "malaysia"]),
        ("gaji 12 juta", ["gaji", "0", "juta"]),
        ("gaji 1.500.000", ["gaji", "0", "0", "0"]),
        ("gaji 12jt", ["gaji", "0jt"]),
        ("no 0812-0000-0001", ["nomor", "0", "0", "0"]),
        ("uu 21/2007", ["uu", "0", "0"]),
        ("chat_saya", ["chat", "saya"]),
        ("ＰＡＳＰＯＲ", ["paspor"]),
        ("ﬁlm", ["film"]),
        ("paspor🙏🙏", ["paspor"]),
        ("", []),
        ("   ", []),
        ("?!...", []),
        ("🙏", []),
    ],
)
def test_words_are_what_matters_of_a_text(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("text", ["maaf", "saat", "jjj", "foo", "10", "1000000"])
def test_doubled_letters_stay_and_drawn_out_ones_do_not(text: str) -> None:
    (word,) = words(text)
    assert not any(word[n] == word[n + 1] == word[n + 2] for n in range(len(word) - 2))
    assert ("aa" in word) == ("aa" in text)


def test_neighbours_are_features_too() -> None:
    assert list(word_features(["paspor", "saya", "ditahan"])) == [
        "paspor",
        "saya",
        "ditahan",
        "paspor saya",
        "saya ditahan",
    ]
    assert list(word_features(["paspor"])) == ["paspor"]
    assert list(word_features([])) == []


def test_pieces_mark_where_a_word_begins_and_ends() -> None:
    assert list(piece_features(["ya"])) == ["<y", "ya", "a>", "<ya", "ya>", "<ya>"]
    assert list(piece_features([])) == []


def test_a_typing_error_leaves_most_pieces_as_they_were() -> None:
    right, wrong = (set(piece_features([word])) for word in ("paspornya", "pasportnya"))
    assert len(right & wrong) > len(right) / 2


def test_words_that_begin_alike_differ_at_their_ends() -> None:
    assert "ang>" in set(piece_features(["orang"]))
    assert "ang>" not in set(piece_features(["orangnya"]))


@BOUNDED
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_no_text_makes_the_features_fail(text: str) -> None:
    tokens = words(text)
    assert all(tokens)
    pieces = list(piece_features(tokens))
    assert all(MIN_PIECE <= len(piece) <= MAX_PIECE for piece in pieces)
    assert len(list(word_features(tokens))) == max(0, 2 * len(tokens) - 1)


@BOUNDED
@given(st.text("abcdefghij 0123456789", max_size=80))
def test_capitals_and_blanks_change_nothing(text: str) -> None:
    assert words(text.upper()) == words(text)
    assert words(f"  {text} \n") == words(text)


def test_a_long_text_is_taken_apart_quickly() -> None:
    started = time.perf_counter()
    tokens = words("saya dijanjikan gaji besar di luar negeri " * 250)
    assert sum(1 for _ in piece_features(tokens)) > 1000
    assert time.perf_counter() - started < 0.5
