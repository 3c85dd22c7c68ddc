"""`suluh doctor` and `suluh channels setup` for WhatsApp and SMS."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from bot import settings
from bot.conversation.messages import Reply
from bot.errors import OperatorError
from channels import twilio as twilio_channels
from channels.contract import Channel
from channels.twilio import templates
from tests.channels.twilio.house import ANI, PUBLIC, WHATSAPP, choices, settings_for
from tests.doubles.twilio import TwilioDouble

BOTH = pytest.mark.parametrize("name", ["whatsapp", "sms"])
WEBHOOK = f"{PUBLIC}/twilio/pesan#rc=3&rp=5xx,ct,rt"


def _channel(
    twilio: TwilioDouble, name: str, public_url: str | None = PUBLIC, **changes: Any
) -> Channel:
    found = twilio_channels.channels(settings_for(twilio, **changes), public_url)
    return next(channel for channel in found if channel.name == name)


def _check(twilio: TwilioDouble, name: str, **changes: Any) -> str:
    return asyncio.run(_channel(twilio, name, **changes).check())


def _set_up(twilio: TwilioDouble, name: str, **changes: Any) -> Sequence[str]:
    return asyncio.run(_channel(twilio, name, **changes).set_up())


@BOTH
@pytest.mark.parametrize("act", [_check, _set_up])
class TestTrouble:
    def test_a_wrong_token(self, twilio: TwilioDouble, act: Any, name: str) -> None:
        with pytest.raises(OperatorError, match="SULUH_TWILIO_AUTH_TOKEN") as caught:
            act(twilio, name, auth_token="rahasia-salah")
        assert "rahasia-salah" not in str(caught.value)

    def test_a_suspended_account(self, twilio: TwilioDouble, act: Any, name: str) -> None:
        twilio.suspends()
        with pytest.raises(OperatorError, match="is suspended"):
            act(twilio, name)

    def test_no_public_address(self, twilio: TwilioDouble, act: Any, name: str) -> None:
        with pytest.raises(OperatorError, match="SULUH_PUBLIC_URL"):
            act(twilio, name, public_url=None)
        assert twilio.calls == []

    def test_a_provider_that_is_away(self, twilio: TwilioDouble, act: Any, name: str) -> None:
        with pytest.raises(OperatorError, match="does not answer"):
            act(twilio, name, api_url="http://127.0.0.1:1")

    def test_a_provider_in_trouble(self, twilio: TwilioDouble, act: Any, name: str) -> None:
        for body in (None, "<html>"):
            twilio.fail_next(503, body=body, on="")
            with pytest.raises(OperatorError, match="does not answer"):
                act(twilio, name)

    def test_another_refusal_names_its_code(
        self, twilio: TwilioDouble, act: Any, name: str
    ) -> None:
        twilio.fail_next(403, body='{"code": 20403, "message": "+6281200000001"}', on="")
        with pytest.raises(OperatorError, match="20403") as caught:
            act(twilio, name)
        assert ANI not in str(caught.value)


@pytest.mark.parametrize("act", [_check, _set_up])
@pytest.mark.parametrize("number", ["+6281199999999", "+628110000000"])
def test_a_number_that_is_not_in_the_account(twilio: TwilioDouble, act: Any, number: str) -> None:
    with pytest.raises(OperatorError, match="SULUH_SMS_NUMBER"):
        act(twilio, "sms", sms_number=number)


def test_all_is_well_in_one_line(twilio: TwilioDouble) -> None:
    assert "its messages go somewhere else" in _check(twilio, "sms")
    _set_up(twilio, "sms")
    assert "its messages go here" in _check(twilio, "sms")
    assert _check(twilio, "whatsapp").startswith("account is active; buttons: none")
    sid = twilio.template("suluh_buka_lagi", "Halo.")
    ready = {"button_templates": {1: "HX1", 2: "HX2"}, "reopen_template": sid}
    assert "buttons: 2; template to reopen: approved" in _check(twilio, "whatsapp", **ready)


def test_a_template_that_cannot_be_sent_is_seen(twilio: TwilioDouble) -> None:
    sid = twilio.template("suluh_buka_lagi", "Halo.")
    twilio.rejects(sid, "INVALID_FORMAT")
    for reopen, word in (
        (None, "not set"),
        (sid, "rejected"),
        (twilio.template("lain", "Halo.", approved=False), "unsubmitted"),
        ("HX" + "9" * 32, "not in the account"),
    ):
        assert f"to reopen: {word}" in _check(twilio, "whatsapp", reopen_template=reopen)


def test_setting_up_sms_lets_messages_come_here(twilio: TwilioDouble) -> None:
    assert _set_up(twilio, "sms") == [f"webhook of the SMS number: {WEBHOOK}"]
    (call,) = [call for call in twilio.calls if call.method == "POST"]
    assert call.form == {"SmsUrl": [WEBHOOK], "SmsMethod": ["POST"]}


def test_setting_up_whatsapp_makes_each_template_once(twilio: TwilioDouble) -> None:
    first = _set_up(twilio, "whatsapp")
    second = _set_up(twilio, "whatsapp")
    assert [line for line in first if ": made" in line] == [
        f"template suluh_{name}: made" for name in ("tombol_1", "tombol_2", "tombol_3", "buka_lagi")
    ]
    assert not [line for line in second if ": made" in line]
    for_env = [line for line in first if line.startswith("put into .env: ")]
    assert for_env == [line for line in second if line.startswith("put into .env: ")]
    names = [line.removeprefix("put into .env: ").partition("=")[0] for line in for_env]
    assert names == [
        *(f"SULUH_WHATSAPP_BUTTONS_{count}_SID" for count in (1, 2, 3)),
        "SULUH_WHATSAPP_REOPEN_SID",
    ]
    assert "template to reopen at WhatsApp: submitted, received" in first
    assert "template to reopen at WhatsApp: received" in second
    submitted = [call for call in twilio.calls if "ApprovalRequests/whatsapp" in call.path]
    assert len(submitted) == 1
    assert f"  when a message comes in: {WEBHOOK}" in first
    assert f"  status callback: {PUBLIC}/twilio/status" in first


def test_what_was_set_up_works_once_it_is_in_the_settings(twilio: TwilioDouble) -> None:
    lines = _set_up(twilio, "whatsapp")
    env = dict(
        line.removeprefix("put into .env: ").split("=") for line in lines if "put into" in line
    )
    account = {
        "SULUH_TWILIO_ACCOUNT_SID": twilio.account_sid,
        "SULUH_TWILIO_AUTH_TOKEN": twilio.auth_token,
        "SULUH_TWILIO_API_URL": twilio.url,
        "SULUH_WHATSAPP_NUMBER": WHATSAPP,
    }
    loaded = settings.load({**env, **account}).twilio
    assert loaded
    (channel,) = twilio_channels.channels(loaded, PUBLIC)
    assert channel.capabilities.buttons == 3
    twilio.person(ANI).window_opens()

    async def send() -> None:
        connector = channel.connector()
        await connector.send(ANI, Reply("Mau?", choices("Ya", "Tidak")), 1)
        await connector.reopen(ANI)
        await connector.close()

    asyncio.run(send())
    buttons, asked = twilio.person(ANI).wait_for(2)
    assert [value for _, value in buttons.buttons] == ["/ya", "/tidak"]
    assert asked.body == templates.reopen_template()["types"]["twilio/text"]["body"]


def test_the_words_that_ask_a_person_to_write_tell_nothing() -> None:
    body = templates.reopen_template()["types"]["twilio/text"]["body"].lower()
    assert len(body) < 300
    telling = "suluh imigrasi lapor petugas polisi tppo perdagangan paspor darurat aman bahaya"
    assert not [word for word in telling.split() if word in body]
