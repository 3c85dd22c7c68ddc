from __future__ import annotations

import pytest

from tests.nlu_data.readability import longest_sentence, reading_ease, sentences, syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [("paspor", 2), ("pakai", 2), ("kerbau", 2), ("amboi", 2), ("polisi", 3), ("air", 2),
     ("baik", 2), ("perdagangan", 4), ("dieksploitasi", 6), ("SMS", 1), ("di", 1)],
)  # fmt: skip
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_a_list_item_and_a_question_are_sentences() -> None:
    text = (
        "Simpan bukti:\n1. Foto paspor.\n- Chat\n\nSudah? Lapor ke KP2MI 0800.\n\nDasarnya: UU 1."
    )
    assert [" ".join(words) for words in sentences(text)] == [
        "Simpan bukti",
        "Foto paspor",
        "Chat",
        "Sudah",
        "Lapor ke KP MI",
    ]


def test_the_longest_sentence_is_found() -> None:
    assert longest_sentence("Satu dua. Satu dua tiga empat. Satu.") == 4


def test_long_words_and_long_sentences_are_harder() -> None:
    easy = reading_ease("Simpan foto paspor. Telepon polisi.")
    long_words = reading_ease("Dokumentasikan kepemilikan keimigrasian. Laporkan kepolisian.")
    long_sentence = reading_ease("Simpan foto paspor lalu telepon polisi " * 5 + ".")
    assert easy > long_sentence > long_words
