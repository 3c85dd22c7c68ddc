"""The sentences of an answer that hold what a short follow-up asks for.

Nobody wants the same long answer twice: "berapa biayanya?" gets its sentences about money.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import yaml

from bot.settings import PROJECT_ROOT

DETAILS_FILE = PROJECT_ROOT / "nlu_data" / "lookup" / "rincian.yml"
MOST_SENTENCES = 3

_LIST_MARK = re.compile(r"^(?:-|\d+\.) ")
_SENTENCE_END = re.compile(r"(?<=[.!?]) ")
_SOURCE = "Dasarnya:"


def detail(answer: str, question: str) -> str | None:
    """Up to three sentences of `answer` that hold what `question` asks about; None without any."""
    asked = [aspect for aspect in _aspects() if aspect.asked.search(question.lower())]
    if not asked:
        return None
    found = [
        sentence
        for line in answer.splitlines()
        if not line.startswith(_SOURCE)
        for sentence in _SENTENCE_END.split(_LIST_MARK.sub("", line))
        if any(aspect.is_told_by(sentence.lower()) for aspect in asked)
    ]
    return "\n".join(found[:MOST_SENTENCES]) or None


@dataclass(frozen=True)
class _Aspect:
    """What may be asked, and by which words a sentence is known that answers it."""

    asked: re.Pattern[str]
    told: re.Pattern[str]
    not_told: re.Pattern[str] | None

    def is_told_by(self, sentence: str) -> bool:
        is_about_else = self.not_told is not None and self.not_told.search(sentence)
        return not is_about_else and self.told.search(sentence) is not None


@lru_cache(maxsize=1)
def _aspects() -> list[_Aspect]:
    data = yaml.safe_load(DETAILS_FILE.read_text("utf-8"))
    return [
        _Aspect(
            _words(said["ditanya"]),
            _words(said["dijawab"]),
            _words(said["bukan"]) if "bukan" in said else None,
        )
        for said in data.values()
    ]


def _words(listed: str) -> re.Pattern[str]:
    patterns = (_pattern(word) for word in listed.split())
    # "biayanyo" and "biayane" ask like "biayanya".
    return re.compile(rf"\b(?:{'|'.join(patterns)})(?:ny[ao]|ne)?\b")


def _pattern(word: str) -> str:
    escaped = re.escape(word).replace(r"\*", r"\w*").replace("_", r"\s+")
    # Not the 24 of "24 jam".
    return re.sub(r"(?<!\d)0(?!\d)", r"\\+?\\d[\\d.-]*", escaped)
