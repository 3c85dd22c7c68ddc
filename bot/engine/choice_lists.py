"""Choices of several replies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation.messages import Reply

# More do not fit a small screen.
MAX_CHOICES = 4


def with_one_list(replies: Sequence[Reply]) -> list[Reply]:
    """All choices under the last reply, its own first: a list has one set of numbers."""
    before = [choice for reply in replies[:-1] for choice in reply.choices]
    # What was asked for may stand among what follows the answer anyway.
    choices = tuple(dict.fromkeys((*replies[-1].choices, *before)))[:MAX_CHOICES]
    last = replace(replies[-1], choices=choices)
    return [*(replace(reply, choices=()) for reply in replies[:-1]), last]
