"""What a file really is, by its first bytes; what the provider or its name says counts nothing.

Only what staff can look at without danger is known here: no office documents, no archives,
no programs, no web pages.
"""

from __future__ import annotations

import codecs

from bot.attachments.refusal import Reason, Refused

# So many bytes tell every kind apart.
HEAD_BYTES = 512

JPEG, PNG, WEBP, GIF = "image/jpeg", "image/png", "image/webp", "image/gif"
PDF = "application/pdf"
OGG, MP3, M4A, AAC, AMR = "audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr"
MP4, THREE_GP = "video/mp4", "video/3gpp"
TEXT = "text/plain"

IMAGES = frozenset({JPEG, PNG, WEBP, GIF})

_BEGINNINGS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
    (b"OggS\x00", OGG),
    (b"ID3", MP3),
    (b"#!AMR\n", AMR),
    (b"#!AMR-WB\n", AMR),
)
# ISO/IEC 14496-12: the brand after "ftyp". HEIC, AVIF and QuickTime have brands of their own.
_BRANDS = (
    ((b"M4A", b"M4B"), M4A),
    ((b"3gp", b"3gr", b"3gs", b"3ge", b"3gg", b"3g2"), THREE_GP),
    ((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V", b"dash",
      b"MSNV", b"mmp4"), MP4),
)  # fmt: skip
_CARD = "begin:vcard"
# Tab, line feed, carriage return, and what simple phones leave in a text.
_IN_TEXTS = frozenset("\t\n\r\x0c\ufeff")


def sniff(head: bytes) -> str:
    """The media type of a file that begins with `head`: `HEAD_BYTES`, or all of a shorter one.

    Raises:
        Refused: It is empty, a contact card, or not a kind that is known here.
    """
    if not head:
        raise Refused(Reason.DAMAGED)
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    found = _riff(head) or _boxes(head) or _frames(head) or _text(head)
    if found is None:
        raise Refused(Reason.KIND)
    return found


def _riff(head: bytes) -> str | None:
    return WEBP if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def _boxes(head: bytes) -> str | None:
    if head[4:8] != b"ftyp":
        return None
    for brands, kind in _BRANDS:
        if head[8:12].startswith(brands):
            return kind
    return None


def _frames(head: bytes) -> str | None:
    """MP3 without a tag, or AAC: the header of a frame (ISO/IEC 11172-3, 13818-7)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    layer, version = head[1] >> 1 & 3, head[1] >> 3 & 3
    if layer == 0:
        return AAC if head[1] & 0xF0 == 0xF0 and head[2] >> 2 & 15 < 13 else None
    has_rates = head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3
    return MP3 if layer == 1 and version != 1 and has_rates else None


def _text(head: bytes) -> str | None:
    try:
        # The last letter may be cut.
        words = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None
    beginning = words.lstrip("\ufeff \t\r\n").lower()
    if beginning.startswith(_CARD):
        raise Refused(Reason.CONTACT)
    # A page or a drawing (HTML, SVG) can do more than be read.
    is_page = beginning.startswith("<")
    return None if is_page or not beginning or _has_controls(words) else TEXT


def _has_controls(words: str) -> bool:
    return any(not (sign >= " " or sign in _IN_TEXTS) or sign == "\x7f" for sign in words)


class TextCheck:
    """Makes sure that all of a text is one, not only its head."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def feed(self, piece: bytes, *, is_last: bool = False) -> None:
        """Takes the next bytes.

        Raises:
            Refused: They are no text.
        """
        try:
            words = self._decoder.decode(piece, is_last)
        except UnicodeDecodeError:
            raise Refused(Reason.KIND) from None
        if _has_controls(words):
            raise Refused(Reason.KIND)
