"""Why something was not done, in words."""

from __future__ import annotations

from bot.conversation.takeover import replies
from bot.conversation.takeover.handoffs import TakenByOther, TakeoverError
from bot.conversation.takeover.writing import LONGEST_MESSAGE
from console.pages import words


def in_words(error: TakeoverError) -> str:
    """What stands above the page."""
    said = words()["gagal"]
    text = str(said.get(error.reason, said["other"]))
    return text.format(nama=_name(error), most=LONGEST_MESSAGE)


def _name(error: TakeoverError) -> str:
    """Of the colleague who was faster, or of the field that is to be filled in."""
    if isinstance(error, TakenByOther):
        return error.holder
    if not isinstance(error, replies.FieldError):
        return ""
    asked = {field.name: field.ask for one in replies.replies().values() for field in one.fields}
    return asked.get(error.field, error.field)
