"""Weighs the n-grams of a text: sublinear tf-idf."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

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


class _Word(NamedTuple):
    """A word and its bones, the indices of those that are known, and of its known pieces."""

    forms: tuple[str, ...]
    known: list[int]
    pieces: np.ndarray


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
        self._words: dict[str, _Word] = {}

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

    @classmethod
    def of(cls, names: Mapping[str, Any], idf: np.ndarray) -> Vectoriser:
        """The vectoriser that `names` were saved of."""
        vocabulary = {name: index for index, name in enumerate(names["vocabulary"])}
        return cls(vocabulary, idf, Kinds(**names["kinds"]))

    def names(self) -> dict[str, Any]:
        """What has to be saved beside `idf`, as JSON has it."""
        in_order = sorted(self.vocabulary, key=self.vocabulary.__getitem__)
        return {"vocabulary": in_order, "kinds": asdict(self.kinds)}

    def transform(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Indices and weights of the features of `text` that are known."""
        words = [self._word(token) for token in _tokens(text, self.kinds)]
        known = [index for word in words for index in word.known]
        if self.kinds.pairs:
            pairs = features.pair_features([word.forms for word in words])
            known += self._known(map(_of_words, pairs))
        indices, values = self._weigh(np.array(known, dtype=np.int64), 1.0)
        if not self.kinds.piece_weight or not words:
            return indices, values
        pieces = np.concatenate([word.pieces for word in words])
        piece_indices, piece_values = self._weigh(pieces, self.kinds.piece_weight)
        return np.concatenate([indices, piece_indices]), np.concatenate([values, piece_values])

    def knows(self, word: str) -> bool:
        """Whether a word, as it is meant, stands in enough of the texts."""
        return _of_words(word) in self.vocabulary

    def _word(self, token: str) -> _Word:
        """What is known of a word.

        Kept for the next time when the word is one of the examples, so nothing that only
        people write stays in memory.
        """
        word = self._words.get(token)
        if word is None:
            forms = features.forms(token, bones=self.kinds.bones)
            known = self._known(map(_of_words, forms))
            pieces = self._known(_piece_names([token], self.kinds))
            word = _Word(forms, known, np.array(pieces, dtype=np.int64))
            if self.knows(token):
                self._words[token] = word
        return word

    def _known(self, names: Iterable[str]) -> list[int]:
        found = map(self.vocabulary.get, names)
        return [index for index in found if index is not None]

    def _weigh(self, known: np.ndarray, weight: float) -> tuple[np.ndarray, np.ndarray]:
        """Each index once, and what it weighs; `weight` is the length of all together."""
        # Not `np.unique`, which takes twice as long for so few.
        ordered = np.sort(known)
        is_first = np.ones(len(ordered), dtype=bool)
        np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
        starts = np.flatnonzero(is_first)
        indices = ordered[starts]
        values = self.idf.take(indices)
        if len(indices) < len(ordered):
            times = np.append(starts[1:], len(ordered)) - starts
            values *= 1 + np.log(times.astype(np.float32))
        length = math.sqrt(float(values @ values))
        return indices, values * (weight / length) if length else values


def _tokens(text: str, kinds: Kinds) -> list[str]:
    return features.words(text) if kinds.normalise else features.raw_words(text)


def _word_names(tokens: list[str], kinds: Kinds) -> Iterator[str]:
    return map(_of_words, features.word_features(tokens, pairs=kinds.pairs, bones=kinds.bones))


def _of_words(name: str) -> str:
    return f"w:{name}"


def _piece_names(tokens: list[str], kinds: Kinds) -> Iterator[str]:
    if kinds.piece_weight:
        for name in features.piece_features(tokens, bones=kinds.bones):
            yield f"c:{name}"
