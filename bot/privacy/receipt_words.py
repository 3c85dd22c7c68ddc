"""The thousand words in which a receipt can be said, and how mistyped ones are read.

A word stands for three digits: the number of its line, counted from 000. Receipts of the
field were written down with these words, so a word keeps its line for ever.
"""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import OSA

from bot.settings import PROJECT_ROOT

WORDS_FILE = PROJECT_ROOT / "nlu_data" / "lookup" / "kata_resi.txt"


@lru_cache(maxsize=1)
def words() -> tuple[str, ...]:
    """The words in the order of their numbers."""
    return tuple(WORDS_FILE.read_text("utf-8").split())


@lru_cache(maxsize=1)
def numbers() -> dict[str, int]:
    return {word: number for number, word in enumerate(words())}


def nearest(typed: str, among: range) -> int | None:
    """The number of the one word that is a single typing error away from `typed`.

    A typing error is a letter too many, too few or wrong, or two that changed places.

    Args:
        among: The numbers that may be meant.

    Returns:
        None when no word is so near, or more than one.
    """
    near = [n for n in among if OSA.distance(typed, words()[n], score_cutoff=1) <= 1]
    return near[0] if len(near) == 1 else None
