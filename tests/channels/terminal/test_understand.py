"""`suluh nlu` over the real model."""

from __future__ import annotations

import io
import json

from bot.engine.assistant import Assistant
from channels.terminal.understand import understand_lines

TEXTS = ("tolong kak sy dikunci di kamar", "apa itu calo?", "")


def _lines(assistant: Assistant, *, why: bool) -> list[dict[str, object]]:
    target = io.StringIO()
    understand_lines(assistant, io.BytesIO("\n".join(TEXTS).encode()), target, why=why)
    return [json.loads(line) for line in target.getvalue().splitlines()]


def test_a_line_says_what_a_text_means_and_how_urgent_it_is(assistant: Assistant) -> None:
    cry, question = _lines(assistant, why=False)
    assert (cry["text"], cry["intent"], cry["level"]) == (TEXTS[0], "darurat", "darurat")
    assert (question["intent"], question["topic"], question["level"]) == ("faq", "calo", "biasa")
    assert set(cry) == {"text", "intent", "topic", "confidence", "level"}


def test_it_says_by_which_words_a_text_is_grave(assistant: Assistant) -> None:
    cry, question = _lines(assistant, why=True)
    assert isinstance(cry["why"], list)
    assert cry["why"]
    assert set(cry["why"]) <= set(TEXTS[0].split())
    assert question["why"] == []
