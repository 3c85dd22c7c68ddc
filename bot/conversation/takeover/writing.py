"""What an officer may write to a person, and when."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from bot.conversation import cleaning, standing
from bot.conversation.takeover.handoffs import TakeoverError

LONGEST_MESSAGE = 2_000

EMPTY = "Write something first."
TOO_LONG = f"A message has at most {LONGEST_MESSAGE} characters."
STOPPED = "This person asked for no more messages (STOP) and may not be written to."
UNREACHABLE = "Nothing reaches this person any more; the reason is code {code}."
QUIET = (
    "This person asked not to be written to, as somebody may be reading. Wait until the person "
    "writes again, or say that you want to write all the same."
)


def cleaned(text: str) -> str:
    """A text as it is sent or kept.

    Raises:
        TakeoverError: There is nothing in it, or too much.
    """
    clean, _ = cleaning.clean(text)
    if not clean.strip():
        raise TakeoverError(EMPTY, "empty")
    if len(clean) > LONGEST_MESSAGE:
        raise TakeoverError(TOO_LONG, "too_long")
    return clean


def require_reachable(connection: Connection, conversation_id: str, *, anyway: bool) -> None:
    """Makes sure that a person may and can be written to.

    Args:
        connection: The transaction.
        conversation_id: Whose.
        anyway: Also to one who asked not to be answered.

    Raises:
        TakeoverError: The person said STOP, nothing arrives there, or somebody may be reading.
    """
    person = standing.read(connection, conversation_id)
    if person.stopped:
        raise TakeoverError(STOPPED, "stopped")
    if person.unreachable_code is not None:
        why = UNREACHABLE.format(code=person.unreachable_code)
        raise TakeoverError(why, "unreachable")
    if person.quiet_at is not None and not anyway:
        raise TakeoverError(QUIET, "quiet")
