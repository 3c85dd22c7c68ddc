from __future__ import annotations

import pytest

from bot.conversation.takeover.ladder import targets
from bot.figures import times


@pytest.mark.parametrize(
    ("milliseconds", "seconds"),
    [(0, 30), (-5, 30), (30_000, 30), (30_001, 60), (60_000, 60), (61_000, 120), (10**12, 259_200)],
)
def test_a_time_counts_for_the_step_within_which_it_was(milliseconds: int, seconds: int) -> None:
    assert times.step(milliseconds) == seconds


def test_the_targets_are_among_the_steps() -> None:
    assert {target // 1000 for target in targets().values()} <= set(times.STEPS)


def test_half_of_them_were_done_within_the_median_and_nine_of_ten_within_the_other() -> None:
    counts = {60: 5, 300: 4, 3600: 1}
    assert times.median(counts) == 60
    assert times.nine_of_ten(counts) == 300


def test_few_have_no_times_of_their_own() -> None:
    assert times.median({60: 4}) is None
    assert times.median({60: 5}) == 60
    assert times.nine_of_ten({60: 9}) is None
    assert times.median({}) is None
