"""A hash that is slow on purpose (Argon2id), for secrets short enough to be guessed.

How slow stands beside what was made with it, so that it can be raised later. The three
strengths are read as `slow_hash.PASSWORD`, at the moment of use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nacl.pwhash import argon2id
from nacl.utils import random as random_bytes

SALT_BYTES: int = argon2id.SALTBYTES

_MIB = 1024 * 1024
_WRITTEN = re.compile(r"argon2id:([1-9]\d{0,9}):([1-9]\d{3,12})")


@dataclass(frozen=True)
class Strength:
    """How slow.

    Attributes:
        ops: Passes over the memory.
        memory: Bytes.
    """

    ops: int
    memory: int

    def __str__(self) -> str:
        return f"argon2id:{self.ops}:{self.memory}"

    @classmethod
    def parse(cls, written: str) -> Strength:
        """The strength that `str` wrote.

        Raises:
            ValueError: It is none, or none that libsodium computes.
        """
        match = _WRITTEN.fullmatch(written)
        if match is None:
            raise ValueError(f"Not a strength: {written[:40]!r}")
        found = cls(int(match[1]), int(match[2]))
        if not (
            argon2id.OPSLIMIT_MIN <= found.ops <= argon2id.OPSLIMIT_MAX
            and argon2id.MEMLIMIT_MIN <= found.memory <= argon2id.MEMLIMIT_MAX
        ):
            raise ValueError(f"Out of bounds: {found}")
        return found


# RFC 9106 section 4, second choice: 3 passes over 64 MiB. Fits twice into a server of 1 GB.
PASSWORD = Strength(3, 64 * _MIB)
RECEIPT = Strength(3, 64 * _MIB)
# A tip can name a dozen numbers, and each is a hash.
MARK = Strength(1, 32 * _MIB)


def derive(secret: bytes, salt: bytes, strength: Strength, size: int = 32) -> bytes:
    """`size` bytes from a secret and a salt of 16 bytes. Takes a tenth of a second and more
    (`MARK` less): never inside a write transaction.
    """
    derived: bytes = argon2id.kdf(
        size, secret, salt, opslimit=strength.ops, memlimit=strength.memory
    )
    return derived


def new_salt() -> bytes:
    return random_bytes(SALT_BYTES)
