"""From the front door to the queue: a password, then a code, and the ways in which both fail."""

from __future__ import annotations

import re
import threading
import time

import httpx
import pyotp
import pytest
from starlette.requests import Request

from bot.privacy import staff
from bot.privacy.signing_in import sessions
from console.signing_in import BROWSER_COOKIE, MOST_STRANGERS
from console.visit import COOKIE, Visit
from tests.bot.conversation.takeover.desk import PASSWORD
from tests.console.visitor import Site, Visitor, words_of

_SECRET = re.compile(r'class="secret">([A-Z2-7 ]+)<')
_PAPER = re.compile(r"\b[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}\b")


def _password(visitor: Visitor, name: str = "Sari", password: str = PASSWORD) -> httpx.Response:
    return visitor.post("/meja/masuk", {"nama": name, "sandi": password})


def _app_of(visitor: Visitor) -> pyotp.TOTP:
    found = _SECRET.search(visitor.get("/meja/kode").text)
    assert found is not None
    return pyotp.TOTP(found.group(1).replace(" ", ""))


def _set_up(visitor: Visitor) -> tuple[pyotp.TOTP, list[str]]:
    """Signs in for the first time; gives the app and the codes on paper."""
    assert _password(visitor).headers["location"] == "/meja/kode"
    app = _app_of(visitor)
    shown = visitor.send("/meja/kode", "/meja/kode", kode=app.now())
    assert shown.status_code == 200, words_of(shown)
    return app, _PAPER.findall(shown.text)


def _next_code(app: pyotp.TOTP) -> str:
    """The code that comes after the one of now: the clocks may differ by so much."""
    return app.at(int(time.time()) + 30)


def test_the_first_time_the_app_is_set_up_and_codes_for_paper_are_shown(
    stranger: Visitor,
) -> None:
    _, paper = _set_up(stranger)
    assert len(set(paper)) == 10
    assert "Antrean" in words_of(stranger.get("/meja/"))


def test_afterwards_a_password_and_a_code_lead_in(site: Site, stranger: Visitor) -> None:
    app, _ = _set_up(stranger)
    with site.visitor() as again:
        assert _password(again).status_code == 303
        page = again.get("/meja/kode")
        # The secret is shown once.
        assert _SECRET.search(page.text) is None
        entered = again.send("/meja/kode", "/meja/kode", kode=_next_code(app))
        assert entered.headers["location"] == "/meja/"
        assert again.get("/meja/").status_code == 200


def test_the_password_alone_opens_nothing(stranger: Visitor) -> None:
    _password(stranger)
    for path in ("/meja/", "/meja/antrean", "/meja/akun", "/meja/percakapan/" + "x" * 22):
        answer = stranger.get(path)
        assert answer.status_code in (303, 401)
    assert stranger.get("/meja/aliran").status_code == 204


def test_a_code_from_paper_leads_in_once(site: Site, stranger: Visitor) -> None:
    _, paper = _set_up(stranger)
    with site.visitor() as again:
        _password(again)
        assert again.send("/meja/kode", "/meja/kode", kode=paper[3]).status_code == 303
    with site.visitor() as third:
        _password(third)
        assert third.send("/meja/kode", "/meja/kode", kode=paper[3]).status_code == 403


@pytest.mark.parametrize(
    ("name", "password"),
    [("Sari", "salah semua ini"), ("Tidak Ada", PASSWORD), ("", ""), ("Sari", "x" * 5000)],
)
def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words(
    stranger: Visitor, name: str, password: str
) -> None:
    answer = _password(stranger, name, password)
    assert answer.status_code == 403
    assert "Nama atau kata sandi salah." in words_of(answer)
    assert COOKIE not in stranger.cookies
    assert password not in answer.text or not password


def test_who_was_disabled_does_not_come_in(site: Site, stranger: Visitor) -> None:
    staff.disable(site.desk.database, "Budi")
    assert _password(stranger, "Budi").status_code == 403


def test_many_wrong_passwords_slow_the_next_one_down(stranger: Visitor) -> None:
    for _ in range(6):
        assert _password(stranger, password="salah semua ini").status_code == 403
    slowed = _password(stranger)
    assert slowed.status_code == 429
    assert "Tunggu 2 detik" in words_of(slowed)
    time.sleep(2.1)
    assert _password(stranger).status_code == 303


def test_a_stranger_who_guesses_keeps_no_officer_out(site: Site, stranger: Visitor) -> None:
    _set_up(stranger)
    cookie = stranger.cookies[BROWSER_COOKIE]
    with site.visitor() as guesser:
        for _ in range(8):
            _password(guesser, password="salah semua ini")
        assert _password(guesser).status_code == 429
    with site.visitor() as sari:
        sari.cookies.set(BROWSER_COOKIE, cookie, domain="127.0.0.1", path="/meja")
        assert _password(sari).status_code == 303


def test_many_strangers_at_once_are_told_to_wait_and_take_no_place_of_staff(site: Site) -> None:
    pages = next(one.handler for one in site.pages.entrances if one.path == "/masuk")
    places = pages.__self__._strangers  # type: ignore[attr-defined]
    for _ in range(MOST_STRANGERS):
        assert places.acquire(blocking=False)
    try:
        with site.visitor() as stranger:
            answer = _password(stranger)
            assert answer.status_code == 503
            assert "Tunggu 5 detik" in words_of(answer)
    finally:
        for _ in range(MOST_STRANGERS):
            places.release()


def test_wrong_codes_are_counted_for_the_member_in_every_browser(
    site: Site, stranger: Visitor
) -> None:
    _set_up(stranger)
    for _ in range(2):
        with site.visitor() as thief:
            _password(thief)
            answers = [
                thief.send("/meja/kode", "/meja/kode", kode="000000").status_code for _ in range(3)
            ]
    assert answers == [403, 403, 403]
    with site.visitor() as thief:
        _password(thief)
        assert thief.send("/meja/kode", "/meja/kode", kode="000000").status_code == 429


def test_many_codes_at_once_are_no_more_tries_than_one_after_the_other(
    site: Site, stranger: Visitor
) -> None:
    _set_up(stranger)
    with site.visitor() as thief:
        _password(thief)
        csrf, half = thief.csrf("/meja/kode"), thief.cookies[COOKIE]
    gate, answers = threading.Barrier(16), []

    def guess(number: int) -> None:
        with site.visitor() as thief:
            thief.cookies.set(COOKIE, half, domain="127.0.0.1", path="/meja")
            gate.wait()
            fields = {"csrf": csrf, "kode": f"{number:06}"}
            answers.append(thief.post("/meja/kode", fields).status_code)

    guessing = [threading.Thread(target=guess, args=(number,)) for number in range(16)]
    for thread in guessing:
        thread.start()
    for thread in guessing:
        thread.join()
    # Five free ones, and the sixth that brings the first wait.
    assert (answers.count(403), answers.count(429)) == (6, 10)


def test_a_form_that_was_pressed_twice_is_no_wrong_code(site: Site, stranger: Visitor) -> None:
    _password(stranger)
    half, app = stranger.cookies[COOKIE], _app_of(stranger)
    csrf, code = stranger.csrf("/meja/kode"), app.now()
    # Both were under way when the first was heard.
    found = sessions.find(site.desk.database, half)
    stranger.post("/meja/kode", {"csrf": csrf, "kode": code})
    late = Visit(Request({"type": "http", "headers": []}), {"kode": code}, found)
    pages = next(one.handler for one in site.pages.entrances if one.path == "/kode")
    answer = pages.__self__.give_code(late)  # type: ignore[attr-defined]
    # Who is in by the first goes on; who is not is led to the door.
    assert answer.headers["location"] == "/meja/"
    assert COOKIE not in answer.headers.get("set-cookie", "")


def test_a_code_begins_no_session_after_all_of_them_were_ended(
    site: Site, stranger: Visitor
) -> None:
    app, _ = _set_up(stranger)
    with site.visitor() as thief:
        _password(thief)
        found = sessions.find(site.desk.database, thief.cookies[COOKIE])
        assert found is not None
        with site.desk.database.write() as connection:
            sessions.end_all(connection, found.member.staff_id)
        late = Visit(Request({"type": "http", "headers": []}), {"kode": _next_code(app)}, found)
        pages = next(one.handler for one in site.pages.entrances if one.path == "/kode")
        answer = pages.__self__.give_code(late)  # type: ignore[attr-defined]
    assert "set-cookie" not in answer.headers
    with site.desk.database.read() as connection:
        assert sessions.of_member(connection, found.member.staff_id) == []


def test_who_signs_in_anew_leaves_no_session_behind(site: Site, sari: Visitor) -> None:
    before = sari.cookies[COOKIE]
    assert _password(sari).status_code == 303
    assert sessions.find(site.desk.database, before) is None


def test_the_cookie_changes_with_each_step_and_scripts_cannot_read_it(stranger: Visitor) -> None:
    first = _password(stranger)
    half = stranger.cookies[COOKIE]
    set_cookie = first.headers["set-cookie"]
    assert "HttpOnly" in set_cookie
    assert "SameSite=lax" in set_cookie
    assert "Path=/meja" in set_cookie
    app = _app_of(stranger)
    stranger.send("/meja/kode", "/meja/kode", kode=app.now())
    assert stranger.cookies[COOKIE] != half
    # A token that somebody planted or saw before is worth nothing after.
    stranger.cookies.clear()
    stranger.cookies.set(COOKIE, half, domain="127.0.0.1", path="/meja")
    assert stranger.get("/meja/").status_code == 303


def test_who_signs_out_is_out_also_with_the_old_cookie(site: Site, sari: Visitor) -> None:
    token = sari.cookies[COOKIE]
    assert sari.send("/meja/", "/meja/keluar").status_code == 303
    with site.visitor() as thief:
        thief.cookies.set(COOKIE, token, domain="127.0.0.1", path="/meja")
        assert thief.get("/meja/").headers["location"] == "/meja/masuk"


def test_a_link_in_an_alert_leads_on_after_signing_in(site: Site, stranger: Visitor) -> None:
    goal = f"/meja/percakapan/{site.desk.called().id}"
    asked = stranger.get(goal)
    assert asked.headers["location"] == f"/meja/masuk?tujuan={goal}"
    app, _ = _set_up(stranger)
    with site.visitor() as again:
        fields = {"nama": "Sari", "sandi": PASSWORD, "tujuan": goal}
        assert again.post("/meja/masuk", fields).headers["location"].endswith(f"?tujuan={goal}")
        entered = again.send("/meja/kode", "/meja/kode", kode=_next_code(app), tujuan=goal)
        assert entered.headers["location"] == goal


@pytest.mark.parametrize(
    "goal",
    [
        "https://example.org/", "//example.org", "/\\example.org", "/meja/percakapan/../keluar",
        "/meja/keluar", "javascript:alert(1)", "/meja/percakapan/" + "x" * 22 + "/../../..",
    ],
)  # fmt: skip
def test_nobody_is_led_elsewhere_after_signing_in(stranger: Visitor, goal: str) -> None:
    assert goal not in stranger.get("/meja/masuk?tujuan=" + goal).text
    answer = stranger.post("/meja/masuk", {"nama": "Sari", "sandi": PASSWORD, "tujuan": goal})
    assert answer.headers["location"] == "/meja/kode"


def test_a_desk_without_members_says_how_to_begin(site: Site, stranger: Visitor) -> None:
    with site.desk.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM desk_grants")
        connection.exec_driver_sql("DELETE FROM staff")
    assert "suluh staff add" in words_of(stranger.get("/meja/masuk"))


def test_sessions_are_listed_and_ended_from_another_browser(site: Site, sari: Visitor) -> None:
    with site.signed_in(site.desk.sari) as lost:
        assert lost.get("/meja/").status_code == 200
        listed = set(re.findall(r'name="id" value="([^"]+)"', sari.get("/meja/akun").text))
        own = sessions.find(site.desk.database, lost.cookies[COOKIE])
        assert own is not None
        assert own.id in listed
        sari.send("/meja/akun", "/meja/akun/sesi", id=own.id)
        assert lost.get("/meja/").status_code == 303
    assert sari.get("/meja/").status_code == 200


def test_nobody_ends_the_session_of_another(site: Site, sari: Visitor, budi: Visitor) -> None:
    own = sessions.find(site.desk.database, sari.cookies[COOKIE])
    assert own is not None
    budi.send("/meja/akun", "/meja/akun/sesi", id=own.id)
    assert sari.get("/meja/").status_code == 200


def test_new_paper_is_given_for_a_code_alone(site: Site, stranger: Visitor) -> None:
    app, old = _set_up(stranger)
    refused = stranger.send("/meja/akun", "/meja/akun/kode", kode="000000")
    assert "Kode itu salah" in words_of(refused)
    shown = stranger.send("/meja/akun", "/meja/akun/kode", kode=_next_code(app))
    new = _PAPER.findall(shown.text)
    assert len(new) == 10
    assert not set(new) & set(old)


def test_who_tried_too_often_for_new_paper_is_told_to_wait(stranger: Visitor) -> None:
    app, _ = _set_up(stranger)
    for _ in range(6):
        stranger.send("/meja/akun", "/meja/akun/kode", kode="000000")
    for _ in range(3):
        told = words_of(stranger.send("/meja/akun", "/meja/akun/kode", kode=_next_code(app)))
        assert re.search(r"Tunggu [12] detik", told)


def test_signing_out_keeps_the_sound_as_it_was_chosen(sari: Visitor) -> None:
    answer = sari.send("/meja/", "/meja/keluar")
    assert answer.headers["clear-site-data"] == '"cache"'
