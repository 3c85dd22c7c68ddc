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
        self._pieces: dict[str, tuple[int, ...]] = {}

    @classmethod
    def fit(cls, texts: Sequence[str], kinds: Kinds) -> Vectoriser:
        """Keeps the features that stand in enough of the texts."""
        seen: Counter[str] = Counter()
        for text in texts:
            tokens = _tokens(text, kinds)
            seen.update({*_word_names(tokens, kinds), *_piece_names(tokens, kinds)})
        kept = sorted(name for name, count in seen.items() if count >= kinds.min_texts)
        counts = np.array([seen[name] for name in kept], dtype=np.float64)
        idf = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
        return cls({name: index for index, name in enumerate(kept)}, idf, kinds)

    def transform(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Indices and weights of the features of `text` that are known."""
        tokens = _tokens(text, self.kinds)
        words = self._known(_word_names(tokens, self.kinds))
        indices, values = self._weigh(words, 1.0)
        if not self.kinds.piece_weight:
            return indices, values
        pieces = [index for token in tokens for index in self._pieces_of(token)]
        piece_indices, piece_values = self._weigh(pieces, self.kinds.piece_weight)
        return np.concatenate([indices, piece_indices]), np.concatenate([values, piece_values])

    def knows(self, word: str) -> bool:
        """Whether a word, as it is meant, stands in enough of the texts."""
        return f"w:{word}" in self.vocabulary

    def _pieces_of(self, token: str) -> tuple[int, ...]:
        """The known pieces of a word.

        Kept for the next time when the word is one of the examples, so nothing that only
        people write stays in memory.
        """
        pieces = self._pieces.get(token)
        if pieces is None:
            pieces = tuple(self._known(_piece_names([token], self.kinds)))
            if self.knows(token):
                self._pieces[token] = pieces
        return pieces

    def _known(self, names: Iterable[str]) -> list[int]:
        vocabulary = self.vocabulary
        return [index for name in names if (index := vocabulary.get(name)) is not None]

    def _weigh(self, known: Sequence[int], weight: float) -> tuple[np.ndarray, np.ndarray]:
        """Each index once, and what it weighs; `weight` is the length of all together."""
        counts = Counter(known)
        indices = np.fromiter(counts, dtype=np.int64, count=len(counts))
        values = self.idf.take(indices)
        if len(counts) < len(known):
            times = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
            values *= 1 + np.log(times)
        length = math.sqrt(float(values @ values))
        return indices, values * (weight / length) if length else values


def _tokens(text: str, kinds: Kinds) -> list[str]:
    return features.words(text) if kinds.normalise else features.raw_words(text)


def _word_names(tokens: list[str], kinds: Kinds) -> Iterator[str]:
    for name in features.word_features(tokens, pairs=kinds.pairs, bones=kinds.bones):
        yield f"w:{name}"


def _piece_names(tokens: list[str], kinds: Kinds) -> Iterator[str]:
    if kinds.piece_weight:
        for name in features.piece_features(tokens, bones=kinds.bones):
            yield f"c:{name}"
