"""A receipt in other hands than its reporter's, and two who change one report at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.engine.assistant import Assistant
from bot.knowledge.buttons import payload
from bot.privacy.receipts import Receipt
from bot.storage.tables import attachments, tip_entries, tips
from bot.tips import casework, filing, follow_up
from bot.tips.casework import TipError
from tests.journeys.office import MINUTE, STORY, Office, Person

ASKED = "satu hal lagi"
NOT_RIGHT = "belum cocok dengan laporannya"
WAIT = "Coba lagi setelah"
OPEN = "Mau apa dengan laporan ini?"
FROM_STAFF = "Apakah rumahnya berpagar bambu kuning?"


@pytest.fixture
def office(tmp_path: Path, assistant: Assistant, quick_hashes: None) -> Iterator[Office]:
    office = Office(tmp_path / "home", assistant)
    yield office
    office.database.close()


@pytest.fixture
def reporter(office: Office) -> Person:
    person = Person(office, "telegram")
    person.reports()
    person.confirms()
    return person


def said(person: Person, text: str, **other: str) -> str:
    return "\n".join(reply.text for reply in person.says(text, **other))


def guess(finder: Person, receipt: str, place: str) -> str:
    """Gives the receipt, and a place."""
    asked = said(finder, receipt)
    return said(finder, place) if ASKED in asked else asked


def test_who_found_the_receipt_may_not_guess_the_place_for_long(
    office: Office, reporter: Person
) -> None:
    """Giving the right receipt again does not give back the tries at the place."""
    finder = Person(office, "web")
    places = ["Talang Empat", "Karang Tinggi", "Taba Penanjung", "Bang Haji", "Pondok Kelapa"]
    heard = [guess(finder, reporter.receipt, place) for place in places]
    assert all(NOT_RIGHT in answer for answer in heard[:3])
    assert all(WAIT in answer and OPEN not in answer for answer in heard[3:])


def test_nor_from_ever_new_conversations(office: Office, reporter: Person) -> None:
    finders = [Person(office, "web", address=f"{number}" * 43) for number in range(5)]
    heard = [guess(finder, reporter.receipt, "Talang Empat") for finder in finders[:4]]
    assert all(NOT_RIGHT in answer for answer in heard[:3])
    assert OPEN not in guess(finders[4], reporter.receipt, "Pondok Kelapa")


def test_who_guesses_does_not_shut_out_the_conversation_that_reported(
    office: Office, reporter: Person
) -> None:
    finder = Person(office, "web")
    for _ in range(5):
        guess(finder, reporter.receipt, "Talang Empat")
    assert OPEN in said(reporter, reporter.receipt)


def test_a_place_is_not_known_by_signs_alone(office: Office) -> None:
    facts = filing.second_facts({"jenis": "hilang", "tempat": {"teks": "..."}})
    assert facts == {"tempat": [], "kata": "", "jenis": "hilang"}


def test_words_of_the_report_are_no_second_fact_where_the_place_has_a_name() -> None:
    """They would open with the receipt."""
    place = {"kecamatan": "Pondok Kelapa", "desa": None, "teks": "di gudang kopra"}
    assert filing.second_facts({"tempat": place})["kata"] == ""
    assert filing.second_facts({"tempat": {"teks": "di gudang kopra"}})["kata"] == "di gudang kopra"


def test_once_a_receipt_was_replaced_who_had_opened_the_report_is_out(
    office: Office, reporter: Person
) -> None:
    finder = Person(office, "web")
    assert OPEN in guess(finder, reporter.receipt, "Pondok Kelapa")
    said(reporter, reporter.receipt)
    said(reporter, payload("cek_status", langkah="ganti"))
    for step in ("tambah", "tarik", "tarik_ya", "ganti"):
        assert OPEN not in said(finder, payload("cek_status", langkah=step))
    said(finder, "ini tambahan yang bukan dari pelapor sama sekali")
    with office.database.read() as connection:
        assert connection.execute(select(tips.c.state)).scalar() == filing.NEW
        assert connection.execute(select(tip_entries)).first() is None


def test_nothing_is_added_to_a_report_that_was_withdrawn_meanwhile(
    office: Office, reporter: Person
) -> None:
    said(reporter, reporter.receipt)
    said(reporter, payload("cek_status", langkah="tambah"))
    other = Person(office, "web")
    guess(other, reporter.receipt, "Pondok Kelapa")
    said(other, payload("cek_status", langkah="tarik"))
    said(other, payload("cek_status", langkah="tarik_ya"))
    answer = said(reporter, "tambahan lagi", photo="berkas")
    assert "dikunci bersama laporanmu" not in answer
    with office.database.read() as connection:
        assert connection.execute(select(tip_entries)).first() is None
        assert connection.execute(select(attachments.c.tip_id)).scalars().all() == [None]


def test_what_staff_write_while_the_receipt_is_replaced_is_read_with_the_new_one(
    office: Office, reporter: Person
) -> None:
    vault, tip_id = office.house.vault, str(office.row(tips)["id"])
    keys = filing.receipt_keys(vault, receipt_of(reporter))
    casework.say(office.database, office.officer(), tip_id, "pesan pertama")
    _, new_keys, effect = follow_up.new_receipt(vault, tip_id, keys.private_key)
    casework.say(office.database, office.officer(), tip_id, FROM_STAFF)
    with office.database.write() as connection:
        effect(connection)
    found = follow_up.messages(vault, tip_id, new_keys.private_key)
    assert [text for _, text in found] == ["pesan pertama", FROM_STAFF]


def test_an_unfinished_report_is_not_moved_away_from_under_its_reporter(office: Office) -> None:
    """Its next message would find no unfinished report to go on with."""
    person = Person(office, "sms")
    person.tells()
    with pytest.raises(TipError):
        casework.move(office.database, str(office.row(tips)["id"]), filing.WORKING)
    person.sends()
    assert office.row(tips)["state"] == filing.NEW


def test_an_unfinished_report_that_is_held_stays_when_its_reporter_cancels(office: Office) -> None:
    person = Person(office, "sms")
    person.tells()
    casework.hold(office.database, str(office.row(tips)["id"]), held=True)
    person.says(payload("lapor", langkah="hapus"))
    assert office.row(tips)["state"] == filing.UNFINISHED


def test_what_was_held_when_it_was_withdrawn_goes_when_the_hold_ends(
    office: Office, reporter: Person
) -> None:
    tip_id = str(office.row(tips)["id"])
    casework.hold(office.database, tip_id, held=True)
    with office.database.write() as connection:
        follow_up.withdraw(tip_id)(connection)
    assert office.row(tips)["body_sealed"]
    casework.hold(office.database, tip_id, held=False)
    assert not office.row(tips)["body_sealed"]
    assert office.row(tips)["check_sealed"] is None


def test_staff_see_the_hour_of_a_report_and_not_its_moment(
    office: Office, reporter: Person
) -> None:
    """With the moment whoever reads the database, too, would find the conversation."""
    said(reporter, reporter.receipt)
    said(reporter, payload("cek_status", langkah="tambah"))
    said(reporter, "orangnya berkumis dan naik motor merah")
    moments = [int(value) for value in _moments(office)]
    assert len(moments) == 2
    assert all(moment % (60 * MINUTE) == 0 for moment in moments)


def test_what_was_understood_of_a_report_is_forgotten_with_it(office: Office) -> None:
    """The country, the age, the papers: codes that later answers would be fitted to."""
    person = Person(office, "telegram")
    person.says("adik saya di Malaysia umur 16, paspornya ditahan majikan")
    assert b"diketahui" in office.robbed().opened_of("trackers.state_sealed")[0]
    person.reports(STORY)
    assert b"diketahui" not in office.robbed().opened_of("trackers.state_sealed")[0]


def receipt_of(person: Person) -> Receipt:
    return Receipt(person.receipt.replace("-", ""))


def _moments(office: Office) -> list[str]:
    thief = office.robbed(with_password=True)
    opened = [*thief.opened_of("tips.body_sealed"), *thief.opened_of("tip_entries.desk_sealed")]
    return [raw.split(b'"told_at": ')[1].split(b"}")[0].split(b",")[0].decode() for raw in opened]
