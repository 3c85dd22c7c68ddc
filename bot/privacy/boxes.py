"""Sealing for the holder of a private key: whoever seals cannot open again.

X25519 sealed boxes (libsodium's crypto_box_seal). The place is sealed in with the text, so
a box that is moved to another row does not open. Texts are padded to a multiple of
`PAD_BLOCK` bytes, so the stored length does not tell what was said.

A box does not prove who sealed it: anybody can, with the public key.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nacl.bindings import (
    crypto_box_keypair,
    crypto_box_seal,
    crypto_box_seal_open,
    crypto_scalarmult_base,
    sodium_pad,
    sodium_unpad,
)
from nacl.exceptions import CryptoError

from bot.privacy.sealing import SealBroken

KEY_BYTES = 32
PAD_BLOCK = 1024
FORMAT = b"\x01"


@dataclass(frozen=True)
class KeyPair:
    """32 bytes each."""

    public_key: bytes
    private_key: bytes = field(repr=False)

    @classmethod
    def new(cls) -> KeyPair:
        public_key, private_key = crypto_box_keypair()
        return cls(public_key, private_key)

    @classmethod
    def of(cls, private_key: bytes) -> KeyPair:
        """The pair of a private key; any 32 random bytes are one."""
        return cls(crypto_scalarmult_base(private_key), private_key)

    def open(self, sealed: bytes, place: str) -> bytes:
        """Opens what `seal_for` gave for the same place. Of many boxes the pair is made once.

        Raises:
            SealBroken: It does not open with this key, was sealed for another place, or changed.
        """
        sealed = bytes(sealed)
        if sealed[:1] != FORMAT:
            raise SealBroken(f"Unknown box format at {place}.")
        try:
            padded = crypto_box_seal_open(sealed[1:], self.public_key, self.private_key)
            plain: bytes = sodium_unpad(padded, PAD_BLOCK)
        except CryptoError:
            raise SealBroken(f"The box at {place} does not open.") from None
        label = _label(place)
        if not plain.startswith(label):
            raise SealBroken(f"The box at {place} was sealed for another place.")
        return plain[len(label) :]


def seal_for(public_key: bytes, plain: bytes, place: str) -> bytes:
    """Seals `plain` for `place` ("table.column:row") and the holder of the private key."""
    padded = sodium_pad(_label(place) + plain, PAD_BLOCK)
    return FORMAT + crypto_box_seal(padded, bytes(public_key))


def open_with(private_key: bytes, sealed: bytes, place: str) -> bytes:
    """The same with a private key alone, for a single box.

    Raises:
        SealBroken: As `KeyPair.open`.
    """
    return KeyPair.of(private_key).open(sealed, place)


def _label(place: str) -> bytes:
    if "\0" in place:
        raise ValueError("A place has no NUL.")
    return place.encode() + b"\0"
