"""Rasa's graph component over the linear model (bot/nlu/linear_model.py).

One softmax over every dialog intent and every topic, so "is it a question" and "which
topic" are one decision. Rasa's own linear classifier takes seven seconds to load.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import features
from bot.nlu.defaults import DEFAULTS
from bot.nlu.following import is_short, points_back
from bot.nlu.labels import FALLBACK, FAQ, OUT_OF_SCOPE, TOPIC_SLOT, selector_output
from bot.nlu.linear_model import LinearModel
from bot.nlu.normaliser import normalise
from bot.nlu.vectoriser import Kinds
from bot.triage import levels

RANKING_LENGTH = 6
TITLES_FILE = "titles.json"
# What a short question after an answer ("bayare piro", "nanggung apa aja") looks like alone.
LOOK_ALIKES = (OUT_OF_SCOPE, "ulangi", "menu", "lewati")
# Likely enough to be a cry for help that nothing else is read into it.
SUSPECTED_CRY = 0.2


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent):
    """Sets intent, ranking and response selector of a message.

    The ranking names full labels (`faq/paspor_ditahan`). When the best label is less
    likely than `threshold`, the intent is `nlu_fallback` and `unsure` is "unknown"; when it
    is less likely than `answer_from`, or leads the second by less than `margin`, `unsure`
    is "between". `unknown_words` are those that hardly any example holds. `leans_back` says
    that a short question was weighed together with the topic before it (slot `topik`).
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return dict(DEFAULTS)

    @staticmethod
    def required_packages() -> list[str]:
        return []

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
        titles: dict[str, str] | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._trained = model
        self._titles = titles or {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        with model_storage.read_from(resource) as folder:
            titles = json.loads((folder / TITLES_FILE).read_text("utf-8"))
            return cls(config, model_storage, resource, LinearModel.load(folder), titles)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the intent examples. Needs scikit-learn."""
        examples = [
            (message.get(TEXT), message.get(INTENT_RESPONSE_KEY) or message.get(INTENT))
            for message in training_data.intent_examples
            if message.get(TEXT)
        ]
        kinds = Kinds(
            piece_weight=self._config["piece_weight"], min_texts=self._config["min_texts"]
        )
        self._trained = LinearModel.fit(
            examples,
            kinds,
            strength=self._config["C"],
            held_out=self._config["calibration_share"],
        )
        self._titles = _titles(training_data.responses)
        with self._model_storage.write_to(self._resource) as folder:
            self._trained.save(folder)
            (folder / TITLES_FILE).write_text(json.dumps(self._titles, ensure_ascii=False), "utf-8")
        return self._resource

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker | None = None
    ) -> list[Message]:
        """Understands messages; `tracker` tells which topic was answered last."""
        after = tracker.slots.get(TOPIC_SLOT) if tracker else None
        for message in messages:
            read = self.read(message.get(TEXT) or "", after.value if after else None)
            for name, value in read.items():
                message.set(name, value, add_to_output=True)
        return messages

    @property
    def _model(self) -> LinearModel:
        if self._trained is None:
            raise RuntimeError("the classifier was not trained")
        return self._trained

    def read(self, text: str, after: str | None = None) -> dict[str, Any]:
        """What a text means, in the form of Rasa's parse; `after` is the topic before it."""
        ranking, leans = self._rank(text, after)
        best, second = ranking[0], ranking[1]
        intent, _, topic = best[0].partition("/")
        confidence = best[1]
        chosen: dict[str, Any] = {"name": intent, "confidence": confidence}
        if confidence < self._config["threshold"]:
            chosen = {"name": FALLBACK, "confidence": confidence, "unsure": "unknown"}
        elif (
            confidence < self._config["answer_from"]
            or confidence - second[1] < self._config["margin"]
        ):
            chosen = {"name": FALLBACK, "confidence": confidence, "unsure": "between"}
        read: dict[str, Any] = {
            "intent": chosen,
            "intent_ranking": [{"name": label, "confidence": p} for label, p in ranking],
            "leans_back": leans,
            "unknown_words": self._unknown(text),
        }
        if topic:
            read["response_selector"] = selector_output(intent, ranking)
        return read

    def _rank(self, text: str, after: str | None) -> tuple[list[tuple[str, float]], bool]:
        """The likeliest labels with their calibrated probabilities, best first.

        And whether the text was read with the last answer.
        """
        odds = self._model.odds(self._model.scores(text))
        if leans := after in self._titles and self._leans_back(text, odds):
            odds = self._odds_after(text, str(after))
        top = np.argsort(-odds)[:RANKING_LENGTH]
        return [(self._model.labels[number], float(odds[number])) for number in top], leans

    def _leans_back(self, text: str, alone: np.ndarray) -> bool:
        """Whether a text is understood only with the last answer; `alone` are its own odds."""
        words = features.raw_words(text)
        if not is_short(words):
            return False
        # A cry for help is never read as a question about the last answer.
        if self._likeliness(levels.URGENT, alone) >= SUSPECTED_CRY:
            return False
        clear = self._config["clear_pointing" if points_back(words) else "clear_alone"]
        if self._model.labels[int(alone.argmax())] in LOOK_ALIKES:
            clear = max(clear, self._config["clear_look_alike"])
        return float(alone.max()) < float(clear)

    def _odds_after(self, text: str, topic: str) -> np.ndarray:
        """The odds of a question after the answer of a topic."""
        share = self._config["subject_weight"]
        about_it = self._model.scores(f"{self._titles[topic]} {text}")
        scores = (1 - share) * self._model.scores(text) + share * about_it
        scores[self._model.labels.index(f"{FAQ}/{topic}")] += self._config["stay_bonus"]
        return self._model.odds(scores)

    def _likeliness(self, label: str, odds: np.ndarray) -> float:
        labels = self._model.labels
        return float(odds[labels.index(label)]) if label in labels else 0.0

    def _unknown(self, text: str) -> list[str]:
        """The words, lower-cased, that hardly any example holds."""
        said = features.raw_words(text)
        knows = self._model.vectoriser.knows
        return [word for word, meant in zip(said, normalise(said)) if not knows(meant)]


def _titles(responses: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """What each topic is called, as its writer put it into the metadata."""
    prefix = f"utter_{FAQ}/"
    return {
        name.removeprefix(prefix): str(variant["metadata"]["title"])
        for name, variants in responses.items()
        for variant in variants
        if name.startswith(prefix) and "title" in (variant.get("metadata") or {})
    }
