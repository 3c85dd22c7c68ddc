from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot import clock
from bot.engine import rasa_internals

rasa_internals.import_for_tools()

from rasa.engine.graph import ExecutionContext, GraphSchema  # noqa: E402
from rasa.engine.recipes.default_recipe import DefaultV1Recipe  # noqa: E402
from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: E402
from rasa.engine.storage.resource import Resource  # noqa: E402
from rasa.shared.nlu.constants import ENTITIES, TEXT  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402

from bot.nlu.extractor import EntityExtractor  # noqa: E402

TODAY = date(2026, 11, 21)


@pytest.fixture
def extractor(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> EntityExtractor:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    return EntityExtractor.create(
        EntityExtractor.get_default_config(),
        LocalModelStorage(tmp_path),
        Resource("entitas"),
        ExecutionContext(GraphSchema({}), "tes"),
    )


def _entities(extractor: EntityExtractor, message: Message) -> list[dict[str, Any]]:
    (processed,) = extractor.process([message])
    assert processed is message
    found: list[dict[str, Any]] = message.as_dict(only_output_properties=True)[ENTITIES]
    return found


def test_entities_are_put_on_a_message_as_rasa_knows_them(extractor: EntityExtractor) -> None:
    assert _entities(extractor, Message({TEXT: "besok ke taiwan"})) == [
        {
            "entity": "waktu",
            "value": {"from": "2026-11-22", "to": "2026-11-22", "time": None, "precision": "hari"},
            "start": 0,
            "end": 5,
            "extractor": "EntityExtractor",
        },
        {
            "entity": "negara",
            "value": "TW",
            "start": 9,
            "end": 15,
            "extractor": "EntityExtractor",
        },
    ]


def test_what_others_found_stays_on_the_message(extractor: EntityExtractor) -> None:
    other = {"entity": "bidang", "value": "hukum", "start": 0, "end": 1, "extractor": "lain"}
    found = _entities(extractor, Message({TEXT: "umur 17", ENTITIES: [other]}))
    assert [entity["entity"] for entity in found] == ["bidang", "umur"]


def test_a_button_names_its_entities_itself(extractor: EntityExtractor) -> None:
    message = Message({TEXT: '/faq{"topik": "paspor_taiwan"}'})
    extractor.process([message])
    assert message.get(ENTITIES) is None


@pytest.mark.parametrize("data", [{}, {TEXT: ""}, {TEXT: "🙏"}])
def test_a_message_without_words_names_nothing(
    extractor: EntityExtractor, data: dict[str, Any]
) -> None:
    assert _entities(extractor, Message(data)) == []


def test_it_answers_in_the_pipeline_and_is_never_trained() -> None:
    config = {
        "recipe": "default.v1",
        "language": "id",
        "pipeline": [{"name": "bot.nlu.extractor.EntityExtractor"}],
        "policies": [],
    }
    graph = DefaultV1Recipe().graph_config_for_recipe(config, {})
    assert not _uses(graph.train_schema)
    assert _uses(graph.predict_schema)


def _uses(schema: GraphSchema) -> list[str]:
    return [name for name, node in schema.nodes.items() if node.uses is EntityExtractor]
