"""What the catalogue says to what a person wrote last, for an officer to send as his own words.

On the terminal it is read in the process in which the officer is logged in; for the pages of the
desk a worker does it before (`reader`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from bot.conversation.takeover import transcript
from bot.conversation.takeover.officer import Officers
from bot.conversation.takeover.readings import Suggestion
from bot.conversation.takeover.transcript import PERSON, STAFF, Entry
from bot.privacy.unlocked import Unlocked
from bot.triage import levels

MOST = 3
# So many lines of the person are looked at, those since staff wrote last.
MOST_LINES = 3
# What is less likely than this is no help.
LEAST_LIKELY = 0.01


class Catalogue(Protocol):
    """What the engine knows of texts and topics (`bot.engine.catalogue`)."""

    def likely(self, text: str) -> Sequence[tuple[str, float]]:
        """The topics that a text may be about, with how likely each is."""

    def after(self, topic: str) -> Sequence[str]:
        """The topics that are offered after the answer of one."""

    def title(self, topic: str) -> str: ...

    def text(self, topic: str, channel: str) -> str:
        """The answer of a topic on a channel."""

    def level(self, text: str) -> str: ...

    def why(self, text: str) -> Sequence[str]:
        """The words that make a text grave, the weightiest first."""


def suggest(
    officers: Officers, by: Unlocked, handoff_id: str, catalogue: Catalogue
) -> list[Suggestion]:
    """The best three topics for what the person wrote last, the likeliest first.

    Where fewer are likely, those follow that the catalogue offers after the first one.

    Raises:
        TakeoverError: There is no such conversation.
        NotGranted: The member may not open it.
    """
    channel = officers.find(handoff_id).channel
    return to_lines(last_lines(officers.read(by, handoff_id)), channel, catalogue)


def to_lines(lines: Sequence[str], channel: str, catalogue: Catalogue) -> list[Suggestion]:
    """The same for lines that are known."""
    likely: dict[str, float] = {}
    for text in dict.fromkeys([*lines, "\n".join(lines)] if lines else []):
        for topic, chance in catalogue.likely(text):
            likely[topic] = max(chance, likely.get(topic, 0.0))
    best = [topic for topic in sorted(likely, key=lambda one: -likely[one])
            if likely[topic] >= LEAST_LIKELY]  # fmt: skip
    after = catalogue.after(best[0]) if best else ()
    return [
        Suggestion(topic, catalogue.title(topic), catalogue.text(topic, channel))
        for topic in list(dict.fromkeys([*best[:MOST], *after]))[:MOST]
    ]


def last_lines(entries: Sequence[Entry]) -> list[str]:
    """What the person wrote since staff wrote last; else what the person wrote last."""
    said = [entry for entry in entries if entry.author in (PERSON, STAFF)]
    answered = max((n for n, entry in enumerate(said) if entry.author == STAFF), default=-1)
    new = [entry.text for entry in said[answered + 1 :] if entry.text.strip()]
    every = [entry.text for entry in said if entry.author == PERSON and entry.text.strip()]
    hidden = transcript.HIDDEN
    return [text for text in (new or every)[-MOST_LINES:] if text != hidden]


def explained(entries: Sequence[Entry], catalogue: Catalogue) -> list[Entry]:
    """The same, with how grave each message of the person is and by which words."""
    return [_explained(entry, catalogue) for entry in entries]


def _explained(entry: Entry, catalogue: Catalogue) -> Entry:
    if entry.author != PERSON or not entry.text.strip():
        return entry
    level = catalogue.level(entry.text)
    why = () if level == levels.ORDINARY else tuple(catalogue.why(entry.text))
    return replace(entry, level=level, why=why)
