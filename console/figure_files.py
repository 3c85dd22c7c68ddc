"""A table of figures as a file that spreadsheets open."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from console import figure_words as say
from console.figure_tables import Table

# What a spreadsheet takes for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
# Excel reads a file as UTF-8 by this; set to Indonesian, it parts columns at semicolons.
_BOM, _DELIMITER = "\ufeff", ";"


def as_csv(table: Table) -> str:
    """A table as a file that spreadsheets open, with nothing in it that they would run."""
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=_DELIMITER)
    closed = say.words()["tertutup"]

    def write(cells: Sequence[str | None]) -> None:
        writer.writerow([_harmless(closed if cell is None else cell) for cell in cells])

    write([table.head, *table.columns])
    for row in table.rows:
        write([row.name, *row.cells])
    total = table.total or [say.words()["utama"]["lepas"]["sedikit"]]
    write([say.words()["jumlah"], *total])
    return _BOM + lines.getvalue()


def _harmless(cell: str) -> str:
    # "1.234" is one number of a thousand in Indonesia, and one and a bit elsewhere.
    plain = cell.replace(".", "")
    if plain.isdigit():
        return plain
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell
