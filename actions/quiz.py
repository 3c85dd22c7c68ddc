"""The quiz: asks, marks, explains, and tells the score."""

from __future__ import annotations

import random
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.conversation import context
from bot.knowledge.buttons import payload, topic_button
from bot.quiz import results
from bot.quiz.questions import LETTERS
from bot.quiz.rounds import AFTER, BEFORE, FREE, ROUND_SLOT, STAGES, Round

BEFORE_SLOT = "kuis_sebelum"
# Small words that the engine hands on as answers while a round runs.
ENDING = ("batal", "berhenti")
GOING_ON = ("ya", "kembali", "None")
MAX_TOPICS = 3

# Which questions come is no secret.
_chance = random.Random()  # noqa: S311


def ended() -> list[EventType]:
    """Slots of a conversation in which no quiz runs."""
    return [SlotSet(ROUND_SLOT, None)]


class ActionKuis(Action):
    """Does the next step of the quiz, from what a button or a small word says."""

    def name(self) -> str:
        return "action_kuis"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        said = {entity["entity"]: entity["value"] for entity in tracker.latest_message["entities"]}
        answer = str(said.get("jawab"))
        running = Round.running(tracker.get_slot(ROUND_SLOT))
        if said.get("tahap") in STAGES:
            return _start(dispatcher, said["tahap"], tracker)
        if running is None or running.current is None:
            dispatcher.utter_message(response="ucapan_kuis_mulai")
            return []
        if answer in ENDING:
            dispatcher.utter_message(
                response="ucapan_kuis_berhenti", benar=running.right, jumlah=len(running.marks)
            )
            return ended()
        if answer == "lewati":
            return _mark(dispatcher, running, None, tracker, domain)
        if answer in tuple(LETTERS) and said.get("soal") == running.current.id:
            return _mark(dispatcher, running, LETTERS.index(answer), tracker, domain)
        if answer not in (*LETTERS, *GOING_ON):
            dispatcher.utter_message(response="ucapan_kuis_bingung")
        _ask(dispatcher, running)
        return []


def _start(dispatcher: CollectingDispatcher, stage: str, tracker: Tracker) -> list[EventType]:
    last = Round.from_slot(tracker.get_slot(ROUND_SLOT))
    fresh = Round.start(stage, avoid=last.asked if last else (), chance=_chance)
    _ask(dispatcher, fresh)
    return [SlotSet(ROUND_SLOT, fresh.to_slot())]


def _mark(
    dispatcher: CollectingDispatcher,
    running: Round,
    option: int | None,
    tracker: Tracker,
    domain: dict[str, Any],
) -> list[EventType]:
    question = running.current
    assert question is not None
    marked = running.mark(option)
    verdict = {True: "benar", False: "salah", None: "dilewati"}[marked.marks[-1]]
    dispatcher.utter_message(
        response=f"ucapan_kuis_{verdict}",
        huruf=question.right_letter,
        pilihan=question.options[question.right],
        sebab=question.reason,
    )
    if marked.is_running:
        _ask(dispatcher, marked)
        return [SlotSet(ROUND_SLOT, marked.to_slot())]
    return _finish(dispatcher, marked, tracker, domain)


def _ask(dispatcher: CollectingDispatcher, running: Round) -> None:
    question = running.current
    assert question is not None
    dispatcher.utter_message(
        response="ucapan_kuis_soal",
        nomor=running.number,
        jumlah=len(running.asked),
        tanya=question.text,
        pilihan="\n".join(f"{letter}. {o}" for letter, o in zip(LETTERS, question.options)),
        buttons=[
            {"title": letter, "payload": payload("kuis", soal=question.id, jawab=letter)}
            for letter in LETTERS
        ],
    )


def _finish(
    dispatcher: CollectingDispatcher, done: Round, tracker: Tracker, domain: dict[str, Any]
) -> list[EventType]:
    context.current().effects.append(results.keep(done))
    before: int | None = tracker.get_slot(BEFORE_SLOT) if done.stage == AFTER else None
    response = "ucapan_kuis_skor" if done.stage == FREE else f"ucapan_kuis_skor_{done.stage}"
    if before is not None:
        response = f"ucapan_kuis_belajar_{'naik' if done.right > before else 'tetap'}"
    to_read = [topic_button(topic, domain["responses"]) for topic in done.topics_to_read]
    dispatcher.utter_message(
        response=response,
        benar=done.right,
        jumlah=len(done.asked),
        sebelum=before,
        buttons=[button for button in to_read if button][:MAX_TOPICS],
    )
    # The round stays, so that the next one asks something else.
    events = [SlotSet(ROUND_SLOT, done.to_slot())]
    if done.stage == BEFORE:
        events.append(SlotSet(BEFORE_SLOT, done.right))
    return events
