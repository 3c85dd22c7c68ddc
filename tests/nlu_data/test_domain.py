"""Menu, rules and buttons lead somewhere."""

from __future__ import annotations

import ast
import inspect
import json
import re
from itertools import product
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
    said = _names_in_code()
    assert len(said) > 20
    unwritten = {name for name in said if not any(_fits(name, one) for one in content.responses())}
    # `utter_action` is a key of Rasa's, not a response; the answers of the topics are topics.
    assert {name for name in unwritten if not name.startswith("utter_*")} == {"utter_action"}


def test_everything_that_is_written_is_said() -> None:
    """By the code, or by a rule."""
    said = _names_in_code() | {step["action"] for step in _rule_steps() if "action" in step}
    never = [
        name
        for name in content.responses()
        if not any(_fits(one, name) for one in said if not one.startswith("utter_*"))
    ]
    assert never == []


def test_a_name_that_is_put_together_is_understood() -> None:
    code = """
    say(f"ucapan_kuis_{stage}_akhir")
    say(f"ucapan_status_{'ditahan' if held else 'ditarik'}")
    FOLLOW_UPS = {"ditemani": "ucapan_darurat_"}
    say("ucapan_menu"), say("Lihat ucapan_menu.")
    """
    names = _names(ast.parse(inspect.cleandoc(code)))
    assert names == {
        *("ucapan_kuis_*_akhir", "ucapan_status_ditahan", "ucapan_status_ditarik"),
        *("ucapan_darurat_*", "ucapan_menu"),
    }
    assert _fits("ucapan_kuis_*_akhir", "ucapan_kuis_sebelum_akhir")
    assert not _fits("ucapan_kuis_*_akhir", "ucapan_kuis_sebelum")
    assert not _fits("ucapan_menu", "ucapan_menu_hukum")


def _names_in_code() -> set[str]:
    """What the code says, with "*" for what it puts into a name."""
    paths = [*PROJECT_ROOT.glob("actions/**/*.py"), *PROJECT_ROOT.glob("bot/**/*.py")]
    return {name for path in paths for name in _names(ast.parse(path.read_text("utf-8")))}


def _names(tree: ast.AST) -> set[str]:
    nodes = list(ast.walk(tree))
    parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    whole = [name for node in nodes if id(node) not in parts for name in _strings(node)]
    # One that ends in "_" is the beginning of a name.
    return {
        re.sub("_$", "_*", name) for name in whole if re.match(r"(?:utter|ucapan)_[a-z_*]+$", name)
    }


def _strings(node: ast.AST) -> list[str]:
    """What a string may be: one, or one of two, or with "*" where anything may stand."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.FormattedValue):
        return _strings(node.value) or ["*"]
    if isinstance(node, ast.IfExp):
        return [*_strings(node.body), *_strings(node.orelse)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(parts) for parts in product(*map(_strings, node.values))]
    return []


def _fits(name: str, written: str) -> bool:
    return re.fullmatch(name.replace("*", r"[a-z0-9_]+"), written) is not None


def test_everything_that_is_understood_has_a_rule() -> None:
    ruled = {step["intent"] for step in _rule_steps() if "intent" in step}
    assert ruled == {*content.catalogue()["dialog"], "faq", "nlu_fallback"}


def test_the_domain_names_the_intents_of_the_catalogue() -> None:
    domain = content.load(content.DOMAIN / "intents.yml")
    assert set(domain["intents"]) == {*content.catalogue()["dialog"], "faq"}
    assert set(content.dialog_examples()) == set(content.catalogue()["dialog"])
