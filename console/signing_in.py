"""The way in: name and password, then a code of the app; or the app is set up first."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.privacy import roster
from bot.privacy.signing_in import second_factor, sessions, tries
from bot.privacy.signing_in.sessions import Session
from bot.privacy.signing_in.tries import Browsers
from bot.privacy.unlocked import Unlocked, WrongLogin, unlock
from bot.storage.database import Database
from console.pages import ROOT, Pages, words
from console.visit import COOKIE, EVERYBODY, HALFWAY, MEMBERS, Entrance, Visit, goal_of

BROWSER_COOKIE = "suluh-peramban"
BROWSER_SECONDS = 180 * 24 * 60 * 60
# A password takes 64 MiB for a moment: so many are checked at once, and so many strangers wait.
AT_ONCE = 2
MOST_STRANGERS = 8
BUSY_SECONDS = 5
# So many characters of the secret stand together where it is typed by hand.
GROUP = 4


@dataclass(frozen=True)
class _Tried:
    """A sign-in that failed, as the form shows it."""

    problem: str
    wait: int = 0
    status: int = 403


class SigningIn:
    """Pages before and after a session.

    Args:
        secure: Cookies go over https alone.
    """

    def __init__(
        self, database: Database, pages: Pages, browsers: Browsers, *, secure: bool
    ) -> None:
        self._database = database
        self._pages = pages
        self._browsers = browsers
        self._secure = secure
        self._checking = threading.BoundedSemaphore(AT_ONCE)
        self._strangers = threading.BoundedSemaphore(MOST_STRANGERS)

    def entrances(self) -> list[Entrance]:
        return [
            Entrance("/masuk", "GET", self.form, (EVERYBODY,)),
            Entrance("/masuk", "POST", self.sign_in, (EVERYBODY,)),
            Entrance("/kode", "GET", self.code_form, (HALFWAY,)),
            Entrance("/kode", "POST", self.give_code, (HALFWAY,)),
            Entrance("/keluar", "POST", self.sign_out, (HALFWAY, *MEMBERS)),
        ]

    def form(self, visit: Visit) -> Response:
        if visit.session is not None:
            on = "/kode" if visit.session.stage == sessions.PASSWORD else "/"
            return RedirectResponse(ROOT + on, 303)
        return self._form(visit.request, goal=visit.request.query_params.get("tujuan", ""))

    def sign_in(self, visit: Visit) -> Response:
        name, password = visit.form.get("nama", ""), visit.form.get("sandi", "")
        found = self._checked(name, password, visit.request.cookies.get(BROWSER_COOKIE, ""))
        goal = visit.form.get("tujuan", "")
        if isinstance(found, _Tried):
            return self._form(visit.request, name=name, goal=goal, tried=found)
        with self._database.write() as connection:
            if visit.session is not None:
                # Its cookie is gone with this answer, and nobody could end it any more.
                sessions.end(connection, visit.session.id, visit.session.member.staff_id)
            token = sessions.begin(connection, found, sessions.PASSWORD)
        goal = goal_of(goal)
        answer = RedirectResponse(f"{ROOT}/kode" + (f"?tujuan={goal}" if goal else ""), 303)
        self._set(answer, COOKIE, token)
        return answer

    def code_form(self, visit: Visit) -> Response:
        session = visit.signed_in
        if session.stage == sessions.OPEN:
            return RedirectResponse(f"{ROOT}/", 303)
        return self._code_form(visit, visit.request.query_params.get("tujuan", ""))

    def give_code(self, visit: Visit) -> Response:
        session, code = visit.signed_in, visit.form.get("kode", "")
        goal = goal_of(visit.form.get("tujuan", ""))
        # Wrong codes count for the member: a password that was found out must not help.
        scope = tries.scope_of_codes(session.member.staff_id)
        paper: list[str] | None = None
        with self._database.write() as connection:
            wait = tries.take(connection, scope)
            if not sessions.still_holds(connection, session):
                # Pressed twice, and the first was right; or all of them were ended meanwhile.
                return RedirectResponse(f"{ROOT}/", 303)
            if wait:
                is_right = False
            elif second_factor.is_set_up(connection, session.member):
                is_right = second_factor.accept(connection, session.member, code)
            else:
                secret = sessions.pending(connection, session) or ""
                paper = second_factor.set_up(connection, session.member, secret, code)
                is_right = paper is not None
            if is_right:
                tries.succeeded(connection, scope)
                sessions.end(connection, session.id, session.member.staff_id)
                token = sessions.begin(connection, session.member, sessions.OPEN)
        if wait:
            return self._code_form(visit, goal, _Tried("kode_tunggu", wait, 429))
        if not is_right:
            return self._code_form(visit, goal, _Tried("kode_salah"))
        return self._enter(visit, token, paper, goal)

    def sign_out(self, visit: Visit) -> Response:
        session = visit.signed_in
        with self._database.write() as connection:
            sessions.end(connection, session.id, session.member.staff_id)
        answer = RedirectResponse(f"{ROOT}/masuk", 303)
        answer.delete_cookie(COOKIE, path=ROOT, httponly=True, samesite="lax", secure=self._secure)
        # Not what the page keeps: that is whether it may make a sound, and nothing else.
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer

    def _checked(self, name: str, password: str, cookie: str) -> Unlocked | _Tried:
        """The member, or what the form says."""
        with self._database.read() as connection:
            row = roster.active(connection, name)
            browser = self._browsers.known(row.id if row is not None else None, cookie)
            scope = tries.scope_of(name, browser)
            wait = tries.seconds_to_wait(connection, scope)
        if wait:
            return _Tried("sandi_tunggu", wait, 429)
        # Strangers must not use up the places of those who work here.
        if browser is None and not self._strangers.acquire(blocking=False):
            return _Tried("ramai", BUSY_SECONDS, 503)
        try:
            with self._database.claim() as connection:
                wait = tries.take(connection, scope)
            if wait:
                return _Tried("sandi_tunggu", wait, 429)
            with self._checking:
                member = unlock(self._database, name, password)
        except WrongLogin:
            return _Tried("sandi_salah")
        finally:
            if browser is None:
                self._strangers.release()
        with self._database.write() as connection:
            tries.succeeded(connection, scope)
        return member

    def _enter(self, visit: Visit, token: str, paper: list[str] | None, goal: str) -> Response:
        answer: Response
        if paper is None:
            answer = RedirectResponse(goal or f"{ROOT}/", 303)
        else:
            session = sessions.find(self._database, token)
            answer = self._pages.show(visit.request, "cadangan.html", session, kode=paper)
        self._set(answer, COOKIE, token)
        cookie = self._browsers.cookie(visit.signed_in.member.staff_id)
        self._set(answer, BROWSER_COOKIE, cookie, seconds=BROWSER_SECONDS)
        return answer

    def _form(
        self, request: Request, *, name: str = "", goal: str = "", tried: _Tried | None = None
    ) -> Response:
        with self._database.read() as connection:
            is_empty = roster.is_empty(connection)
        return self._pages.show(
            request,
            "masuk.html",
            status=tried.status if tried else 200,
            nama=name,
            tujuan=goal_of(goal),
            kosong=is_empty,
            **_said(tried),
        )

    def _code_form(self, visit: Visit, goal: str, tried: _Tried | None = None) -> Response:
        session = visit.signed_in
        with self._database.read() as connection:
            is_new = not second_factor.is_set_up(connection, session.member)
        return self._pages.show(
            visit.request,
            "kode.html",
            session,
            status=tried.status if tried else 200,
            daftar=is_new,
            tujuan=goal_of(goal),
            **(self._new_app(session) if is_new else {"qr": "", "rahasia": ""}),
            **_said(tried),
        )

    def _new_app(self, session: Session) -> dict[str, str]:
        """The secret that is being set up: the same one until a code has proven it."""
        with self._database.write() as connection:
            secret = sessions.pending(connection, session)
            if secret is None:
                secret = second_factor.new_secret()
                sessions.set_pending(connection, session, secret)
        app = second_factor.new_app(secret, session.member.name)
        groups = [secret[start : start + GROUP] for start in range(0, len(secret), GROUP)]
        return {"qr": drawn(app.uri), "rahasia": " ".join(groups)}

    def _set(self, answer: Response, name: str, value: str, seconds: int | None = None) -> None:
        # Lax: a link in an alert comes from outside, and shall find who is signed in.
        answer.set_cookie(
            name,
            value,
            max_age=seconds,
            httponly=True,
            samesite="lax",
            secure=self._secure,
            path=ROOT,
        )


def drawn(text: str) -> str:
    """A QR code as SVG, in black and white also where the page is dark."""
    svg: str = segno.make(text, error="m").svg_inline(
        scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    return svg


def _said(tried: _Tried | None) -> dict[str, Any]:
    if tried is None:
        return {"salah": None, "tunggu": None}
    text = words()["masuk"][tried.problem].format(detik=tried.wait)
    return {"salah": text, "tunggu": tried.wait or None}
