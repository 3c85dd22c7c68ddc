from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.limits import Bucket, Buckets, Rate

BOUNDED = settings(max_examples=200, deadline=None)


class Clock:
    """Stands still until it is moved. Its steps are halves and quarters: sums stay exact."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _take_all(bucket: Bucket) -> int:
    """Takes what there is, one by one, as a sender does."""
    taken = 0
    while bucket.available():
        bucket.take()
        taken += 1
    return taken


def test_a_new_bucket_is_full(clock: Clock) -> None:
    bucket = Bucket(per_second=2, size=5, clock=clock)
    assert bucket.is_full
    assert bucket.available() == 5
    assert bucket.seconds_until_one() == 0


def test_tokens_come_back_at_the_rate(clock: Clock) -> None:
    bucket = Bucket(per_second=2, size=5, clock=clock)
    assert _take_all(bucket) == 5
    seen = []
    for _ in range(4):
        clock.now += 0.25
        seen.append((bucket.available(), bucket.seconds_until_one()))
    # A half of one is none.
    assert seen == [(0, 0.25), (1, 0), (1, 0), (2, 0)]


def test_looking_at_a_bucket_takes_nothing(clock: Clock) -> None:
    bucket = Bucket(per_second=4, size=2, clock=clock)
    bucket.take()
    for _ in range(100):
        assert (bucket.available(), bucket.is_full) == (1, False)
    clock.now += 0.25
    assert bucket.is_full


def test_a_bucket_holds_no_more_than_its_size(clock: Clock) -> None:
    bucket = Bucket(per_second=2, size=5, clock=clock)
    clock.now += 3_600
    assert _take_all(bucket) == 5
    assert not bucket.is_full
    clock.now += 2.25
    assert not bucket.is_full
    clock.now += 0.25
    assert bucket.is_full


def test_what_was_taken_beyond_the_last_is_paid_back(clock: Clock) -> None:
    bucket = Bucket(per_second=1, size=2, clock=clock)
    for _ in range(4):
        bucket.take()
    assert bucket.available() == 0
    assert bucket.seconds_until_one() == 3
    clock.now += 2.5
    assert bucket.available() == 0
    clock.now += 0.5
    assert _take_all(bucket) == 1


def test_after_the_wait_that_is_named_there_is_a_token(clock: Clock) -> None:
    bucket = Bucket(per_second=0.25, size=1, clock=clock)
    bucket.take()
    clock.now += 1
    assert bucket.seconds_until_one() == 3
    clock.now += bucket.seconds_until_one()
    assert bucket.available() == 1


def test_a_pause_gives_nothing_until_it_is_over(clock: Clock) -> None:
    bucket = Bucket(per_second=4, size=8, clock=clock)
    bucket.pause(30)
    assert bucket.available() == 0
    assert bucket.seconds_until_one() == 30
    clock.now += 29.75
    assert bucket.available() == 0
    clock.now += 0.25
    # What came in meanwhile is not sent all at once.
    assert bucket.available() == 1


def test_a_second_pause_does_not_shorten_the_first(clock: Clock) -> None:
    bucket = Bucket(per_second=4, size=8, clock=clock)
    bucket.pause(30)
    bucket.pause(5)
    assert bucket.seconds_until_one() == 30
    bucket.pause(60)
    assert bucket.seconds_until_one() == 60


def test_a_pause_of_nothing_leaves_one_token(clock: Clock) -> None:
    bucket = Bucket(per_second=4, size=8, clock=clock)
    bucket.pause(0)
    assert bucket.available() == 1


@BOUNDED
@given(
    per_second=st.sampled_from([0.25, 0.5, 1, 4, 32]),
    size=st.integers(1, 20),
    waits=st.lists(st.integers(0, 40).map(lambda quarters: quarters / 4), max_size=30),
)
def test_never_more_is_sent_than_the_rate_and_the_size_allow(
    per_second: float, size: int, waits: list[float]
) -> None:
    clock = Clock()
    bucket = Bucket(per_second, size, clock)
    sent = _take_all(bucket)
    for seconds in waits:
        clock.now += seconds
        sent += _take_all(bucket)
    passed = sum(waits)
    assert sent <= size + per_second * passed
    # Nor less, where nothing ran over: one is at most begun.
    if all(seconds * per_second <= size - 1 for seconds in waits):
        assert sent > size + per_second * passed - 1


# A bucket for each conversation.

RATE = Rate(per_second=30, conversation_per_second=1, conversation_burst=3)


def test_one_person_gets_a_few_at_once_and_then_one_a_second(clock: Clock) -> None:
    buckets = Buckets(RATE, clock)
    assert _take_all(buckets.of("c1")) == 3
    sent = []
    for _ in range(4):
        clock.now += 0.5
        sent.append(_take_all(buckets.of("c1")))
    assert sent == [0, 1, 0, 1]


def test_one_person_does_not_wait_for_another(clock: Clock) -> None:
    buckets = Buckets(RATE, clock)
    _take_all(buckets.of("c1"))
    assert buckets.of("c2").available() == 3
    assert buckets.of("c1").available() == 0


def test_who_was_written_to_lately_is_not_forgotten(clock: Clock) -> None:
    buckets = Buckets(RATE, clock)
    _take_all(buckets.of("c1"))
    for number in range(3 * Buckets.KEPT):
        buckets.of(f"other {number}")
    assert buckets.of("c1").available() == 0


def test_buckets_that_are_full_again_take_no_memory(clock: Clock) -> None:
    buckets = Buckets(RATE, clock)
    busy = {f"busy {number}": buckets.of(f"busy {number}") for number in range(5)}
    idle = {f"idle {number}": buckets.of(f"idle {number}") for number in range(5)}
    for bucket in busy.values():
        _take_all(bucket)
    for bucket in idle.values():
        bucket.take()
    for number in range(Buckets.KEPT):
        buckets.of(f"other {number}").take()
    clock.now += 1
    for number in range(Buckets.KEPT + len(busy) + len(idle)):
        buckets.of(f"later {number}").take()
    assert all(buckets.of(person) is bucket for person, bucket in busy.items())
    # Made anew: nothing was kept of them.
    assert not any(buckets.of(person) is bucket for person, bucket in idle.items())


def test_a_few_buckets_are_kept_as_they_are(clock: Clock) -> None:
    buckets = Buckets(RATE, clock)
    first = buckets.of("c0")
    for number in range(Buckets.KEPT):
        assert buckets.of(f"c{number}").is_full
    assert buckets.of("c0") is first
