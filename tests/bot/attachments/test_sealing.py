"""Chunks open together, in order, for their attachment, or not at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.attachments.sealing import CHUNK_BYTES, Sealing, open_chunks
from bot.privacy.sealing import SealBroken

KEY = bytes(range(32))
PLAIN = bytes(range(256)) * 1024  # Four chunks.


def _seal(plain: bytes, name: str = "satu", key: bytes = KEY, piece: int = 10_000) -> list[bytes]:
    sealing = Sealing(key, name)
    sealed = []
    for at in range(0, len(plain), piece):
        sealed += sealing.feed(plain[at : at + piece])
    return [*sealed, sealing.finish()]


def _open(sealed: list[bytes], name: str = "satu", key: bytes = KEY) -> bytes:
    return b"".join(open_chunks(key, name, sealed))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3 * CHUNK_BYTES + 1), st.integers(1, 2 * CHUNK_BYTES))
def test_what_was_sealed_opens_whatever_the_pieces(length: int, piece: int) -> None:
    plain = PLAIN[:length]
    assert _open(_seal(plain, piece=piece)) == plain


@pytest.mark.parametrize("length", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES])
def test_a_file_has_no_chunk_too_many(length: int) -> None:
    assert len(_seal(PLAIN[:length])) == max(1, -(-length // CHUNK_BYTES))


CHANGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "reordered": lambda s: [s[0], s[2], s[1], s[3]],
    "first and second": lambda s: [s[1], s[0], *s[2:]],
    "cut at the end": lambda s: s[:-1],
    "cut in the middle": lambda s: [s[0], s[2], s[3]],
    "without its head": lambda s: s[1:],
    "nothing left": lambda s: [],
    "one twice": lambda s: [s[0], s[1], s[1], *s[2:]],
    "goes on after the end": lambda s: [*s, s[-1]],
    "a bit turned": lambda s: [s[0], s[1][:-1] + bytes([s[1][-1] ^ 1]), *s[2:]],
    "a chunk cut": lambda s: [s[0][:-1], *s[1:]],
    "an empty chunk": lambda s: [b"", *s],
    "of another file": lambda s: [s[0], _seal(PLAIN, "dua")[1], *s[2:]],
    "of the same file sealed again": lambda s: [s[0], _seal(PLAIN)[1], *s[2:]],
    "the end of another": lambda s: [s[0], s[1], s[2], _seal(PLAIN)[3]],
}


@pytest.mark.parametrize("change", CHANGES)
def test_chunks_that_were_changed_do_not_open(change: str) -> None:
    with pytest.raises(SealBroken):
        _open(CHANGES[change](_seal(PLAIN)))


def test_a_file_does_not_open_as_another_attachment_or_with_another_key() -> None:
    with pytest.raises(SealBroken):
        _open(_seal(PLAIN), "dua")
    with pytest.raises(SealBroken):
        _open(_seal(PLAIN), key=bytes(32))


def test_the_same_file_is_never_sealed_to_the_same_bytes() -> None:
    assert not set(_seal(PLAIN)) & set(_seal(PLAIN))


def test_nothing_of_the_plain_bytes_stands_in_the_sealed_ones() -> None:
    plain = b"kalimat rahasia " * 10_000
    assert not any(b"rahasia" in chunk for chunk in _seal(plain))
