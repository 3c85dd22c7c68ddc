"""What a text says of danger beside its words: denied, supposed, of another, of the past."""

from __future__ import annotations

from typing import NamedTuple

from bot.triage import phrases
from bot.triage.phrases import Danger, Told

# A text of more words tells a story.
LONG = 40


class Marks(NamedTuple):
    """What holds of a text; each is one feature of the level model."""

    danger_now: bool
    danger_over: bool
    serious: bool
    suicide: bool
    supposed: bool
    past: bool
    now: bool
    story: bool
    of_another: bool
    of_own: bool
    safe: bool
    asks: bool
    long: bool

    @property
    def says_plainly(self) -> bool:
        """A danger now, and nothing around it that could take it back."""
        takes_back = self.asks or self.supposed or self.story or self.past or self.safe
        return self.danger_now and not takes_back

    @property
    def danger(self) -> Danger | None:
        """The danger that the text speaks of, if any."""
        if self.danger_now:
            return Danger.NOW
        return Danger.OVER if self.danger_over else None


def of(text: str) -> Marks:
    """Looks for every sign in a text, once."""
    told = Told(text)
    danger = phrases.danger_in(told)
    return Marks(
        danger_now=danger is Danger.NOW,
        danger_over=danger is Danger.OVER,
        serious=phrases.sounds_serious(told),
        suicide=phrases.speaks_of_suicide(told),
        supposed=phrases.supposes(told),
        past=phrases.tells_of_the_past(told),
        now=phrases.tells_of_now(told),
        story=phrases.tells_a_story(told),
        of_another=phrases.speaks_of_another(told),
        of_own=phrases.speaks_of_own(told),
        safe=phrases.speaks_of_safety(told),
        asks="?" in text,
        long=len(text.split()) > LONG,
    )
