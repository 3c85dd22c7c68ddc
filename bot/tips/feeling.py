"""Fear that is told instead of an answer."""

from __future__ import annotations

from bot.nlu.features import raw_words
from bot.tips import signs
from bot.triage.phrases import sounds_urgent

_MOST_WORDS = 8


def only_fears(text: str) -> bool:
    """ "kulo ajrih", "takut nyebut kak": fear and small words, and nothing that is a danger."""
    if len(raw_words(text)) > _MOST_WORDS or "?" in text or sounds_urgent(text):
        return False
    told = signs.Sentences(signs.plain(text.lower()))
    if not signs.signs("takut", "kata").said_in(told):
        return False
    rest = raw_words(" ".join(signs.without(told, "takut", "kata").sentences))
    return set(rest) <= signs.words("takut", "sekitar")
