"""The receipt opens the state, a second fact the rest, and nobody else gets anything."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from bot.clock import now_ms
from bot.privacy import guessing, retention
from bot.privacy.boxes import KeyPair, open_with
from bot.privacy.receipts import Receipt
from bot.privacy.sealing import SealBroken
from bot.storage.tables import attachments, receipt_tries, tip_entries, tip_marks, tips
from bot.tips import casework, filing, follow_up
from bot.tips.filing import Filed
from bot.tips.follow_up import CHECK, CONFIRM, MOST_ENTRIES, OPEN, OPEN_MS, Session
from bot.triage import levels
from tests.bot.tips.house import STORY, House

HOUR = 3_600_000
QUESTION = "Apakah mereka masih di sana?"


@pytest.fixture
def filed(house: House) -> Filed:
    return house.sent()


def _session(house: House, filed: Filed) -> Session:
    return Session.new(filed.tip_id, OPEN, filing.receipt_keys(house.vault, filed.receipt))


def _texts(house: House, tip_id: str, private_key: bytes) -> list[str]:
    return [text for _, text in follow_up.messages(house.vault, tip_id, private_key)]


# The session


def test_a_session_survives_its_slot_until_its_time_is_over() -> None:
    session = Session("laporan-1", CHECK, now_ms() + 1_000_000, "ab" * 32)
    assert Session.from_slot(json.loads(json.dumps(session.to_slot()))) == session
    assert Session.from_slot(replace(session, until=now_ms() - 1).to_slot()) is None


@pytest.mark.parametrize("slot", [None, "", [], {}, {"tip": "laporan-1"}])
def test_what_is_no_session_is_none(slot: Any) -> None:
    assert Session.from_slot(slot) is None


def test_a_report_stays_open_for_half_an_hour(house: House, filed: Filed) -> None:
    before = now_ms()
    session = _session(house, filed)
    assert before + OPEN_MS <= session.until <= now_ms() + OPEN_MS
    assert OPEN_MS == 30 * 60_000


def test_a_representation_shows_no_key(house: House, filed: Filed) -> None:
    session = _session(house, filed)
    assert session.private_key == house.private_key(filed).hex()
    opened = follow_up.open_tip(house.vault, filed.receipt, "")
    for shown in (repr(session), repr(opened)):
        assert session.private_key not in shown
        assert repr(house.private_key(filed)) not in shown


def test_whoever_only_confirms_holds_no_key() -> None:
    assert Session.new("laporan-1", CONFIRM).private_key == ""


# The receipt


def test_a_receipt_opens_its_report_from_any_conversation(house: House) -> None:
    whose = house.conversation()
    filed = house.sent(whose=whose)
    for asks, is_own in ((whose, True), (house.conversation("0812-0000-0002"), False)):
        opened = follow_up.open_tip(house.vault, filed.receipt, asks)
        assert opened is not None
        assert (opened.tip_id, opened.state) == (filed.tip_id, filing.NEW)
        assert opened.is_own_conversation is is_own
        assert opened.keys.private_key == house.private_key(filed)


def test_a_report_that_forgot_its_conversation_is_nobodys_own(house: House) -> None:
    """Else whoever has no conversation would be the reporter of every child."""
    filed = house.sent(STORY.with_facts({"pelapor_anak": True}))
    opened = follow_up.open_tip(house.vault, filed.receipt, house.conversation())
    assert opened is not None
    assert not opened.is_own_conversation


def test_another_receipt_opens_nothing(house: House, filed: Filed) -> None:
    assert follow_up.open_tip(house.vault, Receipt.new(), house.conversation()) is None


def test_an_unfinished_report_is_opened_by_no_receipt(house: House) -> None:
    _, effect = filing.keep_unfinished(STORY, house.desk_key, house.conversation(), "sms")
    house.do(effect)
    assert follow_up.open_tip(house.vault, Receipt.new(), "") is None


# Guessing


def test_after_three_wrong_tries_one_has_to_wait_and_a_right_one_ends_it(house: House) -> None:
    whose = house.conversation()
    for _ in range(guessing.FREE_TRIES - 1):
        house.do(follow_up.tried(whose, right=False))
        assert follow_up.wait_ms(house.vault, whose) == 0
    house.do(follow_up.tried(whose, right=False))
    assert 0 < follow_up.wait_ms(house.vault, whose) <= guessing.LONGEST_WAIT_MS
    assert follow_up.wait_ms(house.vault, house.conversation("0812-0000-0002")) == 0
    house.do(follow_up.tried(whose, right=True))
    assert follow_up.wait_ms(house.vault, whose) == 0


def test_who_never_failed_is_not_counted(house: House) -> None:
    house.do(follow_up.tried(house.conversation(), right=True))
    assert house.rows(receipt_tries) == []


# A second fact


@pytest.mark.parametrize(
    ("named", "right"),
    [
        (["Pekik Nyaring"], True),
        (["pondok kubang"], True),
        (["di mana ya", "PEKIK-NYARING"], True),
        (["Nakau"], False),
        (["Pekik"], False),
        (["penampungan"], False),
        ([""], False),
        (["?"], False),
        ([], False),
    ],
)
def test_more_is_told_to_who_also_knows_where_it_happened(
    house: House, filed: Filed, named: list[str], right: bool
) -> None:
    key = house.private_key(filed)
    assert follow_up.knows_place(house.vault, filed.tip_id, key)
    assert follow_up.second_fact_is(house.vault, filed.tip_id, key, named) is right


@pytest.mark.parametrize(
    ("named", "right"),
    [
        ("rumah cat ijo pagar putih", True),
        ("yg rumahnya pagar putih cat ijo itu kak", True),
        ("rumah cat ijo", True),
        ("rumah", False),
        ("rumah putih", False),
        ("yang dekat itu", False),
        ("", False),
    ],
)
def test_a_place_without_a_name_is_told_again_in_most_of_its_words(
    house: House, named: str, right: bool
) -> None:
    where = {"teks": "rumah cat ijo yang pagar putih itu"}
    filed = house.sent(replace(STORY, fields={"jenis": "anak", "tempat": where}))
    key = house.private_key(filed)
    assert follow_up.knows_place(house.vault, filed.tip_id, key)
    assert follow_up.second_fact_is(house.vault, filed.tip_id, key, [named]) is right


@pytest.mark.parametrize(
    ("where", "named", "right"),
    [
        ({"kecamatan": "Pondok Kelapa", "desa": "Talang Pauh"}, "talang pao", True),
        ({"kecamatan": "Pondok Kelapa", "desa": "Talang Pauh"}, "di talangpau kak", True),
        ({"kecamatan": "Pondok Kelapa", "desa": "Talang Pauh"}, "pondo klapa", True),
        ({"kecamatan": "Pondok Kelapa", "desa": "Talang Pauh"}, "Pondok Kubang", False),
        ({"kecamatan": "Pondok Kelapa", "desa": "Talang Pauh"}, "Talang Boseng", False),
        ({"kecamatan": "Pondok Kelapa", "desa": "Talang Pauh"}, "talang", False),
        ({"kecamatan": "Talang Empat", "desa": "Nakau"}, "nako", True),
        ({"kecamatan": "Talang Empat", "desa": "Nakau"}, "naku", False),
        ({"desa": "Taba Terunjam"}, "Taba Teret", False),
        ({"desa": "Taba Terunjam"}, "taba trunjam", True),
        ({"negara": "MY"}, "my", True),
        ({"negara": "MY"}, "mi", False),
    ],
)
def test_a_name_that_is_spelt_as_it_sounds_is_the_place(
    house: House, where: dict[str, str], named: str, right: bool
) -> None:
    filed = house.sent(replace(STORY, fields={"jenis": "anak", "tempat": where}))
    key = house.private_key(filed)
    assert follow_up.second_fact_is(house.vault, filed.tip_id, key, [named]) is right


@pytest.mark.parametrize(
    ("named", "right"),
    [
        ("sinar bahari", True),
        ("KM Sinar Bahari", True),
        ("kapal sinar bahari 7", True),
        ("sinar", False),
        ("kapal ikan", False),
        ("laut", False),
    ],
)
def test_of_a_ship_its_name_is_enough(house: House, named: str, right: bool) -> None:
    where = {"teks": "di kapal ikan Sinar Bahari di tengah laut"}
    filed = house.sent(replace(STORY, fields={"jenis": "anak", "tempat": where}))
    key = house.private_key(filed)
    assert follow_up.has_place_in_words(house.vault, filed.tip_id, key)
    assert follow_up.second_fact_is(house.vault, filed.tip_id, key, [named]) is right


@pytest.mark.parametrize(("named", "right"), [("penampungan", True), ("anak", False), ("", False)])
def test_without_a_place_the_kind_is_what_is_known(house: House, named: str, right: bool) -> None:
    filed = house.sent(replace(STORY, fields={"jenis": "penampungan"}))
    key = house.private_key(filed)
    assert not follow_up.knows_place(house.vault, filed.tip_id, key)
    assert follow_up.second_fact_is(house.vault, filed.tip_id, key, [named]) is right


def test_of_a_report_that_is_gone_nothing_is_known(house: House, filed: Filed) -> None:
    key = house.private_key(filed)
    house.do(follow_up.withdraw(filed.tip_id))
    assert not follow_up.knows_place(house.vault, filed.tip_id, key)
    for named in ("pekik nyaring", "none", ""):
        assert not follow_up.second_fact_is(house.vault, filed.tip_id, key, [named])
    assert not follow_up.second_fact_is(house.vault, "tidak-ada", key, ["pekik nyaring"])


def test_with_another_key_no_fact_can_be_tried(house: House, filed: Filed) -> None:
    with pytest.raises(SealBroken):
        follow_up.second_fact_is(house.vault, filed.tip_id, KeyPair.new().private_key, ["x"])


# What staff wrote


def test_the_reporter_reads_what_staff_wrote_in_its_order(house: House, filed: Filed) -> None:
    for text in (QUESTION, "Terima kasih."):
        casework.say(house.database, house.member, filed.tip_id, text)
    assert _texts(house, filed.tip_id, house.private_key(filed)) == [QUESTION, "Terima kasih."]


def test_without_the_receipt_nobody_reads_it(house: House, filed: Filed) -> None:
    casework.say(house.database, house.member, filed.tip_id, QUESTION)
    assert _texts(house, filed.tip_id, KeyPair.new().private_key) == []


def test_what_does_not_open_does_not_hide_the_rest(house: House, filed: Filed) -> None:
    for text in (QUESTION, "Terima kasih."):
        casework.say(house.database, house.member, filed.tip_id, text)
    with house.database.write() as connection:
        first = tip_entries.c.id == min(row["id"] for row in house.rows(tip_entries))
        connection.execute(update(tip_entries).where(first).values(reporter_sealed=b"\x01rusak"))
    assert _texts(house, filed.tip_id, house.private_key(filed)) == ["Terima kasih."]


def test_what_the_reporter_wrote_is_not_read_back(house: House, filed: Filed) -> None:
    """Also the holder of the receipt finds no story: a receipt may be found."""
    house.adds(filed, "masih di sana")
    assert _texts(house, filed.tip_id, house.private_key(filed)) == []


def test_messages_of_another_report_are_not_shown(house: House, filed: Filed) -> None:
    other = house.sent(whose=house.conversation("0812-0000-0002"))
    casework.say(house.database, house.member, other.tip_id, QUESTION)
    assert _texts(house, filed.tip_id, house.private_key(filed)) == []
    assert _texts(house, other.tip_id, house.private_key(filed)) == []


def test_staff_see_what_was_read_and_the_hour_of_it(house: House, filed: Filed) -> None:
    for text in (QUESTION, "Terima kasih."):
        casework.say(house.database, house.member, filed.tip_id, text)
    key = house.private_key(filed)
    (number, _), _ = follow_up.messages(house.vault, filed.tip_id, key)
    house.do(follow_up.mark_read([number]))
    first, second = sorted(house.rows(tip_entries), key=lambda row: int(row["id"]))
    assert second["read_at"] is None
    assert first["read_at"] % HOUR == 0


def test_the_hour_of_reading_is_that_of_the_first_time(house: House, filed: Filed) -> None:
    casework.say(house.database, house.member, filed.tip_id, QUESTION)
    with house.database.write() as connection:
        connection.execute(update(tip_entries).values(read_at=HOUR))
    house.do(follow_up.mark_read([house.rows(tip_entries)[0]["id"]]))
    assert house.rows(tip_entries)[0]["read_at"] == HOUR


# Adding


def test_what_is_added_later_opens_for_the_desk_alone(house: House, filed: Filed) -> None:
    house.adds(filed, "masih di gudang kopra")
    (row,) = house.rows(tip_entries)
    assert (row["author"], row["reporter_sealed"]) == (follow_up.REPORTER, None)
    assert row["created_at"] % HOUR == 0
    place = follow_up.entry_place(filed.tip_id, follow_up.STAFF)
    opened = house.member.open(row["desk_key_id"], row["desk_sealed"], place)
    assert json.loads(opened) == {"text": "masih di gudang kopra"}
    with pytest.raises(SealBroken):
        open_with(house.private_key(filed), row["desk_sealed"], place)


def test_a_report_to_which_something_is_added_is_kept_longer(house: House, filed: Filed) -> None:
    with house.database.write() as connection:
        connection.execute(update(tips).values(changed_at=0, retain_until=0, state=filing.CLOSED))
    house.adds(filed, "masih di sana")
    row = house.row(filed.tip_id)
    assert row.changed_at > 0
    assert row.retain_until == retention.retain_until(filing.CLOSED, row.changed_at)
    assert row.state == filing.CLOSED


def test_what_is_added_may_make_a_report_graver_and_never_lighter(
    house: House, filed: Filed
) -> None:
    for level, now in (
        (levels.URGENT, levels.URGENT), (levels.SERIOUS, levels.URGENT),
        (levels.ORDINARY, levels.URGENT),
    ):  # fmt: skip
        house.do(follow_up.add_entry(house.desk_key, filed.tip_id, {"text": "x"}, level))
        assert house.row(filed.tip_id).level == now


def test_nothing_is_added_to_a_report_that_is_withdrawn_or_gone(house: House) -> None:
    withdrawn = house.sent()
    house.do(follow_up.withdraw(withdrawn.tip_id))
    house.adds(withdrawn, "masih di sana")
    house.do(follow_up.add_entry(house.desk_key, "tidak-ada", {"text": "masih"}))
    assert house.rows(tip_entries) == []


def test_a_report_takes_so_many_entries_and_no_more(
    house: House, filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_ENTRIES >= 100
    monkeypatch.setattr(follow_up, "MOST_ENTRIES", 3)
    for number in range(5):
        house.adds(filed, str(number))
    assert len(house.rows(tip_entries)) == 3


# Withdrawing


def test_a_withdrawn_report_says_nothing_any_more(house: House, filed: Filed) -> None:
    other = house.sent(whose=house.conversation("0812-0000-0002"))
    for one in (filed, other):
        house.adds(one, "masih di sana")
    house.do(follow_up.withdraw(filed.tip_id))
    row = house.row(filed.tip_id)
    assert (row.state, row.body_sealed, row.check_sealed) == (filing.WITHDRAWN, b"", None)
    assert row.conversation_id is None
    assert row.retain_until == retention.retain_until(filing.WITHDRAWN, row.changed_at)
    for table in (tip_entries, tip_marks):
        assert {entry["tip_id"] for entry in house.rows(table)} == {other.tip_id}
    assert house.body(other.tip_id)["words"]


def test_the_files_of_a_withdrawn_report_go_with_it(house: House, filed: Filed) -> None:
    with house.database.write() as connection:
        connection.execute(
            attachments.insert().values(
                id="berkas-1", position=0, kind="photo", state="kept", due_at=0, created_at=0,
                tip_id=filed.tip_id,
            )
        )  # fmt: skip
    house.do(follow_up.withdraw(filed.tip_id))
    assert house.rows(attachments) == []


def test_what_is_held_for_an_investigation_stays_until_the_hold_ends(
    house: House, filed: Filed
) -> None:
    assert not follow_up.is_held(house.vault, filed.tip_id)
    casework.hold(house.database, filed.tip_id, held=True)
    assert follow_up.is_held(house.vault, filed.tip_id)
    house.do(follow_up.withdraw(filed.tip_id))
    row = house.row(filed.tip_id)
    assert (row.state, row.conversation_id) == (filing.WITHDRAWN, None)
    assert house.body(filed.tip_id)["words"] == list(STORY.words)
    assert house.rows(tip_marks)
    casework.hold(house.database, filed.tip_id, held=False)
    assert house.row(filed.tip_id).body_sealed == b""
    assert house.rows(tip_marks) == []


def test_withdrawing_what_is_not_there_is_no_trouble(house: House) -> None:
    house.do(follow_up.withdraw("tidak-ada"))
    assert not follow_up.is_held(house.vault, "tidak-ada")


# Another receipt


def test_a_new_receipt_opens_all_that_the_old_one_did(house: House, filed: Filed) -> None:
    casework.say(house.database, house.member, filed.tip_id, QUESTION)
    old = house.private_key(filed)
    receipt, keys, effect = follow_up.new_receipt(house.vault, filed.tip_id, old)
    assert receipt.digits != filed.receipt.digits
    house.do(effect)
    assert follow_up.open_tip(house.vault, filed.receipt, "") is None
    opened = follow_up.open_tip(house.vault, receipt, "")
    assert opened is not None
    assert opened.keys == keys
    assert _texts(house, filed.tip_id, keys.private_key) == [QUESTION]
    assert _texts(house, filed.tip_id, old) == []
    named = ["pekik nyaring"]
    assert follow_up.second_fact_is(house.vault, filed.tip_id, keys.private_key, named)
    with pytest.raises(SealBroken):
        follow_up.second_fact_is(house.vault, filed.tip_id, old, named)


def test_what_staff_write_after_it_is_read_with_the_new_one(house: House, filed: Filed) -> None:
    _, keys, effect = follow_up.new_receipt(house.vault, filed.tip_id, house.private_key(filed))
    house.do(effect)
    casework.say(house.database, house.member, filed.tip_id, QUESTION)
    assert _texts(house, filed.tip_id, keys.private_key) == [QUESTION]


def test_a_message_that_is_broken_does_not_keep_the_receipt_from_being_replaced(
    house: House, filed: Filed
) -> None:
    for text in (QUESTION, "Terima kasih."):
        casework.say(house.database, house.member, filed.tip_id, text)
    with house.database.write() as connection:
        first = tip_entries.c.id == min(row["id"] for row in house.rows(tip_entries))
        connection.execute(update(tip_entries).where(first).values(reporter_sealed=b"\x01rusak"))
    _, keys, effect = follow_up.new_receipt(house.vault, filed.tip_id, house.private_key(filed))
    house.do(effect)
    assert _texts(house, filed.tip_id, keys.private_key) == ["Terima kasih."]


def test_a_report_without_second_facts_gets_a_new_receipt_as_well(
    house: House, filed: Filed
) -> None:
    with house.database.write() as connection:
        connection.execute(update(tips).values(check_sealed=None))
    receipt, _, effect = follow_up.new_receipt(house.vault, filed.tip_id, house.private_key(filed))
    house.do(effect)
    assert follow_up.open_tip(house.vault, receipt, "")


# Whether an opened report may still be acted on


def test_a_session_holds_while_the_report_is_there(house: House, filed: Filed) -> None:
    assert follow_up.still_holds(house.vault, _session(house, filed))


def test_a_session_without_the_key_holds_nothing(house: House, filed: Filed) -> None:
    session = _session(house, filed)
    other = filing.receipt_keys(house.vault, Receipt.new())
    assert not follow_up.still_holds(house.vault, replace(session, private_key=""))
    assert not follow_up.still_holds(house.vault, Session.new(filed.tip_id, OPEN, other))
    assert not follow_up.still_holds(house.vault, replace(session, tip_id="tidak-ada"))


@pytest.mark.parametrize("since", ["withdrawn", "another receipt"])
def test_a_session_ends_with_what_it_opened(house: House, filed: Filed, since: str) -> None:
    session = _session(house, filed)
    if since == "withdrawn":
        house.do(follow_up.withdraw(filed.tip_id))
    else:
        key = house.private_key(filed)
        house.do(follow_up.new_receipt(house.vault, filed.tip_id, key)[-1])
    assert not follow_up.still_holds(house.vault, session)


def test_the_same_entry_is_sealed_apart_for_staff_and_for_the_reporter() -> None:
    readers = {follow_up.entry_place("laporan-1", reader) for reader in ("staff", "reporter")}
    assert len(readers) == 2
    assert follow_up.entry_place("laporan-2", "staff") not in readers
