"""The table of codes, row by row, as the provider's answers and callbacks bring them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.conversation.messages import Reply
from bot.conversation.sender import SendError, Then
from channels.twilio import client, codes
from channels.twilio.connector import TwilioConnector
from tests.channels.twilio.house import ANI, PUBLIC, House, settings_for
from tests.doubles.twilio import TwilioDouble

RETRY, GIVE_UP, UNREACHABLE = Then.RETRY, Then.GIVE_UP, Then.UNREACHABLE
AS_TEXT = Then.AS_TEXT

# code: what follows, seconds, whole channel, most attempts
TABLE: dict[int, tuple[Then, float | None, bool, int | None]] = {
    20003: (RETRY, 60, True, None),
    20005: (RETRY, 60, True, None),
    20404: (RETRY, 60, True, None),
    20429: (RETRY, 1, True, None),
    21211: (UNREACHABLE, None, False, None),
    21408: (UNREACHABLE, None, False, None),
    21602: (GIVE_UP, None, False, None),
    21606: (RETRY, 60, True, None),
    21610: (Then.STOPPED, None, False, None),
    21611: (RETRY, None, False, None),
    21614: (UNREACHABLE, None, False, None),
    21617: (GIVE_UP, None, False, None),
    21655: (AS_TEXT, None, False, None),
    21656: (AS_TEXT, None, False, None),
    21659: (RETRY, 60, True, None),
    21660: (RETRY, 60, True, None),
    30001: (RETRY, None, False, None),
    30002: (RETRY, 60, True, None),
    30003: (RETRY, 60, False, 3),
    30004: (UNREACHABLE, None, False, None),
    30005: (UNREACHABLE, None, False, None),
    30006: (UNREACHABLE, None, False, None),
    30007: (GIVE_UP, None, False, None),
    30008: (RETRY, 60, False, 3),
    63003: (UNREACHABLE, None, False, None),
    63005: (AS_TEXT, None, False, None),
    63006: (AS_TEXT, None, False, None),
    63007: (RETRY, 60, True, None),
    63012: (RETRY, 60, False, 3),
    63013: (GIVE_UP, None, False, None),
    63014: (UNREACHABLE, None, False, None),
    63016: (Then.WINDOW_CLOSED, None, False, None),
    63017: (RETRY, 1, True, None),
    63018: (RETRY, None, False, None),
    63021: (AS_TEXT, None, False, None),
    63024: (UNREACHABLE, None, False, None),
    63027: (AS_TEXT, None, False, None),
    63028: (AS_TEXT, None, False, None),
    63038: (RETRY, 600, True, None),
    63040: (AS_TEXT, None, False, None),
    63041: (AS_TEXT, None, False, None),
    63042: (AS_TEXT, None, False, None),
    92007: (AS_TEXT, None, False, None),
}
# Codes from here on come in callbacks, lower ones in the answer to a send.
FIRST_OF_CALLBACKS = 30000
STATES = {RETRY: "due", Then.WINDOW_CLOSED: "held"}


def test_every_row_says_what_the_table_here_says() -> None:
    rows = {
        code: (row.then, row.seconds, row.whole_channel, row.most_attempts)
        for code, row in codes.CODES.items()
    }
    assert rows == TABLE
    assert all(row.reason.endswith((".", "setup", "(STOP).")) for row in codes.CODES.values())


def _facts(error: SendError) -> tuple[Any, ...]:
    return (error.then, error.after_seconds, error.whole_channel, error.most_attempts)


def refusal(twilio: TwilioDouble, channel: str = "sms", **changes: Any) -> SendError:
    """How a send is refused."""

    async def send() -> None:
        connector = TwilioConnector(settings_for(twilio, **changes), channel, PUBLIC)
        try:
            await connector.send(ANI, Reply("selamat pagi"), 1)
        finally:
            await connector.close()

    with pytest.raises(SendError) as caught:
        asyncio.run(send())
    assert str(caught.value) == caught.value.code
    # Nothing further back quotes the person either.
    assert caught.value.__suppress_context__
    return caught.value


def test_every_code_in_an_answer(twilio: TwilioDouble) -> None:
    in_answers = [code for code in TABLE if code < FIRST_OF_CALLBACKS]
    for code in in_answers:
        twilio.person(ANI, "sms").fails_with(code)
        error = refusal(twilio)
        assert (error.code, _facts(error)) == (str(code), TABLE[code])


def test_limits_a_wrong_token_and_a_suspended_account(twilio: TwilioDouble) -> None:
    for code in (63018, 20429):
        twilio.limit(ANI, code=code)
        error = refusal(twilio)
        assert (error.code, _facts(error)) == (str(code), TABLE[code])
    wrong = refusal(twilio, auth_token="salah")
    assert (wrong.code, _facts(wrong)) == ("20003", TABLE[20003])
    twilio.suspends()
    assert refusal(twilio).code == "20003"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (500, None, "20500"),
        (503, None, "20503"),
        (502, "<html>Bad Gateway</html>", "502"),
        (503, "[]", "503"),
        (503, '{"code": "x"}', "503"),
        (503, '{"code": -1}', "503"),
        (302, "", "302"),
    ],
)
def test_trouble_of_the_provider_is_tried_again(
    twilio: TwilioDouble, status: int, body: str | None, code: str
) -> None:
    twilio.fail_next(status, body=body)
    error = refusal(twilio)
    assert (error.code, _facts(error)) == (code, (RETRY, None, False, None))


def test_an_unknown_refusal_is_final(twilio: TwilioDouble) -> None:
    twilio.person(ANI, "sms").fails_with(21999)
    error = refusal(twilio)
    assert (error.code, _facts(error)) == ("21999", (GIVE_UP, None, False, None))
    twilio.fail_next(400, body="")
    assert refusal(twilio).then is GIVE_UP


@pytest.mark.parametrize("status", [403, 404, 408])
def test_what_an_operator_can_mend_loses_no_reply(twilio: TwilioDouble, status: int) -> None:
    twilio.fail_next(status, body="")
    assert refusal(twilio).then is RETRY


def test_answers_without_a_known_code_go_by_their_status(twilio: TwilioDouble) -> None:
    twilio.fail_next(401, body="tidak dikenal")
    assert _facts(refusal(twilio)) == TABLE[20003]
    twilio.fail_next(429, body="")
    assert _facts(refusal(twilio)) == TABLE[20429]


def test_an_answer_that_says_nothing_is_not_tried_for_ever(twilio: TwilioDouble) -> None:
    twilio.fail_next(200, body="<html>Halaman masuk</html>")
    error = refusal(twilio)
    assert (error.code, _facts(error)) == ("answer", (RETRY, None, False, 3))


def test_a_lost_answer_is_tried_again(twilio: TwilioDouble) -> None:
    twilio.drop_next()
    error = refusal(twilio)
    assert (error.code, _facts(error)) == ("network", (RETRY, None, False, None))


def test_a_provider_that_is_away_is_tried_again(twilio: TwilioDouble) -> None:
    error = refusal(twilio, api_url="http://127.0.0.1:1")
    assert (error.code, _facts(error)) == ("network", (RETRY, None, False, None))


def test_a_slow_answer_is_not_waited_for(
    twilio: TwilioDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.twilio.client.ANSWER_SECONDS", 0.05)
    twilio.slow(1.0)
    assert (refusal(twilio).code, refusal(twilio).then) == ("timeout", RETRY)


@pytest.mark.parametrize(
    ("after", "expected"), [(None, 1), (7.5, 7.5), (0, 0), (100_000, codes.LONGEST_SECONDS)]
)
def test_the_provider_says_when_to_come_again(after: float | None, expected: float) -> None:
    assert codes.from_answer(429, 20429, after).after_seconds == expected


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("", None), ("nan", None), ("inf", None), ("-1", None),
     ("Wed, 21 Oct 2026 07:28:00 GMT", None)],
)  # fmt: skip
def test_retry_after_is_read_in_seconds(raw: str, seconds: float | None) -> None:
    assert client._seconds(raw) == seconds


def test_every_code_in_a_callback_at_the_tables(house: House) -> None:
    """One person for each; the double reports all of them as it would."""
    in_callbacks = [code for code in TABLE if code >= FIRST_OF_CALLBACKS and code != 92007]
    people = {code: f"+62812000{code}" for code in [*in_callbacks, 30999]}
    for number in people.values():
        house.twilio.person(number).says("halo")
    house.twilio.wait_until_delivered()
    for code, number in people.items():
        house.twilio.person(number).fails_with(code)
        house.answer(number, "jawaban")
    house.send()
    house.twilio.wait_until_delivered()
    states = dict(zip(people, house.states()))
    assert states == {
        code: (STATES.get(TABLE[code][0], "failed"), str(code)) for code in in_callbacks
    } | {30999: ("failed", "30999")}
    for code, number in people.items():
        unreachable = house.standing_of(number).unreachable_code
        assert (unreachable == str(code)) is (TABLE.get(code, (GIVE_UP,))[0] is UNREACHABLE), code


@pytest.mark.parametrize("code", ["", "x", "٣", "-1", "9" * 40])
def test_a_failure_without_a_code_is_tried_a_few_times(code: str) -> None:
    error = codes.from_callback("undelivered", code)
    assert (error.code, _facts(error)) == ("undelivered", (RETRY, 60, False, 3))


def test_every_code_has_a_reason_for_staff() -> None:
    assert codes.reason("63016") == codes.CODES[63016].reason
    assert codes.reason("4711") == codes.UNKNOWN.reason
    assert codes.reason("undelivered") == codes.NO_CODE.reason
