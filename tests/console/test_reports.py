"""Reports at the desk: found, read, moved on, asked back about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from bot.storage.tables import tips
from bot.tips import filing, follow_up
from bot.tips.draft import Draft
from bot.triage import levels
from console import reports
from tests.bot.tips.house import STORY, House
from tests.console.visitor import Site, Visitor, words_of

# What differs between the databases is tested where it is done; here it would take time only.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PLANTED = '<script>alert("x")</script>'
_TIP = re.compile(r'href="/meja/laporan/([A-Za-z0-9_-]{22})"')


@pytest.fixture
def house(site: Site) -> House:
    """People who report to this desk."""
    return House(site.desk.vault, site.desk.inbox, site.desk.sari)


@pytest.fixture
def viewer(site: Site) -> Iterator[Visitor]:
    with site.signed_in(site.desk.member("Tuti", "viewer")) as visitor:
        yield visitor


def _filed(house: House, number: int = 1, **changes: Any) -> str:
    whose = house.conversation(f"0812-0000-{number:04}")
    return house.sent(replace(STORY, **changes), whose).tip_id


def _listed(visitor: Visitor, query: str = "") -> list[str]:
    return list(dict.fromkeys(_TIP.findall(visitor.get(f"/meja/laporan{query}").text)))


def test_the_list_shows_the_gravest_first_and_no_word_of_any(house: House, sari: Visitor) -> None:
    ordinary = _filed(house, 1, level=levels.ORDINARY)
    grave = _filed(house, 2, level=levels.URGENT)
    assert _listed(sari) == [grave, ordinary]
    shown = sari.get("/meja/laporan").text
    for word in ("gudang", "Pekik", "Contoh", "0000-0001"):
        assert word not in shown


def test_the_list_is_filtered_and_what_is_done_stands_apart(house: House, sari: Visitor) -> None:
    grave = _filed(house, 1, level=levels.URGENT)
    done = _filed(house, 2)
    with house.database.write() as connection:
        connection.execute(update(tips).where(tips.c.id == done).values(state=filing.CLOSED))
    assert _listed(sari) == [grave]
    assert _listed(sari, "?keadaan=closed") == [done]
    assert _listed(sari, "?tingkat=darurat") == [grave]
    assert _listed(sari, "?tingkat=biasa") == []
    assert _listed(sari, "?halaman=99&tingkat=%27%22") == []


def test_reports_are_searched_in_what_the_session_can_open(house: House, sari: Visitor) -> None:
    wanted = _filed(house, 1, words=("katanya lewat Dermaga Tua",))
    other = _filed(house, 2)
    found = sari.send("/meja/laporan", "/meja/laporan", cari="dermaga tua")
    assert wanted in found.text
    assert other not in found.text
    # What was sought stands in no address, which a browser would keep.
    assert str(found.request.url).endswith("/meja/laporan")


def test_a_viewer_sees_how_many_and_opens_none(house: House, viewer: Visitor) -> None:
    tip = _filed(house)
    assert "Penting" in words_of(viewer.get("/meja/laporan"))
    assert viewer.get(f"/meja/laporan/{tip}").status_code == 403
    assert viewer.send("/meja/akun", "/meja/laporan", cari="gudang").status_code == 403


def test_who_may_reads_what_was_told_and_how_it_was_understood(house: House, sari: Visitor) -> None:
    tip = _filed(house)
    shown = words_of(sari.get(f"/meja/laporan/{tip}"))
    for word in ("ada lima perempuan di gudang kopra", "Pekik Nyaring", "5 orang", "Pak Contoh"):
        assert word in shown
    # It counts as read from now on, in the words in which its reporter is told so.
    assert house.row(tip).state == filing.READ
    assert "sudah dibaca petugas" in words_of(sari.get(f"/meja/laporan/{tip}"))


def test_a_report_names_the_others_with_the_same_number(house: House, sari: Visitor) -> None:
    first, second = _filed(house, 1), _filed(house, 2)
    alone = house.sent(
        Draft(fields={"jenis": "lainnya"}, words=("lain",)), house.conversation("0812-0000-0003")
    ).tip_id
    shown = sari.get(f"/meja/laporan/{first}")
    assert second in shown.text
    assert alone not in shown.text
    assert "nomor HP yang sama" in words_of(shown)


@pytest.mark.parametrize("state", ["working", "referred", "closed"])
def test_its_state_is_moved_on(house: House, sari: Visitor, state: str) -> None:
    tip = _filed(house)
    page = f"/meja/laporan/{tip}"
    assert sari.send(page, f"{page}/keadaan", keadaan=state).status_code == 303
    assert house.row(tip).state == state


def test_a_state_that_is_none_changes_nothing(house: House, sari: Visitor) -> None:
    tip = _filed(house)
    page = f"/meja/laporan/{tip}"
    assert sari.send(page, f"{page}/keadaan", keadaan="hilang").status_code == 409
    assert house.row(tip).state == filing.READ


def test_its_reporter_is_asked_back(house: House, sari: Visitor) -> None:
    filed = house.sent()
    page = f"/meja/laporan/{filed.tip_id}"
    asked = sari.send(page, f"{page}/tanya", teks="Apakah mereka masih di sana?")
    assert "dengan nomor resi" in words_of(sari.get(asked.headers["location"]))
    assert "Apakah mereka masih di sana?" in words_of(sari.get(page))
    assert house.row(filed.tip_id).has_news
    house.adds(filed, "masih, tadi pagi saya lihat")
    assert "masih, tadi pagi saya lihat" in words_of(sari.get(page))


def test_an_empty_question_is_refused_and_a_long_one_stays_in_its_box(
    house: House, sari: Visitor
) -> None:
    page = f"/meja/laporan/{_filed(house)}"
    long = "Apakah " * 400
    refused = sari.send(page, f"{page}/tanya", teks=long)
    assert refused.status_code == 409
    assert long.strip() in refused.text
    assert sari.send(page, f"{page}/tanya", teks=" ").status_code == 409


def test_a_report_is_held_and_let_go(house: House, sari: Visitor) -> None:
    tip = _filed(house)
    page = f"/meja/laporan/{tip}"
    sari.send(page, f"{page}/tahan", tahan="1")
    assert house.row(tip).held_at is not None
    sari.send(page, f"{page}/tahan", tahan="0")
    assert house.row(tip).held_at is None


def test_a_withdrawn_report_opens_for_nobody(house: House, sari: Visitor) -> None:
    tip = _filed(house)
    house.do(follow_up.withdraw(tip))
    answer = sari.get(f"/meja/laporan/{tip}")
    assert answer.status_code == 410
    assert "sudah ditarik" in words_of(answer)


@pytest.mark.parametrize("which", ["x" * 22, "tidak-ada"])
def test_a_report_that_is_none_is_not_found(sari: Visitor, which: str) -> None:
    assert sari.get(f"/meja/laporan/{which}").status_code == 404
    assert sari.get(f"/meja/laporan/{which}/berkas/1").status_code == 404


@pytest.mark.parametrize("number", ["0", "1", "99", "-1"])
def test_a_file_that_is_none_is_not_found(house: House, sari: Visitor, number: str) -> None:
    assert sari.get(f"/meja/laporan/{_filed(house)}/berkas/{number}").status_code == 404


def test_no_word_of_a_report_becomes_part_of_the_page(house: House, sari: Visitor) -> None:
    fields = {
        **STORY.fields,
        "tempat": {"teks": PLANTED},
        "waktu": {"dari": None, "teks": PLANTED},
        "pelaku": {"nama": PLANTED, "perusahaan": [PLANTED], "tautan": [PLANTED]},
    }
    filed = house.sent(replace(STORY, fields=fields, words=(PLANTED,)))
    house.adds(filed, PLANTED)
    page = f"/meja/laporan/{filed.tip_id}"
    for shown in (
        sari.get(page),
        sari.send(page, f"{page}/tanya", teks=PLANTED * 200),
        sari.send("/meja/laporan", "/meja/laporan", cari=PLANTED),
    ):
        assert "<script>alert" not in shown.text
    assert sari.get(page).text.count("&lt;script&gt;") >= 5


@pytest.mark.parametrize(
    "sought", ["0812-0000-0001", "+62 812 0000 0001", "81200000001", "PEKIK nyaring", "surau"]
)
def test_a_number_is_found_however_it_is_written(house: House, sari: Visitor, sought: str) -> None:
    tip = _filed(house)
    assert tip in sari.send("/meja/laporan", "/meja/laporan", cari=sought).text


@pytest.mark.parametrize("sought", ["jenis", "kecamatan", "pelaku", "0812-0000-0009", "21"])
def test_the_names_of_fields_are_not_what_was_said(
    house: House, sari: Visitor, sought: str
) -> None:
    tip = _filed(house)
    assert tip not in sari.send("/meja/laporan", "/meja/laporan", cari=sought).text


def test_what_was_said_later_and_what_is_done_are_found_as_well(
    house: House, sari: Visitor
) -> None:
    filed = house.sent()
    house.adds(filed, "mobilnya putih")
    with house.database.write() as connection:
        connection.execute(update(tips).values(state=filing.CLOSED))
    assert filed.tip_id in sari.send("/meja/laporan", "/meja/laporan", cari="putih").text


def test_who_wanted_no_receipt_cannot_be_asked_and_the_page_says_so(
    house: House, sari: Visitor
) -> None:
    tip = _filed(house)
    with house.database.write() as connection:
        connection.execute(update(tips).values(reporter_key=None))
    shown = sari.get(f"/meja/laporan/{tip}")
    assert "tidak mau nomor resi" in words_of(shown)
    assert "/tanya" not in shown.text


def test_of_very_many_that_are_alike_the_first_are_shown_and_the_others_counted(
    house: House, sari: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_ALIKE", 1)
    own, *_ = (_filed(house, number) for number in range(1, 4))
    page = sari.get(f"/meja/laporan/{own}")
    assert len(set(_TIP.findall(page.text)) - {own}) == 1
    assert "Dan 1 laporan lagi" in words_of(page)
