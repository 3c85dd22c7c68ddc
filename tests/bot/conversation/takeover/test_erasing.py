"""Whoever wants all deleted while a human answers is told when, and then it is."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.conversation import standing
from bot.conversation.inbox import open_content
from bot.conversation.messages import Attachment
from bot.conversation.takeover.handoffs import ENDED, WAITING, Handoff
from bot.storage.tables import attachments, inbox, outbox, trackers
from bot.storage.tables import transcript as transcript_table
from tests.bot.conversation.takeover.desk import Desk

LATER, NOT = "sekarang belum dihapus", "tidak jadi dihapus"


def _wished(desk: Desk, text: str = "Hapus data!") -> Handoff:
    handoff = desk.taken()
    desk.hears("saya di ruko cat hijau", attachments=(Attachment("photo", "image/jpeg", "f1"),))
    desk.officers.say(desk.sari, handoff.id, "saya catat")
    desk.hears(text)
    return handoff


def _left(desk: Desk, handoff: Handoff) -> dict[str, object]:
    """What is left of what was said."""
    with desk.database.read() as connection:
        rows = connection.execute(select(inbox)).all()
        texts = {open_content(desk.vault.sealer, handoff.conversation_id, r).text for r in rows}
        counts = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (trackers, attachments, transcript_table)
        }
    return {"texts": texts - {""}, **counts}


NOTHING = {"texts": set(), "trackers": 0, "attachments": 0, "transcript": 0}


@pytest.mark.parametrize("text", ["hapus data", "Hapus data saya.", "/hapus", "YA, HAPUS"])
def test_it_is_told_at_once_that_it_is_not_deleted_yet(desk: Desk, text: str) -> None:
    handoff = _wished(desk, text)
    assert LATER in desk.said(handoff)[-1]
    assert ("person", "saya di ruko cat hijau") in desk.read(handoff)
    author, shown = desk.read(handoff)[-1]
    assert author == "erase"
    assert "minta semuanya dihapus" in shown


def test_a_button_from_before_asks_for_it_as_well(desk: Desk) -> None:
    handoff = desk.taken()
    desk.hears("Ya", payload='/privasi_hapus{"pasti":"ya"}')
    assert LATER in desk.said(handoff)[-1]


@pytest.mark.parametrize("text", ["hapus nomor dia dari kontakku?", "foto tadi hapus ya kak"])
def test_other_words_are_for_the_officer_alone(desk: Desk, text: str) -> None:
    handoff = _wished(desk, text)
    assert desk.said(handoff)[-1] == "Petugas: saya catat"
    assert desk.read(handoff)[-1] == ("person", text)


def test_it_is_deleted_when_it_is_handed_back(desk: Desk) -> None:
    handoff = _wished(desk)
    desk.officers.hand_back(desk.sari, handoff.id, "lapor polsek besok")
    assert desk.now(handoff).state == ENDED
    assert _left(desk, handoff) == NOTHING
    assert "percakapan dengan petugas sudah selesai" in desk.said(handoff)[-1].lower()
    with desk.database.read() as connection:
        found = connection.execute(select(func.count()).select_from(outbox)).scalar_one()
    assert found == len(desk.said(handoff))


def test_it_is_deleted_when_the_lease_runs_out_also_when_others_are_called(desk: Desk) -> None:
    handoff = _wished(desk)
    desk.later(handoff, 301)
    desk.watch.look()
    assert desk.now(handoff).state == WAITING
    assert _left(desk, handoff) == NOTHING


def test_it_is_deleted_when_the_person_writes_after_the_lease(desk: Desk) -> None:
    handoff = _wished(desk)
    desk.later(handoff, 301)
    desk.hears("halo?")
    left = _left(desk, handoff)
    assert (left["transcript"], left["attachments"], left["texts"]) == (0, 0, set())


def test_nothing_is_deleted_where_it_was_not_wished(desk: Desk) -> None:
    handoff = _wished(desk, "makasih")
    desk.officers.hand_back(desk.sari, handoff.id, "selesai")
    assert _left(desk, handoff)["transcript"]


def test_it_can_be_taken_back(desk: Desk) -> None:
    handoff = _wished(desk)
    desk.hears("batal hapus")
    assert NOT in desk.said(handoff)[-1]
    assert "erase" not in [author for author, _ in desk.read(handoff)]
    desk.officers.hand_back(desk.sari, handoff.id, "selesai")
    assert ("person", "saya di ruko cat hijau") in desk.read(handoff)


def test_what_was_not_wished_cannot_be_taken_back(desk: Desk) -> None:
    handoff = desk.taken()
    before = desk.said(handoff)
    desk.hears("jangan hapus")
    assert desk.said(handoff) == before


def test_asked_twice_the_officer_reads_it_once(desk: Desk) -> None:
    handoff = _wished(desk)
    desk.hears("hapus data")
    assert [author for author, _ in desk.read(handoff)].count("erase") == 1


def test_whoever_may_be_watched_hears_nothing_and_it_counts_all_the_same(desk: Desk) -> None:
    handoff = desk.taken()
    before = desk.said(handoff)
    with desk.database.write() as connection:
        standing.stop(connection, handoff.conversation_id)
    desk.hears("hapus data")
    assert desk.said(handoff) == before
    assert desk.read(handoff)[-1][0] == "erase"


def test_a_yes_that_was_answered_while_an_officer_took_it_is_not_lost(desk: Desk) -> None:
    from dataclasses import replace as changed

    handoff = desk.called()
    answer = desk.assistant.answer

    def forgetting(*given):  # type: ignore[no-untyped-def]
        said = changed(answer(*given), forget=True, state=None)
        desk.officers.take(desk.sari, handoff.id)
        return said

    desk.assistant.answer = forgetting  # type: ignore[method-assign]
    desk.hears("1")
    assert LATER in desk.said(handoff)[-1]
    assert desk.read(handoff)[-1][0] == "erase"
