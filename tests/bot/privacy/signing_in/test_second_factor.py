from __future__ import annotations

import base64
from collections.abc import Callable

import pyotp
import pytest

from bot.privacy import staff
from bot.privacy.signing_in import second_factor
from bot.privacy.signing_in.second_factor import PAPER_CODES, STEP_SECONDS
from bot.privacy.unlocked import Unlocked
from bot.storage.database import Database
from bot.storage.tables import staff_codes, staff_factors

START = 1_800_000_000


class Clock:
    """A clock that stands until it is moved, in seconds."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now * 1000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(second_factor, "now_ms", clock)
    return clock


@pytest.fixture
def app(database: Database, sari: Unlocked, clock: Clock) -> Callable[[], str]:
    """Sari's telephone: gives the code that it shows now."""
    secret = second_factor.new_secret()
    totp = pyotp.TOTP(secret)
    with database.write() as connection:
        assert second_factor.set_up(connection, sari, secret, totp.at(clock.now)) is not None
    clock.now += STEP_SECONDS
    return lambda: totp.at(clock.now)


def _accepts(database: Database, by: Unlocked, code: str) -> bool:
    with database.write() as connection:
        return second_factor.accept(connection, by, code)


# RFC 6238, appendix B: the secret "12345678901234567890", the last six of the eight digits.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(
    database: Database, sari: Unlocked, clock: Clock, seconds: int, code: str
) -> None:
    clock.now = seconds
    secret = base64.b32encode(b"12345678901234567890").decode()
    with database.write() as connection:
        assert second_factor.set_up(connection, sari, secret, code) is not None


def test_an_app_is_kept_only_once_it_has_shown_a_right_code(
    database: Database, sari: Unlocked, clock: Clock
) -> None:
    secret = second_factor.new_secret()
    with database.write() as connection:
        assert second_factor.set_up(connection, sari, secret, "000000") is None
        assert not second_factor.is_set_up(connection, sari)


def test_the_code_of_the_moment_is_right_also_with_a_space_in_it(
    database: Database, sari: Unlocked, app: Callable[[], str]
) -> None:
    code = app()
    assert _accepts(database, sari, f"{code[:3]} {code[3:]}")


@pytest.mark.parametrize(("off", "is_right"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_telephone_may_be_half_a_minute_off(
    database: Database,
    sari: Unlocked,
    app: Callable[[], str],
    clock: Clock,
    off: int,
    is_right: bool,
) -> None:
    clock.now += 10 * STEP_SECONDS
    code = app()
    clock.now -= off * STEP_SECONDS
    assert _accepts(database, sari, code) is is_right


def test_no_code_is_good_twice(database: Database, sari: Unlocked, app: Callable[[], str]) -> None:
    code = app()
    assert _accepts(database, sari, code)
    assert not _accepts(database, sari, code)


def test_the_code_that_proved_the_app_does_not_sign_in_as_well(
    database: Database, sari: Unlocked, app: Callable[[], str], clock: Clock
) -> None:
    clock.now -= STEP_SECONDS
    assert not _accepts(database, sari, app())


@pytest.mark.parametrize("code", ["", "000000", "１２３４５６", "abcdef", "1" * 500, "-1"])
def test_anything_else_is_wrong(
    database: Database, sari: Unlocked, app: Callable[[], str], code: str
) -> None:
    assert not _accepts(database, sari, code)


def test_each_code_of_the_paper_is_good_once_however_it_is_typed(
    database: Database, sari: Unlocked, app: Callable[[], str]
) -> None:
    with database.write() as connection:
        codes = second_factor.renew_paper(connection, sari)
    assert len(set(codes)) == PAPER_CODES
    assert _accepts(database, sari, codes[0].upper().replace("-", " "))
    assert not _accepts(database, sari, codes[0])
    with database.read() as connection:
        assert second_factor.paper_left(connection, sari) == PAPER_CODES - 1


def test_new_codes_make_the_old_paper_worthless(
    database: Database, sari: Unlocked, app: Callable[[], str]
) -> None:
    with database.write() as connection:
        old = second_factor.renew_paper(connection, sari)
        second_factor.renew_paper(connection, sari)
    assert not _accepts(database, sari, old[0])


def test_the_paper_of_one_is_no_use_to_another(
    database: Database, sari: Unlocked, budi: Unlocked, app: Callable[[], str]
) -> None:
    with database.write() as connection:
        codes = second_factor.renew_paper(connection, sari)
    assert not _accepts(database, budi, codes[0])


def test_neither_the_secret_nor_a_code_stands_in_the_database(
    database: Database, sari: Unlocked, clock: Clock
) -> None:
    secret = second_factor.new_secret()
    with database.write() as connection:
        codes = second_factor.set_up(connection, sari, secret, pyotp.TOTP(secret).at(clock.now))
    assert codes is not None
    with database.read() as connection:
        kept = [
            bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
            for table in (staff_factors, staff_codes)
            for row in connection.execute(table.select())
            for value in row
        ]
    for secret_word in (secret, *codes, *(code.replace("-", "") for code in codes)):
        assert not any(secret_word.encode() in value for value in kept)


def test_whoever_is_given_a_new_password_sets_up_a_new_app(
    database: Database, sari: Unlocked, app: Callable[[], str]
) -> None:
    staff.reset_password(database, "Sari", "genteng merah basah", by=sari)
    again = staff.unlock(database, "Sari", "genteng merah basah")
    with database.read() as connection:
        assert not second_factor.is_set_up(connection, again)
        assert second_factor.paper_left(connection, again) == 0


def test_a_changed_password_keeps_the_app(
    database: Database, sari: Unlocked, app: Callable[[], str]
) -> None:
    staff.change_password(database, sari, "genteng merah basah")
    again = staff.unlock(database, "Sari", "genteng merah basah")
    assert _accepts(database, again, app())
