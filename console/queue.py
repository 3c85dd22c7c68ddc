"""Everything that waits for a human, and who holds what."""

from __future__ import annotations

import hashlib
from typing import Any

from starlette.responses import Response

from bot.clock import now_ms
from bot.conversation.takeover import handoffs, schedule
from bot.conversation.takeover.officer import Officers
from bot.storage.database import Database
from console import showing
from console.pages import Pages
from console.visit import MEMBERS, Entrance, Visit


class QueuePage:
    """The first page of the desk."""

    def __init__(self, database: Database, pages: Pages, officers: Officers) -> None:
        self._database = database
        self._pages = pages
        self._officers = officers

    def entrances(self) -> list[Entrance]:
        return [
            Entrance("/", "GET", self.page, MEMBERS),
            Entrance("/antrean", "GET", self.fragment, MEMBERS, quiet=True),
        ]

    def page(self, visit: Visit) -> Response:
        self._officers.seen(visit.signed_in.member)
        return self._pages.show(
            visit.request, "antrean.html", visit.signed_in, **self._shown(visit)
        )

    def fragment(self, visit: Visit) -> Response:
        shown = self._shown(visit)
        answer = self._pages.show(visit.request, "_antrean.html", visit.signed_in, **shown)
        return with_tag(visit, answer)

    def _shown(self, visit: Visit) -> dict[str, Any]:
        now, viewer = now_ms(), visit.signed_in.member.staff_id
        with self._database.read() as connection:
            found = handoffs.queue(connection)
            by_id = showing.names(connection)
            office = schedule.read(connection)
            present = showing.present(connection, now)
        opening = office.next_opening(now)
        return {
            "baris": [showing.row(one, by_id, viewer, now) for one in found],
            "petugas": present,
            "kantor": {
                "buka": office.is_open(now),
                "lagi": schedule.in_words(opening, now) if opening else None,
            },
        }


def with_tag(visit: Visit, answer: Response) -> Response:
    """Answers 304 to a page that shows the same already."""
    tag = f'"{hashlib.blake2b(bytes(answer.body), digest_size=12).hexdigest()}"'
    if visit.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    answer.headers["ETag"] = tag
    return answer
