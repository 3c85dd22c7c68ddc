"""The sentences of an answer that hold what a short follow-up asks for.

Nobody wants the same long answer twice: "berapa biayanya?" gets its sentences about money, or
the topic that tells it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import yaml

from bot.settings import PROJECT_ROOT

DETAILS_FILE = PROJECT_ROOT / "nlu_data" / "lookup" / "rincian.yml"
TOPICS_DIR = PROJECT_ROOT / "nlu_data" / "faq"
MOST_SENTENCES = 3

_LIST_MARK = re.compile(r"^(?:-|\d+\.) ")
_SENTENCE_END = re.compile(r"(?<=[.!?]) ")
_SOURCE = "Dasarnya:"


def detail(answer: str, question: str) -> str | None:
    """Up to three sentences of `answer` that hold what `question` asks about; None without any."""
    asked = _asked(question)
    found = [
        sentence
        for line in answer.splitlines()
        if not line.startswith(_SOURCE)
        for sentence in _SENTENCE_END.split(_LIST_MARK.sub("", line))
        if any(aspect.is_told_by(sentence.lower()) for aspect in asked)
    ]
    return "\n".join(found[:MOST_SENTENCES]) or None


def topic_that_tells(question: str, last: str) -> str | None:
    """The topic that tells what `question` asks after the answer of `last`, if another does."""
    for aspect in _asked(question):
        for topic, after in aspect.elsewhere.items():
            if topic != last and not after.isdisjoint((last, _area(last))):
                return topic
    return None


def asks_for_detail(question: str) -> bool:
    """Whether a question asks for something that an answer may well not hold."""
    return bool(_asked(question))


@dataclass(frozen=True)
class _Aspect:
    """What may be asked, and by which words a sentence is known that answers it.

    `elsewhere` names the topics that tell it, each with the topics and areas after which.
    """

    asked: re.Pattern[str]
    unless: re.Pattern[str] | None
    told: re.Pattern[str]
    not_told: re.Pattern[str] | None
    elsewhere: Mapping[str, frozenset[str]]

    def is_asked_by(self, question: str) -> bool:
        is_taken_back = self.unless is not None and self.unless.search(question)
        return not is_taken_back and self.asked.search(question) is not None

    def is_told_by(self, sentence: str) -> bool:
        is_about_else = self.not_told is not None and self.not_told.search(sentence)
        return not is_about_else and self.told.search(sentence) is not None


def _asked(question: str) -> list[_Aspect]:
    return [aspect for aspect in _aspects() if aspect.is_asked_by(question.lower())]


@cache
def _area(topic: str) -> str | None:
    """The area of the catalogue that a topic stands in: the folder of its file."""
    return next((path.parent.name for path in TOPICS_DIR.glob(f"*/{topic}.yml")), None)


@lru_cache(maxsize=1)
def _aspects() -> list[_Aspect]:
    data = yaml.safe_load(DETAILS_FILE.read_text("utf-8"))
    return [
        _Aspect(
            _words(said["ditanya"]),
            _words(said["kecuali"]) if "kecuali" in said else None,
            _words(said["dijawab"]),
            _words(said["bukan"]) if "bukan" in said else None,
            {name: frozenset(after) for name, after in said.get("di_topik_lain", {}).items()},
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
