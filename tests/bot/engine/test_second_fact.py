"""While a second fact of a report is asked for, only what answers it costs a try."""

from __future__ import annotations

import pytest

from bot.conversation.messages import Understanding
from bot.engine import second_fact
from bot.engine.assistant import Assistant
from bot.tips import follow_up


def _step(heard: Understanding | None) -> str | None:
    assert heard is not None
    named = heard.parsed["entities"]
    return next((e["value"] for e in named if e["entity"] == "langkah"), None)


def _heard(assistant: Assistant, text: str) -> Understanding | None:
    return second_fact.heard_instead(text, assistant.understand(text))


@pytest.mark.parametrize(
    "text",
    [
        "nakau",
        "di nakau kec talang empat",
        "neng pondok kubang",
        "Malaysia",
        "di kapal Sinar Bahari",
        "kejadiannya di rumah kosong dekat masjid besar desa nakau kecamatan talang empat",
        "di penampungan nakau",
    ],
)
def test_a_place_is_a_try(assistant: Assistant, text: str) -> None:
    assert _step(_heard(assistant, text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "adik saya sekarang sudah dipindah ke batam sama pak dodi",
        "mereka mau dipindah besok pak",
        "ado tambahan, duitnyo lah dibayar 5 juta",
        "paspornya ditahan calo",
    ],
)
def test_a_statement_waits_and_is_no_try(assistant: Assistant, text: str) -> None:
    assert _step(_heard(assistant, text)) == follow_up.KEEP_FOR_LATER


def test_a_photo_waits_and_is_no_try() -> None:
    assert _step(second_fact.heard_instead("", None)) == follow_up.KEEP_FOR_LATER


@pytest.mark.parametrize("text", ["halo", "dak tau", "kok gitu", "lupa kak", "makasih"])
def test_what_answers_nothing_is_no_try(assistant: Assistant, text: str) -> None:
    assert _step(_heard(assistant, text)) == follow_up.NO_ANSWER


def test_who_is_in_danger_is_helped_first(assistant: Assistant) -> None:
    assert _heard(assistant, "tolong saya dikurung di kamar") is None
