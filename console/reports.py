"""Reports: the list, and one of them from its first word to its end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from starlette.responses import RedirectResponse, Response

from bot.clock import now_ms
from bot.knowledge.buttons import own_texts
from bot.privacy import retention
from bot.privacy.sealing import SealBroken
from bot.privacy.vault import Vault
from bot.tips import casework, filing, listing, summary
from bot.tips.casework import Case, TipError
from bot.tips.draft import Draft
from bot.tips.listing import Listed, Wanted
from console import files, showing
from console.pages import ROOT, Pages, flash, number, words
from console.visit import MEMBERS, READERS, Entrance, Visit

ONE = "/laporan/{id:str}"
# So many stand on a page.
PAGE_SIZE = 50
LONGEST_SEARCH = 80
# So many that name the same are shown beside a report; of one recruiter there may be hundreds.
MOST_ALIKE = 30
# Not in the list unless they are asked for.
DONE = (filing.CLOSED, filing.WITHDRAWN)


class ReportPages:
    """What was reported, for who may read it; how many, for viewers."""

    def __init__(self, vault: Vault, pages: Pages) -> None:
        self._database = vault.database
        self._pages = pages

    def entrances(self) -> list[Entrance]:
        return [
            Entrance("/laporan", "GET", self.listing, MEMBERS),
            # What is searched for must not stand in an address, which browsers keep.
            Entrance("/laporan", "POST", self.search, READERS),
            Entrance(ONE, "GET", self.page, READERS),
            Entrance(f"{ONE}/berkas/{{number:int}}", "GET", self.file, READERS),
            Entrance(f"{ONE}/keadaan", "POST", self.move, READERS),
            Entrance(f"{ONE}/tanya", "POST", self.ask, READERS),
            Entrance(f"{ONE}/tahan", "POST", self.hold, READERS),
        ]

    def listing(self, visit: Visit) -> Response:
        return self._listing(visit)

    def search(self, visit: Visit) -> Response:
        sought = visit.form.get("cari", "").strip()[:LONGEST_SEARCH]
        found: Collection[str] | None = None
        if sought:
            casework.note_search(self._database, visit.signed_in.member)
            with self._database.read() as connection:
                found = casework.search(visit.signed_in.member, connection, sought)
        return self._listing(visit, sought, found)

    def page(self, visit: Visit) -> Response:
        return self._page(visit, done=visit.request.query_params.get("selesai", ""))

    def file(self, visit: Visit) -> Response:
        member, number = visit.signed_in.member, int(visit.part("number"))
        try:
            file, chunks = casework.open_file(self._database, member, visit.part("id"), number)
        except (TipError, SealBroken):
            return self._not_found(visit)
        return files.answer(chunks, file.media_type, f"berkas-{number}")

    def move(self, visit: Visit) -> Response:
        member, state = visit.signed_in.member, visit.form.get("keadaan", "")
        return self._do(
            visit, "keadaan", lambda tip: casework.move(self._database, tip, state, by=member)
        )

    def ask(self, visit: Visit) -> Response:
        member, text = visit.signed_in.member, visit.form.get("teks", "")
        return self._do(visit, "tanya", lambda tip: casework.say(self._database, member, tip, text))

    def hold(self, visit: Visit) -> Response:
        member, held = visit.signed_in.member, visit.form.get("tahan") == "1"
        return self._do(
            visit,
            "tahan" if held else "lepas",
            lambda tip: casework.hold(self._database, tip, held=held, by=member),
        )

    def _do(self, visit: Visit, name: str, action: Callable[[str], None]) -> Response:
        which = visit.part("id")
        try:
            action(which)
        except TipError as error:
            return self._page(visit, problem=str(words()["laporan_gagal"][error.reason]))
        return RedirectResponse(f"{ROOT}/laporan/{which}?selesai={name}", 303)

    def _listing(
        self, visit: Visit, sought: str = "", found: Collection[str] | None = None
    ) -> Response:
        chosen = visit.request.query_params
        level, state = chosen.get("tingkat", ""), chosen.get("keadaan", "")
        page = number(chosen.get("halaman", ""))
        wanted = Wanted(
            states=(state,) if state else (),
            but=() if state or found is not None else DONE,
            level=level,
            ids=found,
        )
        with self._database.read() as connection:
            count, shown = listing.some(connection, wanted, (page - 1) * PAGE_SIZE, PAGE_SIZE)
        return self._pages.show(
            visit.request,
            "laporan.html",
            visit.signed_in,
            baris=[_row(tip) for tip in shown],
            jumlah=count,
            halaman_ke=page,
            halaman_semua=max(1, -(-count // PAGE_SIZE)),
            tingkat=level,
            keadaan=state,
            semua_keadaan=words()["keadaan_laporan"],
            cari=sought,
            boleh_cari=visit.signed_in.member.role in READERS,
        )

    def _page(self, visit: Visit, *, done: str = "", problem: str = "") -> Response:
        which, session = visit.part("id"), visit.signed_in
        try:
            case = casework.open_case(self._database, session.member, which)
        except TipError as error:
            if error.reason == "no_such":
                return self._not_found(visit)
            return self._pages.problem(visit.request, "ditarik", 410, session=session)
        with self._database.read() as connection:
            alike = casework.matches(connection, which)
        return self._pages.show(
            visit.request,
            "satu_laporan.html",
            session,
            status=409 if problem else 200,
            pesan=flash(problem, done, "laporan_selesai"),
            t=_row(case.listed),
            garis=_lines(case),
            kata=list(case.words),
            saluran=words()["saluran"].get(case.channel, case.channel),
            riwayat=_history(case),
            berkas=_files(case),
            serupa=_alike(alike[:MOST_ALIKE]),
            serupa_lagi=max(0, len(alike) - MOST_ALIKE),
            punya_resi=case.has_receipt,
            pilihan_keadaan=[
                {"nilai": state, "teks": words()["keadaan_laporan"][state]}
                for state in casework.GIVEN_STATES
            ],
            tulisan=visit.form.get("teks", "") if problem else "",
        )

    def _not_found(self, visit: Visit) -> Response:
        return self._pages.problem(visit.request, "tidak_ada", 404, session=visit.signed_in)


def _row(tip: Listed) -> dict[str, Any]:
    ends_soon = tip.retain_until - now_ms() < retention.WARNING_DAYS * retention.DAY_MS
    return {
        "id": tip.id,
        "tingkat": tip.level,
        "keadaan": tip.state,
        "keadaan_teks": words()["keadaan_laporan"][tip.state],
        # As the reporter is told.
        "keadaan_pelapor": own_texts()["status"].get(tip.state),
        "masuk": showing.moment(tip.filed_at),
        "umur": showing.duration(now_ms() - tip.filed_at),
        "serupa": tip.matches,
        "ditahan": tip.is_held,
        "disimpan_sampai": showing.moment(tip.retain_until),
        "segera_dihapus": ends_soon and not tip.is_held,
    }


def _lines(case: Case) -> list[dict[str, str]]:
    """What was understood, in the words in which its reporter saw it."""
    return [
        {"judul": title, "isi": value} for title, value in summary.lines(Draft(dict(case.fields)))
    ]


def _history(case: Case) -> list[dict[str, Any]]:
    authors = words()["penulis"]
    return [
        {
            "dari": authors[entry.author],
            "staf": entry.author == "staff",
            "saat": showing.moment(entry.created_at),
            "teks": entry.text,
            "dibaca": entry.is_read,
        }
        for entry in case.entries
    ]


def _files(case: Case) -> list[dict[str, Any]]:
    kinds = words()["berkas"]
    return [
        {
            "jenis": kinds.get(file.kind, kinds["other"]),
            "gambar": file.media_type in files.SHOWN,
            "kb": -(-file.size // 1024),
            "url": f"{ROOT}/laporan/{case.listed.id}/berkas/{number}",
        }
        for number, file in enumerate(case.files, 1)
    ]


def _alike(matches: Sequence[casework.Match]) -> list[dict[str, Any]]:
    kinds = words()["tanda_serupa"]
    return [
        {"id": one.tip_id, "apa": ", ".join(kinds.get(kind, kind) for kind in one.kinds)}
        for one in matches
    ]
