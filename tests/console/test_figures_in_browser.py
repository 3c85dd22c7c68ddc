"""The page of figures on a telephone and a laptop, by day and by night, by keyboard, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.privacy.signing_in import sessions
from console.visit import COOKIE
from tests.bot.figures.years import Years
from tests.channels.web.browser import check_with_axe, chromium, watched
from tests.console.quarter import SUMMER, live_through
from tests.console.visitor import Site

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "is_mobile": True}
PATHS = (f"?triwulan={SUMMER}", "?triwulan=2026-4")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def opened(browser: Browser, site: Site) -> Iterator[Any]:
    """Opens the page as an admin after a summer of work."""
    live_through(Years(site.desk.database))
    with site.desk.database.write() as connection:
        token = sessions.begin(connection, site.desk.sari, sessions.OPEN)

    with watched(browser, 10_000) as contexts:

        def open_page(path: str = PATHS[0], **options: Any) -> Page:
            context = contexts.context(**options)
            context.add_cookies([{"name": COOKIE, "value": token, "url": f"{site.url}/meja"}])
            page = context.new_page()
            page.goto(f"{site.url}/meja/angka{path}")
            return page

        yield open_page


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["360", "1280"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_sound_and_fits(opened: Any, size: dict[str, Any], scheme: str) -> None:
    for path in PATHS:
        page = opened(path, **size, color_scheme=scheme)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        check_with_axe(page, f"{path} {scheme}")
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_bar_is_as_long_as_its_number_is_large(opened: Any) -> None:
    page = opened(**LAPTOP)
    rows = page.locator(".figure:has(#tabel-laporan-kecamatan) tbody tr")
    widths = {}
    for row in rows.all():
        bars = row.locator(".bar-value")
        box = bars.bounding_box() if bars.count() else None
        widths[row.locator("td").last.inner_text()] = box["width"] if box else 0
    assert widths["15"] > widths["11"] > widths["7"] > widths["ditutup"] == 0
    assert widths["11"] == pytest.approx(widths["15"] * 11 / 15, abs=1)


def test_another_quarter_is_chosen_by_keyboard_alone(opened: Any) -> None:
    page = opened(**LAPTOP)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.id") == "quarter":
            break
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Triwulan ini belum selesai")).to_be_visible()


def test_on_paper_there_is_the_report_and_nothing_of_the_desk(opened: Any, tmp_path: Path) -> None:
    page = opened(**LAPTOP, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    for gone in (".head", ".figures-choose", ".figure-head a"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.locator("#tabel-kuis")).to_be_visible()
    colours = page.evaluate(
        """() => ["body", ".first-value", ".figure th"].map((name) => {
            const style = getComputedStyle(document.querySelector(name));
            return [style.color, style.backgroundColor];
        })"""
    )
    assert colours[0][1] == "rgb(255, 255, 255)"
    assert all(colour in ("rgb(0, 0, 0)", "rgb(68, 68, 68)") for colour, _ in colours)
    sheet = page.pdf(format="A4", prefer_css_page_size=True)
    assert 1 <= sheet.count(b"/Type /Page\n") + sheet.count(b"/Type /Page ") <= 6


def test_a_table_is_taken_along_as_a_file(opened: Any) -> None:
    page = opened(**LAPTOP)
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh CSV Laporan menurut jenis").click()
    assert download.value.suggested_filename == f"suluh-{SUMMER}-laporan-jenis.csv"
