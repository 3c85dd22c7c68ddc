"""What the web chat promises, kept by a real browser against the real processes."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    Dialog,
    Page,
    Request,
    Route,
    expect,
)

from bot.settings import PROJECT_ROOT
from tests.channels.web.browser import (
    HARMLESS,
    SMALL_TARGETS,
    assert_shown_is_kept,
    bubbles,
    check_with_axe,
    chromium,
    compressed,
    hold_navigation,
    is_in_sight,
    kept,
    own,
    own_texts,
    press_until_focused,
    replies,
    say,
    size,
    wait_for,
    wait_until_quiet,
    watched,
)
from tests.processes import Product

ANSWER_MS = 20_000
# A message that met a dead server waits up to its next attempt.
RECOVERY_MS = 45_000
PICTURE = PROJECT_ROOT / "docs" / "images" / "webchat.png"
QUESTION = "paspor saya ditahan majikan, harus bagaimana?"
OTHER_QUESTION = "apa tanda lowongan kerja palsu?"
IN_DANGER = "saya dikurung di tempat kerja, tidak boleh keluar"

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 640},
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def product(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("home"), model_dir) as running:
        yield running


@pytest.fixture(scope="module")
def address(product: Product) -> str:
    return f"{product.url}/"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_chat(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Opens the chat as a new visitor; the page must stay free of errors and refused content."""
    with watched(browser, ANSWER_MS) as contexts:

        def open_page(**options: Any) -> Page:
            context = contexts.context(**options)
            context.route(HARMLESS, lambda route: route.fulfill(body="<title>elsewhere</title>"))
            page = context.new_page()
            page.goto(address)
            return page

        yield open_page


def test_the_answer_appears_without_reloading(open_chat: OpenPage) -> None:
    page = open_chat(**DESKTOP)
    loads: list[Request] = []
    page.on("request", lambda it: loads.append(it) if it.is_navigation_request() else None)
    say(page, QUESTION)
    answer = replies(page).first
    expect(answer).to_contain_text("paspor")
    expect(own(page).first).to_contain_text("terkirim")
    expect(page.locator("#typing")).to_be_empty()
    assert "\n" in answer.locator(".bubble").inner_text(), "line breaks of the answer are kept"
    assert loads == []


def test_greeting_and_examples_set_no_cookie(open_chat: OpenPage) -> None:
    page = open_chat(**PHONE)
    expect(page.get_by_role("heading", name="Halo, ini Suluh.")).to_be_visible()
    assert page.locator("#examples button").count() in (3, 4)
    assert page.context.cookies() == []
    page.locator("#examples button").first.tap()
    expect(replies(page).first).to_be_visible()
    expect(page.locator("#examples")).to_be_hidden()
    assert [cookie["name"] for cookie in page.context.cookies()] == ["suluh"]


def test_choices_stand_under_the_latest_reply_only(open_chat: OpenPage) -> None:
    page = open_chat(**DESKTOP)
    say(page, "menu")
    expect(page.locator(".choices button").first).to_be_visible()
    title = page.locator(".choices button").first.inner_text()
    sent: list[Any] = []
    page.on("request", lambda it: sent.append(it.post_data_json) if it.method == "POST" else None)
    page.locator(".choices button").first.click()
    expect(own(page).last).to_contain_text(title)
    expect(replies(page)).to_have_count(2)
    assert sent[0]["payload"].startswith("/")
    assert sent[0]["seen"] > 0
    assert replies(page).first.locator("button").count() == 0
    assert replies(page).last.locator("button").count() > 0


def test_numbers_stay_in_sight_on_a_small_phone(open_chat: OpenPage) -> None:
    page = open_chat(**PHONE)
    say(page, QUESTION)
    expect(replies(page)).to_have_count(1)
    say(page, OTHER_QUESTION)
    expect(replies(page)).to_have_count(2)
    for height in (640, 300):  # 300: what a keyboard leaves
        page.set_viewport_size({"width": 360, "height": height})
        for position in ("0", "element.scrollHeight"):
            page.locator("#scroll").evaluate(f"element => element.scrollTop = {position}")
            for number in ("110", "129", "08001000"):
                assert is_in_sight(page.locator(f'.numbers a[href="tel:{number}"]')), number
            assert is_in_sight(page.locator("#leave"))
            assert is_in_sight(page.locator("#draft"))
        assert page.locator("#scroll").bounding_box()["height"] >= 100  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_touch_targets_are_large_enough(open_chat: OpenPage) -> None:
    page = open_chat(**PHONE)
    page.locator("#examples button").first.wait_for()
    small = page.evaluate(SMALL_TARGETS)
    say(page, QUESTION)
    page.locator(".choices button").first.wait_for()
    page.locator("#delete").tap()
    assert small + page.evaluate(SMALL_TARGETS) == []


def test_everything_can_be_done_with_the_keyboard_alone(open_chat: OpenPage) -> None:
    page = open_chat(**DESKTOP)
    page.locator("#composer").wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke kotak tulisan")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#draft")).to_be_focused()
    page.keyboard.type("menu")
    page.keyboard.press("Enter")
    expect(page.locator(".choices button").first).to_be_visible()

    press_until_focused(page, "Shift+Tab", page.locator(".choices button").last)
    page.keyboard.press("Enter")
    expect(replies(page)).to_have_count(2)
    expect(page.locator("#draft")).to_be_focused()

    press_until_focused(page, "Shift+Tab", page.locator("#delete"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Hapus percakapan ini?")).to_be_visible()
    expect(page.locator("#delete-no")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#delete-dialog")).to_be_hidden()
    expect(page.locator("#delete")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_contain_text("dihapus")
    expect(page.locator("#draft")).to_be_focused()

    page.wait_for_timeout(1100)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url(HARMLESS)


def test_enter_sends_on_desktop_and_makes_a_line_on_a_phone(open_chat: OpenPage) -> None:
    desktop = open_chat(**DESKTOP)
    desktop.locator("#draft").focus()
    desktop.keyboard.type("satu")
    desktop.keyboard.press("Shift+Enter")
    desktop.keyboard.type("dua")
    desktop.keyboard.press("Enter")
    expect(own(desktop).locator(".bubble")).to_have_text("Kamu: satu\ndua", use_inner_text=True)

    phone = open_chat(**PHONE)
    phone.locator("#draft").tap()
    phone.keyboard.type("satu")
    phone.keyboard.press("Enter")
    phone.keyboard.type("dua")
    expect(phone.locator("#draft")).to_have_value("satu\ndua")
    assert own(phone).count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360px", "1280px"])
def test_axe_finds_no_violations(open_chat: OpenPage, scheme: str, size: dict[str, Any]) -> None:
    page = open_chat(color_scheme=scheme, **size)
    page.locator("#composer").wait_for()
    check_with_axe(page, "greeting")
    say(page, QUESTION)
    page.locator(".choices button").first.wait_for()
    check_with_axe(page, "conversation")
    page.locator("#delete").click()
    check_with_axe(page, "dialog")
    page.locator("#delete-yes").click()
    page.locator(".note").wait_for()
    page.context.set_offline(True)
    page.locator("#offline:not(:empty)").wait_for()
    say(page, QUESTION)
    expect(own(page)).to_contain_text("menunggu sambungan")
    check_with_axe(page, "offline")


def test_page_weighs_at_most_60_kb_and_asks_no_other_host(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: dict[str, int] = {}
    page.on("requestfinished", lambda request: asked.update({request.url: size(request)}))
    page.goto(address)
    page.locator("#composer").wait_for()
    page.wait_for_load_state("networkidle")
    icon = page.locator('link[rel="icon"]').get_attribute("href")
    assert icon
    assert any(url.endswith(icon) for url in asked)
    assert all(url.startswith(address) for url in asked), asked
    assert sum(asked.values()) <= 60_000, asked
    assert context.storage_state()["cookies"] == []
    context.close()


def test_nothing_is_lost_or_doubled_when_the_connection_breaks(open_chat: OpenPage) -> None:
    page = open_chat(**PHONE)
    say(page, "halo")
    expect(replies(page)).to_have_count(1)
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("Tidak ada internet")
    lines = ["baris pertama ini penting.", "baris kedua juga penting.", "baris ketiga terakhir."]
    for line in lines:
        say(page, line)
    expect(own(page).nth(1)).to_contain_text("menunggu sambungan, akan dikirim lagi")
    page.context.set_offline(False)
    expect(page.locator(".own .state", has_text="terkirim")).to_have_count(4, timeout=RECOVERY_MS)
    expect(page.locator("#offline")).to_be_empty()
    wait_until_quiet(page)
    assert own_texts(page) == ["halo", *lines]
    assert_shown_is_kept(page)


def test_nothing_is_lost_or_doubled_when_the_server_dies(
    open_chat: OpenPage, product: Product
) -> None:
    page = open_chat(**DESKTOP)
    say(page, "halo")
    expect(replies(page)).to_have_count(1)
    for process in product.children("web"):
        process.kill()
    say(page, QUESTION)
    say(page, OTHER_QUESTION)
    expect(page.locator(".own .state", has_text="terkirim")).to_have_count(3, timeout=RECOVERY_MS)
    expect(replies(page).nth(1)).to_be_visible(timeout=RECOVERY_MS)
    wait_until_quiet(page)
    assert own_texts(page) == ["halo", QUESTION, OTHER_QUESTION]
    assert_shown_is_kept(page)


def test_a_message_whose_receipt_was_lost_is_not_said_twice(open_chat: OpenPage) -> None:
    page = open_chat(**DESKTOP)
    say(page, "halo")
    expect(replies(page)).to_have_count(1)
    attempts: list[str] = []

    def lose_the_receipt(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        posted: Any = route.request.post_data_json
        attempts.append(posted["id"])
        if len(attempts) > 1:
            route.continue_()
            return
        route.fetch()
        route.abort()

    page.route("**/pesan", lose_the_receipt)
    say(page, QUESTION)
    expect(own(page).last).to_contain_text("terkirim")
    wait_until_quiet(page)
    assert len(attempts) == 2
    assert len(set(attempts)) == 1
    assert own_texts(page) == ["halo", QUESTION]
    assert_shown_is_kept(page)


def test_a_reply_that_comes_twice_is_shown_once(open_chat: OpenPage) -> None:
    page = open_chat(**DESKTOP)
    shown = page.evaluate(
        """async () => {
            const { Inbox } = await import("/statis/connection.js");
            const shown = [];
            const inbox = new Inbox({ received: (entry) => shown.push(entry.id) });
            for (const id of [4, 5, 4, 5, 6]) inbox.take({ id });
            return shown;
        }"""
    )
    assert shown == [4, 5, 6]


def test_a_refused_message_says_why_and_can_be_written_again(open_chat: OpenPage) -> None:
    page = open_chat(**DESKTOP)
    page.locator("#draft").evaluate("box => box.removeAttribute('maxlength')")
    say(page, "panjang " * 80_000)
    expect(own(page)).to_contain_text("tidak terkirim")
    expect(own(page)).to_contain_text("Pesannya terlalu besar")
    say(page, QUESTION)
    expect(replies(page)).to_have_count(1)
    page.get_by_role("button", name="Tulis ulang").click()
    expect(page.locator("#draft")).to_have_value(re.compile("^panjang panjang"))


def test_reload_shows_the_conversation_again(open_chat: OpenPage) -> None:
    page = open_chat(**DESKTOP)
    say(page, "menu")
    page.locator(".choices button").first.click()
    expect(replies(page)).to_have_count(2)
    shown = bubbles(page)
    page.reload()
    expect(replies(page)).to_have_count(2)
    assert bubbles(page) == shown
    expect(page.locator(".choices")).to_have_count(1)
    expect(page.locator("#examples")).to_be_hidden()
    say(page, OTHER_QUESTION)
    expect(replies(page)).to_have_count(3)
    wait_until_quiet(page)
    assert_shown_is_kept(page)


@pytest.mark.parametrize("arrived", [False, True])
def test_reload_loses_and_doubles_nothing_that_was_typed(
    open_chat: OpenPage, arrived: bool
) -> None:
    page = open_chat(**DESKTOP)
    say(page, "halo")
    expect(replies(page)).to_have_count(1)

    def break_off(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        if arrived:
            route.fetch()
        route.abort()

    page.route("**/pesan", break_off)
    say(page, QUESTION)
    expect(own(page).last).to_contain_text("menunggu sambungan")
    page.locator("#draft").fill("setengah kalimat")
    page.unroute("**/pesan")
    page.reload()
    expect(page.locator("#draft")).to_have_value("setengah kalimat")
    expect(replies(page)).to_have_count(2)
    expect(page.locator(".own .state", has_text="terkirim")).to_have_count(2)
    wait_until_quiet(page)
    assert own_texts(page) == ["halo", QUESTION]
    assert_shown_is_kept(page)
    page.locator("#draft").fill("")
    assert page.evaluate("sessionStorage.length") == 0


def test_tutup_cepat_leaves_and_empties(open_chat: OpenPage, address: str) -> None:
    page = open_chat(**PHONE)
    say(page, QUESTION)
    expect(replies(page)).to_have_count(1)
    other = page.context.new_page()
    other.goto(address)
    expect(replies(other)).to_have_count(1)
    page.locator("#draft").fill("rahasia")
    hold_navigation(page)
    page.locator("#leave").tap()
    expect(page.locator("body > *")).to_have_count(0)
    assert "rahasia" not in page.content()
    assert "paspor" not in page.content()
    assert page.evaluate("sessionStorage.length") == 0
    other.wait_for_url(HARMLESS)
    wait_for(lambda: page.context.cookies() == [])


def test_back_button_does_not_bring_the_chat_back(open_chat: OpenPage, address: str) -> None:
    page = open_chat(**PHONE)
    say(page, QUESTION)
    expect(replies(page)).to_have_count(1)
    page.locator("#leave").tap()
    page.wait_for_url(HARMLESS)
    page.go_back()
    assert not page.url.startswith(address)
    page.goto(address)
    page.locator("#composer").wait_for()
    page.wait_for_load_state("networkidle")
    assert bubbles(page) == []


def test_tutup_cepat_without_connection_is_finished_at_the_next_visit(
    open_chat: OpenPage, address: str
) -> None:
    page = open_chat(**PHONE)
    say(page, QUESTION)
    expect(replies(page)).to_have_count(1)
    page.route("**/keluar", lambda route: route.abort())
    page.locator("#leave").tap()
    page.wait_for_url(HARMLESS)
    assert page.context.cookies() != []
    page.unroute("**/keluar")
    page.goto(address)
    say(page, "halo")
    expect(replies(page)).to_have_count(1)
    assert own_texts(page) == ["halo"]
    assert_shown_is_kept(page)
    assert page.evaluate("localStorage.length") == 0


def test_escape_must_be_pressed_twice_quickly(open_chat: OpenPage, address: str) -> None:
    page = open_chat(**DESKTOP)
    expect(page.locator(".exit-hint")).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_timeout(1100)
    page.keyboard.press("Escape")
    assert page.url == address
    page.keyboard.press("Escape")
    page.wait_for_url(HARMLESS)


def test_hapus_percakapan_deletes(open_chat: OpenPage, address: str) -> None:
    page = open_chat(**PHONE)
    other = page.context.new_page()
    other.goto(address)
    say(page, QUESTION)
    expect(replies(page)).to_have_count(1)
    expect(replies(other)).to_have_count(1)
    cookie = page.context.cookies()
    natives: list[Dialog] = []
    page.on("dialog", lambda dialog: natives.append(dialog))
    page.locator("#delete").tap()
    page.locator("#delete-no").tap()
    expect(replies(page)).to_have_count(1)
    page.locator("#delete").tap()
    page.locator("#delete-yes").tap()
    expect(page.locator(".note")).to_contain_text("sudah dihapus")
    assert bubbles(page) == []
    expect(other.locator(".note")).to_contain_text("sudah dihapus")
    assert bubbles(other) == []
    assert natives == []

    page.context.add_cookies(cookie)  # type: ignore[arg-type]  # what it gave it takes
    assert kept(page) == []
    page.context.clear_cookies()
    say(page, "halo")
    expect(replies(page)).to_have_count(1)
    assert own_texts(page) == ["halo"]


def test_hapus_without_connection_says_so_and_loses_nothing(open_chat: OpenPage) -> None:
    page = open_chat(**DESKTOP)
    say(page, QUESTION)
    expect(replies(page)).to_have_count(1)
    page.route("**/hapus", lambda route: route.abort())
    page.locator("#delete").click()
    page.locator("#delete-yes").click()
    expect(page.locator("#delete-problem")).to_contain_text("Belum terhapus")
    page.unroute("**/hapus")
    page.locator("#delete-yes").click()
    expect(page.locator(".note")).to_contain_text("sudah dihapus")


def test_typed_html_is_shown_as_text(open_chat: OpenPage) -> None:
    page = open_chat(**DESKTOP)
    typed = "<img src=x onerror=\"document.title='kena'\"><b>tebal</b> &amp; paspor ditahan"
    say(page, typed)
    expect(replies(page)).to_have_count(1)
    page.reload()
    expect(replies(page)).to_have_count(1)
    assert own_texts(page) == [typed]
    assert page.locator("#log img, #log b").count() == 0
    assert page.title() == "Suluh"


def test_long_text_is_answered_with_a_word_about_it(open_chat: OpenPage) -> None:
    page = open_chat(**DESKTOP)
    draft = page.locator("#draft")
    draft.fill("a" * 8_999)
    expect(page.locator("#room")).to_be_empty()
    draft.focus()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(" paspor" * 100)
    expect(page.locator("#room")).to_contain_text("Sisa sekitar 400 huruf")
    page.keyboard.insert_text(" paspor" * 100)
    expect(page.locator("#room")).to_contain_text("Sudah penuh")
    assert len(draft.input_value()) == 10_000

    # Where a browser does not keep to it, the assistant says that it read the beginning only.
    draft.evaluate("box => box.removeAttribute('maxlength')")
    say(page, "paspor saya ditahan majikan. " * 400)
    expect(replies(page).first).to_contain_text("panjang sekali")


def test_two_tabs_show_the_same_conversation(open_chat: OpenPage, address: str) -> None:
    first = open_chat(**DESKTOP)
    second = first.context.new_page()
    second.goto(address)
    say(first, QUESTION)
    expect(replies(second)).to_have_count(1)
    say(second, OTHER_QUESTION)
    expect(replies(first)).to_have_count(2)
    expect(replies(second)).to_have_count(2)
    for page in (first, second):
        wait_until_quiet(page)
        assert own_texts(page) == [QUESTION, OTHER_QUESTION]
        assert_shown_is_kept(page)


def test_without_javascript_the_numbers_are_there(open_chat: OpenPage) -> None:
    page = open_chat(java_script_enabled=False, **PHONE)
    for number in ("110", "129", "08001000", "+622129244800"):
        assert page.locator(f'a[href="tel:{number}"]').locator("visible=true").count() > 0, number
    expect(page.locator("noscript .notice")).to_be_visible()
    expect(page.locator("noscript .notice")).to_contain_text("Kamu tetap bisa menelepon")
    expect(page.locator("#composer")).to_be_hidden()
    expect(page.locator("#leave")).to_be_hidden()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Telepon polisi 110, gratis.", ["110"]),
        ("SAPA 129 atau 08111-129-129.", ["129", "08111129129"]),
        ("Luar negeri +62 21 2924 4800, +60 17-668 8032", ["+622129244800", "+60176688032"]),
        ("KJRI: +962 7 7915 0407.", ["+962779150407"]),
        ("KP2MI 0800-1000 (bebas pulsa)", ["08001000"]),
        ("WhatsApp 0811-8080-141, Kemnaker 1500630", ["08118080141", "1500630"]),
        ("HP 081234567890", ["081234567890"]),
        ("UU 21/2007 Pasal 110 ayat 129", []),
        ("Rp 110 juta, 129 korban, 110%, 1.110, 110/2020", []),
        ("UU 18/2017 Pasal 6, denda Rp15.000.000.000, 2010-2024", []),
        ("Tanggal 06-02-2026 pukul 01.10", []),
    ],
)
def test_only_telephone_numbers_become_links(
    open_chat: OpenPage, text: str, numbers: list[str]
) -> None:
    page = open_chat(**DESKTOP)
    links, whole = page.evaluate(
        """async (text) => {
            const { withPhoneLinks } = await import("/statis/message.js");
            const parts = withPhoneLinks(text);
            return [[...parts.querySelectorAll("a")].map((a) => a.href), parts.textContent];
        }""",
        text,
    )
    assert links == [f"tel:{number}" for number in numbers]
    assert whole == text


def test_message_ids_are_uuids_also_without_https(open_chat: OpenPage) -> None:
    page = open_chat(**DESKTOP)
    ids = page.evaluate(
        """async () => {
            const { newId } = await import("/statis/connection.js");
            crypto.randomUUID = undefined;
            return [newId(), newId()];
        }"""
    )
    assert ids[0] != ids[1]
    for made in ids:
        assert uuid.UUID(made).version == 4
        assert made == str(uuid.UUID(made))


def test_picture_of_the_chat_for_the_documentation(open_chat: OpenPage) -> None:
    size = {"width": 390, "height": 844}
    page = open_chat(**{**PHONE, "viewport": size, "device_scale_factor": 2})
    say(page, IN_DANGER)
    page.locator(".choices button").first.wait_for()
    # The same picture at any hour.
    page.locator("time").evaluate_all("all => all.forEach((it) => { it.textContent = '09.41'; })")
    page.evaluate("document.activeElement.blur()")
    picture = compressed(page.screenshot())
    assert len(picture) < 150_000
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    if not PICTURE.exists() or PICTURE.read_bytes() != picture:
        PICTURE.write_bytes(picture)
