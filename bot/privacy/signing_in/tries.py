"""Failed sign-ins slow the next one down, and lock nobody out.

Names are tried by strangers, too: whoever signed in with this browser before is counted apart
from them (a device cookie, as OWASP describes it), so no stranger can keep an officer waiting.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

from sqlalchemy import case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.clock import now_ms
from bot.privacy.identity import hashed_id
from bot.storage.tables import sign_in_tries

FREE_TRIES = 5
LONGEST_WAIT_SECONDS = 60
# So long after the last failure it counts no more; `bot.privacy.retention` deletes it.
FORGOTTEN_MS = 24 * 60 * 60_000

_tries = sign_in_tries.c


def scope_of(name: str, browser: str | None) -> str:
    """What failures are counted under: the browser when it is known, else the name."""
    if browser:
        return hashed_id("browser", browser)
    # As `roster` reads a name: in no spelling of it is there a further try.
    return hashed_id("name", "".join(unicodedata.normalize("NFC", name).split()).casefold())


def scope_of_codes(staff_id: str) -> str:
    """What wrong codes count under: the member, for they come after the password."""
    return hashed_id("code", staff_id)


def seconds_to_wait(connection: Connection, scope: str) -> int:
    """How long the next try has to wait, rounded up; 0 when it need not."""
    until = connection.execute(select(_tries.blocked_until).where(_tries.scope == scope)).scalar()
    return 0 if until is None else max(0, -((now_ms() - until) // 1000))


def take(connection: Connection, scope: str) -> int:
    """Takes a try, which counts as failed until `succeeded`: many at once are no more tries.

    From the sixth failure on each doubles the wait, up to a minute. The transaction must be a
    writing one; on PostgreSQL the next try under this scope waits for its end.

    Returns:
        0 when it may be made; else the seconds to wait, and nothing was counted.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    now = now_ms()
    failures = case((_tries.since < now - FORGOTTEN_MS, 1), else_=_tries.failures + 1)
    waits = [(failures == FREE_TRIES + step, now + 2**step * 1000) for step in range(1, 6)]
    until = case((failures <= FREE_TRIES, 0), *waits, else_=now + LONGEST_WAIT_SECONDS * 1000)
    # One statement that looks and adds: of two at once both count.
    taken = connection.execute(
        dialect.insert(sign_in_tries)
        .values(scope=scope, failures=1, since=now, blocked_until=0)
        .on_conflict_do_update(
            index_elements=[_tries.scope],
            set_={"failures": failures, "since": now, "blocked_until": until},
            where=_tries.blocked_until <= now,
        )
    )
    # The row may be free by now; it was not when it was asked.
    return 0 if taken.rowcount == 1 else max(1, seconds_to_wait(connection, scope))


def succeeded(connection: Connection, scope: str) -> None:
    """Gives the free tries back."""
    connection.execute(sign_in_tries.delete().where(_tries.scope == scope))


class Browsers:
    """Knows again the browsers in which a member signed in.

    Args:
        key: 32 bytes (`BROWSER_SUBKEY`).
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def cookie(self, staff_id: str) -> str:
        """A new value for the browser of a member."""
        nonce = secrets.token_urlsafe(16)
        return f"{nonce}.{self._mark(staff_id, nonce)}"

    def known(self, staff_id: str | None, cookie: str) -> str | None:
        """What names this browser, if the cookie was given to it for this member."""
        nonce, _, mark = cookie.partition(".")
        own = self._mark(staff_id or "", nonce)
        is_known = hmac.compare_digest(own.encode(), mark.encode("utf-8", "replace"))
        return nonce if staff_id and is_known else None

    def _mark(self, staff_id: str, nonce: str) -> str:
        about = f"{staff_id}\0{nonce}".encode("utf-8", "replace")
        return hashlib.blake2b(about, digest_size=16, key=self._key).hexdigest()
