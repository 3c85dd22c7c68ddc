"""Weighs the n-grams of a text: sublinear tf-idf."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.nlu import features


@dataclass(frozen=True)
class Kinds:
    """Which features a text is read by, and how.

    Attributes:
        normalise: Words are read as they are meant.
        pairs: Pairs of neighbouring words count, too.
        bones: Words without their vowels count, too.
        piece_weight: What pieces of words weigh beside whole words; 0 leaves them out.
        min_texts: Features in fewer texts than this are left out.
    """

    normalise: bool = True
    pairs: bool = True
    bones: bool = True
    piece_weight: float = 1.4
    min_texts: int = 3


class Vectoriser:
    """Turns a text into indices and weights; words and pieces are blocks of fixed length.

    Args:
        vocabulary: Index of each feature, `w:` before those of words and `c:` before pieces.
        idf: Inverse document frequency of each.
        kinds: How a text is read.
    """

    def __init__(self, vocabulary: dict[str, int], idf: np.ndarray, kinds: Kinds) -> None:
        self.vocabulary = vocabulary
        self.idf = idf
        self.kinds = kinds

    @classmethod
    def fit(cls, texts: Sequence[str], kinds: Kinds) -> Vectoriser:
        """Keeps the features that stand in enough of the texts."""
        seen: Counter[str] = Counter()
        for text in texts:
            seen.update({name for block, _ in _blocks(text, kinds) for name in block})
        kept = sorted(name for name, count in seen.items() if count >= kinds.min_texts)
        counts = np.array([seen[name] for name in kept], dtype=np.float64)
        idf = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
        return cls({name: index for index, name in enumerate(kept)}, idf, kinds)

    def transform(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Indices and weights of the features of `text` that are known."""
        blocks = [self._weigh(names, weight) for names, weight in _blocks(text, self.kinds)]
        return (
            np.concatenate([indices for indices, _ in blocks]),
            np.concatenate([values for _, values in blocks]),
        )

    def knows(self, word: str) -> bool:
        """Whether a word, as it is meant, stands in enough of the texts."""
        return f"w:{word}" in self.vocabulary

    def _weigh(self, names: Iterable[str], weight: float) -> tuple[np.ndarray, np.ndarray]:
        vocabulary = self.vocabulary
        counts = Counter(index for name in names if (index := vocabulary.get(name)) is not None)
        indices = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        times = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(times)) * self.idf[indices]
        length = math.sqrt(float(values @ values))
        return indices, values * (weight / length) if length else values


def _blocks(text: str, kinds: Kinds) -> Iterator[tuple[list[str], float]]:
    """The features of a text in blocks, each with its weight."""
    tokens = features.words(text) if kinds.normalise else features.raw_words(text)
    words = features.word_features(tokens, pairs=kinds.pairs, bones=kinds.bones)
    yield [f"w:{name}" for name in words], 1.0
    if kinds.piece_weight:
        pieces = features.piece_features(tokens, bones=kinds.bones)
        yield [f"c:{name}" for name in pieces], kinds.piece_weight
