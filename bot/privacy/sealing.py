"""Sealing what stands in the database.

XChaCha20-Poly1305 (libsodium). The associated data names table, column and row, so a
sealed value that is moved to another row does not open. Texts are padded to a multiple
of `PAD_BLOCK` bytes, so the stored length does not tell what was said.
"""

from __future__ import annotations

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    sodium_pad,
    sodium_unpad,
)
from nacl.exceptions import CryptoError
from nacl.utils import random as random_bytes

PAD_BLOCK = 256
NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
FORMAT = b"\x01"


class SealBroken(ValueError):
    """The value was sealed with another key, for another place, or was changed."""


class Sealer:
    """Seals and opens values with one symmetric key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "Sealer(<secret>)"

    def seal(self, plain: bytes, place: str) -> bytes:
        """Seals `plain` for `place` ("table.column:row")."""
        nonce = random_bytes(NONCE_BYTES)
        padded = sodium_pad(plain, PAD_BLOCK)
        box = crypto_aead_xchacha20poly1305_ietf_encrypt(padded, place.encode(), nonce, self._key)
        return FORMAT + nonce + box

    def open(self, sealed: bytes, place: str) -> bytes:
        """Opens what `seal` gave for the same place.

        Raises:
            SealBroken: It does not open.
        """
        sealed = bytes(sealed)
        if sealed[:1] != FORMAT:
            raise SealBroken(f"Unknown seal format at {place}.")
        nonce, box = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            padded = crypto_aead_xchacha20poly1305_ietf_decrypt(
                box, place.encode(), nonce, self._key
            )
        except (CryptoError, ValueError):
            raise SealBroken(f"The seal at {place} does not open.") from None
        return sodium_unpad(padded, PAD_BLOCK)
