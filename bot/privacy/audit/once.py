"""Acts that a page repeats by itself, written down once in a while."""

from __future__ import annotations

import threading

from bot.clock import now_ms
from bot.privacy.audit.acts import Act, note
from bot.storage.database import Database

# An open page reads its conversation anew with each message.
EVERY_MS = 30 * 60_000


class Once:
    """Remembers in this process what was just written down; each process does it for itself."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[tuple[str, ...], int] = {}
        self._lock = threading.Lock()

    def note(self, act: Act, *, by: str, on: str, detail: str = "") -> None:
        """Writes it down, unless it was within the last half hour. `detail` is not written."""
        key, now = (act.value, by, on, detail), now_ms()
        with self._lock:
            self._noted = {k: at for k, at in self._noted.items() if at > now - EVERY_MS}
            if key in self._noted:
                return
        with self._database.write() as connection:
            note(connection, act, by=by, on=on)
        with self._lock:
            self._noted[key] = now
