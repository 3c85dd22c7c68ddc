"""What officers may say without finding the words first is kind, short and filled in rightly."""

from __future__ import annotations

import re

import pytest

from bot.conversation.capabilities import EVERYTHING
from bot.conversation.gsm7 import ALPHABET
from bot.conversation.rendering import render
from bot.conversation.takeover import replies, transcript
from bot.conversation.takeover.handoffs import TakeoverError
from bot.conversation.takeover.replies import CannedReply, FieldError, reply
from bot.knowledge import facts
from channels.twilio.capabilities import SMS
from tests.bot.conversation.takeover.desk import Desk

LONGEST_SMS, LONGEST = 300, 900
LONGEST_NAME = "Siti Nurhaliza"
each_reply = pytest.mark.parametrize("one", replies.replies().values(), ids=lambda one: one.id)


def _longest(kind: str) -> str:
    """The value of a field that takes the most room, as one may type it."""
    contacts = facts.contacts()

    def room(name: str) -> int:
        return len(contacts[name].name + contacts[name].show)

    missions = [name for name, one in contacts.items() if one.country]
    return {
        replies.TIME: "14:00",
        replies.CONTACT: max((n for n in contacts if n not in missions), key=room),
        replies.MISSION: max(missions, key=room),
        replies.TEXT: "menelepon Polres Bengkulu Tengah",
    }.get(kind, LONGEST_NAME)


def _filled(one: CannedReply, channel: str) -> str:
    values = {field.name: _longest(field.kind) for field in one.fields}
    return one.filled(channel, values, by=LONGEST_NAME)


def test_there_are_replies_for_what_comes_up() -> None:
    assert {
        "salam", "aman", "bisa_bicara", "sandi", "langkah", "ganti", "rujuk_polisi", "rujuk_p2mi",
        "rujuk_rumah_aman", "keluarga_luar_negeri", "anak", "ingin_mati", "tutup", "bukti_nanti",
        "bukan_salahmu", "penutup", "tidak_bisa_janji", "salah_sambung",
    } <= set(replies.replies())  # fmt: skip


@each_reply
def test_a_reply_filled_in_fits_into_one_sms(one: CannedReply) -> None:
    (part,) = render([transcript.as_reply(_filled(one, "sms"))], SMS)
    assert not part.waits
    assert len(part.reply.text) <= LONGEST_SMS
    assert set(transcript.as_reply(_filled(one, "sms")).text) <= set(ALPHABET)


@each_reply
def test_a_reply_is_short_and_nothing_in_it_stays_open(one: CannedReply) -> None:
    for channel in ("sms", "whatsapp"):
        text = _filled(one, channel)
        assert len(text) <= LONGEST
        assert not re.search(r"[{}]", text)
    assert len(render([transcript.as_reply(_filled(one, "web"))], EVERYTHING)) == 1


@each_reply
def test_a_number_comes_from_the_facts(one: CannedReply) -> None:
    for text in (one.text, one.sms or ""):
        assert not re.search(r"\d", re.sub(r"\{\w+\}|KP2MI|24 jam", "", text)), text


@each_reply
def test_nobody_is_blamed_or_pushed(one: CannedReply) -> None:
    said = f"{one.text} {one.sms or ''}".lower()
    for blame in ("kenapa kamu", "mengapa kamu", "seharusnya", "harusnya", "salahmu sendiri",
                  "kamu harus", "wajib", "pasti aman", "dijamin", "saya janji"):  # fmt: skip
        assert not re.search(rf"\b{blame}\b", said)


def test_it_is_the_officers_own_name_that_is_said() -> None:
    text = reply("salam").filled("web", {}, by="Sari")
    assert text.startswith("Halo, saya Sari, petugas")
    assert (
        reply("salam")
        .filled("web", {"nama_petugas": "Ibu Sari"}, by="Sari")
        .startswith("Halo, saya Ibu Sari")
    )


def test_values_are_said_as_people_say_them() -> None:
    text = reply("tutup").filled("web", {"jam": "8:00"}, by="Sari")
    assert "pukul 08.00 WIB" in text
    assert "Polisi: 110" in reply("rujuk").filled("web", {"nomor": "polisi"}, by="Sari")
    abroad = reply("keluarga_luar_negeri").filled("web", {"perwakilan": "kbri_seoul"}, by="Sari")
    assert "KBRI Seoul: +82" in abroad


@pytest.mark.parametrize(
    ("reply_id", "values", "field", "why"),
    [
        ("tutup", {}, "jam", "needs jam"),
        ("tutup", {"jam": "  "}, "jam", "needs jam"),
        ("tutup", {"jam": "nanti sore"}, "jam", "a time"),
        ("tutup", {"jam": "25:00"}, "jam", "a time"),
        ("rujuk", {"nomor": "0812-0000-0001"}, "nomor", "contact"),
        ("rujuk", {"nomor": "polsek_mana"}, "nomor", "contact"),
        ("keluarga_luar_negeri", {"perwakilan": "polisi"}, "perwakilan", "mission"),
        ("sebentar", {"kabar": "x" * 61}, "kabar", "one line"),
        ("sebentar", {"kabar": "menelepon {kontak_polisi}"}, "kabar", "one line"),
        ("salam", {"jam": "14:00"}, "jam", "no field"),
    ],
)
def test_a_field_that_is_wrong_is_named(
    reply_id: str, values: dict[str, str], field: str, why: str
) -> None:
    with pytest.raises(FieldError, match=why) as error:
        reply(reply_id).filled("web", values, by="Sari")
    assert error.value.field == field


def test_a_contact_that_nobody_verified_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    unverified = {"warung": facts.Contact("Warung", "0812-0000-0001")}
    monkeypatch.setattr(facts, "contacts", lambda: unverified)
    with pytest.raises(FieldError, match="verified"):
        reply("rujuk").filled("web", {"nomor": "warung"}, by="Sari")


def test_a_reply_is_prepared_for_the_channel_and_sent_as_the_officers_words(desk: Desk) -> None:
    handoff = desk.taken()
    text = desk.officers.prepared(desk.sari, handoff.id, "salam", {})
    assert text == reply("salam").filled("telegram", {}, by="Sari")
    assert desk.said(handoff)[-1] != f"Petugas: {text}"
    desk.officers.say(desk.sari, handoff.id, text)
    assert desk.said(handoff)[-1] == f"Petugas: {text}"
    with pytest.raises(TakeoverError, match="no such reply"):
        desk.officers.prepared(desk.sari, handoff.id, "nirgends", {})
