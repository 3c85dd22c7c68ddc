from __future__ import annotations

import csv
import io

import pytest

from console.figure_files import as_csv
from console.figure_tables import Row, Table


def _rows(table: Table) -> list[list[str]]:
    return list(
        csv.reader(io.StringIO(as_csv(table).removeprefix("\ufeff"), newline=""), delimiter=";")
    )


@pytest.mark.parametrize("name", ["=1+1", "+62", "-2", "@SUM(A1)", "\tx", "\rx"])
def test_a_cell_is_never_a_formula(name: str) -> None:
    table = Table("x", "X", name, [name], [Row(name, [name], 100.0)], ["3"])
    assert [cell for row in _rows(table)[:2] for cell in row] == [f"'{name}"] * 4


def test_a_number_is_a_number_in_every_country_and_what_is_hidden_is_none() -> None:
    table = Table(
        "x", "X", "Nama", ["Banyak"], [Row("a", ["1.234"], 1.0), Row("b", [None], None)], None
    )
    assert _rows(table) == [
        ["Nama", "Banyak"],
        ["a", "1234"],
        ["b", "ditutup"],
        ["Jumlah", "kurang dari 5"],
    ]
