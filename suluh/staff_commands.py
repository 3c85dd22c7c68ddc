"""What `suluh staff` does: asks for passwords, and says what was done."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from bot.clock import LOCAL
from bot.privacy import staff
from bot.privacy.passwords import NOT_TEXT
from bot.privacy.staff import StaffError
from suluh.wiring import House

KEEP_RECOVERY_KEY = (
    "This is the recovery key, shown only now: write it on paper and keep it locked away from "
    "the server, for it opens all that was reported, also when every password is lost."
)
INPUT_ENDED = "Standard input ended where this was expected: {question}"
NOBODY = "Nobody works at the desk yet. Begin with: suluh staff add NAME --role admin"


def add(house: House, name: str, role: str, *, by: str | None) -> None:
    with house.database.read() as connection:
        staff.check_new(connection, name, role, by_somebody=by is not None)
    admin = unlocked(house, by) if by else None
    password = asked(f"New password of {name}", twice=True)
    recovery_key = staff.add(house.database, name, role, password, by=admin)
    _say(f"{name} was added.")
    if recovery_key:
        _show(recovery_key)


def change_password(house: House, name: str, *, by: str | None, recovery: bool) -> None:
    if recovery:
        # Shown while it is typed: nobody types 65 characters blindly.
        written = asked("Recovery key", hidden=False)
        holder = staff.unlock_with_recovery(house.database, written)
    else:
        holder = unlocked(house, by or name)
    password = asked(f"New password of {name}", twice=True)
    if by or recovery:
        staff.reset_password(house.database, name, password, by=holder)
    else:
        staff.change_password(house.database, holder, password)
    _say(f"The password of {name} was changed.")


def disable(house: House, name: str) -> None:
    staff.disable(house.database, name)
    _say(f"{name} was disabled, and the desk has a new key.")


def show(house: House) -> None:
    """A line a member, by name."""
    with house.database.read() as connection:
        members = staff.members(connection)
    for member in members:
        line = f"{member.role:<8} {member.name}  since {_day(member.created_at)}"
        click.echo(f"{line}, disabled {_day(member.disabled_at)}" if member.disabled_at else line)
    if not members:
        _say(NOBODY)


def rotate(house: House) -> None:
    staff.rotate(house.database)
    _say("The desk has a new key.")


def renew_recovery(house: House, *, by: str) -> None:
    _show(staff.renew_recovery(house.database, by=unlocked(house, by)))


def unlocked(house: House, name: str) -> staff.Unlocked:
    """Logs a member in with a password that is asked for.

    Raises:
        StaffError: The name or the password is wrong.
    """
    return staff.unlock(house.database, name, asked(f"Password of {name}"))


def asked(question: str, *, twice: bool = False, hidden: bool = True) -> str:
    """From the terminal, or the next line of standard input."""
    if sys.stdin.isatty():
        answer: str = click.prompt(question, hide_input=hidden, confirmation_prompt=twice, err=True)
        return answer
    line = sys.stdin.buffer.readline()
    if not line:
        raise StaffError(INPUT_ENDED.format(question=question))
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise StaffError(NOT_TEXT) from None


def _show(recovery_key: str) -> None:
    """The key alone on standard output."""
    _say(KEEP_RECOVERY_KEY)
    click.echo(recovery_key)


def _say(text: str) -> None:
    click.echo(text, err=True)


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, LOCAL).strftime("%Y-%m-%d")
