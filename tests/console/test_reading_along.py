"""What a worker made of the person's words, on the page of the officer who holds it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.conversation.takeover.handoffs import Handoff
from bot.conversation.takeover.reader import Reader
from bot.privacy.signing_in import sessions
from console.visit import COOKIE
from tests.bot.conversation.takeover.desk import CRY
from tests.bot.conversation.takeover.shelf import Shelf
from tests.channels.web.browser import chromium, watched
from tests.console.visitor import Site, Visitor, words_of

# What differs between the databases is tested where it is done; here it would take time only.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LIVE_MS = 10_000
ASKED, OTHER = "biayanya berapa", "paspornya ditahan"
ANSWER = 'Biaya resmi "tertulis" di kontrak.\n\nJangan bayar lebih dulu.'


def _page(handoff: Handoff) -> str:
    return f"/meja/percakapan/{handoff.id}"


@pytest.fixture
def shelf() -> Shelf:
    chances = {ASKED: [("biaya", 0.9)], OTHER: [("paspor", 0.9)]}
    return Shelf(chances, words=["dikunci", "sekarang"], says=ANSWER)


def _read(site: Site, shelf: Shelf) -> None:
    reader = Reader(site.desk.vault, shelf)
    while reader.read_one():
        pass


def test_a_cry_for_help_says_by_which_words_it_is_one(
    site: Site, sari: Visitor, shelf: Shelf
) -> None:
    handoff = site.desk.taken()
    assert "mengapa" not in words_of(sari.get(_page(handoff)))
    _read(site, shelf)
    for path in (_page(handoff), f"{_page(handoff)}/isi"):
        assert f"{CRY} Darurat mengapa: dikunci, sekarang" in words_of(sari.get(path))


def test_an_ordinary_line_has_no_mark(site: Site, sari: Visitor, shelf: Shelf) -> None:
    handoff = site.desk.taken()
    site.desk.hears("makasih ya kak")
    _read(site, shelf)
    shown = sari.get(f"{_page(handoff)}/isi")
    assert words_of(shown).count("mengapa:") == 1
    assert "level-biasa" not in shown.text


def test_an_open_page_is_told_that_a_line_was_read(site: Site, shelf: Shelf) -> None:
    site.desk.taken()
    site.pages.live._look()
    before = site.pages.live.state.versi
    _read(site, shelf)
    site.pages.live._look()
    assert site.pages.live.state.versi != before


def test_a_suggestion_stands_in_the_box_and_is_not_sent(
    site: Site, sari: Visitor, shelf: Shelf
) -> None:
    handoff = site.desk.taken()
    site.desk.hears(ASKED)
    _read(site, shelf)
    before = site.desk.said(handoff)
    assert "Saran dari katalog" in words_of(sari.get(_page(handoff)))
    shown = sari.send(_page(handoff), f"{_page(handoff)}/saran", topik="biaya")
    assert shown.status_code == 200
    box = re.findall(r'<textarea id="draft"[^>]*>(.*?)</textarea>', shown.text, re.DOTALL)
    assert box == [f"biaya on telegram {ANSWER}".replace('"', "&#34;")]
    assert site.desk.said(handoff) == before


def test_a_suggestion_to_what_is_no_longer_the_newest_line_is_refused(
    site: Site, sari: Visitor, shelf: Shelf
) -> None:
    handoff = site.desk.taken()
    site.desk.hears(ASKED)
    _read(site, shelf)
    site.desk.officers.say(site.desk.sari, handoff.id, "Ada di kontrak.")
    site.desk.hears(OTHER)
    _read(site, shelf)
    late = sari.send(_page(handoff), f"{_page(handoff)}/saran", topik="biaya")
    assert late.status_code == 409
    assert "Saran itu sudah diganti" in words_of(late)


def test_who_only_looks_on_is_offered_no_suggestion(
    site: Site, budi: Visitor, shelf: Shelf
) -> None:
    handoff = site.desk.taken(site.desk.sari)
    site.desk.hears(ASKED)
    _read(site, shelf)
    assert "Saran dari katalog" not in words_of(budi.get(_page(handoff)))


def test_nor_who_may_not_write_to_the_person(site: Site, sari: Visitor, shelf: Shelf) -> None:
    handoff = site.desk.taken()
    site.desk.hears(ASKED)
    site.desk.hears("stop")
    _read(site, shelf)
    assert "STOP" in words_of(sari.get(_page(handoff)))
    assert "Saran dari katalog" not in words_of(sari.get(_page(handoff)))


def test_no_word_of_a_reading_becomes_part_of_the_page(site: Site, sari: Visitor) -> None:
    planted = '<script>alert("x")</script>'
    handoff = site.desk.taken()
    site.desk.hears(planted)
    _read(site, Shelf({planted: [("a", 0.9)]}, words=[planted], says=planted))
    shown = sari.get(_page(handoff)).text
    assert "<script>alert" not in shown
    assert shown.count("&lt;script&gt;") >= 3


@pytest.fixture
def context() -> Iterator[BrowserContext]:
    with chromium() as browser, watched(browser, LIVE_MS) as contexts:
        yield contexts.context()


def _opened(context: BrowserContext, site: Site, handoff: Handoff) -> Page:
    with site.desk.database.write() as connection:
        token = sessions.begin(connection, site.desk.sari, sessions.OPEN)
    context.add_cookies([{"name": COOKIE, "value": token, "url": f"{site.url}/meja"}])
    page = context.new_page()
    page.goto(f"{site.url}{_page(handoff)}")
    return page


def test_one_tap_puts_a_suggestion_behind_what_is_written_and_sends_nothing(
    site: Site, context: BrowserContext, shelf: Shelf
) -> None:
    handoff = site.desk.taken()
    page = _opened(context, site, handoff)
    before = site.desk.said(handoff)
    # It comes while the page is open.
    site.desk.hears(ASKED)
    _read(site, shelf)
    pick = page.get_by_role("button", name="BIAYA", exact=True)
    expect(pick).to_be_visible()
    draft = page.locator("#draft")
    pick.click()
    expect(draft).to_have_value(f"biaya on telegram {ANSWER}")
    expect(draft).to_be_focused()
    draft.fill("Halo Bu. ")
    pick.focus()
    page.keyboard.press("Enter")
    expect(draft).to_have_value(f"Halo Bu.\n\nbiaya on telegram {ANSWER}")
    assert page.url.endswith(handoff.id)
    assert site.desk.said(handoff) == before


def test_other_suggestions_come_with_the_next_line_and_the_draft_stays(
    site: Site, context: BrowserContext, shelf: Shelf
) -> None:
    handoff = site.desk.taken()
    site.desk.hears(ASKED)
    _read(site, shelf)
    page = _opened(context, site, handoff)
    page.locator("#draft").fill("Sebentar")
    site.desk.officers.say(site.desk.sari, handoff.id, "Ada di kontrak.")
    site.desk.hears(OTHER)
    _read(site, shelf)
    expect(page.get_by_role("button", name="PASPOR", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="BIAYA", exact=True)).to_have_count(0)
    expect(page.locator("#draft")).to_have_value("Sebentar")
