"""The sentences of an answer that hold what a short follow-up asks for.

Nobody wants the same long answer twice: "berapa biayanya?" gets its sentences about money.
"""

from __future__ import annotations

import re
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
    asked = [answered for ask, answered in _aspects() if ask.search(question.lower())]
    if not asked:
        return None
    found = [
        sentence
        for line in answer.splitlines()
        if not line.startswith(_SOURCE)
        for sentence in _SENTENCE_END.split(_LIST_MARK.sub("", line))
        if any(answered.search(sentence.lower()) for answered in asked)
    ]
    return "\n".join(found[:MOST_SENTENCES]) or None


@lru_cache(maxsize=1)
def _aspects() -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    """What is asked and what answers it, one pair an aspect."""
    data = yaml.safe_load(DETAILS_FILE.read_text("utf-8"))
    return [(_words(said["ditanya"]), _words(said["dijawab"])) for said in data.values()]


def _words(listed: str) -> re.Pattern[str]:
    patterns = (re.escape(word).replace(r"\*", r"\w*") for word in listed.split())
    # "biayanyo" and "biayane" ask like "biayanya".
    return re.compile(rf"\b(?:{'|'.join(patterns)})(?:ny[ao]|ne)?\b")
