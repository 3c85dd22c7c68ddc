"""How hard an Indonesian text is to read.

Flesch's reading ease (1948), 206.835 - 1.015 x words per sentence - 84.6 x syllables per
word, with the syllables multiplied by 0.6. The factor is the one that Harjasujana and
Mulyati (Membaca 2, Depdikbud 1996/1997, pages 116-120) introduced for reading Fry's graph
in Indonesian: its words have more syllables than English ones (prefixes, suffixes)
without being harder. 90 and more is very easy, 60 to 70 plain, under 30 for the trained.

A syllable is counted for each vowel, but one for a word's final ai, au or oi ("pakai").
The line with the sources ("Dasarnya: ...") is not counted, a list item is a sentence.
"""

from __future__ import annotations

import re

_BASIS = re.compile(r"^Dasarnya:.*$", re.MULTILINE)
_ITEM = re.compile(r"^(?:\d+\.|-) ", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?:]+(?=\s|$)|\n")
_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence."""
    plain = _ITEM.sub("", _BASIS.sub("", text))
    found = [_WORD.findall(sentence) for sentence in _SENTENCE_END.split(plain)]
    return [words for words in found if words]


def syllables(word: str) -> int:
    lower = word.lower()
    vowels = len(re.findall(r"[aeiou]", lower))
    return max(1, vowels - lower.endswith(("ai", "au", "oi")))


def reading_ease(text: str) -> float:
    in_sentences = sentences(text)
    words = [word for sentence in in_sentences for word in sentence]
    words_per_sentence = len(words) / len(in_sentences)
    syllables_per_word = sum(map(syllables, words)) / len(words)
    return 206.835 - 1.015 * words_per_sentence - 84.6 * 0.6 * syllables_per_word


def longest_sentence(text: str) -> int:
    """In words."""
    return max(map(len, sentences(text)))
