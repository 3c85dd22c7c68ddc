"""What `suluh audit` does: the trail of what staff did, checked and listed."""

from __future__ import annotations

import sys
from datetime import date, datetime, time

import click
from sqlalchemy.engine import Connection

from bot.clock import LOCAL
from bot.errors import OperatorError
from bot.privacy import roster
from bot.privacy.audit import listing, telling, verifying
from bot.storage import trail
from suluh.wiring import House


def verify(house: House, head: str | None) -> None:
    """Says what does not hold, and ends with exit code 1 then."""
    expected = None if head is None else verifying.kept(head)
    # Draws nothing where there is no terminal.
    bar = click.progressbar(
        length=verifying.length(house.database),
        label=telling.result("memeriksa"),
        file=sys.stderr,
    )
    with bar:
        checked = verifying.verify(house.database, head=expected, progress=bar.update)
    for found in checked.findings:
        click.echo(telling.finding(found))
    if checked.more:
        click.echo(telling.result("lagi", n=checked.more))
    if not checked.holds:
        click.echo(telling.result("rusak", n=len(checked.findings) + checked.more), err=True)
        sys.exit(1)
    name = "utuh" if checked.entries else "kosong"
    click.echo(telling.result(name, n=checked.entries, seq=checked.head.seq))


def show_head(house: House) -> None:
    with house.database.read() as connection:
        link = trail.head(connection, house.database.trail_key)
    click.echo(verifying.shown(link))


def show(house: House, *, since: str | None, name: str | None) -> None:
    """A line an entry; nothing of it was ever typed by anybody."""
    first = None if since is None else _beginning_of(since)
    is_empty = True
    with house.database.read() as connection:
        names = {member.id: member.name for member in roster.members(connection)}
        whose = None if name is None else _staff_id(connection, name)
        chosen = listing.Chosen(since=first, actor=whose)
        for row in listing.oldest_first(connection, chosen):
            is_empty = False
            when = datetime.fromtimestamp(row.at / 1000, LOCAL)
            who = telling.actor(row.actor, names)
            click.echo(
                f"{row.seq:>6}  {when:%Y-%m-%d %H:%M:%S}  {who}  {telling.sentence(row, names)}"
            )
    if is_empty:
        click.echo(telling.result("tidak_ada"), err=True)


def _staff_id(connection: Connection, name: str) -> str:
    row = roster.by_name(connection, name)
    if row is None:
        raise roster.StaffError(roster.UNKNOWN_NAME)
    return str(row.id)


def _beginning_of(day: str) -> int:
    try:
        when = date.fromisoformat(day)
    except ValueError:
        raise OperatorError(telling.result("hari")) from None
    return int(datetime.combine(when, time(), LOCAL).timestamp() * 1000)
