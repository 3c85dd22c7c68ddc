"""Whole ways of messages, at the tables, with the double on the other side."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest

from bot import lexicon
from bot.clock import now_ms
from bot.conversation import sender as sender_module
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Reply
from bot.privacy.sealing import Sealer
from bot.storage.database import Database
from channels.twilio import templates
from channels.twilio.addresses import STATUS_PATH
from tests.channels.twilio.house import (
    ANI,
    BUDI,
    PUBLIC,
    House,
    choices,
    settings_for,
    sign,
)
from tests.doubles.twilio import Person, TwilioDouble

DAY_MS = 24 * 3600 * 1000
TO_WRITE = "Halo, ada balasan yang menunggu."
GONE = "HX" + "9" * 32
ASKED = Reply("Kamu aman?", choices("Ya", "Tidak"))
LISTED = f"Kamu aman?\n\n1. Ya\n2. Tidak\n{lexicon.line('balas_nomor')}"


@pytest.fixture
def reopening(
    twilio: TwilioDouble, database: Database, sealer: Sealer, inbox: Inbox
) -> Iterator[House]:
    """A house with a template that asks people to write."""
    sid = twilio.template("suluh_buka_lagi", TO_WRITE)
    settings = settings_for(twilio, reopen_template=sid)
    with House(twilio, database, sealer, inbox, settings=settings) as house:
        yield house


def _buttons(twilio: TwilioDouble) -> str:
    """The template for two buttons, as `suluh channels setup` makes it."""
    made = templates.buttons_template(2)
    content = made["types"]["twilio/quick-reply"]
    pairs = [(action["title"], action["id"]) for action in content["actions"]]
    return twilio.template(made["friendly_name"], content["body"], pairs, approved=False)


def _wrote(
    house: House, number: str = ANI, channel: str = "whatsapp", text: str = "halo"
) -> Person:
    person = house.twilio.person(number, channel)
    person.says(text)
    house.twilio.wait_until_delivered()
    return person


@pytest.mark.parametrize("channel", ["whatsapp", "sms"])
def test_a_message_is_answered_and_its_progress_noted(house: House, channel: str) -> None:
    person = _wrote(house, channel=channel)
    assert [content.text for content in house.inbox()] == ["halo"]
    house.turn()
    house.send()
    assert [got.body for got in person.wait_for(1)] == ["1:halo"]
    house.twilio.wait_until_delivered()
    assert house.states() == [("read" if channel == "whatsapp" else "delivered", None)]
    assert house.outbox()[0].provider_id == house.twilio.messages[0].sid
    # An answer in plain text would have been one more message to the person.
    assert len(house.twilio.messages) == 1
    assert house.twilio.errors == []


@pytest.mark.parametrize("order", ["reversed", "shuffled", "early"])
def test_statuses_in_any_order_only_move_forward(
    database: Database, sealer: Sealer, inbox: Inbox, order: str
) -> None:
    with TwilioDouble(callbacks=order) as twilio, House(twilio, database, sealer, inbox) as house:
        _wrote(house)
        house.answer(ANI, "jawaban")
        house.send()
        twilio.wait_until_delivered()
        assert {status for call in twilio.callbacks for status in call.http_statuses} == {200}
        assert house.states() == [("read", None)]
        assert house.outbox()[0].provider_id


def test_statuses_of_nobody_change_nothing(house: House) -> None:
    _wrote(house)
    house.answer(ANI, "jawaban")
    for query, status, to in (
        ("?pesan=1", "queued", f"whatsapp:{ANI}"),
        ("?pesan=1", "sending", f"whatsapp:{ANI}"),
        ("?pesan=1", "accepted", f"whatsapp:{ANI}"),
        ("?pesan=1", "melayang", f"whatsapp:{ANI}"),
        ("?pesan=1", "delivered", ANI),
        ("?pesan=99", "failed", f"whatsapp:{ANI}"),
        ("", "delivered", f"whatsapp:{ANI}"),
    ):
        form = {"MessageStatus": status, "To": to, "ErrorCode": "63024"}
        signature = sign(PUBLIC + STATUS_PATH + query, form)
        answer = house.post(STATUS_PATH + query, form, {"X-Twilio-Signature": signature})
        assert answer == 200
    assert house.states() == [("due", None)]


def test_outside_the_window_the_answer_waits_until_the_person_writes(reopening: House) -> None:
    house = reopening
    ani = _wrote(house)
    house.turn()
    house.change(heard_at=now_ms() - DAY_MS)
    ani.window_closes()
    house.send()
    house.answer(ANI, "kata petugas")
    house.send()
    house.twilio.wait_until_delivered()
    assert house.states() == [("held", "window")] * 2
    assert [got.body for got in ani.received] == [TO_WRITE]

    ani.says("iya?")
    house.twilio.wait_until_delivered()
    house.turn()
    house.send()
    bodies = [got.body for got in ani.wait_for(4)]
    assert bodies == [TO_WRITE, "1:halo", "kata petugas", "2:iya?"]
    house.twilio.wait_until_delivered()
    assert house.states() == [("read", None)] * 3


def test_a_window_that_only_the_provider_sees_closed_holds_the_answer(reopening: House) -> None:
    """63016 comes in a callback."""
    house = reopening
    ani = _wrote(house)
    ani.window_closes()
    house.answer(ANI, "jawaban")
    house.send()
    house.twilio.wait_until_delivered()
    assert house.states() == [("held", "63016")]
    ani.says("halo lagi")
    house.twilio.wait_until_delivered()
    house.turn()
    house.send()
    assert "jawaban" in [got.body for got in ani.wait_for(2)]


def test_whoever_said_stop_gets_nothing_more(house: House) -> None:
    ani = _wrote(house, channel="sms", text="STOP")
    _wrote(house, BUDI, "sms")
    for number in (ANI, BUDI):
        house.answer(number, "satu", channel="sms")
        house.answer(number, "dua", channel="sms")
    house.send()
    assert house.standing_of(ANI, "sms").stopped
    assert not house.standing_of(BUDI, "sms").stopped
    assert [row.error_code for row in house.outbox() if row.state == "failed"] == ["21610"] * 2
    assert ani.received == []
    assert len([call for call in house.twilio.calls if call.status == 400]) == 1


def test_whoever_is_gone_is_reached_again_after_writing(house: House) -> None:
    ani = _wrote(house)
    ani.leaves_whatsapp()
    house.answer(ANI, "satu")
    house.send()
    house.twilio.wait_until_delivered()
    assert house.standing_of(ANI).unreachable_code == "63024"
    _wrote(house, text="kembali")
    assert house.standing_of(ANI).unreachable_code is None


@pytest.mark.parametrize("trouble", ["away", "lost answer", "slow"])
def test_an_answer_arrives_in_spite_of_trouble(
    house: House, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr(sender_module, "FIRST_RETRY_MS", 1)
    monkeypatch.setattr("channels.twilio.client.ANSWER_SECONDS", 0.3)
    ani = _wrote(house)
    house.answer(ANI, "jawaban")
    if trouble == "away":
        house.twilio.fail_next(503, times=2)
    elif trouble == "lost answer":
        house.twilio.drop_next(2)
    else:
        house.twilio.slow(0.6)
        house.send()
        house.twilio.slow(0)
    for _ in range(3):
        house.send()
        time.sleep(0.01)
    house.twilio.wait_until_delivered()
    assert house.states() == [("read", None)]
    assert {got.body for got in ani.received} == {"jawaban"}


@pytest.mark.parametrize("order", ["in order", "early"])
def test_buttons_that_are_refused_afterwards_go_out_once_more_as_a_list_and_never_again(
    database: Database, sealer: Sealer, inbox: Inbox, order: str
) -> None:
    """WhatsApp refuses them when Twilio has taken them already: told in a callback."""
    with TwilioDouble(callbacks=order) as twilio:
        settings = settings_for(twilio, button_templates={1: GONE, 2: _buttons(twilio)})
        with House(twilio, database, sealer, inbox, settings=settings) as house:
            _wrote(house).fails_with(63021)
            house.answer(ANI, ASKED)
            for _ in range(3):
                house.send()
                twilio.wait_until_delivered()
            first, second = [call.form for call in twilio.calls if call.method == "POST"]
            assert "ContentSid" in first
            assert second["Body"] == [LISTED]
            assert house.states() == [("failed", "63021")]


def test_a_template_that_is_gone_costs_the_buttons_and_not_the_answer(
    twilio: TwilioDouble, database: Database, sealer: Sealer, inbox: Inbox
) -> None:
    settings = settings_for(twilio, button_templates={1: GONE, 2: GONE})
    with House(twilio, database, sealer, inbox, settings=settings) as house:
        ani = _wrote(house)
        house.answer(ANI, ASKED, "Kami di sini.")
        house.send()
        assert [got.body for got in ani.wait_for(2)] == [LISTED, "Kami di sini."]
        twilio.wait_until_delivered()
        assert house.states() == [("read", None)] * 2


def test_a_limit_for_one_person_holds_up_nobody_else(house: House) -> None:
    ani, budi = _wrote(house), _wrote(house, BUDI)
    house.twilio.limit(ANI)
    house.answer(ANI, "jawaban")
    house.answer(BUDI, "jawaban")
    house.send()
    assert len(budi.wait_for(1)) == 1
    assert ani.received == []
    assert house.states()[0] == ("due", "63018")


def test_a_long_answer_by_sms_goes_on_when_it_is_asked_for(house: House) -> None:
    ani = _wrote(house, channel="sms")
    house.turn()
    house.answer(ANI, "Kata yang panjang sekali. " * 40, channel="sms")
    house.send()
    first = ani.wait_for(2)[1]
    assert first.num_segments <= 3
    assert first.body.endswith("Balas LANJUT untuk sambungannya.")
    ani.says("lanjut")
    house.twilio.wait_until_delivered()
    house.turn()
    house.send()
    assert len(ani.wait_for(3)) == 3
    assert ani.received[2].body.startswith("Kata yang")


def test_a_file_and_a_place_come_in(house: House) -> None:
    ani = house.twilio.person(ANI)
    ani.sends_media(b"\xff\xd8", "image/jpeg", "ini kontraknya")
    ani.shares_location(-3.7928, 102.2608, label="Rumah Ani")
    ani.presses("Menu", "/menu")
    house.twilio.wait_until_delivered()
    photo, place, button = house.inbox()
    assert photo.attachments[0].kind == "photo"
    assert photo.attachments[0].source.startswith(house.twilio.url)
    assert place.location is not None
    assert place.text == ""
    assert (button.text, button.payload) == ("Menu", "/menu")


def test_nothing_of_a_person_is_in_the_log(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither when all goes well nor in any trouble that the double can make."""
    monkeypatch.setattr(sender_module, "FIRST_RETRY_MS", 1)
    caplog.set_level(logging.DEBUG)
    ani = _wrote(house, text="paspor saya ditahan majikan")
    ani.sends_media(b"x", "image/png")
    form = {**house.twilio.inbound[0].form, "MediaUrl0": "https://contoh.id/rahasia.png"}
    house.twilio.deliver_raw("whatsapp", {**form, "MessageSid": "SM" + "7" * 32})
    house.twilio.deliver_raw("whatsapp", form, signature="forged")
    house.twilio.deliver_raw("whatsapp", {**form, "MessageSid": "bukan"})
    house.twilio.deliver_raw("whatsapp", {**form, "To": "whatsapp:+6281199999999"})
    house.twilio.fail_next(500)
    house.twilio.drop_next()
    for code in (None, None, 21211, 21656, 63024, 30008):
        ani.fails_with(code)
        house.answer(ANI, Reply("Tetap tenang, ini caranya", choices("Saya aman")))
        house.send()
        house.twilio.wait_until_delivered()
        _wrote(house, text="paspor saya ditahan majikan")
    said = "\n".join(
        f"{record.getMessage()} {record.exc_text or ''} {record.args}" for record in caplog.records
    )
    assert "not sent on whatsapp: code" in said
    assert "not delivered on whatsapp: code" in said
    for secret in (
        ANI[1:],
        "paspor",
        "caranya",
        "Ani Contoh",
        "/Media/",
        "rahasia",
        "SM" + "7" * 32,
    ):
        assert secret not in said, secret
