"""What staff did, for admins: the trail with the newest first, and whether it still holds."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.engine import Row
from starlette.responses import Response

from bot.clock import LOCAL, now_ms
from bot.privacy.audit import listing, telling, verifying
from bot.privacy.audit.listing import Chosen
from bot.privacy.audit.verifying import Result
from bot.privacy.roster import ADMIN
from bot.storage.database import Database
from console import showing
from console.pages import Pages, number
from console.visit import Entrance, Visit

PAGE_SIZE = 50
# The whole chain is walked at most so often: of 100,000 entries it takes a second or two.
CHECK_EVERY_MS = 10 * 60_000
# So many findings stand in the banner.
MOST_FINDINGS = 5


class AuditPage:
    """The trail at the desk. Nothing can be changed here."""

    def __init__(self, database: Database, pages: Pages) -> None:
        self._database = database
        self._pages = pages
        self._checking = threading.Lock()
        self._checked: tuple[int, Result] | None = None

    def entrances(self) -> list[Entrance]:
        return [Entrance("/jejak", "GET", self.page, (ADMIN,))]

    def page(self, visit: Visit) -> Response:
        asked = visit.request.query_params
        day, who, act = (asked.get(name, "") for name in ("hari", "petugas", "perbuatan"))
        chosen = Chosen(*_day(day), actor=who or None, act=act or None)
        page = number(asked.get("halaman", ""))
        with self._database.read() as connection:
            names = showing.names(connection)
            count = listing.count(connection, chosen)
            rows = listing.newest(connection, chosen, skip=(page - 1) * PAGE_SIZE, most=PAGE_SIZE)
        checked_at, checked = self._check()
        return self._pages.show(
            visit.request,
            "jejak.html",
            visit.signed_in,
            baris=[_row(row, names) for row in rows],
            jumlah=count,
            halaman_ke=page,
            halaman_semua=max(1, -(-count // PAGE_SIZE)),
            hari=day if chosen.since is not None else "",
            petugas=who,
            perbuatan=act,
            semua_petugas=_people(names),
            semua_perbuatan=telling.titles(),
            utuh=checked.holds,
            diperiksa=showing.moment(checked_at),
            temuan=[telling.finding(found) for found in checked.findings[:MOST_FINDINGS]],
            temuan_lagi=max(0, len(checked.findings) - MOST_FINDINGS) + checked.more,
        )

    def _check(self) -> tuple[int, Result]:
        """Walks the chain, unless that was done a short while ago."""
        with self._checking:
            now = now_ms()
            if self._checked is None or self._checked[0] < now - CHECK_EVERY_MS:
                self._checked = (now, verifying.verify(self._database))
            return self._checked


def _row(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    try:
        when = showing.moment(row.at)
    except (OSError, OverflowError, TypeError, ValueError):
        # Not written by Suluh, as the check says above.
        when = "?"
    return {
        "nomor": row.seq,
        "saat": when,
        "siapa": telling.actor(row.actor, names),
        "apa": telling.sentence(row, names),
    }


def _people(names: Mapping[str, str]) -> dict[str, str]:
    """All who can be chosen, by the word that stands in the trail."""
    members = sorted(names.items(), key=lambda one: one[1].casefold())
    return {**dict(members), **{who: telling.actor(who, names) for who in telling.OTHERS}}


def _day(text: str) -> tuple[int | None, int | None]:
    """The first moment of a day in Bengkulu and of the next one; None where it is no day."""
    try:
        first = datetime.combine(date.fromisoformat(text), time(), LOCAL)
        following = first + timedelta(days=1)
    except (OverflowError, ValueError):
        return None, None
    return int(first.timestamp() * 1000), int(following.timestamp() * 1000)
