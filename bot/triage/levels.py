"""How fast a human must look at a message: darurat, tinggi or biasa.

The definitions are those of the catalogue. Missing a darurat is worse than a false one.
"""

from __future__ import annotations

from bot.triage import phrases

URGENT = "darurat"
SERIOUS = "tinggi"
ORDINARY = "biasa"

LEVELS = (ORDINARY, SERIOUS, URGENT)

# The classifier was trained on cries for help: at even odds it is believed.
_INTENT_BELIEVED = 0.5
# Less than this is noise: "agen" alone is a cry for help with 0.17.
_INTENT_SUSPECTED = 0.3


def assess(text: str, intent: str, confidence: float) -> str:
    """The level of one message from its words and from what it was understood to mean."""
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


def highest(*levels: str) -> str:
    """The most urgent of several levels."""
    return max(levels, key=LEVELS.index)
