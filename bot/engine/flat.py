"""The form in which a message is read."""

from __future__ import annotations

# More than this adds nothing to what a message means and costs time.
MAX_UNDERSTOOD = 2_000


def flat(text: str) -> str:
    """On one line, and without the slash that Rasa takes for one of its own commands."""
    return " ".join(text[:MAX_UNDERSTOOD].split()).lstrip("/ ")
