"""The questions of the quiz, from `nlu_data/kuis/soal.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from bot.knowledge.facts import fill, placeholders
from bot.settings import PROJECT_ROOT

QUESTIONS_FILE = PROJECT_ROOT / "nlu_data" / "kuis" / "soal.yml"
LETTERS = "ABC"


@dataclass(frozen=True)
class Question:
    """One question with its three options.

    Attributes:
        topic: The topic that explains it.
        right: Position of the right option, from 0.
        reason: Why it is right, said after each answer.
        in_lesson: One of the fixed set that is asked before and after a lesson.
    """

    id: str
    topic: str
    text: str
    options: tuple[str, ...]
    right: int
    reason: str
    in_lesson: bool

    @property
    def right_letter(self) -> str:
        return LETTERS[self.right]


@lru_cache(maxsize=1)
def questions() -> Mapping[str, Question]:
    """Every question by its id, in the order of the file, facts filled in."""
    return {question.id: question for question in read(QUESTIONS_FILE)}


def read(path: Path) -> list[Question]:
    """Reads a file of questions."""
    facts = placeholders()
    return [
        Question(
            id=entry["id"],
            topic=entry["topic"],
            text=fill(entry["tanya"], facts),
            options=tuple(fill(str(option), facts) for option in entry["pilihan"]),
            right=entry["benar"] - 1,
            reason=fill(entry["sebab"], facts),
            in_lesson=entry.get("penyuluhan", False),
        )
        for entry in yaml.safe_load(path.read_text("utf-8"))["soal"]
    ]
