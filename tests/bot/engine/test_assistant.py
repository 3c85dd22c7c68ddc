"""The assistant as the turn sees it, with the real model."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import partial
from itertools import combinations, islice
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from bot.conversation.messages import Attachment, Content, Location
from bot.conversation.turn import Answer
from bot.engine import import_shims
from bot.engine.assistant import Assistant
from tests.nlu_data.content import responses, topics


def _say(assistant: Assistant, text: str, state: bytes | None = None) -> Answer:
    return assistant.answer("c1", "web", state, [Content(text=text)])


def _press(assistant: Assistant, payload: str, state: bytes | None = None) -> Answer:
    return assistant.answer("c1", "web", state, [Content(payload=payload)])


def test_what_is_remembered_does_not_grow_with_the_conversation(assistant: Assistant) -> None:
    state, sizes = None, []
    for _ in range(60):
        answer = _say(assistant, "agen mau simpan paspor saya boleh ga?", state)
        state = answer.state
        sizes.append(len(state or b""))
    # The gist and "not known" in turn, and no more.
    assert set(sizes[1:3]) == set(sizes[-2:])
    assert max(sizes) < 4000


def test_what_is_remembered_holds_no_word_of_the_person(assistant: Assistant) -> None:
    answer = _say(assistant, "kata rahasia: apa itu perdagangan orang ya kak?")
    assert answer.state is not None
    assert b"rahasia:" not in answer.state


def test_a_tracker_of_an_older_domain_is_still_understood(assistant: Assistant) -> None:
    state = json.dumps({"format": 1, "slots": {"dulu_ada": "x"}, "loop": "form_lama", "said": []})
    answer = _say(assistant, "apa itu perdagangan orang?", state.encode())
    assert "Perdagangan orang" in answer.replies[0].text


def test_conversations_do_not_mix(assistant: Assistant) -> None:
    menu = _say(assistant, "menu").state
    question = _say(assistant, "apa itu perdagangan orang?").state
    assert "luar negeri" in _say(assistant, "1", menu).replies[0].text
    assert "luar negeri, kamu mau tahu" not in _say(assistant, "1", question).replies[0].text


def test_a_number_without_a_list_is_not_a_pick(assistant: Assistant) -> None:
    assert _say(assistant, "2").replies


def test_lines_of_a_burst_are_understood_together(assistant: Assistant) -> None:
    lines = [Content(text=text) for text in ("kak", "agen sy", "mau pegang paspor", "boleh gak?")]
    answer = assistant.answer("c1", "web", None, lines)
    assert answer.replies[0].text.startswith("Agen atau majikan tidak boleh menahan paspor")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (Content(attachments=(Attachment("sticker"),)), "stiker"),
        (Content(attachments=(Attachment("voice"),)), "suara"),
        (Content(attachments=(Attachment("document"),)), "berkas"),
        (Content(location=Location(-3.79, 102.26)), "nama desa"),
        (Content(text="maksud saya 5", edits="a1"), "sudah dijawab"),
        (Content(notes=("kosong",)), "kosong"),
    ],
)
def test_what_is_no_text_gets_a_useful_sentence(
    assistant: Assistant, content: Content, words: str
) -> None:
    answer = assistant.answer("c1", "web", None, [content])
    assert words in answer.replies[0].text


def test_a_photo_with_words_is_answered_by_its_words(assistant: Assistant) -> None:
    photo = (Attachment("photo", "image/jpeg"),)
    content = Content(text="apa itu perdagangan orang?", attachments=photo)
    answer = assistant.answer("c1", "web", None, [content])
    assert "Perdagangan orang" in answer.replies[0].text


def test_a_cry_for_help_in_any_line_is_urgent(assistant: Assistant) -> None:
    lines = [Content(text="kak"), Content(text="saya dikunci di kamar"), Content(text="gimana")]
    answer = assistant.answer("c1", "web", None, lines)
    assert answer.level == "darurat"
    assert "110" in answer.replies[0].text


def _unclear(assistant: Assistant) -> Iterator[str]:
    """Texts of which the model itself cannot tell what they mean: the titles of two topics."""
    titles = [topic.metadata["title"] for topic in topics()]
    for one, other in combinations(titles, 2):
        text = f"{one} {other}"
        if assistant.understand(text).parsed["intent"].get("unsure") == "between":
            yield text


def test_when_unsure_it_asks_with_two_or_three_choices_and_a_human(assistant: Assistant) -> None:
    (asking,) = responses()["ucapan_mungkin_maksud"]
    asked = 0
    for text in islice(_unclear(assistant), 20):
        answer = _say(assistant, text)
        # Where money or papers are asked for, a warning stands before it.
        reply = answer.replies[-1]
        if reply.text != asking["text"].strip():
            # Only one of the guesses can be offered: it owns up instead.
            assert "belum bisa menjawab" in reply.text
            continue
        asked += 1
        assert 3 <= len(reply.choices) <= 4
        assert "/minta_petugas" in [choice.payload for choice in reply.choices]
        assert len({choice.payload for choice in reply.choices}) == len(reply.choices)
        for number, choice in enumerate(reply.choices, start=1):
            picked = _say(assistant, str(number), answer.state)
            assert picked.replies == _press(assistant, choice.payload, answer.state).replies
            assert picked.replies[0].text != reply.text
    assert asked >= 5


@pytest.mark.parametrize(
    "text",
    [
        "/lapor saya disekap di rumah majikan, tolong",
        "/start\ntolong saya dikurung majikan",
        "kemarin nonton film tentang tki\nkakak sepupu disekap majikan sekarang",
        "saya kerja di sini sudah lama dan awalnya baik. " * 80 + "Sekarang saya dikurung.",
    ],
)
def test_a_cry_for_help_is_heard_wherever_it_stands(assistant: Assistant, text: str) -> None:
    assert _say(assistant, text).level == "darurat"


def test_a_cry_for_help_in_a_correction_is_answered(assistant: Assistant) -> None:
    content = Content(text="maksud saya: tolong saya dikurung majikan", edits="a1")
    answer = assistant.answer("c1", "web", None, [content])
    assert answer.level == "darurat"
    assert "110" in answer.replies[0].text


def test_an_action_that_fails_is_no_answer(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from actions.dialogue import ActionMenu

    def speak_and_fail(self: object, dispatcher: CollectingDispatcher, *_: object) -> None:
        dispatcher.utter_message(text="laporanmu diterima")
        raise KeyError("nothing was kept")

    executor = _executor(assistant)
    monkeypatch.setitem(executor, "action_menu", partial(speak_and_fail, ActionMenu()))
    with pytest.raises(KeyError):
        _say(assistant, "menu")
    monkeypatch.undo()
    assert _say(assistant, "menu").replies


def _executor(assistant: Assistant) -> dict[str, Any]:
    """The table in which the engine looks actions up."""
    import rasa.core.actions.action

    cells = rasa.core.actions.action.RemoteAction.run.__closure__
    tables = [cell.cell_contents for cell in cells if hasattr(cell.cell_contents, "actions")]
    actions: dict[str, Any] = tables[0].actions
    return actions


@pytest.mark.parametrize(
    "payload",
    [
        "/restart",
        "/session_start",
        "/back",
        "/faq",
        '/faq{"topik":"x"}',
        "/x",
        "/menu{bad",
        "menu",
        "/",
        "/menu" + "{" * 5000,
    ],
)
def test_a_forged_button_does_no_harm(assistant: Assistant, payload: str) -> None:
    answer = assistant.answer("c1", "web", None, [Content(payload=payload)])
    assert answer.replies
    assert all(reply.text for reply in answer.replies)


def test_the_apology_is_kind_and_names_a_number(assistant: Assistant) -> None:
    text = assistant.apologise("web")[0].text
    assert "Maaf" in text
    assert "110" in text


def test_the_worker_runs_without_tensorflow_and_keeps_real_packages_importable(
    assistant: Assistant,
) -> None:
    assert import_shims.tensorflow_is_shimmed() or "tensorflow" in sys.modules
    import scipy
    import twilio

    assert scipy.__file__
    assert twilio.__file__


@pytest.mark.parametrize("length", [1, 1_000, 10_000])
def test_any_length_is_answered(assistant: Assistant, length: int) -> None:
    assert _say(assistant, "a" * length).replies
