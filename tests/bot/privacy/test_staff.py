"""Who works at the desk, and that what is sealed for it opens for them and nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.errors import OperatorError
from bot.privacy import boxes, desk, grants, passwords, recovery, slow_hash, staff
from bot.privacy.boxes import KeyPair
from bot.privacy.passwords import PasswordError
from bot.privacy.recovery import RecoveryKeyError
from bot.privacy.sealing import SealBroken
from bot.privacy.slow_hash import Strength
from bot.privacy.staff import ADMIN, OFFICER, VIEWER, NotGranted, StaffError, Unlocked, WrongLogin
from bot.storage.database import Database
from bot.storage.tables import desk_grants, desk_keys, installation
from bot.storage.tables import staff as staff_table

PASSWORD, OTHER = "lampu minyak di teras", "perahu kayu di muara"
STORY = b"ditahan di ruko, paspor dipegang bos"
PLACE = "tips.body:laporan-1"


@dataclass
class Desk:
    """A desk whose admin is Sari; what is reported to it, and who may read it."""

    database: Database
    recovery_key: str
    reported: list[tuple[str, bytes]] = field(default_factory=list)

    def report(self) -> tuple[str, bytes]:
        with self.database.read() as connection:
            key = desk.current(connection)
        assert key is not None
        self.reported.append((key.id, desk.seal(key, STORY, PLACE)))
        return self.reported[-1]

    def login(self, name: str = "Sari", password: str = PASSWORD) -> Unlocked:
        return staff.unlock(self.database, name, password)

    def add(self, name: str, role: str, password: str = PASSWORD) -> None:
        assert staff.add(self.database, name, role, password, by=self.login()) is None


@pytest.fixture
def sari(database: Database, quick_hashes: None) -> Desk:
    return _founded(database)


def _founded(database: Database) -> Desk:
    recovery_key = staff.add(database, "Sari", ADMIN, PASSWORD)
    assert recovery_key is not None
    return Desk(database, recovery_key)


def _opens(member: Unlocked, reported: tuple[str, bytes]) -> bool:
    try:
        return member.open(*reported, PLACE) == STORY
    except (NotGranted, SealBroken):
        return False


def _names(database: Database) -> list[str]:
    with database.read() as connection:
        return [member.name for member in staff.members(connection)]


# The first member.


def test_the_first_admin_makes_the_desk(sari: Desk) -> None:
    assert sari.login().open(*sari.report(), PLACE) == STORY
    assert sari.login().role == ADMIN


@pytest.mark.parametrize("role", [OFFICER, VIEWER])
@pytest.mark.usefixtures("quick_hashes")
def test_the_first_member_must_be_an_admin(database: Database, role: str) -> None:
    with pytest.raises(StaffError, match="first member must be an admin"):
        staff.add(database, "Sari", role, PASSWORD)
    with database.read() as connection:
        assert desk.current(connection) is None


def test_nobody_else_makes_a_desk_of_his_own(sari: Desk) -> None:
    with pytest.raises(StaffError, match="--by"):
        staff.add(sari.database, "Budi", ADMIN, PASSWORD)
    assert _names(sari.database) == ["Sari"]


def test_without_a_desk_there_is_nothing_to_rotate_or_recover(database: Database) -> None:
    with pytest.raises(StaffError, match="no members yet"):
        staff.rotate(database)
    with pytest.raises(StaffError, match="no members yet"):
        staff.unlock_with_recovery(database, recovery.shown(KeyPair.new()))


def test_a_desk_at_its_real_strength(database: Database) -> None:
    own = _founded(database)
    reported = own.report()
    assert own.login().open(*reported, PLACE) == STORY
    with pytest.raises(WrongLogin):
        own.login(password=OTHER)
    with database.read() as connection:
        strengths = connection.execute(select(staff_table.c.strength)).scalars().all()
    assert strengths == ["argon2id:3:67108864"]


def test_a_member_logs_in_after_the_strength_was_raised(
    sari: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_hash, "PASSWORD", Strength(2, 16384))
    staff.change_password(sari.database, sari.login(), OTHER)
    assert _opens(sari.login(password=OTHER), sari.report())
    with sari.database.read() as connection:
        assert connection.execute(select(staff_table.c.strength)).scalar() == "argon2id:2:16384"


# Roles.


@pytest.mark.parametrize(("role", "may_read"), [(ADMIN, True), (OFFICER, True), (VIEWER, False)])
def test_who_is_added_opens_what_came_before_and_after_unless_a_viewer(
    sari: Desk, role: str, may_read: bool
) -> None:
    before = sari.report()
    staff.rotate(sari.database)
    between = sari.report()
    sari.add("Budi", role)
    budi = sari.login("Budi")
    staff.rotate(sari.database)
    after = sari.report()
    assert [_opens(budi, reported) for reported in (before, between, after)] == [may_read] * 3
    assert budi.role == role


@pytest.mark.parametrize("role", [OFFICER, VIEWER])
def test_only_an_admin_changes_who_works_at_the_desk(sari: Desk, role: str) -> None:
    sari.add("Budi", role)
    budi = sari.login("Budi")
    with pytest.raises(StaffError, match="admin"):
        staff.add(sari.database, "Tono", OFFICER, PASSWORD, by=budi)
    with pytest.raises(StaffError, match="admin"):
        staff.reset_password(sari.database, "Sari", OTHER, by=budi)
    with pytest.raises(StaffError, match="admin"):
        staff.renew_recovery(sari.database, by=budi)
    assert _names(sari.database) == ["Budi", "Sari"]
    assert _opens(sari.login(), sari.report())


def test_an_admin_who_was_disabled_meanwhile_changes_nothing_any_more(sari: Desk) -> None:
    sari.add("Budi", ADMIN)
    budi = sari.login("Budi")
    staff.disable(sari.database, "Budi")
    for role in (ADMIN, VIEWER):
        with pytest.raises(StaffError, match="Only an active admin"):
            staff.add(sari.database, "Tono", role, PASSWORD, by=budi)
    with pytest.raises(StaffError):
        staff.change_password(sari.database, budi, OTHER)
    assert _names(sari.database) == ["Budi", "Sari"]


def test_an_admin_whose_keys_were_damaged_does_not_pass_on_fewer(sari: Desk) -> None:
    """Else a new recovery key would be worth less than the one that it replaces."""
    sari.report()
    staff.rotate(sari.database)
    lost = desk_grants.c.desk_key_id == sari.reported[0][0]
    with sari.database.write() as connection:
        connection.execute(
            desk_grants.delete().where(lost, desk_grants.c.holder != grants.RECOVERY)
        )
    with pytest.raises(StaffError, match="another admin"):
        staff.renew_recovery(sari.database, by=sari.login())
    holder = staff.unlock_with_recovery(sari.database, sari.recovery_key)
    assert _opens(holder, sari.reported[0])
    staff.reset_password(sari.database, "Sari", OTHER, by=holder)
    assert _opens(sari.login(password=OTHER), sari.reported[0])


def test_a_grant_that_was_changed_is_told_in_a_sentence(sari: Desk) -> None:
    with sari.database.write() as connection:
        connection.execute(desk_grants.update().values(sealed=b"\x01" + bytes(1072)))
    with pytest.raises(StaffError, match="another admin"):
        staff.renew_recovery(sari.database, by=sari.login())


# Names and passwords.


@pytest.mark.parametrize("typed", ["Sari", "sari", "SARI", "  Sari "])
def test_a_name_is_found_however_its_letters_are_typed(sari: Desk, typed: str) -> None:
    assert sari.login(typed).name == "Sari"
    with pytest.raises(StaffError, match="taken"):
        sari.add(typed, OFFICER)


def test_a_name_is_kept_as_one_writes_it(sari: Desk) -> None:
    sari.add("  Ni'mah   Jose\u0301 ", OFFICER)
    assert _names(sari.database) == ["Ni'mah José", "Sari"]
    assert sari.login("ni'mah josé").name == "Ni'mah José"


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "Budi\x07", "Budi\0", "Budi\udcff"])
def test_what_is_no_name_is_refused(sari: Desk, name: str) -> None:
    with pytest.raises(StaffError, match="1 to 64 characters"):
        sari.add(name, OFFICER)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "fewer than 12"),
        ("sebelas kar", "fewer than 12"),
        # Twelve as it is typed, eleven as it is read.
        ("sebelas kae\u0301", "fewer than 12"),
        ("Budi Prasetyo", "is the name"),
        ("BUDIPRASETYO", "is the name"),
        ("x" * 1001, "more than 1000"),
        ("sandi \udcff panjang", "UTF-8"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(
    sari: Desk, password: str, reason: str
) -> None:
    with pytest.raises(PasswordError, match=reason) as caught:
        sari.add("Budi Prasetyo", OFFICER, password)
    assert not password or password not in str(caught.value)
    assert isinstance(caught.value, OperatorError)
    with pytest.raises(PasswordError):
        staff.change_password(sari.database, sari.login(), "Sari")
    with pytest.raises(PasswordError):
        staff.reset_password(sari.database, "Sari", "pendek", by=sari.login())
    assert _names(sari.database) == ["Sari"]


def test_a_password_is_the_same_from_every_keyboard(sari: Desk) -> None:
    """é is one character from one keyboard, and e with an accent from another."""
    sari.add("Budi", OFFICER, "warung kafe\u0301 di teras")
    assert sari.login("Budi", "warung kafé di teras").name == "Budi"


@pytest.mark.parametrize("other", [PASSWORD + " ", " " + PASSWORD, PASSWORD.upper(), "", "\udcff"])
def test_a_password_that_is_nearly_right_is_wrong(sari: Desk, other: str) -> None:
    with pytest.raises(WrongLogin):
        sari.login(password=other)


def test_a_wrong_name_and_a_wrong_password_look_the_same_and_cost_the_same(
    sari: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sari.add("Budi", OFFICER)
    staff.disable(sari.database, "Budi")
    hashed: list[tuple[Strength, int]] = []
    real = slow_hash.derive

    def derive(secret: bytes, salt: bytes, strength: Strength, size: int = 32) -> bytes:
        hashed.append((strength, size))
        return real(secret, salt, strength, size)

    monkeypatch.setattr(slow_hash, "derive", derive)
    said = []
    for name, password in [("Sari", OTHER), ("Tono", PASSWORD), ("Budi", PASSWORD), ("", "")]:
        with pytest.raises(WrongLogin) as caught:
            sari.login(name, password)
        said.append((str(caught.value), caught.value.__suppress_context__))
    assert len(set(said)) == 1
    assert isinstance(caught.value, OperatorError)
    assert hashed == [(slow_hash.PASSWORD, 32)] * 4


def test_one_changes_ones_own_password(sari: Desk) -> None:
    reported = sari.report()
    staff.change_password(sari.database, sari.login(), OTHER)
    with pytest.raises(WrongLogin):
        sari.login()
    assert _opens(sari.login(password=OTHER), reported)


def test_the_private_key_of_one_member_does_not_pass_for_that_of_another(sari: Desk) -> None:
    """Whoever can write into the database must not log in as Sari with his own password."""
    sari.add("Budi", VIEWER, OTHER)
    with sari.database.write() as connection:
        budi = connection.execute(
            select(staff_table.c.private_sealed, staff_table.c.salt, staff_table.c.strength).where(
                staff_table.c.name == "Budi"
            )
        ).one()
        connection.execute(
            staff_table.update().where(staff_table.c.name == "Sari").values(**dict(budi))
        )
    with pytest.raises(WrongLogin):
        sari.login(password=OTHER)


# Lost passwords.


@pytest.mark.parametrize(("role", "may_read"), [(ADMIN, True), (OFFICER, True), (VIEWER, False)])
@pytest.mark.parametrize("way", ["admin", "recovery key"])
def test_a_lost_password_is_replaced(sari: Desk, role: str, may_read: bool, way: str) -> None:
    sari.add("Budi", role)
    old = sari.login("Budi")
    reported = sari.report()
    staff.rotate(sari.database)
    by = (
        sari.login()
        if way == "admin"
        else staff.unlock_with_recovery(sari.database, sari.recovery_key)
    )
    staff.reset_password(sari.database, "budi", OTHER, by=by)
    with pytest.raises(WrongLogin):
        sari.login("Budi")
    again = sari.login("Budi", OTHER)
    assert again.role == role
    for seen in (reported, sari.report()):
        assert _opens(again, seen) == may_read
        # Whoever is still logged in with the old password opens nothing more.
        with pytest.raises(NotGranted):
            old.open(*seen, PLACE)


def test_an_admin_may_replace_his_own_password(sari: Desk) -> None:
    reported = sari.report()
    staff.reset_password(sari.database, "Sari", OTHER, by=sari.login())
    assert _opens(sari.login(password=OTHER), reported)


@pytest.mark.parametrize("name", ["Tono", "Budi"])
def test_who_is_unknown_or_disabled_gets_no_password(sari: Desk, name: str) -> None:
    sari.add("Budi", OFFICER)
    staff.disable(sari.database, "Budi")
    with pytest.raises(StaffError, match="suluh staff list"):
        staff.reset_password(sari.database, name, OTHER, by=sari.login())


def test_the_recovery_key_opens_everything(sari: Desk) -> None:
    first = sari.report()
    staff.rotate(sari.database)
    holder = staff.unlock_with_recovery(sari.database, sari.recovery_key.lower())
    assert _opens(holder, first)
    assert _opens(holder, sari.report())


def test_another_recovery_key_opens_nothing(sari: Desk) -> None:
    with pytest.raises(StaffError, match="not the recovery key of this desk"):
        staff.unlock_with_recovery(sari.database, recovery.shown(KeyPair.new()))
    with pytest.raises(RecoveryKeyError, match="were typed"):
        staff.unlock_with_recovery(sari.database, PASSWORD)


def test_a_new_recovery_key_makes_the_old_one_worthless(sari: Desk) -> None:
    before = sari.report()
    old = staff.unlock_with_recovery(sari.database, sari.recovery_key)
    new_key = staff.renew_recovery(sari.database, by=sari.login())
    after = sari.report()
    with pytest.raises(StaffError, match="not the recovery key"):
        staff.unlock_with_recovery(sari.database, sari.recovery_key)
    with pytest.raises(StaffError, match="admin"):
        staff.reset_password(sari.database, "Sari", OTHER, by=old)
    new = staff.unlock_with_recovery(sari.database, new_key)
    for reported in (before, after):
        assert _opens(new, reported)
        assert _opens(sari.login(), reported)
        assert not _opens(old, reported)


def test_an_old_recovery_key_with_an_old_copy_opens_nothing_that_comes_after(sari: Desk) -> None:
    with sari.database.read() as connection:
        copied = staff.unlock_with_recovery(sari.database, sari.recovery_key).desk_keys(connection)
    staff.renew_recovery(sari.database, by=sari.login())
    key_id, sealed = sari.report()
    assert key_id not in copied
    for private_key in copied.values():
        with pytest.raises(SealBroken):
            boxes.open_with(private_key, sealed, PLACE)


# Disabling.


def test_who_is_disabled_opens_nothing_any_more(sari: Desk) -> None:
    sari.add("Budi", OFFICER)
    still_open, reported = sari.login("Budi"), sari.report()
    staff.disable(sari.database, "Budi")
    with pytest.raises(WrongLogin):
        sari.login("Budi")
    assert not _opens(still_open, reported)
    assert not _opens(still_open, sari.report())
    assert all(_opens(sari.login(), seen) for seen in sari.reported)


def test_what_a_disabled_member_took_along_opens_nothing_that_comes_after(sari: Desk) -> None:
    sari.add("Budi", OFFICER)
    with sari.database.read() as connection:
        taken = sari.login("Budi").desk_keys(connection)
    staff.disable(sari.database, "Budi")
    _, sealed = sari.report()
    for private_key in taken.values():
        with pytest.raises(SealBroken):
            boxes.open_with(private_key, sealed, PLACE)


def test_the_last_active_admin_cannot_be_disabled(sari: Desk) -> None:
    sari.add("Budi", OFFICER)
    sari.add("Tono", ADMIN)
    staff.disable(sari.database, "Tono")
    with pytest.raises(StaffError, match="last active admin"):
        staff.disable(sari.database, "Sari")
    assert _opens(sari.login(), sari.report())


def test_an_admin_who_is_not_the_last_can_be_disabled(sari: Desk) -> None:
    sari.add("Budi", ADMIN)
    staff.disable(sari.database, "sari")
    assert _opens(sari.login("Budi"), sari.report())
    with pytest.raises(StaffError, match="suluh staff list"):
        staff.disable(sari.database, "Sari")


def test_the_list_remembers_who_was_disabled(sari: Desk) -> None:
    sari.add("Budi", VIEWER)
    staff.disable(sari.database, "Budi")
    with sari.database.read() as connection:
        budi, sari_ = staff.members(connection)
    assert (budi.name, budi.role, budi.disabled_at is None) == ("Budi", VIEWER, False)
    assert (sari_.name, sari_.role, sari_.disabled_at) == ("Sari", ADMIN, None)
    with pytest.raises(StaffError, match="taken"):
        sari.add("Budi", OFFICER)


# Sessions.


def test_a_session_opens_what_is_sealed_with_a_key_made_after_the_login(sari: Desk) -> None:
    session = sari.login()
    assert _opens(session, sari.report())
    staff.rotate(sari.database)
    assert _opens(session, sari.report())


def test_a_session_knows_whether_it_still_holds(sari: Desk) -> None:
    sari.add("Budi", OFFICER)
    sari.add("Tono", OFFICER)
    sessions = [sari.login(name) for name in ("Sari", "Budi", "Tono")]
    staff.disable(sari.database, "Budi")
    staff.reset_password(sari.database, "Tono", OTHER, by=sessions[0])
    with sari.database.read() as connection:
        assert [session.is_current(connection) for session in sessions] == [True, False, False]


def test_a_seal_that_was_moved_does_not_open(sari: Desk) -> None:
    key_id, sealed = sari.report()
    with pytest.raises(SealBroken):
        sari.login().open(key_id, sealed, "tips.body:laporan-2")
    with pytest.raises(NotGranted):
        sari.login().open("kunci-lain", sealed, PLACE)


def test_a_representation_shows_no_secret(sari: Desk) -> None:
    session = sari.login()
    session.open(*sari.report(), PLACE)
    with sari.database.read() as connection:
        desk_private = list(session.desk_keys(connection).values())
    for secret in (session._pair.private_key, *desk_private):
        assert repr(secret)[2:-1] not in repr(session)
        assert secret.hex() not in repr(session)


# How it is written.


def test_one_key_at_a_time_is_in_use_and_the_old_ones_stay(sari: Desk) -> None:
    for _ in range(3):
        staff.rotate(sari.database)
    with sari.database.read() as connection:
        retired = connection.execute(select(desk_keys.c.retired_at)).scalars().all()
    assert len(retired) == 4
    assert retired.count(None) == 1


def test_nothing_slow_happens_while_others_wait_to_write(
    sari: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing = threading.Event()
    real_write, real_derive = Database.write, slow_hash.derive
    derived: list[bool] = []

    @contextmanager
    def write(database: Database) -> Iterator[object]:
        with real_write(database) as connection:
            writing.set()
            try:
                yield connection
            finally:
                writing.clear()

    def derive(*arguments: object, **named: object) -> bytes:
        derived.append(writing.is_set())
        return real_derive(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Database, "write", write)
    monkeypatch.setattr(slow_hash, "derive", derive)
    sari.add("Budi", OFFICER)
    staff.change_password(sari.database, sari.login("Budi"), OTHER)
    staff.reset_password(sari.database, "Budi", PASSWORD, by=sari.login())
    staff.renew_recovery(sari.database, by=sari.login())
    staff.disable(sari.database, "Budi")
    assert len(derived) > 5
    assert not any(derived)


@pytest.mark.parametrize("broken", ["give", "rotate"])
def test_a_change_that_fails_half_way_changes_nothing(
    sari: Desk, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    sari.add("Budi", OFFICER)
    before, reported = _everything(sari.database), sari.report()
    admin = sari.login()

    def fail(*_: object) -> None:
        raise RuntimeError("listrik padam")

    with monkeypatch.context() as patched:
        patched.setattr(grants, broken, fail)
        changes: list[Callable[[], object]] = [
            lambda: staff.disable(sari.database, "Budi"),
            lambda: staff.rotate(sari.database),
            lambda: staff.renew_recovery(sari.database, by=admin),
        ]
        if broken == "give":
            changes += [
                lambda: staff.add(sari.database, "Tono", OFFICER, PASSWORD, by=admin),
                lambda: staff.reset_password(sari.database, "Budi", OTHER, by=admin),
            ]
        for change in changes:
            with pytest.raises(RuntimeError):
                change()
    assert _everything(sari.database) == before
    assert _opens(sari.login("Budi"), reported)


def _everything(database: Database) -> list[list[tuple[object, ...]]]:
    with database.read() as connection:
        return [
            sorted(map(tuple, connection.execute(select(table)).all()), key=repr)
            for table in (staff_table, desk_keys, desk_grants, installation)
        ]


def test_who_is_added_while_the_key_rotates_gets_every_key(sari: Desk) -> None:
    """In two processes at once, neither may overlook what the other does."""
    admin = sari.login()
    failed: list[BaseException] = []

    def run(change: Callable[[int], object]) -> None:
        try:
            for number in range(6):
                change(number)
        except BaseException as error:
            failed.append(error)

    changes: list[Callable[[int], object]] = [
        lambda number: staff.rotate(sari.database),
        lambda n: staff.add(sari.database, f"Petugas {n}", OFFICER, PASSWORD, by=admin),
        lambda number: staff.reset_password(sari.database, "Sari Dua", PASSWORD, by=admin),
    ]
    sari.add("Sari Dua", ADMIN)
    threads = [threading.Thread(target=run, args=(change,)) for change in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with sari.database.read() as connection:
        all_keys = grants.all_ids(connection)
        for name in ("Sari", "Sari Dua", *(f"Petugas {number}" for number in range(6))):
            assert set(sari.login(name).desk_keys(connection)) == all_keys
    assert len(all_keys) == 7


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_secret_stands_in_the_files_of_the_database(sari: Desk, tmp_path: Path) -> None:
    sari.add("Budi", OFFICER, OTHER)
    staff.rotate(sari.database)
    session = sari.login()
    with sari.database.read() as connection:
        private = [session._pair.private_key, *session.desk_keys(connection).values()]
    private.append(recovery.typed(sari.recovery_key).private_key)
    files = _files(tmp_path)
    assert session.public_key in files
    for secret in (*private, sari.recovery_key.encode(), PASSWORD.encode(), OTHER.encode()):
        assert secret not in files


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_taken_from_a_member_is_gone_from_the_files(sari: Desk, tmp_path: Path) -> None:
    sari.add("Budi", OFFICER)
    with sari.database.read() as connection:
        taken = [
            bytes(value)
            for value in connection.execute(
                select(desk_grants.c.sealed)
                .join(staff_table, staff_table.c.id == desk_grants.c.holder)
                .where(staff_table.c.name == "Budi")
            ).scalars()
        ]
        taken += connection.execute(
            select(staff_table.c.private_sealed).where(staff_table.c.name == "Budi")
        ).scalars()
    assert len(taken) == 2
    # Long values are spread over pages: a piece from the middle is looked for.
    pieces = [bytes(value)[200:264] for value in taken]
    assert all(piece in _files(tmp_path) for piece in pieces)
    staff.disable(sari.database, "Budi")
    assert not any(piece in _files(tmp_path) for piece in pieces)


def _files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("suluh.db*"))


# Whatever happens in whatever order.

_STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["add admin", "add officer", "add viewer", "disable", "rotate", "passwd", "reset",
             "reset with recovery", "renew recovery", "report"]
        ),
        st.integers(0, 7),
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip


@dataclass
class _Story:
    """A desk and what must be true of it."""

    desk: Desk
    # By name, of who is active: role and password.
    active: dict[str, tuple[str, str]]
    gone: list[Unlocked] = field(default_factory=list)
    old_passwords: list[tuple[str, str]] = field(default_factory=list)
    names: Iterator[int] = field(default_factory=count)

    def play(self, step: str, number: int) -> None:
        database = self.desk.database
        name = sorted(self.active)[number % len(self.active)]
        role, password = self.active[name]
        admin_name = next(name for name, (role, _) in self.active.items() if role == ADMIN)
        if step.startswith("add"):
            self.add(f"Petugas {next(self.names)}", step.split()[1], self.login(admin_name))
        elif step == "disable":
            self.disable(name, role)
        elif step == "rotate":
            staff.rotate(database)
        elif step == "passwd":
            new = self.new_password(name)
            staff.change_password(database, self.desk.login(name, password), new)
        elif step == "renew recovery":
            self.gone.append(staff.unlock_with_recovery(database, self.desk.recovery_key))
            by = self.login(admin_name)
            self.desk.recovery_key = staff.renew_recovery(database, by=by)
        elif step == "report":
            self.desk.report()
        else:
            by = (
                self.login(admin_name)
                if step == "reset"
                else staff.unlock_with_recovery(database, self.desk.recovery_key)
            )
            self.gone.append(self.login(name))
            staff.reset_password(database, name, self.new_password(name), by=by)

    def login(self, name: str) -> Unlocked:
        return self.desk.login(name, self.active[name][1])

    def add(self, name: str, role: str, by: Unlocked) -> None:
        self.active[name] = (role, f"{PASSWORD} {name}")
        staff.add(self.desk.database, name, role, self.active[name][1], by=by)

    def disable(self, name: str, role: str) -> None:
        session = self.login(name)
        admins = [name for name, (role, _) in self.active.items() if role == ADMIN]
        if admins == [name]:
            with pytest.raises(StaffError, match="last active admin"):
                staff.disable(self.desk.database, name)
            return
        staff.disable(self.desk.database, name)
        self.gone.append(session)
        self.old_passwords.append((name, self.active.pop(name)[1]))

    def new_password(self, name: str) -> str:
        role, password = self.active[name]
        self.old_passwords.append((name, password))
        self.active[name] = (role, f"{OTHER} {next(self.names)}")
        return self.active[name][1]

    def check(self) -> None:
        may_read = [staff.unlock_with_recovery(self.desk.database, self.desk.recovery_key)]
        may_not = list(self.gone)
        for name, (role, _) in self.active.items():
            (may_not if role == VIEWER else may_read).append(self.login(name))
        for reported in self.desk.reported:
            assert all(_opens(member, reported) for member in may_read)
            assert not any(_opens(member, reported) for member in may_not)
        for name, password in self.old_passwords:
            with pytest.raises(WrongLogin):
                self.desk.login(name, password)
        self.no_grant_opens_for([member._pair.private_key for member in may_not])

    def no_grant_opens_for(self, private_keys: list[bytes]) -> None:
        with self.desk.database.read() as connection:
            found = connection.execute(select(desk_grants)).all()
        for row in found:
            place = grants._place(row.desk_key_id, row.holder)
            for private_key in private_keys:
                with pytest.raises(SealBroken):
                    boxes.open_with(private_key, row.sealed, place)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=_STEPS)
@pytest.mark.usefixtures("quick_hashes")
def test_what_is_sealed_opens_for_the_granted_and_the_recovery_key_and_for_nobody_else(
    database: Database, steps: list[tuple[str, int]]
) -> None:
    with database.write() as connection:
        for table in (desk_grants, desk_keys, staff_table, installation):
            connection.execute(table.delete())
    story = _Story(_founded(database), {"Sari": (ADMIN, PASSWORD)})
    story.desk.report()
    for step, number in steps:
        story.play(step, number)
        story.desk.report()
        story.check()


def test_a_lock_without_a_member_opens_with_no_password(quick_hashes: None) -> None:
    for password in ("", PASSWORD):
        with pytest.raises(SealBroken):
            passwords.unlock(passwords.of_nobody(), password, "staff.private:")
