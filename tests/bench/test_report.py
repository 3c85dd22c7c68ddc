"""docs/nlu.md says what was measured, and nothing that was not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from bench.diet import compare
from bench.understanding import __main__ as command
from bench.understanding import report, sets, variants
from bench.understanding.context import Wishes
from bench.understanding.sets import Item
from bot.engine.assistant import Assistant
from bot.nlu.labels import OUT_OF_SCOPE

EXAMPLES = [("halo", "salam"), ("apa itu calo", "faq/calo")]
ROW = {
    "in_scope": 31,
    "right": 0.912,
    "wrong": 0.023,
    "out_of_scope": 11,
    "accepted": 0.034,
    "taken": 0.056,
}
BY_STYLE = {
    "everyday": 0.971,
    "everyday_second": 0.964,
    "sms": 0.872,
    "dialect": 0.773,
    "long": 0.674,
}


def _side(right: float, **figures: int) -> dict[str, Any]:
    styles = {
        name: {"right": right + at / 100, "accepted": 0.1, "milliseconds": 10 * right + at}
        for at, name in enumerate(sets.STYLES)
    }
    return {**figures, "styles": styles}


DIET = {
    "examples": 2,
    "data": compare.digest(EXAMPLES),
    "measured_on": "2026-01-02",
    "diet": _side(0.51, epochs=40, training_seconds=540, memory_mb=2718),
    "ours": _side(0.81, training_seconds=121, memory_mb=612),
}


def _found(**changes: Any) -> dict[str, Any]:
    """Made-up figures, no two alike."""
    return {
        "day": "2026-11-21",
        "examples": 12_345,
        "labels": 130,
        "topics": 107,
        "settings": {"threshold": 0.31, "answer_from": 0.52, "margin": 0.13},
        "tuning": 829,
        "diet": None,
        "styles": {name: {**ROW, "right": right} for name, right in BY_STYLE.items()},
        "overall": {
            "row": {**ROW, "right": 0.915},
            "milliseconds": 1.23,
            "slow_milliseconds": 4.5,
            "calibration_error": 0.041,
            "urgent": (28, 29),
            "raised": (3, 407),
            "confusions": [("faq/calo", "faq/cek_p3mi", 7)],
        },
        "noise": [(0.0, 0.961), (0.3, 0.842)],
        "context": {
            "follow_ups": 110,
            "alone": 0.38,
            "served": 0.83,
            "conversations": 120,
            "ended_well": 0.76,
            "two_wishes": 60,
            "wishes": Wishes(0.71, 0.72, 0.73, 4, 17),
        },
        "triage": {
            "count": {"darurat": 20, "tinggi": 13, "biasa": 27},
            "urgent": 0.951,
            "urgent_unnoticed": 0.017,
            "serious": 0.952,
            "raised": 0.053,
            "noticed": 0.054,
            "parts": [("darurat", "berbisik", 9, 0.89)],
        },
        "thresholds": [
            {
                "threshold": 0.4,
                "answered_right": 0.881,
                "answered_wrong": 0.082,
                "accepted": 0.063,
            }
        ],
        "variants": [
            {"name": variant.name, **{name: right - at / 10 for name, right in BY_STYLE.items()}}
            for at, variant in enumerate(variants.VARIANTS)
        ],
        "cross_validation": {"folds": 5, "right": 0.645},
        **changes,
    }


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the page is written to in a test."""
    path = tmp_path / "nlu.md"
    monkeypatch.setattr(report, "TARGET", path)
    return path


@pytest.fixture
def diet_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "result.json"
    monkeypatch.setattr(report, "DIET_RESULT", path)
    return path


def _written(page: Path, found: dict[str, Any]) -> str:
    report.write(found)
    return page.read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        "Measured on 2026-11-21 with 130 labels",
        "12345 hand-written training examples",
        "42 sentences of `bench/heldout/`",
        "| everyday | 31 | 0.971 | 0.95 | 0.023 | 11 | 0.034 |",
        "| everyday, a later writer | 31 | 0.964 | 0.95 | 0.023 | 11 | 0.034 |",
        "| situations in several sentences | 31 | 0.674 |  | 0.023 | 11 | 0.034 |",
        "| all | 31 | 0.915 | | 0.023 | 11 | 0.034 |",
        "0.056 have another first guess",
        "Calibration error 0.041",
        "One text takes 1.23 ms",
        "Of 29 cries for help 28 were taken for one; of 407 ordinary messages 3 were.",
        "| 0 % | 0.961 |",
        "| 30 % | 0.842 |",
        'Of 110 short follow-ups ("kalau ke Taiwan?", "berapa biayanya?") 0.83 get',
        "without the topic before it would be 0.38",
        "Of 120 conversations of two to four messages, each as the product answers it, 0.76 end in",
        "Of 60 messages with two wishes",
        "0.71 are served",
        "0.72 are offered",
        "0.73 both",
        "4 of 17 with one wish",
        "| whole | 0.971 | 0.872 | 0.773 | 0.674 |",
        "5-fold cross-validation over all examples: 0.645",
        "Below a confidence of 0.31 a text counts as not understood. Below 0.52",
        "0.13, it asks",
        "On the 829 sentences of `bench/tuning/`",
        "| 0.4 | 0.881 | 0.082 | 0.063 |",
        "| faq/calo | faq/cek_p3mi | 7 |",
        "Not measured yet: run `make eval-diet`.",
    ],
)
def test_every_figure_stands_in_its_place(page: Path, words: str) -> None:
    said = " ".join(_written(page, _found()).split())
    assert " ".join(words.split()) in said


def test_every_variant_has_a_row(page: Path) -> None:
    said = _written(page, _found())
    assert all(f"\n| {variant.name} |" in said for variant in variants.VARIANTS)


@pytest.mark.parametrize("missing", sorted(_found()))
def test_a_figure_that_was_not_measured_is_no_empty_place(page: Path, missing: str) -> None:
    found = _found()
    del found[missing]
    with pytest.raises(UndefinedError, match=missing):
        report.write(found)
    assert not page.exists()


# Beside DIET


def test_without_a_comparison_the_page_says_how_to_make_one(page: Path, diet_file: Path) -> None:
    assert not diet_file.exists()
    assert report.comparison(EXAMPLES) is None
    said = _written(page, _found(diet=report.comparison(EXAMPLES)))
    assert "Not measured yet" in said
    assert "| DIET |" not in said


def test_a_comparison_on_the_same_examples_stands_beside_our_own(
    page: Path, diet_file: Path
) -> None:
    diet_file.write_text(json.dumps(DIET), "utf-8")
    diet = report.comparison(EXAMPLES)
    assert diet is not None
    # Whatever the order of the files that they were read from.
    assert report.comparison(EXAMPLES[::-1]) == diet
    assert diet["current"] is True
    said = _written(page, _found(diet=diet))
    assert "2026-01-02 with 2 examples:" in said
    assert "Not measured yet" not in said
    assert "| this classifier | 0.810 | 0.820 | 0.830 | 0.840 | 2 min | 612 MB | 8.1 ms |" in said
    assert "| DIET | 0.510 | 0.520 | 0.530 | 0.540 | 9 min | 2718 MB | 5.1 ms |" in said


def test_half_a_comparison_is_none(page: Path, diet_file: Path) -> None:
    half = {name: value for name, value in DIET.items() if name != "ours"}
    diet_file.write_text(json.dumps(half), "utf-8")
    assert report.comparison(EXAMPLES) is None


@pytest.mark.parametrize(
    "examples",
    [
        [*EXAMPLES, ("hai", "salam")],
        EXAMPLES[:1],
        [("halo", "menu"), EXAMPLES[1]],
        [("halo kak", "salam"), EXAMPLES[1]],
        [],
    ],
)
def test_a_comparison_on_other_examples_is_called_outdated(
    page: Path, diet_file: Path, examples: list[tuple[str, str]]
) -> None:
    diet_file.write_text(json.dumps(DIET), "utf-8")
    diet = report.comparison(examples)
    assert diet is not None
    assert diet["current"] is False
    said = _written(page, _found(diet=diet))
    assert "with 2 examples (they have changed since):" in said


def test_the_comparison_is_made_on_the_examples_of_this_project() -> None:
    """It runs in an environment without this project's code, so it reads them by itself."""
    assert sorted(compare.examples()) == sorted(sets.examples())


def test_the_comparison_that_is_kept_fits_the_page(page: Path) -> None:
    diet = report.comparison(list(sets.examples()))
    if diet is not None:
        assert diet["measured_on"] in _written(page, _found(diet=diet))


# The command


def test_what_the_command_measures_is_what_the_page_shows(page: Path, assistant: Assistant) -> None:
    """The figures come from the functions of `make eval`, on a few made-up sentences."""
    items = [
        Item("apa itu calo?", "faq/calo", "biasa"),
        Item("tolong saya disekap", "darurat", "darurat"),
        Item("resep rendang padang", OUT_OF_SCOPE, "biasa"),
    ]
    styles = dict.fromkeys(sets.STYLES, items)
    figures = {
        "styles": command._styles(assistant, styles),
        "overall": command._overall(assistant, items),
        "noise": command._noise(assistant, items),
    }
    said = _written(page, _found(**figures))
    assert "| everyday | 2 | 1.000 | 0.95 | 0.000 | 1 | 0.000 |" in said
    assert "Of 1 cries for help 1 were taken for one; of 2 ordinary messages 0 were." in said
    assert [share for share, _ in figures["noise"]] == [0.0, *command.NOISE_SHARES]


def test_the_short_form_names_every_style_and_where_the_page_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report.show(_found())
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[1 : 1 + len(BY_STYLE)]] == [
        [name, f"{right:.3f}"] for name, right in BY_STYLE.items()
    ]
    assert lines[-1] == "written to docs/nlu.md"
