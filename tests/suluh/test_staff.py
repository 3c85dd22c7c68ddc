"""`suluh staff` as an operator types it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from bot import settings as settings_module
from bot.privacy import desk, staff
from bot.privacy.recovery import typed
from suluh.staff_commands import KEEP_RECOVERY_KEY
from suluh.wiring import House

ROOT = Path(__file__).resolve().parents[2]
PASSWORD, OTHER, THIRD = "lampu minyak di teras", "perahu kayu di muara", "jalan setapak ke sawah"
PLACE = "tips.body:laporan-1"

Environment = dict[str, str]


@pytest.fixture
def environment(tmp_path: Path, database_url: str) -> Environment:
    outside = {name: value for name, value in os.environ.items() if name[:6] != "SULUH_"}
    own = {**outside, "SULUH_HOME": str(tmp_path), "SULUH_DATABASE_URL": database_url}
    assert _suluh(own, "migrate").returncode == 0
    return own


def _suluh(
    environment: Environment, *arguments: str, stdin: bytes = b""
) -> subprocess.CompletedProcess[str]:
    finished = subprocess.run(
        [sys.executable, "-m", "suluh", *arguments],
        input=stdin,
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )
    said = [stream.decode() for stream in (finished.stdout, finished.stderr)]
    assert not any(secret in text for text in said for secret in (PASSWORD, OTHER, THIRD))
    assert "Traceback" not in said[1]
    return subprocess.CompletedProcess(arguments, finished.returncode, *said)


def _staff(environment: Environment, *arguments: str, lines: tuple[str, ...] = ()) -> str:
    """What a command that succeeds prints on standard output."""
    stdin = "".join(f"{line}\n" for line in lines).encode()
    finished = _suluh(environment, "staff", *arguments, stdin=stdin)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def _refused(environment: Environment, *arguments: str, lines: tuple[str, ...] = ()) -> str:
    """What a command that fails says."""
    stdin = "".join(f"{line}\n" for line in lines).encode()
    finished = _suluh(environment, "staff", *arguments, stdin=stdin)
    assert finished.returncode == 1
    assert finished.stdout == ""
    return finished.stderr


def _found(environment: Environment) -> str:
    """Adds Sari, the first admin; gives the recovery key."""
    return _staff(environment, "add", "Sari", "--role", "admin", lines=(PASSWORD,)).strip()


def _house(environment: Environment) -> House:
    return House.open(settings_module.load(environment))


def _reads(environment: Environment, name: str, password: str) -> bool:
    """Whether a member opens what is sealed for the desk now."""
    house = _house(environment)
    with house.database.read() as connection:
        key = desk.current(connection)
    assert key is not None
    member = staff.unlock(house.database, name, password)
    try:
        return member.open(key.id, desk.seal(key, b"ditahan", PLACE), PLACE) == b"ditahan"
    except staff.NotGranted:
        return False
    finally:
        house.database.close()


def test_a_desk_is_set_up_from_the_command_line(environment: Environment) -> None:
    finished = _suluh(
        environment, "staff", "add", "Sari", "--role", "admin", stdin=PASSWORD.encode()
    )
    assert finished.returncode == 0
    # The key alone on standard output, and how to keep it beside it.
    assert typed(finished.stdout.strip())
    assert finished.stdout.count("\n") == 1
    assert KEEP_RECOVERY_KEY in finished.stderr
    for name, role in (("Budi", "officer"), ("Tono", "viewer")):
        arguments = ("add", name, "--role", role, "--by", "Sari")
        assert _staff(environment, *arguments, lines=(PASSWORD, OTHER)) == ""
    assert _reads(environment, "Sari", PASSWORD)
    assert _reads(environment, "Budi", OTHER)
    assert not _reads(environment, "Tono", OTHER)
    listed = _staff(environment, "list").splitlines()
    assert [line.split()[:2] for line in listed] == [
        ["officer", "Budi"],
        ["admin", "Sari"],
        ["viewer", "Tono"],
    ]


def test_lost_passwords_and_disabling_from_the_command_line(environment: Environment) -> None:
    recovery_key = _found(environment)
    _staff(environment, "add", "Budi", "--role", "admin", "--by", "Sari", lines=(PASSWORD, OTHER))
    _staff(environment, "passwd", "Budi", lines=(OTHER, THIRD))
    assert _reads(environment, "Budi", THIRD)
    _staff(environment, "passwd", "Budi", "--by", "Sari", lines=(PASSWORD, OTHER))
    assert _reads(environment, "Budi", OTHER)
    _staff(environment, "rotate")
    _staff(environment, "passwd", "Sari", "--recovery", lines=(recovery_key.lower(), THIRD))
    assert _reads(environment, "Sari", THIRD)
    new_key = _staff(environment, "recovery", "--by", "Sari", lines=(THIRD,)).strip()
    said = _refused(environment, "passwd", "Sari", "--recovery", lines=(recovery_key, OTHER))
    assert "not the recovery key of this desk" in said
    _staff(environment, "passwd", "Sari", "--recovery", lines=(new_key, PASSWORD))
    _staff(environment, "disable", "Budi")
    with pytest.raises(staff.WrongLogin):
        _reads(environment, "Budi", OTHER)
    assert _reads(environment, "Sari", PASSWORD)
    assert "disabled 20" in _staff(environment, "list").splitlines()[0]
    assert "last active admin" in _refused(environment, "disable", "Sari")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_done_is_said_in_one_sentence(environment: Environment) -> None:
    add = ("add", "Budi", "--role")
    assert "suluh staff add" in _refused(environment, "rotate")
    # Told before a password is asked for.
    assert "must be an admin" in _refused(environment, *add, "officer")
    recovery_key = _found(environment)
    assert "--by NAME" in _refused(environment, *add, "officer")
    assert "taken" in _refused(environment, "add", "sari", "--role", "admin", "--by", "Sari")
    by = (*add, "officer", "--by", "Sari")
    said = [
        _refused(environment, *by, lines=(OTHER,)),
        _refused(environment, *add, "officer", "--by", "Tono", lines=(PASSWORD,)),
    ]
    assert said == ["Error: The name or the password is wrong.\n"] * 2
    assert "fewer than 12" in _refused(environment, *by, lines=(PASSWORD, "pendek"))
    assert "ended where this was expected: New password of Budi" in _refused(
        environment, *by, lines=(PASSWORD,)
    )
    mistyped = recovery_key[:-1] + ("2" if recovery_key[-1] != "2" else "3")
    said_of_it = _refused(environment, "passwd", "Sari", "--recovery", lines=(mistyped, OTHER))
    assert "Group 13" in said_of_it
    assert "Nobody who is active" in _refused(environment, "disable", "Tono")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_bytes_that_are_no_text_are_no_password(environment: Environment) -> None:
    add = ("staff", "add", "Sari", "--role", "admin")
    finished = _suluh(environment, *add, stdin=b"lampu \xff\xfe di teras\n")
    assert finished.returncode == 1
    assert "UTF-8" in finished.stderr
    assert _staff(environment, "list") == ""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_line_that_ends_as_on_windows_is_the_same_password(environment: Environment) -> None:
    add = ("staff", "add", "Sari", "--role", "admin")
    assert _suluh(environment, *add, stdin=f"{PASSWORD}\r\n".encode()).returncode == 0
    assert _reads(environment, "Sari", PASSWORD)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_password_is_never_an_argument_and_the_order_is_in_the_help(
    environment: Environment,
) -> None:
    for command in ("add", "passwd", "disable", "rotate", "recovery"):
        shown = _staff(environment, command, "--help")
        assert "--password" not in shown
        if command not in ("disable", "rotate"):
            assert "Standard input:" in shown
    both = _suluh(environment, "staff", "passwd", "Sari", "--by", "Sari", "--recovery")
    assert both.returncode == 2
    assert "Either --by or --recovery" in both.stderr


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_a_terminal_a_password_is_asked_twice_and_not_shown(environment: Environment) -> None:
    shown = _on_a_terminal(
        environment,
        ("staff", "add", "Sari", "--role", "admin"),
        [("New password of Sari: ", PASSWORD), ("Repeat for confirmation: ", PASSWORD)],
    )
    assert PASSWORD not in shown
    assert KEEP_RECOVERY_KEY in shown
    recovery_key = shown.strip().splitlines()[-1]
    shown = _on_a_terminal(
        environment,
        ("staff", "passwd", "Sari", "--recovery"),
        [
            ("Recovery key: ", recovery_key),
            ("New password of Sari: ", OTHER),
            ("Repeat for confirmation: ", OTHER),
        ],
    )
    assert OTHER not in shown
    assert _reads(environment, "Sari", OTHER)


def _on_a_terminal(
    environment: Environment, arguments: tuple[str, ...], answers: list[tuple[str, str]]
) -> str:
    """Answers each question when it stands on the terminal; gives all that stood there."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        os.execve(sys.executable, [sys.executable, "-m", "suluh", *arguments], environment)
    shown = b""
    for question, answer in answers:
        seen = len(shown)
        while question.encode() not in shown[seen:]:
            shown += os.read(terminal, 1024)
        os.write(terminal, answer.encode() + b"\n")
    while True:
        try:
            piece = os.read(terminal, 1024)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0, shown
    return shown.decode()


def test_the_doctor_says_whether_somebody_could_read_a_report(environment: Environment) -> None:
    before = _suluh(environment, "doctor").stdout
    assert "MEND  desk" in before
    assert "suluh staff add" in before
    _found(environment)
    assert "ok    desk" in _suluh(environment, "doctor").stdout
