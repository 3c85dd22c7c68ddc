"""Rasa's graph component over the level model (bot/triage/level_model.py)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.features import raw_words
from bot.nlu.following import asks
from bot.nlu.labels import FAQ
from bot.triage import examples
from bot.triage.level_model import LevelModel
from bot.triage.levels import LEVELS, ORDINARY, TRIAGE, URGENT

_BUTTON = "/"
# Under this the metadata hold the text with its lines, which Rasa reads on one.
AS_SENT = "as_sent"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LevelClassifier(GraphComponent):
    """Sets how far a message is darurat, and tinggi or more.

    Learns from the messages of nlu_data/triage/contoh, and beside them from the examples of the
    intents: of cries for help, which are darurat, and of all that nobody cries for, among them the
    questions of the topics.
    """

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, model: LevelModel | None = None
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LevelClassifier:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LevelClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, LevelModel.load(folder))

    @staticmethod
    def required_packages() -> list[str]:
        return []

    def train(self, training_data: TrainingData) -> Resource:
        """Learns. Needs scikit-learn."""
        by_hand = [(one.text, LEVELS.index(one.level)) for one in examples.read()]
        beside = [
            (message.get(TEXT), LEVELS.index(level))
            for message in training_data.intent_examples
            if message.get(TEXT) and (level := _level(message.get(TEXT), message.get(INTENT)))
        ]
        self._model = LevelModel.fit(by_hand, beside)
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Weighs messages; buttons are not weighed."""
        for message in messages:
            text = (message.get(METADATA) or {}).get(AS_SENT) or message.get(TEXT) or ""
            for name, value in self.read(text).items():
                message.set(name, value, add_to_output=True)
        return messages

    def read(self, text: str) -> dict[str, Any]:
        """The margins of a text, in the form of Rasa's parse; nothing of a button."""
        if self._model is None:
            raise RuntimeError("the level model was not trained")
        return {} if text.startswith(_BUTTON) else {TRIAGE: asdict(self._model.weigh(text))}

    def reasons(self, text: str) -> list[str]:
        """The words that make a text urgent, the weightiest first."""
        if self._model is None:
            raise RuntimeError("the level model was not trained")
        return self._model.reasons(text)


def _level(text: str, intent: str) -> str | None:
    """The level of an example of an intent; None for a situation told under a topic."""
    if intent == URGENT:
        return URGENT
    is_question = "?" in text or asks(raw_words(text))
    return ORDINARY if intent != FAQ or is_question else None
