"""The tables of a report of figures, each with the bars that are drawn beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.figures.hiding import Breakdown
from bot.figures.report import Calls, Quiz, Report
from console import figure_words as say
from console.pages import words as desk_words


@dataclass(frozen=True)
class Row:
    """A group of a table.

    Attributes:
        cells: What stands beside the name; None where it is hidden.
        width: Of its bar, 0 to 100; None where the number is hidden.
    """

    name: str
    cells: Sequence[str | None]
    width: float | None


@dataclass(frozen=True)
class Table:
    """A breakdown as it is shown; `total` is None where even that is less than five.

    Attributes:
        note: What has to be known to read it.
        is_empty: There was nothing to count.
    """

    id: str
    title: str
    head: str
    columns: Sequence[str]
    rows: Sequence[Row]
    total: Sequence[str | None] | None
    note: str = ""
    is_empty: bool = False
    has_hidden: bool = False


def tables(report: Report) -> dict[str, Table]:
    """All tables of a report, by their ids."""
    desk = desk_words()
    level: Callable[[str], str] = desk["tingkat"].__getitem__
    by_state: Callable[[str], str] = desk["keadaan_laporan"].__getitem__
    names: dict[str, tuple[Breakdown, Callable[[str], str]]] = {
        "laporan-bulan": (report.reports["month"], say.month),
        "laporan-jenis": (report.reports["kind"], say.kind),
        "laporan-kecamatan": (report.reports["place"], say.place),
        "laporan-tahap": (report.reports["stage"], say.stage),
        "laporan-tingkat": (report.reports["level"], level),
        "laporan-keadaan": (report.reports["state"], by_state),
        "panggilan-hasil": (report.calls.outcomes, say.words()["hasil"].__getitem__),
        "tanpa-jawaban": (report.unanswered, _reason),
    }
    people = {
        "orang-saluran": ("channel", desk["saluran"].__getitem__),
        "orang-bulan": ("month", say.month),
        "orang-hari": ("weekday", say.weekday),
    }
    found = [_plain(id_, *of) for id_, of in names.items()]
    found += [
        _people(id_, report.people[by], report.messages[by], name)
        for id_, (by, name) in people.items()
    ]
    found += [_waiting(report.calls, level), _topics(report.topics), _quiz(report.quiz)]
    return {table.id: table for table in found}


def _plain(id_: str, of: Breakdown, name: Callable[[str], str]) -> Table:
    return _table(id_, of, {group: name(group) for group in of.groups})


def _people(id_: str, people: Breakdown, messages: Breakdown, name: Callable[[str], str]) -> Table:
    names = {group: name(group) for group in people.groups}
    said = {group: [_number(count)] for group, count in messages.groups.items()}
    return _table(id_, people, names, said, [_number(messages.total)])


def _waiting(calls: Calls, name: Callable[[str], str]) -> Table:
    of_level = {
        level: [say.lasting(times.half), say.lasting(times.nine_of_ten)]
        for level, times in calls.waiting_of.items()
    }
    everybody = [say.lasting(calls.waiting.half), say.lasting(calls.waiting.nine_of_ten)]
    names = {level: name(level) for level in calls.by_level.groups}
    handling = say.lasting(calls.handling.half)
    return _table("panggilan-tingkat", calls.by_level, names, of_level, everybody, tangani=handling)


def _topics(of: Breakdown) -> Table:
    """Those that may be named, the most asked first; the others together."""
    ordered = dict(sorted(of.shown.items(), key=lambda one: (-one[1], one[0])))
    if of.rest:
        ordered[say.words()["lainnya"]] = of.rest
    # Which others there were is not said: it would tell that somebody asked.
    together = Breakdown(of.total, ordered)
    return _table("topik", together, {one: say.topics().get(one, one) for one in ordered})


def _quiz(quiz: Quiz) -> Table:
    right = {stage: [None if share is None else f"{share}%"] for stage, share in quiz.right.items()}
    names = {stage: say.words()["kuis"][stage] for stage in quiz.rounds.groups}
    table = _table("kuis", quiz.rounds, names, right, [say.words()["kosong"]])
    # What was learned is to be seen, not how many played.
    rows = [replace(row, width=share) for row, share in zip(table.rows, quiz.right.values())]
    return replace(table, rows=rows)


def _table(
    id_: str,
    of: Breakdown,
    names: Mapping[str, str],
    more: Mapping[str, Sequence[str | None]] | None = None,
    more_of_all: Sequence[str | None] = (),
    **values: str,
) -> Table:
    """A table of a breakdown, and further columns of what goes with each group."""
    said: dict[str, Any] = say.words()["tabel"][id_]
    longest = max(of.shown.values(), default=0)
    hidden = [None] * (len(said["kolom"]) - 1)
    rows = [
        Row(
            names[group],
            [_number(count), *(hidden if count is None or more is None else more[group])],
            None if count is None else 100 * count / longest if longest else 0.0,
        )
        for group, count in of.groups.items()
    ]
    return Table(
        id_,
        said["judul"],
        said["kepala"],
        said["kolom"],
        rows if of.total is not None else (),
        None if of.total is None else [_number(of.total), *more_of_all],
        note=str(said.get("lagi", "")).format(**values),
        is_empty=of.total == 0,
        has_hidden=None in of.groups.values(),
    )


def _number(count: int | None) -> str | None:
    return None if count is None else say.number(count)


def _reason(code: str) -> str:
    said = say.words()
    return str(said["alasan_tak_terjawab"].get(code, said["tidak_disebut"]))
