"""What of the talk before a report belongs to it: nobody tells it twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot import lexicon
from bot.nlu.features import raw_words
from bot.nlu.following import asks, without_address
from bot.tips import reading
from bot.tips.questions import phrases
from bot.triage.phrases import says

# "mobil hitam" stands so near to a line with a fact that it tells of the same.
NEAR = 2
LEAST_WORDS = 2


def belonging(texts: Sequence[str], today: date) -> list[str]:
    """The statements with a fact, and those without one that stand beside them.

    Args:
        texts: What was said before the report, oldest first.
        today: The day from which "udah 3 hari" is counted.
    """
    facts = [
        place
        for place, text in enumerate(texts)
        if "?" not in text and reading.facts_of(text, today=today)
    ]
    return [
        text
        for place, text in enumerate(texts)
        if place in facts
        or (_tells_something(text) and any(abs(place - other) <= NEAR for other in facts))
    ]


def _tells_something(text: str) -> bool:
    """ "ada cewek2", "mobil hitam"; no question, no courtesy, no wish."""
    words = without_address(raw_words(text))
    small = lexicon.words("utuh") | lexicon.words("pembuka")
    is_statement = "?" not in text and not asks(words) and not set(words) <= small
    return len(words) >= LEAST_WORDS and is_statement and not says(phrases("bukan_cerita"), text)
