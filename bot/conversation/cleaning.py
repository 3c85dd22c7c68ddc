"""Takes out of a text what no person means to say."""

from __future__ import annotations

import re
import unicodedata

# Longer than any story that was told in one message; the rest is cut with a word about it.
MAX_TEXT = 10_000

NOTE_TRIMMED = "terpotong"
NOTE_EMPTY = "kosong"
NOTE_NO_WORDS = "tanpa_kata"

# Cc controls (but line breaks and tabs), surrogates, private use, the replacement mark
# that stands for bytes which were not UTF-8, zero-width and text-direction marks.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u3164\uffa0\u17b4\u17b5\u180b-\u180e"
    "\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffd\ud800-\udfff\ue000-\uf8ff]"
)
_ACCENT = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_ACCENTS = re.compile(f"({_ACCENT}{{4}}){_ACCENT}+")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean(raw: str) -> tuple[str, tuple[str, ...]]:
    """Gives the text worth keeping and notes on what was seen.

    Notes: `terpotong` when it was cut at `MAX_TEXT` characters, `kosong` when nothing
    is left, `tanpa_kata` when no letter and no digit is left (emoji, dots).
    """
    # Bounded before anything that costs time per character; room is left for what goes.
    was_long = len(raw) > MAX_TEXT * 4
    text = _UNSEEN.sub("", raw[: MAX_TEXT * 4].replace("\r\n", "\n").replace("\r", "\n"))
    # Normalising takes time with the square of a run of accents: no letter has more than four.
    text = _ACCENTS.sub(r"\1", text)
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    text = _BLANK_LINES.sub("\n\n", text).strip()
    notes: list[str] = []
    if was_long or len(text) > MAX_TEXT:
        text = text[:MAX_TEXT].rstrip()
        notes.append(NOTE_TRIMMED)
    if not text:
        notes.append(NOTE_EMPTY)
    elif not any(character.isalnum() for character in text):
        notes.append(NOTE_NO_WORDS)
    return text, tuple(notes)
