"""The paragraph of an answer that speaks of what a message says.

"kata agen potong gaji 9 bulan" after the answer on Taiwan gets its paragraph about deductions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

# Two words mean alike when they share so many letters in a row: "ngancam" and "diancam".
SHARED_LETTERS = 5
# A word in a larger share of all paragraphs says nothing about one of them: "kerja", "orang".
COMMON_FROM = 0.02

_WORD = re.compile(r"[^\W\d_]{5,}")
_SOURCE = "Dasarnya:"


class Passages:
    """Finds paragraphs, knowing all answers: what they all say tells nothing."""

    def __init__(self, answers: Iterable[str]) -> None:
        paragraphs = [part for answer in answers for part in _paragraphs(answer)]
        counts = Counter(word for part in paragraphs for word in set(_words(part)))
        self._common = {n for n, count in counts.items() if count > COMMON_FROM * len(paragraphs)}

    def find(self, answer: str, message: str) -> str | None:
        """The one paragraph of `answer` that shares a telling word with `message`, if it is one.

        The first is left out: it answers the question of its topic.
        """
        said = [word for word in _words(message) if word not in self._common]
        speaking = [part for part in _paragraphs(answer)[1:] if self._speaks_of(part, said)]
        return speaking[0] if len(speaking) == 1 else None

    def _speaks_of(self, paragraph: str, said: list[str]) -> bool:
        telling = [word for word in _words(paragraph) if word not in self._common]
        return any(_alike(word, other) for word in telling for other in said)


def _paragraphs(answer: str) -> list[str]:
    return [part for part in answer.split("\n\n") if not part.startswith(_SOURCE)]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _alike(one: str, other: str) -> bool:
    starts = range(len(one) - SHARED_LETTERS + 1)
    return any(one[start : start + SHARED_LETTERS] in other for start in starts)
