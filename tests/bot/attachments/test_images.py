"""A picture keeps what it shows and loses what it tells."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from bot.attachments import images
from bot.attachments.refusal import MAX_BYTES, Reason, Refused
from bot.attachments.sniffing import GIF, JPEG, PNG, WEBP
from tests.bot.attachments import samples
from tests.bot.attachments.samples import PLANTED, encoded, exif, picture


def _opened(cleaned: bytes) -> Image.Image:
    made = Image.open(io.BytesIO(cleaned))
    assert made.format == "JPEG"
    made.load()
    return made


def _is_red(pixel: Any) -> bool:
    red, green, blue = pixel
    return bool(red > 180 and green < 80 and blue < 80)


@pytest.mark.parametrize(
    ("raw", "media_type"),
    [
        (samples.photo_that_tells(), JPEG),
        (samples.png_that_tells(), PNG),
        (samples.webp_that_tells(), WEBP),
        (encoded(picture(), "GIF", comment=b"RAHASIA komentar"), GIF),
    ],
    ids=["jpeg", "png", "webp", "gif"],
)
def test_nothing_of_where_when_and_who_survives(raw: bytes, media_type: str) -> None:
    assert b"RAHASIA" in raw or b"Ani Contoh" in raw
    cleaned = images.remake(raw, media_type)
    assert [word for word in PLANTED if word in cleaned] == []
    made = _opened(cleaned)
    assert made.size == (640, 480)
    assert dict(made.getexif()) == {}
    assert set(made.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    # No application segment but JFIF's own, and no comment.
    assert [mark for mark in range(0xE1, 0xF0) if bytes([0xFF, mark]) in cleaned[:200]] == []
    assert b"\xff\xfe" not in cleaned[:200]
    assert _is_red(made.getpixel((20, 20)))
    assert made.getpixel((600, 400)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(1, "upper left"), (2, "upper right"), (3, "lower right"), (4, "lower left"),
     (5, "upper left"), (6, "upper right"), (7, "lower right"), (8, "lower left")],
)  # fmt: skip
def test_a_picture_stands_upright(orientation: int, corner: str) -> None:
    made = _opened(images.remake(samples.photo_that_tells(orientation), JPEG))
    assert made.size == ((640, 480) if orientation < 5 else (480, 640))
    x = 10 if "left" in corner else made.width - 10
    y = 10 if "upper" in corner else made.height - 10
    assert _is_red(made.getpixel((x, y)))


def test_a_damaged_note_about_a_picture_does_not_cost_the_picture() -> None:
    raw = encoded(picture(), exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\xff" * 40)
    assert _opened(images.remake(raw, JPEG)).size == (640, 480)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((4000, 3000), (2560, 1920)), ((3000, 4000), (1920, 2560)), ((2560, 100), (2560, 100)),
     # A long screenshot stays readable, within reason.
     ((1080, 9000), (1080, 9000)), ((1440, 12000), (1080, 9000)), ((500, 32000), (250, 16000))],
)  # fmt: skip
def test_a_large_picture_is_made_smaller(size: tuple[int, int], expected: tuple[int, int]) -> None:
    made = _opened(images.remake(encoded(picture(size)), JPEG))
    assert made.size == expected
    assert _is_red(made.getpixel((5, 5)))


@pytest.mark.parametrize("size", [(3_333, 2_777), (1_100, 9_999)])
def test_a_picture_that_is_made_in_bands_shows_no_seams(size: tuple[int, int]) -> None:
    made = Image.effect_noise(size, 90).convert("RGB")
    smaller = images._smaller(size)
    whole = made.resize(smaller, Image.Resampling.LANCZOS)
    difference = ImageChops.difference(images._shrunk(made, smaller), whole)
    assert not difference.point(lambda value: value > 1).getbbox()


def test_of_a_moving_picture_the_first_frame_is_kept() -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue", "green")]
    for kind, media_type in (("GIF", GIF), ("WEBP", WEBP), ("PNG", PNG)):
        raw = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
        made = _opened(images.remake(raw, media_type))
        assert _is_red(made.getpixel((20, 15))), kind


def test_what_is_clear_becomes_white() -> None:
    made = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    for kind, media_type in (("PNG", PNG), ("WEBP", WEBP), ("GIF", GIF)):
        cleaned = images.remake(encoded(made, kind), media_type)
        assert _opened(cleaned).getpixel((20, 15)) == (255, 255, 255), kind


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_way_of_keeping_colours_is_understood(mode: str) -> None:
    made = Image.new("I;16", (64, 48), 40_000) if mode == "I;16" else picture((64, 48), mode)
    shown = _opened(images.remake(encoded(made, "PNG"), PNG))
    assert shown.size == (64, 48)
    pixel: Any = shown.getpixel((60, 40))
    assert (140 < pixel[0] < 170) if mode == "I;16" else pixel[0] > 250


def test_a_picture_in_the_colours_of_a_press_is_understood() -> None:
    shown = _opened(images.remake(encoded(picture().convert("CMYK")), JPEG))
    assert _is_red(shown.getpixel((20, 20)))


@pytest.mark.parametrize(
    ("raw", "media_type"),
    [
        (samples.png_bomb(60_000, 60_000), PNG),
        (samples.png_bomb(6_400, 6_400), PNG),
        (samples.jpeg_bomb(60_000, 60_000), JPEG),
        (samples.jpeg_bomb(6_400, 6_400), JPEG),
        (samples.gif_bomb(60_000, 60_000), GIF),
        (samples.gif_bomb(4_100, 4_000), GIF),
        (samples.webp_bomb(16_000_000, 16_000_000), WEBP),
        (samples.webp_bomb(4_100, 4_000), WEBP),
    ],
    ids=["png", "small png", "jpeg", "small jpeg", "gif", "small gif", "webp", "small webp"],
)
def test_a_picture_of_too_many_pixels_is_refused_without_decoding_it(
    raw: bytes, media_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[object] = []
    for owner, name in ((images, "_shrunk"), (Image.Image, "load")):
        monkeypatch.setattr(owner, name, lambda *_, **__: decoded.append(1))
    if media_type == WEBP:
        monkeypatch.setattr(Image, "open", lambda *_, **__: decoded.append(1))
    with pytest.raises(Refused) as refused:
        images.remake(raw, media_type)
    assert refused.value.reason is Reason.PIXELS
    assert decoded == []


@pytest.mark.parametrize("lossless", [True, False])
def test_the_size_of_a_webp_is_read_as_its_decoder_reads_it(lossless: bool) -> None:
    for size in ((1, 1), (17, 300), (1000, 3)):
        for made in (picture(size), picture(size, "RGBA")):
            raw = encoded(made, "WEBP", lossless=lossless)
            assert images._webp_size(raw) == size
        assert images._webp_size(encoded(picture(size), "WEBP", exif=exif().tobytes())) == size


@pytest.mark.parametrize("shorten", [lambda raw: raw[: len(raw) // 2], lambda raw: raw[:12]])
@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", JPEG), ("PNG", PNG), ("WEBP", WEBP)])
def test_a_damaged_picture_is_refused(
    shorten: Callable[[bytes], bytes], kind: str, media_type: str
) -> None:
    noise = Image.effect_noise((300, 200), 90)
    with pytest.raises(Refused) as refused:
        images.remake(shorten(encoded(noise, kind)), media_type)
    assert refused.value.reason is Reason.DAMAGED


def test_one_kind_of_picture_is_not_read_as_another() -> None:
    with pytest.raises(Refused):
        images.remake(encoded(picture(), "TIFF"), JPEG)


def test_a_picture_of_nothing_but_noise_fits_all_the_same() -> None:
    noise = Image.effect_noise((3_000, 3_000), 200)
    made = Image.merge("RGB", [noise, noise.rotate(90), noise.rotate(180)])
    assert len(images.remake(encoded(made, quality=80), JPEG)) <= MAX_BYTES


_WHOLE = {
    JPEG: samples.photo_that_tells(6),
    PNG: samples.png_that_tells(),
    WEBP: samples.webp_that_tells(),
    GIF: encoded(picture((64, 48)), "GIF"),
}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(_WHOLE)), st.data())
def test_a_picture_with_any_damage_is_cleaned_or_refused(media_type: str, data: Any) -> None:
    raw = bytearray(_WHOLE[media_type])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(raw) // 2, len(raw)))
    try:
        _opened(images.remake(bytes(raw[:cut]), media_type))
    except Refused:
        pass


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(_WHOLE)), st.binary(max_size=400))
def test_whatever_calls_itself_a_picture_is_refused(media_type: str, rest: bytes) -> None:
    with pytest.raises(Refused):
        images.remake(_WHOLE[media_type][:16] + rest, media_type)
