from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.normaliser import WORDS_FILE, NormaliserError, normalise, read


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gmn sy dpt visa", "bagaimana saya dpt visa"),
        ("ambo dak biso balik", "saya tidak bisa pulang"),
        ("piye carane lapor", "bagaimana carane lapor"),
        ("cakmano caro kerjo ke taiwan", "bagaimana caro kerja ke taiwan"),
        ("pasport sy ditahan org", "paspor saya ditahan orang"),
    ],
)
def test_words_are_read_as_they_are_meant(written: str, meant: str) -> None:
    assert normalise(written.split()) == meant.split()


@pytest.mark.parametrize(
    "word", ["ndak", "nak", "endak", "lah", "kelo", "gen", "foto", "oke", "solo"]
)
def test_words_that_mislead_are_left_alone(word: str) -> None:
    assert normalise([word]) == [word]


def test_a_word_that_is_meant_is_never_replaced_again() -> None:
    meant = read(WORDS_FILE)
    assert normalise(meant.values()) == list(meant.values())


@pytest.mark.parametrize("lines", ["saya: sy\nsaja: sy", "saya: saya", "saya: sy\nsy: s"])
def test_a_list_that_contradicts_itself_is_refused(lines: str, tmp_path: Path) -> None:
    path = tmp_path / "words.yml"
    path.write_text(lines, "utf-8")
    with pytest.raises(NormaliserError):
        read(path)
