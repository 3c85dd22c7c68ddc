"""Who is signed in at the desk.

A session is a random token in a cookie. The database knows it by a hash alone, and keeps the
member's private key sealed with another: a stolen database opens nothing, and what is in the
browser opens nothing without the database. It ends after half an hour without a click, after
twelve hours in any case, and at once when the member is disabled or given a new key pair.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import ColumnElement

from bot.clock import now_ms
from bot.privacy import grants
from bot.privacy.audit.acts import TERMINAL, Act, note
from bot.privacy.boxes import KeyPair
from bot.privacy.identity import hashed_id
from bot.privacy.roster import READERS
from bot.privacy.sealing import SealBroken, Sealer
from bot.privacy.unlocked import Unlocked
from bot.storage.database import Database
from bot.storage.tables import staff, staff_sessions

# The password was right, the second factor is still to come; signed in.
PASSWORD, OPEN = "password", "open"

IDLE_MS = 30 * 60_000
LONGEST_MS = 12 * 60 * 60_000
# Whoever gave the password has so long for the second factor.
SECOND_FACTOR_MS = 10 * 60_000
# A click is written down at most so often.
NOTE_EVERY_MS = 60_000
TOKEN_BYTES = 32
# What a token has in characters.
TOKEN_LENGTH = 43


@dataclass(frozen=True)
class Session:
    """A browser in which a member signed in.

    Attributes:
        id: Names it, and opens nothing.
        stage: `PASSWORD` or `OPEN`.
        member: What can be opened in it.
        csrf: Stands in every form of this session, and nowhere else.
    """

    id: str
    stage: str
    member: Unlocked
    csrf: str = field(repr=False)
    _token: str = field(repr=False)

    def is_own(self, csrf: str) -> bool:
        """Whether a form came from a page of this session."""
        return hmac.compare_digest(self.csrf.encode(), csrf.encode("utf-8", "replace"))

    def seal(self, plain: bytes, what: str) -> bytes:
        """Seals what only this session opens again."""
        return _sealer(self._token).seal(plain, f"{what}:{self.id}")

    def open(self, sealed: bytes, what: str) -> bytes:
        """Opens what `seal` gave.

        Raises:
            SealBroken: It was sealed by another session, or as something else.
        """
        return _sealer(self._token).open(sealed, f"{what}:{self.id}")


@dataclass(frozen=True)
class Listed:
    """A session as its member sees it in the list. Times in milliseconds since 1970."""

    id: str
    created_at: int
    seen_at: int


def begin(connection: Connection, member: Unlocked, stage: str) -> str:
    """Opens a session.

    Returns:
        Its token, for the cookie alone. Each stage has one of its own, so nobody can plant
        a token before somebody signs in.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now, session_id = now_ms(), hashed_id("session", token)
    connection.execute(
        staff_sessions.insert().values(
            id=session_id,
            staff_id=member.staff_id,
            stage=stage,
            key_sealed=_sealer(token).seal(member.private_key(), _place(session_id)),
            created_at=now,
            seen_at=now,
        )
    )
    if stage == OPEN:
        note(connection, Act.SIGNED_IN, by=member.staff_id)
    return token


def find(database: Database, token: str) -> Session | None:
    """The session of a token, or None when it ended."""
    if len(token) != TOKEN_LENGTH:
        return None
    session_id, now = hashed_id("session", token), now_ms()
    with database.read() as connection:
        row = connection.execute(
            select(
                staff_sessions, staff.c.name, staff.c.role, staff.c.disabled_at, staff.c.public_key
            )
            .join(staff, staff.c.id == staff_sessions.c.staff_id)
            .where(staff_sessions.c.id == session_id)
            .where(~is_over(now))
        ).first()
        member = None if row is None else _member(database, connection, token, row)
    if row is None or member is None:
        return None
    return Session(row.id, row.stage, member, _csrf(token), token)


def still_holds(connection: Connection, session: Session) -> bool:
    """Whether a session that was found before is still there.

    The transaction must be a writing one: until its end nobody ends all sessions of the member.
    """
    # Who changes the password changes this row first.
    own = staff.c.id == session.member.staff_id
    connection.execute(select(staff.c.id).where(own).with_for_update(read=True))
    query = select(staff_sessions.c.id).where(staff_sessions.c.id == session.id)
    return connection.execute(query.where(~is_over(now_ms()))).first() is not None


def note_click(database: Database, session: Session) -> None:
    """The member did something: the half hour begins anew."""
    now = now_ms()
    with database.read() as connection:
        seen_at = connection.execute(
            select(staff_sessions.c.seen_at).where(staff_sessions.c.id == session.id)
        ).scalar()
    if seen_at is None or now - seen_at < NOTE_EVERY_MS:
        return
    with database.claim() as connection:
        connection.execute(
            staff_sessions.update().where(staff_sessions.c.id == session.id).values(seen_at=now)
        )


def pending(connection: Connection, session: Session) -> str | None:
    """The secret of the app that is being set up in this session."""
    sealed = connection.execute(
        select(staff_sessions.c.pending_sealed).where(staff_sessions.c.id == session.id)
    ).scalar()
    return None if sealed is None else session.open(bytes(sealed), "pending").decode()


def set_pending(connection: Connection, session: Session, secret: str) -> None:
    """Keeps that secret until a code has proven it."""
    connection.execute(
        staff_sessions.update()
        .where(staff_sessions.c.id == session.id)
        .values(pending_sealed=session.seal(secret.encode(), "pending"))
    )


def end(connection: Connection, session_id: str, staff_id: str, act: Act = Act.SIGNED_OUT) -> None:
    """Ends a session of a member; `act` is what it is called when the member was signed in."""
    own = (staff_sessions.c.id == session_id) & (staff_sessions.c.staff_id == staff_id)
    if _end(connection, own):
        note(connection, act, by=staff_id)


def end_all(connection: Connection, staff_id: str, by: str = TERMINAL) -> None:
    """Ends all sessions of a member, because somebody (an id) did what takes that."""
    if ended := _end(connection, staff_sessions.c.staff_id == staff_id):
        note(connection, Act.SESSIONS_REVOKED, by=by, on=staff_id, count=ended)


def of_member(connection: Connection, staff_id: str) -> list[Listed]:
    """The sessions of a member in which both factors were given, the newest first."""
    rows = connection.execute(
        select(staff_sessions)
        .where(staff_sessions.c.staff_id == staff_id)
        .where(staff_sessions.c.stage == OPEN)
        .where(~is_over(now_ms()))
        .order_by(staff_sessions.c.created_at.desc())
    )
    return [Listed(row.id, row.created_at, row.seen_at) for row in rows]


def is_over(now: int) -> ColumnElement:
    """Which sessions have ended by themselves."""
    columns = staff_sessions.c
    return or_(
        columns.seen_at < now - IDLE_MS,
        columns.created_at < now - LONGEST_MS,
        (columns.stage == PASSWORD) & (columns.created_at < now - SECOND_FACTOR_MS),
    )


def _end(connection: Connection, which: ColumnElement) -> int:
    """Ends sessions, and tells in how many of them somebody was signed in."""
    is_open = staff_sessions.c.stage == OPEN
    ended: int = connection.execute(staff_sessions.delete().where(which & is_open)).rowcount
    connection.execute(staff_sessions.delete().where(which))
    return ended


def _member(database: Database, connection: Connection, token: str, row: Row) -> Unlocked | None:
    if row.disabled_at is not None:
        return None
    try:
        private_key = _sealer(token).open(bytes(row.key_sealed), _place(row.id))
    except SealBroken:
        return None
    pair = KeyPair.of(private_key)
    # Given another key pair since: what this session could open is not for it any more.
    if pair.public_key != bytes(row.public_key):
        return None
    keys: dict[str, bytes] = {}
    if row.stage == OPEN and row.role in READERS:
        # Fetched now: a page that fetched them while it reads something else would need a second
        # connection, and many pages at once would wait for each other's.
        with contextlib.suppress(SealBroken):
            keys = grants.held(connection, row.staff_id, private_key)
    return Unlocked(row.staff_id, row.name, row.role, pair, database, keys)


def _csrf(token: str) -> str:
    return _derive(token, b"csrf").hex()


def _sealer(token: str) -> Sealer:
    return Sealer(_derive(token, b"key"))


def _derive(token: str, purpose: bytes) -> bytes:
    """The token has 256 random bits: no slow hash is needed."""
    return hashlib.blake2b(token.encode(), digest_size=32, person=purpose).digest()


def _place(session_id: str) -> str:
    return f"staff_sessions.key:{session_id}"
