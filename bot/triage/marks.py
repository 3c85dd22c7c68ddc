"""What a text says of danger beside its words: denied, supposed, of another, of the past."""

from __future__ import annotations

from bot.triage import phrases
from bot.triage.phrases import Danger, Told

NAMES = (
    "bahaya kini", "bahaya lampau", "berat", "nyawa", "andai", "lampau", "kini", "cerita",
    "orang lain", "diri sendiri", "aman", "tanya", "panjang",
)  # fmt: skip
# A text of more words tells a story.
LONG = 40


def of(text: str) -> list[bool]:
    """Which of `NAMES` hold of a text, in their order."""
    told = Told(text)
    danger = phrases.danger_in(told)
    return [
        danger is Danger.NOW,
        danger is Danger.OVER,
        phrases.sounds_serious(told),
        phrases.speaks_of_suicide(told),
        phrases.supposes(told),
        phrases.tells_of_the_past(told),
        phrases.tells_of_now(told),
        phrases.tells_a_story(told),
        phrases.speaks_of_another(text),
        phrases.speaks_of_own(text),
        phrases.speaks_of_safety(text),
        "?" in text,
        len(text.split()) > LONG,
    ]
