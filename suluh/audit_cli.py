"""The commands of `suluh audit`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from suluh.wiring import House


def add_to(main: click.Group, house_of: Callable[[str], House]) -> None:
    """Adds the group; `house_of` opens the installation for a process of a name."""

    @main.group()
    def audit() -> None:
        """What staff did, written down in a chain: who, when, what, and to what."""

    @audit.command("verify")
    @click.option("--head", metavar="HASH", help="As `suluh audit head` printed it earlier.")
    def audit_verify(head: str | None) -> None:
        """Checks every entry; exit code 1 if one was changed, removed, added or moved.

        Only with --head is it seen whether the end was cut off.
        """
        from suluh import audit_commands

        audit_commands.verify(house_of("audit"), head)

    @audit.command("head")
    def audit_head() -> None:
        """Prints the last entry's number and hash, to be kept away from this server."""
        from suluh import audit_commands

        audit_commands.show_head(house_of("audit"))

    @audit.command("list")
    @click.option("--since", metavar="YYYY-MM-DD", help="From this day on.")
    @click.option("--staff", metavar="NAME", help="Of one member, also of one who left.")
    def audit_list(since: str | None, staff: str | None) -> None:
        """A line an entry, the oldest first."""
        from suluh import audit_commands

        audit_commands.show(house_of("audit"), since=since, name=staff)
