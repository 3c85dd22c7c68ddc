"""What `suluh desk` does: conversations that wait for a human, in a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import click

from bot.clock import LOCAL, now_ms
from bot.conversation.takeover import calls, erasing, handoffs, schedule, suggestions
from bot.conversation.takeover.handoffs import Handoff
from bot.conversation.takeover.ladder import DUTY, MAIL
from bot.conversation.takeover.officer import Officers
from bot.conversation.takeover.transcript import Entry
from bot.errors import OperatorError
from bot.privacy import staff
from channels import registry
from suluh import staff_commands
from suluh.wiring import House

NOBODY = "Nobody waits."
ERASED = "The assistant answers again. What was said is deleted, as the person wanted."
BAD_DAY = "A day is written 2026-12-25."
BAD_TELEPHONE = "A telephone is written +6281200000001."
BAD_MAILBOX = "A mailbox is written petugas@example.org."
LONGEST_LABEL = 64


def show_queue(house: House, *, as_json: bool) -> None:
    """A line a conversation, who waits first; nothing that was said."""
    with house.database.read() as connection:
        found = handoffs.queue(connection)
        names = {member.id: member.name for member in staff.members(connection)}
        erased = {one.id for one in found if erasing.is_wished(connection, one.id)}
    for handoff in found:
        data = _as_data(handoff, names, erases=handoff.id in erased)
        click.echo(json.dumps(data) if as_json else _line(handoff, data))
    if not found and not as_json:
        click.echo(NOBODY, err=True)


def take(house: House, handoff_id: str, *, by: str) -> None:
    """Takes a conversation over and shows what was said."""
    member = staff_commands.unlocked(house, by)
    officers = officers_of(house)
    officers.take(member, handoff_id)
    for entry in officers.read(member, handoff_id):
        click.echo(_said(entry))


def read(house: House, handoff_id: str, *, by: str, as_json: bool, why: bool) -> None:
    """With `why` the model is loaded, which takes a while."""
    member = staff_commands.unlocked(house, by)
    entries = officers_of(house).read(member, handoff_id)
    if why:
        from suluh.desk_writing import catalogue

        entries = suggestions.explained(entries, catalogue(house))
    for entry in entries:
        click.echo(json.dumps(_entry_as_data(entry)) if as_json else _said(entry))


def stay(house: House, handoff_id: str, *, by: str) -> None:
    officers_of(house).stay(staff_commands.unlocked(house, by), handoff_id)


def call_again(house: House, handoff_id: str, level: str, *, by: str) -> None:
    """The id alone on standard output."""
    member = staff_commands.unlocked(house, by)
    click.echo(officers_of(house).call_again(member, handoff_id, level).id)


def note(house: House, handoff_id: str, *, by: str) -> None:
    member = staff_commands.unlocked(house, by)
    officers_of(house).note(member, handoff_id, staff_commands.asked("Note", hidden=False))


def transfer(house: House, handoff_id: str, to: str, *, by: str) -> None:
    member = staff_commands.unlocked(house, by)
    officers_of(house).transfer(member, handoff_id, to)
    click.echo(f"Offered to {to}; you hold it until it is taken.", err=True)


def set_level(house: House, handoff_id: str, level: str, *, by: str) -> None:
    officers_of(house).set_level(staff_commands.unlocked(house, by), handoff_id, level)


def hand_back(house: House, handoff_id: str, *, by: str) -> None:
    member = staff_commands.unlocked(house, by)
    agreed = staff_commands.asked("What was agreed", hidden=False)
    officers = officers_of(house)
    is_erased = officers.erases(handoff_id)
    officers.hand_back(member, handoff_id, agreed)
    click.echo(ERASED if is_erased else "The assistant answers again.", err=True)


def show_office(house: House) -> None:
    """When the office is open, its holidays, and whom calls go to."""
    with house.database.read() as connection:
        office = schedule.read(connection)
        targets = calls.targets(connection)
    for number, name in enumerate(schedule.DAYS):
        opens, closes = office.hours.get(number, (0, 0))
        click.echo(
            f"{name:<7} {_hour(opens)} to {_hour(closes)}" if closes else f"{name:<7} closed"
        )
    for day in sorted(office.holidays):
        click.echo(f"{day} closed")
    for target in targets:
        click.echo(f"{target.way:<5} {target.position}  {target.label}  {target.id}")


def set_hours(house: House, day: str, opens: str | None, closes: str | None) -> None:
    """Without times the office is closed on that weekday."""
    if (opens is None) != (closes is None):
        raise OperatorError(schedule.BAD_HOURS)
    weekday = schedule.DAYS.index(day)

    def change(connection: Any) -> None:
        if opens is None or closes is None:
            schedule.set_closed(connection, weekday)
        else:
            schedule.set_hours(connection, weekday, opens, closes)

    _write(house, change)


def set_holiday(house: House, day: str, name: str | None) -> None:
    """Without a name it is no holiday any more."""
    try:
        when = date.fromisoformat(day)
    except ValueError:
        raise OperatorError(BAD_DAY) from None

    def change(connection: Any) -> None:
        if name is None:
            schedule.remove_holiday(connection, when)
        else:
            schedule.add_holiday(connection, when, name[:LONGEST_LABEL])

    _write(house, change)


def add_target(house: House, way: str, label: str) -> None:
    """Asks for the address, so that it stands in no history of commands."""
    address = staff_commands.asked("Telephone" if way == DUTY else "Mailbox", hidden=False).strip()
    if way == DUTY and not (
        address.startswith("+") and 7 <= len(address) <= 16 and address[1:].isdecimal()
    ):
        raise OperatorError(BAD_TELEPHONE)
    if way == MAIL and not (address.isprintable() and re.fullmatch(r"[^@\s]+@[^@\s]+", address)):
        raise OperatorError(BAD_MAILBOX)
    _write(
        house,
        lambda connection: calls.add_target(
            connection, house.sealer, way, label[:LONGEST_LABEL], address
        ),
    )


def remove_target(house: House, target_id: str) -> None:
    _write(house, lambda connection: calls.remove_target(connection, target_id))


def _write(house: House, change: Callable[[Any], Any]) -> None:
    with house.database.write() as connection:
        change(connection)


def officers_of(house: House) -> Officers:
    return Officers(house.vault, registry.capabilities(house.channels()))


def _line(handoff: Handoff, data: dict[str, Any]) -> str:
    minutes = (now_ms() - handoff.opened_at) // 60_000
    how = [f"waits {minutes} min"]
    if handoff.state == handoffs.HELD:
        how = [f"held by {data['held_by']} until {data['held_until'][-5:]}"]
    if data["offered_to"]:
        how.append(f"offered to {data['offered_to']}")
    if data["cries"]:
        how.append("cries for help, not answered")
    if data["erases"]:
        how.append("wants all deleted")
    about = f"{handoff.id}  {handoff.level:<8} {handoff.reason:<6} {handoff.channel:<9}"
    return f"{about} {', '.join(how)}"


def _as_data(handoff: Handoff, names: Mapping[str, str], *, erases: bool) -> dict[str, Any]:
    is_held = handoff.state == handoffs.HELD
    return {
        "held_by": names.get(handoff.staff_id or "") if is_held else None,
        "held_until": _moment(handoff.held_until) if handoff.held_until else None,
        "offered_to": names.get(handoff.offered_to or ""),
        "cries": handoff.is_cried_into,
        "erases": erases,
        "id": handoff.id,
        "level": handoff.level,
        "reason": handoff.reason,
        "channel": handoff.channel,
        "state": handoff.state,
        "opened": _moment(handoff.opened_at),
    }


def _entry_as_data(entry: Entry) -> dict[str, Any]:
    return {
        "author": entry.author,
        "text": entry.text,
        "at": _moment(entry.created_at),
        "files": list(entry.files),
        "location": entry.location,
        "state": entry.state,
        "error": entry.error_code,
        "level": entry.level,
        "why": list(entry.why),
    }


def _said(entry: Entry) -> str:
    parts: Iterator[str] = (
        part
        for part in (
            entry.text,
            f"[{', '.join(entry.files)}]" if entry.files else "",
            f"[{entry.location[0]}, {entry.location[1]}]" if entry.location else "",
        )
        if part
    )
    state = f"  ({entry.state})" if entry.state else ""
    why = f"  ({entry.level}: {', '.join(entry.why)})" if entry.why else ""
    return f"[{entry.author}, {_moment(entry.created_at)}] {' '.join(parts)}{state}{why}"


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, LOCAL):%Y-%m-%d %H:%M}"


def _hour(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
