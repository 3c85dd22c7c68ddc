"""Marks of recruiters: two reports that name the same number find each other unopened.

A mark is a slow hash under a key of the server. Numbers are few enough to be tried one by
one: whoever has both the database and the server key finds out in 20 milliseconds whether a
certain number was reported, and in some years of one core, or weeks of many, which ones were.
A mark tells nothing of who reported them by itself (docs/threat-model.md).
"""

from __future__ import annotations

import hashlib

from bot.privacy import slow_hash

MARK_BYTES = 32


def mark(key: bytes, kind: str, value: str) -> bytes:
    """32 bytes: the same for the same value of a kind, such as "telepon"."""
    salt = hashlib.blake2b(kind.encode(), digest_size=slow_hash.SALT_BYTES, key=key).digest()
    return slow_hash.derive(value.encode(), salt, slow_hash.MARK, MARK_BYTES)
