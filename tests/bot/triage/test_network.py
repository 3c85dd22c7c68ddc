"""The network beside the linear machines: it tells apart what no sum of single words can."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.triage.network import Network

# Either of two words alone is urgent, both together are ordinary as is neither: no linear machine
# learns it. The first column is not read.
ROWS = np.array(
    [[5, 1, 0, 1, 0], [5, 0, 1, 1, 0], [5, 1, 1, 1, 0], [5, 0, 0, 1, 0], [5, 0, 0, 0, 1]],
    dtype=np.float32,
)
LEVELS = np.array([2, 2, 0, 0, 1])
START = 1


def _fit(times: int = 40) -> Network:
    matrix = csr_matrix(np.tile(ROWS, (times, 1)))
    return Network.fit(matrix, np.tile(LEVELS, times), by_hand=len(ROWS) * times, start=START)


def _margins(network: Network, row: np.ndarray) -> np.ndarray:
    (indices,) = np.nonzero(row)
    return network.margins(indices, row[indices])


@pytest.fixture(scope="module")
def network() -> Network:
    return _fit()


def test_words_mean_something_else_together_than_alone(network: Network) -> None:
    first, second, both, neither, serious = (_margins(network, row) for row in ROWS)
    assert min(first[0], second[0]) > 0 > max(both[0], neither[0], serious[0])
    assert min(first[1], second[1], serious[1]) > 0 > max(both[1], neither[1])


def test_what_comes_before_the_first_feature_to_read_does_not_count(network: Network) -> None:
    without = ROWS[0].copy()
    without[0] = 0
    assert (_margins(network, ROWS[0]) == _margins(network, without)).all()


def test_a_text_without_any_known_feature_has_margins(network: Network) -> None:
    nothing = network.margins(np.array([], dtype=np.int64), np.array([], dtype=np.float32))
    assert nothing.shape == (2,)
    assert np.isfinite(nothing).all()


def test_the_same_examples_make_the_same_network() -> None:
    again = _fit()
    for row in ROWS:
        assert (_margins(again, row) == _margins(_fit(), row)).all()


def test_it_is_saved_in_one_byte_a_weight_and_says_the_same_after(network: Network) -> None:
    arrays = {"idf": np.array([1.0]), **network.arrays()}
    assert arrays["network_rows"].dtype == np.int8
    again = Network.of(arrays)
    for row in ROWS:
        assert (_margins(again, row) == _margins(network, row)).all()


def test_of_the_examples_beside_it_learns_every_cry_and_a_share_of_the_rest() -> None:
    """By hand the word is ordinary; beside, it is always a cry: no cry is left out."""
    matrix = csr_matrix(np.array([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]] * 40))
    levels = np.array([0, 1, 0] * 20 + [0, 1, 2] * 20)
    found = Network.fit(matrix, levels, by_hand=60, start=START)
    cry = _margins(found, np.array([0, 0, 0, 1], dtype=np.float32))[0]
    assert cry > _margins(found, np.array([0, 1, 0, 0], dtype=np.float32))[0] + 1
