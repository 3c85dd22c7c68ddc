"""What is made of what Telegram sends; the payloads are in `updates.yml`."""

from __future__ import annotations

import logging
import math
from typing import Any

import pytest

from bot.conversation.inbox import MAX_EXTERNAL_ID, to_content
from bot.privacy.identity import AddressBook
from channels.telegram.updates import Event, InGroup, Names, Reached, Said, Unanswerable, read
from tests.channels.telegram.payloads import (
    PEOPLE,
    TABLE,
    UPDATES,
    Json,
    changed,
    places,
    without,
)

BOOK = AddressBook(bytes(range(32)))
NAMES = Names(BOOK, "100")
ANI = PEOPLE["ani"]

WRONG: list[Any] = [
    None, True, False, 0, -1, 1.5, math.nan, math.inf, 2**31, 10**18, 10**30, 10**400, "", "0",
    "x", "\x00", "\ud800", "1" * 5_000, [], {}, [[]], [None], {"id": {}}, [{"id": "\ud800"}],
]  # fmt: skip


def _described(event: Event | None) -> Any:
    """An event in the words of the table."""
    match event:
        case None:
            return "nihil"
        case Reached(address, code):
            assert address == str(ANI)
            return {"terjangkau": code}
        case InGroup(chat_id):
            return {"grup": chat_id}
        case Unanswerable(press):
            return {"tak_terjawab": press}
        case Said(inbound, press):
            assert (inbound.channel, inbound.address) == ("telegram", str(ANI))
            said: Json = {
                "text": inbound.text,
                "payload": inbound.payload,
                "lampiran": [
                    [file.kind, file.media_type, file.source, file.size]
                    for file in inbound.attachments
                ],
                "tempat": inbound.location
                and [inbound.location.latitude, inbound.location.longitude],
                "mengubah": next(
                    (n for n in range(70) if NAMES.of_message(ANI, n) == inbound.edits), None
                ),
                "ditekan": press,
            }
            return {"kata": {name: value for name, value in said.items() if value}}
    raise AssertionError(event)


@pytest.mark.parametrize("row", TABLE, ids=[row["nama"] for row in TABLE])
def test_an_update_becomes(row: Json) -> None:
    assert _described(read(row["update"], NAMES)) == row["menjadi"]


def _said(update: Any) -> Said:
    event = read(update, NAMES)
    assert isinstance(event, Said)
    return event


def test_every_message_correction_and_press_has_a_name_of_its_own() -> None:
    events = [read(update, NAMES) for update in UPDATES.values()]
    names = [event.inbound.external_id for event in events if isinstance(event, Said)]
    assert len(names) == len(set(names)) > 20
    assert all(0 < len(name) <= MAX_EXTERNAL_ID for name in names)


def test_a_name_is_the_same_each_time_and_tells_nothing() -> None:
    update = UPDATES["seorang menulis"]
    name = _said(update).inbound.external_id
    assert name == _said({**update, "update_id": 999}).inbound.external_id
    assert str(ANI) not in name
    other_key = Names(AddressBook(bytes(32)), "100")
    assert read(update, other_key) != read(update, NAMES)


def test_the_same_number_at_another_bot_is_another_message() -> None:
    """A bot counts its messages from 1: one that follows another must not be deaf."""
    names = [Names(BOOK, bot_id).of_message(ANI, 41) for bot_id in ("100", "200")]
    assert names[0] != names[1]


def test_a_correction_names_the_message_that_it_corrects() -> None:
    first, correction = UPDATES["seorang menulis"], UPDATES["pesan diubah"]
    assert _said(correction).inbound.edits == _said(first).inbound.external_id
    again = {**correction, "update_id": 700000999}
    assert _said(again).inbound.external_id != _said(correction).inbound.external_id


def test_nothing_shows_who_wrote_what() -> None:
    for name, update in UPDATES.items():
        event = read(update, NAMES)
        if isinstance(event, Said):
            shown = repr(event)
            assert str(ANI) not in shown, name
            assert "paspor" not in shown, name


@pytest.mark.parametrize("latitude", [90.1, -91, 1e400, "nan", math.nan, None])
def test_a_place_that_is_not_on_earth_is_no_place(latitude: Any) -> None:
    update = changed(UPDATES["lokasi"], ("message", "location", "latitude"), latitude)
    assert read(update, NAMES) is None


def _acceptable(event: Event | None) -> None:
    """Whatever is let in can be kept, and can be answered."""
    if isinstance(event, Said):
        to_content(event.inbound).encode()
        BOOK.blind("telegram", event.inbound.address)
        assert abs(int(event.inbound.address)) < 2**52
        assert 0 < len(event.inbound.external_id) <= MAX_EXTERNAL_ID
    if isinstance(event, Reached):
        int(event.address)
    if isinstance(event, InGroup):
        assert type(event.chat_id) is int


@pytest.fixture
def _silent(caplog: pytest.LogCaptureFixture) -> None:
    """Thousands of warnings take longer than what they warn of."""
    caplog.set_level(logging.ERROR, logger="channels.telegram.updates")


@pytest.mark.usefixtures("_silent")
@pytest.mark.parametrize("name", sorted(UPDATES))
def test_a_wrong_type_in_any_field_harms_nothing(name: str) -> None:
    update = UPDATES[name]
    for place in places(update):
        for value in WRONG:
            _acceptable(read(changed(update, place, value), NAMES))


@pytest.mark.usefixtures("_silent")
@pytest.mark.parametrize("name", sorted(UPDATES))
def test_any_field_may_be_missing(name: str) -> None:
    update = UPDATES[name]
    for place in list(places(update))[1:]:
        _acceptable(read(without(update, place), NAMES))


@pytest.mark.parametrize(
    "field",
    ["from", "entities", "reply_to_message", "forward_origin", "quote", "reply_markup", "baru"],
)
@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:12])
def test_a_text_is_read_whatever_stands_beside_it(field: str, value: Any) -> None:
    """A field that Telegram adds or changes must not make Suluh deaf."""
    update = changed(UPDATES["seorang menulis"], ("message", field), value)
    assert read(update, NAMES) == read(UPDATES["seorang menulis"], NAMES)


def test_what_could_not_be_understood_is_said_without_a_word_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    update = changed(UPDATES["seorang menulis"], ("message", "date"), "Ani Contoh")
    assert read(update, NAMES) is None
    (record,) = caplog.records
    assert record.getMessage() == "an update was not understood: TypeError"
    assert record.exc_info is None
