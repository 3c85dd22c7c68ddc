"""How fast a human must look at a message: darurat, tinggi or biasa.

The definitions are those of the catalogue. Missing a darurat is worse than a false one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.nlu.labels import FAQ, OUT_OF_SCOPE
from bot.triage import phrases
from bot.triage.phrases import Danger

URGENT = "darurat"
SERIOUS = "tinggi"
ORDINARY = "biasa"

LEVELS = (ORDINARY, SERIOUS, URGENT)

# What the margins of a message stand under in Rasa's parse.
TRIAGE = "triage"

# Bounds of the margins (bot/triage/level_model.py), chosen on bench/tuning/triage.yml.
_URGENT_FROM, _SERIOUS_FROM = -0.45, -0.5
# Words of danger, or a cry for help that was clearly understood, are no mere topic.
_INTENT_CLEAR = 0.8
# What is clearly about a topic, or about something else altogether, needs more when it holds no
# word of danger.
_URGENT_BESIDE_A_TOPIC = 0.1
# A single word that names no danger is a cry only when the model is sure of it.
_URGENT_IN_ONE_WORD = 0.5
_CLEAR = {FAQ: 0.9, OUT_OF_SCOPE: 0.8}
_SERIOUS_WITH_A_SIGN = -0.6
_SERIOUS_ELSEWHERE = 0.0


@dataclass(frozen=True)
class Weighed:
    """How grave a text is.

    A margin is above 0 where it is so, and mostly between -1 and 1.

    Attributes:
        urgent: The margin of darurat above all else.
        serious: The margin of darurat or tinggi above biasa.
        danger: The danger that its words speak of, if any.
        sounds_serious: Its words say that exploitation is going on.
        plain: A few words say a danger plainly: "sepupu disekap majikan".
        bare: It is a single word.
    """

    urgent: float
    serious: float
    danger: Danger | None = None
    sounds_serious: bool = False
    plain: bool = False
    bare: bool = False


def weighed_in(parsed: Mapping[str, Any]) -> Weighed:
    """What stands in Rasa's parse of a text."""
    return Weighed(**parsed[TRIAGE])


def of_words(text: str) -> str:
    """The level of a text by its words alone."""
    # Asked once: looking for it is much of what reading a message costs.
    told = phrases.Told(text)
    danger = phrases.danger_in(told)
    if danger is Danger.NOW:
        return URGENT
    return SERIOUS if danger or phrases.sounds_serious(told) else ORDINARY


def assess(intent: str, confidence: float, weighed: Weighed) -> str:
    """The level of one message from how grave it is and from what it was understood to mean.

    Args:
        intent: What it was understood to mean.
        confidence: How surely, 0 to 1.
        weighed: What the model of the levels says of it.
    """
    if weighed.plain:
        return URGENT
    is_cry = intent == URGENT and confidence >= _INTENT_CLEAR
    has_sign = weighed.danger is Danger.NOW or is_cry
    if weighed.bare and not has_sign and weighed.urgent < _URGENT_IN_ONE_WORD:
        # "majikan", "kapal": a subject to ask about, of which the model has seen much harm.
        return ORDINARY
    is_topic = confidence >= _CLEAR.get(intent, 2.0) and not has_sign
    if weighed.urgent >= (_URGENT_BESIDE_A_TOPIC if is_topic else _URGENT_FROM):
        return URGENT
    is_grave = has_sign or weighed.danger is Danger.OVER or weighed.sounds_serious
    if is_grave:
        return SERIOUS if weighed.serious >= _SERIOUS_WITH_A_SIGN else ORDINARY
    is_elsewhere = is_topic and intent == OUT_OF_SCOPE
    if weighed.serious >= (_SERIOUS_ELSEWHERE if is_elsewhere else _SERIOUS_FROM):
        return SERIOUS
    return ORDINARY


def highest(*levels: str) -> str:
    """The most urgent of several levels."""
    return max(levels, key=LEVELS.index)
