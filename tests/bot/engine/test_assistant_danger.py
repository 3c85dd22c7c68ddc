"""After a cry for help nothing is sent away or taken for small talk."""

from __future__ import annotations

import pytest

from bot.conversation.messages import Content
from bot.conversation.turn import Answer
from bot.engine.assistant import Assistant

CRY = "tolong saya dikunci di rumah majikan"


def _say(assistant: Assistant, text: str, state: bytes | None = None) -> Answer:
    return assistant.answer("c1", "web", state, [Content(text=text)])


@pytest.mark.parametrize(
    "text", ["aku di kafe daerah curup", "hp mau habis batre", "zzz qqq", "takut kak", "kembali"]
)
def test_what_is_unclear_after_a_cry_for_help_is_still_about_it(
    assistant: Assistant, text: str
) -> None:
    state = _say(assistant, CRY).state
    answer = _say(assistant, text, state)
    said = answer.replies[0].text
    assert "belum bisa menjawab" not in said
    assert "belum yakin" not in said
    assert "110" in said
    assert answer.level in ("tinggi", "darurat")


def test_a_clear_question_is_answered_in_danger_too(assistant: Assistant) -> None:
    state = _say(assistant, CRY).state
    answer = _say(assistant, "apakah agen boleh menahan paspor pekerja?", state)
    assert "UU 18/2017" in answer.replies[0].text


def test_danger_does_not_stay_for_ever(assistant: Assistant) -> None:
    state = _say(assistant, CRY).state
    for _ in range(12):
        answer = _say(assistant, "zzz qqq", state)
        state = answer.state
    assert "belum bisa menjawab" in answer.replies[0].text


def test_nobody_else_is_in_danger(assistant: Assistant) -> None:
    _say(assistant, CRY)
    assert "belum bisa menjawab" in _say(assistant, "zzz qqq").replies[0].text


def test_yes_to_the_question_about_danger_is_a_cry_for_help(assistant: Assistant) -> None:
    asked = _say(assistant, "saya mau lapor")
    assert "bahaya sekarang?" in asked.replies[0].text
    answer = _say(assistant, "iyo", asked.state)
    assert answer.level == "darurat"


def test_the_same_long_answer_is_not_sent_twice_running(assistant: Assistant) -> None:
    first = _say(assistant, "apa itu calo?")
    again = _say(assistant, "kenapa?", first.state)
    assert again.replies[0].text != first.replies[0].text
    assert "Bicara dengan petugas" in [choice.title for choice in again.replies[-1].choices]


def test_a_detail_of_the_last_answer_is_given_by_itself(assistant: Assistant) -> None:
    first = _say(assistant, "apa itu calo?")
    again = _say(assistant, "hukumannya?", first.state)
    assert "penjara" in again.replies[0].text
    assert len(again.replies[0].text) < len(first.replies[0].text)


@pytest.mark.parametrize("text", ["bisa kak", "biso", "5"])
def test_in_danger_a_word_or_a_number_is_about_the_danger(assistant: Assistant, text: str) -> None:
    cry = assistant.answer("c1", "web", None, [Content(text="tolong saya dikurung")])
    said = assistant.answer("c1", "web", cry.state, [Content(text=text)])
    assert "sampai nomor" not in said.replies[0].text
    assert ("Sebutkan di mana kamu" in said.replies[0].text) == (text != "5")
