"""What only a real browser shows: many tabs, a session that ends, a button pressed twice."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from bot.privacy.signing_in import sessions
from bot.privacy.unlocked import Unlocked
from bot.storage.database import Database
from console import signing_in
from console.visit import COOKIE
from tests.bot.conversation.takeover.desk import CRY, PASSWORD
from tests.channels.web.browser import CHROMIUM_FLAGS, NO_CHROMIUM, find_chromium
from tests.console.visitor import Site

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LIVE_MS = 10_000
# A browser opens six connections to a server, and no more.
TABS = 8


@pytest.fixture
def context() -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            pytest.fail(NO_CHROMIUM, pytrace=False)
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        context = browser.new_context(locale="id-ID")
        context.set_default_timeout(LIVE_MS)
        yield context
        browser.close()


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
