"""What is wanted before a report is open: kept in mind, and done once it is."""

from __future__ import annotations

import pytest

from bot.conversation.messages import Content, Location
from bot.privacy.receipts import Receipt
from bot.storage.tables import tip_entries
from bot.tips import casework, filing, follow_up
from bot.tips.filing import Filed
from bot.tips.follow_up import CHECK, CONFIRM, OPEN, Session
from tests.bot.tips.house import House
from tests.bot.tips.test_actions import STRANGER, Stage

RIGHT_PLACE, WRONG_PLACE = "Pondok Kubang", "Bang Haji"


@pytest.fixture
def stage(house: House) -> Stage:
    return Stage(house)


@pytest.fixture
def stranger(house: House) -> Stage:
    return Stage(house, STRANGER)


def _sent(stage: Stage) -> Filed:
    return stage.house.sent(whose=stage.whose)


def test_who_wants_a_report_back_is_asked_for_its_receipt(stage: Stage) -> None:
    said = stage.asks("saya mau menarik laporan", langkah=follow_up.WITHDRAW)
    assert said.responses == ["ucapan_status_tarik_nomor"]
    filed = _sent(stage)
    said = stage.asks(filed.receipt.shown)
    assert said.responses == ["ucapan_status", "ucapan_status_tarik_yakin"]
    assert stage.asks(langkah="tarik_ya").responses == ["ucapan_status_ditarik"]
    assert stage.house.row(filed.tip_id).state == filing.WITHDRAWN


def test_so_is_who_was_just_given_it(stage: Stage) -> None:
    filed = _sent(stage)
    stage.opens(filed, CONFIRM)
    assert stage.asks(langkah=follow_up.WITHDRAW).responses == ["ucapan_status_tarik_nomor"]
    said = stage.asks(filed.receipt.shown)
    assert said.responses[-1] == "ucapan_status_tarik_yakin"
    assert said.session is not None
    assert said.session.stage == OPEN


def test_nothing_is_opened_by_a_wish(stage: Stage) -> None:
    stage.asks(langkah=follow_up.WITHDRAW)
    assert stage.asks("halo").responses == ["ucapan_status_minta"]
    assert stage.asks(langkah="tarik_ya").responses == ["ucapan_status_minta"]
    assert stage.asks(Receipt.new().shown).responses == ["ucapan_resi_tidak_dikenal"]


@pytest.mark.parametrize("step", [follow_up.WITHDRAW, "tarik_ya", "ganti", "tambah"])
def test_nothing_is_done_to_a_report_before_its_second_fact(stranger: Stage, step: str) -> None:
    filed = stranger.house.sent()
    stranger.opens(filed, CHECK)
    for _ in range(9):
        said = stranger.asks(langkah=step)
        assert said.responses == ["ucapan_status_dulu", "ucapan_status_pastikan"]
        assert said.session is not None
        assert said.session.stage == CHECK
    assert stranger.house.row(filed.tip_id).state == filing.NEW
    # None of them was a try.
    assert stranger.asks(RIGHT_PLACE).session is not None
    assert Session.from_slot(stranger.slots[follow_up.SLOT]).stage in (OPEN, CONFIRM)  # type: ignore[union-attr]


def test_what_was_wanted_is_done_after_the_second_fact(stranger: Stage) -> None:
    stranger.opens(stranger.house.sent(), CHECK)
    stranger.asks(langkah=follow_up.WITHDRAW)
    assert stranger.asks(RIGHT_PLACE).responses == ["ucapan_status_tarik_yakin"]


def test_what_is_told_beside_the_second_fact_is_added_once_it_is_told(stranger: Stage) -> None:
    house, filed = stranger.house, stranger.house.sent()
    stranger.opens(filed, CHECK)
    for text in ("mereka dipindah semalam", "pakai mobil hitam"):
        said = stranger.asks(text, langkah=follow_up.KEEP_FOR_LATER)
        assert said.responses == ["ucapan_status_simpan_dulu", "ucapan_status_pastikan"]
    assert house.count(tip_entries) == 0
    said = stranger.asks(RIGHT_PLACE)
    assert said.responses[0] == "ucapan_status_ditambah_tadi"
    (entry,) = casework.open_case(house.database, house.member, filed.tip_id).entries
    assert entry.text == "mereka dipindah semalam\npakai mobil hitam"
    assert said.session is not None
    assert not said.session.words


def test_what_is_told_by_who_does_not_know_the_second_fact_is_added_nowhere(
    stranger: Stage,
) -> None:
    stranger.opens(stranger.house.sent(), CHECK)
    stranger.asks("itu bohong semua", langkah=follow_up.KEEP_FOR_LATER)
    stranger.asks(WRONG_PLACE)
    assert stranger.asks(langkah="selesai").responses == ["ucapan_status_selesai"]
    assert stranger.house.count(tip_entries) == 0


def test_a_point_on_the_map_is_added_as_well(stranger: Stage) -> None:
    from actions.receipts import ActionCekStatus

    filed = stranger.house.sent()
    stranger.opens(filed, CHECK)
    point = (Content(location=Location(-3.79, 102.26)),)
    stranger.run(
        ActionCekStatus, intent="cek_status", contents=point,
        entities={"langkah": follow_up.KEEP_FOR_LATER},
    )  # fmt: skip
    stranger.asks(RIGHT_PLACE)
    house = stranger.house
    (entry,) = casework.open_case(house.database, house.member, filed.tip_id).entries
    assert "-3.79" in entry.text


def test_what_answers_nothing_costs_no_try(stranger: Stage) -> None:
    stranger.opens(stranger.house.sent(), CHECK)
    for _ in range(9):
        said = stranger.asks("halo", langkah=follow_up.NO_ANSWER)
        assert said.responses == ["ucapan_status_bukan_tempat", "ucapan_status_pastikan"]
    assert stranger.asks(RIGHT_PLACE).responses == ["ucapan_status_pilihan"]
