"""The file of questions, as the code sees it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.tips import questions
from bot.tips.questions import (
    CONSENT,
    FIRST,
    KIND,
    MOST_OF_A_KIND,
    ORDER_FILE,
    PLACE,
    SAFE,
    SUMMARY,
    Option,
    fills,
    order,
)
from tests.nlu_data import content

WRITTEN: dict[str, Any] = content.load(ORDER_FILE)


def test_the_file_is_read_once() -> None:
    assert order() is order()


def test_safety_comes_before_consent_and_both_before_what_happened() -> None:
    assert FIRST == (SAFE, CONSENT, KIND)


def test_every_kind_can_be_chosen_by_its_name_in_the_order_of_the_file() -> None:
    chosen = [(option.title, option.fills) for option in order().options[KIND]]
    assert chosen == [(said["judul"], {KIND: kind}) for kind, said in WRITTEN["jenis"].items()]
    assert list(order().kinds) == list(WRITTEN["jenis"])


@pytest.mark.parametrize("kind", WRITTEN["jenis"])
def test_a_kind_asks_what_is_written_in_that_order(kind: str) -> None:
    assert order().questions[kind] == tuple(WRITTEN["jenis"][kind]["tanya"])
    assert len(order().questions[kind]) >= MOST_OF_A_KIND


@pytest.mark.parametrize("question", WRITTEN["pilihan"])
def test_a_choice_is_what_is_written(question: str) -> None:
    assert order().options[question] == tuple(
        Option(item["judul"], item["isi"], item.get("nilai"))
        for item in WRITTEN["pilihan"][question]
    )


def test_lines_of_the_summary_stand_in_the_order_of_the_file() -> None:
    lines = [(name, line.title, line.fields) for name, line in order().lines.items()]
    assert lines == [
        (name, said["baris"], tuple(said["isi"])) for name, said in WRITTEN["soal"].items()
    ]


def test_a_question_is_answered_by_any_field_of_its_line() -> None:
    assert fills("uang") == ("uang", "dokumen", "gaji")
    assert PLACE in fills(PLACE)
    # Without a line in the summary it is its own field.
    assert [fills(question) for question in (SAFE, CONSENT, SUMMARY)] == [
        (SAFE,), (CONSENT,), (SUMMARY,),
    ]  # fmt: skip


def test_yes_and_no_stay_words() -> None:
    """YAML would make booleans of other words."""
    values = [
        value
        for options in order().options.values()
        for option in options
        for name, value in option.fills.items()
        if name != "waktu"
    ]
    assert {type(value) for value in values} == {str}
    readings = [key for reading in order().readings.values() for key in reading]
    assert {type(key) for key in readings} == {str}


def test_the_file_stands_with_the_data() -> None:
    assert questions.ORDER_FILE == content.NLU_DATA / "laporan" / "urutan.yml"
