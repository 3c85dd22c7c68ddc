"""Whom a conversation belongs to, without a phone number in the clear."""

from __future__ import annotations

import base64
import hashlib
import secrets


class AddressBook:
    """Keyed hashes by which an address finds its conversation again."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "AddressBook(<secret>)"

    def blind(self, channel: str, address: str) -> bytes:
        """32 bytes: the same for the same address on the same channel (BLAKE2b, keyed)."""
        message = f"{channel}\0{address}".encode()
        return hashlib.blake2b(message, digest_size=32, key=self._key).digest()


def random_id() -> str:
    """22 characters that name a row and tell nothing about it (nearly 128 random bits).

    The first is no dash: a command would take the id for an option.
    """
    while (drawn := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return drawn


def hashed_id(*parts: str) -> str:
    """22 characters that are the same for the same parts, and tell nothing about them."""
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=16).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
