"""The sentences that are measured on must stay what they are: never seen in training."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain

import pytest

from bench.understanding import sets, triage
from bot import lexicon
from bot.nlu.labels import OUT_OF_SCOPE
from bot.triage import examples as triage_examples
from tests.nlu_data import content

SETS = [
    (folder.name, name)
    for folder in (sets.HELDOUT, sets.TUNING)
    for name in (sets.HELDOUT_STYLES if folder == sets.HELDOUT else sets.STYLES)
]
# What is measured on in other ways than by its label.
OTHERS = [
    ("context", "followups"), ("context", "two_wishes"), ("context", "conversations"),
    ("heldout", "triage"), ("tuning", "triage"),
]  # fmt: skip
SETS += OTHERS

# Nobody's own wording: "bukan itu", "menu".
SHORTEST = 3
# Copies may be disguised from this length on; of shorter ones many are alike by chance.
SHORTEST_DISGUISED = 5
NEARLY = 0.9

each_set = pytest.mark.parametrize(
    ("folder", "name"), SETS, ids=[f"{folder}-{name}" for folder, name in SETS]
)
each_style = pytest.mark.parametrize(
    ("folder", "name"), [pair for pair in SETS if pair not in OTHERS]
)


def _items(folder: str, name: str) -> list[sets.Item]:
    return sets.style(sets.BENCH / folder, name)


def _sentences(folder: str, name: str) -> list[str]:
    if name == "followups":
        return [item.text for item in sets.follow_ups()]
    if name == "two_wishes":
        return [item.text for item in sets.two_wishes()]
    if name == "conversations":
        # Only the last message is measured; people open alike.
        return [item.turns[-1] for item in sets.conversations()]
    if name == "triage":
        return [message.text for message in triage.read(sets.BENCH / folder)]
    return [item.text for item in _items(folder, name)]


def _words(text: str) -> list[str]:
    """Words without capitals and punctuation."""
    return re.findall(r"\w+", text.lower())


def _meaningful(text: str) -> frozenset[str]:
    """The words without ways to address somebody, which hide a copy."""
    return frozenset(_words(text)) - lexicon.words("sapaan")


def _labels() -> set[str]:
    """Every dialog intent and every topic of the catalogue."""
    return {*content.catalogue()["dialog"], *(f"faq/{topic}" for topic in content.topic_ids())}


class Examples:
    """The training examples, to be searched for copies of a sentence."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = list(texts)
        self._in_order: dict[str, list[str]] = defaultdict(list)
        self._words = [_meaningful(text) for text in self.texts]
        self._holding: dict[str, list[int]] = defaultdict(list)
        for number, words in enumerate(self._words):
            self._in_order[" ".join(_words(self.texts[number]))].append(self.texts[number])
            for word in words:
                self._holding[word].append(number)

    def same(self, sentence: str) -> list[str]:
        """The examples that are this sentence, but for capitals and punctuation."""
        words = _words(sentence)
        return self._in_order.get(" ".join(words), []) if len(words) >= SHORTEST else []

    def alike(self, sentence: str) -> Iterator[str]:
        """The examples that share nine in ten words with this sentence, in any order."""
        words = _meaningful(sentence)
        if len(words) < SHORTEST_DISGUISED:
            return
        # A copy lacks at most a tenth of the words, so it holds one of the rarest.
        rarest = sorted(words, key=lambda word: len(self._holding.get(word, ())))
        lacking = int((1 - NEARLY) * len(words) + 1e-9)
        near = {n for word in rarest[: lacking + 1] for n in self._holding.get(word, ())}
        for number in sorted(near):
            longer = max(len(words), len(self._words[number]))
            if len(words & self._words[number]) >= NEARLY * longer:
                yield self.texts[number]


@pytest.fixture(scope="module")
def examples() -> Examples:
    by_level = (example.text for example in triage_examples.read())
    return Examples(chain((text for text, _ in sets.examples()), by_level))


# Never trained on. What a failure shows are examples, never the held-out sentences.


def test_all_training_examples_are_looked_at(examples: Examples) -> None:
    written = sum(len(topic.examples) for topic in content.topics())
    written += sum(map(len, content.dialog_examples().values()))
    written += sum(1 for _ in triage_examples.read())
    assert len(examples.texts) == written > 10_000


@each_set
def test_no_sentence_that_is_measured_on_is_trained_on(
    examples: Examples, folder: str, name: str
) -> None:
    copies = [copy for text in _sentences(folder, name) for copy in examples.same(text)]
    assert copies == [], f"take these examples out of nlu_data: {folder}/{name} has them"


@each_set
def test_no_example_is_a_sentence_in_disguise(examples: Examples, folder: str, name: str) -> None:
    copies = [copy for text in _sentences(folder, name) for copy in examples.alike(text)]
    assert copies == [], f"take these examples out of nlu_data: {folder}/{name} has them"


@pytest.mark.parametrize(
    ("example", "sentence", "copied", "disguised"),
    [
        ("agen mau pegang paspor asli saya", "Agen mau pegang paspor asli saya?!", True, True),
        ("agen mau pegang paspor asli saya", "kak agen mau pegang paspor asli saya", False, True),
        ("agen mau pegang paspor asli saya", "paspor asli saya mau agen pegang", False, True),
        # One word in ten may differ, not one in seven.
        ("a b c d e f g h i j", "a b c d e f g h i x", False, True),
        ("a b c d e f g h i", "a b c d e f g h i x", False, True),
        ("a b c d e f g", "a b c d e f x", False, False),
        # A long example holds many words, and a long sentence many examples.
        ("a b c d e f g h i j k l m n", "a b c d e", False, False),
        ("a b c d e", "a b c d e f g h i j k l m n", False, False),
        ("a b c d", "b a c d", False, False),
        ("a b c", "a b c", True, False),
        ("menu dong", "menu dong", False, False),
        ("ganti topik", "ganti topik", False, False),
    ],
)
def test_a_copy_is_seen_and_a_neighbour_is_none(
    example: str, sentence: str, copied: bool, disguised: bool
) -> None:
    trained_on = Examples([example, "bukan ini sama sekali"])
    assert trained_on.same(sentence) == ([example] if copied else [])
    assert list(trained_on.alike(sentence)) == ([example] if disguised else [])


# Well-formed


@each_style
def test_every_label_stands_in_the_catalogue(folder: str, name: str) -> None:
    items = _items(folder, name)
    assert {item.label for item in items} <= _labels()
    assert {item.level for item in items} <= {"darurat", "tinggi", "biasa"}


@each_set
def test_no_sentence_counts_twice(folder: str, name: str) -> None:
    # A follow-up is one together with the topic before it.
    before = [item.after for item in sets.follow_ups()] if name == "followups" else []
    if name == "conversations":
        before = [" ".join(item.turns[:-1]) for item in sets.conversations()]
    texts = [" ".join(text.lower().split()) for text in _sentences(folder, name)]
    pairs = Counter(zip(before or [""] * len(texts), texts))
    assert [number for number in pairs.values() if number > 1] == []
    assert texts.count("") == 0


def test_every_style_has_sentences_in_scope_and_out_of_it() -> None:
    for folder, name in (pair for pair in SETS if pair not in OTHERS):
        labels = Counter(item.label == OUT_OF_SCOPE for item in _items(folder, name))
        assert labels[False] >= 50
        assert labels[True] >= 10


def test_follow_ups_name_topics_before_and_what_serves_after() -> None:
    for item in sets.follow_ups():
        assert item.after in content.topic_ids()
        assert item.right
        assert set(item.right) <= content.topic_ids() | set(content.catalogue()["dialog"])


def test_two_wishes_name_labels_and_never_the_same_one_twice() -> None:
    for item in sets.two_wishes():
        assert {item.first, item.other or item.first} <= _labels()
        assert item.other != item.first


def test_half_of_what_needs_context_was_never_chosen_on() -> None:
    for items in (sets.follow_ups(), sets.two_wishes()):
        parts = Counter(item.part for item in items)
        assert parts.keys() == {"tune", "test"}
        assert parts["test"] >= 0.4 * len(items)
