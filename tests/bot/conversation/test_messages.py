from __future__ import annotations

import json
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.messages import (
    Attachment,
    Choice,
    Content,
    Inbound,
    Location,
    Reply,
    Understanding,
)

BOUNDED = settings(max_examples=200, deadline=None)

words = st.text(max_size=60)
attachments = st.lists(st.builds(Attachment, kind=words, media_type=words), max_size=3).map(tuple)
locations = st.builds(
    Location, latitude=st.floats(-90, 90), longitude=st.floats(-180, 180, allow_nan=False)
)
contents = st.builds(
    Content,
    text=words,
    payload=st.none() | words,
    attachments=attachments,
    location=st.none() | locations,
    edits=st.none() | words,
    notes=st.lists(words, max_size=3).map(tuple),
)
replies = st.builds(
    Reply,
    text=words,
    choices=st.lists(st.builds(Choice, title=words, payload=words), max_size=5).map(tuple),
)


@BOUNDED
@given(contents)
def test_content_survives_the_way_through_the_database(content: Content) -> None:
    assert Content.decode(content.encode()) == content


@BOUNDED
@given(replies)
def test_a_reply_survives_the_way_through_the_database(reply: Reply) -> None:
    assert Reply.decode(reply.encode()) == reply


def test_the_equator_and_the_prime_meridian_are_a_place() -> None:
    content = Content(location=Location(0.0, 0.0))
    assert Content.decode(content.encode()).location == Location(0.0, 0.0)


def test_content_without_anything_in_it_survives() -> None:
    assert Content.decode(Content().encode()) == Content()
    assert Reply.decode(Reply("").encode()) == Reply("")


def test_what_is_stored_is_compact_and_readable_json() -> None:
    raw = Content(text="tolong 🙏 anak saya", notes=("terpotong",)).encode()
    assert "tolong 🙏 anak saya".encode() in raw
    assert b": " not in raw
    assert json.loads(raw)["notes"] == ["terpotong"]


STORED_BEFORE = (
    b'{"text":"halo","payload":null,"attachments":[{"kind":"photo","media_type":"image/jpeg"}],'
    b'"location":{"latitude":-3.7,"longitude":102.3},"edits":null,"notes":[]}'
)


def test_content_of_earlier_releases_is_still_read() -> None:
    assert Content.decode(STORED_BEFORE) == Content(
        text="halo",
        attachments=(Attachment("photo", "image/jpeg"),),
        location=Location(-3.7, 102.3),
    )
    assert Reply.decode(b'{"text":"Halo","choices":[{"title":"Menu","payload":"/menu"}]}') == Reply(
        "Halo", (Choice("Menu", "/menu"),)
    )


SECRETS = ("0812-0000-0001", "paspor saya", "cs_secret", "wamid.7")


@pytest.mark.parametrize(
    "message",
    [
        Inbound("whatsapp", "0812-0000-0001", "wamid.7", "paspor saya", payload="cs_secret"),
        Content("paspor saya", payload="cs_secret", notes=("0812-0000-0001",)),
        Reply("paspor saya 0812-0000-0001", (Choice("cs_secret", "wamid.7"),)),
        [Content("paspor saya")],
        {"isi": Inbound("sms", "0812-0000-0001", "wamid.7", "paspor saya")},
    ],
    ids=["inbound", "content", "reply", "in a list", "in a dict"],
)
def test_a_stray_log_line_does_not_show_who_wrote_what(message: object) -> None:
    for shown in (repr(message), str(message), f"{message}"):
        assert not any(secret in shown for secret in SECRETS)


def test_a_traceback_does_not_show_who_wrote_what() -> None:
    try:
        raise ValueError(Inbound("sms", "0812-0000-0001", "wamid.7", "paspor saya"))
    except ValueError:
        shown = traceback.format_exc().splitlines()[-1]
    assert not any(secret in shown for secret in SECRETS)
    assert "sms" in shown


def test_what_a_text_was_taken_to_mean_is_shown_without_the_text() -> None:
    understanding = Understanding("faq", "paspor_ditahan", 0.9, "tinggi", {"text": "paspor saya"})
    assert "paspor_ditahan" in repr(understanding)
    assert "paspor saya" not in repr(understanding)


def test_messages_are_values_that_do_not_change() -> None:
    assert Reply("Halo", (Choice("Menu", "/menu"),)) == Reply("Halo", (Choice("Menu", "/menu"),))
    assert len({Choice("Menu", "/menu"), Choice("Menu", "/menu")}) == 1
    with pytest.raises(AttributeError):
        Content("halo").text = "lain"  # type: ignore[misc]
