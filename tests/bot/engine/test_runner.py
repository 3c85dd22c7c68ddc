"""The graph runner gives what Rasa's own gives."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bot.engine import rasa_internals
from bot.engine.assistant import Assistant

rasa_internals.import_for_serving()
from rasa.core.channels.channel import UserMessage  # noqa: E402
from rasa.engine.exceptions import GraphComponentException  # noqa: E402
from rasa.engine.runner.dask import DaskGraphRunner  # noqa: E402
from rasa.shared.core.events import UserUttered  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402

from bot.engine.runner import SerialRunner  # noqa: E402
from bot.nlu.linear import LinearIntentClassifier  # noqa: E402

TEXTS = ["paspor saya ditahan majikan", "halo", "xyz", "tolong saya dikurung di Pekik Nyaring", ""]


@pytest.fixture(scope="module")
def serial(assistant: Assistant) -> SerialRunner:
    runner: SerialRunner = assistant._processor.graph_runner
    return runner


@pytest.fixture(scope="module")
def dask(serial: SerialRunner) -> DaskGraphRunner:
    """Rasa's own over the same components."""
    runner = DaskGraphRunner.__new__(DaskGraphRunner)
    runner.__dict__.update(serial.__dict__)
    return runner


def _read(runner: Any, assistant: Assistant, text: str) -> dict[str, Any]:
    target = assistant._processor.model_metadata.nlu_target
    tracker = DialogueStateTracker.from_events("c1", [])
    inputs = {"__message__": [UserMessage(text=text)], "__tracker__": tracker}
    message = runner.run(inputs=inputs, targets=[target])[target][0]
    return dict(message.as_dict(only_output_properties=True))


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_read_as_rasa_reads_it(
    serial: SerialRunner, dask: DaskGraphRunner, assistant: Assistant, text: str
) -> None:
    assert type(assistant._processor.graph_runner) is SerialRunner
    assert _read(serial, assistant, text) == _read(dask, assistant, text)


@pytest.mark.parametrize("intent", ["salam", "menu", "nlu_fallback", "kuis"])
def test_the_next_action_is_the_one_that_rasa_takes(
    serial: SerialRunner, dask: DaskGraphRunner, assistant: Assistant, intent: str
) -> None:
    processor = assistant._processor
    target = processor.model_metadata.core_target
    said = UserUttered(intent, {"name": intent, "confidence": 1.0})
    tracker = DialogueStateTracker.from_events("c1", [said], slots=processor.domain.slots)
    chosen = [
        runner.run(inputs={"__tracker__": copy.deepcopy(tracker)}, targets=[target])[target]
        for runner in (serial, dask)
    ]
    assert chosen[0].probabilities == chosen[1].probabilities
    assert max(chosen[0].probabilities) > 0


def test_a_component_that_fails_is_not_passed_over(
    serial: SerialRunner, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError("broken")

    monkeypatch.setattr(LinearIntentClassifier, "read", broken)
    with pytest.raises(GraphComponentException):
        _read(serial, assistant, "halo")


def test_a_component_is_found_by_its_class(serial: SerialRunner) -> None:
    assert isinstance(serial.component(LinearIntentClassifier), LinearIntentClassifier)


def test_a_model_without_the_component_says_what_to_do(serial: SerialRunner) -> None:
    with pytest.raises(LookupError, match="train it anew"):
        serial.component(int)
