"""Pictures made anew: the same to the eye, without where, when and with what they were taken.

Nothing of the old file is copied but its pixels. A picture is decoded only when its head says
that it is small enough.
"""

from __future__ import annotations

import io
import math

from PIL import Image

from bot.attachments.refusal import MAX_BYTES, Reason, Refused
from bot.attachments.sniffing import GIF, JPEG, PNG, WEBP

RESULT = JPEG
MAX_PIXELS = 40_000_000
# Pillow's decoders of these hold the picture several times over.
MAX_PIXELS_OF = {WEBP: 16_000_000, GIF: 16_000_000}

LONGEST_SIDE = 2560
# A long screenshot of a chat stays readable: it is not made narrower than this ...
NARROWEST = 1080
# ... unless it is longer than this.
VERY_LONGEST_SIDE = 16_000

QUALITIES = (85, 50)

# Of the smaller picture, made at a time.
BAND_ROWS = 128
# So many pixels around one take part in it (Lanczos).
_REACH = 3

_DECODERS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", GIF: "GIF"}
# EXIF 2.3, tag Orientation.
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def remake(raw: bytes, media_type: str) -> bytes:
    """A JPEG that looks the same; of a moving picture the first frame.

    For `workshop`, which runs it in a process of its own.

    Args:
        raw: The file.
        media_type: What `sniffing.sniff` found, one of `IMAGES`.

    Raises:
        Refused: It has too many pixels, or does not decode.
    """
    try:
        return _remake(raw, media_type)
    except Refused:
        raise
    except (MemoryError, Image.DecompressionBombError):
        raise Refused(Reason.PIXELS) from None
    except Exception:
        # Decoders that are fed anything raise anything.
        raise Refused(Reason.DAMAGED) from None


def _remake(raw: bytes, media_type: str) -> bytes:
    most = MAX_PIXELS_OF.get(media_type, MAX_PIXELS)
    if media_type == WEBP:
        # Pillow makes room for all of a WebP when it opens it.
        _refuse_above(most, _webp_size(raw))
    with Image.open(io.BytesIO(raw), formats=[_DECODERS[media_type]]) as picture:
        _refuse_above(most, picture.size)
        turn = _UPRIGHT.get(_orientation(picture))
        size = _smaller(picture.size)
        # A JPEG is decoded no larger than it is needed.
        picture.draft(None, size)
        shown = _shrunk(picture, size)
    if turn is not None:
        shown = shown.transpose(turn)
    return _encoded(shown)


def _refuse_above(most: int, size: tuple[int, int]) -> None:
    if size[0] * size[1] > most:
        raise Refused(Reason.PIXELS)


def _webp_size(raw: bytes) -> tuple[int, int]:
    """Width and height from the first chunk (RFC 9649)."""
    kind, chunk = raw[12:16], raw[20:30]
    if len(chunk) < 10:
        raise Refused(Reason.DAMAGED)
    if kind == b"VP8X":
        return (1 + int.from_bytes(chunk[4:7], "little"), 1 + int.from_bytes(chunk[7:10], "little"))
    if kind == b"VP8L":
        bits = int.from_bytes(chunk[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = (int.from_bytes(chunk[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        return width, height
    raise Refused(Reason.DAMAGED)


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:
        # The picture is worth more than what is said of it.
        return 1


def _smaller(size: tuple[int, int]) -> tuple[int, int]:
    short, long = sorted(size)
    factor = min(1.0, max(LONGEST_SIDE / long, NARROWEST / short), VERY_LONGEST_SIDE / long)
    width, height = (max(1, round(side * factor)) for side in size)
    return width, height


def _shrunk(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A new picture of this size that has no memory of the old one.

    Made in bands, because every step holds a copy of what it is given.
    """
    shown = Image.new("RGB", size, "white")
    width, height = picture.size
    factor = height / size[1]
    margin = math.ceil(_REACH * factor) + 1
    for top in range(0, size[1], BAND_ROWS):
        bottom = min(top + BAND_ROWS, size[1])
        first = max(0, math.floor(top * factor) - margin)
        last = min(height, math.ceil(bottom * factor) + margin)
        band = _flat(picture.crop((0, first, width, last)))
        end = min(bottom * factor - first, band.height)
        box = (0, top * factor - first, width, end)
        rows = (size[0], bottom - top)
        shown.paste(band.resize(rows, Image.Resampling.LANCZOS, box=box), (0, top))
    return shown


def _flat(picture: Image.Image) -> Image.Image:
    """In plain colours; what is clear is white."""
    if picture.mode.startswith("I"):
        # 16 bits a pixel, as scanners write.
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    elif picture.mode == "P" and "transparency" in picture.info:
        picture = picture.convert("RGBA")
    if picture.mode not in ("RGBA", "LA", "PA"):
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture)
    return flat


def _encoded(picture: Image.Image) -> bytes:
    for quality in QUALITIES:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality)
        if out.tell() <= MAX_BYTES:
            return out.getvalue()
    raise Refused(Reason.PIXELS)
