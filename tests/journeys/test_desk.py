"""Officers at their desk, each with a browser, while people write on three channels."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from bot.conversation.takeover import handoffs
from bot.privacy.signing_in import sessions
from bot.privacy.unlocked import Unlocked
from bot.settings import PROJECT_ROOT
from console.visit import COOKIE
from tests.bot.figures.years import Years
from tests.channels.web.browser import check_with_axe, chromium, compressed, watched
from tests.console.quarter import SUMMER, live_through
from tests.journeys.running_village import PASSWORD
from tests.journeys.takeover import MINUTE, House, Person, running

CRY = "tolong kak, saya dikunci di ruko"
LIVE_MS = 10_000
LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "is_mobile": True}
PICTURES = PROJECT_ROOT / "docs" / "images"
LARGEST_PAGE = 150_000

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, model_dir: Path) -> Iterator[House]:
    with running(tmp_path_factory.mktemp("desk") / "home", model_dir) as house:
        yield house


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def emptied(house: House) -> Iterator[House]:
    """The house; afterwards nobody waits or is held, so that each test finds an empty desk."""
    yield house
    _hand_all_back(house)


@pytest.fixture
def opened(browser: Browser, emptied: House) -> Iterator[Open]:
    """Opens the desk in a browser of its own; no page may break a rule of its own."""
    with watched(browser, LIVE_MS) as contexts:

        def open_page(member: Unlocked | None = None, path: str = "/", **options: Any) -> Page:
            context = contexts.context(**options)
            if member is not None:
                with emptied.database.write() as connection:
                    token = sessions.begin(connection, member, sessions.OPEN)
                context.add_cookies(
                    [{"name": COOKIE, "value": token, "url": f"{emptied.product.url}/meja"}]
                )
            page = context.new_page()
            page.goto(f"{emptied.product.url}/meja{path}")
            return page

        yield open_page


def _hand_all_back(house: House) -> None:
    with house.database.read() as connection:
        left = handoffs.queue(connection)
    for handoff in left:
        for member in (house.sari, house.budi):
            with suppress(handoffs.TakeoverError):
                house.officers.take(member, handoff.id)
                house.officers.hand_back(member, handoff.id, "selesai")
                break


def _cries(house: House, channel: str, text: str = CRY) -> Person:
    person = house.person(channel)
    assert person.says(text)
    return person


def _row(page: Page, house: House, person: Person) -> Any:
    return page.locator(f"#row-{house.handoff(person).id}")


def _answers(page: Page, text: str) -> None:
    page.locator("#draft").fill(text)
    page.get_by_role("button", name="Kirim", exact=True).click()


def test_a_new_officer_signs_in_with_password_and_telephone(opened: Open, house: House) -> None:
    page = opened(**PHONE)
    page.get_by_label("Nama").fill("budi")
    page.get_by_label("Kata sandi", exact=True).or_(page.get_by_label("Sandi", exact=True)).fill(
        PASSWORD
    )
    page.get_by_role("button", name="Masuk", exact=True).click()
    expect(page.get_by_role("heading", name="Pasang kunci kedua")).to_be_visible()
    check_with_axe(page, "setting up the app")
    # No camera: the secret is typed into the app.
    page.get_by_text("Gambar tidak bisa dipindai?").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("Enam angka dari aplikasi").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Pasang dan masuk").click()
    paper = re.findall(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", page.locator("main").inner_text())
    assert len(paper) == 10
    check_with_axe(page, "codes for paper")
    page.goto(f"{house.product.url}/meja/")
    expect(page.get_by_role("heading", name="Antrean")).to_be_visible()
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_label("Nama")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Nama")).to_be_visible()


def test_three_people_cry_at_once_and_two_officers_answer_them(opened: Open, house: House) -> None:
    sari, budi = opened(house.sari, **LAPTOP), opened(house.budi, **PHONE)
    people = {channel: _cries(house, channel) for channel in ("web", "telegram", "sms")}
    # Nobody loads a page anew: what is new comes by itself.
    for page in (sari, budi):
        for person in people.values():
            expect(_row(page, house, person)).to_contain_text("Darurat")
        expect(page).to_have_title(re.compile(r"^\(3\)"))
        assert CRY not in page.content()
    check_with_axe(sari, "three wait, on a laptop")
    check_with_axe(budi, "three wait, on a telephone")

    # Both want the same one: Sari is faster.
    both = people["telegram"]
    _row(sari, house, both).get_by_role("button", name="Ambil").click()
    expect(sari.locator("#draft")).to_be_visible()
    expect(sari.locator("#transcript")).to_contain_text(CRY)
    expect(_row(budi, house, both)).to_contain_text("Sari")
    budi.goto(f"{house.product.url}/meja/percakapan/{house.handoff(both).id}")
    expect(budi.locator("#answer")).to_contain_text("Sari sedang menjawab")

    # So Budi takes another one.
    own = people["sms"]
    budi.goto(f"{house.product.url}/meja/")
    _row(budi, house, own).get_by_role("button", name="Ambil").click()
    _answers(budi, "Saya Budi. Ada jendela?")
    _answers(sari, "Saya Sari. Kamu sendirian?")
    own.hears("Petugas: Saya Budi. Ada jendela?")
    both.hears("Petugas: Saya Sari. Kamu sendirian?")

    # What people write on reaches the one who holds it, and no machine answers in between.
    both.writes("bertiga kak")
    expect(sari.locator("#transcript")).to_contain_text("bertiga kak")
    assert both.reads() == []
    expect(budi.locator("#transcript")).not_to_contain_text("bertiga")
    check_with_axe(sari, "a conversation on a laptop")
    check_with_axe(budi, "a conversation on a telephone")

    # Sari has to leave: Budi takes it over, and Sari sees it.
    sari.locator("#tool-offer summary").click()
    sari.locator("#colleague").select_option("Budi")
    sari.get_by_role("button", name="Tawarkan").click()
    expect(sari.locator("#facts")).to_contain_text("ditawarkan ke Budi")
    budi.goto(f"{house.product.url}/meja/percakapan/{house.handoff(both).id}")
    budi.get_by_role("button", name="Ambil percakapan ini").click()
    expect(sari.locator("#facts")).to_contain_text("dipegang Budi")

    # Budi hands it back with a note, and the machine says so.
    budi.locator("#tool-back summary").click()
    budi.locator("#agreed").fill("Polsek menjemput jam 15.00.")
    budi.get_by_role("button", name="Kembalikan", exact=True).click()
    expect(budi.locator("#facts")).to_contain_text("sudah berakhir")
    both.hears("Suluh, mesin, yang menjawab")


def test_a_lease_that_runs_out_frees_the_conversation_before_everybodys_eyes(
    opened: Open, house: House
) -> None:
    person = _cries(house, "web")
    handoff = house.takes(house.sari, person)
    sari, budi = (
        opened(member, f"/percakapan/{handoff.id}") for member in (house.sari, house.budi)
    )
    expect(sari.locator("#draft")).to_be_visible()
    sari.locator("#draft").fill("Sebentar, saya")
    person.writes("halo?")
    house.settle()
    house.later(person, 6 * MINUTE)
    person.hears("memanggil petugas lain")
    expect(budi.get_by_role("button", name="Ambil percakapan ini")).to_be_visible()
    # What Sari had begun to write is not lost.
    expect(sari.locator("#rescued-text")).to_have_value("Sebentar, saya")


def test_a_note_for_staff_never_comes_into_the_box_that_the_person_reads(
    opened: Open, house: House
) -> None:
    person = _cries(house, "web")
    handoff = house.takes(house.sari, person)
    page = opened(house.sari, f"/percakapan/{handoff.id}")
    page.locator("#note").fill("Dia mungkin berbohong")
    house.officers.hand_back(house.sari, handoff.id, "selesai")
    expect(page.locator("#rescued-text")).to_have_value("Dia mungkin berbohong")
    again = house.officers.call_again(house.sari, handoff.id)
    house.officers.take(house.sari, again.id)
    page.goto(f"{house.product.url}/meja/percakapan/{again.id}")
    expect(page.locator("#draft")).to_have_value("")


def test_an_answer_that_is_being_written_survives_what_comes_in(opened: Open, house: House) -> None:
    person = _cries(house, "telegram")
    handoff = house.takes(house.sari, person)
    page = opened(house.sari, f"/percakapan/{handoff.id}")
    page.locator("#draft").fill("Tetap di dalam, saya")
    page.locator("#draft").focus()
    person.writes("mereka datang")
    expect(page.locator("#transcript")).to_contain_text("mereka datang")
    expect(page.locator("#draft")).to_have_value("Tetap di dalam, saya")
    expect(page.locator("#draft")).to_be_focused()
    page.keyboard.press("Control+Enter")
    person.hears("Petugas: Tetap di dalam, saya")


def test_everything_is_reached_by_keyboard_alone(opened: Open, house: House) -> None:
    person = _cries(house, "web")
    page = opened(house.sari, **LAPTOP)
    take = f"take-{house.handoff(person).id}"
    _press_until(page, take)
    page.keyboard.press("Enter")
    expect(page.locator("#draft")).to_be_visible()
    _press_until(page, "draft")
    page.keyboard.type("Saya di sini.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    person.hears("Petugas: Saya di sini.")


def _press_until(page: Page, wanted: str, most: int = 60) -> None:
    for _ in range(most):
        if page.evaluate("document.activeElement?.id") == wanted:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by keyboard")


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["360", "1280"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_sound_small_and_fits(
    opened: Open, house: House, size: dict[str, Any], scheme: str
) -> None:
    handoff = house.takes(house.sari, _cries(house, "web"))
    _cries(house, "telegram")
    page = opened(house.sari, **size, color_scheme=scheme)
    loaded: list[int] = []
    page.on("response", lambda answer: loaded.append(int(answer.headers.get("content-length", 0))))
    for path in ("/", f"/percakapan/{handoff.id}", "/akun", "/laporan", "/angka", "/tidak-ada"):
        loaded.clear()
        page.goto(f"{house.product.url}/meja{path}")
        expect(page.locator("main")).to_be_visible()
        check_with_axe(page, f"{path} {scheme}")
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{path} is wider than the screen"
        assert sum(loaded) < LARGEST_PAGE


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["360", "1280"])
@pytest.mark.parametrize("viewer", ["holder", "colleague"])
def test_no_part_of_the_queue_lies_over_another(
    opened: Open, house: House, size: dict[str, Any], viewer: str
) -> None:
    _cries(house, "telegram")
    house.takes(house.sari, _cries(house, "web"))
    page = opened(house.sari if viewer == "holder" else house.budi, **size)
    expect(page.locator(".row")).to_have_count(2)
    boxes = [row.bounding_box() for row in page.locator(".row, .part > h2").all()]
    for one, other in itertools.combinations(boxes, 2):
        assert one is not None
        assert other is not None
        beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        above = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
        assert beside or above


def test_the_pictures_of_the_documents_show_what_staff_see(opened: Open, house: House) -> None:
    person = _cries(house, "telegram", "tolong kak sy dikunci di ruko, gak boleh keluar")
    _cries(house, "web", "paspor saya ditahan agen, saya mau bicara dengan petugas")
    handoff = house.takes(house.sari, person)
    house.officers.say(house.sari, handoff.id, "Saya Sari. Kamu aman untuk menulis sekarang?")
    person.says("aman, mandor lg keluar")
    house.officers.note(house.sari, handoff.id, "Polsek sudah ditelepon.")
    live_through(Years(house.database))
    for name, path, size in (
        ("meja-antrean", "/", LAPTOP),
        ("meja-percakapan", f"/percakapan/{handoff.id}", LAPTOP),
        ("meja-percakapan-hp", f"/percakapan/{handoff.id}", PHONE),
        ("meja-angka", f"/angka?triwulan={SUMMER}", LAPTOP),
    ):
        page = opened(house.budi if path == "/" else house.sari, path, **size)
        page.wait_for_timeout(500)
        picture = compressed(page.screenshot())
        assert len(picture) > 5_000
        PICTURES.mkdir(parents=True, exist_ok=True)
        (PICTURES / f"{name}.png").write_bytes(picture)


def test_no_log_of_the_desk_names_anybody(opened: Open, house: House) -> None:
    person = _cries(house, "telegram", "tolong, saya dikunci oleh Pak Contoh")
    handoff = house.takes(house.sari, person)
    page = opened(house.sari, f"/percakapan/{handoff.id}")
    _answers(page, "Rahasia yang tidak boleh tercatat")
    person.hears("Rahasia yang tidak boleh tercatat")
    log = house.product.log()
    assert "staff are called" in log
    for word in ("Pak Contoh", "Rahasia yang tidak", person.address, "Sari"):
        assert word not in log
