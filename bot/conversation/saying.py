"""What the machine says of its own accord, beside the answers to what a person wrote."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from bot.conversation import phrasebook, standing
from bot.conversation.capabilities import Capabilities
from bot.conversation.messages import Reply
from bot.conversation.outbox import Outbox
from bot.conversation.rendering import render
from bot.privacy.identity import random_id


def put(
    connection: Connection,
    outbox: Outbox,
    conversation_id: str,
    channel: str,
    said: Sequence[Reply],
    shown: Capabilities,
    *,
    is_notice: bool = False,
) -> None:
    """Says something, whoever it is: that the person may be written to was asked before.

    Args:
        connection: The transaction; the conversation is locked.
        outbox: Where it is put.
        conversation_id: Whose.
        channel: Of the conversation.
        said: The words.
        shown: What the channel can show.
        is_notice: It goes after all that somebody waits for.
    """
    parts = render(said, shown)
    outbox.add(connection, conversation_id, channel, random_id(), parts, is_notice=is_notice)


def tell(
    connection: Connection,
    outbox: Outbox,
    conversation_id: str,
    channel: str,
    response: str,
    shown: Capabilities,
    *,
    is_notice: bool = False,
) -> None:
    """Says a response of `phrasebook`, unless the person may not be written to (`standing`)."""
    if standing.read(connection, conversation_id).may_be_told:
        said = phrasebook.say(response, channel)
        put(connection, outbox, conversation_id, channel, said, shown, is_notice=is_notice)
