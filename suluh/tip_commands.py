"""What `suluh tip` does: reports in a terminal, until and beside the desk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

import click

from bot.clock import LOCAL, now_ms
from bot.privacy import retention
from bot.tips import casework, listing
from bot.tips.casework import Case
from bot.tips.listing import Listed
from suluh import staff_commands
from suluh.wiring import House

NOTHING = "No reports."


def show_all(house: House, *, as_json: bool) -> None:
    """A line a report, the gravest first: nothing that was said."""
    with house.database.read() as connection:
        found = listing.everything(connection)
    for tip in found:
        click.echo(json.dumps(_as_data(tip)) if as_json else _line(tip))
    if not found and not as_json:
        click.echo(NOTHING, err=True)


def show_figures(house: House) -> None:
    """Month, kind and how many; "<5" for fewer than five."""
    with house.database.read() as connection:
        found = casework.figures(connection)
    for figure in found:
        count = f"<{casework.SMALLEST_GROUP}" if figure.count is None else str(figure.count)
        click.echo(f"{figure.month}  {figure.kind:<21} {count:>6}")
    if not found:
        click.echo(NOTHING, err=True)


def show(house: House, tip_id: str, *, by: str, as_json: bool) -> None:
    member = staff_commands.unlocked(house, by)
    case = casework.open_case(house.database, member, tip_id)
    if as_json:
        click.echo(json.dumps(_case_as_data(case), ensure_ascii=False))
        return
    for line in _case_lines(case):
        click.echo(line)


def say(house: House, tip_id: str, *, by: str) -> None:
    member = staff_commands.unlocked(house, by)
    text = staff_commands.asked("Message to the reporter")
    casework.say(house.database, member, tip_id, text)
    click.echo("The reporter reads it with the receipt.", err=True)


def move(house: House, tip_id: str, state: str) -> None:
    casework.move(house.database, tip_id, state)
    click.echo(f"The report is now: {state}", err=True)


def hold(house: House, tip_id: str, *, held: bool) -> None:
    casework.hold(house.database, tip_id, held=held)
    click.echo(
        "It is kept until released." if held else "It is purged when its time comes.", err=True
    )


def save_file(house: House, tip_id: str, number: int, target: IO[bytes], *, by: str) -> None:
    """Writes one file of a report, decrypted, to `target`."""
    member = staff_commands.unlocked(house, by)
    _, chunks = casework.open_file(house.database, member, tip_id, number)
    for chunk in chunks:
        target.write(chunk)


def _line(tip: Listed) -> str:
    marks = f"  {tip.matches} like it" if tip.matches else ""
    end = "  held" if tip.is_held else ""
    if not tip.is_held and tip.retain_until - now_ms() < retention.WARNING_DAYS * retention.DAY_MS:
        end = f"  deleted on {_hour(tip.retain_until)}"
    return f"{tip.id}  {tip.level:<8} {tip.state:<11} {_hour(tip.filed_at)}{marks}{end}"


def _as_data(tip: Listed) -> dict[str, Any]:
    return {
        "id": tip.id,
        "state": tip.state,
        "level": tip.level,
        "filed": _hour(tip.filed_at),
        "kept_until": _hour(tip.retain_until),
        "held": tip.is_held,
        "matches": tip.matches,
    }


def _case_as_data(case: Case) -> dict[str, Any]:
    return {
        **_as_data(case.listed),
        "fields": dict(case.fields),
        "words": list(case.words),
        "channel": case.channel,
        "entries": [
            {"author": e.author, "text": e.text, "at": _hour(e.created_at), "read": e.is_read}
            for e in case.entries
        ],
        "files": [{"kind": f.kind, "type": f.media_type, "size": f.size} for f in case.files],
    }


def _case_lines(case: Case) -> Iterator[str]:
    yield _line(case.listed)
    for name, value in case.fields.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield f"{name}: {shown}"
    for text in case.words:
        yield f"> {text}"
    for entry in case.entries:
        yield f"[{entry.author}, {_hour(entry.created_at)}] {entry.text}"
    for number, file in enumerate(case.files, 1):
        yield f"file {number}: {file.kind}, {file.media_type}, {file.size} bytes"


def _hour(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment / 1000, LOCAL):%Y-%m-%d %H:00}"
