"""The commands of `suluh desk`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from bot.clock import DAYS

if TYPE_CHECKING:
    from suluh.wiring import House

_by = click.option("--by", required=True, metavar="NAME", help="Who does it.")
_which = click.argument("handoff_id", metavar="ID")


def add_to(main: click.Group, house_of: Callable[[str], House]) -> None:
    """Adds the group; `house_of` opens the installation for a process of a name."""

    @main.group()
    def desk() -> None:
        """Conversations that wait for a human, and whom to call to them.

        Standard input of what needs --by: the password of NAME, then what is to be written.
        """

    @desk.command("list")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def desk_list(as_json: bool) -> None:
        """Who waits, the gravest first, and who is being answered."""
        _commands().show_queue(house_of("desk"), as_json=as_json)

    @desk.command("take")
    @_which
    @_by
    def desk_take(handoff_id: str, by: str) -> None:
        """Takes a conversation over: the assistant says nothing more in it."""
        _commands().take(house_of("desk"), handoff_id, by=by)

    @desk.command("read")
    @_which
    @_by
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    @click.option("--why", is_flag=True, help="Also how grave each message is, and by which words.")
    def desk_read(handoff_id: str, by: str, as_json: bool, why: bool) -> None:
        """What was said, and how far each message of staff got."""
        _commands().read(house_of("desk"), handoff_id, by=by, as_json=as_json, why=why)

    @desk.command("say")
    @_which
    @_by
    @click.option("--anyway", is_flag=True, help="Also to who asked not to be answered.")
    @click.option("--reply", metavar="REPLY", help="One of: suluh desk replies")
    @click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="Of the reply.")
    @click.option("--topic", metavar="TOPIC", help="The answer of a topic of the catalogue.")
    def desk_say(
        handoff_id: str,
        by: str,
        anyway: bool,
        reply: str | None,
        fields: tuple[str, ...],
        topic: str | None,
    ) -> None:
        """Writes to the person: what is typed, a reply or the answer of a topic."""
        _writing().say(
            house_of("desk"), handoff_id, by=by, anyway=anyway, reply=reply, fields=fields,
            topic=topic,
        )  # fmt: skip

    @desk.command("replies")
    @click.argument("reply", required=False, metavar="[REPLY]")
    def desk_replies(reply: str | None) -> None:
        """What may be said without finding the words first; of one all of it."""
        _writing().show_replies(reply)

    @desk.command("suggest")
    @_which
    @_by
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def desk_suggest(handoff_id: str, by: str, as_json: bool) -> None:
        """What the catalogue says to what the person wrote last. Sends nothing."""
        _writing().suggest(house_of("desk"), handoff_id, by=by, as_json=as_json)

    @desk.command("stay")
    @_which
    @_by
    def desk_stay(handoff_id: str, by: str) -> None:
        """You are there, though you write nothing: the lease begins anew."""
        _commands().stay(house_of("desk"), handoff_id, by=by)

    @desk.command("again")
    @_which
    @click.option("--level", type=click.Choice(["biasa", "tinggi", "darurat"]), default="biasa")
    @_by
    def desk_again(handoff_id: str, level: str, by: str) -> None:
        """Puts a conversation that was handed back into the queue again; prints its new ID."""
        _commands().call_again(house_of("desk"), handoff_id, level, by=by)

    @desk.command("note")
    @_which
    @_by
    def desk_note(handoff_id: str, by: str) -> None:
        """Writes what only staff read."""
        _commands().note(house_of("desk"), handoff_id, by=by)

    @desk.command("transfer")
    @_which
    @click.argument("to", metavar="COLLEAGUE")
    @_by
    def desk_transfer(handoff_id: str, to: str, by: str) -> None:
        """Offers a conversation to a colleague, who takes it."""
        _commands().transfer(house_of("desk"), handoff_id, to, by=by)

    @desk.command("level")
    @_which
    @click.argument("level", type=click.Choice(["biasa", "tinggi", "darurat"]))
    @_by
    def desk_level(handoff_id: str, level: str, by: str) -> None:
        """Says how grave it is."""
        _commands().set_level(house_of("desk"), handoff_id, level, by=by)

    @desk.command("back")
    @_which
    @_by
    def desk_back(handoff_id: str, by: str) -> None:
        """Hands a conversation back to the assistant, with a note of what was agreed."""
        _commands().hand_back(house_of("desk"), handoff_id, by=by)

    @desk.command("office")
    def desk_office() -> None:
        """When the office is open, and whom calls go to."""
        _commands().show_office(house_of("desk"))

    @desk.command("hours")
    @click.argument("day", type=click.Choice(DAYS))
    @click.argument("opens", required=False)
    @click.argument("closes", required=False)
    def desk_hours(day: str, opens: str | None, closes: str | None) -> None:
        """Sets the hours of a weekday, such as 08:00 16:00; without them it is closed."""
        _commands().set_hours(house_of("desk"), day, opens, closes)

    @desk.command("holiday")
    @click.argument("day", metavar="YYYY-MM-DD")
    @click.argument("name", required=False)
    def desk_holiday(day: str, name: str | None) -> None:
        """Sets a holiday; without a name the office is open as usual."""
        _commands().set_holiday(house_of("desk"), day, name)

    @desk.command("call")
    @click.argument("way", type=click.Choice(["duty", "mail"]))
    @click.argument("label")
    def desk_call(way: str, label: str) -> None:
        """Adds a telephone on duty, or a mailbox; standard input: its number or address."""
        _commands().add_target(house_of("desk"), way, label)

    @desk.command("forget")
    @click.argument("target_id", metavar="ID")
    def desk_forget(target_id: str) -> None:
        """Calls a telephone or mailbox no more."""
        _commands().remove_target(house_of("desk"), target_id)


def _commands():  # type: ignore[no-untyped-def]  # imported only when one of them runs
    from suluh import desk_commands

    return desk_commands


def _writing():  # type: ignore[no-untyped-def]  # imported only when one of them runs
    from suluh import desk_writing

    return desk_writing
