"""Real payloads, and the messages that come of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.conversation.messages import Attachment, Inbound, Location
from channels.twilio.addresses import MESSAGE_PATH
from channels.twilio.inbound import MessageReader
from tests.channels.twilio.house import ANI, SETTINGS, Desk

TABLE = yaml.safe_load(Path(__file__).with_name("payloads.yml").read_text("utf-8"))


def _form(case: dict[str, Any]) -> dict[str, str]:
    whole = {**TABLE["common"][case["channel"]], **case["form"]}
    return {name: value for name, value in whole.items() if value is not None}


def _inbound(case: dict[str, Any]) -> Inbound:
    expected = dict(case["expected"])
    return Inbound(
        channel=case["channel"],
        address=ANI,
        external_id=expected.pop("external_id", "SM" + "0" * 31 + "1"),
        attachments=tuple(
            Attachment(kind, media_type, source)
            for kind, media_type, source in expected.pop("attachments", ())
        ),
        location=Location(*expected.pop("location")) if "location" in expected else None,
        **expected,
    )


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: str(case["name"]))
def test_every_payload_becomes_the_message_that_the_table_says(case: dict[str, Any]) -> None:
    desk = Desk()
    answer = desk.deliver(MESSAGE_PATH, _form(case))
    assert answer.status_code == case.get("refused", 200)
    assert desk.door.taken == ([_inbound(case)] if "expected" in case else [])
    if answer.status_code == 200:
        assert answer.text == "<Response/>"
        assert answer.headers["content-type"].startswith("text/xml")
    else:
        assert answer.text == ""


def test_files_of_another_address_of_the_api_are_taken() -> None:
    reader = MessageReader(replace(SETTINGS, api_url="http://127.0.0.1:9999"))
    form = _form({"channel": "whatsapp", "form": {"MediaContentType0": "image/png"}})

    def sources(url: str) -> list[str]:
        return [file.source for file in reader.read({**form, "MediaUrl0": url}).attachments]

    assert sources("http://127.0.0.1:9999/a") == ["http://127.0.0.1:9999/a"]
    assert sources("http://127.0.0.1:99990/a") == []
    assert sources("http://127.0.0.1:9999@contoh.id/a") == []


@pytest.mark.parametrize("channel", ["whatsapp", "sms"])
@pytest.mark.parametrize("to", ["", None])
def test_a_channel_that_is_not_set_up_takes_nothing(channel: str, to: str | None) -> None:
    without: dict[str, Any] = {f"{channel}_number": None}
    desk = Desk(replace(SETTINGS, **without))
    for form in ({"Body": "x"}, {"Body": "x", "To": to}):
        case = {"channel": channel, "form": form}
        assert desk.deliver(MESSAGE_PATH, _form(case)).status_code == 403
    assert desk.door.taken == []


def test_numbers_in_the_settings_need_no_plus() -> None:
    desk = Desk(replace(SETTINGS, whatsapp_number="6281100000000", sms_number="6281100000001"))
    for channel in ("whatsapp", "sms"):
        form = _form({"channel": channel, "form": {"Body": "halo"}})
        assert desk.deliver(MESSAGE_PATH, form).status_code == 200
    assert [inbound.channel for inbound in desk.door.taken] == ["whatsapp", "sms"]
