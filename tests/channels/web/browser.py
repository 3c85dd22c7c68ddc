"""A browser, and what a person sees and does in the web chat."""

from __future__ import annotations

import io
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Request,
    sync_playwright,
)

CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
NO_CHROMIUM = (
    "No Chromium was found for the browser tests: install `chromium`, or name one in "
    "SULUH_CHROMIUM."
)
# Where Tutup cepat leads.
HARMLESS = re.compile(r"^https://www\.google\.com/")

# What is too small to hit with a thumb; links within a sentence are exempt (WCAG 2.5.8).
SMALL_TARGETS = """() => [...document.querySelectorAll("button, textarea, .numbers a")]
    .filter((element) => element.checkVisibility())
    .map((element) => [element.textContent.trim() || element.id, element.getBoundingClientRect()])
    .filter(([, box]) => box.width < 44 || box.height < 44)
    .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)"""


class Watched:
    """Opens browsers of their own, and notes what no page may do: break one of its rules."""

    def __init__(self, browser: Browser, timeout_ms: int) -> None:
        self._browser = browser
        self._timeout_ms = timeout_ms
        self._contexts: list[BrowserContext] = []
        self._problems: list[str] = []

    def context(self, **options: Any) -> BrowserContext:
        """Of somebody in Bengkulu; `options` are those of Playwright."""
        context = self._browser.new_context(locale="id-ID", timezone_id="Asia/Jakarta", **options)
        self._contexts.append(context)
        context.set_default_timeout(self._timeout_ms)
        context.on("weberror", lambda error: self._problems.append(str(error.error)))
        context.on("console", self._note)
        return context

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def check(self) -> None:
        """No page had an error, or asked for what its headers forbid."""
        assert self._problems == []

    def _note(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self._problems.append(message.text)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The installed browser; the test fails where there is none."""
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            pytest.fail(NO_CHROMIUM, pytrace=False)
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def watched(browser: Browser, timeout_ms: int) -> Iterator[Watched]:
    """Browsers for one test, closed after it; what their pages did is checked at its end."""
    contexts = Watched(browser, timeout_ms)
    try:
        yield contexts
    finally:
        contexts.close()
    contexts.check()


def say(page: Page, text: str) -> None:
    page.locator("#draft").fill(text)
    page.get_by_role("button", name="Kirim", exact=True).click()


def own(page: Page) -> Locator:
    return page.locator("#log .own")


def replies(page: Page) -> Locator:
    return page.locator("#log .reply")


def bubbles(page: Page) -> list[str]:
    """Everything that is shown, without the words for screen readers."""
    return [_without_speaker(text) for text in page.locator("#log .bubble").all_text_contents()]


def own_texts(page: Page) -> list[str]:
    shown = page.locator("#log .own .bubble").all_text_contents()
    return [_without_speaker(text) for text in shown]


def kept(page: Page) -> list[str]:
    """Everything that the server has of the conversation."""
    answer = page.context.request.get(page.url.rstrip("/") + "/pesan").json()
    return [entry["teks"] for entry in answer["percakapan"]]


def assert_shown_is_kept(page: Page) -> None:
    """The page shows each thing that the server has, each once."""
    assert sorted(bubbles(page)) == sorted(kept(page))


def wait_until_quiet(page: Page) -> None:
    """Waits until as much is shown as the server has, and nothing more comes."""
    wait_for(lambda: len(bubbles(page)) == len(kept(page)) and kept(page)[-1] in bubbles(page))
    page.wait_for_timeout(1500)


def wait_for(is_true: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def press_until_focused(page: Page, key: str, target: Locator) -> None:
    for _ in range(30):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError("the keyboard does not get there")


def is_in_sight(element: Locator) -> bool:
    """Whether the middle of the element is on the screen and nothing lies over it."""
    return bool(
        element.evaluate(
            """(element) => {
                const box = element.getBoundingClientRect();
                const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
                return box.left >= 0 && box.right <= innerWidth && box.top >= 0
                    && box.bottom <= innerHeight
                    && element.contains(document.elementFromPoint(x, y));
            }"""
        )
    )


def check_with_axe(page: Page, moment: str) -> None:
    result = Axe().run(page)
    assert result.violations_count == 0, f"{moment}: {result.generate_report()}"


def hold_navigation(page: Page) -> None:
    """The next page never comes: what is left of this one stays on the screen."""
    page.route(HARMLESS, lambda route: route.fulfill(status=204))


def _without_speaker(text: str) -> str:
    return re.sub(r"^(Kamu|Suluh): ", "", text)


def size(request: Request) -> int:
    response = request.response()
    return len(response.body()) if response else 0


def compressed(png: bytes) -> bytes:
    from PIL import Image

    smaller = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB").quantize(256)
    image.save(smaller, "PNG", optimize=True)
    return smaller.getvalue()


def find_chromium(playwright: Playwright) -> str | None:
    named = os.environ.get("SULUH_CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    installed = [named, *map(shutil.which, names), playwright.chromium.executable_path]
    return next((path for path in installed if path and Path(path).exists()), None)
