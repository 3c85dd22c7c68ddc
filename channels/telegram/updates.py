"""What Telegram tells, in the terms that every channel shares.

Names, user names, contact cards and quoted messages are left at the door. A message is
named by a keyed hash of its chat and number, so that a correction finds it and no chat id
stands in the tables.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatMemberStatus, ChatType

from bot.conversation.messages import Attachment, Inbound, Location
from bot.privacy.identity import AddressBook

logger = logging.getLogger(__name__)

CHANNEL = "telegram"
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
MAX_PAYLOAD = 64
# No file has so many bytes, and no column holds more.
MAX_SIZE = 2**53
BLOCKED = "403"
# No id of a person or chat has more than 52 bits: https://core.telegram.org/bots/api#chat
ID_LIMIT = 2**52

# What the button of a call to staff sends back, before the id of the handoff.
ACKNOWLEDGE = "urus:"
_ACKNOWLEDGED = re.compile(rf"{ACKNOWLEDGE}[\w-]{{1,22}}", re.ASCII)

_GONE = (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
# What is read of a message.
_READ = frozenset(
    "message_id date chat text caption photo voice audio video video_note document location "
    "venue".split()
)
# A person sent something, but there is nothing in it for us to open.
_NOT_OPENED = ("poll", "game", "story", "checklist", "giveaway", "paid_media", "live_photo")


@dataclass(frozen=True)
class Said:
    """A message, a correction, or a pressed button, which waits for `press` to be answered."""

    inbound: Inbound
    press: str | None = None


@dataclass(frozen=True)
class Reached:
    """A person blocked the bot (`code` says so) or let it in again."""

    address: str
    code: str | None


@dataclass(frozen=True)
class InGroup:
    """The bot is in a group or channel, where nobody could be helped unseen."""

    chat_id: int


@dataclass(frozen=True)
class Unanswerable:
    """A pressed button that stands for nothing, but must stop turning."""

    press: str


@dataclass(frozen=True)
class Acknowledged:
    """Somebody in the group of staff sees to a call, which the message `message_id` made."""

    handoff_id: str
    message_id: int
    press: str


Event = Said | Reached | InGroup | Unanswerable | Acknowledged


class Names:
    """Makes the names of messages.

    Args:
        address_book: Its keyed hashes tell nothing.
        bot_id: The part of the token before the colon: another bot counts from 1 again.
    """

    def __init__(self, address_book: AddressBook, bot_id: str) -> None:
        self._address_book = address_book
        self._bot_id = bot_id

    def of_message(self, chat_id: int, message_id: int) -> str:
        return self._hash(f"{chat_id}:{message_id}")

    def of_edit(self, update_id: int) -> str:
        return self._hash(f"edit:{update_id}")

    def of_press(self, query_id: str) -> str:
        return self._hash(f"press:{query_id}")

    def _hash(self, what: str) -> str:
        return self._address_book.blind("telegram-message", f"{self._bot_id}:{what}").hex()


def read(data: Any, names: Names, staff_group: int | None = None) -> Event | None:
    """What an update says; None for what is not for us or no update at all.

    Args:
        data: The JSON of an update.
        names: Makes the names of messages.
        staff_group: The group in which staff are called; nothing else there is read.
    """
    try:
        update = Update.de_json({kind: _without_the_rest(data[kind]) for kind in data}, None)
        if staff_group is not None and _is_in(update, staff_group):
            return _acknowledged(update.callback_query)
        return _read(update, data, names)
    except Exception as error:
        # Not what Telegram sends: it is acknowledged, or it would come back for a day.
        # Whatever the client raised, its words may quote a person.
        logger.warning("an update was not understood: %s", type(error).__name__)
        return None


def _without_the_rest(content: Any) -> Any:
    """A message without what is not for us to know, and could only make us deaf.

    The client refuses all of a message when one field of a quoted poll is not as it knows it.
    """
    if not isinstance(content, dict) or "message_id" not in content:
        return content
    return {name: value for name, value in content.items() if name in _READ}


def _is_in(update: Update, chat_id: int) -> bool:
    return update.effective_chat is not None and update.effective_chat.id == chat_id


def _acknowledged(query: CallbackQuery | None) -> Event | None:
    """What was pressed in the group of staff; who pressed it is not read."""
    if query is None or query.message is None:
        return None
    press, data = _string(query.id), _string(query.data)
    if not _ACKNOWLEDGED.fullmatch(data):
        return Unanswerable(press)
    return Acknowledged(data.removeprefix(ACKNOWLEDGE), _id(query.message.message_id), press)


def _read(update: Update, data: dict[str, Any], names: Names) -> Event | None:
    if update.my_chat_member is not None:
        member = update.my_chat_member
        gone = member.new_chat_member.status in _GONE
        if member.chat.type != ChatType.PRIVATE:
            return None if gone else InGroup(_id(member.chat.id))
        return Reached(str(_id(member.chat.id)), BLOCKED if gone else None)
    if update.callback_query is not None:
        return _pressed(update.callback_query, names)
    message = update.message or update.edited_message
    if message is None:
        return None
    if message.chat.type != ChatType.PRIVATE:
        return InGroup(_id(message.chat.id)) if update.message else None
    if update.message:
        return _said(message, data["message"].keys(), None, names)
    return _said(message, data["edited_message"].keys(), update.update_id, names)


def _said(
    message: Message, fields: Collection[str], edited_by: int | None, names: Names
) -> Said | None:
    """`fields` are all of the message; `edited_by` is the number of the update that changed it."""
    chat_id = _id(message.chat.id)
    name = names.of_message(chat_id, _id(message.message_id))
    text = _string(message.text or message.caption)
    attachments = tuple(_attachments(message, fields))
    location = _location(message)
    if not (text or attachments or location):
        # A note of Telegram's own: pinned, messages now vanish after a day.
        return None
    if edited_by is not None and location:
        # A shared place moves every few seconds: nobody wrote anything.
        return None
    inbound = Inbound(
        CHANNEL,
        address=str(chat_id),
        external_id=name if edited_by is None else names.of_edit(_id(edited_by)),
        text=text,
        attachments=attachments,
        location=location,
        edits=name if edited_by is not None else None,
    )
    return Said(inbound)


def _pressed(query: CallbackQuery, names: Names) -> Event | None:
    if query.message is not None and query.message.chat.type != ChatType.PRIVATE:
        return InGroup(_id(query.message.chat.id))
    press, data = _string(query.id), query.data
    if not isinstance(data, str) or not 0 < len(data) <= MAX_PAYLOAD or not data.isprintable():
        return Unanswerable(press)
    # In a private chat the chat has the number of the person.
    address = _id(query.message.chat.id if query.message else query.from_user.id)
    inbound = Inbound(
        CHANNEL, address=str(address), external_id=names.of_press(press), payload=data
    )
    return Said(inbound, press=press)


def _attachments(message: Message, fields: Collection[str]) -> Iterator[Attachment]:
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        yield _file("photo", "image/jpeg", largest)
    for kind, file in (
        ("voice", message.voice or message.audio),
        ("video", message.video or message.video_note),
        # An animation comes as a document, too.
        ("document", message.document),
    ):
        if file is not None:
            yield _file(kind, _ascii(getattr(file, "mime_type", None)), file)
    if "sticker" in fields or "dice" in fields:
        yield Attachment("sticker")
    if "contact" in fields:
        # The number of somebody who did not ask for it: it is not even read.
        yield Attachment("contact")
    if any(kind in fields for kind in _NOT_OPENED):
        yield Attachment("document")


def _file(kind: str, media_type: str, file: Any) -> Attachment:
    size = file.file_size if type(file.file_size) is int else None
    if size is not None and not 0 <= size < MAX_SIZE:
        size = None
    return Attachment(kind, media_type, _ascii(file.file_id), size)


def _location(message: Message) -> Location | None:
    place = message.location or (message.venue.location if message.venue else None)
    if place is None:
        return None
    latitude, longitude = float(place.latitude), float(place.longitude)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return Location(latitude, longitude)


# The official client takes any type for any field.


def _id(value: Any) -> int:
    if type(value) is not int or abs(value) >= ID_LIMIT:
        raise ValueError("not an id of Telegram")
    return value


def _string(value: Any) -> str:
    if not isinstance(value or "", str):
        raise ValueError("not a text")
    return value or ""


def _ascii(value: Any) -> str:
    """File ids and media types have nothing else in them."""
    text = _string(value)
    if not text.isascii():
        raise ValueError("not ASCII")
    return text
