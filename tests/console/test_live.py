"""Open pages hear that something changed, and not a word of what."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from bot.conversation.takeover.officer import Officers
from bot.privacy import staff
from bot.storage import bell
from bot.storage.tables import outbox
from console import live
from tests.bot.conversation.takeover.desk import CRY
from tests.console.visitor import Site, Visitor


def _heard(lines: Iterator[str]) -> dict[str, Any]:
    """The next thing that a page is told."""
    for line in lines:
        if line.startswith("data: "):
            told: dict[str, Any] = json.loads(line[6:])
            return told
    raise AssertionError("the stream ended")


def test_a_cry_for_help_is_heard_at_once_without_a_word_of_it(site: Site, sari: Visitor) -> None:
    with sari.stream("/meja/aliran") as answer:
        lines = answer.iter_lines()
        assert _heard(lines)["menunggu"] == 0
        site.desk.hears(CRY)
        told = _heard(lines)
    assert (told["menunggu"], told["darurat"]) == (1, 1)
    assert set(told) == {"menunggu", "darurat", "versi"}


def test_a_word_of_the_person_in_a_held_conversation_is_heard(site: Site, sari: Visitor) -> None:
    site.desk.taken()
    with sari.stream("/meja/aliran") as answer:
        lines = answer.iter_lines()
        before = _heard(lines)["versi"]
        site.desk.hears("masih di sini")
        assert _heard(lines)["versi"] != before


@pytest.mark.parametrize("is_over", [False, True])
def test_how_far_an_answer_of_staff_got_is_heard_also_after_handing_back(
    site: Site, sari: Visitor, is_over: bool
) -> None:
    handoff = site.desk.taken()
    site.desk.officers.say(site.desk.sari, handoff.id, "Kamu di mana?")
    if is_over:
        site.desk.officers.hand_back(site.desk.sari, handoff.id, "Sudah dijemput.")
    with sari.stream("/meja/aliran") as answer:
        lines = answer.iter_lines()
        before = _heard(lines)["versi"]
        with site.desk.database.write() as connection:
            written = update(outbox).where(outbox.c.author == "staff")
            connection.execute(written.values(state="delivered"))
            bell.ring(connection)
        assert _heard(lines)["versi"] != before


def test_ordinary_talk_with_the_assistant_wakes_nobody(site: Site, sari: Visitor) -> None:
    with sari.stream("/meja/aliran") as answer:
        lines = answer.iter_lines()
        _heard(lines)
        site.desk.hears("apa itu TPPO?")
        site.desk.hears("petugas", "0812-0000-0002")
        assert _heard(lines)["menunggu"] == 1


def test_who_has_a_page_open_is_at_the_desk(site: Site, sari: Visitor, budi: Visitor) -> None:
    with sari.stream("/meja/aliran") as answer:
        _heard(answer.iter_lines())
        assert "Sari" in budi.get("/meja/antrean").text


def test_a_stream_ends_with_its_session(site: Site, budi: Visitor, monkeypatch: Any) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.2)
    with budi.stream("/meja/aliran") as answer:
        lines = answer.iter_lines()
        _heard(lines)
        staff.disable(site.desk.database, "Budi")
        assert [line for line in lines if line.startswith("data")] == []
    assert budi.get("/meja/aliran").status_code == 204


def test_who_comes_to_an_empty_desk_is_told_what_happened_meanwhile(
    site: Site, sari: Visitor
) -> None:
    site.desk.hears(CRY)
    with sari.stream("/meja/aliran") as answer:
        assert _heard(answer.iter_lines())["menunggu"] == 1
    site.desk.taken(site.desk.budi)
    with sari.stream("/meja/aliran") as answer:
        assert _heard(answer.iter_lines())["menunggu"] == 0


def test_many_pages_of_one_member_note_the_presence_once(
    site: Site, sari: Visitor, monkeypatch: Any
) -> None:
    noted: list[str] = []
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(Officers, "seen", lambda _self, by: noted.append(by.name))
    with contextlib.ExitStack() as pages:
        for _ in range(3):
            lines = pages.enter_context(sari.stream("/meja/aliran")).iter_lines()
            _heard(lines)
        for _ in range(4):
            site.desk.hears(CRY, f"0812-0000-000{len(noted)}")
            time.sleep(0.1)
    assert noted == ["Sari"]
