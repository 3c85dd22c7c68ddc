"""What an officer may say without finding the words first: `nlu_data/petugas/balasan.yml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import yaml

from bot.conversation import cleaning
from bot.conversation.takeover.handoffs import TakeoverError
from bot.knowledge import facts
from bot.settings import PROJECT_ROOT

REPLIES_FILE = PROJECT_ROOT / "nlu_data" / "petugas" / "balasan.yml"
NAME, TIME, CONTACT, MISSION, TEXT = "name", "time", "contact", "mission", "text"
# Filled with the name of whoever writes, where nothing else is given.
OWN_NAME = "nama_petugas"
SMS = "sms"
LONGEST_VALUE = 60

NO_SUCH = "There is no such reply; see: suluh desk replies"
MISSING = "This reply needs {name}: {ask}."
UNKNOWN = "This reply has no field {name}."
BAD_TIME = "{name} is a time such as 14:00."
BAD_CONTACT = "{name} is the id of a contact with a verified number in nlu_data/facts/contacts.yml."
BAD_MISSION = "{name} is the id of a mission abroad in nlu_data/facts/contacts.yml."
BAD_TEXT = f"{{name}} is one line of at most {LONGEST_VALUE} characters, without braces."

_NAME = re.compile(r"\{(\w+)\}")
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


class FieldError(TakeoverError):
    """A field was not filled, or wrongly.

    Attributes:
        field: Its name.
    """

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message, "field")
        self.field = field


@dataclass(frozen=True)
class Field:
    """What is to be filled in; `kind` is NAME, TIME, CONTACT, MISSION or TEXT."""

    name: str
    kind: str
    ask: str


@dataclass(frozen=True)
class CannedReply:
    """One of them, with its fields in the order in which they stand in it."""

    id: str
    title: str
    text: str
    sms: str | None
    fields: tuple[Field, ...]

    def on(self, channel: str) -> str:
        """Its text on a channel, not filled in."""
        return self.sms if channel == SMS and self.sms is not None else self.text

    def filled(self, channel: str, values: Mapping[str, str], *, by: str) -> str:
        """What the person reads.

        Args:
            channel: Where.
            values: By the names of fields; what a channel's text does without may be left out.
            by: The name of whoever writes.

        Raises:
            FieldError: A field is missing, unknown or wrong.
        """
        text, known = self.on(channel), {field.name: field for field in self.fields}
        for name in values:
            if name not in known:
                raise FieldError(UNKNOWN.format(name=name), name)
        given = {OWN_NAME: by, **values}
        said = {
            name: _said(known[name], given.get(name, ""))
            for name in dict.fromkeys(_NAME.findall(text))
            if name in known
        }
        return facts.fill(text, {**facts.placeholders(), **said}).strip()


@lru_cache(maxsize=1)
def replies() -> Mapping[str, CannedReply]:
    """All of them by their ids, in the order of the file."""
    data = yaml.safe_load(REPLIES_FILE.read_text("utf-8"))
    fields = {name: Field(name, said["kind"], said["ask"]) for name, said in data["fields"].items()}
    found = {}
    for said in data["replies"]:
        names = dict.fromkeys(_NAME.findall(said["text"] + said.get("sms", "")))
        found[said["id"]] = CannedReply(
            id=said["id"],
            title=said["title"],
            text=said["text"],
            sms=said.get("sms"),
            fields=tuple(fields[name] for name in names if name in fields),
        )
    return found


def reply(reply_id: str) -> CannedReply:
    """One of them.

    Raises:
        TakeoverError: There is none.
    """
    found = replies().get(reply_id)
    if found is None:
        raise TakeoverError(NO_SUCH)
    return found


def _said(field: Field, value: str) -> str:
    """How a value is said."""
    value = cleaning.clean(value)[0].strip()
    if not value:
        raise FieldError(MISSING.format(name=field.name, ask=field.ask), field.name)
    if field.kind == TIME:
        return _time(field, value)
    if field.kind in (CONTACT, MISSION):
        return _contact(field, value)
    if len(value) > LONGEST_VALUE or any(mark in value for mark in "{}\n"):
        raise FieldError(BAD_TEXT.format(name=field.name), field.name)
    return value


def _time(field: Field, value: str) -> str:
    found = _TIME.fullmatch(value)
    if found is None:
        raise FieldError(BAD_TIME.format(name=field.name), field.name)
    return f"{int(found[1]):02d}.{found[2]} WIB"


def _contact(field: Field, value: str) -> str:
    contact = facts.contacts().get(value)
    if contact is None or contact.verified_on is None:
        raise FieldError(BAD_CONTACT.format(name=field.name), field.name)
    if field.kind == MISSION and contact.country is None:
        raise FieldError(BAD_MISSION.format(name=field.name), field.name)
    return f"{contact.name}: {contact.show}"
