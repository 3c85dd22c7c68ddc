"""The responses of `nlu_data/ucapan.yml` for processes that do without Rasa."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.messages import Choice, Reply
from bot.knowledge import facts
from bot.knowledge.buttons import own_texts


def say(response: str, channel: str, **values: str) -> Sequence[Reply]:
    """What a response says on a channel, with facts and values filled in.

    Raises:
        KeyError: There is no such response.
    """
    variants = own_texts()["ucapan"][response]
    of_channel = [one for one in variants if one.get("channel") == channel]
    said = (of_channel or [one for one in variants if "channel" not in one])[0]
    text = facts.fill(said["text"], {**facts.placeholders(), **values})
    choices = tuple(Choice(one["title"], one["payload"]) for one in said.get("buttons", ()))
    return [Reply(text.strip(), choices)]
