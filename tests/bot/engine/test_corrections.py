"""What somebody takes back, and what is meant instead."""

from __future__ import annotations

import pytest

from bot.conversation.messages import Content
from bot.conversation.turn import Answer
from bot.engine.assistant import Assistant
from bot.engine.corrections import Correction, correction


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "bukan itu min. maksudnya kalo uang sy udh balik masih perlu lapor gak",
            Correction("bukan itu min", "kalo uang sy udh balik masih perlu lapor gak"),
        ),
        (
            "sy bukan di taiwan kak, msh di rumah di bengkulu",
            Correction("sy bukan di taiwan kak", "msh di rumah di bengkulu"),
        ),
        ("maksud saya syarat umur ke korea", Correction("", "syarat umur ke korea")),
        ("dudu kui. anakne wis ning kono", Correction("dudu kui", "anakne wis ning kono")),
        # Nothing is said instead.
        ("bukan itu", None),
        ("maksudnya?", None),
        # At the end it asks.
        ("ini penipuan bukan", None),
        ("calo itu bukan orang jahat kan", None),
        ("apa itu calo", None),
        ("", None),
    ],
)
def test_what_is_taken_back_is_parted_from_what_is_meant(
    text: str, expected: Correction | None
) -> None:
    assert correction(text) == expected


def _say(assistant: Assistant, *lines: str) -> list[Answer]:
    state, answers = None, []
    for line in lines:
        answers.append(assistant.answer("c1", "web", state, [Content(text=line)]))
        state = answers[-1].state
    return answers


def _text(answer: Answer) -> str:
    return "\n".join(reply.text for reply in answer.replies)


def test_what_is_meant_instead_is_answered(assistant: Assistant) -> None:
    _, answer = _say(
        assistant,
        "kerja ke taiwan caranya gimana",
        "bukan itu kak, maksud saya ijazah asli diminta agen, wajar gak",
    )
    assert "ijazah" in _text(answer).lower()
    assert "Hong Kong atau Taiwan harus" not in _text(answer)


def test_what_was_taken_back_is_not_said_again(assistant: Assistant) -> None:
    first, answer = _say(
        assistant,
        "kerja ke taiwan caranya gimana",
        "sy bukan di taiwan kak, msh di rumah di bengkulu",
    )
    assert _text(answer) not in _text(first)
    assert "KDEI Taipei" not in _text(answer)
    assert "salah tangkap" in _text(answer)


def test_without_anything_before_there_is_nothing_to_correct(assistant: Assistant) -> None:
    (answer,) = _say(assistant, "bukan pacar, tetangga saya yang ngajak kerja. aman gak")
    assert "salah tangkap" not in _text(answer)
