"""What is written down of what staff do, and how.

An entry says who, when, what, and to what, in ids and words of this program. Nothing that
somebody typed can get into it: `note` refuses all that is no id and no code.
"""

from __future__ import annotations

import re
from enum import Enum

from sqlalchemy.engine import Connection

from bot.clock import now_ms
from bot.storage import trail
from bot.storage.trail import Entry


class Act(str, Enum):
    """The acts. What each is called in Indonesian stands in `nlu_data/petugas/jejak.yml`."""

    # Signing in.
    PASSWORD_GIVEN = "password_given"  # noqa: S105  # no password
    RECOVERY_GIVEN = "recovery_given"
    PASSWORD_REFUSED = "password_refused"  # noqa: S105  # no password
    CODE_REFUSED = "code_refused"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    SESSIONS_REVOKED = "sessions_revoked"
    APP_SET_UP = "app_set_up"
    PAPER_RENEWED = "paper_renewed"
    # Who works here, and the keys.
    STAFF_ADDED = "staff_added"
    STAFF_REMOVED = "staff_removed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # no password
    PASSWORD_RESET = "password_reset"  # noqa: S105  # no password
    KEYS_ROTATED = "keys_rotated"
    RECOVERY_RENEWED = "recovery_renewed"
    # Reports.
    REPORT_OPENED = "report_opened"
    REPORTS_SEARCHED = "reports_searched"
    REPORT_MOVED = "report_moved"
    QUESTION_SENT = "question_sent"
    FILE_SAVED = "file_saved"
    HOLD_SET = "hold_set"
    HOLD_RELEASED = "hold_released"
    # Conversations.
    CONVERSATION_CALLED = "conversation_called"
    CONVERSATION_READ = "conversation_read"
    CONVERSATION_FILE = "conversation_file"
    CONVERSATION_TAKEN = "conversation_taken"
    MESSAGE_SENT = "message_sent"
    NOTE_WRITTEN = "note_written"
    CONVERSATION_OFFERED = "conversation_offered"
    LEVEL_SET = "level_set"
    HANDED_BACK = "handed_back"
    # What goes by itself when its time is over.
    REPORT_DELETED = "report_deleted"
    DATA_DELETED = "data_deleted"
    TRAIL_SHORTENED = "trail_shortened"


# Who did it, where it is no member: what runs by itself; who runs commands on the server and
# gave no password; who had the recovery key; who did not get in.
SYSTEM, TERMINAL, RECOVERY, NOBODY = "system", "terminal", "recovery", "nobody"

_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_CODE = re.compile(r"[a-z0-9_]{1,24}")


def note(
    connection: Connection,
    act: Act,
    *,
    by: str,
    on: str | None = None,
    detail: str | None = None,
    count: int = 1,
) -> None:
    """Has an act written down with this transaction.

    Args:
        connection: Of `Database.write`.
        act: What was done.
        by: The id of a member, or one of the words above.
        on: The id of a report, a handoff or a member.
        detail: A code, such as the new state.
        count: How many at once.

    Raises:
        ValueError: One of them is neither an id nor a code.
    """
    if by not in (SYSTEM, TERMINAL, RECOVERY, NOBODY) and not _ID.fullmatch(by):
        raise ValueError("who did it is named by an id")
    if on is not None and not _ID.fullmatch(on):
        raise ValueError("what it was done to is named by an id")
    if detail is not None and not _CODE.fullmatch(detail):
        raise ValueError("a detail is a code")
    trail.note(connection, Entry(now_ms(), by, act.value, on, detail, count))
