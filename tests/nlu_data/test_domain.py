"""Menu, rules and buttons lead somewhere."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import pytest

from bot.settings import PROJECT_ROOT
from tests.nlu_data import content
from tests.nlu_data.content import AREAS, MAX_TITLE, NLU_DATA


def _button_payload(button: dict[str, str]) -> tuple[str, dict[str, str]]:
    match = re.fullmatch(r"/(\w+)(\{.*\})?", button["payload"])
    assert match, button
    return match[1], json.loads(match[2] or "{}")


@pytest.mark.parametrize("area", sorted(AREAS))
def test_the_menu_of_an_area_offers_topics_of_that_area(area: str) -> None:
    (menu,) = content.responses()[f"ucapan_menu_{area}"]
    offered = menu["metadata"]["next"]
    assert len(set(offered)) == len(offered) >= 3
    assert set(offered) <= {topic.id for topic in content.topics() if topic.area == area}


@pytest.mark.parametrize("name", sorted(content.responses()))
def test_a_button_leads_somewhere(name: str) -> None:
    domain = content.load(content.DOMAIN / "intents.yml")
    for variant in content.responses()[name]:
        for button in variant.get("buttons", []):
            intent, entities = _button_payload(button)
            assert intent in domain["intents"]
            # `topik` chooses a topic and never reaches Rasa as an entity.
            assert set(entities) <= {"topik", *domain["entities"]}
            if "topik" in entities:
                assert entities["topik"] in {topic.id for topic in content.topics()}
            if "bidang" in entities:
                assert entities["bidang"] in AREAS


@pytest.mark.parametrize("name", sorted(content.responses()))
def test_a_follow_up_of_a_response_is_written(name: str) -> None:
    for variant in content.responses()[name]:
        offered = variant.get("metadata", {}).get("next", [])
        assert set(offered) <= {topic.id for topic in content.topics()}


@pytest.mark.parametrize("name", sorted(content.responses()))
def test_the_words_on_a_button_fit(name: str) -> None:
    for variant in content.responses()[name]:
        titles = [button["title"] for button in variant.get("buttons", [])]
        assert [title for title in titles if len(title) > MAX_TITLE] == []
        assert len(set(titles)) == len(titles)


def _rule_steps() -> list[dict[str, Any]]:
    files = [*NLU_DATA.glob("rules/*.yml"), *NLU_DATA.glob("stories/*.yml")]
    return [
        step
        for path in files
        for kind in ("rules", "stories")
        for rule in content.load(path).get(kind, [])
        for step in rule["steps"]
    ]


def test_what_a_rule_says_is_written() -> None:
    said = {step["action"] for step in _rule_steps() if step.get("action", "").startswith("utter_")}
    # The answers of the topics are chosen by the topic.
    assert said - content.responses().keys() == {"utter_faq"}


def test_what_the_code_says_is_written() -> None:
    said = set()
    for path in [*PROJECT_ROOT.glob("actions/**/*.py"), *PROJECT_ROOT.glob("bot/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said |= set(re.findall(r"^(?:utter|ucapan)_[a-z_]*[a-z]$", node.value))
    assert len(said) > 5
    # `utter_action` is a key of Rasa's, not a response.
    assert said - content.responses().keys() == {"utter_action"}


def test_everything_that_is_understood_has_a_rule() -> None:
    ruled = {step["intent"] for step in _rule_steps() if "intent" in step}
    assert ruled == {*content.catalogue()["dialog"], "faq", "nlu_fallback"}


def test_the_domain_names_the_intents_of_the_catalogue() -> None:
    domain = content.load(content.DOMAIN / "intents.yml")
    assert set(domain["intents"]) == {*content.catalogue()["dialog"], "faq"}
    assert set(content.dialog_examples()) == set(content.catalogue()["dialog"])
