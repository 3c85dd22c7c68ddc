"""The catalogue in the hands of an officer says what the assistant would say."""

from __future__ import annotations

import pytest

from bot.conversation.rendering import render
from bot.conversation.takeover import transcript
from bot.conversation.takeover.writing import LONGEST_MESSAGE
from bot.engine.assistant import Assistant
from bot.engine.catalogue import Catalogue
from bot.knowledge.buttons import FAQ_RESPONSE
from bot.triage import levels
from channels.twilio.capabilities import SMS


@pytest.fixture
def catalogue(assistant: Assistant) -> Catalogue:
    return Catalogue(assistant)


def test_the_likeliest_topic_is_what_the_assistant_would_answer(
    assistant: Assistant, catalogue: Catalogue
) -> None:
    (topic, chance), *_ = catalogue.likely("paspor saya ditahan majikan")
    assert topic == "paspor_ditahan"
    assert chance > 0.5
    assert catalogue.title(topic)
    (said,) = assistant.say(FAQ_RESPONSE + topic, "web")
    assert catalogue.text(topic, "web") == said.text.strip()


def test_what_is_no_topic_is_not_suggested(catalogue: Catalogue) -> None:
    named = [topic for topic, _ in catalogue.likely("halo kak, mau lapor")]
    assert not {"", "salam", "lapor"} & set(named)
    with pytest.raises(KeyError):
        catalogue.text("bukan_topik", "web")


def test_every_answer_can_be_sent_by_an_officer(assistant: Assistant, catalogue: Catalogue) -> None:
    topics = [n.removeprefix(FAQ_RESPONSE) for n in assistant.responses if FAQ_RESPONSE in n]
    assert len(topics) > 50
    for topic in topics:
        assert len(catalogue.text(topic, "web")) <= LONGEST_MESSAGE
        parts = render([transcript.as_reply(catalogue.text(topic, "sms"))], SMS)
        assert not any(part.waits for part in parts), topic


def test_what_follows_a_topic_exists(assistant: Assistant, catalogue: Catalogue) -> None:
    for other in catalogue.after("paspor_ditahan"):
        assert catalogue.text(other, "sms")


def test_it_says_how_grave_a_text_is_and_by_which_words(catalogue: Catalogue) -> None:
    assert catalogue.level("dia datang bawa pisau") == levels.URGENT
    assert "pisau" in catalogue.why("dia datang bawa pisau")
