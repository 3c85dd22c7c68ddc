"""The double makes trouble: limits, failures, lost and late answers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import httpx
import pytest
import telegram
from telegram.error import (
    NetworkError,
    RetryAfter,
    TimedOut,
)

from tests.doubles.telegram import Person, TelegramDouble
from tests.doubles.telegram_client import use
from tests.doubles.telegram_limits import Limits
from tests.doubles.telegram_state import ApiError

CHAT_IDS = count(4001)


@pytest.fixture(scope="module")
def double() -> Iterator[TelegramDouble]:
    with TelegramDouble() as double:
        yield double


@pytest.fixture
def ani(double: TelegramDouble) -> Person:
    """Somebody with whom nothing was spoken yet."""
    return double.person(next(CHAT_IDS))


def test_a_flooded_chat_waits_and_no_other(double: TelegramDouble, ani: Person) -> None:
    budi = double.person(next(CHAT_IDS), "Budi Contoh")
    double.flood(ani.chat_id, 30.5)

    async def work(bot: telegram.Bot) -> None:
        for _ in range(2):
            with pytest.raises(RetryAfter) as error:
                await bot.send_message(ani.chat_id, "Halo")
            assert 29 <= error.value._retry_after.total_seconds() <= 31
        await bot.send_message(budi.chat_id, "Halo")

    use(double, work)
    assert (len(ani.received), len(budi.received)) == (0, 1)
    assert double.calls_while_limited(ani.chat_id) == 1
    assert double.calls_while_limited(budi.chat_id) == 0


def test_the_words_of_a_429(double: TelegramDouble, ani: Person) -> None:
    double.flood(ani.chat_id, 6.2)
    url = f"{double.url}/bot{double.token}/sendMessage"
    answer = httpx.post(url, json={"chat_id": ani.chat_id, "text": "Halo"})
    assert answer.status_code == 429
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def admitted(limits: Limits, chat_id: int, group: bool = False) -> bool:
    try:
        limits.admit(chat_id, group)
    except ApiError:
        return False
    return True


def test_a_flood_ends_when_its_time_is_over() -> None:
    limits = Limits(False, clock := Clock())
    limits.flood(1, 0.5)
    clock.now += 100  # The time counts from the 429 on.
    assert not admitted(limits, 1)
    clock.now += 0.4
    assert not admitted(limits, 1)
    clock.now += 0.2
    assert admitted(limits, 1)
    assert limits.calls_while_limited(1) == 1


def test_a_chat_gets_five_at_once_and_then_one_a_second() -> None:
    limits = Limits(True, clock := Clock())
    assert [admitted(limits, 1) for _ in range(7)] == [True] * 5 + [False] * 2
    assert limits.calls_while_limited(1) == 1
    clock.now += 1
    assert [admitted(limits, 1) for _ in range(2)] == [True, False]


def test_all_chats_get_thirty_a_second() -> None:
    limits = Limits(True, clock := Clock())
    assert sum(admitted(limits, chat) for chat in range(40)) == 30
    clock.now += 0.9
    assert not admitted(limits, 100)
    clock.now += 0.1
    assert sum(admitted(limits, chat) for chat in range(200, 240)) == 30


def test_a_group_gets_twenty_a_minute() -> None:
    limits = Limits(True, clock := Clock())
    sent = 0
    for _ in range(59):
        sent += admitted(limits, -1, group=True)
        clock.now += 1
    assert sent == 20
    clock.now += 1
    assert admitted(limits, -1, group=True)


def test_limits_are_enforced_on_demand() -> None:
    with TelegramDouble(enforce_limits=True) as double:
        ani = double.person(1)

        async def work(bot: telegram.Bot) -> None:
            for _ in range(5):
                await bot.send_message(1, "Halo")
            with pytest.raises(RetryAfter):
                await bot.send_message(1, "Halo")

        use(double, work)
        assert len(ani.received) == 5


def test_trouble_of_the_server(double: TelegramDouble, ani: Person) -> None:
    double.fail_next("sendMessage", times=2)
    double.fail_next("sendMessage", status=500, body="<html>rusak</html>")

    async def work(bot: telegram.Bot) -> None:
        for why in ("Bad Gateway", "Bad Gateway", "rusak"):
            with pytest.raises(NetworkError, match=why):
                await bot.send_message(ani.chat_id, "Halo")
        await bot.send_message(ani.chat_id, "Halo")

    use(double, work)
    assert len(ani.received) == 1
    mine = [
        c for c in double.calls_of("sendMessage") if c.parameters["chat_id"] == str(ani.chat_id)
    ]
    assert [call.status for call in mine] == [502, 502, 500, 200]


def test_a_lost_answer_leaves_the_message_sent(double: TelegramDouble, ani: Person) -> None:
    double.drop_next("sendMessage")

    async def work(bot: telegram.Bot) -> None:
        with pytest.raises(NetworkError):
            await bot.send_message(ani.chat_id, "Halo")
        await bot.send_message(ani.chat_id, "Lagi")

    use(double, work)
    assert [m.text for m in ani.received] == ["Halo", "Lagi"]


def test_a_late_answer_runs_into_the_timeout(double: TelegramDouble, ani: Person) -> None:
    double.slow("sendMessage", 5)
    with pytest.raises(TimedOut):
        use(double, lambda bot: bot.send_message(ani.chat_id, "Halo", read_timeout=0.1))
    double.slow("sendMessage", 0)
    assert [m.text for m in ani.wait_for(1)] == ["Halo"]


def test_waiting_for_a_message_that_never_comes_fails(ani: Person) -> None:
    with pytest.raises(AssertionError, match="1 messages"):
        ani.wait_for(1, seconds=0.02)
