"""One round of the quiz: which questions, how far, how well. Plain data, kept in a slot."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from bot.quiz.questions import Question, questions

FREE, BEFORE, AFTER = "biasa", "sebelum", "sesudah"
STAGES = (FREE, BEFORE, AFTER)
ROUND_SLOT = "kuis"
FREE_LENGTH = 5


@dataclass(frozen=True)
class Round:
    """A round that is going on or over.

    Attributes:
        stage: biasa, or sebelum and sesudah (before and after a lesson).
        asked: Ids of its questions, in order.
        marks: One a question so far: right, wrong, or None when it was skipped.
    """

    stage: str
    asked: tuple[str, ...]
    marks: tuple[bool | None, ...] = ()

    @classmethod
    def start(cls, stage: str, *, avoid: Collection[str] = (), chance: random.Random) -> Round:
        """A new round: the fixed set around a lesson, else five questions by chance.

        Before and after a lesson the same questions stand in another order, so that what
        differs is what was learned. `avoid` are questions of the last free round.
        """
        everything = questions().values()
        if stage == FREE:
            fresh = [q.id for q in everything if q.id not in avoid]
            asked = chance.sample(fresh, FREE_LENGTH)
        else:
            asked = [q.id for q in everything if q.in_lesson]
            chance.shuffle(asked)
        return cls(stage, tuple(asked))

    @property
    def current(self) -> Question | None:
        """The question that waits for an answer; None when the round is over."""
        return questions()[self.asked[len(self.marks)]] if self.is_running else None

    @property
    def is_running(self) -> bool:
        return len(self.marks) < len(self.asked)

    @property
    def number(self) -> int:
        """Which question it is, from 1."""
        return len(self.marks) + 1

    @property
    def right(self) -> int:
        """How many answers were right."""
        return sum(mark is True for mark in self.marks)

    @property
    def topics_to_read(self) -> list[str]:
        """Topics of the questions that were not answered rightly, in order, each once."""
        missed = (questions()[i].topic for i, m in zip(self.asked, self.marks) if m is not True)
        return list(dict.fromkeys(missed))

    def mark(self, option: int | None) -> Round:
        """The round after the current question got `option` (from 0), or None to skip it."""
        question = self.current
        if question is None:
            return self
        mark = None if option is None else option == question.right
        return replace(self, marks=(*self.marks, mark))

    def to_slot(self) -> dict[str, Any]:
        return {"tahap": self.stage, "soal": list(self.asked), "hasil": list(self.marks)}

    @classmethod
    def from_slot(cls, value: Any) -> Round | None:
        """The round in a slot; None when there is none, or its questions are gone."""
        if not isinstance(value, dict) or not set(value["soal"]) <= questions().keys():
            return None
        return cls(value["tahap"], tuple(value["soal"]), tuple(value["hasil"]))

    @classmethod
    def running(cls, value: Any) -> Round | None:
        """The round in a slot while it waits for an answer."""
        found = cls.from_slot(value)
        return found if found is not None and found.is_running else None
