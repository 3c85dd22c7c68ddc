"""A report: the form that asks for it, and what the holder of a receipt may do."""

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
from bot.knowledge.buttons import own_texts, payload
from bot.nlu.labels import DANGER_SLOT, KIND_SLOT, MEMORY_SLOT
from bot.privacy import receipts, retention
from bot.privacy.desk import DeskKey
from bot.tips import filing, follow_up, interview, reading, subject, summary
from bot.tips.draft import MAX_CHARACTERS, SLOT, Draft
from bot.tips.follow_up import Sent, Session
from bot.tips.questions import order
from bot.triage import levels

RESULT_SLOT = "laporan"
REQUESTED_SLOT = "requested_slot"
CLOSED, NOTHING = "tutup", "tidak_ada"
# Channels that bring files.
FILES_COME = ("telegram", "whatsapp")
MINUTE_MS = 60_000
# What was told so shortly before a report, with a fact in it and no question, belongs to it.
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
        if draft is None and _step(tracker) == interview.GONE:
            return [SlotSet(RESULT_SLOT, interview.GONE), SlotSet(REQUESTED_SLOT, None)]
        if desk_key is None and draft is None:
            return [SlotSet(RESULT_SLOT, CLOSED), SlotSet(REQUESTED_SLOT, None)]
        if draft is None and _step(tracker) in _STEPS_OF_A_REPORT:
            # A button of a report that was sent or taken back, pressed once more.
            return [SlotSet(RESULT_SLOT, NOTHING), SlotSet(REQUESTED_SLOT, None)]
        draft = draft or _told_before(turn)
        step = interview.take(draft, _said(turn, tracker, draft))
        for note in step.notes:
            dispatcher.utter_message(response=note)
        draft = step.draft
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
            response=f"ucapan_lapor_tanya_{draft.current}",
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


class ActionCekStatus(Action):
    """What the holder of a receipt asks for."""

    def name(self) -> str:
        return "action_cek_status"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = context.current()
        if turn.vault is None:
            dispatcher.utter_message(response="ucapan_status_minta")
            return []
        session = Session.from_slot(tracker.get_slot(follow_up.SLOT))
        step = _step(tracker)
        if step in follow_up.STEPS_AFTER_SENDING:
            return _after_sending(dispatcher, turn, tracker, step)
        receipt = receipts.find_in(turn.text)
        if receipt is not None:
            return _with_receipt(dispatcher, turn, receipt, session)
        if session is None:
            dispatcher.utter_message(response="ucapan_status_minta")
            return []
        if session.stage == follow_up.CONFIRM:
            return _without_receipt(dispatcher, turn, session, step)
        if not follow_up.still_holds(turn.vault, session):
            turn.wipe = True
            dispatcher.utter_message(response="ucapan_status_minta")
            return [SlotSet(follow_up.SLOT, None)]
        if step == follow_up.ASKS_FOR_STATE:
            return _tell_again(dispatcher, turn, session)
        if session.stage == follow_up.CHECK:
            return _check(dispatcher, turn, session, tracker)
        return _manage(dispatcher, turn, session, step)


def _step(tracker: Tracker) -> str | None:
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
    for text in texts:
        facts = reading.facts_of(text, today=clock.today())
        if facts and "?" not in text:
            known = {name: value for name, value in facts.items() if name not in draft.fields}
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
        "point": next((_point(c.location) for c in turn.contents if c.location), None),
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
        masked=text != turn.text,
        **beside,
    )


def _point(location: Location) -> tuple[float, float]:
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


def _with_receipt(
    dispatcher: CollectingDispatcher,
    turn: TurnContext,
    receipt: receipts.Receipt,
    session: Session | None,
) -> list[EventType]:
    """The receipt once more after sending, or the way into a report from anywhere."""
    assert turn.vault is not None
    turn.wipe = True
    if wait := follow_up.wait_ms(turn.vault, turn.conversation_id):
        _tell_to_wait(dispatcher, wait)
        return []
    opened = follow_up.open_tip(turn.vault, receipt, turn.conversation_id)
    turn.effects.append(follow_up.tried(turn.conversation_id, right=opened is not None))
    confirming = session is not None and session.stage == follow_up.CONFIRM
    if opened is None:
        answer = "ucapan_resi_belum_cocok" if confirming else "ucapan_resi_tidak_dikenal"
        dispatcher.utter_message(response=answer)
        return []
    if confirming and session is not None and session.tip_id == opened.tip_id:
        turn.effects.append(filing.untouch(turn.conversation_id))
        dispatcher.utter_message(response="ucapan_resi_cocok")
        return [SlotSet(follow_up.SLOT, None)]
    _tell_state(dispatcher, opened.state)
    if opened.state == filing.WITHDRAWN:
        return [SlotSet(follow_up.SLOT, None)]
    # What is opened here is forgotten soon, also when the person simply goes away.
    turn.effects.append(
        filing.touch(turn.conversation_id, filing.SENT, opened.tip_id, keep_ms=follow_up.OPEN_MS)
    )
    stage = follow_up.OPEN if opened.is_own_conversation else follow_up.CHECK
    session = Session.new(opened.tip_id, stage, opened.keys)
    if stage == follow_up.CHECK:
        _ask_for_second_fact(dispatcher, turn, session)
    else:
        _tell_messages(dispatcher, turn, session)
    return [SlotSet(follow_up.SLOT, session.to_slot())]


def _tell_again(
    dispatcher: CollectingDispatcher, turn: TurnContext, session: Session
) -> list[EventType]:
    """The state of the report that is open, and what is waited for."""
    assert turn.vault is not None
    turn.wipe = True
    state = follow_up.state_of(turn.vault, session.tip_id)
    _tell_state(dispatcher, state)
    if session.stage == follow_up.CHECK:
        _ask_for_second_fact(dispatcher, turn, session)
    else:
        _tell_messages(dispatcher, turn, session)
    return [SlotSet(follow_up.SLOT, session.to_slot())]


def _ask_for_second_fact(
    dispatcher: CollectingDispatcher, turn: TurnContext, session: Session
) -> None:
    """The place, or what it was about where no place was told."""
    assert turn.vault is not None
    key = bytes.fromhex(session.private_key)
    if follow_up.knows_place(turn.vault, session.tip_id, key):
        in_words = follow_up.has_place_in_words(turn.vault, session.tip_id, key)
        response = f"ucapan_status_pastikan{'_kata' if in_words else ''}"
        dispatcher.utter_message(response=response)
        return
    buttons = [
        {"title": title, "payload": payload("cek_status", langkah="pastikan", jawab=kind)}
        for kind, title in order().kinds.items()
    ]
    dispatcher.utter_message(response="ucapan_status_pastikan_jenis", buttons=buttons)


def _without_receipt(
    dispatcher: CollectingDispatcher, turn: TurnContext, session: Session, step: Any
) -> list[EventType]:
    if step != "tanpa_nomor":
        asks = step == follow_up.ASKS_FOR_RECEIPT
        dispatcher.utter_message(response=f"ucapan_resi_{'kirim' if asks else 'belum_cocok'}")
        return []
    turn.wipe = True
    turn.effects += [follow_up.waive(session.tip_id), filing.untouch(turn.conversation_id)]
    dispatcher.utter_message(response="ucapan_resi_tanpa")
    return [SlotSet(follow_up.SLOT, None)]


def _check(
    dispatcher: CollectingDispatcher, turn: TurnContext, session: Session, tracker: Tracker
) -> list[EventType]:
    """A second fact: only the holder of the receipt who also knows it is told more."""
    assert turn.vault is not None
    turn.wipe = True
    if wait := follow_up.wait_ms(turn.vault, session.tip_id):
        _tell_to_wait(dispatcher, wait)
        return []
    key = bytes.fromhex(session.private_key)
    chosen = next(tracker.get_latest_entity_values("jawab"), None)
    named = [str(chosen)] if chosen else [*_places(tracker), *_regency(turn.text), turn.text]
    right = follow_up.second_fact_is(turn.vault, session.tip_id, key, named)
    turn.effects.append(follow_up.tried(session.tip_id, right=right))
    if not right:
        # It may be tried again, as slowly as guessing is.
        dispatcher.utter_message(response="ucapan_status_belum_pasti")
        return []
    session = Session(session.tip_id, follow_up.OPEN, session.until, session.private_key)
    _tell_messages(dispatcher, turn, session)
    return [SlotSet(follow_up.SLOT, session.to_slot())]


def _manage(
    dispatcher: CollectingDispatcher, turn: TurnContext, session: Session, step: Any
) -> list[EventType]:
    """Adds, withdraws, or changes the receipt of a report that is open."""
    assert turn.vault is not None
    turn.wipe = True
    if step in ("selesai", "tidak_ditarik"):
        turn.effects.append(filing.untouch(turn.conversation_id))
        dispatcher.utter_message(response=f"ucapan_status_{step}")
        return [SlotSet(follow_up.SLOT, None)]
    if step == "tarik":
        dispatcher.utter_message(response="ucapan_status_tarik_yakin")
        return [SlotSet(follow_up.SLOT, session.to_slot())]
    if step == "tarik_ya":
        held = follow_up.is_held(turn.vault, session.tip_id)
        turn.effects += [follow_up.withdraw(session.tip_id), filing.untouch(turn.conversation_id)]
        dispatcher.utter_message(response=f"ucapan_status_{'ditahan' if held else 'ditarik'}")
        return [SlotSet(follow_up.SLOT, None)]
    if step == "ganti":
        return _replace_receipt(dispatcher, turn, session)
    desk_key = filing.current_desk_key(turn.vault)
    if step == "tambah" or desk_key is None:
        dispatcher.utter_message(response="ucapan_status_tambah")
    else:
        answer = _add(dispatcher, turn, desk_key, session.tip_id, turn.text)
        dispatcher.utter_message(response=answer or "ucapan_status_ditambah")
    adding = Session(session.tip_id, follow_up.ADDING, session.until, session.private_key)
    return [SlotSet(follow_up.SLOT, adding.to_slot())]


def _replace_receipt(
    dispatcher: CollectingDispatcher, turn: TurnContext, session: Session
) -> list[EventType]:
    assert turn.vault is not None
    key = bytes.fromhex(session.private_key)
    receipt, _, effect = follow_up.new_receipt(turn.vault, session.tip_id, key)
    kept_ms = filing.kept_ms(retention.RECEIPT)
    turn.effects += [
        effect,
        filing.touch(turn.conversation_id, filing.SENT, session.tip_id, keep_ms=kept_ms),
    ]
    dispatcher.utter_message(
        response="ucapan_status_nomor_baru", nomor=receipt.shown, kata=" ".join(receipt.words)
    )
    confirm = Session(session.tip_id, follow_up.CONFIRM, clock.now_ms() + kept_ms)
    return [SlotSet(follow_up.SLOT, confirm.to_slot())]


def _after_sending(
    dispatcher: CollectingDispatcher, turn: TurnContext, tracker: Tracker, step: str
) -> list[EventType]:
    """What is written where a report was just sent: asked whether it belongs to it, and added."""
    assert turn.vault is not None
    sent = Sent.from_slot(tracker.get_slot(follow_up.SENT_SLOT))
    tip_id = follow_up.last_sent(turn.vault, turn.conversation_id)
    desk_key = filing.current_desk_key(turn.vault)
    if sent is None or tip_id is None or desk_key is None:
        dispatcher.utter_message(response="ucapan_status_minta")
        return [SlotSet(follow_up.SENT_SLOT, None)]
    if step == follow_up.ASK_TO_ADD:
        dispatcher.utter_message(response="ucapan_tadi_tanya")
        words = "\n".join(text for text in (sent.words, turn.text) if text)[:MAX_CHARACTERS]
        return [SlotSet(follow_up.SENT_SLOT, replace(sent, words=words).to_slot())]
    if step == follow_up.NOT_TO_ADD:
        dispatcher.utter_message(response="ucapan_tadi_bukan")
        return [SlotSet(follow_up.SENT_SLOT, replace(sent, words="", adding_until=0).to_slot())]
    turn.wipe = True
    # A danger is added at once, with what waited for an answer.
    told = sent.words if step == follow_up.ADD_TO_LAST else f"{sent.words}\n{turn.text}"
    words = told.strip()
    answer = _add(dispatcher, turn, desk_key, tip_id, words)
    dispatcher.utter_message(response=answer or "ucapan_tadi_ditambah")
    adding = replace(sent, words="", adding_until=clock.now_ms() + follow_up.OPEN_MS)
    return [SlotSet(follow_up.SENT_SLOT, adding.to_slot())]


def _add(
    dispatcher: CollectingDispatcher, turn: TurnContext, desk_key: DeskKey, tip_id: str, text: str
) -> str | None:
    """Adds words and the files that came to a report; gives what is to be said when it is full."""
    assert turn.vault is not None
    if turn.level == levels.URGENT:
        dispatcher.utter_message(response="ucapan_lapor_bahaya")
    points = [_point(content.location) for content in turn.contents if content.location]
    text = "\n".join([text, *(f"Titik di peta: {north}, {east}" for north, east in points)]).strip()
    if text and follow_up.is_full(turn.vault, tip_id):
        return "ucapan_status_penuh"
    if text:
        said = {"text": reading.masked(text), "told_at": clock.this_hour_ms()}
        turn.effects.append(follow_up.add_entry(desk_key, tip_id, said, turn.level))
    turn.effects.append(filing.add_files(desk_key, turn.vault, turn.conversation_id, tip_id))
    return None


def _tell_to_wait(dispatcher: CollectingDispatcher, wait_ms: int) -> None:
    dispatcher.utter_message(response="ucapan_resi_tunggu", tunggu=-(-wait_ms // MINUTE_MS))


def _tell_state(dispatcher: CollectingDispatcher, state: str) -> None:
    dispatcher.utter_message(response="ucapan_status", status=own_texts()["status"][state])


def _tell_messages(dispatcher: CollectingDispatcher, turn: TurnContext, session: Session) -> None:
    """What staff wrote, and what can be done."""
    assert turn.vault is not None
    key = bytes.fromhex(session.private_key)
    found = follow_up.messages(turn.vault, session.tip_id, key)
    if found:
        dispatcher.utter_message(
            response="ucapan_status_pesan", pesan="\n\n".join(text for _, text in found)
        )
        turn.effects.append(follow_up.mark_read([number for number, _ in found]))
    dispatcher.utter_message(response="ucapan_status_pilihan")


def _regency(text: str) -> list[str]:
    """ "benteng", which is Bengkulu Tengah where somebody asks for a place."""
    place = reading.facts_of(f"di {text}", asked="tempat", today=clock.today()).get("tempat", {})
    return [name for name in [place.get("kabupaten")] if name]


def _places(tracker: Tracker) -> list[str]:
    """The places that the message names: kecamatan, desa, regency, country code."""
    named: list[Any] = []
    for entity in tracker.latest_message.get("entities") or []:
        value = entity["value"]
        if entity["entity"] == "tempat" and isinstance(value, dict):
            named += [value.get(name) for name in ("kecamatan", "desa", "kabupaten")]
        if entity["entity"] == "negara":
            named.append(value)
    return [name for name in named if name and isinstance(name, str)]
