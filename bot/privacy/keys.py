"""The server's secret key and what is derived from it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from nacl.utils import random as random_bytes

from bot.errors import OperatorError

KEY_FILE = "server.key"
KEY_BYTES = 32

# Subkey numbers are for ever: a number that was used keeps its meaning.
SEALING_SUBKEY = 1
IDENTITY_SUBKEY = 2


class KeyFileError(OperatorError):
    """The key file cannot be used; the message says what to do."""


class ServerKey:
    """The master key. It is used for nothing but deriving subkeys."""

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise KeyFileError(f"The server key must be {KEY_BYTES} bytes long.")
        self._master = master

    def __repr__(self) -> str:
        return "ServerKey(<secret>)"

    def subkey(self, number: int) -> bytes:
        """32 bytes for one purpose: BLAKE2b keyed with the master, as libsodium's crypto_kdf."""
        salt = number.to_bytes(8, "little")
        return hashlib.blake2b(
            b"", digest_size=32, key=self._master, salt=salt, person=b"suluh"
        ).digest()

    @classmethod
    def generate(cls) -> ServerKey:
        return cls(random_bytes(KEY_BYTES))

    @classmethod
    def load_or_create(cls, folder: Path) -> ServerKey:
        """Reads the key of this installation, or makes it at the first start.

        Raises:
            KeyFileError: The file is damaged or readable by others.
        """
        path = folder / KEY_FILE
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            # O_EXCL: of two processes that start at once only one makes the key.
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls._read(path)
        try:
            master = random_bytes(KEY_BYTES)
            os.write(fd, master)
            os.fsync(fd)
        finally:
            os.close(fd)
        return cls(master)

    @classmethod
    def _read(cls, path: Path) -> ServerKey:
        if path.stat().st_mode & 0o077:
            raise KeyFileError(f"{path} may be read by others; run: chmod 600 {path}")
        master = path.read_bytes()
        if len(master) != KEY_BYTES:
            raise KeyFileError(
                f"{path} is damaged ({len(master)} bytes). Restore it from the backup; "
                "without it nothing that was stored can be opened."
            )
        return cls(master)
