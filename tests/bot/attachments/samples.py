"""Files as phones and cameras make them, and files that pretend to be such."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

# Where a picture was taken, and by whom: it must not survive.
PLANTED = (b"RAHASIA", b"Kamera Contoh", b"Ani Contoh", b"-3.79", b"GPS")


def picture(size: tuple[int, int] = (640, 480), mode: str = "RGB") -> Image.Image:
    """White, with a red mark in the upper left corner."""
    made = Image.new("RGB", size, "white")
    ImageDraw.Draw(made).rectangle((0, 0, size[0] // 4, size[1] // 4), fill=(220, 20, 20))
    return made.convert(mode)


def encoded(made: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    made.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    """With a place, a camera and a name."""
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010F] = "Kamera Contoh"
    made[0x013B] = "Ani Contoh"
    made[0x9286] = "RAHASIA"
    gps = made.get_ifd(0x8825)
    gps.update({0: b"\x02\x03\x00\x00", 1: "S", 2: (3.0, 47.0, 28.0), 29: "RAHASIA GPS -3.79"})
    made[0x8825] = gps
    return made


def profile() -> bytes:
    """A colour profile with a name in it."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    return bytes(made) + b"RAHASIA profil"


def photo_that_tells(orientation: int = 1) -> bytes:
    """A JPEG with EXIF, GPS, XMP, a colour profile and a comment."""
    return encoded(
        picture(),
        exif=exif(orientation).tobytes(),
        xmp=b"<x:xmpmeta>RAHASIA xmp -3.79</x:xmpmeta>",
        icc_profile=profile(),
        comment=b"RAHASIA komentar",
    )


def png_that_tells() -> bytes:
    told = PngInfo()
    told.add_text("Author", "Ani Contoh")
    told.add_itxt("XML:com.adobe.xmp", "RAHASIA xmp -3.79")
    return encoded(picture(), "PNG", pnginfo=told, exif=exif().tobytes(), icc_profile=profile())


def webp_that_tells() -> bytes:
    return encoded(
        picture(), "WEBP", exif=exif().tobytes(), xmp=b"RAHASIA xmp", icc_profile=profile()
    )


def png_bomb(width: int, height: int) -> bytes:
    """A few bytes that claim to be so many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    chunks = [(b"IHDR", head), (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def gif_bomb(width: int, height: int) -> bytes:
    made = bytearray(encoded(picture((8, 8)), "GIF"))
    made[6:10] = struct.pack("<HH", width, height)
    return bytes(made)


def webp_bomb(width: int, height: int) -> bytes:
    body = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def jpeg_bomb(width: int, height: int) -> bytes:
    made = bytearray(encoded(picture((8, 8))))
    at = made.index(b"\xff\xc0") + 5
    made[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(made)


def box(brand: bytes) -> bytes:
    """The beginning of a file of the family of MP4."""
    return struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + b"isom" + brand + bytes(64)


PDF = b"%PDF-1.7\n" + b"1 0 obj << /Type /Catalog >> endobj\n" * 40 + b"%%EOF\n"
OGG = b"OggS\x00\x02" + bytes(22) + b"\x01\x13OpusHead" + bytes(2_000)
DOCX = b"PK\x03\x04\x14\x00\x06\x00" + bytes(18) + b"[Content_Types].xml" + bytes(500)
