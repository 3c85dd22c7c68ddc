from __future__ import annotations

import json
from typing import Any

import pytest

from bot.knowledge.buttons import button_for, own_texts, topic_button, topic_title, topics_after

RESPONSES: dict[str, Any] = {
    "utter_faq/calo": [
        {"text": "...", "channel": "sms"},
        {"text": "...", "metadata": {"title": "Calo", "next": ["cek_p3mi", "belum_ada"]}},
    ],
}


def test_a_topic_button_asks_for_its_topic() -> None:
    button = topic_button("calo", RESPONSES)
    assert button is not None
    assert button["title"] == "Calo"
    intent, entities = button["payload"][:4], button["payload"][4:]
    assert intent == "/faq"
    assert json.loads(entities) == {"topik": "calo"}


@pytest.mark.parametrize("topic", ["belum_ditulis", "", "utter_salam"])
def test_a_topic_that_is_not_written_has_no_button(topic: str) -> None:
    assert topic_title(topic, RESPONSES) is None
    assert topic_button(topic, RESPONSES) is None


def test_an_errand_is_offered_under_its_name() -> None:
    assert button_for("lapor", RESPONSES) == {"title": "Saya mau melapor", "payload": "/lapor"}


@pytest.mark.parametrize("label", ["salam", "di_luar_topik", "faq/belum_ditulis"])
def test_what_cannot_be_offered_has_no_button(label: str) -> None:
    assert button_for(label, RESPONSES) is None


def test_a_topic_is_offered_by_its_label() -> None:
    assert button_for("faq/calo", RESPONSES) == topic_button("calo", RESPONSES)


def test_the_next_topics_are_those_of_any_variant() -> None:
    assert topics_after(RESPONSES["utter_faq/calo"]) == ["cek_p3mi", "belum_ada"]
    assert topics_after([{"text": "tanpa lanjutan"}]) == []


def test_the_name_of_an_errand_fits_a_row_of_a_list() -> None:
    assert all(len(title) <= 24 for title in own_texts()["judul"].values())
