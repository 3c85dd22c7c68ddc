"""A decoder that goes wrong harms nobody but the picture."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image

from bot.attachments import workshop
from bot.attachments.refusal import Reason, Refused
from bot.attachments.sniffing import JPEG, PNG
from bot.settings import PROJECT_ROOT
from tests.bot.attachments import samples

# In place of `workshop`, so that the process does something else.
INSTEAD = "tests.bot.attachments.broken_workshop"


def _reason(raw: bytes, media_type: str) -> Reason:
    with pytest.raises(Refused) as refused:
        workshop.clean(raw, media_type)
    return refused.value.reason


def test_a_picture_comes_back_made_anew() -> None:
    made = workshop.clean(samples.photo_that_tells(6), JPEG)
    assert Image.open(io.BytesIO(made)).size == (480, 640)
    assert [word for word in samples.PLANTED if word in made] == []


def test_the_largest_picture_that_is_allowed_fits_into_its_memory() -> None:
    raw = samples.encoded(samples.picture((6_320, 6_320), "RGBA"), "PNG")
    assert Image.open(io.BytesIO(workshop.clean(raw, PNG))).size == (2_560, 2_560)


def test_the_reason_comes_back() -> None:
    assert _reason(samples.png_bomb(60_000, 60_000), PNG) is Reason.PIXELS
    assert _reason(samples.photo_that_tells()[:3_000], JPEG) is Reason.DAMAGED


@pytest.mark.parametrize("what", ["crashes", "dies", "hangs"])
def test_a_decoder_that_breaks_costs_the_picture_only(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop, "MODULE", INSTEAD)
    monkeypatch.setattr(workshop, "SECONDS", 2.0)
    assert _reason(b"", what) is Reason.DAMAGED


@pytest.mark.parametrize("what", ["takes memory", "writes a file", "looks around"])
def test_a_decoder_that_was_taken_over_has_little_to_take(
    what: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("SULUH_TWILIO_AUTH_TOKEN", "rahasia")
    monkeypatch.setattr(workshop, "MODULE", INSTEAD)
    assert workshop.clean(str(tmp_path).encode(), what) == b"nothing"


def test_it_needs_nothing_that_takes_long_to_import() -> None:
    heavy = "{'rasa', 'sqlalchemy', 'numpy', 'telegram', 'twilio', 'nacl'}"
    code = f"import sys, bot.attachments.images; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT).returncode == 0
