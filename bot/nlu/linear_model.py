"""A calibrated linear model over texts: plain arrays, trained with scikit-learn, served without."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.vectoriser import Kinds, Vectoriser

ARRAYS_FILE, NAMES_FILE = "arrays.npz", "names.json"


class LinearModel:
    """One softmax over all labels.

    Attributes:
        labels: In the order of the scores.
        temperature: What turns margins into probabilities.
    """

    def __init__(
        self,
        labels: list[str],
        vectoriser: Vectoriser,
        weights: np.ndarray,
        steps: np.ndarray,
        bias: np.ndarray,
        temperature: float,
    ) -> None:
        self.labels = labels
        self.vectoriser = vectoriser
        self.temperature = temperature
        # A row a feature, a column a label: whole numbers, each of so many of the row's steps.
        self._weights = weights
        self._steps = steps
        self._bias = bias

    @classmethod
    def fit(
        cls, examples: Sequence[tuple[str, str]], kinds: Kinds, *, strength: float, held_out: float
    ) -> LinearModel:
        """Learns from (text, label) pairs.

        Args:
            examples: Several of each label.
            kinds: What is read off a text.
            strength: C of the support vector machine; smaller is smoother.
            held_out: Share of the examples, 0 to 1, that the calibration holds out; 0 leaves
                the margins as they are.
        """
        labels = sorted({label for _, label in examples})
        numbers = {label: number for number, label in enumerate(labels)}
        targets = np.array([numbers[label] for _, label in examples])
        texts = [text for text, _ in examples]
        vectoriser = Vectoriser.fit(texts, kinds)
        matrix = as_matrix(vectoriser, texts)
        temperature = _temperature(matrix, targets, strength, held_out) if held_out else 1.0
        machine = _machine(strength).fit(matrix, targets)
        weights, steps = _in_steps(machine.coef_.T)
        bias = machine.intercept_.astype(np.float32)
        return cls(labels, vectoriser, weights, steps, bias, temperature)

    def scores(self, text: str) -> np.ndarray:
        """The margin of each label."""
        indices, values = self.vectoriser.transform(text)
        # Not `values @ rows`: for so few rows BLAS spends its time waking threads (2.4 against
        # 0.1 ms on a busy machine with two cores).
        rows = self._weights.take(indices, axis=0).astype(np.float32)
        scores: np.ndarray = np.einsum("i,ij->j", values * self._steps.take(indices), rows)
        scores += self._bias
        return scores

    def odds(self, scores: np.ndarray) -> np.ndarray:
        """Calibrated probabilities of margins."""
        odds: np.ndarray = np.exp((scores - scores.max()) / self.temperature)
        odds /= odds.sum()
        return odds

    def save(self, folder: Path) -> None:
        np.savez(
            folder / ARRAYS_FILE,
            weights=self._weights,
            steps=self._steps,
            bias=self._bias,
            idf=self.vectoriser.idf,
        )
        own = {"labels": self.labels, "temperature": self.temperature}
        names = {**own, **self.vectoriser.names()}
        (folder / NAMES_FILE).write_text(json.dumps(names, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        names = json.loads((folder / NAMES_FILE).read_text("utf-8"))
        with np.load(folder / ARRAYS_FILE, allow_pickle=False) as arrays:
            return cls(
                names["labels"],
                Vectoriser.of(names, arrays["idf"]),
                arrays["weights"],
                arrays["steps"],
                arrays["bias"],
                names["temperature"],
            )


def _in_steps(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The weights in 16 bits: how many steps each is, and how long a step of each row is.

    Half the memory of single precision with the same answers; half precision would be three
    times slower to read, as processors do not reckon in it.
    """
    steps = np.abs(weights).max(axis=1, keepdims=True) / np.iinfo(np.int16).max
    steps[steps == 0] = 1.0
    whole = np.ascontiguousarray(np.rint(weights / steps), dtype=np.int16)
    return whole, steps[:, 0].astype(np.float32)


def _machine(strength: float) -> Any:
    from sklearn.svm import LinearSVC

    # As accurate here as logistic regression (docs/nlu.md), 15 times faster to train; the
    # temperature turns its margins into probabilities.
    return LinearSVC(C=strength, random_state=0)


def as_matrix(vectoriser: Vectoriser, texts: Sequence[str]) -> Any:
    """A sparse row of weights for each text."""
    from scipy.sparse import csr_matrix

    rows = [vectoriser.transform(text) for text in texts]
    starts = np.cumsum([0] + [len(indices) for indices, _ in rows])
    return csr_matrix(
        (
            np.concatenate([values for _, values in rows]),
            np.concatenate([indices for indices, _ in rows]),
            starts,
        ),
        shape=(len(texts), len(vectoriser.vocabulary)),
    )


def _temperature(matrix: Any, targets: np.ndarray, strength: float, share: float) -> float:
    """The temperature under which examples that were held out are least surprising.

    Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax
    from sklearn.model_selection import train_test_split

    train, held_out = train_test_split(
        np.arange(len(targets)), test_size=share, stratify=targets, random_state=0
    )
    machine = _machine(strength).fit(matrix[train], targets[train])
    scores = machine.decision_function(matrix[held_out])
    rows = np.arange(len(held_out))

    def surprise(log_temperature: float) -> float:
        scaled = scores / math.exp(log_temperature)
        return -float(log_softmax(scaled, axis=1)[rows, targets[held_out]].mean())

    return math.exp(float(minimize_scalar(surprise, bounds=(-3, 3), method="bounded").x))
