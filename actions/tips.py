"""A report: the form that asks for it, and its end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot import clock
from bot.conversation import context
from bot.conversation.context import Call, TurnContext
from bot.conversation.inbox import lately_said
from bot.conversation.messages import Location
from bot.conversation.takeover import handoffs
from bot.nlu.labels import DANGER_SLOT, KIND_SLOT, MEMORY_SLOT
from bot.privacy import retention
from bot.tips import (
    agreement,
    filing,
    follow_up,
    interview,
    next_question,
    reading,
    subject,
    summary,
    told_before,
)
from bot.tips.draft import SLOT, Draft
from bot.tips.follow_up import Sent, Session
from bot.triage import levels

RESULT_SLOT = "laporan"
REQUESTED_SLOT = "requested_slot"
CLOSED, NOTHING = "tutup", "tidak_ada"
# Channels that bring files.
FILES_COME = ("telegram", "whatsapp")
# Said of a danger in a country of which no verified number is known.
NO_MISSION_KNOWN = "ucapan_lapor_bahaya_luar_tanpa_nomor"
MINUTE_MS = 60_000
# What was told so shortly before a report may belong to it.
TOLD_BEFORE_MS = 60 * MINUTE_MS
_STEPS_OF_A_REPORT = tuple(step for step in interview.STEPS if step != interview.GO_ON)
# As a button has them: anybody can send anything instead.
_OPTIONS = [str(place) for place in range(interview.MOST_LINES)]
SENT_AWAY = {
    interview.CANCELLED: "ucapan_lapor_batal",
    interview.REFUSED: "ucapan_lapor_tidak_setuju",
    interview.SILENT: "ucapan_lapor_jangan_balas",
    CLOSED: "ucapan_lapor_tutup",
    NOTHING: "ucapan_lapor_tidak_ada",
    interview.GONE: "ucapan_lapor_terhapus",
    interview.NOTHING_LEFT: "ucapan_lapor_kosong",
}


class ValidateFormLaporan(Action):
    """Takes what was said into the report. Nothing at all when it was about something else."""

    def name(self) -> str:
        return "validate_form_laporan"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = context.current()
        if tracker.latest_message["intent"]["name"] != "lapor":
            return []
        desk_key = filing.current_desk_key(turn.vault)
        draft = Draft.from_slot(tracker.get_slot(SLOT))
        if draft is None and step_of(tracker) in (interview.GONE, interview.NOTHING_LEFT):
            return [SlotSet(RESULT_SLOT, step_of(tracker)), SlotSet(REQUESTED_SLOT, None)]
        if desk_key is None and draft is None:
            return [SlotSet(RESULT_SLOT, CLOSED), SlotSet(REQUESTED_SLOT, None)]
        if draft is None and step_of(tracker) in _STEPS_OF_A_REPORT:
            # A button of a report that was sent or taken back, pressed once more.
            return [SlotSet(RESULT_SLOT, NOTHING), SlotSet(REQUESTED_SLOT, None)]
        draft = draft or _told_before(turn)
        step = interview.take(draft, _said(turn, tracker, draft))
        draft = step.draft
        for note in step.notes:
            _note(dispatcher, note, draft)
        # It may be given up, but not sent, while nobody could read it.
        waits = desk_key is None and step.outcome in (None, interview.SEND)
        outcome = CLOSED if waits else step.outcome
        if outcome is not None:
            kept = [SlotSet(SLOT, draft.to_slot()), SlotSet(RESULT_SLOT, outcome)]
            return [*kept, SlotSet(REQUESTED_SLOT, None)]
        kept_ms = filing.kept_ms(retention.DRAFT)
        draft, effects = filing.meanwhile(
            draft, desk_key, turn.conversation_id, turn.channel, keep_ms=kept_ms
        )
        turn.effects += effects
        # Whoever goes on with a report is in no danger now.
        calm = [SlotSet(DANGER_SLOT, None), SlotSet(KIND_SLOT, None)]
        return [SlotSet(SLOT, draft.to_slot()), *calm, *_without_opened(tracker)]


class ActionAskLaporan(Action):
    """Puts the question that waits, with its choices."""

    def name(self) -> str:
        return "action_ask_laporan"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        draft = Draft.from_slot(tracker.get_slot(SLOT))
        assert draft is not None
        dispatcher.utter_message(
            response=next_question.response(draft),
            buttons=interview.buttons(draft),
            ringkasan=summary.text(draft),
        )
        return []


class ActionLaporan(Action):
    """Ends a report: sends it to the desk, or lets it go."""

    def name(self) -> str:
        return "action_laporan"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = context.current()
        outcome = tracker.get_slot(RESULT_SLOT)
        # What was understood of it goes as well: the country, the age, the papers.
        ended: list[EventType] = [SlotSet(name, None) for name in (SLOT, RESULT_SLOT, MEMORY_SLOT)]
        draft = Draft.from_slot(tracker.get_slot(SLOT))
        if outcome == interview.SEND and filing.current_desk_key(turn.vault) is None:
            outcome = CLOSED
        if draft is not None and outcome == interview.SILENT:
            # Somebody else is there. What was told stays for a day, and nobody is reminded of it.
            dispatcher.utter_message(response=SENT_AWAY[interview.SILENT])
            turn.effects.append(filing.unlink(turn.conversation_id, unfinished=False))
            return [SlotSet(RESULT_SLOT, None), SlotSet(follow_up.SENT_SLOT, None)]
        if draft is not None and outcome == CLOSED:
            # Nobody could read it just now: it waits as a draft, and goes as one.
            dispatcher.utter_message(response="ucapan_lapor_tunggu")
            return [SlotSet(RESULT_SLOT, None)]
        if outcome == interview.SEND and draft is not None:
            return [*_send(dispatcher, turn, draft), *ended]
        if draft is not None:
            turn.wipe = True
            turn.effects.append(filing.untouch(turn.conversation_id))
            if draft.tip_id:
                turn.effects.append(filing.forget_unfinished(draft.tip_id))
        dispatcher.utter_message(response=SENT_AWAY[outcome or interview.CANCELLED])
        return ended


def step_of(tracker: Tracker) -> str | None:
    """What a button or a small word asks for."""
    return next(tracker.get_latest_entity_values("langkah"), None)


def _without_opened(tracker: Tracker) -> list[EventType]:
    """Closes a report that was opened: its key is kept for half an hour, a new one for a day."""
    session = Session.from_slot(tracker.get_slot(follow_up.SLOT))
    waits_for_receipt = session is not None and session.stage == follow_up.CONFIRM
    return [] if waits_for_receipt else [SlotSet(follow_up.SLOT, None)]


def _told_before(turn: TurnContext) -> Draft:
    """A new report, with what was told just before it was asked for: nobody tells it twice."""
    draft = interview.begin()
    if turn.vault is None:
        return draft
    with turn.vault.database.read() as connection:
        texts = lately_said(
            connection,
            turn.vault.sealer,
            turn.conversation_id,
            since=clock.now_ms() - TOLD_BEFORE_MS,
        )
    for text in told_before.belonging(texts, clock.today()):
        known = interview.told_first(draft, reading.facts_of(text, today=clock.today()))
        draft = draft.with_words(reading.masked(text)).with_facts(known)
        if len(known) >= interview.TOLD_AT_ONCE:
            draft = replace(draft, left=interview.MOST_AFTER_IT)
        level = levels.of_words(text)
        draft = replace(draft, level=levels.highest(draft.level, level))
    return draft


def _said(turn: TurnContext, tracker: Tracker, draft: Draft) -> interview.Said:
    entities = tracker.latest_message.get("entities") or []
    values = {entity["entity"]: entity["value"] for entity in entities}
    step = values.get("langkah")
    files = sum(len(content.attachments) for content in turn.contents)
    beside: dict[str, Any] = {
        "files": files,
        "files_kept": turn.channel in FILES_COME,
        "point": next((point_of(c.location) for c in turn.contents if c.location), None),
        "level": turn.level,
        "after_danger": bool(tracker.get_slot(DANGER_SLOT)),
    }
    if step in interview.STEPS:
        return interview.Said(step=step, **beside)
    question, option = values.get("soal"), str(values.get("jawab"))
    if isinstance(question, str):
        place = _OPTIONS.index(option) if option in _OPTIONS else None
        return interview.Said(question=question, option=place, **beside)
    told = subject.told(draft, turn.text, entities, clock.today())
    text = reading.masked(turn.text)
    return interview.Said(
        text=text,
        facts=told.facts,
        corrects=told.corrects,
        clears=told.clears,
        fears=told.fears,
        agrees=agreement.only_agrees(turn.text),
        masked=text != turn.text,
        is_unsafe=agreement.is_unsafe(turn.text),
        **beside,
    )


def _note(dispatcher: CollectingDispatcher, note: str, draft: Draft) -> None:
    """What is said before the next question; of a danger abroad whom to call there."""
    if note != interview.DANGER_ABROAD:
        dispatcher.utter_message(response=note)
        return
    country, numbers = summary.mission(draft)
    if numbers:
        dispatcher.utter_message(response=note, negara=country, nomor=" atau ".join(numbers))
    else:
        dispatcher.utter_message(response=NO_MISSION_KNOWN, negara=country)


def point_of(location: Location) -> tuple[float, float]:
    """Latitude and longitude in degrees (WGS 84)."""
    return location.latitude, location.longitude


def _send(dispatcher: CollectingDispatcher, turn: TurnContext, draft: Draft) -> list[EventType]:
    desk_key = filing.current_desk_key(turn.vault)
    assert desk_key is not None
    assert turn.vault is not None
    filed = filing.file(draft, desk_key, turn.vault, turn.conversation_id, turn.channel)
    kept_ms = filing.kept_ms(retention.RECEIPT)
    turn.effects += [
        filed.effect,
        filing.touch(turn.conversation_id, filing.SENT, filed.tip_id, keep_ms=kept_ms),
    ]
    turn.wipe = True
    if draft.level != levels.ORDINARY and not draft.fields.get("pelapor_anak"):
        turn.calls = Call(handoffs.TIP, draft.level)
    dispatcher.utter_message(
        response="ucapan_lapor_terkirim",
        nomor=filed.receipt.shown,
        kata=" ".join(filed.receipt.words),
    )
    session = Session(filed.tip_id, follow_up.CONFIRM, clock.now_ms() + kept_ms)
    # Nothing leads from a conversation to the report of a child.
    sent = None if draft.fields.get("pelapor_anak") else Sent.new().to_slot()
    return [SlotSet(follow_up.SLOT, session.to_slot()), SlotSet(follow_up.SENT_SLOT, sent)]
