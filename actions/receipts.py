"""What the holder of a receipt may do: hear how a report fares, add to it, take it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.tips import point_of, step_of
from bot import clock
from bot.conversation import context
from bot.conversation.context import TurnContext
from bot.knowledge.buttons import own_texts, payload
from bot.privacy import receipts, retention
from bot.privacy.desk import DeskKey
from bot.tips import filing, follow_up, reading
from bot.tips.draft import MAX_CHARACTERS
from bot.tips.follow_up import Sent, Session
from bot.tips.questions import order
from bot.triage import levels

MINUTE_MS = 60_000
ADD = "tambah"
# Before the second fact is told: what may be done at once, and what waits for it.
_LEAVES = ("selesai",)
_WAIT_FOR_IT = (follow_up.WITHDRAW, "tarik_ya", "ganti", ADD)


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
        step = step_of(tracker)
        if step in follow_up.STEPS_AFTER_SENDING:
            return _after_sending(dispatcher, turn, tracker, step)
        receipt = receipts.find_in(turn.text)
        if receipt is not None:
            return _with_receipt(dispatcher, turn, receipt, session)
        is_open = session is not None and session.stage not in (follow_up.WANTED, follow_up.CONFIRM)
        if step == follow_up.WITHDRAW and not is_open:
            return _wants_to_withdraw(dispatcher, session)
        if session is None or session.stage == follow_up.WANTED:
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
        if session.stage == follow_up.CHECK and step not in _LEAVES:
            return _at_second_fact(dispatcher, turn, session, tracker, step)
        return _manage(dispatcher, turn, session, step)


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
    wants = session.wants if session is not None else ""
    confirming = session is not None and session.stage == follow_up.CONFIRM
    if opened is None:
        answer = "ucapan_resi_belum_cocok" if confirming else "ucapan_resi_tidak_dikenal"
        dispatcher.utter_message(response=answer)
        return []
    if confirming and not wants and session is not None and session.tip_id == opened.tip_id:
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
    session = Session.new(opened.tip_id, stage, opened.keys, wants=wants)
    if stage == follow_up.CHECK:
        _ask_for_second_fact(dispatcher, turn, session)
        return [SlotSet(follow_up.SLOT, session.to_slot())]
    return _opened(dispatcher, turn, session)


def _wants_to_withdraw(
    dispatcher: CollectingDispatcher, session: Session | None
) -> list[EventType]:
    """Asks for the receipt, and keeps in mind what it is wanted for."""
    dispatcher.utter_message(response="ucapan_status_tarik_nomor")
    waiting = session or Session.new("", follow_up.WANTED)
    return [SlotSet(follow_up.SLOT, replace(waiting, wants=follow_up.WITHDRAW).to_slot())]


def _opened(
    dispatcher: CollectingDispatcher, turn: TurnContext, session: Session
) -> list[EventType]:
    """What staff wrote, or what was wanted before the report was open."""
    done = replace(session, wants="", words="")
    if session.wants == "ganti":
        return _replace_receipt(dispatcher, turn, done)
    if session.wants == follow_up.WITHDRAW:
        dispatcher.utter_message(response="ucapan_status_tarik_yakin")
    else:
        _tell_messages(dispatcher, turn, session)
    return [SlotSet(follow_up.SLOT, done.to_slot())]


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


def _at_second_fact(
    dispatcher: CollectingDispatcher,
    turn: TurnContext,
    session: Session,
    tracker: Tracker,
    step: str | None,
) -> list[EventType]:
    """An answer to the second fact; all else waits for it and costs no try."""
    turn.wipe = True
    if step in _WAIT_FOR_IT:
        response = "ucapan_status_dulu"
        session = replace(session, wants=str(step))
    elif step == follow_up.KEEP_FOR_LATER:
        if turn.level == levels.URGENT:
            dispatcher.utter_message(response="ucapan_lapor_bahaya")
        response = "ucapan_status_simpan_dulu"
        told = _with_points(turn, turn.text)
        words = "\n".join(text for text in (session.words, told) if text)
        session = replace(session, wants=session.wants or ADD, words=words[:MAX_CHARACTERS])
    elif step == follow_up.NO_ANSWER:
        response = "ucapan_status_bukan_tempat"
    else:
        return _check(dispatcher, turn, session, tracker)
    dispatcher.utter_message(response=response)
    _ask_for_second_fact(dispatcher, turn, session)
    return [SlotSet(follow_up.SLOT, session.to_slot())]


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
    session = replace(session, stage=follow_up.OPEN)
    desk_key = filing.current_desk_key(turn.vault)
    if (session.words or session.wants == ADD) and desk_key is not None:
        full = _add(dispatcher, turn, desk_key, session.tip_id, session.words)
        if session.words or full:
            dispatcher.utter_message(response=full or "ucapan_status_ditambah_tadi")
    return _opened(dispatcher, turn, session)


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
    text = _with_points(turn, text)
    if text and follow_up.is_full(turn.vault, tip_id):
        return "ucapan_status_penuh"
    if text:
        said = {"text": reading.masked(text), "told_at": clock.this_hour_ms()}
        level = levels.highest(turn.level, levels.of_words(text))
        turn.effects.append(follow_up.add_entry(desk_key, tip_id, said, level))
    turn.effects.append(filing.add_files(desk_key, turn.vault, turn.conversation_id, tip_id))
    return None


def _with_points(turn: TurnContext, text: str) -> str:
    """What is added, with the points on the map that came."""
    points = [point_of(content.location) for content in turn.contents if content.location]
    return "\n".join([text, *(f"Titik di peta: {north}, {east}" for north, east in points)]).strip()


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
