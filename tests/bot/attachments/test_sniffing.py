"""What a file is, is read from the file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.attachments import sniffing
from bot.attachments.refusal import Reason, Refused
from bot.attachments.sniffing import HEAD_BYTES, TextCheck, sniff
from tests.bot.attachments import samples
from tests.bot.attachments.samples import box, encoded, picture

KNOWN = {
    "jpeg": (encoded(picture()), "image/jpeg"),
    "png": (encoded(picture(), "PNG"), "image/png"),
    "webp": (encoded(picture(), "WEBP"), "image/webp"),
    "gif": (encoded(picture(), "GIF"), "image/gif"),
    "pdf": (samples.PDF, "application/pdf"),
    "voice of a messenger": (samples.OGG, "audio/ogg"),
    "mp3 with a tag": (b"ID3\x04" + bytes(20), "audio/mpeg"),
    "mp3 without a tag": (b"\xff\xfb\x90\x44" + bytes(400), "audio/mpeg"),
    "aac": (b"\xff\xf1\x50\x80" + bytes(400), "audio/aac"),
    "amr": (b"#!AMR\n<\x91", "audio/amr"),
    "m4a": (box(b"M4A "), "audio/mp4"),
    "mp4": (box(b"mp42"), "video/mp4"),
    "mp4 of an old phone": (box(b"isom"), "video/mp4"),
    "3gp": (box(b"3gp4"), "video/3gpp"),
    "text": ("Gaji Rp 15 juta — berangkat besok\n".encode(), "text/plain"),
    "text with a mark": (b"\xef\xbb\xbfhalo", "text/plain"),
    "text cut within a letter": (b"x" * (HEAD_BYTES - 1) + b"\xc3", "text/plain"),
}  # fmt: skip
REFUSED = {
    "nothing": (b"", Reason.DAMAGED),
    "docx": (samples.DOCX, Reason.KIND),
    "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), Reason.KIND),
    "zip": (b"PK\x03\x04" + bytes(500), Reason.KIND),
    "a program": (b"MZ\x90\x00" + bytes(500), Reason.KIND),
    "an app": (b"PK\x03\x04" + b"AndroidManifest.xml" + bytes(400), Reason.KIND),
    "a page": (b"<!DOCTYPE html><script>alert(1)</script>", Reason.KIND),
    "a page after a mark": (b"\xef\xbb\xbf \n<html>", Reason.KIND),
    "a drawing": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Reason.KIND),
    "heic": (box(b"heic"), Reason.KIND),
    "avif": (box(b"avif"), Reason.KIND),
    "an elf": (b"\x7fELF" + bytes(100), Reason.KIND),
    "spaces": (b"   \n", Reason.KIND),
    "a contact card": (b"BEGIN:VCARD\r\nTEL:+6281200000001\r\n", Reason.CONTACT),
    "a contact card in small letters": (b"\xef\xbb\xbfbegin:vcard\n", Reason.CONTACT),
    "riff that is no picture": (b"RIFF\x00\x00\x00\x00WAVEfmt ", Reason.KIND),
    "tiff": (b"II*\x00" + bytes(100), Reason.KIND),
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_file_is_known_by_its_first_bytes(name: str) -> None:
    content, media_type = KNOWN[name]
    assert sniff(content[:HEAD_BYTES]) == media_type


@pytest.mark.parametrize("name", REFUSED)
def test_what_staff_cannot_open_safely_is_refused(name: str) -> None:
    content, reason = REFUSED[name]
    with pytest.raises(Refused) as refused:
        sniff(content[:HEAD_BYTES])
    assert refused.value.reason is reason


def test_every_picture_that_is_known_can_be_cleaned() -> None:
    from bot.attachments.images import _DECODERS

    assert set(_DECODERS) == sniffing.IMAGES


@given(st.binary(max_size=HEAD_BYTES))
def test_whatever_comes_is_known_or_refused(head: bytes) -> None:
    try:
        assert "/" in sniff(head)
    except Refused:
        pass


_MAGIC = st.sampled_from([content[:16] for content, _ in (*KNOWN.values(), *REFUSED.values())])


@given(_MAGIC, st.binary(max_size=64))
def test_whatever_follows_a_known_beginning_is_known_or_refused(begin: bytes, rest: bytes) -> None:
    try:
        assert "/" in sniff(begin + rest)
    except Refused:
        pass


@pytest.mark.parametrize("later", [b"\x00", b"\xff\xfe", b"\x1b[2J"])
def test_a_text_that_turns_into_something_else_is_refused(later: bytes) -> None:
    check = TextCheck()
    check.feed(b"halo " * 1000)
    with pytest.raises(Refused):
        check.feed(later, is_last=True)


def test_a_letter_may_be_cut_between_two_pieces_but_not_at_the_end() -> None:
    check = TextCheck()
    check.feed("é".encode()[:1])
    check.feed("é".encode()[1:])
    check.feed("é".encode()[:1])
    with pytest.raises(Refused):
        check.feed(b"", is_last=True)
