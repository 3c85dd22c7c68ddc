"""Everything that waits for a human, and who holds what."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from bot.clock import now_ms
from bot.conversation.takeover import handoffs, schedule
from bot.conversation.takeover.handoffs import Handoff
from bot.conversation.takeover.officer import Officers
from bot.storage.database import Database
from bot.triage import levels
from console import showing
from console.pages import Pages, number
from console.visit import MEMBERS, Entrance, Visit

# So many of those who wait, and of those whom colleagues hold, are shown at first, and so many
# more each time: of hundreds a page on an old laptop would take seconds.
STEP = 50


@dataclass(frozen=True)
class Part:
    """The beginning of a part of the queue: the gravest of it.

    Attributes:
        baris: What is shown.
        jumlah: How many there are.
        darurat: How many cries for help are among those that are not shown.
    """

    baris: Sequence[Mapping[str, Any]]
    jumlah: int
    darurat: int = 0

    @property
    def sisa(self) -> int:
        """How many are not shown."""
        return self.jumlah - len(self.baris)


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
        most = number(visit.request.query_params.get("tampil", ""), least=STEP)
        with self._database.read() as connection:
            found = handoffs.queue(connection)
            by_id = showing.names(connection)
            office = schedule.read(connection)
            present = showing.present(connection, now)
        opening = office.next_opening(now)
        parts = _sorted_out(found, viewer)

        def row(handoff: Handoff) -> dict[str, Any]:
            return showing.row(handoff, by_id, viewer, now)

        return {
            "menanti": _part(parts["menanti"], row, most),
            "punya_rekan": _part(parts["punya_rekan"], row, most),
            # What is the viewer's own is never left out.
            "tawaran": _part(parts["tawaran"], row),
            "punyaku": _part(parts["punyaku"], row),
            "tampil": most,
            "tampil_lagi": STEP,
            "petugas": present,
            "kantor": {
                "buka": office.is_open(now),
                "lagi": schedule.in_words(opening, now) if opening else None,
            },
        }


def _sorted_out(found: Sequence[Handoff], viewer: str) -> dict[str, list[Handoff]]:
    """The queue by what it is to the viewer; each part keeps its order."""
    parts: dict[str, list[Handoff]] = {
        "menanti": [], "tawaran": [], "punyaku": [], "punya_rekan": [],
    }  # fmt: skip
    for one in found:
        if one.state == handoffs.WAITING:
            name = "menanti"
        elif one.offered_to == viewer:
            name = "tawaran"
        else:
            name = "punyaku" if one.staff_id == viewer else "punya_rekan"
        parts[name].append(one)
    return parts


def _part(
    those: Sequence[Handoff], row: Callable[[Handoff], dict[str, Any]], most: int | None = None
) -> Part:
    shown = those[:most]
    hidden = those[len(shown) :]
    return Part(
        [row(one) for one in shown],
        len(those),
        sum(one.level == levels.URGENT for one in hidden),
    )


def with_tag(visit: Visit, answer: Response) -> Response:
    """Answers 304 to a page that shows the same already."""
    tag = f'"{hashlib.blake2b(bytes(answer.body), digest_size=12).hexdigest()}"'
    if visit.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    answer.headers["ETag"] = tag
    return answer
