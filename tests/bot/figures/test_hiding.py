"""Nobody can tell a small group from what is shown, whatever he sees and works out."""

from __future__ import annotations

import itertools
from collections import defaultdict

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.figures.hiding import SMALLEST_GROUP, Breakdown, broken_down, share, share_at_least

# At least so many numbers are possible for each hidden group, for whoever knows the rule by heart.
FEWEST_POSSIBLE = 3

counts = st.lists(st.one_of(st.integers(0, 12), st.integers(0, 3000)), min_size=1, max_size=14).map(
    lambda numbers: {f"g{place}": number for place, number in enumerate(numbers)}
)


def _of(*numbers: int) -> Breakdown:
    return broken_down({f"g{place}": number for place, number in enumerate(numbers)})


def _shown(*numbers: int) -> tuple[int | None, ...]:
    found = _of(*numbers)
    return (found.total, *found.groups.values())


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        # Nothing small, nothing hidden; nobody at all is nobody's secret.
        ((12, 5, 30), (47, 12, 5, 30)),
        ((0, 8, 0), (8, 0, 8, 0)),
        ((0, 0), (0, 0, 0)),
        # Too few of all.
        ((1, 0, 3), (None, None, None, None)),
        # One alone would be told by the total.
        ((3, 12, 40), (55, None, None, 40)),
        # Two that are less than five together, and the zeros with them.
        ((1, 2, 9, 40), (52, None, None, None, 40)),
        ((1, 0, 9, 40), (50, None, None, None, 40)),
        # 4 and 12 of 16 could be nothing else where 12 is the largest that is possible.
        ((4, 12, 12), (28, None, None, None)),
        ((4, 4, 5, 30), (43, None, None, None, 30)),
        # Two groups: the large one would tell the small one.
        ((38, 2), (40, None, None)),
    ],
)
def test_what_is_shown(numbers: tuple[int, ...], shown: tuple[int | None, ...]) -> None:
    assert _shown(*numbers) == shown


@given(counts)
def test_no_count_from_one_to_four_is_shown_and_none_is_left_by_subtraction(
    numbers: dict[str, int],
) -> None:
    found = broken_down(numbers)
    assert not any(0 < count < SMALLEST_GROUP for count in found.shown.values())
    assert found.total is None or not 0 < found.total < SMALLEST_GROUP
    hidden = [name for name, count in found.groups.items() if count is None]
    if hidden and found.total is not None:
        assert len(hidden) > 1
        assert found.rest is not None
        assert found.rest >= SMALLEST_GROUP


@given(counts)
@example({"a": 4, "b": 4, "c": 5})
def test_each_hidden_group_could_be_anything_from_none_to_five(numbers: dict[str, int]) -> None:
    """For whoever knows the total, all that is shown, and that the smallest are hidden."""
    found = broken_down(numbers)
    hidden = [name for name, count in found.groups.items() if count is None]
    if not hidden or found.total is None:
        return
    most = min(found.shown.values(), default=found.total)
    assert found.rest is not None
    for _ in hidden:
        # The others take as much as they can, or nothing.
        lowest = max(0, found.rest - (len(hidden) - 1) * most)
        highest = min(most, found.rest)
        assert lowest == 0
        assert highest >= SMALLEST_GROUP


@given(counts)
def test_what_is_shown_is_true(numbers: dict[str, int]) -> None:
    found = broken_down(numbers)
    assert found.shown.items() <= numbers.items()
    assert found.total in (None, sum(numbers.values()))
    small = any(0 < count < SMALLEST_GROUP for count in numbers.values())
    assert found.is_whole is not small


@pytest.mark.parametrize(("groups", "largest"), [(2, 30), (3, 24), (4, 13), (5, 8)])
def test_who_knows_the_rule_by_heart_cannot_work_out_a_hidden_group(
    groups: int, largest: int
) -> None:
    """Every table there is, put together by what is shown of it: all that an attacker can know."""
    alike: dict[tuple[int | None, ...], list[tuple[int, ...]]] = defaultdict(list)
    for numbers in itertools.product(range(largest + 1), repeat=groups):
        alike[_shown(*numbers)].append(numbers)
    looked_at = 0
    for (total, *shown), tables in alike.items():
        if total is not None and total - sum(count or 0 for count in shown) > largest:
            # Some of its tables are larger than those that were tried.
            continue
        for place, count in enumerate(shown):
            if count is None:
                looked_at += 1
                possible = {table[place] for table in tables}
                assert len(possible) >= FEWEST_POSSIBLE, (total, shown)
    assert looked_at > 20


def test_the_attacker_does_find_what_a_simpler_rule_leaves_open() -> None:
    """Hiding groups under five and one more, when they are alone, is not enough."""
    tables = [
        table
        for table in itertools.product(range(6), repeat=2)
        if sum(table) == 8 and all(0 <= count <= 5 for count in table)
    ]
    assert {min(table) for table in tables} == {3, 4}
    # (4, 4) beside a 5 that is shown: so the 5 goes, too.
    assert _shown(4, 4, 5) == (13, None, None, None)


@settings(max_examples=200)
@given(st.integers(10, 400), st.integers(0, 4))
def test_a_share_says_of_fewer_than_five_that_they_are_fewer_than_five(
    total: int, outside: int
) -> None:
    told = share_at_least(total, total - outside)
    assert told is not None
    assert told.is_least
    # It is the same whoever is outside, and true.
    assert told == share_at_least(total, total)
    assert told.percent <= 100 * (total - outside) / total


def test_a_share_of_shown_groups_is_exact_and_of_hidden_ones_is_not_given() -> None:
    assert share(_of(30, 10), "g0") is not None
    exact = share(_of(30, 10), "g0")
    assert exact is not None
    assert (exact.percent, exact.is_least) == (75, False)
    assert share(_of(38, 2), "g0") is None
    assert share_at_least(20, 12) is None
    assert share_at_least(9, 9) is None
