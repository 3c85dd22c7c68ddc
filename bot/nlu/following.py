"""Questions that lean on the answer before: "kalau ke Taiwan?", "berapa biayanya?", "terus?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot import lexicon

# Longer questions say by themselves what they are about.
LONGEST = 7
_OWNED = re.compile(r"\w{3,}ny[ao]")


def is_short(words: Sequence[str]) -> bool:
    """Whether these words (lower case) are few enough to be a follow-up at all."""
    return 0 < len(without_address(words)) <= LONGEST


def points_back(words: Sequence[str]) -> bool:
    """Whether the words themselves point at what was said: "biayanya", "itu", "berapa lama".

    Not those that suppose something else ("kalau tetangga sendiri"): they name their subject.
    """
    said = without_address(words)
    if not said or supposes(words):
        return False
    return (
        said[0] in lexicon.words("penyambung")
        or any(_is_owned(word) for word in said)
        or any(word in lexicon.words("penunjuk") for word in said)
        or all(word in lexicon.words("tanya_pendek") for word in said)
    )


def asks_to_go_on(words: Sequence[str]) -> bool:
    """ "terus?", "lalu gimana kak": nothing but the wish to hear more."""
    said = without_address(words)
    return 0 < len(said) <= LONGEST and all(word in lexicon.words("lanjut") for word in said)


def _is_owned(word: str) -> bool:
    """ "biayanya" asks about something that was said; "biasanya" does not."""
    return _OWNED.fullmatch(word) is not None and word not in lexicon.words("bukan_milik")


def supposes(words: Sequence[str]) -> bool:
    """ "kalau tetangga sendiri": supposes something else than what was said."""
    said = without_address(words)
    return bool(said) and said[0] in lexicon.words("pengandai")


def asks(words: Sequence[str]) -> bool:
    """ "kenapa gitu": holds a question word."""
    return not lexicon.words("kata_tanya").isdisjoint(words)


def wonders(words: Sequence[str]) -> bool:
    """ "boleh emang": more than one word, and one that asks or makes sure."""
    makes_sure = not lexicon.words("memastikan_akhir").isdisjoint(words)
    return len(words) > 1 and (asks(words) or makes_sure)


def without_address(words: Sequence[str]) -> list[str]:
    """The words without those by which people address somebody."""
    return [word for word in words if word not in lexicon.words("sapaan")]
