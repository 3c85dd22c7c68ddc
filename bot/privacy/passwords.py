"""A private key locked with a password."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from bot.errors import OperatorError
from bot.privacy import slow_hash
from bot.privacy.sealing import Sealer
from bot.privacy.slow_hash import Strength

SHORTEST = 12
LONGEST = 1000

TOO_SHORT = f"The password has fewer than {SHORTEST} characters."
TOO_LONG = f"The password has more than {LONGEST} characters."
LIKE_THE_NAME = "The password is the name."
NOT_TEXT = "The password is not text in UTF-8."


class PasswordError(OperatorError):
    """The password may not be used; the message says why."""


@dataclass(frozen=True)
class Locked:
    """A private key as it stands in the database; its fields are columns of `staff`."""

    private_sealed: bytes
    salt: bytes
    strength: str


def check(password: str, name: str) -> None:
    """Refuses a new password that is easily guessed.

    Raises:
        PasswordError: It is too short, the name, or no text.
    """
    password = _one_form(password)
    if len(password) < SHORTEST:
        raise PasswordError(TOO_SHORT)
    if len(password) > LONGEST:
        raise PasswordError(TOO_LONG)
    if _letters(password) == _letters(name):
        raise PasswordError(LIKE_THE_NAME)
    if not _is_text(password):
        raise PasswordError(NOT_TEXT)


def lock(private_key: bytes, password: str, place: str) -> Locked:
    """Seals a private key under a password. Slow: never inside a write transaction."""
    salt, strength = slow_hash.new_salt(), slow_hash.PASSWORD
    sealed = _sealer(password, salt, strength).seal(private_key, place)
    return Locked(sealed, salt, str(strength))


def unlock(locked: Locked, password: str, place: str) -> bytes:
    """The private key again. Slow, also when it fails.

    Raises:
        SealBroken: The password is wrong.
    """
    sealer = _sealer(password, locked.salt, Strength.parse(locked.strength))
    return sealer.open(locked.private_sealed, place)


def of_nobody() -> Locked:
    """Opens with no password, and takes as long to find that out."""
    return Locked(b"", bytes(slow_hash.SALT_BYTES), str(slow_hash.PASSWORD))


def _sealer(password: str, salt: bytes, strength: Strength) -> Sealer:
    secret = _one_form(password).encode("utf-8", "surrogatepass")
    return Sealer(slow_hash.derive(secret, salt, strength))


def _one_form(text: str) -> str:
    # One keyboard sends é as one character, another as e and an accent.
    return unicodedata.normalize("NFC", text)


def _letters(text: str) -> str:
    return "".join(_one_form(text).casefold().split())


def _is_text(text: str) -> bool:
    return not any(unicodedata.category(character) == "Cs" for character in text)
