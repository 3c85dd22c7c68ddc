"""Actions of the dialogue frame: menu, repeat, "did you mean", delete."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.conversation import context
from bot.knowledge.generator import topic_button

AREAS = ("hukum", "migrasi", "tanda", "bantuan")
MAX_SUGGESTIONS = 3
# A topic that is less likely than this is no help as a suggestion.
LEAST_LIKELY = 0.05

# What a dialog intent is called when it is offered as a choice.
INTENT_TITLES = {
    "lapor": "Saya mau melapor",
    "cek_tawaran": "Cek tawaran kerja",
    "darurat": "Ada bahaya sekarang",
    "minta_petugas": "Bicara dengan petugas",
    "privasi_hapus": "Hapus percakapan",
}


class ActionMenu(Action):
    """Shows the menu, or the topics of one area when the button of that area was pressed."""

    def name(self) -> str:
        return "action_menu"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        area = next(tracker.get_latest_entity_values("bidang"), None)
        known = area in AREAS
        dispatcher.utter_message(response=f"ucapan_menu_{area}" if known else "ucapan_menu")
        return []


class ActionDarurat(Action):
    """A number to call and one safe question; then what the answer to it asks for."""

    def name(self) -> str:
        return "action_darurat"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        can_call = next(tracker.get_latest_entity_values("menelepon"), None)
        known = can_call in ("ya", "tidak")
        dispatcher.utter_message(
            response=f"ucapan_darurat_{can_call}" if known else "ucapan_darurat"
        )
        return []


class ActionMungkinMaksud(Action):
    """Asks which of two or three likely meanings is meant, or owns up to not knowing."""

    def name(self) -> str:
        return "action_mungkin_maksud"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        ranking = tracker.latest_message.get("intent_ranking") or []
        buttons: list[dict[str, str]] = []
        for guess in ranking:
            if guess["confidence"] < LEAST_LIKELY or len(buttons) == MAX_SUGGESTIONS:
                break
            intent, _, topic = guess["name"].partition("/")
            if topic:
                button = topic_button(topic, domain["responses"])
            elif intent in INTENT_TITLES:
                button = {"title": INTENT_TITLES[intent], "payload": f"/{intent}"}
            else:
                button = None
            if button is not None:
                buttons.append(button)
        if len(buttons) < 2:
            dispatcher.utter_message(response="utter_di_luar_topik")
        else:
            dispatcher.utter_message(response="ucapan_mungkin_maksud", buttons=buttons)
        return []


class ActionUlangi(Action):
    """Says once more what was said last."""

    def name(self) -> str:
        return "action_ulangi"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
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
    ) -> list[dict[str, Any]]:
        if next(tracker.get_latest_entity_values("pasti"), None) == "ya":
            context.current().forget = True
            dispatcher.utter_message(response="ucapan_sudah_dihapus")
            return []
        dispatcher.utter_message(
            response="ucapan_privasi_hapus",
            buttons=[
                {"title": "Ya, hapus", "payload": f"/privasi_hapus{json.dumps({'pasti': 'ya'})}"},
                {"title": "Tidak jadi", "payload": "/batal"},
            ],
        )
        return []
