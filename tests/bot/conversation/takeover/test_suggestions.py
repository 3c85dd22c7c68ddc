"""What the catalogue would say is offered to the officer, who alone can open what was asked."""

from __future__ import annotations

import pytest

from bot.conversation.takeover import suggestions
from bot.conversation.takeover.suggestions import Suggestion, last_lines, suggest
from bot.conversation.takeover.transcript import HIDDEN, Entry
from bot.privacy.receipts import Receipt
from bot.privacy.staff import NotGranted
from bot.triage import levels
from tests.bot.conversation.takeover.desk import CRY, Desk
from tests.bot.conversation.takeover.shelf import Shelf


def _lines(*said: str) -> list[Entry]:
    return [Entry(one.split(":")[0], 0, text=one.split(":")[1]) for one in said]


def test_the_three_likeliest_topics_come_with_what_the_assistant_would_say(desk: Desk) -> None:
    handoff = desk.taken()
    desk.hears("biayanya berapa")
    shelf = Shelf({"biayanya berapa": [("c", 0.1), ("a", 0.6), ("b", 0.2), ("d", 0.05)]})
    assert suggest(desk.officers, desk.sari, handoff.id, shelf) == [
        Suggestion(topic, topic.upper(), f"{topic} on telegram") for topic in "abc"
    ]


def test_where_one_is_likely_the_topics_after_it_follow(desk: Desk) -> None:
    handoff = desk.taken()
    desk.hears("biayanya berapa")
    shelf = Shelf({"biayanya berapa": [("a", 0.9), ("b", 0.001)]})
    found = suggest(desk.officers, desk.sari, handoff.id, shelf)
    assert [one.topic for one in found] == ["a", "a_lalu", "a_lagi"]


def test_several_lines_are_read_one_by_one_and_together(desk: Desk) -> None:
    handoff = desk.taken()
    desk.hears("ktp ditahan")
    desk.hears("gaji belum dibayar")
    shelf = Shelf({"ktp ditahan": [("ktp", 0.8)], "gaji belum dibayar": [("gaji", 0.9)]})
    found = suggest(desk.officers, desk.sari, handoff.id, shelf)
    assert [one.topic for one in found][:2] == ["gaji", "ktp"]
    assert f"{CRY}\nktp ditahan\ngaji belum dibayar" in shelf.asked


def test_nothing_is_suggested_where_nothing_fits(desk: Desk) -> None:
    assert suggest(desk.officers, desk.sari, desk.taken().id, Shelf()) == []


def test_only_who_may_read_is_suggested_to(desk: Desk) -> None:
    viewer, handoff, shelf = desk.member("Wati", "viewer"), desk.taken(), Shelf()
    with pytest.raises(NotGranted):
        suggest(desk.officers, viewer, handoff.id, shelf)
    assert shelf.asked == []


def test_it_is_about_what_came_since_staff_wrote() -> None:
    entries = _lines("person:a", "bot:x", "staff:s", "person:b", "note:n", "person:c")
    assert last_lines(entries) == ["b", "c"]
    assert last_lines(entries[:3]) == ["a"]
    assert last_lines(_lines(*(f"person:{n}" for n in range(9)))) == ["6", "7", "8"]
    assert last_lines(_lines("person: ", f"person:{HIDDEN}")) == []


def test_no_receipt_is_read_by_it(desk: Desk) -> None:
    receipt, handoff, shelf = Receipt.new(), desk.taken(), Shelf()
    desk.hears(" ".join(receipt.words))
    suggest(desk.officers, desk.sari, handoff.id, shelf)
    assert not any(word in "|".join(shelf.asked) for word in receipt.words)


def test_each_message_says_how_grave_it_is_and_why(desk: Desk) -> None:
    handoff = desk.taken()
    desk.hears("makasih")
    desk.officers.say(desk.sari, handoff.id, "sama-sama")
    entries = suggestions.explained(desk.officers.read(desk.sari, handoff.id), Shelf())
    found = [(one.author, one.level, tuple(one.why)) for one in entries]
    assert found == [
        ("person", levels.URGENT, ("dikunci",)),
        ("bot", None, ()),
        ("person", levels.ORDINARY, ()),
        ("staff", None, ()),
    ]
