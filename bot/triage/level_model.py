"""How urgent a text is, learned from messages whose level was given by hand.

Two linear machines over the n-grams of a text and its marks: one for darurat against all else,
one for darurat or tinggi against biasa. With them a small network over its words and marks
(bot/triage/network.py), which errs elsewhere. Plain arrays, trained with scikit-learn, served
without.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot import lexicon
from bot.nlu.vectoriser import Kinds, Vectoriser
from bot.triage import marks, phrases
from bot.triage.levels import Weighed
from bot.triage.marks import LONG, Marks
from bot.triage.network import Network

ARRAYS_FILE, NAMES_FILE = "levels.npz", "levels.json"
# What a mark weighs beside the words, whose weights have the length 1.
MARK_WEIGHT = 0.7
STRENGTH = 1.0
KINDS = Kinds(min_texts=3, piece_weight=0.7)
# What an example of a topic counts beside one whose level was given by hand.
WEIGHT_BESIDE = 0.3
# What a tinggi message counts where darurat is told from all else.
WEIGHT_BETWEEN = 0.3
# What the margins of machines and network count: each says about as much, and their sum spreads as
# that of the machines alone.
MACHINE_COUNTS, NETWORK_COUNTS = 0.55, 0.125
# Where the features of whole words begin in the sorted vocabulary, after the pieces of words.
_FIRST_WORD = "w:"
_SENTENCE_END = re.compile(r"[.!?;\n]+")
_CLAUSE_END = re.compile(r",")
# A sentence that is torn out of its text says less, a clause even less.
LESS_IN_A_SENTENCE, LESS_IN_A_CLAUSE = 0.4, 0.6
# So few words with a danger in them are believed: nothing around them says otherwise.
FEW_WORDS = 6
# Groups of words that explain nothing.
_SMALL_WORDS = ("sapaan", "di", "penghubung", "pembuka", "aku")
# So many words explain a level.
MOST_REASONS = 3
# Less is chance; of a longer text the beginning is looked at.
LEAST_LOSS, MOST_WORDS = 0.1, 200


class LevelModel:
    """The margins of a text; one of more words than `LONG` is weighed in parts as well.

    Args:
        vectoriser: Reads the n-grams of a text.
        weights: A row a feature and after them a row a mark; columns urgent, serious.
        bias: Of each column.
        network: Reads the same features.
    """

    def __init__(
        self, vectoriser: Vectoriser, weights: np.ndarray, bias: np.ndarray, network: Network
    ) -> None:
        self._vectoriser = vectoriser
        self._weights = weights
        self._bias = bias
        self._network = network

    @classmethod
    def fit(
        cls, by_hand: Sequence[tuple[str, int]], beside: Sequence[tuple[str, int]]
    ) -> LevelModel:
        """Learns from texts and their levels: 0 biasa, 1 tinggi, 2 darurat.

        Args:
            by_hand: Texts whose level was given one by one.
            beside: Texts whose level follows from what they are examples of; they count less.
        """
        from scipy.sparse import csr_matrix, hstack
        from sklearn.svm import LinearSVC

        from bot.nlu.linear_model import as_matrix

        texts = [text for text, _ in (*by_hand, *beside)]
        levels = np.array([level for _, level in (*by_hand, *beside)])
        counts = np.array([1.0] * len(by_hand) + [WEIGHT_BESIDE] * len(beside))
        vectoriser = Vectoriser.fit(texts, KINDS)
        marked = np.array([marks.of(text) for text in texts], dtype=np.float32) * MARK_WEIGHT
        matrix = hstack([as_matrix(vectoriser, texts), csr_matrix(marked)]).tocsr()
        columns, biases = [], []
        # To raise a tinggi message is a smaller mistake than to raise a biasa one.
        for least, between in ((2, WEIGHT_BETWEEN), (1, 1.0)):
            weights = np.where(levels == 1, between, counts)
            machine = LinearSVC(C=STRENGTH, class_weight={False: 1, True: 2}, random_state=0)
            machine.fit(matrix, levels >= least, sample_weight=weights)
            columns.append(machine.coef_[0])
            biases.append(machine.intercept_[0])
        rows = np.stack(columns, axis=1).astype(np.float32)
        first_word = bisect_left(list(vectoriser.vocabulary), _FIRST_WORD)
        network = Network.fit(matrix, levels, len(by_hand), first_word)
        return cls(vectoriser, rows, np.array(biases), network)

    def weigh(self, text: str) -> Weighed:
        """How grave a text is; of a long one the part that is most urgent."""
        whole = marks.of(text)
        margins = [self._margins(text, whole)]
        margins += [self._margins(window) for window in _windows(text)]
        plain = whole.says_plainly and _is_short(text)
        if whole.danger_now:
            pieces = _pieces_of_danger(text, _SENTENCE_END)
            margins += [self._margins(one) - LESS_IN_A_SENTENCE for one in pieces]
            plain = plain or any(_is_plain_by_itself(one) for one in pieces)
            clauses = _pieces_of_danger(text, _CLAUSE_END)
            margins += [self._margins(clause) - LESS_IN_A_CLAUSE for clause in clauses]
        urgent, serious = np.max(margins, axis=0)
        bare = len(text.split()) == 1
        return Weighed(float(urgent), float(serious), whole.danger, whole.serious, plain, bare)

    def reasons(self, text: str) -> list[str]:
        """What makes a text urgent, in its own words: the signs of a danger that it says.

        Without any, the words without which it were less urgent, the weightiest first.
        """
        if signs := [sign for sign in phrases.signs_in(text) if not _says_nothing(sign)]:
            return signs[:MOST_REASONS]
        words = text.split()
        whole = self._margins(text).sum()
        lost = [
            (whole - self._margins(" ".join(words[:place] + words[place + 1 :])).sum(), -place)
            for place in range(min(len(words), MOST_WORDS))
            if not _says_nothing(words[place])
        ]
        told = sorted((loss, place) for loss, place in lost if loss > LEAST_LOSS)
        return [words[-place] for _, place in told[: -MOST_REASONS - 1 : -1]]

    def _margins(self, text: str, marked: Marks | None = None) -> np.ndarray:
        indices, values = self._features(text, marked or marks.of(text))
        margins: np.ndarray = np.einsum("i,ij->j", values, self._weights.take(indices, axis=0))
        margins += self._bias
        beside = self._network.margins(indices, values)
        return MACHINE_COUNTS * margins + NETWORK_COUNTS * beside

    def _features(self, text: str, marked: Marks) -> tuple[np.ndarray, np.ndarray]:
        """The n-grams of a text and after them its marks: their rows, and what each weighs."""
        indices, values = self._vectoriser.transform(text)
        found = len(self._vectoriser.vocabulary) + np.flatnonzero(marked)
        weights = np.full(len(found), MARK_WEIGHT, dtype=np.float32)
        return np.concatenate([indices, found]), np.concatenate([values, weights])

    def save(self, folder: Path) -> None:
        np.savez(
            folder / ARRAYS_FILE,
            weights=self._weights,
            bias=self._bias,
            idf=self._vectoriser.idf,
            **self._network.arrays(),
        )
        names = json.dumps(self._vectoriser.names(), ensure_ascii=False)
        (folder / NAMES_FILE).write_text(names, "utf-8")

    @classmethod
    def load(cls, folder: Path) -> LevelModel:
        names = json.loads((folder / NAMES_FILE).read_text("utf-8"))
        with np.load(folder / ARRAYS_FILE, allow_pickle=False) as arrays:
            vectoriser, network = Vectoriser.of(names, arrays["idf"]), Network.of(arrays)
            return cls(vectoriser, arrays["weights"], arrays["bias"], network)


def _says_nothing(word: str) -> bool:
    """ "kak", "di", "sy": no reason by itself."""
    said = word.lower().strip(".,!?")
    return any(said in lexicon.words(group) for group in _SMALL_WORDS)


def _is_short(text: str) -> bool:
    return len(text.split()) <= FEW_WORDS


def _is_plain_by_itself(piece: str) -> bool:
    """Whether a sentence plainly says a danger that is one's own or goes on."""
    marked = marks.of(piece)
    return _is_short(piece) and marked.says_plainly and (marked.now or marked.of_own)


def _pieces_of_danger(text: str, ends: re.Pattern[str]) -> list[str]:
    """Pieces with words of danger, beside others: "tolong saya disekap. apa itu calo?"."""
    pieces = [piece for piece in ends.split(text) if piece.strip()]
    return [piece for piece in pieces if phrases.sounds_urgent(piece)] if len(pieces) > 1 else []


def _windows(text: str) -> list[str]:
    """Parts of a long text that overlap: the danger may stand in the middle of a story."""
    words = text.split()
    if len(words) <= LONG:
        return []
    starts = range(0, len(words) - LONG // 2, LONG // 2)
    return [" ".join(words[start : start + LONG]) for start in starts]
