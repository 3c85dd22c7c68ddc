"""The questions of the quiz, and what the action fills into its texts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.quiz import BEFORE_SLOT, MAX_TOPICS, ActionKuis
from bot.knowledge import facts
from bot.quiz.questions import LETTERS, Question, questions
from bot.quiz.rounds import AFTER, BEFORE, FREE, FREE_LENGTH, ROUND_SLOT, Round
from tests.nlu_data import content
from tests.nlu_data.content import PLACEHOLDER
from tests.nlu_data.readability import longest_sentence, reading_ease
from tests.nlu_data.texts import EASY_ENOUGH, GSM_7, LONGEST_SENTENCE, VARIABLES

WRITTEN: list[dict[str, Any]] = content.load(content.NLU_DATA / "kuis" / "soal.yml")["soal"]
TOPICS = {topic.id: topic for topic in content.topics()}

FEWEST = 20
IN_LESSON = 10
MAX_QUESTION = 200
MAX_OPTION = 60
MAX_REASON = 300
# A letter that is right more often than this could be guessed.
MOST_OF_ONE_LETTER = 0.45

each_question = pytest.mark.parametrize("question", questions().values(), ids=lambda q: q.id)
each_entry = pytest.mark.parametrize("entry", WRITTEN, ids=lambda entry: entry["id"])


def test_there_are_enough_questions() -> None:
    assert len(WRITTEN) >= FEWEST
    # After a lesson's round five others are left for a free one.
    assert len(WRITTEN) >= IN_LESSON + FREE_LENGTH


def test_no_question_stands_twice() -> None:
    assert max(Counter(entry["id"] for entry in WRITTEN).values()) == 1
    assert max(Counter(entry["tanya"].casefold() for entry in WRITTEN).values()) == 1


@each_entry
def test_a_question_is_written_in_full(entry: dict[str, Any]) -> None:
    wanted = {"id", "topic", "tanya", "pilihan", "benar", "sebab"}
    assert wanted <= entry.keys() <= wanted | {"penyuluhan"}
    assert entry.get("penyuluhan", True) is True
    # A number without quotation marks would lose its leading zero.
    assert all(isinstance(option, str) for option in entry["pilihan"])


@each_question
def test_a_question_leads_to_a_topic(question: Question) -> None:
    assert question.topic in TOPICS


def test_questions_are_from_all_four_areas() -> None:
    areas = {TOPICS[question.topic].area for question in questions().values()}
    in_lesson = {TOPICS[q.topic].area for q in questions().values() if q.in_lesson}
    assert areas == in_lesson == {"hukum", "migrasi", "tanda", "bantuan"}


@each_entry
def test_a_question_has_three_different_options_of_which_one_is_right(
    entry: dict[str, Any],
) -> None:
    assert len({option.casefold() for option in entry["pilihan"]}) == 3
    assert entry["benar"] in (1, 2, 3)


def test_the_right_answer_is_as_often_a_b_as_c() -> None:
    for chosen in (
        list(questions().values()),
        [question for question in questions().values() if question.in_lesson],
    ):
        letters = Counter(question.right_letter for question in chosen)
        assert set(letters) == set(LETTERS)
        assert max(letters.values()) <= MOST_OF_ONE_LETTER * len(chosen)


def test_the_longest_option_is_not_the_right_one_by_habit() -> None:
    longest = [max(range(3), key=lambda i: len(q.options[i])) for q in questions().values()]
    right = sum(place == q.right for place, q in zip(longest, questions().values()))
    assert right <= len(longest) / 2


def test_ten_questions_are_asked_around_a_lesson() -> None:
    assert sum(question.in_lesson for question in questions().values()) == IN_LESSON


@each_question
def test_a_question_is_short(question: Question) -> None:
    assert 0 < len(question.text) <= MAX_QUESTION
    assert all(0 < len(option) <= MAX_OPTION for option in question.options)
    assert 0 < len(question.reason) <= MAX_REASON


@each_question
def test_a_question_ends_as_one_and_its_options_do_not_end_at_all(question: Question) -> None:
    assert question.text.endswith("?")
    assert question.reason.endswith((".", '"'))
    # The text around an option brings the full stop.
    assert not [option for option in question.options if option[-1] in ".,;:!?"]


@each_question
def test_a_question_fits_into_the_letters_of_a_simple_phone(question: Question) -> None:
    assert not set("".join((question.text, *question.options, question.reason))) - GSM_7


@each_entry
def test_every_name_in_braces_of_a_question_is_a_fact(entry: dict[str, Any]) -> None:
    text = "\n".join((entry["tanya"], *entry["pilihan"], entry["sebab"]))
    assert set(PLACEHOLDER.findall(text)) <= facts.placeholders().keys()


@each_question
def test_a_question_is_easy_to_read(question: Question) -> None:
    asked = "\n".join((question.text, *(f"- {option}" for option in question.options)))
    for text in (asked, question.reason):
        assert reading_ease(text) >= EASY_ENOUGH
        assert longest_sentence(text) <= LONGEST_SENTENCE


@each_question
def test_nobody_is_blamed_for_a_wrong_answer(question: Question) -> None:
    said = question.reason.casefold()
    assert not [word for word in ("bodoh", "ceroboh", "salahmu sendiri") if word in said]
    # "salahmu" comes only to say that it is not.
    assert said.count("salahmu") == said.count("bukan salahmu")


# What the action says

RIGHT, WRONG = "the right letter", "a wrong letter"


def _step(
    stage: str, marks: list[bool | None], said: dict[str, str], before: int | None
) -> list[dict[str, Any]]:
    """What the action does next in a round that got as far as `marks`."""
    asked = [q.id for q in questions().values() if q.in_lesson or stage == FREE][:IN_LESSON]
    slots = {
        ROUND_SLOT: Round(stage, tuple(asked), tuple(marks)).to_slot(),
        BEFORE_SLOT: before,
    }
    running = Round.running(slots[ROUND_SLOT])
    if running is not None and running.current is not None and "jawab" in said:
        right = running.current.right
        letters = {RIGHT: LETTERS[right], WRONG: LETTERS[(right + 1) % 3]}
        answer = letters.get(said["jawab"], said["jawab"])
        said = {"soal": running.current.id, "jawab": answer}
    entities = [{"entity": name, "value": value} for name, value in said.items()]
    tracker = Tracker("c1", slots, {"entities": entities}, [], False, None, {}, None)
    dispatcher = CollectingDispatcher()
    responses = {
        f"utter_faq/{topic.id}": [{"text": topic.text, "metadata": topic.metadata}]
        for topic in TOPICS.values()
    }
    ActionKuis().run(dispatcher, tracker, {"responses": responses})
    messages: list[dict[str, Any]] = dispatcher.messages
    return messages


NINE: list[bool | None] = [True] * 9
TURNS: list[tuple[str, list[bool | None], dict[str, str], int | None]] = [
    (FREE, [True] * IN_LESSON, {}, None),
    (FREE, [], {"tahap": BEFORE}, None),
    (FREE, [], {"jawab": "di_luar_topik"}, None),
    (FREE, [True], {"jawab": "batal"}, None),
    (BEFORE, [], {"jawab": RIGHT}, None),
    (BEFORE, [], {"jawab": WRONG}, None),
    (BEFORE, [], {"jawab": "lewati"}, None),
    (FREE, NINE, {"jawab": "lewati"}, None),
    (BEFORE, NINE, {"jawab": "lewati"}, None),
    (AFTER, NINE, {"jawab": "lewati"}, None),
    (AFTER, NINE, {"jawab": "lewati"}, 9),
    (AFTER, NINE, {"jawab": RIGHT}, 9),
]


def test_the_action_fills_in_what_its_texts_ask_for() -> None:
    """And the table in texts.py, which the lengths are checked with, says the same."""
    empty = CollectingDispatcher()
    empty.utter_message()
    filled_in: dict[str, dict[str, Any]] = {}
    for turn in TURNS:
        for message in _step(*turn):
            named = message.keys() - empty.messages[0].keys()
            values = {name: message[name] for name in named if message[name] is not None}
            filled_in.setdefault(message["response"], {}).update(values)
    assert set(filled_in) >= {name for name in VARIABLES if name.startswith("ucapan_kuis_")}
    for response, values in filled_in.items():
        assert set(values) == set(VARIABLES.get(response, {})), response
        for name, value in values.items():
            assert len(str(value)) <= len(VARIABLES[response][name]), f"{response} {name}"
        for variant in content.responses()[response]:
            names = set(PLACEHOLDER.findall(variant["text"]))
            assert names <= values.keys() | facts.placeholders().keys()


def test_every_text_of_the_quiz_is_said_in_one_of_the_turns() -> None:
    said = {message["response"] for turn in TURNS for message in _step(*turn)}
    written = {name for name in content.responses() if name.startswith("ucapan_kuis_")}
    # The engine says this one, when something else was asked in between.
    assert written - said == {"ucapan_kuis_lanjut"}


def test_the_end_offers_at_most_three_topics_of_what_was_missed() -> None:
    missed: list[bool | None] = [False] * 9
    message = _step(BEFORE, missed, {"jawab": "lewati"}, None)[-1]
    offered = [button["title"] for button in message["buttons"]]
    in_lesson = [TOPICS[q.topic] for q in questions().values() if q.in_lesson]
    assert offered == [topic.metadata["title"] for topic in in_lesson][:MAX_TOPICS]
    assert _step(BEFORE, NINE, {"jawab": RIGHT}, None)[-1]["buttons"] == []
