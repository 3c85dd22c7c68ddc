"""A member's own account: sessions, and codes on paper."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from bot.privacy.audit.acts import Act
from bot.privacy.signing_in import second_factor, sessions, tries
from bot.storage.database import Database
from console import showing
from console.pages import ROOT, Pages, flash, words
from console.visit import MEMBERS, Entrance, Visit


class AccountPage:
    """What a member can change about signing in."""

    def __init__(self, database: Database, pages: Pages) -> None:
        self._database = database
        self._pages = pages

    def entrances(self) -> list[Entrance]:
        return [
            Entrance("/akun", "GET", self.page, MEMBERS),
            Entrance("/akun/sesi", "POST", self.end_session, MEMBERS),
            Entrance("/akun/kode", "POST", self.renew_codes, MEMBERS),
        ]

    def page(self, visit: Visit) -> Response:
        return self._page(visit, done=visit.request.query_params.get("selesai", ""))

    def end_session(self, visit: Visit) -> Response:
        with self._database.write() as connection:
            member, which = visit.signed_in.member, visit.form.get("id", "")
            sessions.end(connection, which, member.staff_id, Act.SESSION_ENDED)
        return RedirectResponse(f"{ROOT}/akun?selesai=sesi", 303)

    def renew_codes(self, visit: Visit) -> Response:
        member = visit.signed_in.member
        scope = tries.scope_of_codes(member.staff_id)
        codes: list[str] | None = None
        with self._database.write() as connection:
            wait = tries.take(connection, scope)
            if not wait and second_factor.accept(connection, member, visit.form.get("kode", "")):
                tries.succeeded(connection, scope)
                codes = second_factor.renew_paper(connection, member)
        if wait:
            return self._page(visit, problem=words()["masuk"]["kode_tunggu"].format(detik=wait))
        if codes is None:
            return self._page(visit, problem=words()["gagal"]["code"])
        return self._pages.show(visit.request, "cadangan.html", visit.signed_in, kode=codes)

    def _page(self, visit: Visit, *, done: str = "", problem: str = "") -> Response:
        session = visit.signed_in
        with self._database.read() as connection:
            listed = sessions.of_member(connection, session.member.staff_id)
            left = second_factor.paper_left(connection, session.member)
        return self._pages.show(
            visit.request,
            "akun.html",
            session,
            status=409 if problem else 200,
            pesan=flash(problem, done),
            kode_tersisa=left,
            sesi=[
                {
                    "id": one.id,
                    "sejak": showing.moment(one.created_at),
                    "terakhir": showing.moment(one.seen_at),
                    "ini": one.id == session.id,
                }
                for one in listed
            ],
        )
