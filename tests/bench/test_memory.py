"""How a reply is told to serve a conversation."""

from __future__ import annotations

import pytest

from bench.understanding import sets
from bench.understanding.memory import Teller
from bench.understanding.sets import Conversation
from bot.conversation.messages import Reply
from bot.engine.assistant import Assistant
from tests.nlu_data import content


@pytest.fixture(scope="module")
def teller(assistant: Assistant) -> Teller:
    return Teller(assistant.responses)


def _item(*right: str, says: tuple[str, ...] = ()) -> Conversation:
    return Conversation(("a", "b"), right, "", "test", says)


def test_every_answer_is_told_by_its_sentences(teller: Teller) -> None:
    for topic in content.topics():
        answer = Reply(content.filled(topic.text))
        assert topic.id in teller.labels([answer])
        assert teller.serves(_item(topic.id), [answer])


def test_a_sentence_of_many_answers_tells_nothing(teller: Teller) -> None:
    assert teller.labels([Reply("Yang bisa dilakukan sekarang:")]) == set()


def test_a_reply_that_owns_up_serves_no_topic(teller: Teller) -> None:
    owning_up = [Reply(content.filled(content.responses()["ucapan_rincian_tidak_ada"][0]["text"]))]
    assert teller.labels(owning_up) == {"di_luar_topik"}
    assert not teller.serves(_item("kbri"), owning_up)


def test_where_words_are_asked_for_they_have_to_be_said(teller: Teller) -> None:
    calo = next(topic for topic in content.topics() if topic.id == "calo")
    answer = [Reply(content.filled(calo.text))]
    assert teller.serves(_item("calo", says=("0800-1000",)), answer)
    assert not teller.serves(_item("calo", says=("+82",)), answer)


def test_every_conversation_names_what_exists() -> None:
    known = {topic.id for topic in content.topics()} | set(content.catalogue()["dialog"])
    parts = [item.part for item in sets.conversations()]
    assert set(parts) == {"tune", "test"}
    assert min(parts.count("tune"), parts.count("test")) >= 110
    for item in sets.conversations():
        assert 2 <= len(item.turns) <= 4
        assert item.right
        assert set(item.right) <= known
