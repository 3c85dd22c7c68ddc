"""What every page of the desk has in common."""

from __future__ import annotations

import pytest

from console.pages import flash, words
from tests.console.visitor import Site, Visitor, words_of

# What differs between the databases is tested where it is done; here it would take time only.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_what_was_done_or_refused_is_said_once(site: Site, sari: Visitor) -> None:
    assert flash("", "") is None
    assert flash("", "nothing-of-the-kind") is None
    assert flash("", "tulis") == {"jenis": "ok", "teks": "Pesan dikirim."}
    assert flash("Tulis dulu isinya.", "tulis") == {"jenis": "salah", "teks": "Tulis dulu isinya."}
    assert "Budi" in (flash("", "tawarkan", nama="Budi") or {})["teks"]


def test_an_address_that_somebody_made_up_opens_its_page_all_the_same(sari: Visitor) -> None:
    for done in (*words()["selesai"], "jenis", "{x}"):
        assert sari.get(f"/meja/akun?selesai={done}").status_code == 200, done


def test_a_level_has_one_name_on_every_page(site: Site, sari: Visitor) -> None:
    handoff = site.desk.taken()
    for path in ("", f"percakapan/{handoff.id}", "laporan"):
        shown = words_of(sari.get(f"/meja/{path}"))
        assert words()["tingkat"]["darurat"] in shown, path
