"""`suluh nlu`: what texts are understood to mean, one JSON object a line."""

from __future__ import annotations

import json
from typing import IO, Protocol

from bot.conversation.cleaning import clean
from bot.conversation.messages import Understanding
from bot.triage import levels


class Reader(Protocol):
    """What `suluh nlu` needs from the engine."""

    def understand(self, text: str) -> Understanding: ...

    def why(self, text: str) -> list[str]:
        """The words that make a text grave, the weightiest first."""


def understand_lines(
    reader: Reader, source: IO[bytes], target: IO[str], *, why: bool = False
) -> None:
    """Reads `source` to its end; writes one line for each line, in order.

    With `why` it also says by which words a text is more than `biasa`.
    """
    for raw in source:
        line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
        text = clean(line)[0]
        understood = reader.understand(text)
        found: dict[str, object] = {
            "text": line,
            "intent": understood.intent,
            "topic": understood.topic,
            "confidence": round(understood.confidence, 4),
            "level": understood.level,
        }
        if why:
            found["why"] = [] if understood.level == levels.ORDINARY else reader.why(text)
        target.write(json.dumps(found, ensure_ascii=False) + "\n")
    target.flush()
