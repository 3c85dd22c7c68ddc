"""A sent report is the desk's alone, and nothing but its receipt leads to it."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bot.attachments import store
from bot.attachments.reading import files_of_tip
from bot.clock import now_ms, this_hour_ms, this_month
from bot.conversation.messages import Attachment, Inbound
from bot.privacy import boxes, desk, retention, slow_hash
from bot.privacy.receipts import Receipt
from bot.privacy.sealing import SealBroken
from bot.storage.database import Database
from bot.storage.tables import (
    attachments,
    contacts,
    conversations,
    desk_keys,
    tip_counts,
    tip_drafts,
    tip_marks,
    tips,
)
from bot.tips import filing
from bot.tips.draft import Draft
from bot.triage import levels
from tests.bot.tips.house import STORY, House

HOUR = 3_600_000
KEEP = 24 * HOUR
GRAVE = replace(STORY, level=levels.URGENT)


def _only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    (row,) = rows
    return row


# Sending


def test_the_desk_reads_what_was_told_and_nothing_of_safety_and_consent(house: House) -> None:
    filed = house.sent()
    body = house.body(filed.tip_id)
    asked_for_us = {"aman", "setuju"}
    assert body["fields"] == {k: v for k, v in STORY.fields.items() if k not in asked_for_us}
    assert body["words"] == list(STORY.words)
    assert (body["format"], body["channel"]) == (1, "sms")


def test_no_word_and_no_number_of_a_report_stands_in_its_rows(house: House) -> None:
    filed = house.sent()
    written = repr([house.rows(table) for table in (tips, tip_marks, tip_counts)])
    for word in ("gudang", "surau", "Contoh", "81200000001", "Pekik", filed.receipt.digits):
        assert word not in written


def test_a_body_that_was_moved_to_another_report_does_not_open(house: House) -> None:
    one, other = house.sent(), house.sent(whose=house.conversation("0812-0000-0002"))
    row = house.row(one.tip_id)
    with pytest.raises(SealBroken):
        house.member.open(row.desk_key_id, row.body_sealed, filing.body_place(other.tip_id))


def test_a_report_tells_the_hour_it_was_sent_and_not_the_moment(house: House) -> None:
    before = this_hour_ms()
    row = house.row(house.sent().tip_id)
    assert {row.filed_at, row.changed_at} <= {before, this_hour_ms()}
    assert row.filed_at % HOUR == house.body(row.id)["told_at"] % HOUR == 0
    assert row.retain_until == retention.retain_until(filing.NEW, row.filed_at)
    assert (row.state, row.level, row.held_at) == (filing.NEW, levels.SERIOUS, None)


def test_a_report_opens_with_its_receipt_and_with_no_other(house: House) -> None:
    filed = house.sent()
    row = house.row(filed.tip_id)
    keys = filing.receipt_keys(house.vault, filed.receipt)
    assert bytes(row.receipt_hash) == keys.hash
    assert bytes(row.reporter_key) == keys.public_key
    place = filing.check_place(filed.tip_id)
    facts = json.loads(boxes.open_with(keys.private_key, row.check_sealed, place))
    assert facts == filing.second_facts(STORY.fields)
    other = filing.receipt_keys(house.vault, Receipt.new())
    with pytest.raises(SealBroken):
        boxes.open_with(other.private_key, row.check_sealed, place)


def test_each_report_has_a_receipt_of_its_own(house: House) -> None:
    filed = [house.sent(whose=house.conversation(f"0812-0000-000{n}")) for n in range(3)]
    assert len({one.receipt.digits for one in filed}) == 3
    assert len({one.tip_id for one in filed}) == 3


def test_what_is_on_its_way_shows_no_receipt(house: House) -> None:
    filed = house.sent()
    assert filed.receipt.digits not in repr(filed)
    assert "receipt" not in repr(filed)


def test_a_report_knows_its_conversation_and_that_of_a_child_does_not(house: House) -> None:
    whose = house.conversation()
    assert house.row(house.sent(whose=whose).tip_id).conversation_id == whose
    child = STORY.with_facts({"pelapor_anak": True})
    assert house.row(house.sent(child, whose).tip_id).conversation_id is None
    _, effect = filing.keep_unfinished(child, house.desk_key, whose, "sms")
    house.do(effect)
    unfinished = [row for row in house.rows(tips) if row["state"] == filing.UNFINISHED]
    assert _only(unfinished)["conversation_id"] is None


def test_a_report_outlives_its_conversation_and_forgets_it(house: House) -> None:
    filed = house.sent()
    with house.database.write() as connection:
        connection.execute(contacts.delete())
    assert house.count(conversations) == 0
    assert house.row(filed.tip_id).conversation_id is None
    assert house.body(filed.tip_id)["words"]


def test_nothing_slow_happens_while_others_wait_to_write(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = filing.file(STORY, house.desk_key, house.vault, house.conversation(), "sms")

    def too_late(*_: Any) -> bytes:
        raise AssertionError("a slow hash inside the transaction")

    monkeypatch.setattr(slow_hash, "derive", too_late)
    house.do(filed.effect)
    assert house.count(tip_marks) == 4


# Files


def _with_file(house: House) -> str:
    """Somebody sends a file, which is still to be fetched; gives the conversation."""
    files = (Attachment("photo", "image/jpeg", "berkas-uji", 9),)
    inbound = Inbound("telegram", "1001", "b1", attachments=files)
    return house.inbox.accept(inbound).conversation_id


def test_the_files_of_the_conversation_go_with_the_report(house: House) -> None:
    whose = _with_file(house)
    filed = house.sent(whose=whose)
    assert _only(house.rows(attachments))["tip_id"] == filed.tip_id


def test_files_that_come_later_go_to_the_report_that_was_sent(house: House) -> None:
    filed = house.sent()
    whose = _with_file(house)
    house.do(filing.add_files(house.desk_key, house.vault, whose, filed.tip_id))
    assert _only(house.rows(attachments))["tip_id"] == filed.tip_id
    assert store.claim_next(house.database, ["telegram"])
    with house.database.read() as connection:
        assert files_of_tip(connection, filed.tip_id) == []


@pytest.mark.parametrize("state", [filing.UNFINISHED, filing.WITHDRAWN, None])
def test_no_file_goes_to_a_report_that_is_not_there_for_it(house: House, state: str | None) -> None:
    filed = house.sent()
    with house.database.write() as connection:
        which = tips.c.id == filed.tip_id
        if state is None:
            connection.execute(tips.delete().where(which))
        else:
            connection.execute(update(tips).where(which).values(state=state))
    whose = _with_file(house)
    house.do(filing.add_files(house.desk_key, house.vault, whose, filed.tip_id))
    assert _only(house.rows(attachments))["tip_id"] is None


# Before it is finished


def test_a_report_of_danger_is_shown_to_the_desk_while_it_is_told(house: House) -> None:
    whose = house.conversation()
    draft, effects = filing.meanwhile(GRAVE, house.desk_key, whose, "sms", keep_ms=KEEP)
    house.do(*effects)
    assert draft.tip_id is not None
    row = house.row(draft.tip_id)
    assert (row.state, row.level, row.receipt_hash) == (filing.UNFINISHED, levels.URGENT, None)
    assert row.retain_until == retention.retain_until(filing.UNFINISHED, row.filed_at)
    assert house.body(draft.tip_id)["words"] == list(STORY.words)


@pytest.mark.parametrize("level", [levels.ORDINARY, levels.SERIOUS])
def test_without_danger_nothing_is_shown_before_it_is_sent(house: House, level: str) -> None:
    whose = house.conversation()
    draft = replace(STORY, level=level)
    unchanged, effects = filing.meanwhile(draft, house.desk_key, whose, "sms", keep_ms=KEEP)
    house.do(*effects)
    assert unchanged.tip_id is None
    assert house.count(tips) == 0
    assert _only(house.rows(tip_drafts))["tip_id"] is None


def test_without_a_desk_nothing_is_shown_to_it(house: House) -> None:
    draft, effects = filing.meanwhile(GRAVE, None, house.conversation(), "sms", keep_ms=KEEP)
    house.do(*effects)
    assert (draft, house.count(tips)) == (GRAVE, 0)


def test_each_further_message_is_written_over_the_one_before(house: House) -> None:
    whose = house.conversation()
    draft, effects = filing.meanwhile(GRAVE, house.desk_key, whose, "sms", keep_ms=KEEP)
    house.do(*effects)
    more = draft.with_words("mereka akan dibawa malam ini")
    again, effects = filing.meanwhile(more, house.desk_key, whose, "sms", keep_ms=KEEP)
    house.do(*effects)
    assert again.tip_id == draft.tip_id
    assert house.count(tips) == house.count(tip_drafts) == 1
    assert draft.tip_id is not None
    assert house.body(draft.tip_id)["words"][-1] == "mereka akan dibawa malam ini"


def test_what_was_shown_before_becomes_the_report_that_is_sent(house: House) -> None:
    whose = house.conversation()
    draft, effects = filing.meanwhile(GRAVE, house.desk_key, whose, "sms", keep_ms=KEEP)
    house.do(*effects)
    filed = house.sent(draft, whose)
    assert filed.tip_id == draft.tip_id
    row = _only(house.rows(tips))
    assert row["state"] == filing.NEW
    assert row["receipt_hash"] is not None


def test_a_report_that_was_sent_is_never_written_over(house: House) -> None:
    whose = house.conversation()
    filed = house.sent(whose=whose)
    late = replace(GRAVE, tip_id=filed.tip_id, words=("lain",))
    _, effect = filing.keep_unfinished(late, house.desk_key, whose, "sms")
    with pytest.raises(IntegrityError):
        house.do(effect)
    assert house.body(filed.tip_id)["words"] == list(STORY.words)
    assert house.row(filed.tip_id).state == filing.NEW


def test_a_report_that_is_taken_back_is_gone_and_one_that_was_sent_stays(house: House) -> None:
    whose = house.conversation()
    draft, effects = filing.meanwhile(GRAVE, house.desk_key, whose, "sms", keep_ms=KEEP)
    house.do(*effects)
    filed = house.sent(whose=whose)
    assert draft.tip_id is not None
    house.do(filing.forget_unfinished(draft.tip_id), filing.forget_unfinished(filed.tip_id))
    assert [row["id"] for row in house.rows(tips)] == [filed.tip_id]


def test_one_that_is_held_cannot_be_taken_back(house: House) -> None:
    draft, effects = filing.meanwhile(
        GRAVE, house.desk_key, house.conversation(), "sms", keep_ms=KEEP
    )
    house.do(*effects)
    assert draft.tip_id is not None
    with house.database.write() as connection:
        connection.execute(update(tips).values(held_at=1))
    house.do(filing.forget_unfinished(draft.tip_id))
    assert house.count(tips) == 1


# The times of a report that is told


def test_it_is_noted_until_when_a_report_is_kept_in_the_middle(house: House) -> None:
    whose = house.conversation()
    before = now_ms()
    for _ in range(2):
        house.do(filing.touch(whose, filing.ASKING, None, keep_ms=KEEP))
    row = _only(house.rows(tip_drafts))
    assert (row["conversation_id"], row["stage"]) == (whose, filing.ASKING)
    assert before <= row["touched_at"] <= now_ms()
    assert row["expires_at"] == row["touched_at"] + KEEP
    house.do(filing.untouch(whose))
    assert house.rows(tip_drafts) == []


def test_once_it_is_sent_no_note_leads_to_the_report(house: House) -> None:
    whose = house.conversation()
    filed = house.sent(whose=whose)
    house.do(filing.touch(whose, filing.SENT, filed.tip_id, keep_ms=KEEP))
    row = _only(house.rows(tip_drafts))
    assert (row["stage"], row["tip_id"]) == (filing.SENT, None)


def test_the_note_of_another_conversation_stays(house: House) -> None:
    one, other = house.conversation(), house.conversation("0812-0000-0002")
    house.do(*(filing.touch(w, filing.ASKING, None, keep_ms=KEEP) for w in (one, other)))
    house.do(filing.untouch(one))
    assert _only(house.rows(tip_drafts))["conversation_id"] == other


def test_a_conversation_that_is_forgotten_leads_to_no_report(house: House) -> None:
    one, other = house.conversation(), house.conversation("0812-0000-0002")
    mine, theirs = house.sent(whose=one), house.sent(whose=other)
    house.do(filing.unlink(one))
    assert house.row(mine.tip_id).conversation_id is None
    assert house.row(theirs.tip_id).conversation_id == other


def test_how_long_is_kept_comes_from_the_list() -> None:
    assert filing.kept_ms(retention.DRAFT) == retention.hours(retention.DRAFT) * HOUR


# Marks and figures


def _marks(house: House, **recruiter: Any) -> set[tuple[str, bytes]]:
    """The marks of a report of this recruiter."""
    whose = house.conversation(f"0812-0000-{len(house.rows(tips)):04}")
    filed = house.sent(STORY.with_facts({"pelaku": recruiter}), whose)
    return {
        (row["kind"], bytes(row["mark"]))
        for row in house.rows(tip_marks)
        if row["tip_id"] == filed.tip_id
    }


def test_every_number_account_link_and_company_of_a_report_has_a_mark(house: House) -> None:
    filed = house.sent()
    kinds = [row["kind"] for row in house.rows(tip_marks)]
    assert sorted(kinds) == ["perusahaan", "rekening", "tautan", "telepon"]
    assert {row["tip_id"] for row in house.rows(tip_marks)} == {filed.tip_id}


@pytest.mark.parametrize("name", ["PT Contoh Jaya", "pt. contoh jaya", "Contoh  Jaya"])
def test_a_company_is_the_same_however_it_is_written(house: House, name: str) -> None:
    bare = replace(STORY, fields={"jenis": "lainnya"})
    house.sent(bare.with_facts({"pelaku": {"perusahaan": ["PT contoh jaya"]}}))
    other = house.conversation("0812-0000-0002")
    house.sent(bare.with_facts({"pelaku": {"perusahaan": [name]}}), other)
    assert len({row["mark"] for row in house.rows(tip_marks)}) == 1
    assert len(house.rows(tip_marks)) == 2


def test_a_name_alone_marks_nothing(house: House) -> None:
    house.sent(replace(STORY, fields={"jenis": "lainnya", "pelaku": {"nama": "Pak Contoh"}}))
    assert house.rows(tip_marks) == []


def test_a_report_has_so_many_marks_and_no_more(house: House) -> None:
    numbers = [f"+62812000000{number:02}" for number in range(filing.MOST_MARKS + 5)]
    fields = {"jenis": "lainnya", "pelaku": {"telepon": [*numbers, *numbers]}}
    house.sent(replace(STORY, fields=fields))
    assert len(house.rows(tip_marks)) == filing.MOST_MARKS


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"kode": "17.09.09.2003", "desa": "Pekik Nyaring"}, "17.09.09"),
        ({"kode": "17.09.02"}, "17.09.02"),
        ({"negara": "MY"}, "MY"),
        ({"teks": "belakang masjid"}, "-"),
        ({"kode": None, "ambiguous": ["17.09.01.2002", "17.09.02"]}, "-"),
        (None, "-"),
    ],
)
def test_figures_know_the_kecamatan_or_the_country_and_no_village(
    house: House, place: dict[str, Any] | None, code: str
) -> None:
    house.sent(STORY.with_facts({"tempat": place}))
    assert _only(house.rows(tip_counts)) == {
        "month": this_month(),
        "kind": "penampungan",
        "place": code,
        "level": levels.SERIOUS,
        "count": 1,
    }


def test_reports_of_the_same_kind_and_place_are_counted_together(house: House) -> None:
    for number in range(3):
        house.sent(whose=house.conversation(f"0812-0000-000{number}"))
    house.sent(replace(STORY, level=levels.URGENT), house.conversation("0812-0000-0009"))
    assert sorted((row["level"], row["count"]) for row in house.rows(tip_counts)) == [
        (levels.URGENT, 1),
        (levels.SERIOUS, 3),
    ]


def test_reports_that_are_sent_at_the_same_moment_are_both_counted(house: House) -> None:
    first, second = (
        filing.file(STORY, house.desk_key, house.vault, house.conversation(person), "sms")
        for person in ("0812-0000-0001", "0812-0000-0002")
    )
    failed: list[str] = []

    def send() -> None:
        try:
            house.do(second.effect)
        except Exception as error:
            failed.append(type(error).__name__)

    other = threading.Thread(target=send)
    with house.database.write() as connection:
        first.effect(connection)
        other.start()
        # It comes to where it has to wait for this transaction.
        time.sleep(0.3)
    other.join()
    assert failed == []
    assert _only(house.rows(tip_counts))["count"] == 2


# What only the reporter knows


@pytest.mark.parametrize(
    ("place", "facts"),
    [
        (
            {"kecamatan": "Pondok Kubang", "desa": "Pekik Nyaring", "teks": "dekat surau"},
            ["pondok kubang", "pekik nyaring"],
        ),
        ({"kabupaten": "Rejang Lebong"}, ["rejang lebong"]),
        ({"negara": "MY"}, ["my"]),
        ({"teks": "Belakang Masjid!"}, []),
        ({"ambiguous": ["17.09.05.2010", "17.09.11.2007"], "teks": "itu"}, ["pagar jati"]),
        ({}, []),
    ],
)
def test_the_reporter_is_asked_for_the_place_by_its_names(
    place: dict[str, Any], facts: list[str]
) -> None:
    fields = {"jenis": "anak", "tempat": place}
    assert filing.second_facts(fields)["tempat"] == facts


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ({"teks": "Belakang Masjid!"}, "belakang masjid"),
        ({"teks": "..."}, ""),
        ({"teks": "di ruko", "negara": "MY"}, ""),
    ],
)
def test_a_place_without_a_name_is_asked_for_in_words(place: dict[str, Any], words: str) -> None:
    assert filing.second_facts({"tempat": place})["kata"] == words


def test_a_report_without_a_place_is_known_by_its_kind() -> None:
    assert filing.second_facts({"jenis": "anak"}) == {"tempat": [], "kata": "", "jenis": "anak"}


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Pekik Nyaring", "pekik nyaring"),
        ("  PEKIK-NYARING. ", "pekik nyaring"),
        ("Pekik\u00a0Nyaring", "pekik nyaring"),
        ("?!", ""),
    ],
)
def test_names_are_compared_without_signs_and_capitals(name: str, folded: str) -> None:
    assert filing.plain(name) == folded


# The desk


def test_there_is_no_key_without_a_vault_and_without_a_desk(house: House) -> None:
    assert filing.current_desk_key(None) is None
    with house.database.write() as connection:
        connection.execute(update(desk_keys).values(retired_at=1))
    assert filing.current_desk_key(house.vault) is None


def test_a_report_is_sealed_for_the_key_of_today(house: House) -> None:
    with house.database.read() as connection:
        today = desk.current(connection)
    assert filing.current_desk_key(house.vault) == today == house.desk_key


@pytest.mark.parametrize(
    ("state", "taken"),
    [(state, state not in (filing.UNFINISHED, filing.WITHDRAWN)) for state in filing.STATES],
)
def test_more_is_taken_while_a_report_is_there(house: House, state: str, taken: bool) -> None:
    filed = house.sent()
    with house.database.write() as connection:
        connection.execute(update(tips).values(state=state))
        assert (filing.still_taken(connection, filed.tip_id) is not None) is taken
        assert not filing.still_taken(connection, "tidak-ada")


def test_every_state_has_a_time_after_which_it_goes() -> None:
    assert set(retention.CLASS_OF_STATE) == set(filing.STATES)


def test_a_report_that_is_not_written_after_all_leaves_nothing(
    house: House, database: Database
) -> None:
    filed = filing.file(STORY, house.desk_key, house.vault, house.conversation(), "sms")

    def fails(*_: Any) -> None:
        raise RuntimeError("listrik padam")

    with pytest.raises(RuntimeError):
        house.do(filed.effect, fails)
    with database.read() as connection:
        assert connection.execute(select(tips.c.id)).all() == []
    assert house.rows(tip_marks) == house.rows(tip_counts) == []


def test_an_empty_report_can_be_sent(house: House) -> None:
    filed = house.sent(Draft(fields={"jenis": "lainnya"}))
    assert house.body(filed.tip_id)["words"] == []
