"""Each file has a key of its own; whoever opens that opens the file.

While the file is of a conversation the server can open its key. Once it is of a tip that was
sent, only the desk can, and its row does not lead to the conversation.
"""

from __future__ import annotations

from typing import Any

from nacl.utils import random as random_bytes

from bot.clock import this_hour_ms
from bot.privacy import desk
from bot.privacy.desk import DeskKey
from bot.privacy.sealing import Sealer

KEY_BYTES = 32


def new() -> bytes:
    return random_bytes(KEY_BYTES)


def place(attachment_id: str) -> str:
    """Where the key of a file is sealed for, whoever it is sealed for."""
    return f"attachments.key:{attachment_id}"


def of_conversation(sealer: Sealer, attachment_id: str, key: bytes) -> dict[str, Any]:
    """What the row of a file of a conversation holds of its key."""
    return {"key_sealed": sealer.seal(key, place(attachment_id))}


def of_tip(desk_key: DeskKey, attachment_id: str, key: bytes) -> dict[str, Any]:
    """What the row of a file of a tip holds of its key, and no longer of where it came from.

    When it came goes, too: to the millisecond it is when a message came.
    """
    hour = this_hour_ms()
    return {
        "key_sealed": None,
        "desk_key_id": desk_key.id,
        "desk_sealed": desk.seal(desk_key, key, place(attachment_id)),
        "conversation_id": None,
        "inbox_id": None,
        "attempts": 0,
        "abandoned": 0,
        "due_at": hour,
        "created_at": hour,
        "settled_at": hour,
    }
