"""What is counted, on results that were made by hand."""

from __future__ import annotations

import pytest

from bench.understanding import context, measures
from bench.understanding.measures import Result
from bench.understanding.sets import FollowUp, Item, TwoWishes
from bot.engine.assistant import Assistant
from bot.nlu.labels import OUT_OF_SCOPE


def _result(
    label: str,
    guess: str,
    confidence: float = 0.9,
    *,
    sure: bool = True,
    meant: str = "biasa",
    taken: str = "biasa",
) -> Result:
    """A sentence that means `label` and was taken for `guess`; `meant` and `taken` are levels."""
    return Result(Item("x", label, meant), guess, confidence, sure, taken)


RIGHT = _result("salam", "salam")
WRONG = _result("salam", "menu")
ASKED_BACK = _result("salam", "menu", sure=False)
OWNED_UP = _result("salam", OUT_OF_SCOPE)
OUTSIDE = _result(OUT_OF_SCOPE, OUT_OF_SCOPE)
ACCEPTED = _result(OUT_OF_SCOPE, "faq/calo")


@pytest.mark.parametrize(
    ("results", "right", "wrong"),
    [
        ([], 0.0, 0.0),
        ([RIGHT], 1.0, 0.0),
        ([RIGHT, WRONG], 0.5, 0.5),
        ([RIGHT, WRONG, WRONG, WRONG], 0.25, 0.75),
        # Neither helped nor misled.
        ([ASKED_BACK], 0.0, 0.0),
        ([OWNED_UP], 0.0, 0.0),
        # A right guess counts as understood, also when it is only offered.
        ([_result("salam", "salam", sure=False)], 1.0, 0.0),
        ([OUTSIDE], 1.0, 0.0),
        ([ACCEPTED, OUTSIDE], 0.5, 0.5),
        ([_result(OUT_OF_SCOPE, "faq/calo", sure=False)], 0.0, 0.0),
    ],
)
def test_what_is_right_and_what_misleads(results: list[Result], right: float, wrong: float) -> None:
    assert measures.right(results) == pytest.approx(right)
    assert measures.wrongly_answered(results) == pytest.approx(wrong)


def test_what_is_out_of_scope_is_told_by_what_was_meant_and_not_by_the_guess() -> None:
    results = [RIGHT, OWNED_UP, ACCEPTED, OUTSIDE]
    assert measures.in_scope(results) == [RIGHT, OWNED_UP]
    assert measures.out_of_scope(results) == [ACCEPTED, OUTSIDE]


@pytest.mark.parametrize(
    ("results", "error"),
    [
        # Three in four, as it said.
        ([_result("a", "a", 0.75)] * 3 + [_result("a", "b", 0.75)], 0.0),
        ([_result("a", "b", 0.75)] * 4, 0.75),
        ([_result("a", "a", 0.75)] * 4, 0.25),
        ([_result("a", "a", 1.0)], 0.0),
        ([_result("a", "b", 1.0)], 1.0),
        # Being too sure in one bin is not made good by being too modest in another.
        ([_result("a", "b", 0.25), _result("a", "a", 0.75)], 0.25),
        # Weighed by how many there are: 0.2 of three in four, 0.6 of one.
        ([_result("a", "a", 0.8)] * 3 + [_result("a", "b", 0.6)], 0.3),
    ],
)
def test_the_calibration_error_is_how_far_sureness_is_from_being_right(
    results: list[Result], error: float
) -> None:
    assert measures.calibration_error(results) == pytest.approx(error)


def test_cries_for_help_and_false_alarms_are_counted_by_level() -> None:
    found = _result("darurat", "darurat", meant="darurat", taken="darurat")
    # Taken for a question, but heard by its words.
    heard = _result("darurat", "faq/calo", meant="darurat", taken="darurat")
    missed = _result("darurat", "darurat", meant="darurat", taken="tinggi")
    alarm = _result("faq/calo", "darurat", taken="darurat")
    serious = _result("faq/calo", "darurat", meant="tinggi", taken="darurat")
    results = [found, heard, missed, alarm, serious, RIGHT, RIGHT]
    assert measures.found_urgent(results) == (2, 3)
    assert measures.raised_ordinary(results) == (1, 3)
    assert measures.found_urgent([]) == measures.raised_ordinary([]) == (0, 0)


def test_the_most_frequent_confusions_come_first() -> None:
    other = _result("menu", "salam")
    results = [RIGHT, other, WRONG, WRONG, OUTSIDE]
    assert measures.confusions(results, 5) == [("salam", "menu", 2), ("menu", "salam", 1)]
    assert measures.confusions(results, 1) == [("salam", "menu", 2)]
    assert measures.confusions([RIGHT], 5) == []


# With the real model, on sentences that leave no doubt


def test_a_follow_up_is_served_by_any_topic_that_is_right(assistant: Assistant) -> None:
    def item(text: str, after: str, *right: str) -> FollowUp:
        return FollowUp(after, text, right, "test")

    leaning = item("berapa biayanya?", "biaya_penempatan", "uang_muka", "biaya_penempatan")
    wrong = item("berapa biayanya?", "biaya_penempatan", "calo")
    dialog = item("saya mau lapor", "calo", "lapor")
    assert context.served(assistant, [leaning]) == 1.0
    assert context.served(assistant, [leaning], alone=True) == 0.0
    assert context.served(assistant, [leaning, wrong]) == 0.5
    assert (
        context.served(assistant, [dialog]) == context.served(assistant, [dialog], alone=True) == 1
    )


def test_two_wishes_count_by_what_is_first_and_what_is_offered(assistant: Assistant) -> None:
    text = "saya mau lapor. apa itu calo?"
    both = TwoWishes(text, "lapor", "faq/calo", "test")
    swapped = TwoWishes(text, "faq/calo", "lapor", "test")
    other_only = TwoWishes(text, "kuis", "faq/calo", "test")
    without_need = TwoWishes(text, "lapor", None, "test")
    single = TwoWishes("saya mau lapor", "lapor", None, "test")
    assert context.wishes(assistant, [both, single]) == context.Wishes(1.0, 1.0, 1.0, 0, 1)
    assert context.wishes(assistant, [swapped, both]) == context.Wishes(0.5, 0.5, 0.5, 0, 0)
    assert context.wishes(assistant, [other_only]) == context.Wishes(0.0, 1.0, 0.0, 0, 0)
    assert context.wishes(assistant, [without_need]) == context.Wishes(1.0, 0.0, 0.0, 1, 1)
