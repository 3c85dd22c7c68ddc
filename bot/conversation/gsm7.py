"""How long a text is as an SMS (3GPP TS 23.038).

An SMS of the GSM-7 alphabet holds 160 characters, one with any other character 70. Longer
texts travel in segments that each give a few characters away to be put together again.
"""

from __future__ import annotations

ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Sent as an escape and a second character.
EXTENSION = frozenset("^{}\\[~]|€\f")

SINGLE, PART = 160, 153
UCS2_SINGLE, UCS2_PART = 70, 67

# Typographic characters cost a text more than half of its room and are read as these.
_PLAIN = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-",
        "\u2026": "...", "\u2022": "-", "\u00a0": " ", "\u2011": "-", "\u00b7": "-", "\t": " ",
    }
)  # fmt: skip


def plain(text: str) -> str:
    """`text` with typographic characters as GSM-7 has them."""
    return text.translate(_PLAIN)


def segments(text: str) -> int:
    """How many SMS a text takes."""
    if set(text) <= ALPHABET | EXTENSION:
        return _gsm7_segments(text)
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= UCS2_SINGLE else _ucs2_parts(text)


def _gsm7_segments(text: str) -> int:
    sizes = [2 if character in EXTENSION else 1 for character in text]
    return 1 if sum(sizes) <= SINGLE else _parts(sizes, PART)


def _ucs2_parts(text: str) -> int:
    return _parts([2 if ord(character) > 0xFFFF else 1 for character in text], UCS2_PART)


def _parts(sizes: list[int], room: int) -> int:
    """The parts that characters of these sizes fill; none is torn between two parts."""
    count, used = 1, 0
    for size in sizes:
        if used + size > room:
            count, used = count + 1, 0
        used += size
    return count
