"""How fast a human must look at a message: darurat, tinggi or biasa.

The definitions are those of the catalogue. Missing a darurat is worse than a false one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.nlu.labels import FAQ, OUT_OF_SCOPE
from bot.triage import phrases

URGENT = "darurat"
SERIOUS = "tinggi"
ORDINARY = "biasa"

LEVELS = (ORDINARY, SERIOUS, URGENT)

# What the margins of a message stand under in Rasa's parse.
TRIAGE = "triage"

# The classifier was trained on cries for help: at even odds it is believed.
_INTENT_BELIEVED = 0.5
# Less than this is noise: "agen" alone is a cry for help with 0.17.
_INTENT_SUSPECTED = 0.3

# Bounds of the margins (bot/triage/level_model.py), chosen on bench/tuning/triage.yml.
_URGENT_FROM, _SERIOUS_FROM = -0.4, -0.4
# The words of danger, or a cry for help that was clearly understood, need less.
_URGENT_WITH_A_SIGN = -0.45
_INTENT_CLEAR = 0.8
# What is clearly about a topic, or about something else altogether, needs more when it holds no
# word of danger.
_URGENT_BESIDE_A_TOPIC = 0.15
_CLEAR = {FAQ: 0.9, OUT_OF_SCOPE: 0.8}
_SERIOUS_WITH_A_SIGN = -0.5


@dataclass(frozen=True)
class Weighed:
    """The margins of a text: darurat above biasa, and darurat or tinggi above biasa.

    A margin is above 0 where it is so, and mostly between -1 and 1.
    """

    urgent: float
    serious: float


def weighed_in(parsed: Mapping[str, Any]) -> Weighed | None:
    """What stands in Rasa's parse of a text; None for a button."""
    return Weighed(**parsed[TRIAGE]) if TRIAGE in parsed else None


def assess(text: str, intent: str, confidence: float, weighed: Weighed | None = None) -> str:
    """The level of one message from its words and from what it was understood to mean.

    Args:
        text: The message.
        intent: What it was understood to mean.
        confidence: How surely, 0 to 1.
        weighed: What the model of the levels says of it; without it the words decide.
    """
    if weighed is not None:
        return _by_weight(text, intent, confidence, weighed)
    # Asked once: looking for it is much of what reading a message costs.
    told = phrases.Told(text)
    danger = phrases.danger_in(told)
    if danger is phrases.Danger.NOW:
        return URGENT
    if intent == URGENT and confidence >= _INTENT_BELIEVED:
        return URGENT
    if intent == URGENT and confidence >= _INTENT_SUSPECTED:
        return SERIOUS
    if danger is phrases.Danger.OVER or phrases.sounds_serious(told):
        return SERIOUS
    return ORDINARY


def _by_weight(text: str, intent: str, confidence: float, weighed: Weighed) -> str:
    told = phrases.Told(text)
    danger = phrases.danger_in(told)
    is_cry = intent == URGENT and confidence >= _INTENT_CLEAR
    has_sign = danger is phrases.Danger.NOW or is_cry
    is_topic = confidence >= _CLEAR.get(intent, 2.0) and not has_sign
    bound = _URGENT_WITH_A_SIGN if has_sign else _URGENT_FROM
    if weighed.urgent >= (_URGENT_BESIDE_A_TOPIC if is_topic else bound):
        return URGENT
    is_grave = has_sign or danger is phrases.Danger.OVER or phrases.sounds_serious(told)
    if weighed.serious >= (_SERIOUS_WITH_A_SIGN if is_grave else _SERIOUS_FROM):
        return SERIOUS
    return ORDINARY


def highest(*levels: str) -> str:
    """The most urgent of several levels."""
    return max(levels, key=LEVELS.index)
