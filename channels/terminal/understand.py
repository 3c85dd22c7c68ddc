"""`suluh nlu`: what texts are understood to mean, one JSON object a line."""

from __future__ import annotations

import json
from typing import IO, Protocol

from bot.conversation.cleaning import clean
from bot.conversation.messages import Understanding


class Reader(Protocol):
    """What `suluh nlu` needs from the engine."""

    def understand(self, text: str) -> Understanding: ...


def understand_lines(reader: Reader, source: IO[bytes], target: IO[str]) -> None:
    """Reads `source` to its end; writes one line for each line, in order."""
    for raw in source:
        line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
        understood = reader.understand(clean(line)[0])
        target.write(
            json.dumps(
                {
                    "text": line,
                    "intent": understood.intent,
                    "topic": understood.topic,
                    "confidence": round(understood.confidence, 4),
                    "level": understood.level,
                },
                ensure_ascii=False,
            )
            + "\n"
        )
    target.flush()
