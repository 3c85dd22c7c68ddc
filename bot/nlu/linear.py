"""Rasa's graph component over the linear model (bot/nlu/linear_model.py).

One softmax over every dialog intent and every topic, so "is it a question" and "which
topic" are one decision. Rasa's own linear classifier takes seven seconds to load.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
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
from bot.nlu.following import is_short, points_back, without_address, wonders
from bot.nlu.labels import FALLBACK, FAQ, OUT_OF_SCOPE, TOPIC_SLOT, selector_output
from bot.nlu.linear_model import LinearModel
from bot.nlu.normaliser import normalise
from bot.nlu.vectoriser import Kinds
from bot.triage import levels

RANKING_LENGTH = 6
TITLES_FILE = "titles.json"
# What a short question after an answer ("bayare piro", "nanggung apa aja") looks like alone.
LOOK_ALIKES = (OUT_OF_SCOPE, "ulangi", "menu", "lewati")
# These, too, when it asks: "boleh emang?" is no yes.
LOOK_ALIKES_OF_QUESTIONS = ("ya", "tidak", "cek_status", "kembali", "puas", "salam")
# And these when it names nothing: "udah saya kasih kemarin".
LOOK_ALIKES_OF_REMARKS = ("cek_status", "kembali", "lewati")
# A yes or no of more words tells something: "dianya gak mau".
LONGEST_YES = 2
# No likeliness reaches this.
NEVER = 1.1
# A word in fewer examples is no generic one.
LEAST_TEXTS = 3
# Nor one that is mostly out of scope: "rendang".
MOSTLY = 0.5
GENERIC_FILE = "generic.json"
# From here on a text that names something is out of scope by itself: "makanannya pedas gak".
STRANGE_FROM = 0.6
# And from here on it may be about the topic before.
FITS_FROM = 0.02
# Likely enough to be a cry for help that nothing else is read into it.
SUSPECTED_CRY = 0.2


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent):
    """Sets intent, ranking and response selector of a message.

    The ranking names full labels (`faq/paspor_ditahan`). When the best label is less
    likely than `threshold`, the intent is `nlu_fallback` and `unsure` is "unknown"; when it
    is less likely than `answer_from`, or leads the second by less than `margin`, `unsure`
    is "between". `unknown_words` are those that hardly any example holds. `leans_back` says
    that a short question was weighed together with the topic before it (slot `topik`);
    `fits_before` that it names nothing that speaks against that topic.
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
        generic: Collection[str] = (),
    ) -> None:
        self._config = config
        self._generic = frozenset(generic)
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
            generic = json.loads((folder / GENERIC_FILE).read_text("utf-8"))
            return cls(config, model_storage, resource, LinearModel.load(folder), titles, generic)

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
            generic = generic_words(examples, self._config["generic_below"])
            (folder / GENERIC_FILE).write_text(json.dumps(generic, ensure_ascii=False), "utf-8")
            self._generic = frozenset(generic)
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
        ranking, leans, fits = self._rank(text, after)
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
            "fits_before": fits,
            "unknown_words": self._unknown(text),
        }
        if topic:
            read["response_selector"] = selector_output(intent, ranking)
        return read

    def _rank(self, text: str, after: str | None) -> tuple[list[tuple[str, float]], bool, bool]:
        """The likeliest labels with their calibrated probabilities, best first.

        And whether the text was read with the last answer, and names nothing that speaks
        against it.
        """
        odds, fits = self._model.odds(self._model.scores(text)), True
        if leans := after in self._titles and self._leans_back(text, odds):
            fits = self._fits(text, odds, str(after))
            odds = self._odds_after(text, str(after), without=self._shut_out(text))
        top = np.argsort(-odds)[:RANKING_LENGTH]
        ranking = [(self._model.labels[number], float(odds[number])) for number in top]
        return ranking, leans, fits

    def _leans_back(self, text: str, alone: np.ndarray) -> bool:
        """Whether a text is understood only with the last answer; `alone` are its own odds."""
        words = features.raw_words(text)
        if not is_short(words):
            return False
        # A cry for help is never read as a question about the last answer.
        if self._likeliness(levels.URGENT, alone) >= SUSPECTED_CRY:
            return False
        return float(alone.max()) < self._clear_from(words, self._model.labels[int(alone.argmax())])

    def _clear_from(self, words: list[str], label: str) -> float:
        """How likely `label` must be for a short text to stand by itself."""
        points, names_nothing = points_back(words), self._names_nothing(words)
        if label in LOOK_ALIKES:
            if points or names_nothing:
                return NEVER
            return float(self._config["clear_look_alike"])
        if label in LOOK_ALIKES_OF_QUESTIONS and wonders(words):
            return NEVER
        if label in LOOK_ALIKES_OF_REMARKS and names_nothing:
            return float(self._config["clear_look_alike"])
        if label in ("ya", "tidak") and len(without_address(words)) > LONGEST_YES:
            return float(self._config["clear_look_alike"])
        if not label.startswith(FAQ):
            return float(self._config["clear_dialog" if points else "clear_alone"])
        return float(self._config["clear_pointing" if points or names_nothing else "clear_alone"])

    def _fits(self, text: str, alone: np.ndarray, after: str) -> bool:
        """Whether a text names nothing, or something of the topic before; `alone` are its odds."""
        if self._names_nothing(features.raw_words(text)):
            return True
        is_strange = self._likeliness(OUT_OF_SCOPE, alone) >= STRANGE_FROM
        return not is_strange and self._likeliness(f"{FAQ}/{after}", alone) >= FITS_FROM

    def _names_nothing(self, words: list[str]) -> bool:
        """Whether no word belongs to a topic: "hari minggu buka?", "gak ada duit"."""
        return all(word in self._generic for word in normalise(without_address(words)))

    def _shut_out(self, text: str) -> Sequence[str]:
        """The labels that a text cannot mean as it points at the last answer."""
        words = features.raw_words(text)
        points = points_back(words) or self._names_nothing(words)
        return [label for label in LOOK_ALIKES if points and label in self._model.labels]

    def _odds_after(self, text: str, topic: str, *, without: Sequence[str]) -> np.ndarray:
        """The odds of a question after the answer of a topic."""
        share = self._config["subject_weight"]
        about_it = self._model.scores(f"{self._titles[topic]} {text}")
        scores = (1 - share) * self._model.scores(text) + share * about_it
        scores[self._model.labels.index(f"{FAQ}/{topic}")] += self._config["stay_bonus"]
        scores[[self._model.labels.index(label) for label in without]] = -np.inf
        return self._model.odds(scores)

    def _likeliness(self, label: str, odds: np.ndarray) -> float:
        labels = self._model.labels
        return float(odds[labels.index(label)]) if label in labels else 0.0

    def _unknown(self, text: str) -> list[str]:
        """The words, lower-cased, that hardly any example holds."""
        said = features.raw_words(text)
        knows = self._model.vectoriser.knows
        return [word for word, meant in zip(said, normalise(said)) if not knows(meant)]


def generic_words(examples: Iterable[tuple[str, str]], below: float) -> list[str]:
    """The words of which no topic and no dialog intent has this share of their examples.

    Rare words are left out: they may well name a subject.
    """
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text, label in examples:
        for word in set(normalise(features.raw_words(text))):
            counts[word][label] += 1
    found = []
    for word, labels in counts.items():
        texts, outside = sum(labels.values()), labels.pop(OUT_OF_SCOPE, 0)
        most = max(labels.values(), default=0)
        if texts >= LEAST_TEXTS and most < below * texts and outside < MOSTLY * texts:
            found.append(word)
    return sorted(found)


def _titles(responses: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """What each topic is called, as its writer put it into the metadata."""
    prefix = f"utter_{FAQ}/"
    return {
        name.removeprefix(prefix): str(variant["metadata"]["title"])
        for name, variants in responses.items()
        for variant in variants
        if name.startswith(prefix) and "title" in (variant.get("metadata") or {})
    }
