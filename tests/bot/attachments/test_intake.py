"""A file is counted, looked at, cleaned and sealed while it comes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import pytest

from bot.attachments.intake import Intake
from bot.attachments.refusal import MAX_BYTES, Reason, Refused
from bot.attachments.sealing import open_chunks
from tests.bot.attachments import samples

KEY = bytes(range(32))


def _take(plain: bytes, piece: int = 4096) -> tuple[Intake, bytes]:
    intake = Intake(KEY, "satu")
    sealed = []
    for at in range(0, len(plain), piece):
        sealed += intake.feed(plain[at : at + piece])
    return intake, b"".join(open_chunks(KEY, "satu", [*sealed, *intake.finish()]))


@pytest.mark.parametrize("piece", [1, 7, 100, 511, 512, 513, 100_000])
@pytest.mark.parametrize(
    "plain", [samples.PDF, samples.OGG, b"hai", "é".encode() * 700], ids=["pdf", "ogg", "hai", "é"]
)
def test_what_is_no_picture_is_kept_byte_for_byte(plain: bytes, piece: int) -> None:
    intake, kept = _take(plain, piece)
    assert kept == plain
    assert intake.size == len(plain)


@pytest.mark.parametrize("piece", [1, 512, 100_000])
def test_a_picture_is_kept_without_what_it_tells(piece: int) -> None:
    intake, kept = _take(samples.photo_that_tells(), piece)
    assert intake.media_type == "image/jpeg"
    assert kept.startswith(b"\xff\xd8\xff")
    assert [word for word in samples.PLANTED if word in kept] == []
    assert intake.size == len(kept)


def test_a_file_that_lies_about_its_type_is_taken_for_what_it_is() -> None:
    """Whatever the provider said: nobody here is told."""
    with pytest.raises(Refused) as refused:
        _take(samples.DOCX)
    assert refused.value.reason is Reason.KIND
    with pytest.raises(Refused) as refused:
        _take(b"\xff\xd8\xff" + samples.PDF)
    assert refused.value.reason is Reason.DAMAGED
    with pytest.raises(Refused) as refused:
        _take(b"hanya tulisan " * 1_000 + b"\x00\x01MZ")
    assert refused.value.reason is Reason.KIND


def test_an_empty_file_is_damaged() -> None:
    with pytest.raises(Refused) as refused:
        _take(b"")
    assert refused.value.reason is Reason.DAMAGED


def test_a_file_of_exactly_the_bound_is_taken() -> None:
    plain = samples.PDF + bytes(MAX_BYTES - len(samples.PDF))
    assert len(_take(plain, 64 * 1024)[1]) == MAX_BYTES


@pytest.mark.parametrize(
    "beginning", [samples.PDF, samples.photo_that_tells()], ids=["pdf", "photo"]
)
def test_a_stream_that_never_ends_is_stopped_at_the_bound(beginning: bytes) -> None:
    def endless() -> Iterator[bytes]:
        yield beginning
        while True:
            yield bytes(10_000)

    intake = Intake(KEY, "satu")
    pieces = endless()
    with pytest.raises(Refused) as refused:
        deque(map(intake.feed, pieces), maxlen=0)
    assert refused.value.reason is Reason.TOO_LARGE
    assert intake.size <= MAX_BYTES + 10_000
