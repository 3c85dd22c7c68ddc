"""A conversation that ended is taken up again from its page."""

from __future__ import annotations

import pytest

from bot.conversation import standing
from bot.conversation.takeover.handoffs import Handoff
from tests.console.visitor import Site, Visitor, words_of

# What differs between the databases is tested where it is done; here it would take time only.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

BUTTON = "Hubungi orang ini lagi"


def _page(which: str) -> str:
    return f"/meja/percakapan/{which}"


def _ended(site: Site) -> Handoff:
    handoff = site.desk.taken()
    site.desk.officers.hand_back(site.desk.sari, handoff.id, "Ibunya menjemput.")
    return handoff


def test_whoever_was_handed_back_can_be_written_to_again(site: Site, sari: Visitor) -> None:
    handoff = _ended(site)
    assert BUTTON in words_of(sari.get(_page(handoff.id)))
    answer = sari.send(_page(handoff.id), f"{_page(handoff.id)}/lagi")
    assert answer.status_code == 303
    (again,) = site.desk.queue()
    assert answer.headers["location"] == f"{_page(again.id)}?selesai=lagi"
    assert (again.id != handoff.id, again.staff_id) == (True, site.desk.sari.staff_id)
    shown = sari.get(answer.headers["location"])
    assert "Percakapan baru dengan orang ini sudah kamu pegang." in words_of(shown)
    # What was agreed then is one click away.
    assert f'href="{_page(handoff.id)}"' in shown.text
    sari.send(_page(again.id), f"{_page(again.id)}/tulis", teks="Sudah sampai rumah?")
    assert site.desk.said(again)[-1] == "Petugas: Sudah sampai rumah?"


def test_nobody_else_is_called_to_it(site: Site, sari: Visitor) -> None:
    handoff = _ended(site)
    sari.send(_page(handoff.id), f"{_page(handoff.id)}/lagi")
    (again,) = site.desk.queue()
    site.desk.watch.look()
    assert site.desk.alerts(again) == []


def test_the_button_stands_only_where_a_conversation_has_ended(site: Site, sari: Visitor) -> None:
    assert BUTTON not in words_of(sari.get(_page(site.desk.taken().id)))


def test_who_called_again_meanwhile_is_taken_from_the_queue(site: Site, sari: Visitor) -> None:
    handoff = _ended(site)
    called = site.desk.called()
    sari.send(_page(handoff.id), f"{_page(handoff.id)}/lagi")
    (again,) = site.desk.queue()
    assert (again.id, again.level) == (called.id, called.level)
    assert again.staff_id == site.desk.sari.staff_id


def test_whom_a_colleague_answers_already_is_not_taken_from_the_colleague(
    site: Site, sari: Visitor
) -> None:
    handoff = _ended(site)
    site.desk.taken(site.desk.budi)
    refused = sari.send(_page(handoff.id), f"{_page(handoff.id)}/lagi")
    assert refused.status_code == 409
    assert "Budi lebih dulu mengambil percakapan ini." in words_of(refused)


def test_who_said_stop_is_not_called_again(site: Site, sari: Visitor) -> None:
    handoff = _ended(site)
    with site.desk.database.write() as connection:
        standing.stop(connection, handoff.conversation_id)
    refused = sari.send(_page(handoff.id), f"{_page(handoff.id)}/lagi")
    assert "minta tidak dikirimi pesan lagi (STOP)" in words_of(refused)
    assert site.desk.queue() == []
    site.desk.hears("mulai")
    assert site.desk.said(handoff)[-1] == "bot: mulai"
