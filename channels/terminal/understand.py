"""`suluh nlu`: what texts are understood to mean, one JSON object a line."""

from __future__ import annotations

import json
from typing import IO

from bot.conversation.cleaning import clean
from bot.engine.model import model_file
from bot.settings import Settings


def understand_lines(settings: Settings, source: IO[bytes], target: IO[str]) -> None:
    """Reads `source` to its end; writes one line for each line, in order."""
    from bot.engine.assistant import Assistant

    assistant = Assistant(model_file(settings.model_dir))
    for raw in source:
        line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
        understood = assistant.understand(clean(line)[0])
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
