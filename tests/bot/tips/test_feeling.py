"""Fear is heard as fear, in whatever tongue, and is no answer to the question that waits."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.tips import subject
from bot.tips.draft import Draft
from bot.tips.feeling import only_fears
from bot.tips.interview import Said, take

AFRAID = [
    "kulo ajrih", "kulo ajrih sanget kak", "ambo takut nian", "wedi aku kak", "aku wedi tenan",
    "takut kak", "tkt bgt", "dak berani kak", "mboten wantun", "saya takut nyebut", "takut dia tau",
    "ajrih menawi konangan", "jujur takut sih kak", "rada gamang pak", "deg degan aku",
]  # fmt: skip
TOLD: dict[str, Any] = {"aman": "ya", "setuju": "ya", "jenis": "lainnya"}


def _at(question: str) -> Draft:
    return Draft(fields=TOLD, current=question, asked=(question,))


@pytest.mark.parametrize("text", AFRAID)
def test_fear_is_heard_in_dialect_and_krama(text: str) -> None:
    assert only_fears(text)


@pytest.mark.parametrize(
    "text",
    [
        "gak takut", "takut dipukul", "aku takut dibunuh", "takut lapor polisi", "berani",
        "takut sama pak Dodi", "saya takut, dia di Nakau", "takut ya kak?", "di Nakau", "",
    ],
)  # fmt: skip
def test_what_tells_more_than_fear_is_read_for_facts(text: str) -> None:
    assert not only_fears(text)


@pytest.mark.parametrize("question", ["peran", "pelaku", "tempat", "waktu", "jumlah", "polisi"])
@pytest.mark.parametrize("text", ["kulo ajrih", "ambo takut nian", "wedi aku kak"])
def test_fear_answers_no_question(question: str, text: str) -> None:
    told = subject.told(_at(question), text, (), date(2026, 11, 21))
    assert told == subject.Told({}, fears=True)


def test_who_dares_not_go_to_the_police_has_not_been_there() -> None:
    told = subject.told(_at("polisi"), "gak berani kak", (), date(2026, 11, 21))
    assert told.facts == {"polisi": "tidak"}
    assert not told.fears


def test_fear_is_answered_and_the_question_waits_until_it_comes_again() -> None:
    said = Said(text="kulo ajrih", fears=True)
    first = take(_at("pelaku"), said)
    assert first.notes == ("ucapan_lapor_takut",)
    assert first.draft.current == "pelaku"
    assert first.draft.words == ("kulo ajrih",)
    again = take(first.draft, said)
    assert again.draft.current != "pelaku"
    assert "pelaku" in again.draft.skipped


@pytest.mark.parametrize("question", ["aman", "setuju", "jenis", "kirim"])
def test_fear_neither_agrees_nor_sends(question: str) -> None:
    fields = {} if question == "aman" else TOLD
    draft = Draft(fields=fields, current=question, asked=(question,))
    for _ in range(3):
        step = take(draft, Said(text="takut kak", fears=True))
        assert step.outcome is None
        assert step.draft.current == question
        assert step.draft.fields == fields
        draft = step.draft
