"""Puts what a message names on it, in the form Rasa knows."""

from __future__ import annotations

from datetime import date
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    EXTRACTOR,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from bot import clock
from bot.entities.entity import Entity
from bot.entities.find import find

# What a button sends: it names its entities itself.
_BUTTON = "/"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class EntityExtractor(GraphComponent):
    """Finds amounts, dates, ages, numbers, links, countries, jobs, places and companies.

    Nothing is learnt: `bot.entities` says what counts. Days are counted from the day in
    Bengkulu.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityExtractor:
        return cls()

    @staticmethod
    def required_packages() -> list[str]:
        return []

    def process(self, messages: list[Message]) -> list[Message]:
        today = clock.today()
        for message in messages:
            text = message.get(TEXT) or ""
            if text.startswith(_BUTTON):
                continue
            found = in_rasas_form(text, today)
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages


def in_rasas_form(text: str, today: date) -> list[dict[str, Any]]:
    """All that a text names, as Rasa has it in a parse."""
    return [_in_rasas_form(entity) for entity in find(text, today=today)]


def _in_rasas_form(entity: Entity) -> dict[str, Any]:
    return {
        ENTITY_ATTRIBUTE_TYPE: entity.kind,
        ENTITY_ATTRIBUTE_VALUE: entity.value,
        ENTITY_ATTRIBUTE_START: entity.start,
        ENTITY_ATTRIBUTE_END: entity.end,
        EXTRACTOR: EntityExtractor.__name__,
    }
