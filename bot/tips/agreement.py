"""The answers to the two questions before all others: whether it is safe, and consent."""

from __future__ import annotations

from bot import lexicon
from bot.nlu.features import raw_words
from bot.nlu.following import asks, without_address
from bot.nlu.normaliser import normalise
from bot.tips import signs
from bot.tips.questions import DARING, SAFE, phrases

YES, NO = "ya", "tidak"


def said(text: str, asked: str) -> str | None:
    """The answer in whatever words; None when nothing was answered.

    `DARING`: it is not safe, and the reporter goes on nevertheless.
    """
    words = " ".join(raw_words(text))
    if asked == SAFE:
        if _says("tidak_aman", words):
            return DARING if _says("tetap", words) else None
        return YES if _says("aman", words) else _first_of("boleh", words)
    if asks_what_if_not(text):
        return None
    return NO if _says("tidak_boleh", words) else _first_of("boleh", words)


def is_unsafe(text: str) -> bool:
    """ "ga aman kak, tapi tolong": whatever else is told with it."""
    return _says("tidak_aman", " ".join(raw_words(text)))


def only_agrees(text: str) -> bool:
    """ "iya kak", "ya ya": nothing that could be told to anybody."""
    words = raw_words(text)
    is_yes = not lexicon.words("iya").isdisjoint(words)
    return is_yes and set(without_address(words)) <= lexicon.words("iya")


def asks_what_if_not(text: str) -> bool:
    """ "kalo dak setuju cak mano": wants to know what follows, and refuses nothing yet."""
    words = raw_words(text)
    supposes = not signs.words("bertanya", "andai").isdisjoint(normalise(words))
    is_asked = "?" in text or asks(words) or supposes
    return is_asked and _says("tidak_boleh", " ".join(words))


def _says(group: str, words: str) -> bool:
    return phrases(group).search(words) is not None


def _first_of(group: str, words: str) -> str | None:
    """Whether a message begins with one of the words, past "kak" and the like."""
    found = phrases(group).match(" ".join(without_address(words.split())))
    return YES if found else None
