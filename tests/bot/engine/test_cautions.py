"""What is said first because of what a message names."""

from __future__ import annotations

from typing import Any

import pytest

from bot.conversation.messages import Content, Understanding
from bot.engine.assistant import Assistant
from bot.engine.cautions import cautions, topic_to_say_first
from tests.nlu_data import content


def _meant(label: str, **entities: Any) -> Understanding:
    intent, _, topic = label.partition("/")
    named = [{"entity": kind, "value": value} for kind, value in entities.items()]
    return Understanding(intent, topic or None, 0.9, "biasa", {"entities": named})


@pytest.mark.parametrize(
    ("meant", "expected"),
    [
        (_meant("faq/kerja_malaysia", umur=17, negara="MY"), "usia_minimum"),
        (_meant("cek_tawaran", umur=[16, 20]), "usia_minimum"),
        (_meant("faq/kerja_malaysia", umur=18), None),
        (_meant("faq/kerja_malaysia", negara="MY"), None),
        (_meant("cek_tawaran", negara="KH"), "kerja_kamboja"),
        (_meant("cek_tawaran", pekerjaan="operator_judi"), "scam_online"),
        # A child comes before all else.
        (_meant("cek_tawaran", negara="KH", umur=16), "usia_minimum"),
        # What is about the child already stays.
        (_meant("faq/korban_anak", umur=12), None),
        (_meant("lapor", umur=12), None),
        (_meant("faq/kerja_kamboja", negara="KH"), None),
    ],
)
def test_what_a_message_names_decides_what_comes_first(
    meant: Understanding, expected: str | None
) -> None:
    assert topic_to_say_first(meant, meant.parsed["entities"], ()) == expected


def test_what_was_read_lately_does_not_come_again() -> None:
    meant = _meant("cek_tawaran", umur=17)
    assert topic_to_say_first(meant, meant.parsed["entities"], ["usia_minimum"]) is None


def test_what_was_named_before_counts_too() -> None:
    named_before = [{"entity": "umur", "value": 15}]
    assert topic_to_say_first(_meant("cek_tawaran"), named_before, ()) == "usia_minimum"


def test_every_row_names_what_exists() -> None:
    topics = {topic.id for topic in content.topics()}
    intents = set(content.catalogue()["dialog"])
    for caution in cautions():
        assert caution.topic in topics
        assert caution.before <= topics | intents


def test_a_child_with_an_offer_hears_of_the_age_and_may_still_ask(assistant: Assistant) -> None:
    line = Content(text="anakku umur 16 tahun diajak tetangga kerja di kapal, caranya gimana ya?")
    answer = assistant.answer("c1", "web", None, [line])
    assert "Paling rendah 18 tahun" in answer.replies[0].text
