"""The server's secret key and what is derived from it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from nacl.utils import random as random_bytes

from bot.errors import OperatorError

KEY_FILE = "server.key"
KEY_BYTES = 32

# Subkey numbers are for ever: a number that was used keeps its meaning.
SEALING_SUBKEY = 1
IDENTITY_SUBKEY = 2
CHECK_SUBKEY = 3
WEBHOOK_SUBKEY = 4
# 5 sealed all files before each had a key of its own.
RECEIPT_SUBKEY = 6
MARK_SUBKEY = 7
BROWSER_SUBKEY = 8
TRAIL_SUBKEY = 9


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

    def check_value(self) -> bytes:
        """What a database keeps to recognise its key again; it opens nothing."""
        return self.subkey(CHECK_SUBKEY)

    @classmethod
    def load_or_create(cls, folder: Path) -> ServerKey:
        """Reads the key of this installation, or makes it at the first start.

        Raises:
            KeyFileError: The file is damaged or readable by others.
        """
        if not (folder / KEY_FILE).exists():
            _create(folder)
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Path) -> ServerKey:
        """Reads the key of this installation.

        Raises:
            KeyFileError: The file is missing, damaged or readable by others.
        """
        path = folder / KEY_FILE
        if not path.exists():
            raise KeyFileError(
                f"{path} is missing. Restore it from the backup; on a second machine copy it "
                "from the first. For a new installation run: suluh migrate"
            )
        if path.stat().st_mode & 0o077:
            raise KeyFileError(f"{path} may be read by others; run: chmod 600 {path}")
        master = path.read_bytes()
        if len(master) != KEY_BYTES:
            raise KeyFileError(
                f"{path} is damaged ({len(master)} bytes). Restore it from the backup; "
                "without it nothing that was stored can be opened."
            )
        return cls(master)


def _create(folder: Path) -> None:
    """Makes a key file in one step: of two processes at once one wins, none sees half of it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fd, unfinished = tempfile.mkstemp(dir=folder)
    try:
        os.write(fd, random_bytes(KEY_BYTES))
        os.fsync(fd)
        with contextlib.suppress(FileExistsError):
            os.link(unfinished, folder / KEY_FILE)
    finally:
        os.close(fd)
        Path(unfinished).unlink()
    # The name, too, must survive a power cut: the database is worth nothing without the key.
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
