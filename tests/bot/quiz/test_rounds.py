from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.quiz.questions import questions
from bot.quiz.rounds import AFTER, BEFORE, FREE, FREE_LENGTH, STAGES, Round

LESSON = {question.id for question in questions().values() if question.in_lesson}

seeds = st.integers(0, 10_000)
# What a person does with a question: an option, or None to skip it.
plays = st.lists(st.none() | st.integers(0, 2), max_size=12)


def _start(stage: str, seed: int = 1, avoid: tuple[str, ...] = ()) -> Round:
    return Round.start(stage, avoid=avoid, chance=random.Random(seed))


def _played(round_: Round, options: list[int | None]) -> Round:
    for option in options:
        round_ = round_.mark(option)
    return round_


@settings(max_examples=50)
@given(seeds)
def test_a_free_round_asks_five_different_questions(seed: int) -> None:
    asked = _start(FREE, seed).asked
    assert len(set(asked)) == len(asked) == FREE_LENGTH == 5
    assert set(asked) <= questions().keys()


@settings(max_examples=50)
@given(seeds, st.sampled_from(STAGES))
def test_the_next_free_round_asks_something_else(seed: int, stage: str) -> None:
    last = _start(stage, seed)
    assert not set(_start(FREE, seed, avoid=last.asked).asked) & set(last.asked)


def test_free_rounds_draw_from_all_questions() -> None:
    drawn = {name for seed in range(200) for name in _start(FREE, seed).asked}
    assert drawn == questions().keys()


@settings(max_examples=50)
@given(seeds, st.sampled_from([BEFORE, AFTER]))
def test_around_a_lesson_the_whole_fixed_set_is_asked_whatever_was_asked_before(
    seed: int, stage: str
) -> None:
    asked = _start(stage, seed, avoid=tuple(LESSON)).asked
    assert len(asked) == len(LESSON)
    assert set(asked) == LESSON


def test_around_a_lesson_the_order_changes() -> None:
    assert len({_start(BEFORE, seed).asked for seed in range(20)}) > 10


@settings(max_examples=100)
@given(seeds, st.sampled_from(STAGES), plays)
def test_a_round_counts_what_was_answered(seed: int, stage: str, options: list[int | None]) -> None:
    fresh = _start(stage, seed)
    counted = options[: len(fresh.asked)]
    answers = [questions()[name].right for name in fresh.asked]
    played = _played(fresh, options)
    assert played.marks == tuple(
        None if option is None else option == right for option, right in zip(counted, answers)
    )
    assert played.right == sum(option == right for option, right in zip(counted, answers))
    assert played.asked == fresh.asked
    assert played.is_running == (len(options) < len(fresh.asked))
    assert (played.current is None) == (not played.is_running)
    if played.current is not None:
        assert played.number == len(counted) + 1
        assert played.current.id == fresh.asked[len(counted)]


def test_an_answer_leaves_the_round_before_it_as_it_was() -> None:
    fresh = _start(FREE)
    fresh.mark(0)
    assert fresh.marks == ()
    assert fresh.number == 1


def test_a_finished_round_takes_no_more_answers() -> None:
    done = _played(_start(FREE), [None] * 5)
    assert done.mark(0) == done


def test_topics_to_read_are_those_that_were_missed_each_once_in_order() -> None:
    first, second, third, fourth = list(questions().values())[:4]
    round_ = Round(FREE, (third.id, first.id, second.id, third.id, fourth.id))
    wrong = (third.right + 1) % 3
    played = _played(round_, [wrong, first.right, None, wrong])
    # The last was not reached, the second was right, a skipped one counts as missed.
    assert played.topics_to_read == [third.topic, second.topic]


def test_nothing_is_left_to_read_after_a_perfect_round() -> None:
    fresh = _start(FREE)
    assert _played(fresh, [questions()[n].right for n in fresh.asked]).topics_to_read == []


@settings(max_examples=100)
@given(seeds, st.sampled_from(STAGES), plays)
def test_a_round_comes_back_from_its_slot_as_it_was(
    seed: int, stage: str, options: list[int | None]
) -> None:
    played = _played(_start(stage, seed), options)
    slot = json.loads(json.dumps(played.to_slot()))
    assert Round.from_slot(slot) == played
    assert Round.running(slot) == (played if played.is_running else None)


def test_a_slot_holds_ids_and_marks_and_no_text() -> None:
    played = _start(FREE).mark(0)
    assert played.to_slot() == {
        "tahap": "biasa", "soal": list(played.asked), "hasil": list(played.marks)
    }  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        [],
        7,
        {"tahap": FREE, "soal": ["soal_yang_sudah_dihapus"], "hasil": []},
        {"tahap": FREE, "soal": [next(iter(questions())), "sudah_dihapus"], "hasil": [True]},
    ],
)
def test_a_round_whose_questions_are_gone_is_over(value: Any) -> None:
    assert Round.from_slot(value) is None
    assert Round.running(value) is None
