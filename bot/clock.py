"""The one clock. Times in the database are whole milliseconds since 1970, UTC."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta, timezone

# Western Indonesia Time, which has no summer time (Keppres 41/1987).
LOCAL = timezone(timedelta(hours=7), "WIB")
# As `weekday` counts them.
DAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
_HOUR_MS = 60 * 60_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def this_hour_ms() -> int:
    """When this hour began: for what must not tell its own moment."""
    return now_ms() // _HOUR_MS * _HOUR_MS


def this_month() -> str:
    """The month in Bengkulu, such as "2026-11"."""
    return datetime.now(LOCAL).strftime("%Y-%m")


def today() -> date:
    """The day in Bengkulu."""
    return datetime.now(LOCAL).date()
