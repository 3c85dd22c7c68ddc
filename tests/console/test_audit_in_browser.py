"""The trail on a small telephone, by keyboard, and without a script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from bot.privacy.signing_in import sessions
from console.visit import COOKIE
from tests.channels.web.browser import check_with_axe, chromium, watched
from tests.console.visitor import Site

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LIVE_MS = 10_000
SMALL = {"width": 360, "height": 640}


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page(site: Site, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Sari's telephone at the trail, in which there is something."""
    site.desk.taken()
    with site.desk.database.write() as connection:
        token = sessions.begin(connection, site.desk.sari, sessions.OPEN)
    with chromium() as browser, watched(browser, LIVE_MS) as contexts:
        context = contexts.context(viewport=SMALL, java_script_enabled=request.param)
        context.add_cookies([{"name": COOKIE, "value": token, "url": f"{site.url}/meja"}])
        opened = context.new_page()
        opened.goto(f"{site.url}/meja/jejak")
        yield opened


def _is_as_wide_as_the_screen(page: Page) -> bool:
    box = page.locator("main").bounding_box()
    wide = [one.bounding_box() for one in page.locator("main *:visible, .nav a:visible").all()]
    assert box is not None
    return all(one["x"] + one["width"] <= SMALL["width"] + 0.5 for one in wide if one is not None)


def test_it_fits_on_360_pixels_broken_or_not(site: Site, page: Page) -> None:
    assert _is_as_wide_as_the_screen(page)
    with site.desk.database.claim() as connection:
        connection.execute(text("UPDATE audit SET count = 7 WHERE seq = 3"))
    for one in site.pages.entrances:
        if one.path == "/jejak":
            one.handler.__self__._checked = None  # type: ignore[attr-defined]
    page.reload()
    expect(page.get_by_role("heading", name="Jejak ini rusak")).to_be_visible()
    assert _is_as_wide_as_the_screen(page)


def test_it_is_picked_by_keyboard_alone(page: Page) -> None:
    page.get_by_label("Perbuatan").focus()
    page.keyboard.type("Percakapan diambil")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Tampilkan")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 catatan")).to_be_visible()
    expect(page.get_by_text("mengambil percakapan")).to_be_visible()
    assert "perbuatan=conversation_taken" in page.url


@pytest.mark.parametrize("page", [True], indirect=True)
def test_whoever_cannot_see_it_hears_it_in_order(page: Page) -> None:
    check_with_axe(page, "the trail on a telephone")
