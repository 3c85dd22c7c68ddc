"""Whoever takes the database, `.env` and the server key reads nothing that was reported.

What the server must be able to open is named here and in docs/threat-model.md, and is gone
after its time.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyotp
import pytest
from sqlalchemy import select

from bot.conversation.inbox import open_content
from bot.conversation.messages import Content
from bot.engine.assistant import Assistant
from bot.knowledge.buttons import payload
from bot.privacy import unlocked
from bot.privacy.signing_in import second_factor, sessions
from bot.settings import PROJECT_ROOT
from bot.storage.tables import conversations, inbox, tip_drafts, tips
from bot.tips import casework, follow_up
from tests.journeys.office import (
    ADDRESSES,
    DAY,
    ENVIRONMENT,
    HOUR,
    MINUTE,
    OFFICER,
    PASSWORD,
    PHOTO,
    STORY,
    Office,
    Person,
    Remembered,
)
from tests.journeys.thief import Thief
from tests.processes import Product

# Words of the story and of the place that none of our own texts has.
WORDS = ("pekik", "nyaring", "ngadimin", "gudang", "kopra", "surau", "tongkang", "calonya", "johor")
RECRUITER = ("0812-0000-0002", "081200000002", "6281200000002", "81200000002")
LATER = "katanya berangkat dari dermaga Tumbuhan hari Selasa"
LATER_WORDS = ("dermaga", "tumbuhan")
FROM_STAFF = "Apakah rumahnya berpagar bambu kuning?"


def spellings(address: str) -> list[bytes]:
    """An address as somebody would look for it in a file: in any usual form, and as a number."""
    if not address.lstrip("+").isdigit():
        return [address.encode()]
    digits = address.lstrip("+")
    forms = [address, digits, digits[2:]]
    if digits.startswith("62"):
        national = f"0{digits[2:]}"
        forms += [national, *(f"{sign}".join(_fours(national)) for sign in "- .")]
    number = int(digits)
    as_numbers = [number.to_bytes(size, order) for size in (6, 8) for order in ("big", "little")]
    return [form.encode() for form in forms] + as_numbers


def _fours(digits: str) -> list[str]:
    return [digits[at : at + 4] for at in range(0, len(digits), 4)]


@pytest.fixture
def office(tmp_path: Path, assistant: Assistant, quick_hashes: None) -> Iterator[Office]:
    office = Office(tmp_path / "home", assistant)
    yield office
    office.database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_office(
    request: pytest.FixtureRequest, tmp_path: Path, assistant: Assistant, quick_hashes: None
) -> Iterator[Office]:
    url = None if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    office = Office(tmp_path / "home", assistant, url)
    yield office
    office.database.close()


def assert_reads_nothing(thief: Thief, *people: Remembered, words: tuple[str, ...] = WORDS) -> None:
    """No word, no number of a recruiter, no receipt; and nobody's address but sealed."""
    receipts = [said for p in people for said in _receipt_spellings(p)]
    found = {secret: thief.where_stands(secret) for secret in (*words, *RECRUITER, *receipts)}
    assert {secret: places for secret, places in found.items() if places} == {}
    assert thief.opened_of("tips.body_sealed") == []
    assert thief.opened_of("tip_entries.desk_sealed") == []
    assert thief.opened_of("attachments.desk_sealed") == []


def _receipt_spellings(person: Remembered) -> list[str]:
    assert person.receipt
    digits = person.receipt.replace("-", "")
    return [person.receipt, digits, person.receipt.replace("-", " "), digits[2:], person.words]


def assert_no_address_stands_in_clear(thief: Thief, *people: Remembered) -> None:
    """In no file, and in what opens only where it is kept to answer."""
    for person in people:
        for form in spellings(person.address):
            in_files = [name for name in thief.where_stands(form) if name in thief.files]
            assert in_files == [], person.channel
        places = {n.split(":")[0] for n in thief.where_stands(person.address)}
        assert places <= {"contacts.address_sealed"}, person.channel


def test_the_words_that_are_looked_for_are_in_none_of_our_own_texts() -> None:
    """Or finding one would prove nothing, and not finding one neither."""
    ours = "".join(
        path.read_text("utf-8").lower()
        for name in ("ucapan.yml", "laporan/ucapan.yml", "laporan/urutan.yml")
        for path in [PROJECT_ROOT / "nlu_data" / name]
    )
    said = f"{STORY} {LATER}".lower()
    for word in (*WORDS, *LATER_WORDS):
        assert word in said
        assert word not in ours


def test_with_the_password_of_an_officer_the_same_search_finds_every_word(
    any_office: Office,
) -> None:
    person = Person(any_office, "telegram")
    person.reports()
    thief = any_office.robbed(with_password=True)
    assert len(thief.opened_of("tips.body_sealed")) == 1
    for word in WORDS:
        assert thief.where_stands(word), word


@pytest.mark.parametrize("channel", list(ADDRESSES))
def test_of_a_sent_report_a_thief_reads_no_word_and_no_number(office: Office, channel: str) -> None:
    person = Person(office, channel)
    person.reports()
    person.confirms()
    thief = office.robbed()
    assert_reads_nothing(thief, person)
    assert_no_address_stands_in_clear(thief, person)


def test_on_a_database_server_neither(any_office: Office) -> None:
    person = Person(any_office, "whatsapp")
    person.reports()
    person.confirms()
    thief = any_office.robbed()
    assert_reads_nothing(thief, person)
    assert_no_address_stands_in_clear(thief, person)


def test_nor_while_an_officer_is_signed_in_at_the_desk(any_office: Office) -> None:
    """What opens the officer's key is in the officer's browser alone."""
    person = Person(any_office, "whatsapp")
    person.reports()
    person.confirms()
    officer = unlocked.unlock(any_office.database, OFFICER, PASSWORD)
    with any_office.database.write() as connection:
        cookie = sessions.begin(connection, officer, sessions.OPEN)
        secret = second_factor.new_secret()
        codes = second_factor.set_up(connection, officer, secret, pyotp.TOTP(secret).now())
    assert sessions.find(any_office.database, cookie) is not None
    thief = any_office.robbed()
    assert_reads_nothing(thief, person)
    for taken in (cookie, secret, *(codes or ["no codes"])):
        assert thief.where_stands(taken) == []


def test_of_what_was_told_before_the_report_and_went_into_it_neither(office: Office) -> None:
    person = Person(office, "telegram")
    person.says(STORY)
    person.begins()
    person.sends()
    person.confirms()
    assert_reads_nothing(office.robbed(), person)


def test_of_a_report_that_was_waived_a_receipt_for_neither(office: Office) -> None:
    person = Person(office, "sms")
    person.reports()
    person.says(payload("cek_status", langkah="tanpa_nomor"))
    assert_reads_nothing(office.robbed(), person)


def test_of_files_that_were_sent_with_it_neither(office: Office) -> None:
    person = Person(office, "telegram")
    person.tells()
    person.says(photo="berkas-pertama")
    office.fetches()
    assert office.robbed().where_stands(PHOTO), "until it is sent the server can open it"
    person.says(photo="berkas-kedua")
    person.sends()
    office.fetches(PHOTO[::-1])
    person.confirms()
    thief = office.robbed()
    assert_reads_nothing(thief, person, words=(*WORDS, "berkas-pertama", "berkas-kedua"))
    assert thief.where_stands(PHOTO) == thief.where_stands(PHOTO[::-1]) == []
    assert office.robbed(with_password=True).where_stands(PHOTO)


def test_what_stands_in_clear_about_a_report_is_this(any_office: Office) -> None:
    """For docs/threat-model.md: nobody needs a key to see it."""
    person = Person(any_office, "telegram")
    person.reports()
    person.confirms()
    row = any_office.row(tips)
    clear = {name: value for name, value in row.items() if not isinstance(value, bytes)}
    assert set(clear) == {
        "id", "desk_key_id", "state", "level", "conversation_id", "filed_at", "changed_at",
        "retain_until", "held_at", "has_news",
    }  # fmt: skip
    assert (clear["state"], clear["level"]) == ("new", "darurat")
    for moment in ("filed_at", "changed_at", "retain_until"):
        assert int(str(clear[moment])) % HOUR == 0
    assert len(bytes(row["body_sealed"])) % 1024 == 49  # type: ignore[call-overload]


def test_a_report_leads_to_its_reporter_only_through_a_live_conversation(
    any_office: Office,
) -> None:
    person = Person(any_office, "telegram")
    person.reports()
    person.confirms()
    thief = any_office.robbed()
    assert any_office.row(tips)["conversation_id"] == person.conversation
    assert thief.opened_of("contacts.address_sealed") == [person.address.encode()]
    any_office.purges(8 * DAY)
    thief = any_office.robbed()
    assert any_office.row(tips)["conversation_id"] is None
    assert thief.opened_of("contacts.address_sealed") == []
    assert thief.opened == {}
    assert all(thief.where_stands(form) == [] for form in spellings(person.address))


def test_of_a_child_nothing_leads_from_the_report_to_the_conversation(office: Office) -> None:
    person = Person(office, "telegram")
    person.tells(f"saya umur 15, {STORY}")
    person.sends()
    assert office.row(tips)["conversation_id"] is None
    assert office.row(tip_drafts)["tip_id"] is None
    person.confirms()
    assert office.row(tips)["conversation_id"] is None


def test_after_a_report_was_confirmed_the_conversation_holds_nothing_of_it(
    any_office: Office,
) -> None:
    person = Person(any_office, "whatsapp")
    person.reports()
    person.confirms()
    with any_office.database.read() as connection:
        rows = connection.execute(select(inbox)).all()
        assert connection.execute(select(tip_drafts)).first() is None
    sealer = any_office.house.sealer
    assert {open_content(sealer, row.conversation_id, row) for row in rows} == {Content()}
    memory = json.loads(any_office.robbed().opened_of("trackers.state_sealed")[0])
    # That there was one, until its hour of the next day: more may be added to it.
    assert memory["slots"].keys() == {"topik", "laporan_tadi"}
    sent = memory["slots"]["laporan_tadi"]
    assert (sent["words"], sent["adding_until"], sent["until"] % HOUR) == ("", 0, 0)


def test_until_it_is_sent_a_draft_opens_and_is_gone_after_a_day(any_office: Office) -> None:
    person = Person(any_office, "whatsapp")
    person.tells("kemarin di Pekik Nyaring tiga orang diajak Ngadimin ke gudang kopra")
    thief = any_office.robbed()
    where = {name.split(":")[0] for name in thief.where_stands("kopra")}
    assert where == {"inbox.content_sealed", "trackers.state_sealed"}
    any_office.keeps(23 * HOUR)
    assert any_office.robbed().where_stands("kopra")
    any_office.keeps(25 * HOUR)
    any_office.purges(0)
    thief = any_office.robbed()
    assert all(thief.where_stands(word) == [] for word in WORDS)


def test_a_grave_draft_is_sealed_for_the_desk_while_it_is_told(office: Office) -> None:
    person = Person(office, "sms")
    person.tells()
    assert office.row(tips)["state"] == "unfinished"
    thief = office.robbed()
    assert thief.opened_of("tips.body_sealed") == []
    office.keeps(25 * HOUR)
    thief = office.robbed()
    assert all(thief.where_stands(word) == [] for word in WORDS)
    assert office.robbed(with_password=True).where_stands("kopra")


def test_until_the_receipt_is_confirmed_it_opens_and_with_it_the_place(office: Office) -> None:
    """With the receipt goes what its holder is asked about; the words of the report never."""
    person = Person(office, "telegram")
    person.reports()
    thief = office.robbed()
    assert {name.split(":")[0] for name in thief.where_stands(person.receipt)} == {
        "outbox.content_sealed",
        "trackers.state_sealed",
    }
    assert [json.loads(v) for v in thief.opened_of("tips.check_sealed")] == [
        {"tempat": ["pondok kelapa", "pekik nyaring"], "kata": "", "jenis": "penampungan"}
    ]
    assert thief.opened_of("tips.body_sealed") == []
    assert all(thief.where_stands(word) == [] for word in ("ngadimin", "kopra", "surau"))
    office.keeps(25 * HOUR)
    office.purges(0)
    assert_reads_nothing(office.robbed(), person)


def test_a_receipt_that_never_reached_its_reader_is_gone_after_a_day_as_well(
    any_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person(any_office, "web")
    person.tells()
    monkeypatch.setattr(Office, "_deliver", lambda *_: None)
    person.sends()
    any_office.keeps(25 * HOUR)
    assert_reads_nothing(any_office.robbed(), person)


def test_an_opened_report_opens_for_the_server_for_half_an_hour(any_office: Office) -> None:
    person = Person(any_office, "telegram")
    person.reports()
    person.confirms()
    tip_id = str(any_office.row(tips)["id"])
    casework.say(any_office.database, any_office.officer(), tip_id, FROM_STAFF)
    assert any_office.robbed().where_stands("bambu") == []
    other = Person(any_office, "web")
    other.says(person.receipt)
    other.says("Pondok Kelapa")
    other.says(payload("cek_status", langkah="tambah"))
    other.says(LATER)
    thief = any_office.robbed()
    assert thief.opened_of("tip_entries.reporter_sealed") == [FROM_STAFF.encode()]
    assert thief.opened_of("tips.check_sealed") != []
    assert thief.opened_of("tips.body_sealed") == []
    assert_no_address_stands_in_clear(thief, person, other)
    any_office.keeps(follow_up.OPEN_MS + MINUTE)
    any_office.purges(0)
    thief = any_office.robbed()
    assert thief.opened_of("tip_entries.reporter_sealed") == []
    assert_reads_nothing(thief, person, words=(*WORDS, *LATER_WORDS, "bambu"))
    assert any_office.robbed(with_password=True).where_stands("dermaga")


def test_the_key_of_an_opened_report_does_not_outlive_its_half_hour_in_a_new_report(
    office: Office,
) -> None:
    person = Person(office, "telegram")
    person.reports()
    person.confirms()
    person.says(person.receipt)
    assert office.robbed().opened_of("tips.check_sealed") != []
    person.says(payload("cek_status", langkah="selesai"))
    person.says(person.receipt)
    person.begins()
    office.keeps(follow_up.OPEN_MS + MINUTE)
    assert office.robbed().opened_of("tips.check_sealed") == []


def test_a_withdrawn_report_opens_for_nobody(office: Office) -> None:
    person = Person(office, "sms")
    person.reports()
    person.confirms()
    person.says(person.receipt)
    person.says(payload("cek_status", langkah="tarik"))
    person.says(payload("cek_status", langkah="tarik_ya"))
    office.purges(0)
    thief = office.robbed(with_password=True)
    assert_reads_nothing(thief, person)
    assert office.row(tips)["conversation_id"] is None


def test_hapus_data_leaves_nothing_of_a_report_that_is_told(office: Office) -> None:
    person = Person(office, "telegram")
    person.tells("kemarin di Pekik Nyaring tiga orang diajak Ngadimin ke gudang kopra")
    person.says(photo="berkas-pertama")
    office.fetches()
    person.says(payload("privasi_hapus", pasti="ya"))
    office.purges(0)
    thief = office.robbed()
    assert all(thief.where_stands(word) == [] for word in (*WORDS, PHOTO))


def test_two_who_report_at_once_are_told_apart_by_their_receipts_alone(office: Office) -> None:
    first, second = Person(office, "telegram"), Person(office, "sms")
    first.tells()
    second.tells()
    first.sends()
    second.sends()
    first.confirms()
    second.confirms()
    thief = office.robbed()
    assert_reads_nothing(thief, first, second)
    with office.database.read() as connection:
        found = connection.execute(select(tips.c.conversation_id)).scalars().all()
        known = connection.execute(select(conversations.c.id)).scalars().all()
    assert sorted(found) == sorted(known)


class Browser:
    """A page of the web chat of running processes."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._seen = 0

    def says(self, text: str = "") -> str:
        """Posts a message as the page does, and waits for what is said to it."""
        said = {"payload": text} if text.startswith("/") else {"text": text}
        message = {"id": str(uuid.uuid4()), "seen": self._seen, **said}
        assert self._client.post("/pesan", json=message).status_code == 202
        deadline = time.monotonic() + 30
        while not (new := self._new_ones()):
            assert time.monotonic() < deadline, "nothing was answered"
            time.sleep(0.05)
        self._seen = max(new)
        return "\n".join(new.values())

    def _new_ones(self) -> dict[int, str]:
        said = self._client.get("/pesan").json()["percakapan"]
        theirs = [entry for entry in said if entry["dari"] == "suluh"]
        return {entry["id"]: entry["teks"] for entry in theirs if entry["id"] > self._seen}


def test_nor_from_the_files_of_processes_that_run(tmp_path: Path, model_dir: Path) -> None:
    """With the real strength of each hash; logs and metrics are among the files."""
    with Product(tmp_path / "home", model_dir) as product:
        _add_an_officer(product)
        (product.home / ".env").write_text(ENVIRONMENT)
        person = Remembered("web", ADDRESSES["web"])
        with product.client(person.address) as client:
            page = Browser(client)
            page.says("mau lapor")
            page.says(payload("lapor", soal="aman", jawab="0"))
            page.says(payload("lapor", soal="setuju", jawab="0"))
            page.says(STORY)
            # Its summary first.
            page.says(payload("lapor", langkah="kirim"))
            person.note(page.says(payload("lapor", langkah="kirim")))
            assert "cocok" in page.says(person.receipt)
        thief = Thief.of_home(product.home, tmp_path / "loot")
    assert any(name.endswith("log.txt") for name in thief.files)
    assert thief.opened_of("contacts.address_sealed") == [person.address.encode()]
    assert_reads_nothing(thief, person)
    assert_no_address_stands_in_clear(thief, person)


def _add_an_officer(product: Product) -> None:
    subprocess.run(
        [sys.executable, "-m", "suluh", "staff", "add", OFFICER, "--role", "admin"],
        input=f"{PASSWORD}\n".encode(),
        env=product.environment,
        check=True,
        capture_output=True,
        timeout=60,
        cwd=PROJECT_ROOT,
    )
