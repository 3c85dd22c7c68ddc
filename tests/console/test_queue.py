"""A long queue: the gravest first, a part of it at a time, and no count that is not true."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from bot.conversation.takeover.handoffs import Handoff
from bot.storage.tables import handoffs
from bot.triage import levels
from console import queue
from tests.console.visitor import Site, Visitor, words_of

# What differs between the databases is tested where it is done; here it would take time only.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

STEP = 2
_ROW = re.compile(r'id="row-([A-Za-z0-9_-]{22})"')
_MORE = re.compile(r'id="more-link-(\w+)" href="/meja(/[^"#]*)(#row-[^"]+)">([^<]+)<')


@pytest.fixture(autouse=True)
def _few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "STEP", STEP)


def _shown(visitor: Visitor, path: str = "/") -> list[str]:
    return _ROW.findall(visitor.get(f"/meja{path}").text)


def _wait(site: Site, *their_levels: str) -> list[Handoff]:
    """So many wait, in this order, each of its level."""
    waiting = []
    for number, level in enumerate(their_levels, 1):
        one = site.desk.called(person=f"0812-0000-{number:04}")
        with site.desk.database.write() as connection:
            changed = update(handoffs).where(handoffs.c.id == one.id)
            connection.execute(changed.values(level=level, opened_at=number))
        waiting.append(one)
    return waiting


def _link(visitor: Visitor, path: str = "/") -> tuple[str, str, str, str]:
    """Of the first part that has more: its name, where it leads, to which row, its words."""
    found = _MORE.search(visitor.get(f"/meja{path}").text)
    assert found is not None
    part, address, row, text = found.groups()
    return part, address, row, text


def test_of_a_long_queue_the_gravest_are_shown_and_all_are_counted(
    site: Site, sari: Visitor
) -> None:
    *_, serious, urgent = _wait(
        site, levels.ORDINARY, levels.ORDINARY, levels.SERIOUS, levels.URGENT
    )
    shown = sari.get("/meja/")
    assert _ROW.findall(shown.text) == [urgent.id, serious.id]
    assert "Menunggu petugas 4" in words_of(shown)
    assert "Tampil 2 dari 4, paling gawat dulu." in words_of(shown)
    assert "darurat." not in words_of(shown)


def test_cries_for_help_that_have_no_room_are_told_apart(site: Site, sari: Visitor) -> None:
    _wait(site, *[levels.URGENT] * 3, levels.ORDINARY)
    assert "Yang belum tampil: 1 darurat." in words_of(sari.get("/meja/"))


def test_more_are_shown_where_the_reader_was_and_in_the_part_that_renews_itself(
    site: Site, sari: Visitor
) -> None:
    waiting = [one.id for one in _wait(site, *[levels.URGENT] * 5)]
    part, address, row, text = _link(sari)
    assert (part, row, text) == ("waiting", f"#row-{waiting[STEP - 1]}", "Tampilkan 2 lagi")
    assert _shown(sari, address) == waiting[:4]
    page = sari.get(f"/meja{address}").text
    renewed = re.findall(r'data-fragmen="/meja([^"]+)"', page)[0]
    assert _shown(sari, renewed) == waiting[:4]
    _, address, _, text = _link(sari, address)
    assert text == "Tampilkan 1 lagi"
    assert _shown(sari, address) == waiting
    assert _MORE.search(sari.get(f"/meja{address}").text) is None


def test_who_becomes_graver_comes_onto_the_first_page(site: Site, sari: Visitor) -> None:
    *_, last = _wait(site, *[levels.ORDINARY] * 4)
    assert last.id not in _shown(sari, "/antrean")
    with site.desk.database.write() as connection:
        graver = update(handoffs).where(handoffs.c.id == last.id)
        connection.execute(graver.values(level=levels.URGENT))
    assert _shown(sari, "/antrean")[0] == last.id


def test_what_one_holds_or_is_offered_is_always_shown(
    site: Site, sari: Visitor, budi: Visitor
) -> None:
    for one in (held := _wait(site, *[levels.ORDINARY] * 4)):
        site.desk.officers.take(site.desk.sari, one.id)
    assert set(_shown(sari)) == {one.id for one in held}
    assert "4 kamu pegang" in words_of(sari.get("/meja/"))
    # For the colleague they are those of others, of whom the first are enough.
    assert len(_shown(budi)) == STEP
    assert _link(budi)[0] == "others"
    for one in held:
        site.desk.officers.transfer(site.desk.sari, one.id, "Budi")
    assert set(_shown(budi)) == {one.id for one in held}


@pytest.mark.parametrize("text", ["", "0", "-1", "banyak", "9" * 30, "%00", "1"])
def test_an_address_that_somebody_made_up_shows_the_first_ones(
    site: Site, sari: Visitor, text: str
) -> None:
    _wait(site, *[levels.URGENT] * 3)
    assert len(_shown(sari, f"/?tampil={text}")) == STEP
