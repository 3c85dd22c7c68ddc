"""Rasa's own story tests: what a person writes leads to the action that a rule names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.engine.assistant import Assistant
from bot.engine.model import model_file
from bot.knowledge import unanswered
from bot.settings import PROJECT_ROOT
from tests.bot.knowledge.helpers import unanswered_questions
from tests.nlu_data import content

STORIES = Path(__file__).parent / "stories"
STORY_FILE = STORIES / "test_dialog.yml"
RULES_FILE = PROJECT_ROOT / "nlu_data" / "rules" / "dialog.yml"
FALLBACK, FAQ = "nlu_fallback", "faq"


def _stories(path: Path = STORY_FILE) -> list[dict[str, Any]]:
    stories: list[dict[str, Any]] = content.load(path)["stories"]
    return stories


def _turns(steps: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """The intent of each turn, without its topic, and the actions that follow it."""
    turns: list[tuple[str, list[str]]] = []
    for step in steps:
        if "intent" in step:
            turns.append((step["intent"].partition("/")[0], []))
        elif "action" in step and turns:
            turns[-1][1].append(step["action"])
    return turns


def _story(name: str, text: str, intent: str, *actions: str) -> dict[str, Any]:
    said = {"user": text, "intent": intent}
    return {"story": name, "steps": [said, *({"action": action} for action in actions)]}


def _run(stories: Path, output: Path, model_dir: Path, *options: str) -> dict[str, Any]:
    """Runs the stories in a folder, as a developer would; gives Rasa's count of them."""
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "suluh", "rasa", "test", "core", "--e2e", "--no-plot"),
            *("--stories", str(stories), "--model", str(model_file(model_dir))),
            *("--out", str(output), *options),
        ],
        env={**os.environ, "SULUH_HOME": str(output)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=PROJECT_ROOT,
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    report = json.loads((output / "story_report.json").read_text("utf-8"))
    counted: dict[str, Any] = report["conversation_accuracy"]
    return counted


@pytest.fixture(scope="module")
def unsure_question(assistant: Assistant) -> str:
    return unanswered_questions(assistant)[unanswered.UNKNOWN][0]


def test_every_story_goes_as_it_is_told(tmp_path: Path, model_dir: Path) -> None:
    counted = _run(STORIES, tmp_path, model_dir, "--fail-on-prediction-errors")
    assert counted["total"] == len(_stories())
    assert counted["correct"] == counted["total"]


def test_a_story_that_goes_another_way_is_seen(
    tmp_path: Path, model_dir: Path, unsure_question: str
) -> None:
    stories = [
        _story("benar", "menu", "menu", "action_menu"),
        _story("tidak yakin", unsure_question, FALLBACK, "action_mungkin_maksud"),
        _story("salah maksud", "bot goblok", "salam", "utter_salam"),
        _story("salah topik", "apa itu perdagangan orang?", "faq/calo", "utter_faq"),
        _story("salah tindakan", "halo kak", "salam", "utter_terima_kasih"),
    ]
    folder = tmp_path / "stories"
    folder.mkdir()
    data = {"version": "3.1", "stories": stories}
    (folder / "test_wrong.yml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    counted = _run(folder, tmp_path / "out", model_dir)
    failed = (tmp_path / "out" / "failed_test_stories.yml").read_text("utf-8")
    seen = {story["story"] for story in stories if f"story: {story['story']} (" in failed}
    assert seen == {"salah maksud", "salah topik", "salah tindakan"}, failed
    assert (counted["total"], counted["correct"]) == (5, 2)


# Every intent


MEANT = {*content.catalogue()["dialog"], FAQ, FALLBACK}


def test_every_intent_stands_in_a_story() -> None:
    told = {intent for story in _stories() for intent, _ in _turns(story["steps"])}
    assert told == MEANT


def _rules_of_intents() -> list[list[tuple[str, list[str]]]]:
    """What is done for each intent; not how the form ends, which no intent does."""
    rules = content.load(RULES_FILE)["rules"]
    return [_turns(rule["steps"]) for rule in rules if "condition" not in rule]


def _endings() -> list[str]:
    """What is done once the form has ended."""
    rules = content.load(RULES_FILE)["rules"]
    return [rule["steps"][-1]["action"] for rule in rules if "condition" in rule]


def test_every_intent_has_one_rule() -> None:
    ruled = _rules_of_intents()
    assert [len(turns) for turns in ruled] == [1] * len(MEANT)
    assert {turns[0][0] for turns in ruled} == MEANT


def test_the_stories_do_what_the_rules_say() -> None:
    rules = dict(turns[0] for turns in _rules_of_intents())
    for story in _stories():
        for intent, actions in _turns(story["steps"]):
            ended = [*rules[intent], *_endings()]
            assert actions in (rules[intent], ended), story["story"]


def test_a_turn_of_a_story_is_told_in_words() -> None:
    """Only "not understood" has no words of its own: they would change with each training."""
    for story in _stories():
        for step in story["steps"]:
            if step.get("intent", FALLBACK) != FALLBACK:
                assert step["user"].strip()
