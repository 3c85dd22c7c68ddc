"""What is written down stays as it was written, or the check names the place."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection

from bot.errors import OperatorError
from bot.privacy.audit import verifying
from bot.privacy.audit.acts import SYSTEM, TERMINAL, Act, note
from bot.privacy.audit.verifying import Finding, Kind
from bot.storage import trail
from bot.storage.database import Database
from bot.storage.tables import audit
from bot.storage.trail import Entry, Link, NoTrail
from tests.databases import TRAIL_KEY

ENTRIES = 12
SOMEBODY = "A" * 22


@pytest.fixture
def written(database: Database) -> Database:
    """A database with twelve entries."""
    for number in range(1, ENTRIES + 1):
        with database.write() as connection:
            note(connection, Act.REPORT_OPENED, by=SOMEBODY, on="B" * 22, count=number)
    return database


def _do(database: Database, *statements: str) -> None:
    """As somebody with a shell of the database does it."""
    with database.claim() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _kinds(database: Database) -> list[tuple[Kind, int, int]]:
    return [(f.kind, f.first, f.last) for f in verifying.verify(database).findings]


def _count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(audit)).scalar_one())


# What is written


def test_entries_are_numbered_without_a_gap_and_hold(written: Database) -> None:
    checked = verifying.verify(written)
    assert (checked.entries, checked.head.seq, checked.holds) == (ENTRIES, ENTRIES, True)
    with written.read() as connection:
        numbers = connection.execute(select(audit.c.seq).order_by(audit.c.seq)).scalars().all()
    assert numbers == list(range(1, ENTRIES + 1))


def test_what_one_transaction_notes_twice_stands_in_that_order(database: Database) -> None:
    with database.write() as connection:
        note(connection, Act.STAFF_REMOVED, by=TERMINAL, on=SOMEBODY)
        note(connection, Act.KEYS_ROTATED, by=TERMINAL)
    with database.read() as connection:
        rows = connection.execute(select(audit.c.act).order_by(audit.c.seq)).scalars().all()
    assert rows == ["staff_removed", "keys_rotated"]
    assert verifying.verify(database).holds


def test_what_was_rolled_back_was_not_done_and_is_not_written_down(written: Database) -> None:
    with suppress(RuntimeError), written.write() as connection:
        note(connection, Act.KEYS_ROTATED, by=TERMINAL)
        raise RuntimeError
    with written.read() as connection:
        assert _count(connection) == ENTRIES


def test_nothing_is_done_that_cannot_be_written_down(database: Database) -> None:
    for transaction in (database.read, database.claim):
        with pytest.raises(NoTrail), transaction() as connection:
            note(connection, Act.KEYS_ROTATED, by=TERMINAL)
    other = Database(database.url.render_as_string(hide_password=False))
    with pytest.raises(NoTrail), other.write() as connection:
        note(connection, Act.KEYS_ROTATED, by=TERMINAL)
    other.close()


@pytest.mark.parametrize(
    "given",
    [
        {"by": "Sari Dewi"},
        {"by": "0812-0000-0001"},
        {"by": SYSTEM, "on": "laporan tentang Pak Contoh"},
        {"by": SYSTEM, "on": "0812-0000-0001"},
        {"by": SYSTEM, "detail": "ada lima perempuan di gudang"},
        {"by": SYSTEM, "detail": "+6281200000001"},
        {"by": SYSTEM, "detail": ""},
    ],
)
def test_only_ids_and_codes_can_be_written_down(database: Database, given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"an id|a code"), database.write() as connection:
        note(connection, Act.REPORT_OPENED, **given)
    with database.read() as connection:
        assert _count(connection) == 0


def test_two_different_entries_never_have_one_hash() -> None:
    link = Link(4, bytes(range(32)))
    entries = [
        Entry(5, "a", "b", "c", "d", 1),
        Entry(6, "a", "b", "c", "d", 1),
        Entry(5, "ab", "", "c", "d", 1),
        Entry(5, "a", "bc", "", "d", 1),
        Entry(5, "a", "b", None, "cd", 1),
        Entry(5, "a", "b", "", "cd", 1),
        Entry(5, "a", "b", "c", None, 1),
        Entry(5, "a", "b", "c", "d", 2),
    ]
    macs = {trail.mac(TRAIL_KEY, link, entry) for entry in entries}
    macs |= {
        trail.mac(TRAIL_KEY, Link(5, link.mac), entries[0]),
        trail.mac(TRAIL_KEY, Link(4, bytes(32)), entries[0]),
        trail.mac(bytes(32), link, entries[0]),
    }
    assert len(macs) == len(entries) + 3


# What somebody did to it


@pytest.mark.parametrize(
    "change",
    [
        f"actor = '{'C' * 22}'",
        "act = 'signed_in'",
        f"about = '{'C' * 22}'",
        "about = NULL",
        "detail = 'read'",
        "count = 99",
        "at = at - 60000",
    ],
)
def test_an_entry_that_was_changed_is_named(written: Database, change: str) -> None:
    _do(written, f"UPDATE audit SET {change} WHERE seq = 5")
    assert _kinds(written) == [(Kind.CHANGED, 5, 5)]


def test_so_is_one_whose_hash_was_changed_as_well(written: Database) -> None:
    with written.claim() as connection:
        connection.execute(
            audit.update().where(audit.c.seq == 5).values(actor="C" * 22, mac=b"x" * 32)
        )
    assert _kinds(written) == [(Kind.CHANGED, 5, 5)]


def test_whoever_has_another_key_writes_nothing_that_holds(written: Database) -> None:
    with written.claim() as connection:
        row = connection.execute(select(audit).where(audit.c.seq == 5)).one()
        forged = Entry(row.at, "C" * 22, row.act, row.about, row.detail, row.count)
        mac = trail.mac(bytes(32), Link(4, bytes(row.prev)), forged)
        connection.execute(audit.update().where(audit.c.seq == 5).values(actor="C" * 22, mac=mac))
        connection.execute(audit.update().where(audit.c.seq == 6).values(prev=mac))
    assert _kinds(written) == [(Kind.CHANGED, 5, 5), (Kind.CHANGED, 6, 6)]


@pytest.mark.parametrize(
    ("which", "first", "last"), [("= 1", 1, 1), ("= 5", 5, 5), ("BETWEEN 4 AND 9", 4, 9)]
)
def test_entries_that_were_removed_are_named(
    written: Database, which: str, first: int, last: int
) -> None:
    _do(written, f"DELETE FROM audit WHERE seq {which}")
    assert _kinds(written) == [(Kind.MISSING, first, last)]


def test_an_entry_that_was_added_is_named(written: Database) -> None:
    with written.claim() as connection:
        row = connection.execute(select(audit).where(audit.c.seq == ENTRIES)).one()
        values = {**row._mapping, "seq": ENTRIES + 1, "prev": row.mac, "mac": b"x" * 32}
        connection.execute(audit.insert().values(**values))
    assert _kinds(written) == [(Kind.ADDED, ENTRIES + 1, ENTRIES + 1)]


def test_one_that_was_pushed_in_between_is_named_and_those_behind_it(written: Database) -> None:
    _do(
        written,
        "UPDATE audit SET seq = -seq WHERE seq > 10",
        "UPDATE audit SET seq = 1 - seq WHERE seq < 0",
    )
    with written.claim() as connection:
        row = connection.execute(select(audit).where(audit.c.seq == 10)).one()
        values = {**row._mapping, "seq": 11, "prev": b"y" * 32, "mac": b"x" * 32}
        connection.execute(audit.insert().values(**values))
    assert verifying.verify(written).findings == [
        Finding(Kind.ADDED, 11, 11),
        Finding(Kind.MOVED, 12, 12, 11),
        Finding(Kind.MOVED, 13, 13, 12),
    ]


def test_entries_that_changed_places_are_named(written: Database) -> None:
    _do(
        written,
        "UPDATE audit SET seq = 100 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 9",
        "UPDATE audit SET seq = 9 WHERE seq = 100",
    )
    assert verifying.verify(written).findings == [
        Finding(Kind.MOVED, 3, 3, 9),
        Finding(Kind.MOVED, 9, 9, 3),
    ]


def test_an_entry_of_another_copy_of_the_database_does_not_fit(
    written: Database,
) -> None:
    """Genuine, and written after the same number: but not in this trail."""
    with written.claim() as connection:
        entry = Entry(1, SOMEBODY, Act.SIGNED_OUT.value)
        prev = b"z" * 32
        mac = trail.mac(TRAIL_KEY, Link(ENTRIES, prev), entry)
        connection.execute(
            audit.insert().values(seq=ENTRIES + 1, prev=prev, mac=mac, **vars(entry))
        )
    assert _kinds(written) == [(Kind.UNLINKED, ENTRIES + 1, ENTRIES + 1)]


def test_whatever_stands_in_a_row_the_check_goes_on(written: Database) -> None:
    if not written.is_sqlite:
        pytest.skip("PostgreSQL keeps to the kinds of its columns")
    _do(
        written,
        "UPDATE audit SET at = 'kemarin', count = 'x', mac = 'abc' WHERE seq = 5",
        "UPDATE audit SET seq = 'sembilan' WHERE seq = 9",
    )
    assert (Kind.CHANGED, 5, 5) in _kinds(written)
    assert (Kind.MISSING, 9, 9) in _kinds(written)


def test_work_goes_on_behind_what_somebody_broke_and_the_place_stays_named(
    written: Database,
) -> None:
    _do(written, f"UPDATE audit SET count = 99 WHERE seq = {ENTRIES}")
    assert _kinds(written) == [(Kind.ADDED, ENTRIES, ENTRIES)]
    with written.write() as connection:
        note(connection, Act.KEYS_ROTATED, by=TERMINAL)
    assert _kinds(written) == [(Kind.CHANGED, ENTRIES, ENTRIES)]


# The end


def test_that_the_end_was_cut_off_is_seen_with_a_hash_that_was_kept_elsewhere(
    written: Database,
) -> None:
    head = verifying.kept(verifying.shown(verifying.verify(written).head))
    _do(written, f"DELETE FROM audit WHERE seq > {ENTRIES - 3}")
    assert verifying.verify(written).holds
    checked = verifying.verify(written, head=head)
    assert [found.kind for found in checked.findings] == [Kind.HEAD]


def test_a_hash_that_was_kept_holds_while_the_trail_grows(written: Database) -> None:
    kept = verifying.shown(verifying.verify(written).head)
    with written.write() as connection:
        note(connection, Act.KEYS_ROTATED, by=TERMINAL)
    for text_ in (kept, kept.partition("-")[2], f" {kept.upper()}\n"):
        assert verifying.verify(written, head=verifying.kept(text_)).holds
    other = f"{ENTRIES - 1}-{kept.partition('-')[2]}"
    assert not verifying.verify(written, head=verifying.kept(other)).holds


def test_an_emptied_trail_is_seen_with_it_too(written: Database) -> None:
    head = verifying.kept(verifying.shown(verifying.verify(written).head))
    _do(written, "DELETE FROM audit")
    assert [f.kind for f in verifying.verify(written, head=head).findings] == [Kind.HEAD]


@pytest.mark.parametrize("typed", ["", "12", "x" * 64, "12-abc", "0812-0000-0001"])
def test_what_is_no_hash_is_refused_in_words(typed: str) -> None:
    with pytest.raises(OperatorError, match="suluh audit head"):
        verifying.kept(typed)


def test_a_check_tells_how_far_it_is(written: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "BATCH", 5)
    told: list[int] = []
    verifying.verify(written, progress=told.append)
    assert told == [5, 5, 2]
    assert verifying.length(written) == ENTRIES


def test_of_ever_so_many_findings_some_are_named_and_the_others_counted(
    written: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "MOST", 4)
    _do(written, "UPDATE audit SET count = 99")
    checked = verifying.verify(written)
    assert (len(checked.findings), checked.more) == (4, ENTRIES - 4)
