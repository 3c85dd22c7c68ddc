"""The held-out sentences must stay what they are: never seen in training."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bench.understanding import HELDOUT, Item, calibration_error, load
from tests.nlu_data import content

ROOT = Path(__file__).resolve().parents[2]
STYLES = sorted(HELDOUT.glob("*.yml"))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _trained_on() -> set[str]:
    texts = set()
    for path in (ROOT / "nlu_data").rglob("*.yml"):
        data = yaml.safe_load(path.read_text("utf-8"))
        for entry in data.get("nlu", []):
            texts |= {_plain(line[2:]) for line in entry["examples"].splitlines()}
    return texts


def test_no_held_out_sentence_is_trained_on() -> None:
    trained = _trained_on()
    assert len(trained) > 5000
    held_out = [_plain(item.text) for path in STYLES for item in load(path)]
    # One word is nobody's own wording.
    assert [text for text in held_out if text in trained and len(text.split()) > 2] == []


@pytest.mark.parametrize("path", STYLES, ids=[path.stem for path in STYLES])
def test_every_label_stands_in_the_catalogue(path: Path) -> None:
    catalogue = content.catalogue()
    known = {f"faq/{topic}" for ids in catalogue["faq"].values() for topic in ids}
    known |= set(catalogue["dialog"])
    items = load(path)
    assert {item.label for item in items} <= known
    assert {item.level for item in items} <= {"darurat", "tinggi", "biasa"}
    assert len({_plain(item.text) for item in items}) == len(items)


def test_a_perfectly_calibrated_guesser_has_no_error() -> None:
    from bench.understanding import Result
    from bot.conversation.messages import Understanding

    def result(right: bool) -> Result:
        guess = Understanding("salam", None, 0.75, "biasa")
        return Result(Item("x", "salam" if right else "menu", "biasa"), guess)

    assert calibration_error([result(True)] * 3 + [result(False)]) == pytest.approx(0)
    assert calibration_error([result(False)] * 4) == pytest.approx(0.75)
