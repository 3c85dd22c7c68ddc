"""A small network over the words of a text and its marks: what words mean together.

A linear machine gives each word one weight, wherever it stands. A layer between them tells
"dikunci" beside "tolong" from "dikunci" beside "film". Alone it is no better than the machine; the
two err in different places. Plain arrays, trained with scikit-learn, served without.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

# So many networks, each from other random numbers, are averaged; each has so many units.
NETWORKS, UNITS = 2, 24
# So many steps of so many texts: after more of them the examples are known by heart.
STEPS, TEXTS_A_STEP, PACE = 300, 256, 2e-3
# What the features weigh while it learns.
SCALE = 2.0
# The share of the examples beside that are not darurat which each network learns from.
SHARE_BESIDE = 0.3
# How far tinggi is from darurat, where biasa is 1.
BETWEEN = 0.3
_PREFIX = "network_"


class Network:
    """The margins of a text.

    Args:
        start: The first feature that is read.
        rows: A row a feature from there on, a column a unit of all networks: whole numbers.
        steps: How much one of them is, for each unit.
        bias: Of each unit.
        out: For each network what its units say of each level.
        out_bias: For each network and level.
    """

    def __init__(
        self,
        start: int,
        rows: np.ndarray,
        steps: np.ndarray,
        bias: np.ndarray,
        out: np.ndarray,
        out_bias: np.ndarray,
    ) -> None:
        self._start = start
        self._rows = rows
        self._steps = steps
        self._bias = bias
        self._out = out
        self._out_bias = out_bias

    @classmethod
    def fit(cls, matrix: Any, levels: np.ndarray, by_hand: int, start: int) -> Network:
        """Learns.

        Args:
            matrix: A sparse row of features a text.
            levels: Of the texts: 0 biasa, 1 tinggi, 2 darurat; each of them occurs.
            by_hand: So many texts, the first ones, had their level given one by one.
            start: The first feature to read.
        """
        read = (matrix[:, start:] * SCALE).astype(np.float32)
        learned = [_learn(read, levels, by_hand, seed) for seed in range(NETWORKS)]
        weights = np.concatenate([one.coefs_[0] for one in learned], axis=1) * SCALE
        steps = np.maximum(np.abs(weights).max(axis=0), 1e-9) / np.iinfo(np.int8).max
        return cls(
            start,
            np.rint(weights / steps).astype(np.int8),
            steps.astype(np.float32),
            np.concatenate([one.intercepts_[0] for one in learned]),
            np.stack([one.coefs_[1] for one in learned]),
            np.stack([one.intercepts_[1] for one in learned]),
        )

    def margins(self, indices: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Of darurat above all else, and of darurat or tinggi above biasa: log-odds.

        Args:
            indices: Of the features that a text has.
            values: What each weighs.
        """
        known = indices >= self._start
        rows = self._rows.take(indices[known] - self._start, axis=0).astype(np.float32)
        units = np.einsum("i,ij->j", values[known], rows) * self._steps + self._bias
        units = np.maximum(units, 0).reshape(len(self._out), -1)
        scores = np.einsum("nu,nul->ln", units, self._out) + self._out_bias.T
        ordinary, serious, urgent = scores
        above_all = urgent - np.logaddexp(ordinary, serious + np.log(BETWEEN))
        return np.array([above_all.mean(), (np.logaddexp(serious, urgent) - ordinary).mean()])

    def arrays(self) -> dict[str, np.ndarray]:
        """What has to be saved, by name."""
        return {
            f"{_PREFIX}start": np.array(self._start),
            f"{_PREFIX}rows": self._rows,
            f"{_PREFIX}steps": self._steps,
            f"{_PREFIX}bias": self._bias,
            f"{_PREFIX}out": self._out,
            f"{_PREFIX}out_bias": self._out_bias,
        }

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> Network:
        """The network that `arrays` hold, maybe among others."""
        own = ("rows", "steps", "bias", "out", "out_bias")
        return cls(int(arrays[f"{_PREFIX}start"]), *(arrays[_PREFIX + name] for name in own))


def _learn(matrix: Any, levels: np.ndarray, by_hand: int, seed: int) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    chance = np.random.default_rng(seed).random(len(levels))
    kept = (np.arange(len(levels)) < by_hand) | (levels == 2) | (chance < SHARE_BESIDE)
    texts_a_step = min(TEXTS_A_STEP, int(kept.sum()))
    machine = MLPClassifier(
        (UNITS,),
        batch_size=texts_a_step,
        learning_rate_init=PACE,
        max_iter=max(1, round(STEPS * texts_a_step / kept.sum())),
        n_iter_no_change=STEPS,
        random_state=seed,
    )
    with warnings.catch_warnings():
        # It stops on purpose before it has learned all.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return machine.fit(matrix[kept], levels[kept])
