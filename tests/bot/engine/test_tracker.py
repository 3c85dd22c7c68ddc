"""The memory of a conversation: what the next turn needs, and never what the person wrote."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.messages import Choice, Reply
from bot.engine import rasa_internals

rasa_internals.import_for_tools()

from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import (  # noqa: E402
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402

from bot.engine.tracker import (  # noqa: E402
    FORMAT,
    OneTurnTrackerStore,
    offered_last,
    ran,
    remember,
    restore,
    said_last,
    slot_of,
    with_said,
    with_slots,
)

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [menu]
    slots:
      topik: {type: any, mappings: [{type: custom}]}
      dibaca: {type: any, initial_value: [], mappings: [{type: custom}]}
    forms:
      form_lapor: {required_slots: []}
    actions: [action_menu, action_kuis]
    """
)
MENU = Reply("Pilih satu.", (Choice("Calo", '/faq{"topik": "calo"}'), Choice("Menu", "/menu")))


def _state(**changes: Any) -> bytes:
    data = {"format": FORMAT, "slots": {}, "loop": None, "said": [], **changes}
    return json.dumps(data).encode()


def _tracker(*events: Any) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("c1", list(events), slots=DOMAIN.slots, domain=DOMAIN)


# From one turn to the next


def test_a_new_conversation_starts_with_nothing() -> None:
    tracker = restore("c1", None, DOMAIN)
    assert tracker.sender_id == "c1"
    assert said_last(tracker) == []
    assert tracker.active_loop_name is None
    assert tracker.get_slot("topik") is None
    assert tracker.get_slot("dibaca") == []
    assert tracker.latest_action_name == "action_listen"


def test_slots_the_form_and_what_was_said_are_there_in_the_next_turn() -> None:
    tracker = _tracker(SlotSet("topik", "calo"), SlotSet("dibaca", ["calo"]))
    tracker.update(ActiveLoop("form_lapor"))
    again = restore("c1", remember(tracker, [Reply("Halo."), MENU]), DOMAIN)
    assert again.get_slot("topik") == "calo"
    assert again.get_slot("dibaca") == ["calo"]
    assert again.active_loop_name == "form_lapor"
    assert [event.text for event in said_last(again)] == ["Halo.", "Pilih satu."]
    titles = [button["title"] for button in said_last(again)[1].data["buttons"]]
    assert titles == ["Calo", "Menu"]
    assert again.latest_action_name == "action_listen"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
REPLIES = st.lists(
    st.builds(
        Reply,
        st.text(max_size=50),
        st.lists(st.builds(Choice, st.text(max_size=20), st.text(max_size=20)), max_size=3).map(
            tuple
        ),
    ),
    max_size=3,
)


@settings(max_examples=100, deadline=None)
@given(JSON_VALUES, st.booleans(), REPLIES)
def test_what_is_remembered_stays_the_same_turn_after_turn(
    value: Any, in_form: bool, said: list[Reply]
) -> None:
    tracker = _tracker(SlotSet("topik", value))
    if in_form:
        tracker.update(ActiveLoop("form_lapor"))
    state = remember(tracker, said)
    for _ in range(3):
        again = restore("c1", state, DOMAIN)
        assert again.get_slot("topik") == value
        assert remember(again, said) == state


# What is kept, and what is not


def test_no_word_of_the_person_is_remembered() -> None:
    parsed = {"text": "kata rahasia", "intent": {"name": "menu"}, "entities": []}
    tracker = _tracker(UserUttered("kata rahasia", parse_data=parsed), BotUttered("jawaban lama"))
    state = remember(tracker, [MENU])
    assert b"rahasia" not in state
    # What is said to the person is given, not looked up: a note may have been put before it.
    assert b"jawaban lama" not in state


def test_only_what_differs_from_a_new_conversation_is_kept() -> None:
    assert json.loads(remember(restore("c1", None, DOMAIN), [])) == {
        "format": FORMAT,
        "slots": {},
        "loop": None,
        "said": [],
    }


def test_a_slot_that_was_emptied_stays_empty() -> None:
    tracker = _tracker(SlotSet("topik", "calo"), SlotSet("topik", None))
    assert restore("c1", remember(tracker, []), DOMAIN).get_slot("topik") is None


def test_it_is_text_that_a_person_can_read() -> None:
    state = remember(_tracker(SlotSet("topik", "gají")), [Reply("Halo 🙏")])
    assert "gají" in state.decode("utf-8")
    assert "🙏" in state.decode("utf-8")


# An old memory meets a new model


@pytest.mark.parametrize(
    "state",
    [
        _state(slots={"slot_lama": "x"}),
        _state(loop="form_lama"),
        _state(slots={"slot_lama": "x"}, loop="form_lama", said=[{"event": "bot", "text": "Hai"}]),
    ],
)
def test_what_the_domain_no_longer_knows_is_dropped(state: bytes) -> None:
    tracker = restore("c1", state, DOMAIN)
    assert "slot_lama" not in tracker.current_slot_values()
    # Rasa would complain of it in the log, turn after turn.
    assert "slot_lama" not in [event.key for event in tracker.events if isinstance(event, SlotSet)]
    assert tracker.active_loop_name is None
    assert json.loads(remember(tracker, []))["slots"] == {}


def test_what_the_domain_still_knows_is_kept_beside_it() -> None:
    tracker = restore("c1", _state(slots={"slot_lama": "x", "topik": "calo"}), DOMAIN)
    assert tracker.get_slot("topik") == "calo"


# The latest turn


def _user() -> UserUttered:
    return UserUttered("/menu", intent={"name": "menu"})


def test_only_the_latest_turn_counts_as_said_last() -> None:
    tracker = _tracker(
        BotUttered("dulu"), _user(), ActionExecuted("action_menu"), BotUttered("satu")
    )
    tracker.update(BotUttered("dua"))
    assert [event.text for event in said_last(tracker)] == ["satu", "dua"]


def test_only_what_ran_in_the_latest_turn_ran() -> None:
    tracker = _tracker(ActionExecuted("action_kuis"), _user(), ActionExecuted("action_menu"))
    assert ran(tracker, "action_menu")
    assert not ran(tracker, "action_kuis")
    assert not ran(restore("c1", None, DOMAIN), "action_menu")


def test_a_tracker_of_nobody_has_the_slots_it_is_given() -> None:
    tracker = with_slots({"topik": "calo"}, DOMAIN)
    assert tracker.get_slot("topik") == "calo"
    assert tracker.get_slot("dibaca") == []
    assert with_slots({"topik": None}, DOMAIN).get_slot("topik") is None


# The store that Rasa's processor sees


def test_the_store_gives_the_tracker_to_its_own_conversation_only() -> None:
    store = OneTurnTrackerStore()
    assert asyncio.run(store.retrieve("c1")) is None
    assert list(asyncio.run(store.keys())) == []
    tracker = restore("c1", None, DOMAIN)
    asyncio.run(store.save(tracker))
    assert asyncio.run(store.retrieve("c1")) is tracker
    assert asyncio.run(store.retrieve("c2")) is None
    assert list(asyncio.run(store.keys())) == ["c1"]


# Between two turns


def test_choices_are_picked_from_what_was_said_between_two_turns() -> None:
    state = _state(slots={"topik": "calo"}, loop="form_lapor", said=[])
    before = remember(restore("c1", state, DOMAIN), [MENU])
    reminder = Reply("Mau lanjut?", (Choice("Lanjut", "/lapor"),))
    after = restore("c1", with_said(before, [reminder]), DOMAIN)
    assert [event.text for event in said_last(after)] == ["Mau lanjut?"]
    assert offered_last(after) == list(reminder.choices)
    # All else is as it was.
    assert after.get_slot("topik") == "calo"
    assert after.active_loop_name == "form_lapor"


def test_a_slot_is_read_between_two_turns() -> None:
    state = _state(slots={"topik": "calo"})
    assert slot_of(state, "topik") == "calo"
    assert slot_of(state, "dibaca") is None
