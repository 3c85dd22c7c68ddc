"""A story that comes in short lines, one after the other, outside of a report.

"di rumah sebelah", "ada cewek2", "kyk dikurung": each says little, and torn apart they are taken
for anything. Together they are what a neighbour saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from bot import clock
from bot.conversation.choices import is_place_in_list
from bot.engine.openings import wants_to_report
from bot.nlu.features import raw_words
from bot.nlu.following import asks, without_address
from bot.tips import reading, signs
from bot.triage import after_cry, first_aid
from bot.triage.phrases import sounds_urgent

# Lines that come within this time of each other may belong together.
TOGETHER_MS = 10 * 60_000
# A longer line says by itself what it is about.
LONGEST_PIECE = 5
# In a parse: a scene was told that is no story yet.
LISTENS = "listens"
_VEHICLE = "kendaraan"
# "di rumah sebelah" tells that it was seen.
WITNESS = "saksi"


def together(before: Sequence[str], text: str) -> str | None:
    """The scene of the lines right before, and this line; None when it stands alone.

    Args:
        before: What was said lately, oldest first.
    """
    if not _is_piece(text):
        return None
    run = [line for line in takewhile(_is_piece, reversed(before)) if tells_a_scene(line)]
    return "\n".join([*reversed(run), text]) if run else None


def tells_a_scene(text: str) -> bool:
    """ "di rumah sebelah", "ada cewek2", "mobil hitam": what somebody saw, and no danger yet."""
    if not _is_piece(text) or sounds_urgent(text) or first_aid.kind_of(text):
        return False
    words = {*raw_words(text), *raw_words(signs.plain(text.lower()))}
    if not signs.words("jumlah", "aku").isdisjoint(words):
        return False
    facts = reading.facts_of(text, today=clock.today())
    names_place = bool(facts.get("tempat", {}).get("teks")) or facts.get("peran") == WITNESS
    is_vehicle = after_cry.fact_in(text) == _VEHICLE
    names_somebody = not signs.words("jumlah", "korban").isdisjoint(words)
    return names_somebody or is_vehicle or names_place


def tells_of_a_grown_up(text: str) -> bool:
    """ "umurnya 19, diajak tetangga": somebody who may go is told of, and no age asked for."""
    told = signs.Sentences(signs.plain(text.lower()))
    is_done = signs.signs("umur_orang_lain", "kena").stand_in(told)
    of_another = signs.signs("umur_orang_lain", "dia").stand_in(told)
    is_asked = "?" in text or asks(raw_words(text))
    return is_done and of_another and not is_asked and reading.is_of_grown_ups(text, clock.today())


def _is_piece(text: str) -> bool:
    words = without_address(raw_words(text))
    is_short = 0 < len(words) <= LONGEST_PIECE and "?" not in text and not asks(words)
    return is_short and not is_place_in_list(text) and wants_to_report(text) is None
