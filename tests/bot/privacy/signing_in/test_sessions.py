from __future__ import annotations

import pytest

from bot.clock import now_ms
from bot.privacy import retention, staff
from bot.privacy.signing_in import sessions
from bot.privacy.signing_in.sessions import OPEN, PASSWORD, Session
from bot.privacy.unlocked import Unlocked
from bot.storage.database import Database
from bot.storage.tables import staff_sessions


def _begin(database: Database, member: Unlocked, stage: str = OPEN) -> str:
    with database.write() as connection:
        return sessions.begin(connection, member, stage)


def _found(database: Database, token: str) -> Session:
    session = sessions.find(database, token)
    assert session is not None
    return session


def _later(database: Database, *, idle: int = 0, old: int = 0) -> None:
    with database.write() as connection:
        columns = staff_sessions.c
        connection.execute(
            staff_sessions.update().values(
                seen_at=columns.seen_at - idle - old, created_at=columns.created_at - old
            )
        )


def test_what_was_sealed_for_the_desk_opens_in_a_session(
    database: Database, sari: Unlocked
) -> None:
    session = _found(database, _begin(database, sari))
    assert (session.member.name, session.member.role) == ("Sari", "admin")
    with database.read() as connection:
        assert session.member.desk_keys(connection) == sari.desk_keys(connection)


def test_the_database_alone_opens_no_session(database: Database, sari: Unlocked) -> None:
    token = _begin(database, sari)
    with database.read() as connection:
        row = connection.execute(staff_sessions.select()).one()
    assert token not in repr(tuple(row))
    # Its name in the database is no token.
    assert sessions.find(database, row.id) is None
    assert sari.private_key() not in bytes(row.key_sealed)


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "é" * 43, "x" * 5000])
def test_a_token_that_was_not_given_out_opens_nothing(
    database: Database, sari: Unlocked, token: str
) -> None:
    _begin(database, sari)
    assert sessions.find(database, token) is None


def test_a_session_ends_after_half_an_hour_without_a_click(
    database: Database, sari: Unlocked
) -> None:
    token = _begin(database, sari)
    _later(database, idle=sessions.IDLE_MS - 60_000)
    session = _found(database, token)
    sessions.note_click(database, session)
    _later(database, idle=sessions.IDLE_MS - 60_000)
    assert sessions.find(database, token) is not None
    _later(database, idle=2 * 60_000)
    assert sessions.find(database, token) is None


def test_a_session_ends_after_a_working_day_however_busy(
    database: Database, sari: Unlocked
) -> None:
    token = _begin(database, sari)
    _later(database, old=sessions.LONGEST_MS + 1)
    with database.write() as connection:
        connection.execute(staff_sessions.update().values(seen_at=now_ms()))
    assert sessions.find(database, token) is None


def test_half_a_sign_in_lasts_ten_minutes(database: Database, sari: Unlocked) -> None:
    token = _begin(database, sari, PASSWORD)
    assert _found(database, token).stage == PASSWORD
    _later(database, old=sessions.SECOND_FACTOR_MS + 1)
    assert sessions.find(database, token) is None


def test_a_member_ends_sessions_of_his_own_and_no_others(
    database: Database, sari: Unlocked, budi: Unlocked
) -> None:
    of_sari, of_budi = _begin(database, sari), _begin(database, budi)
    with database.write() as connection:
        sessions.end(connection, _found(database, of_sari).id, budi.staff_id)
        sessions.end(connection, _found(database, of_budi).id, budi.staff_id)
    assert sessions.find(database, of_sari) is not None
    assert sessions.find(database, of_budi) is None


@pytest.mark.parametrize("how", ["disabled", "reset", "changed"])
def test_whose_password_is_worth_nothing_any_more_is_signed_out_at_once(
    database: Database, sari: Unlocked, budi: Unlocked, how: str
) -> None:
    token = _begin(database, budi)
    if how == "disabled":
        staff.disable(database, "Budi")
    elif how == "reset":
        staff.reset_password(database, "Budi", "genteng merah basah", by=sari)
    else:
        staff.change_password(database, budi, "genteng merah basah")
    assert sessions.find(database, token) is None


def test_a_session_that_was_kept_from_before_a_new_key_pair_opens_nothing(
    database: Database, sari: Unlocked, budi: Unlocked
) -> None:
    token = _begin(database, budi)
    with database.read() as connection:
        kept = dict(connection.execute(staff_sessions.select()).mappings().one())
    staff.reset_password(database, "Budi", "genteng merah basah", by=sari)
    with database.write() as connection:
        connection.execute(staff_sessions.insert().values(kept))
    assert sessions.find(database, token) is None


def test_the_mark_of_forms_is_of_one_session_alone(database: Database, sari: Unlocked) -> None:
    first = _found(database, _begin(database, sari))
    second = _found(database, _begin(database, sari))
    assert first.is_own(first.csrf)
    assert not first.is_own(second.csrf)
    assert not first.is_own("")
    assert not first.is_own("é")


def test_the_secret_of_a_new_app_waits_in_its_session_alone(
    database: Database, sari: Unlocked
) -> None:
    first = _found(database, _begin(database, sari, PASSWORD))
    second = _found(database, _begin(database, sari, PASSWORD))
    with database.write() as connection:
        sessions.set_pending(connection, first, "JBSWY3DPEHPK3PXP")
        assert sessions.pending(connection, first) == "JBSWY3DPEHPK3PXP"
        assert sessions.pending(connection, second) is None
        row = connection.execute(
            staff_sessions.select().where(staff_sessions.c.id == first.id)
        ).one()
    assert b"JBSWY3DPEHPK3PXP" not in bytes(row.pending_sealed)


def test_what_ended_is_deleted(database: Database, sari: Unlocked) -> None:
    _begin(database, sari)
    _later(database, idle=sessions.IDLE_MS + 1)
    alive = _begin(database, sari)
    retention.purge(database, now_ms(), thorough=False)
    with database.read() as connection:
        left = [row.id for row in connection.execute(staff_sessions.select())]
    assert left == [_found(database, alive).id]


def test_the_list_names_open_sessions_the_newest_first(database: Database, sari: Unlocked) -> None:
    first = _begin(database, sari)
    _later(database, old=60_000)
    second = _begin(database, sari)
    _begin(database, sari, PASSWORD)
    with database.read() as connection:
        listed = sessions.of_member(connection, sari.staff_id)
    assert [one.id for one in listed] == [_found(database, token).id for token in (second, first)]
