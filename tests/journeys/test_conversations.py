"""Whole conversations over the real message path with the real model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.engine.assistant import Assistant
from channels.terminal.chat import Session
from tests.journeys.stories import STORIES, check, name

CHANNELS = ("web", "whatsapp", "telegram")


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("story", STORIES, ids=name)
def test_conversation(
    story: dict[str, Any], channel: str, assistant: Assistant, tmp_path: Path
) -> None:
    session = Session(assistant, tmp_path, channel)
    for step in story["langkah"]:
        outcome = session.say(step["kamu"])
        offered = [choice.title for reply in outcome.replies for choice in reply.choices]
        check(step, [reply.text for reply in outcome.replies], offered)
        assert outcome.level == step.get("tingkat", outcome.level)
        assert not outcome.apologised


def test_an_sms_gets_the_short_answer(assistant: Assistant, tmp_path: Path) -> None:
    outcome = Session(assistant, tmp_path, "sms").say("agen mau simpan paspor saya boleh ga?")
    assert [len(reply.text) <= 300 for reply in outcome.replies] == [True]


def test_a_very_long_text_is_answered_with_a_word_about_it(
    assistant: Assistant, tmp_path: Path
) -> None:
    long_text = "apa itu perdagangan orang? " + "saya mau tahu lebih banyak " * 4000
    outcome = Session(assistant, tmp_path, "web").say(long_text)
    assert "panjang sekali" in outcome.replies[0].text
    assert len(outcome.replies) == 2


def test_every_topic_is_reached_by_its_button(assistant: Assistant, tmp_path: Path) -> None:
    topics = [path.stem for path in Path("nlu_data/faq").rglob("*.yml")]
    assert len(topics) >= 30
    session = Session(assistant, tmp_path, "web")
    for topic in topics:
        outcome = session.say(f'/button /faq{{"topik":"{topic}"}}')
        assert "Dasarnya" in outcome.replies[0].text, topic


def test_a_question_of_each_topic_finds_its_answer(assistant: Assistant) -> None:
    """The catalogue's own question of each topic, in nobody's training data."""
    catalogue = yaml.safe_load((Path(__file__).parent / "questions.yml").read_text("utf-8"))
    wrong = []
    for topic, question in catalogue.items():
        understood = assistant.understand(question)
        if understood.topic != topic:
            wrong.append((topic, understood.intent, understood.topic))
    # Neighbours among the topics may still be taken for each other.
    assert len(wrong) <= len(catalogue) * 0.1, wrong
