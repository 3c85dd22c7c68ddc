"""A telephone on duty is called by SMS from our own number."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.conversation.gsm7 import segments
from bot.conversation.takeover.calls import Alert
from bot.conversation.takeover.dispatcher import CallFailed
from bot.conversation.takeover.ladder import DUTY
from bot.errors import OperatorError
from channels.twilio.staff_calls import SmsWay
from tests.channels.twilio.house import settings_for
from tests.doubles.twilio import TwilioDouble

PUBLIC = "https://suluh.contoh.id"
PHONE = "+6281200000001"
ID = "A" * 22


@pytest.fixture
def twilio() -> Iterator[TwilioDouble]:
    with TwilioDouble() as double:
        yield double


def _call(twilio: TwilioDouble, address: str | None = PHONE, public: str | None = PUBLIC) -> str:
    async def run() -> str | None:
        settings = replace(settings_for(twilio), sms_number=twilio.state.senders["sms"])
        way = SmsWay(settings, public)
        try:
            return await way.call(Alert(1, ID, "darurat", DUTY, 0, address))
        finally:
            await way.close()

    sid = asyncio.run(run())
    assert sid is not None
    return sid


def test_one_segment_with_a_level_and_a_link(twilio: TwilioDouble) -> None:
    person = twilio.person(PHONE, "sms")
    assert _call(twilio).startswith("SM")
    (message,) = person.wait_for(1)
    assert message.body == (
        f"Suluh DARURAT: satu percakapan menunggu petugas. {PUBLIC}/meja/percakapan/{ID}"
    )
    assert segments(message.body) == 1


def test_without_an_address_of_the_web_it_says_where_to_look(twilio: TwilioDouble) -> None:
    person = twilio.person(PHONE, "sms")
    _call(twilio, public=None)
    assert person.wait_for(1)[0].body.endswith("Buka meja petugas.")


def test_a_number_that_is_none_is_final(twilio: TwilioDouble) -> None:
    with pytest.raises(CallFailed) as caught:
        _call(twilio, "+123")
    assert caught.value.final
    assert "+123" not in str(caught.value)


def test_passing_trouble_is_tried_again(twilio: TwilioDouble) -> None:
    twilio.fail_next(status=503)
    with pytest.raises(CallFailed) as caught:
        _call(twilio)
    assert not caught.value.final


# What `suluh doctor` asks


def _check(twilio: TwilioDouble, number: str | None = None) -> str:
    async def run() -> str:
        number_or_ours = number or twilio.state.senders["sms"]
        way = SmsWay(replace(settings_for(twilio), sms_number=number_or_ours), None)
        try:
            return await way.check()
        finally:
            await way.close()

    return asyncio.run(run())


def test_a_number_that_can_send_is_named_and_sends_nothing(twilio: TwilioDouble) -> None:
    ours = twilio.state.senders["sms"]
    # Calls to staff need no public address, unlike messages of people.
    assert _check(twilio) == f"SMS leave from {ours}"
    assert [call.method for call in twilio.calls if call.method != "GET"] == []


def test_a_number_of_somebody_else_calls_nobody(twilio: TwilioDouble) -> None:
    with pytest.raises(OperatorError, match="SULUH_SMS_NUMBER"):
        _check(twilio, "+6281199999999")


def test_a_suspended_account_calls_nobody(twilio: TwilioDouble) -> None:
    twilio.suspends()
    with pytest.raises(OperatorError, match="is suspended"):
        _check(twilio)
