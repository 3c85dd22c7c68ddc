"""Questions that the real model cannot answer, found anew in whatever it was trained on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from itertools import combinations

import pytest

from bot.engine.assistant import Assistant
from bot.knowledge import unanswered
from tests.nlu_data import content

# About work abroad, and answered nowhere. A model may take one of them for something.
NOWHERE_ANSWERED = (
    "kalau mertua melarang saya berjualan di tempat kerja bagaimana",
    "apakah agen boleh mengecat rumah saya",
    "siapa yang jaga anak sapi saya waktu saya kerja di luar",
    "bolehkah saya bawa kucing waktu kerja di taiwan",
    "kalau pekerja migran menikah di luar negeri bagaimana",
    "siapa yang bayar kalau piring majikan pecah",
    "perusahaan boleh mengganti nama saya",
    "majikan minta saya potong rambut pendek harus nurut apa gimana",
    "apakah agen boleh menagih ongkos fotokopi ke bibi saya",
    "boleh tidak kontrak saya dibacakan lewat pengeras suara",
    "majikan menyuruh saya pindah kamar tiap bulan kenapa begitu",
    "perusahaan boleh menyimpan sandal saya selama kerja di kapal",
)


SHAPES = (
    "apakah {} itu {} sama {}",
    "kak {} saya {} gimana",
    "kalau {} minta {} bagaimana",
    "apakah agen sudah {} sama {}",
)
SYLLABLES = "wra blum zir glo tru kwa sne dro vli pru gan tul ngka tum rik mbo zat".split()


def nonsense() -> Iterator[str]:
    """Questions in words that nobody knows, always the same ones."""
    chance = random.Random(1)
    for _ in range(100):
        for shape in SHAPES:
            words = ("".join(chance.choices(SYLLABLES, k=3)) for _ in range(3))
            yield shape.format(*words)


@cache
def unanswered_questions(assistant: Assistant) -> dict[str, list[str]]:
    """By reason, tidak_tahu or ragu: questions that the model takes for nothing certain."""
    found: dict[str, list[str]] = {unanswered.UNKNOWN: [], unanswered.BETWEEN: []}
    for question in (*NOWHERE_ANSWERED, *_two_topics()):
        parsed = assistant.understand(question).parsed
        if "unsure" in parsed["intent"]:
            between = parsed["intent"]["unsure"] == "between"
            found[unanswered.BETWEEN if between else unanswered.UNKNOWN].append(question)
        if all(found.values()) and question not in NOWHERE_ANSWERED:
            break
    for reason, questions in found.items():
        if not questions:
            pytest.fail(f"the model is sure of everything: no question is {reason}")
    return found


@cache
def between_two_topics(assistant: Assistant) -> str:
    """A question that the model takes for one of two topics."""
    for question in _two_topics():
        parsed = assistant.understand(question).parsed
        one, other = (guess["name"] for guess in parsed["intent_ranking"][:2])
        is_between = parsed["intent"].get("unsure") == "between"
        if is_between and one.startswith("faq/") and other.startswith("faq/"):
            return question
    pytest.fail("the model is never between two topics")


def _two_topics() -> Iterator[str]:
    titles = [topic.metadata["title"] for topic in content.topics()]
    for one, other in combinations(titles, 2):
        yield f"{one} {other}"
