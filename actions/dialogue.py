"""Actions of the dialogue frame: menu, repeat, "did you mean", delete."""

from __future__ import annotations

from functools import partial
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.clock import now_ms
from bot.conversation import context, standing
from bot.conversation.takeover import handoffs, schedule, words
from bot.figures import tally
from bot.knowledge.buttons import button_for
from bot.nlu.labels import DANGER_SLOT, FAQ, KIND_SLOT, READ_SLOT, TOPIC_SLOT
from bot.tips import filing, follow_up
from bot.tips.draft import SLOT, Draft
from bot.tips.interview import QUIET

AREAS = ("hukum", "migrasi", "tanda", "bantuan")
MAX_SUGGESTIONS = 3
# A topic that is less likely than this is no help as a suggestion.
LEAST_LIKELY = 0.1
# How many topics count as read lately.
MAX_READ = 8


class ActionMenu(Action):
    """Shows the menu, or the topics of one area when the button of that area was pressed."""

    def name(self) -> str:
        return "action_menu"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        area = next(tracker.get_latest_entity_values("bidang"), None)
        known = area in AREAS
        dispatcher.utter_message(response=f"ucapan_menu_{area}" if known else "ucapan_menu")
        return []


class ActionBerhenti(Action):
    """No more messages, when the whole message was STOP; else the word that does it."""

    def name(self) -> str:
        return "action_berhenti"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        said = next(tracker.get_latest_entity_values("kata"), None)
        if said == QUIET:
            turn = context.current()
            # Nor when staff write: nothing leads from a report to this conversation any more.
            turn.effects.append(filing.unlink(turn.conversation_id, unfinished=False))
            turn.effects.append(partial(standing.keep_quiet, conversation_id=turn.conversation_id))
            dispatcher.utter_message(response="ucapan_diam")
            over = (DANGER_SLOT, KIND_SLOT, follow_up.SENT_SLOT)
            return [SlotSet(name, None) for name in over]
        is_final = said == "stop"
        context.current().stop = is_final
        dispatcher.utter_message(response="ucapan_berhenti" if is_final else "ucapan_cara_berhenti")
        return []


class ActionMintaPetugas(Action):
    """Calls a human, and says honestly when one may answer."""

    def name(self) -> str:
        return "action_minta_petugas"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = context.current()
        if filing.current_desk_key(turn.vault) is None or turn.vault is None:
            # Nobody could read it.
            dispatcher.utter_message(response=words.NOBODY_AT_ALL)
            return []
        turn.calls = context.Call(handoffs.WISH)
        now = now_ms()
        with turn.vault.database.read() as connection:
            office = schedule.read(connection)
        if office.is_open(now):
            dispatcher.utter_message(response=words.CALLED)
        elif opening := office.next_opening(now):
            said = schedule.in_words(opening, now)
            dispatcher.utter_message(response=words.CALLED_CLOSED, buka=said)
        else:
            dispatcher.utter_message(response=words.CALLED_SOMETIME)
        return []


class ActionMungkinMaksud(Action):
    """Asks which of two or three likely meanings is meant, or owns up to not knowing."""

    def name(self) -> str:
        return "action_mungkin_maksud"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        ranking = tracker.latest_message.get("intent_ranking") or []
        buttons: list[dict[str, str]] = []
        for guess in ranking:
            # Beside the only likely one stands a second, so that there is something to choose.
            is_likely = guess["confidence"] >= LEAST_LIKELY or len(buttons) == 1
            if not is_likely or len(buttons) == MAX_SUGGESTIONS:
                break
            if button := button_for(guess["name"], domain["responses"]):
                buttons.append(button)
        if not buttons:
            dispatcher.utter_message(response="utter_di_luar_topik")
        else:
            human = button_for("minta_petugas", domain["responses"])
            if human is not None and human not in buttons:
                buttons.append(human)
            dispatcher.utter_message(response="ucapan_mungkin_maksud", buttons=buttons)
        return []


class ActionCatatTopik(Action):
    """Remembers which topic was answered, for "terus?" and "kalau ke Taiwan?"."""

    def name(self) -> str:
        return "action_catat_topik"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        selected = tracker.latest_message["response_selector"][FAQ]["response"]
        topic = selected["intent_response_key"].removeprefix(f"{FAQ}/")
        context.current().effects.append(tally.TopicAnswered(topic))
        read = [other for other in tracker.get_slot(READ_SLOT) or [] if other != topic]
        return [SlotSet(TOPIC_SLOT, topic), SlotSet(READ_SLOT, [*read, topic][-MAX_READ:])]


class ActionUlangi(Action):
    """Says once more what was said last."""

    def name(self) -> str:
        return "action_ulangi"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        said = []
        users = 0
        for event in reversed(tracker.events):
            if event["event"] == "user":
                users += 1
                if users > 1:
                    break
            elif event["event"] == "bot":
                said.append(event)
        for event in reversed(said):
            data = event.get("data") or {}
            dispatcher.utter_message(text=event["text"], buttons=data.get("buttons"))
        if not said:
            dispatcher.utter_message(response="ucapan_menu")
        return []


class ActionPrivasiHapus(Action):
    """Asks before deleting; the turn itself deletes once the answer is yes."""

    def name(self) -> str:
        return "action_privasi_hapus"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        if next(tracker.get_latest_entity_values("pasti"), None) == "ya":
            turn = context.current()
            turn.forget = True
            turn.effects += [
                filing.untouch(turn.conversation_id),
                filing.unlink(turn.conversation_id),
            ]
            if (draft := Draft.from_slot(tracker.get_slot(SLOT))) and draft.tip_id:
                turn.effects.append(filing.forget_unfinished(draft.tip_id))
            dispatcher.utter_message(response="ucapan_sudah_dihapus")
            return []
        dispatcher.utter_message(response="ucapan_privasi_hapus")
        return []
