"""What staff do is written down, in the browser as anywhere; admins look through it."""

from __future__ import annotations

import re
import time

import pyotp
import pytest
from sqlalchemy import select, text, update

from bot.attachments import file_keys, store
from bot.attachments.intake import Intake
from bot.clock import now_ms
from bot.conversation.messages import Attachment
from bot.privacy import retention, staff
from bot.privacy.audit import acts, shortening, verifying
from bot.privacy.audit.acts import RECOVERY, SYSTEM, TERMINAL, Act, note
from bot.privacy.roster import StaffError
from bot.privacy.unlocked import unlock_with_recovery
from bot.storage.database import Database
from bot.storage.tables import audit, audit_failures, conversations, tips
from console.audit import PAGE_SIZE
from tests.bot.attachments import samples
from tests.bot.conversation.takeover.desk import CRY, PASSWORD, Desk
from tests.bot.tips.house import STORY, House
from tests.console.visitor import Site, Visitor, words_of

# What differs between the databases is tested where it is done; here it would take time only.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OTHER_PASSWORD = "jalan setapak ke sawah"
PERSON = "0812-0000-0042"
SAID = "Pak Contoh menunggu di dermaga lama"
QUESTION, ANSWER, NOTE = "Masih di sana orangnya?", "Saya di sini, tunggu ya.", "Sudah telepon RT."
SOUGHT = "dermaga lama"
WRONG_NAME = "kata sandi saya yang tertukar"

_SECRET = re.compile(r'class="secret">([A-Z2-7 ]+)<')
DAY_MS = 24 * 60 * 60_000
# Who, what, on what, with which detail.
Row = tuple[str, str, str | None, str]


def _rows(database: Database, act: Act | None = None) -> list[Row]:
    """What stands in the trail, in order."""
    query = select(audit).order_by(audit.c.seq)
    if act is not None:
        query = query.where(audit.c.act == act.value)
    with database.read() as connection:
        rows = connection.execute(query).all()
    return [(row.actor, row.act, row.about, row.detail or "") for row in rows]


def _attached(desk: Desk, conversation_of: str) -> str:
    """Somebody sends a document, which is fetched; gives the conversation."""
    document = Attachment("document", "application/pdf", "berkas-1", 9)
    whose = desk.hears(CRY, conversation_of, attachments=(document,))
    claim = store.claim_next(desk.database, ["telegram"])
    assert claim is not None
    key = file_keys.new()
    intake = Intake(key, claim.id)
    assert store.write_chunks(
        desk.database, claim, 0, [*intake.feed(samples.PDF), *intake.finish()]
    )
    with desk.database.write() as connection:
        assert store.lock_conversation(connection, claim)
        store.keep(
            connection, desk.vault.sealer, claim, key,
            media_type="application/pdf", size=len(samples.PDF),
        )  # fmt: skip
    return whose


def _signs_in(site: Site) -> None:
    """The first time, with what goes wrong on the way; then out again."""
    with site.visitor() as visitor:
        wrong = {"nama": WRONG_NAME, "sandi": "salah semua ini"}
        assert visitor.post("/meja/masuk", wrong).status_code == 403
        visitor.post("/meja/masuk", {"nama": "Budi", "sandi": PASSWORD})
        found = _SECRET.search(visitor.get("/meja/kode").text)
        assert found is not None
        app = pyotp.TOTP(found.group(1).replace(" ", ""))
        assert visitor.send("/meja/kode", "/meja/kode", kode="000000").status_code == 403
        assert visitor.send("/meja/kode", "/meja/kode", kode=app.now()).status_code == 200
        sessions = re.findall(r'name="id" value="([^"]+)"', visitor.get("/meja/akun").text)
        visitor.send("/meja/akun", "/meja/akun/sesi", id=sessions[0])
        visitor.post("/meja/masuk", {"nama": "Budi", "sandi": PASSWORD})
        later = app.at(int(time.time()) + 30)
        assert visitor.send("/meja/kode", "/meja/kode", kode=later).status_code == 303
        assert visitor.send("/meja/", "/meja/keluar").status_code == 303


def _works_on_a_report(site: Site, visitor: Visitor) -> str:
    house = House(site.desk.vault, site.desk.inbox, site.desk.sari)
    tip = house.sent(STORY, _attached(site.desk, "0812-0000-0043")).tip_id
    one = f"/meja/laporan/{tip}"
    assert visitor.get(one).status_code == 200
    assert visitor.get(f"{one}/berkas/1").content == samples.PDF
    assert visitor.send(one, "/meja/laporan", cari=SOUGHT).status_code == 200
    for form, fields in (
        ("keadaan", {"keadaan": "working"}),
        ("tanya", {"teks": QUESTION}),
        ("tahan", {"tahan": "1"}),
        ("tahan", {"tahan": "0"}),
    ):
        assert visitor.send(one, f"{one}/{form}", **fields).status_code == 303
    return tip


def _works_on_a_conversation(site: Site, visitor: Visitor) -> str:
    whose = _attached(site.desk, PERSON)
    site.desk.hears(SAID, PERSON)
    which = next(one.id for one in site.desk.queue() if one.conversation_id == whose)
    one = f"/meja/percakapan/{which}"
    assert visitor.send("/meja/akun", f"{one}/ambil").status_code == 303
    shown = visitor.get(one).text
    file = re.search(rf'href="({one}/berkas/[^"]+)"', shown)
    assert file is not None
    assert visitor.get(file.group(1)).content == samples.PDF
    for form, fields in (
        ("tulis", {"teks": ANSWER}),
        ("catatan", {"teks": NOTE}),
        ("tawarkan", {"nama": "Budi"}),
        ("tingkat", {"tingkat": "tinggi"}),
        ("kembalikan", {"teks": NOTE}),
    ):
        assert visitor.send("/meja/akun", f"{one}/{form}", **fields).status_code == 303, form
    site.desk.officers.call_again(site.desk.sari, which)
    return which


def _changes_who_works_here(site: Site) -> None:
    desk = site.desk
    recovery_key = staff.renew_recovery(desk.database, by=desk.sari)
    with pytest.raises(StaffError):
        staff.add(desk.database, "Budi", "viewer", PASSWORD, by=desk.sari)
    desk.member("Tuti", "viewer")
    with site.signed_in(desk.budi):
        staff.change_password(desk.database, desk.budi, OTHER_PASSWORD)
    holder = unlock_with_recovery(desk.database, recovery_key)
    staff.reset_password(desk.database, "Tuti", OTHER_PASSWORD, by=holder)
    staff.disable(desk.database, "Tuti")


def _time_goes_by(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """What is over goes, in the end the oldest of the trail itself; gives what was written."""
    database = site.desk.database
    with database.write() as connection:
        connection.execute(update(tips).values(retain_until=1))
        connection.execute(
            update(conversations).values(heard_at=1, held_by=None, held_until=None, ready_at=None)
        )
    retention.purge(database, now_ms())
    written = _rows(database)
    monkeypatch.setattr(acts, "now_ms", lambda: now_ms() + 3 * DAY_MS)
    with database.write() as connection:
        note(connection, Act.KEYS_ROTATED, by=TERMINAL)
    assert shortening.shorten(database, now_ms() + 2 * DAY_MS) == len(written)
    assert verifying.verify(database).holds
    return written + _rows(database)


def test_every_act_of_the_list_is_written_down(
    site: Site, sari: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _signs_in(site)
    tip = _works_on_a_report(site, sari)
    which = _works_on_a_conversation(site, sari)
    _changes_who_works_here(site)
    database, me = site.desk.database, site.desk.sari.staff_id
    rows = _rows(database)
    assert verifying.verify(database).holds
    written = rows + _time_goes_by(site, monkeypatch)
    assert {act for _, act, _, _ in written} == {act.value for act in Act}
    assert (SYSTEM, Act.REPORT_DELETED.value, tip, "working") in written
    for act, detail in (
        (Act.REPORT_MOVED, "read"), (Act.REPORT_OPENED, ""), (Act.FILE_SAVED, "1"),
        (Act.REPORT_MOVED, "working"), (Act.QUESTION_SENT, ""), (Act.HOLD_SET, ""),
        (Act.HOLD_RELEASED, ""),
    ):  # fmt: skip
        assert (me, act.value, tip, detail) in rows
    for act in (
        Act.CONVERSATION_TAKEN, Act.CONVERSATION_READ, Act.CONVERSATION_FILE, Act.MESSAGE_SENT,
        Act.NOTE_WRITTEN, Act.CONVERSATION_OFFERED, Act.HANDED_BACK,
    ):  # fmt: skip
        assert (me, act.value, which, "") in rows
    assert (me, Act.LEVEL_SET.value, which, "tinggi") in rows
    # Who came with the recovery key has no name.
    assert [row[0] for row in rows if row[1] == Act.PASSWORD_RESET.value] == [RECOVERY]


def test_nothing_that_somebody_said_typed_or_is_called_stands_in_it(
    site: Site, sari: Visitor
) -> None:
    _signs_in(site)
    _works_on_a_report(site, sari)
    _works_on_a_conversation(site, sari)
    _changes_who_works_here(site)
    with site.desk.database.read() as connection:
        cells = [
            str(value)
            for table in (audit, audit_failures)
            for row in connection.execute(select(table))
            for value in row
        ]
        ids = connection.execute(select(conversations.c.id, conversations.c.contact_id)).all()
    dump = "\n".join(cells).lower()
    planted = [
        PERSON, "0000", "Contoh", "Pekik", "gudang", "dermaga", SOUGHT, QUESTION, ANSWER, NOTE,
        SAID, CRY, WRONG_NAME, "Sari", "Budi", "Tuti", PASSWORD, OTHER_PASSWORD, "berkas-1",
    ]  # fmt: skip
    for word in planted:
        assert word.lower() not in dump, word
    # Nor what would lead from a report to who sent it.
    for one in ids:
        assert one.id.lower() not in dump
        assert one.contact_id.lower() not in dump


def test_a_page_that_renews_itself_writes_its_reading_down_once(site: Site, sari: Visitor) -> None:
    handoff = site.desk.taken()
    for _ in range(3):
        sari.get(f"/meja/percakapan/{handoff.id}/isi")
    assert len(_rows(site.desk.database, Act.CONVERSATION_READ)) == 1
    with site.signed_in(site.desk.budi) as budi:
        budi.get(f"/meja/percakapan/{handoff.id}")
    readers = [row[0] for row in _rows(site.desk.database, Act.CONVERSATION_READ)]
    assert readers == [site.desk.sari.staff_id, site.desk.budi.staff_id]


def test_what_was_refused_was_not_done(site: Site, sari: Visitor, budi: Visitor) -> None:
    handoff = site.desk.taken(site.desk.budi)
    before = _rows(site.desk.database)
    one = f"/meja/percakapan/{handoff.id}"
    for form, fields in (
        ("tulis", {"teks": "x"}),
        ("ambil", {}),
        ("tingkat", {"tingkat": "biasa"}),
    ):
        sari.send("/meja/akun", f"{one}/{form}", **fields)
    sari.get("/meja/laporan/" + "x" * 22)
    sari.send("/meja/akun", "/meja/laporan/" + "x" * 22 + "/tahan", tahan="1")
    after = _rows(site.desk.database)
    # The refusal shows the conversation anew, and that was read.
    done = [row for row in after[len(before) :] if row[1] != Act.CONVERSATION_READ.value]
    assert done == []


# The page


def _shown(visitor: Visitor, query: str = "") -> str:
    answer = visitor.get(f"/meja/jejak{query}")
    assert answer.status_code == 200
    return words_of(answer)


def _numbers(visitor: Visitor, query: str = "") -> list[int]:
    return [int(n) for n in re.findall(r"nomor (\d+)</p>", visitor.get(f"/meja/jejak{query}").text)]


def test_the_newest_stand_first_and_say_who_did_what(site: Site, sari: Visitor) -> None:
    handoff = site.desk.taken()
    numbers = _numbers(sari)
    assert numbers == sorted(numbers, reverse=True)
    shown = _shown(sari)
    assert f"Sari mengambil percakapan {handoff.id}" in shown
    assert "terminal server menambah Sari sebagai admin" in shown
    assert "Jejak utuh" in shown


def test_it_is_picked_by_day_by_person_and_by_act(site: Site, sari: Visitor) -> None:
    site.desk.taken()
    me = site.desk.sari.staff_id
    own = _shown(sari, f"?petugas={me}&perbuatan=conversation_taken")
    assert "1 catatan" in own
    assert "tidak dikenal" not in own.split("1 catatan")[1]
    assert _numbers(sari, f"?petugas={site.desk.budi.staff_id}&perbuatan=conversation_taken") == []
    assert _numbers(sari, "?hari=2020-01-01") == []
    assert "Tidak ada catatan" in _shown(sari, "?hari=2020-01-01")
    today = time.strftime("%Y-%m-%d", time.gmtime(now_ms() / 1000 + 7 * 3600))
    assert _numbers(sari, f"?hari={today}") == _numbers(sari)


@pytest.mark.parametrize(
    "query",
    [
        "?hari=kemarin", "?hari=9999-12-31", "?halaman=-1", "?halaman=x",
        "?petugas=%27%22%3E%3Cscript%3E", "?perbuatan=tidak_ada", "?hari=%00",
    ],
)  # fmt: skip
def test_whatever_the_address_says_a_page_comes(sari: Visitor, query: str) -> None:
    assert "<script>" not in _shown(sari, query)


def test_it_comes_in_pages(site: Site, sari: Visitor) -> None:
    for _ in range(PAGE_SIZE + 5):
        with site.desk.database.write() as connection:
            note(connection, Act.DATA_DELETED, by=SYSTEM, detail="simpan_percakapan", count=2)
    query = "?perbuatan=data_deleted"
    first, second = _numbers(sari, query), _numbers(sari, f"{query}&halaman=2")
    assert (len(first), len(second)) == (PAGE_SIZE, 5)
    assert min(first) > max(second)
    assert "1 dari 2" in _shown(sari, query)
    following = re.search(r'href="([^"]+)">Berikutnya', sari.get(f"/meja/jejak{query}").text)
    assert following is not None
    # The choice is kept from page to page.
    assert "perbuatan=data_deleted" in following.group(1)
    assert "Halaman ini kosong" in _shown(sari, f"{query}&halaman=9")


def test_a_broken_chain_stands_in_red_above_it(site: Site, sari: Visitor) -> None:
    site.desk.taken()
    with site.desk.database.claim() as connection:
        connection.execute(text("UPDATE audit SET count = 7 WHERE seq = 3"))
        connection.execute(text("DELETE FROM audit WHERE seq = 5"))
    shown = _shown(sari)
    assert "Jejak ini rusak" in shown
    assert "Nomor 3: isinya diubah" in shown
    assert "Nomor 5 hilang." in shown
    assert "Jejak utuh" not in shown


def test_nothing_can_be_changed_there(sari: Visitor) -> None:
    assert sari.post("/meja/jejak", {"csrf": sari.csrf("/meja/akun")}).status_code == 405


def test_only_admins_find_the_way_to_it(sari: Visitor, budi: Visitor) -> None:
    assert 'href="/meja/jejak"' in sari.get("/meja/akun").text
    assert 'href="/meja/jejak"' not in budi.get("/meja/akun").text
