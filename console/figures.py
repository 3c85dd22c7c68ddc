"""What happened in a quarter, for whoever runs the office: the numbers first, then tables."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from bot import clock
from bot.conversation.takeover.ladder import targets
from bot.figures import report
from bot.figures.hiding import SMALLEST_GROUP
from bot.figures.quarters import Quarter
from bot.figures.report import Known, Report, Running
from bot.storage.database import Database
from console import figure_words as say
from console import showing
from console.figure_files import as_csv
from console.figure_tables import Table, tables
from console.pages import Pages
from console.visit import MEMBERS, Entrance, Visit


class FiguresPage:
    """Figures hold nothing of anybody: all of staff may read them."""

    def __init__(self, database: Database, pages: Pages) -> None:
        self._database = database
        self._pages = pages

    def entrances(self) -> list[Entrance]:
        return [
            Entrance("/angka", "GET", self.page, MEMBERS),
            Entrance("/angka/{quarter:str}/{table:str}.csv", "GET", self.file, MEMBERS),
        ]

    def page(self, visit: Visit) -> Response:
        asked = visit.request.query_params.get("triwulan")
        with self._database.read() as connection:
            known = report.known(connection, clock.today())
            chosen = _chosen(known, asked)
            if chosen is None:
                return self._pages.problem(visit.request, "tidak_ada", 404, session=visit.signed_in)
            is_running = chosen == known.running
            found = report.of(connection, chosen) if not is_running else None
            now = report.running(connection, chosen) if is_running else None
        shown = tables(found) if found else {}
        return self._pages.show(
            visit.request,
            "angka.html",
            visit.signed_in,
            pilihan=[
                {"nilai": one.name, "teks": say.quarter(one)}
                for one in (known.running, *known.closed)
            ],
            triwulan=chosen.name,
            judul_triwulan=say.quarter(chosen),
            bulan=f"{say.month(chosen.months[0])} – {say.month(chosen.months[2])}",
            berjalan=is_running,
            # From when on everything of it can be shown.
            tersedia=showing.day(report.closed_from(chosen), clock.today()) if is_running else "",
            sejak=_since(known, chosen),
            utama=_first(found) if found else _first_so_far(now),
            bagian=_parts(shown),
            terkecil=SMALLEST_GROUP,
            ada_tertutup=any(table.has_hidden for table in shown.values()),
        )

    def file(self, visit: Visit) -> Response:
        quarter = Quarter.named(visit.part("quarter"))
        with self._database.read() as connection:
            known = report.known(connection, clock.today())
            found = report.of(connection, quarter) if quarter in known.closed and quarter else None
        table = tables(found).get(visit.part("table")) if found else None
        if table is None or found is None:
            return self._pages.problem(visit.request, "tidak_ada", 404, session=visit.signed_in)
        name = f"suluh-{found.quarter.name}-{table.id}.csv"
        return Response(
            as_csv(table),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _chosen(known: Known, asked: str | None) -> Quarter | None:
    """The quarter that was asked for; without one the last that is closed."""
    if asked is None:
        return known.closed[0] if known.closed else known.running
    quarter = Quarter.named(asked)
    return quarter if quarter in (known.running, *known.closed) else None


def _since(known: Known, quarter: Quarter) -> str:
    """From which day on was counted, where that is within the quarter."""
    if known.since is None or known.since <= quarter.first_day:
        return ""
    return showing.day(known.since, clock.today())


def _parts(shown: dict[str, Table]) -> list[dict[str, Any]]:
    if not shown:
        return []
    return [
        {**part, "tabel": [shown[name] for name in part["tabel"]]} for part in say.words()["bagian"]
    ]


def _first(found: Report) -> list[dict[str, str]]:
    """The four numbers that stand first, each with what it is to be."""
    said, calls = say.words()["utama"], found.calls
    closed, nobody = say.words()["tertutup"], calls.outcomes.groups["nobody"]
    share, is_few = calls.in_time, bool(calls.in_time and calls.in_time.is_least)
    people = found.people["channel"].total
    reports = found.reports["kind"].total
    left_over = say.number(nobody) if nobody is not None else said["lepas"]["sedikit"]
    return [
        _card(
            "tepat",
            _percent(share.percent, at_least=share.is_least) if share else closed,
            _targets(),
        ),
        _waiting_card(calls.waiting),
        _card(
            "lepas",
            left_over if nobody is not None or is_few else closed,
            said["lepas"]["target"],
        ),
        _card(
            "laporan",
            said["lepas"]["sedikit"] if reports is None else say.number(reports),
            said["laporan"]["target"].format(orang=say.number(people))
            if people
            else said["laporan"]["tanpa"],
        ),
    ]


def _first_so_far(now: Running | None) -> list[dict[str, str]]:
    """Of a quarter that goes on: how people are answered."""
    assert now is not None
    closed = say.words()["kosong"]
    share = closed if now.in_time is None else _percent(now.in_time, at_least=True)
    return [_card("tepat", share, _targets()), _waiting_card(now.waiting)]


def _waiting_card(waiting: report.Times) -> dict[str, str]:
    said = say.words()["utama"]["tunggu"]
    if waiting.half is None:
        return _card("tunggu", say.words()["kosong"], said["tanpa"])
    longest = say.lasting(waiting.nine_of_ten)
    return _card("tunggu", say.lasting(waiting.half), said["target"].format(lama=longest))


def _card(name: str, value: str, target: str) -> dict[str, str]:
    title = say.words()["utama"][name]["judul"]
    return {"id": name, "judul": title, "nilai": value, "target": target}


def _percent(number: int, *, at_least: bool) -> str:
    said: str = say.words()["utama"]["tepat"]["paling_sedikit"]
    return said.format(n=number) if at_least else f"{number}%"


def _targets() -> str:
    times = {level: say.lasting(target // 1000) for level, target in targets().items()}
    said: str = say.words()["utama"]["tepat"]["target"]
    return said.format(**times)
