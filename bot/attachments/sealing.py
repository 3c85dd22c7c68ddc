"""Seals a file in chunks that only open together: all, in order, and for their attachment.

libsodium's secretstream (XChaCha20-Poly1305). The associated data names the attachment; the
last chunk carries a tag, so that a file which was cut short is known from a whole one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_HEADERBYTES as HEADER_BYTES,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_init_pull,
    crypto_secretstream_xchacha20poly1305_init_push,
    crypto_secretstream_xchacha20poly1305_pull,
    crypto_secretstream_xchacha20poly1305_push,
    crypto_secretstream_xchacha20poly1305_state,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_TAG_FINAL as LAST,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_TAG_MESSAGE as MORE,
)

from bot.privacy.sealing import SealBroken

CHUNK_BYTES = 64 * 1024


class Sealing:
    """Seals one file as it comes. The first chunk begins with the header of the stream."""

    def __init__(self, key: bytes, attachment_id: str) -> None:
        self._place = _place(attachment_id)
        self._state = crypto_secretstream_xchacha20poly1305_state()
        self._header = crypto_secretstream_xchacha20poly1305_init_push(self._state, key)
        self._waiting = bytearray()

    def feed(self, plain: bytes) -> list[bytes]:
        """Takes the next bytes of any length; gives the chunks that are full now."""
        self._waiting += plain
        sealed = []
        while len(self._waiting) > CHUNK_BYTES:
            sealed.append(self._seal(bytes(self._waiting[:CHUNK_BYTES]), MORE))
            del self._waiting[:CHUNK_BYTES]
        return sealed

    def finish(self) -> bytes:
        """The last chunk."""
        return self._seal(bytes(self._waiting), LAST)

    def _seal(self, plain: bytes, tag: int) -> bytes:
        box: bytes = crypto_secretstream_xchacha20poly1305_push(
            self._state, plain, self._place, tag
        )
        sealed, self._header = self._header + box, b""
        return sealed


def open_chunks(key: bytes, attachment_id: str, sealed: Iterable[bytes]) -> Iterator[bytes]:
    """The plain chunks of a file, one for each sealed one.

    Whoever shows them before the end has seen only a part that may have been cut.

    Raises:
        SealBroken: A chunk does not open here, one is missing, or there are too many.
    """
    state, tag = crypto_secretstream_xchacha20poly1305_state(), None
    for number, chunk in enumerate(sealed):
        if tag == LAST:
            raise SealBroken("An attachment goes on after its end.")
        box = bytes(chunk)
        try:
            if number == 0:
                crypto_secretstream_xchacha20poly1305_init_pull(state, box[:HEADER_BYTES], key)
                box = box[HEADER_BYTES:]
            plain, tag = crypto_secretstream_xchacha20poly1305_pull(
                state, box, _place(attachment_id)
            )
        except Exception:
            raise SealBroken("A chunk of an attachment does not open.") from None
        yield plain
    if tag != LAST:
        raise SealBroken("An attachment ends early.")


def _place(attachment_id: str) -> bytes:
    return f"attachments:{attachment_id}".encode()
