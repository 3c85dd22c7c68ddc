"""What the machine does while a human answers: calls others, keeps quiet, deletes later."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from bot.conversation import saying, standing
from bot.conversation.capabilities import Capabilities
from bot.conversation.messages import Content
from bot.conversation.outbox import Outbox
from bot.conversation.takeover import erasing, handoffs
from bot.conversation.takeover.handoffs import Handoff
from bot.conversation.takeover.words import ERASED_LATER, NOT_ERASED
from bot.triage import first_aid, levels


def heed(
    connection: Connection,
    outbox: Outbox,
    handoff: Handoff,
    contents: Sequence[Content],
    shown: Capabilities,
    *,
    level: str,
    forget: bool = False,
) -> None:
    """Does what the lines of a turn ask for; nothing else is answered.

    Args:
        connection: The transaction of the turn.
        outbox: Where the little is put that is said.
        handoff: Its holder reads the lines.
        contents: The lines.
        shown: What the channel can show.
        level: Of the turn.
        forget: The assistant, which was about to answer them, took them for a yes to deleting.
    """
    if level == levels.URGENT:
        handoffs.cry(connection, handoff, is_plain=any(map(_is_plain, contents)))
    if any(_is_watched(content.text) for content in contents):
        # The officer is told so before writing.
        standing.keep_quiet(connection, handoff.conversation_id)
    for content in contents:
        if forget or erasing.asks(content):
            forget = False
            erasing.wish(connection, handoff.id)
            _say(connection, outbox, handoff, ERASED_LATER, shown)
        elif erasing.takes_back(content) and erasing.is_wished(connection, handoff.id):
            erasing.withdraw(connection, handoff.id)
            _say(connection, outbox, handoff, NOT_ERASED, shown)


def _is_plain(content: Content) -> bool:
    """Whether its words speak of danger; an answer like "aku di rumah" may only sound like it."""
    return (
        levels.of_words(content.text) == levels.URGENT
        or first_aid.kind_of(content.text) is not None
        or first_aid.says_code_word(content.text, in_danger=True)
    )


def _is_watched(text: str) -> bool:
    """ "Jangan balas, suami datang", and the code word."""
    return (
        first_aid.says_code_word(text, in_danger=True)
        or first_aid.kind_of(text) == first_aid.WATCHED
    )


def _say(
    connection: Connection, outbox: Outbox, handoff: Handoff, response: str, shown: Capabilities
) -> None:
    saying.tell(connection, outbox, handoff.conversation_id, handoff.channel, response, shown)
