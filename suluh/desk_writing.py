"""What `suluh desk` does to write to a person: words, replies, answers of the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click

from bot.conversation.takeover import replies, suggestions
from bot.conversation.takeover.suggestions import Catalogue
from bot.errors import OperatorError
from suluh import staff_commands
from suluh.desk_commands import officers_of
from suluh.wiring import House, load_assistant

NOT_BOTH = "A message is a reply or the answer of a topic, not both."
BAD_FIELD = "A field is written jam=14:00."
FIELDS_OF_NOTHING = "Fields are those of a reply: add --reply."
NO_TOPIC = "There is no such topic."
NOTHING = "The catalogue has nothing to say to it."


def say(
    house: House,
    handoff_id: str,
    *,
    by: str,
    anyway: bool,
    reply: str | None = None,
    fields: Iterable[str] = (),
    topic: str | None = None,
) -> None:
    """Sends what is typed, a reply with its fields, or the answer of a topic."""
    values = _values(fields)
    if reply is not None and topic is not None:
        raise OperatorError(NOT_BOTH)
    if values and reply is None:
        raise OperatorError(FIELDS_OF_NOTHING)
    member = staff_commands.unlocked(house, by)
    officers = officers_of(house)
    if reply is not None:
        text = officers.prepared(member, handoff_id, reply, values)
    elif topic is not None:
        text = _answer(catalogue(house), topic, officers.find(handoff_id).channel)
    else:
        text = staff_commands.asked("Message to the person", hidden=False)
    officers.say(member, handoff_id, text, anyway=anyway)
    if reply is not None or topic is not None:
        click.echo(text, err=True)


def show_replies(reply_id: str | None) -> None:
    """A line a reply; of one its text on both kinds of channels."""
    if reply_id is None:
        for reply in replies.replies().values():
            asked = ", ".join(f.name for f in reply.fields if f.name != replies.OWN_NAME)
            click.echo(f"{reply.id:<20} {reply.title}{f'  [{asked}]' if asked else ''}")
        return
    reply = replies.reply(reply_id)
    click.echo(reply.text)
    if reply.sms is not None:
        click.echo(f"\nSMS: {reply.sms}")
    for field in reply.fields:
        click.echo(f"\n{field.name}: {field.ask}")


def suggest(house: House, handoff_id: str, *, by: str, as_json: bool) -> None:
    """A topic with what the assistant would answer; the first fits best."""
    member = staff_commands.unlocked(house, by)
    officers = officers_of(house)
    # Asked before the model is loaded: whoever may not is told at once.
    officers.read(member, handoff_id)
    found = suggestions.suggest(officers, member, handoff_id, catalogue(house))
    for one in found:
        if as_json:
            data = {"topic": one.topic, "title": one.title, "text": one.text}
            click.echo(json.dumps(data, ensure_ascii=False))
        else:
            click.echo(f"{one.topic}  {one.title}\n\n{one.text}\n")
    if not found and not as_json:
        click.echo(NOTHING, err=True)


def catalogue(house: House) -> Catalogue:
    """Over the trained model: takes a while to load."""
    from bot.engine.catalogue import Catalogue as OverModel

    return OverModel(load_assistant(house.settings))


def _answer(known: Catalogue, topic: str, channel: str) -> str:
    try:
        return known.text(topic, channel)
    except KeyError:
        raise OperatorError(NO_TOPIC) from None


def _values(fields: Iterable[str]) -> dict[str, str]:
    """Of "jam=14:00" what stands behind each name."""
    found = {}
    for field in fields:
        name, mark, value = field.partition("=")
        if not mark or not name:
            raise OperatorError(BAD_FIELD)
        found[name.strip()] = value
    return found
