from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from bot.conversation import lexicon

GROUPS = (
    "pembuka",
    "belum_selesai",
    "utuh",
    "kata_tanya",
    "pengisi_pilihan",
    "yang_terakhir",
    "iya",
    "bukan",
)


def _file() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(lexicon.LEXICON_FILE.read_text("utf-8"))
    return data


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_that_the_code_asks_for_has_words(group: str) -> None:
    assert lexicon.words(group)


def test_the_file_holds_no_group_that_nobody_reads() -> None:
    assert set(_file()) == {*GROUPS, "urutan"}


@pytest.mark.parametrize("group", GROUPS)
def test_words_are_single_and_in_lower_case(group: str) -> None:
    # YAML reads a bare `no` or `yes` as a truth value: the groups are texts, not lists.
    assert isinstance(_file()[group], str)
    assert all(re.fullmatch(r"[a-z0-9]+", word) for word in lexicon.words(group))


def test_an_unknown_group_is_an_error_and_not_an_empty_one() -> None:
    with pytest.raises(KeyError):
        lexicon.words("tidak_ada")


def test_yes_is_never_no() -> None:
    assert not lexicon.words("iya") & lexicon.words("bukan")


@pytest.mark.parametrize("word", ["ya", "iyo", "yo", "ok", "nggih", "betul"])
def test_yes_is_known_in_the_local_language(word: str) -> None:
    assert word in lexicon.words("iya")


@pytest.mark.parametrize("word", ["tidak", "dak", "idak", "ora", "gak", "ga", "jangan"])
def test_no_is_known_in_the_local_language(word: str) -> None:
    assert word in lexicon.words("bukan")


@pytest.mark.parametrize("word", ["ndak", "nak", "endak"])
def test_the_bengkulu_word_for_wanting_is_not_taken_for_no(word: str) -> None:
    """ "ndak" is "no" in Java and "want to" in Bengkulu (docs/menulis-topik.md)."""
    assert word not in lexicon.words("bukan")
    assert word in lexicon.words("pembuka")


@pytest.mark.parametrize(
    ("word", "number"),
    [("satu", 1), ("pertama", 1), ("sikok", 1), ("kedua", 2), ("duo", 2), ("tigo", 3),
     ("telu", 3), ("papat", 4), ("limo", 5), ("keenam", 6), ("tujuh", 7), ("lapan", 8),
     ("kesembilan", 9)],
)  # fmt: skip
def test_number_words_are_known(word: str, number: int) -> None:
    assert lexicon.ordinals()[word] == number


def test_a_number_word_means_one_number() -> None:
    said = [word for group in _file()["urutan"].values() for word in group.split()]
    assert len(said) == len(set(said))
    assert set(lexicon.ordinals().values()) == set(range(1, 10))


def test_a_number_word_is_not_swallowed_as_filler() -> None:
    fillers = lexicon.words("pengisi_pilihan")
    assert not fillers & lexicon.ordinals().keys()
    assert not fillers & lexicon.words("yang_terakhir")


def test_a_word_that_takes_back_is_not_swallowed_as_filler() -> None:
    """ "bukan 2" must not pick the second."""
    assert not lexicon.words("pengisi_pilihan") & lexicon.words("bukan")
