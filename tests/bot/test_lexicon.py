from __future__ import annotations

import ast
import re
from typing import Any

import pytest
import yaml

from bot import lexicon
from bot.conversation.gsm7 import ALPHABET
from bot.settings import PROJECT_ROOT

ROOMS = ("actions", "bot", "channels", "suluh")


def _file() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(lexicon.LEXICON_FILE.read_text("utf-8"))
    return data


def _groups() -> list[str]:
    """Every group of words; the number words are in a form of their own."""
    return sorted(_file().keys() - {"urutan"})


def _asked_for() -> tuple[set[str], set[str]]:
    """Groups that the code names in `lexicon.words(...)`, and every text in those modules."""
    named, texts = set(), set()
    for path in (path for room in ROOMS for path in (PROJECT_ROOT / room).rglob("*.py")):
        source = path.read_text("utf-8")
        if "lexicon" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "lexicon.words"
                and isinstance(node.args[0], ast.Constant)
            ):
                named.add(str(node.args[0].value))
    return named, texts


def test_every_group_that_the_code_asks_for_has_words() -> None:
    named, _ = _asked_for()
    assert {"pembuka", "kata_tanya", "lanjut"} <= named <= set(_groups())
    assert all(lexicon.words(group) for group in named)


def test_the_file_holds_no_group_that_nobody_reads() -> None:
    _, texts = _asked_for()
    # `does_not_know` reads one by itself.
    assert set(_groups()) <= texts | {"tahu"}


@pytest.mark.parametrize("group", _groups())
def test_words_are_single_and_in_lower_case(group: str) -> None:
    # YAML reads a bare `no` or `yes` as a truth value: the groups are texts, not lists.
    assert isinstance(_file()[group], str)
    assert all(re.fullmatch(r"[a-z0-9]+", word) for word in lexicon.words(group))


@pytest.mark.parametrize("group", _groups())
def test_no_word_stands_twice_in_a_group(group: str) -> None:
    said = _file()[group].split()
    assert len(said) == len(set(said))


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


# Words in two groups


@pytest.mark.parametrize(
    ("word", "groups"),
    [
        # The group decides what a word does where it stands: after a question, in a list, alone.
        ("ya", {"iya", "utuh", "pembuka", "pengisi_pilihan", "sapaan"}),
        ("terus", {"belum_selesai", "penyambung", "lanjut"}),
        ("jadi", {"pembuka", "belum_selesai", "penyambung", "bukan"}),
        ("itu", {"penunjuk", "lanjut", "pengisi_pilihan", "pemilik", "bukan_nama"}),
        ("gimana", {"kata_tanya", "penyambung", "tanya_pendek", "lanjut"}),
        ("kalau", {"belum_selesai", "pengandai"}),
        ("namanya", {"belum_selesai", "bukan_milik", "sebelum_nama"}),
        ("misalnya", {"pengandai", "bukan_milik"}),
        ("kakak", {"pembuka", "sapaan", "pemilik"}),
    ],
)
def test_a_word_means_what_its_group_says(word: str, groups: set[str]) -> None:
    assert {group for group in _groups() if word in lexicon.words(group)} >= groups


SPEAKING = ("penyambung", "pengandai", "penunjuk", "lanjut", "bukan")


@pytest.mark.parametrize("group", SPEAKING)
def test_a_word_that_says_something_is_not_left_out_as_an_address(group: str) -> None:
    """What is in `sapaan` is taken away before anything else is looked at."""
    assert not lexicon.words("sapaan") & lexicon.words(group)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # "kalau" names its subject, "terus" and "itu" point back.
        ("pengandai", "penyambung"),
        ("pengandai", "penunjuk"),
        # A yes while one is still writing would be answered at once.
        ("iya", "belum_selesai"),
        ("yang_terakhir", "bukan"),
    ],
)
def test_groups_that_contradict_each_other_share_no_word(one: str, other: str) -> None:
    assert not lexicon.words(one) & lexicon.words(other)


@pytest.mark.parametrize("word", ["lapor", "petugas", "tolong", "kuis", "hapus", "cek"])
def test_a_word_that_asks_for_an_errand_is_no_small_word(word: str) -> None:
    assert word not in lexicon.words("pembuka") | lexicon.words("sapaan")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("ga tau kak", True),
        ("gatau", True),
        ("dak tau", True),
        ("tidak tahu pasti", False),
        ("tidak", False),
        ("", False),
    ],
)
def test_who_does_not_know_says_so_in_few_words(said: str, expected: bool) -> None:
    assert lexicon.does_not_know(said.split()) is expected


# Lines under a message, and whole messages that say something about the messages themselves.


def _channels() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(lexicon.CHANNELS_FILE.read_text("utf-8"))
    return data


LINES: list[str] = sorted(_channels()["tulisan"])
KEYWORDS: dict[str, list[str]] = _channels()["kata_utuh"]


def _first_texts(function: str) -> set[str]:
    """What the code writes as the first argument of a function of the lexicon."""
    found = set()
    for path in (path for room in ROOMS for path in (PROJECT_ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = ast.unparse(node.func).removeprefix("lexicon.")
                found |= {str(node.args[0].value)} if name == function else set()
    return found


@pytest.mark.parametrize("name", LINES)
def test_a_line_under_a_message_fits_into_the_letters_of_a_simple_phone(name: str) -> None:
    said = lexicon.line(name)
    assert said
    assert said == said.strip()
    assert set(said) <= ALPHABET - {"\n", "\r"}


def test_every_line_is_asked_for_and_every_one_asked_for_is_there() -> None:
    assert _first_texts("line") == set(LINES)


def test_an_unknown_line_is_an_error_and_not_an_empty_one() -> None:
    with pytest.raises(KeyError):
        lexicon.line("tidak_ada")


def test_every_group_of_keywords_is_asked_for_and_every_one_asked_for_is_there() -> None:
    assert _first_texts("is_keyword") == set(KEYWORDS)


def test_a_keyword_means_one_thing() -> None:
    said = [keyword for group in KEYWORDS.values() for keyword in group]
    assert len(said) == len(set(said))


@pytest.mark.parametrize(
    ("group", "keyword"), [(group, keyword) for group in KEYWORDS for keyword in KEYWORDS[group]]
)
def test_every_keyword_of_the_file_is_heard(group: str, keyword: str) -> None:
    assert lexicon.is_keyword(group, keyword)
    assert lexicon.is_keyword(group, keyword.upper())
    assert [other for other in KEYWORDS if lexicon.is_keyword(other, keyword)] == [group]


def test_what_a_line_asks_for_is_heard() -> None:
    (said,) = re.findall(r"\b[A-Z]+\b", lexicon.line("balas_lanjut"))
    assert lexicon.is_keyword("lanjut", said)


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop.", "Stop!!!", " stop ", "/stop", "*STOP*", '"stop"', "stop 🙏", "STOP\n",
     "_stop_", "STOP ALL", "stop-all", "Stop  SMS."],
)  # fmt: skip
def test_stop_is_heard_however_it_is_written(text: str) -> None:
    assert lexicon.is_keyword("stop", text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "...", "🙏", "stop kerja", "saya mau berhenti kerja", "jangan stop", "s t o p",
     "st0p", "stop 1", "nonstop", "berhenti dari majikan", "stop stop"],
)  # fmt: skip
def test_a_word_inside_a_message_stops_nothing(text: str) -> None:
    assert not lexicon.is_keyword("stop", text)


@pytest.mark.parametrize("text", ["lagi di jalan", "mulai kapan?", "lanjut kerja di sana boleh?"])
def test_a_question_that_begins_with_a_keyword_is_a_question(text: str) -> None:
    assert not any(lexicon.is_keyword(group, text) for group in KEYWORDS)


def test_an_unknown_group_of_keywords_is_an_error() -> None:
    with pytest.raises(KeyError):
        lexicon.is_keyword("tidak_ada", "stop")
