"""Questions that found no answer, for staff."""

from __future__ import annotations

from bot.conversation.messages import Understanding
from bot.knowledge import unanswered
from bot.knowledge.deidentify import deidentify
from bot.knowledge.unanswered import Unanswered

# Enough to see what a question was nearly taken for.
MAX_GUESSES = 3


def question_without_answer(understanding: Understanding) -> Unanswered | None:
    """The question without an answer, as staff may read it; None when nothing is left of it."""
    parsed = understanding.parsed
    question = deidentify(parsed["text"], unknown=parsed["unknown_words"])
    if question is None:
        return None
    between = parsed["intent"].get("unsure") == "between"
    guesses = [guess["name"] for guess in parsed["intent_ranking"][:MAX_GUESSES]]
    return Unanswered(question, unanswered.BETWEEN if between else unanswered.UNKNOWN, guesses)
