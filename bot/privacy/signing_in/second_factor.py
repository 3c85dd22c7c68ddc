"""What a member needs beside the password: codes of an authenticator app (TOTP, RFC 6238).

The app's secret is sealed for the member's own key pair, so it opens only after the password. A
new key pair (`suluh staff passwd NAME --by ADMIN`) therefore takes a new app: whoever lost
both is helped in one step. Codes on paper help whoever lost the app alone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

import pyotp
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.clock import now_ms
from bot.privacy.audit import failures
from bot.privacy.audit.acts import Act, note
from bot.privacy.sealing import SealBroken
from bot.privacy.unlocked import Unlocked
from bot.storage.tables import staff_codes, staff_factors

ISSUER = "Suluh"
STEP_SECONDS = 30
# A telephone's clock may be one step off, either way.
STEPS_OFF = 1
PAPER_CODES = 10
# No letter or digit that looks like another; twelve of the 31 are nearly 60 bits.
PAPER_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
PAPER_GROUPS, PAPER_GROUP = 3, 4


@dataclass(frozen=True)
class NewApp:
    """The secret of an app that is being set up.

    Attributes:
        secret: 32 characters of base 32, to be typed where no camera is.
        uri: The same as an `otpauth:` address, for a QR code.
    """

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def new_secret() -> str:
    """160 random bits in base 32."""
    return pyotp.random_base32()


def new_app(secret: str, name: str) -> NewApp:
    """What an app needs to be set up for a member of a name."""
    return NewApp(secret, pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER))


def is_set_up(connection: Connection, by: Unlocked) -> bool:
    """Whether the member has an app whose secret opens with the member's key."""
    row = _row(connection, by)
    return row is not None and _secret(by, row) is not None


def set_up(connection: Connection, by: Unlocked, secret: str, code: str) -> list[str] | None:
    """Keeps an app once it has shown a right code.

    Returns:
        Codes for paper, to be shown once; None when the code is wrong.
    """
    step = _right_step(secret, code, after=-1)
    if step is None:
        failures.count(connection, Act.CODE_REFUSED, by.staff_id)
        return None
    connection.execute(staff_factors.delete().where(staff_factors.c.staff_id == by.staff_id))
    connection.execute(
        staff_factors.insert().values(
            staff_id=by.staff_id,
            secret_sealed=by.seal_for_self(secret.encode(), _place(by.staff_id)),
            last_step=step,
            created_at=now_ms(),
        )
    )
    note(connection, Act.APP_SET_UP, by=by.staff_id)
    return renew_paper(connection, by)


def accept(connection: Connection, by: Unlocked, code: str) -> bool:
    """Whether a code of the app or of the paper is right; it is used up then.

    The caller's transaction must be a writing one: of two who send one code only one is heard.
    """
    is_right = _accept_of_app(connection, by, code) or _accept_of_paper(connection, by, code)
    if not is_right:
        failures.count(connection, Act.CODE_REFUSED, by.staff_id)
    return is_right


def renew_paper(connection: Connection, by: Unlocked) -> list[str]:
    """New codes for paper; the old ones are worth nothing any more."""
    connection.execute(staff_codes.delete().where(staff_codes.c.staff_id == by.staff_id))
    codes = [_paper_code() for _ in range(PAPER_CODES)]
    connection.execute(
        staff_codes.insert(),
        [{"staff_id": by.staff_id, "code_hash": _hash(by.staff_id, code)} for code in codes],
    )
    note(connection, Act.PAPER_RENEWED, by=by.staff_id)
    return codes


def paper_left(connection: Connection, by: Unlocked) -> int:
    """How many codes of the paper are still good."""
    own = staff_codes.c.staff_id == by.staff_id
    left: int = connection.execute(
        select(func.count()).select_from(staff_codes).where(own)
    ).scalar_one()
    return left


def forget(connection: Connection, staff_id: str) -> None:
    """The member is given another key pair, or leaves: the app opens nothing any more."""
    connection.execute(staff_factors.delete().where(staff_factors.c.staff_id == staff_id))
    connection.execute(staff_codes.delete().where(staff_codes.c.staff_id == staff_id))


def _accept_of_app(connection: Connection, by: Unlocked, code: str) -> bool:
    row = _row(connection, by)
    secret = None if row is None else _secret(by, row)
    if row is None or secret is None:
        return False
    step = _right_step(secret, code, after=row.last_step)
    if step is None:
        return False
    used = connection.execute(
        staff_factors.update()
        .where(staff_factors.c.staff_id == by.staff_id)
        .where(staff_factors.c.last_step < step)
        .values(last_step=step)
    )
    return bool(used.rowcount == 1)


def _accept_of_paper(connection: Connection, by: Unlocked, code: str) -> bool:
    used = connection.execute(
        staff_codes.delete()
        .where(staff_codes.c.staff_id == by.staff_id)
        .where(staff_codes.c.code_hash == _hash(by.staff_id, code))
    )
    return bool(used.rowcount == 1)


def _right_step(secret: str, code: str, *, after: int) -> int | None:
    """The time step of a code, when it is one of those around now and later than `after`."""
    typed = "".join(code.split())
    totp = pyotp.TOTP(secret)
    now = now_ms() // 1000 // STEP_SECONDS
    right = None
    for step in range(now - STEPS_OFF, now + STEPS_OFF + 1):
        # Each is compared, so that the time does not tell which one it was.
        same = hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), typed.encode())
        if same and step > after:
            right = step
    return right


def _row(connection: Connection, by: Unlocked):  # type: ignore[no-untyped-def]  # a Row or None
    own = staff_factors.c.staff_id == by.staff_id
    return connection.execute(select(staff_factors).where(own)).first()


def _secret(by: Unlocked, row) -> str | None:  # type: ignore[no-untyped-def]
    try:
        return by.open_own(bytes(row.secret_sealed), _place(by.staff_id)).decode()
    except SealBroken:
        return None


def _paper_code() -> str:
    groups = (
        "".join(secrets.choice(PAPER_ALPHABET) for _ in range(PAPER_GROUP))
        for _ in range(PAPER_GROUPS)
    )
    return "-".join(groups)


def _hash(staff_id: str, code: str) -> bytes:
    """Nearly 60 random bits need no slow hash; whose it is goes in."""
    typed = "".join(code.lower().replace("-", "").split())
    return hashlib.blake2b(f"{staff_id}\0{typed}".encode(), digest_size=32).digest()


def _place(staff_id: str) -> str:
    return f"staff_factors.secret:{staff_id}"
