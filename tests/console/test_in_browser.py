"""What only a real browser shows: many tabs, a session that ends, a button pressed twice."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.privacy.signing_in import sessions
from bot.privacy.unlocked import Unlocked
from bot.storage.database import Database
from console import queue, signing_in
from console.visit import COOKIE
from tests.bot.conversation.takeover.desk import CRY, PASSWORD
from tests.channels.web.browser import chromium, watched
from tests.console.visitor import Site

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LIVE_MS = 10_000
# A browser opens six connections to a server, and no more.
TABS = 8


@pytest.fixture
def context() -> Iterator[BrowserContext]:
    with chromium() as browser, watched(browser, LIVE_MS) as contexts:
        yield contexts.context()


def _opened(context: BrowserContext, site: Site, member: Unlocked) -> Page:
    with site.desk.database.write() as connection:
        token = sessions.begin(connection, member, sessions.OPEN)
    context.add_cookies([{"name": COOKIE, "value": token, "url": f"{site.url}/meja"}])
    page = context.new_page()
    page.goto(f"{site.url}/meja/")
    return page


def test_many_tabs_of_one_browser_are_all_told_and_all_work(
    site: Site, context: BrowserContext
) -> None:
    first = _opened(context, site, site.desk.sari)
    tabs = [first]
    for _ in range(TABS - 1):
        tabs.append(context.new_page())
        tabs[-1].goto(f"{site.url}/meja/")
    handoff = site.desk.called()
    for tab in tabs:
        expect(tab.locator(f"#row-{handoff.id}")).to_be_visible()
    # The tab that listened is closed: another one listens.
    tabs.pop().close()
    other = site.desk.called(person="0812-0000-0002")
    for tab in tabs:
        expect(tab.locator(f"#row-{other.id}")).to_be_visible()
    tabs[0].get_by_role("link", name="Laporan").click()
    expect(tabs[0].get_by_role("heading", name="Laporan", exact=True)).to_be_visible()


def test_more_of_a_long_queue_is_reached_by_keyboard_and_stays_alive(
    site: Site, context: BrowserContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "STEP", 2)
    waiting = [site.desk.called(person=f"0812-0000-{number:04}") for number in range(1, 4)]
    page = _opened(context, site, site.desk.sari)
    expect(page.locator(".row")).to_have_count(2)
    _press_until(page, "more-link-waiting")
    page.keyboard.press("Enter")
    expect(page.locator(".row")).to_have_count(3)
    # One goes on where one was, not at the top of the page.
    _press_until(page, f"take-{waiting[2].id}", most=4)
    more = [site.desk.called(person=f"0812-0000-{number:04}") for number in range(4, 6)]
    expect(page.locator(f"#row-{more[0].id}")).to_be_visible()
    expect(page.locator("#more-waiting")).to_contain_text("Tampil 4 dari 5")
    assert page.evaluate("document.activeElement.id") == f"take-{waiting[2].id}"


def _press_until(page: Page, wanted: str, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.id") == wanted:
            return
    raise AssertionError(f"{wanted} is not reached by keyboard")


def test_who_is_signed_out_while_watching_sees_it_in_the_name_of_the_tab(
    site: Site, context: BrowserContext
) -> None:
    page = _opened(context, site, site.desk.budi)
    with site.desk.database.write() as connection:
        sessions.end_all(connection, site.desk.budi.staff_id)
    site.desk.hears(CRY)
    expect(page.locator("#link-state")).to_contain_text("Kamu sudah keluar")
    assert page.title().startswith("Sudah keluar")


def test_a_button_that_is_pressed_twice_sends_its_form_once(
    site: Site, context: BrowserContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def slowly(_database: Database, name: str, _password: str) -> Unlocked:
        asked.append(name)
        time.sleep(0.5)
        return site.desk.sari

    monkeypatch.setattr(signing_in, "unlock", slowly)
    page = context.new_page()
    page.goto(f"{site.url}/meja/masuk")
    page.get_by_label("Nama").fill("Sari")
    page.locator("#password").fill(PASSWORD)
    press = "const button = document.querySelector('.card .wide'); button.click();"
    page.evaluate(f"() => {{ {press} setTimeout(() => button.click(), 100); }}")
    expect(page.get_by_role("heading", name="Pasang kunci kedua")).to_be_visible()
    assert asked == ["Sari"]
