"""What an officer sees of a conversation, and does about it."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pytest

from bot.conversation import standing
from bot.conversation.takeover import replies
from bot.knowledge import facts
from console import showing
from tests.bot.conversation.takeover.desk import CRY
from tests.console.visitor import Site, Visitor, words_of

# What differs between the databases is tested where it is done; here it would take time only.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _page(which: str) -> str:
    return f"/meja/percakapan/{which}"


def test_the_queue_shows_who_waits_and_why_and_not_a_word_of_it(site: Site, sari: Visitor) -> None:
    handoff = site.desk.called()
    shown = sari.get("/meja/")
    assert shown.status_code == 200
    assert _page(handoff.id) in shown.text
    assert "Darurat" in words_of(shown)
    assert CRY not in shown.text


def test_who_takes_it_reads_what_was_said_before(site: Site, sari: Visitor) -> None:
    handoff = site.desk.called()
    page = _page(handoff.id)
    taken = sari.send(page, f"{page}/ambil")
    assert (taken.status_code, taken.headers["location"]) == (303, f"{page}?selesai=ambil")
    shown = words_of(sari.get(taken.headers["location"]))
    assert CRY in shown
    assert "bot: " + CRY in shown
    assert site.desk.now(handoff).staff_id == site.desk.sari.staff_id


def test_of_two_who_take_it_the_second_is_told_who_was_faster(
    site: Site, sari: Visitor, budi: Visitor
) -> None:
    page = _page(site.desk.called().id)
    token = budi.csrf(page)
    sari.send(page, f"{page}/ambil")
    late = budi.post(f"{page}/ambil", {"csrf": token})
    assert late.status_code == 409
    assert "Sari lebih dulu mengambil percakapan ini." in words_of(late)


def test_an_answer_reaches_the_person_with_the_word_petugas(site: Site, sari: Visitor) -> None:
    handoff = site.desk.taken()
    page = _page(handoff.id)
    answer = sari.send(page, f"{page}/tulis", teks="Kamu di mana sekarang?")
    assert answer.status_code == 303
    assert site.desk.said(handoff)[-1] == "Petugas: Kamu di mana sekarang?"
    assert "Kamu di mana sekarang?" in words_of(sari.get(page))


def test_an_answer_that_a_browser_sends_twice_goes_out_once(site: Site, sari: Visitor) -> None:
    handoff = site.desk.taken()
    page = _page(handoff.id)
    shown = sari.get(page).text
    fields = {
        name: re.findall(f'name="{name}" value="([^"]+)"', shown)[0] for name in ("csrf", "sekali")
    }
    for _ in range(2):
        assert sari.post(f"{page}/tulis", {**fields, "teks": "Halo"}).status_code == 303
    assert site.desk.said(handoff).count("Petugas: Halo") == 1
    assert [text for author, text in site.desk.read(handoff) if author == "staff"] == ["Halo"]
    # The next one is another message, though it says the same.
    sari.send(page, f"{page}/tulis", teks="Halo", sekali="lain")
    assert site.desk.said(handoff).count("Petugas: Halo") == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"teks": "  "}, "Tulis dulu isinya."),
        ({"teks": "a" * 2001}, "Paling banyak 2000 huruf."),
    ],
)
def test_what_cannot_be_sent_is_said_and_stays_in_the_box(
    site: Site, sari: Visitor, fields: dict[str, str], said: str
) -> None:
    handoff = site.desk.taken()
    page = _page(handoff.id)
    refused = sari.send(page, f"{page}/tulis", **fields)
    assert refused.status_code == 409
    assert said in words_of(refused)
    assert fields["teks"] in refused.text
    assert not any(text.startswith("Petugas") for text in site.desk.said(handoff))


def test_who_lost_the_lease_keeps_the_words_and_is_told(
    site: Site, sari: Visitor, budi: Visitor
) -> None:
    handoff = site.desk.taken(site.desk.budi)
    page = _page(handoff.id)
    refused = sari.post(f"{page}/tulis", {"csrf": sari.csrf(page), "teks": "Tunggu, saya datang."})
    assert refused.status_code == 409
    assert "Kamu tidak memegang percakapan ini lagi" in words_of(refused)
    assert "Tunggu, saya datang." in refused.text


def test_who_asked_not_to_be_answered_is_written_to_only_on_purpose(
    site: Site, sari: Visitor
) -> None:
    handoff = site.desk.taken()
    page = _page(handoff.id)
    site.desk.hush(handoff)
    refused = sari.send(page, f"{page}/tulis", teks="Halo?")
    assert "minta jangan dibalas" in words_of(refused)
    assert sari.send(page, f"{page}/tulis", teks="Halo?", tetap="1").status_code == 303
    assert site.desk.said(handoff)[-1] == "Petugas: Halo?"


def test_a_note_is_read_by_staff_and_never_sent(site: Site, sari: Visitor, budi: Visitor) -> None:
    handoff = site.desk.taken()
    page = _page(handoff.id)
    before = site.desk.said(handoff)
    sari.send(page, f"{page}/catatan", teks="Kunci dipegang mandor.")
    assert "Kunci dipegang mandor." in words_of(budi.get(page))
    assert site.desk.said(handoff) == before


def test_a_conversation_goes_to_the_colleague_who_takes_the_offer(
    site: Site, sari: Visitor, budi: Visitor
) -> None:
    handoff = site.desk.taken()
    page = _page(handoff.id)
    offered = sari.send(page, f"{page}/tawarkan", nama="Budi")
    assert "Ditawarkan ke Budi" in words_of(sari.get(offered.headers["location"]))
    assert site.desk.now(handoff).staff_id == site.desk.sari.staff_id
    budi.send(page, f"{page}/ambil")
    assert site.desk.now(handoff).staff_id == site.desk.budi.staff_id


def test_the_level_is_set_by_its_holder(site: Site, sari: Visitor) -> None:
    handoff = site.desk.taken()
    page = _page(handoff.id)
    sari.send(page, f"{page}/tingkat", tingkat="tinggi")
    assert site.desk.now(handoff).level == "tinggi"
    refused = sari.send(page, f"{page}/tingkat", tingkat="gawat")
    assert "Pilih salah satu tingkat." in words_of(refused)


def test_handing_back_wants_a_note_and_lets_the_assistant_answer(site: Site, sari: Visitor) -> None:
    handoff = site.desk.taken()
    page = _page(handoff.id)
    assert sari.send(page, f"{page}/kembalikan", teks="").status_code == 409
    sari.send(page, f"{page}/kembalikan", teks="Polisi sudah menjemput.")
    shown = words_of(sari.get(page))
    assert "Percakapan ini sudah dikembalikan ke mesin." in shown
    assert "Polisi sudah menjemput." in shown
    site.desk.hears("terima kasih")
    assert site.desk.said(handoff)[-1] == "bot: terima kasih"


def test_who_types_keeps_the_lease(site: Site, sari: Visitor) -> None:
    handoff = site.desk.taken()
    site.desk.later(handoff, 200)
    page = _page(handoff.id)
    left = site.desk.now(handoff).held_until
    assert sari.send(page, f"{page}/tetap").status_code == 204
    assert (site.desk.now(handoff).held_until or 0) > (left or 0)


def test_a_colleague_who_types_takes_no_lease(site: Site, budi: Visitor) -> None:
    page = _page(site.desk.taken().id)
    assert budi.send(page, f"{page}/tetap").status_code == 409


def test_a_page_that_shows_the_same_already_is_not_sent_again(site: Site, sari: Visitor) -> None:
    handoff = site.desk.taken()
    path = f"{_page(handoff.id)}/isi"
    first = sari.get(path)
    assert sari.get(path, **{"if-none-match": first.headers["etag"]}).status_code == 304
    site.desk.hears("masih di sini")
    assert "masih di sini" in sari.get(path, **{"if-none-match": first.headers["etag"]}).text


def test_the_part_that_renews_itself_asks_for_no_more_than_it_shows(
    site: Site, sari: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    handoff = site.desk.taken()
    asked: list[str] = []
    for module, name in (
        (standing, "read"), (showing, "colleagues"), (showing, "delivery_states"),
        (replies, "replies"),
    ):  # fmt: skip
        _note_calls(monkeypatch, module, name, asked)
    assert sari.get(f"{_page(handoff.id)}/isi").status_code == 200
    assert asked == ["read"]
    asked.clear()
    sari.get(_page(handoff.id))
    assert set(asked) == {"read", "colleagues", "delivery_states", "replies"}


def _note_calls(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, into: list[str]
) -> None:
    real = getattr(module, name)

    def noted(*arguments: Any) -> Any:
        into.append(name)
        return real(*arguments)

    monkeypatch.setattr(module, name, noted)


@pytest.mark.parametrize("which", ["x" * 22, "tidak-ada", "..%2f..%2fetc"])
def test_a_conversation_that_is_none_is_not_found(sari: Visitor, which: str) -> None:
    answer = sari.get(_page(which))
    assert answer.status_code == 404
    assert "Tidak ditemukan" in words_of(answer)


PLANTED = '<script>alert("x")</script><img src=x onerror=alert(1)>{{ 7*7 }}'


def test_no_word_of_a_person_becomes_part_of_the_page(
    site: Site, sari: Visitor, budi: Visitor
) -> None:
    whose = site.desk.hears("petugas")
    handoff = site.desk.queue()[0]
    assert handoff.conversation_id == whose
    site.desk.officers.take(site.desk.sari, handoff.id)
    site.desk.hears(PLANTED)
    page = _page(handoff.id)
    sari.send(page, f"{page}/tulis", teks=PLANTED)
    sari.send(page, f"{page}/catatan", teks=PLANTED)
    for shown in (sari.get(page), budi.get(page), sari.get(f"{page}/isi")):
        assert "<script>alert" not in shown.text
        assert "<img src=x" not in shown.text
        assert shown.text.count("&lt;script&gt;") >= 3


def test_a_canned_reply_is_put_into_the_box_and_not_sent(site: Site, sari: Visitor) -> None:
    handoff = site.desk.taken()
    page = _page(handoff.id)
    before = site.desk.said(handoff)
    shown = sari.send(page, f"{page}/balasan", balasan="salam")
    assert shown.status_code == 200
    assert "Halo, saya Sari, petugas, bukan mesin." in shown.text
    assert site.desk.said(handoff) == before


@pytest.mark.parametrize(
    ("reply", "fields"),
    [("tidak_ada", {}), ("sebentar", {}), ("sebentar", {"kabar": "x" * 200})],
)
def test_a_canned_reply_that_is_not_filled_in_rightly_is_not_used(
    site: Site, sari: Visitor, reply: str, fields: dict[str, str]
) -> None:
    page = _page(site.desk.taken().id)
    refused = sari.send(page, f"{page}/balasan", balasan=reply, **fields)
    assert refused.status_code == 409


def test_every_canned_reply_can_be_filled_in_at_the_desk(site: Site, sari: Visitor) -> None:
    page = _page(site.desk.taken().id)
    kinds = {
        replies.NAME: "Budi", replies.TIME: "14:00", replies.CONTACT: "polisi",
        replies.TEXT: "menelepon polsek",
    }  # fmt: skip
    missions = [one for one, found in facts.contacts().items() if found.country]
    kinds[replies.MISSION] = missions[0]
    for reply in replies.replies().values():
        fields = {field.name: kinds[field.kind] for field in reply.fields}
        shown = sari.send(page, f"{page}/balasan", balasan=reply.id, **fields)
        assert shown.status_code == 200, reply.id
