"""What docs/menulis-topik.md asks of every topic beside its text, one test a rule."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from tests.nlu_data import content
from tests.nlu_data.content import AREAS, MAX_TITLE, NLU_DATA, Topic, is_day

each_topic = pytest.mark.parametrize("topic", content.topics(), ids=repr)


# The catalogue


def test_there_are_topics_of_all_four_areas() -> None:
    assert {topic.area for topic in content.topics()} == AREAS == set(content.catalogue()["faq"])


def test_every_topic_of_the_catalogue_has_an_answer() -> None:
    wanted = {topic for ids in content.catalogue()["faq"].values() for topic in ids}
    assert {topic.id for topic in content.topics()} == wanted


@each_topic
def test_a_topic_stands_in_the_catalogue_under_its_area(topic: Topic) -> None:
    assert topic.id in content.catalogue()["faq"][topic.area]


def test_no_id_of_the_catalogue_stands_twice() -> None:
    ids = [topic for ids in content.catalogue()["faq"].values() for topic in ids]
    assert max(Counter([*ids, *content.catalogue()["dialog"]]).values()) == 1


@pytest.mark.parametrize(
    "path", [*NLU_DATA.rglob("*.yml"), *content.DOMAIN.glob("*.yml")], ids=lambda path: path.name
)
def test_no_key_is_written_twice_in_a_file(path: Any) -> None:
    content.load(path)


# Examples


@each_topic
def test_a_topic_has_enough_examples(topic: Topic) -> None:
    assert len(topic.examples) >= 30


@pytest.mark.parametrize("intent", content.catalogue()["dialog"])
def test_every_dialog_intent_has_enough_examples(intent: str) -> None:
    assert len(content.dialog_examples()[intent]) >= 40


def test_there_are_enough_examples_of_what_is_out_of_scope() -> None:
    assert len(content.dialog_examples()["di_luar_topik"]) >= 400


def test_no_sentence_is_an_example_twice() -> None:
    places: dict[str, list[str]] = {}
    groups = {f"faq/{topic.id}": topic.examples for topic in content.topics()}
    for intent, examples in {**groups, **content.dialog_examples()}.items():
        for example in examples:
            places.setdefault(" ".join(example.casefold().split()), []).append(intent)
    assert {said: intents for said, intents in places.items() if len(intents) > 1} == {}


def test_no_example_holds_a_telephone_number_or_an_address() -> None:
    groups = [topic.examples for topic in content.topics()] + [*content.dialog_examples().values()]
    for example in (example for examples in groups for example in examples):
        assert not re.search(r"(?:\+62|\b0)[\d\s.-]{8,}|@\w+\.|https?://", example), example


# What is known about a topic


@each_topic
def test_a_topic_says_where_it_comes_from_and_when_it_was_checked(topic: Topic) -> None:
    sources = topic.metadata["sources"]
    assert sources
    assert all(isinstance(source, str) and source.strip() for source in sources)
    assert is_day(topic.metadata["reviewed"])


@each_topic
def test_a_title_fits_on_a_button(topic: Topic) -> None:
    assert 0 < len(topic.metadata["title"]) <= MAX_TITLE


def test_no_two_topics_have_the_same_title() -> None:
    titles = Counter(topic.metadata["title"].casefold() for topic in content.topics())
    assert [title for title, count in titles.items() if count > 1] == []


@each_topic
def test_a_topic_leads_on_to_two_or_three_others(topic: Topic) -> None:
    following = topic.metadata["next"]
    written = {other.id for other in content.topics()}
    assert 2 <= len(following) <= 3
    assert len(set(following)) == len(following)
    assert topic.id not in following
    assert set(following) <= content.topic_ids()
    # One that is not written yet has no button.
    assert len(set(following) & written) >= 2
