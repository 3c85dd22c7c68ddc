"""First aid: what is said to a cry for help, to the answer to its question, and to what follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import quiz
from bot.conversation import context
from bot.conversation.takeover import handoffs
from bot.knowledge import facts
from bot.nlu.labels import ABROAD, CANNOT_CALL, DANGER_SLOT, KIND_SLOT, MEMORY_SLOT
from bot.tips import filing
from bot.triage import after_cry, first_aid, levels, voices
from bot.triage.after_cry import TURNS, Cry

# Asked where the kind of danger is not known: is it safe to call?
CAN_CALL = "menelepon"
# Whose danger it is: by the words around it, or said in so many words.
OWN, ANOTHERS, SURELY_ANOTHERS = "aku", "dia", "bukan_aku"
SAFE, OF_ANOTHER, TAKEN_BACK = "aman", "orang_lain", "ditarik"


class ActionDarurat(Action):
    """First aid: a number to call and one safe question; then what the answer to it asks for."""

    def name(self) -> str:
        return "action_darurat"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        said = {e["entity"]: e["value"] for e in tracker.latest_message.get("entities") or []}
        about = said.get("tentang")
        if about == TAKEN_BACK:
            return _taken_back(dispatcher, tracker)
        if about == SAFE:
            # From here on questions are answered as usual.
            dispatcher.utter_message(response="ucapan_darurat_aman")
            return _over()
        if about == OF_ANOTHER:
            said["suara"] = SURELY_ANOTHERS
        # The person is told that staff are called: they are.
        turn = context.current()
        turn.calls = context.Call(handoffs.LEVEL, levels.highest(turn.level, levels.SERIOUS))
        name, cry = _name(said, tracker), Cry.of(tracker.get_slot(DANGER_SLOT))
        if cry and after_cry.is_known(said.get("kabar", "")):
            _hear(dispatcher, said["kabar"], name, cry, tracker)
            return [SlotSet(DANGER_SLOT, replace(cry, turns=TURNS, told=cry.told + 1).as_slot())]
        response = _first_aid(said, name, tracker)
        dispatcher.utter_message(response=response)
        if cry and response == _again(name, cry, tracker):
            return [
                *quiz.ended(),
                SlotSet(DANGER_SLOT, replace(cry, turns=cry.turns - 1).as_slot()),
            ]
        # Whoever is in danger is not asked about a quiz again, and for a while "tolong" or
        # "takut" is no small talk.
        cry = replace(cry or Cry(), turns=TURNS)
        cry = replace(cry, own=cry.own or said.get("suara") == OWN)
        return [*quiz.ended(), SlotSet(DANGER_SLOT, cry.as_slot()), SlotSet(KIND_SLOT, name)]


def _over() -> list[EventType]:
    return [SlotSet(DANGER_SLOT, None), SlotSet(KIND_SLOT, None)]


def _taken_back(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """ "salah kirim": no blame. Staff who were called stay called: a human makes sure."""
    name = tracker.get_slot(KIND_SLOT) or ""
    if first_aid.base(name) in (first_aid.SUICIDE, first_aid.POISONED):
        dispatcher.utter_message(response=f"{after_cry.TAKEN_BACK}_nyawa")
        return []
    is_called = filing.current_desk_key(context.current().vault) is not None
    which = "_petugas" if is_called else "_sendiri"
    dispatcher.utter_message(response=f"{after_cry.TAKEN_BACK}{which}")
    # Where somebody reads along it may have been written for him.
    return [] if name in (first_aid.WATCHED, first_aid.CODE_WORD) else _over()


def _knows(situation: str, tracker: Tracker) -> bool:
    """Whether it was told before (nlu_data/lookup/keadaan.yml)."""
    known = tracker.get_slot(MEMORY_SLOT) or {}
    return situation in known.get("situations", ())


def _name(said: dict[str, Any], tracker: Tracker) -> str | None:
    """The name of the words for the danger that is talked about, and for whom they are."""
    if said.get(first_aid.CODE_WORD, "arti") != "arti":
        return first_aid.CODE_WORD
    before: str | None = tracker.get_slot(KIND_SLOT)
    if (kind := said.get("jenis")) and first_aid.is_for_another(kind):
        return str(kind)
    if kind and "jawab" in said:
        return str(kind)
    if before in (first_aid.WATCHED, first_aid.CODE_WORD) and not kind:
        return before
    another = _is_anothers(said, before, tracker)
    if not kind and before:
        kind = None if before == first_aid.OF_ANOTHER else first_aid.base(before)
    elif not kind and not {"lanjut", CAN_CALL, "kabar"}.intersection(said):
        kind = first_aid.ABROAD if _knows(ABROAD, tracker) else None
    if _knows(ABROAD, tracker):
        # The police of Indonesia cannot come there.
        kind = first_aid.abroad(kind, of_another=another)
    return first_aid.name_of(kind, of_another=another)


def _is_anothers(said: dict[str, Any], before: str | None, tracker: Tracker) -> bool:
    """Whether somebody else is in danger; as before, where nothing is said of it."""
    voice, cry = said.get("suara"), Cry.of(tracker.get_slot(DANGER_SLOT))
    if voice == ANOTHERS and cry and before and not first_aid.is_for_another(before):
        # "teman saya juga dipukul", "dia gedor pintu": the one who writes is still in it.
        return not cry.own and voices.names_somebody(context.current().text)
    # "saya mau bunuh dia rasanya" of a mother: no danger of her own is told.
    if voice is None or (voice == OWN and "jenis" not in said):
        return first_aid.is_for_another(before)
    return bool(voice != OWN)


def _first_aid(said: dict[str, Any], name: str | None, tracker: Tracker) -> str:
    """The response to a cry for help, or to the answer to its question."""
    if code := said.get(first_aid.CODE_WORD):
        return _to_code_word(code, tracker)
    if said.get(CAN_CALL) in ("ya", "tidak"):
        return f"ucapan_darurat_{said[CAN_CALL]}"
    if name and said.get("jawab") in first_aid.answers(name):
        return f"{first_aid.PREFIX}{name}/{said['jawab']}"
    cry = Cry.of(tracker.get_slot(DANGER_SLOT))
    if cry and name == tracker.get_slot(KIND_SLOT):
        # A second cry gets other words, never the same ones twice running.
        return _again(name, cry, tracker)
    return _first(name, tracker)


def _first(name: str | None, tracker: Tracker) -> str:
    """The response to the first cry for help of a kind."""
    if name is None:
        return "ucapan_darurat_tidak" if _knows(CANNOT_CALL, tracker) else "ucapan_darurat"
    is_abroad = _knows(ABROAD, tracker) and first_aid.has_own_words_abroad(name)
    return f"{first_aid.PREFIX}{name}/luar" if is_abroad else first_aid.PREFIX + name


def _again(name: str | None, cry: Cry, tracker: Tracker) -> str:
    """The response to whoever writes on and tells nothing new."""
    number = (TURNS - cry.turns) % 2
    if name:
        return f"{first_aid.PREFIX}{name}/masih{number}"
    # A call that is not safe is not asked for again.
    if _knows(CANNOT_CALL, tracker) and number:
        return "ucapan_darurat_tidak"
    return "ucapan_darurat_tanya" if number else "ucapan_darurat_lanjut"


def _hear(
    dispatcher: CollectingDispatcher, fact: str, name: str | None, cry: Cry, tracker: Tracker
) -> None:
    """Says that a fact was read, and what to do or the next question."""
    another = first_aid.is_for_another(name)
    numbers = facts.placeholders()
    number = f"polisi {numbers['kontak_polisi']}"
    if _knows(ABROAD, tracker) or first_aid.base(name or "") == first_aid.ABROAD:
        number = f"KP2MI {numbers['kontak_kp2mi' if another else 'kontak_kp2mi_luar']}"
    sentence = facts.fill(after_cry.heard(fact), {**numbers, "nomor": number})
    ends = after_cry.ends_with(fact)
    # Whether somebody who is away is hurt nobody can tell.
    told = cry.told + (name in first_aid.AWAY)
    step = after_cry.step(told, of_another=another)
    response = f"{after_cry.PREFIX}terakhir" if ends else step
    dispatcher.utter_message(response=response, kabar=sentence, nomor=number)


def _to_code_word(code: str, tracker: Tracker) -> str:
    """The answer to BERAS: it must look harmless, and be true."""
    name = "arti"
    if code != "arti" and filing.current_desk_key(context.current().vault) is None:
        name = "balas_kosong_luar" if _knows(ABROAD, tracker) else "balas_kosong"
    elif code != "arti":
        name = "balas_patokan" if code == "patokan" else "balas"
    return f"{first_aid.PREFIX}{first_aid.CODE_WORD}/{name}"
