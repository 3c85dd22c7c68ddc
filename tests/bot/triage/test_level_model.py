"""The level of a message, learned from messages whose level was given by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bot.triage import examples, marks
from bot.triage.level_model import ARRAYS_FILE, LESS_IN_A_SENTENCE, LevelModel
from bot.triage.levels import LEVELS
from bot.triage.phrases import Danger

BY_HAND = [
    *[
        (f"tolong aku dikunci {where}", 2)
        for where in ("di kamar", "di gudang", "di mess", "di ruko")
    ],
    *[(f"mereka mau bawa aku {when}", 2) for when in ("nanti malam", "besok pagi", "sekarang")],
    *[(f"gaji {month} bulan belum dibayar", 1) for month in ("dua", "tiga", "empat", "lima")],
    *[(f"film {what} seru banget", 0) for what in ("tadi", "kemarin", "di kamar", "malam")],
    *[(f"apa itu {what}?", 0) for what in ("paspor", "visa", "kontrak", "gaji")],
]
BESIDE = [(f"berapa biaya {what}?", 0) for what in ("paspor", "visa", "medical", "pelatihan")]


@pytest.fixture(scope="module")
def model() -> LevelModel:
    return LevelModel.fit(BY_HAND, BESIDE)


def test_what_was_learned_is_told_apart(model: LevelModel) -> None:
    assert model.weigh("tolong aku dikunci di rumah").urgent > 0
    assert model.weigh("gaji enam bulan belum dibayar").serious > 0
    assert model.weigh("gaji enam bulan belum dibayar").urgent < 0
    assert model.weigh("film di kamar seru banget").serious < 0


def test_danger_in_the_middle_of_a_long_story_weighs_as_much_as_alone(model: LevelModel) -> None:
    story = (
        f"{'cerita panjang tentang sawah ' * 12} tolong aku dikunci di kamar {'lalu hujan ' * 20}"
    )
    assert model.weigh(story).urgent > 0
    assert model.weigh(story.replace("tolong aku dikunci di kamar", "")).urgent < 0


def test_a_cry_beside_another_sentence_weighs_a_little_less_than_alone(model: LevelModel) -> None:
    alone = model.weigh("tolong aku dikunci di kamar").urgent
    beside = model.weigh("tolong aku dikunci di kamar. apa itu paspor? berapa biaya visa?").urgent
    assert beside == pytest.approx(alone - LESS_IN_A_SENTENCE)
    assert beside > 0


def test_machines_and_network_both_have_a_say(model: LevelModel, tmp_path: Path) -> None:
    text = "tolong aku dikunci di rumah"
    model.save(tmp_path)
    with np.load(tmp_path / ARRAYS_FILE) as arrays:
        saved = dict(arrays)
    for name in ("weights", "network_out"):
        np.savez(tmp_path / ARRAYS_FILE, **{**saved, name: np.zeros_like(saved[name])})
        assert LevelModel.load(tmp_path).weigh(text).urgent < model.weigh(text).urgent


def test_the_words_that_make_it_urgent_are_named(model: LevelModel) -> None:
    reasons = model.reasons("selamat pagi kak tolong aku dikunci")
    assert "dikunci" in reasons
    assert "pagi" not in reasons


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("kak sy dikunci di ruko, gak boleh keluar", ["dikunci", "gak boleh keluar"]),
        ("paspor saya ditahan majikan sekarang", ["paspor saya ditahan", "sekarang"]),
        ("teman saya tidak dikurung, tapi mau mati aja", ["mau mati aja"]),
    ],
)
def test_the_signs_of_a_danger_explain_it_as_they_stand_there(
    model: LevelModel, text: str, signs: list[str]
) -> None:
    assert model.reasons(text) == signs


def test_small_words_explain_nothing(model: LevelModel) -> None:
    assert not {"kak", "aku", "di"} & set(model.reasons("kak aku tolong di kamar"))


@pytest.mark.parametrize("text", ["", " ", "?", "😭", "a" * 5000, "\n\n", "0" * 300])
def test_any_text_is_weighed(model: LevelModel, text: str) -> None:
    weighed = model.weigh(text)
    assert np.isfinite([weighed.urgent, weighed.serious]).all()
    assert len(model.reasons(text)) <= 3


def test_it_is_the_same_after_it_was_saved(model: LevelModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = LevelModel.load(tmp_path)
    for text, _ in BY_HAND:
        assert again.weigh(text) == model.weigh(text)
    # Plain data: nothing that runs when it is opened.
    assert json.loads((tmp_path / "levels.json").read_text())["kinds"]["min_texts"] == 3


def test_marks_say_what_is_beside_the_words() -> None:
    assert not any(marks.of(""))
    assert marks.of("kalau saya dikurung gimana?").asks
    assert marks.of("misalnya saya dikurung").supposed
    assert marks.of("saya dikurung").danger is Danger.NOW
    assert marks.of("saya dulu disiksa").danger is Danger.OVER
    assert marks.of("dulu saya disiksa " * 30).long


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("sepupu disekap majikan", True),
        ("kemarin nonton film\nkakak saya disekap majikan sekarang", True),
        ("apa sepupu disekap majikan?", False),
        ("film tentang sepupu disekap majikan", False),
        ("nonton film seru. sepupunya disekap majikan", False),
        ("misalnya sepupu disekap majikan", False),
        ("sepupu disekap majikan lalu kami semua bingung harus bagaimana lagi ya", False),
    ],
)
def test_a_few_words_say_a_danger_plainly(model: LevelModel, text: str, plain: bool) -> None:
    assert model.weigh(text).plain is plain


def test_what_the_words_say_is_handed_on(model: LevelModel) -> None:
    assert model.weigh("saya dikurung").danger is Danger.NOW
    assert model.weigh("paspor saya ditahan").sounds_serious
    assert model.weigh("berapa biaya paspor").danger is None


def test_the_examples_are_of_a_level_each_and_of_many_kinds() -> None:
    found = list(examples.read())
    assert {one.level for one in found} == set(LEVELS)
    for level in LEVELS:
        parts = {one.part for one in found if one.level == level}
        assert len(parts) >= 9
    texts = [" ".join(one.text.lower().split()) for one in found]
    assert len(texts) == len(set(texts))
