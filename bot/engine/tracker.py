"""A conversation's memory: small, bounded, and never the words of the person.

The tracker of a stock Rasa grows with each message and is replayed for each action. Here
a turn starts from what the last one left: the slots, the running form, and what the
assistant said last (for "ulangi" and for picking from a list). The transcript is in the
inbox and the outbox.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.conversation.messages import Choice, Reply
from bot.quiz.rounds import ROUND_SLOT, Round

FORMAT = 1


class OneTurnTrackerStore(TrackerStore):
    """Holds the tracker of the turn at hand; the turn's transaction keeps it."""

    def __init__(self) -> None:
        super().__init__(domain=Domain.empty())
        self.current: DialogueStateTracker | None = None

    async def save(self, tracker: DialogueStateTracker) -> None:
        self.current = tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        if self.current is not None and self.current.sender_id == sender_id:
            return self.current
        return None

    async def keys(self) -> Iterable[str]:
        return [self.current.sender_id] if self.current else []


def restore(conversation_id: str, state: bytes | None, domain: Domain) -> DialogueStateTracker:
    """The tracker that `remember` kept, or a fresh one.

    A slot that the domain no longer knows is dropped: a new model meets old trackers.
    """
    events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
    if state is not None:
        data = json.loads(state)
        known = {slot.name for slot in domain.slots}
        events += [SlotSet(name, value) for name, value in data["slots"].items() if name in known]
        if data["loop"] in domain.form_names:
            events += [ActionExecuted(data["loop"]), ActiveLoop(data["loop"])]
        events += deserialise_events(data["said"])
    events.append(ActionExecuted(ACTION_LISTEN_NAME))
    return DialogueStateTracker.from_events(
        conversation_id, events, slots=domain.slots, domain=domain
    )


def with_slots(slots: Mapping[str, Any], domain: Domain) -> DialogueStateTracker:
    """A tracker of nobody's conversation, with some slots filled."""
    events: list[Event] = [SlotSet(name, value) for name, value in slots.items()]
    return DialogueStateTracker.from_events("", events, slots=domain.slots, domain=domain)


def remember(tracker: DialogueStateTracker, said: Sequence[Reply]) -> bytes:
    """What the next turn needs, as JSON. `said` is what the person gets to read."""
    initial = {slot.name: slot.initial_value for slot in tracker.slots.values()}
    slots = {
        name: value
        for name, value in tracker.current_slot_values().items()
        if value != initial[name]
    }
    data = {
        "format": FORMAT,
        "slots": slots,
        "loop": tracker.active_loop_name,
        "said": [_bot_event(reply) for reply in said],
    }
    return _encode(data)


def with_said(state: bytes, said: Sequence[Reply]) -> bytes:
    """What `remember` gave, had `said` been said last: choices are picked from it now."""
    data = json.loads(state)
    return _encode({**data, "said": [_bot_event(reply) for reply in said]})


def slot_of(state: bytes, name: str) -> Any:
    """The value of a slot in what `remember` gave; None for one that has none."""
    return json.loads(state)["slots"].get(name)


def said_last(tracker: DialogueStateTracker) -> list[BotUttered]:
    """What the assistant said in its latest turn."""
    said: list[BotUttered] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            said.append(event)
    return said[::-1]


def said_before(tracker: DialogueStateTracker) -> list[BotUttered]:
    """What the assistant had said before the message that is being answered."""
    said = []
    for event in tracker.events:
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            said.append(event)
    return said


def offered_last(tracker: DialogueStateTracker) -> list[Choice]:
    """The choices that the assistant gave in its latest turn."""
    return [
        Choice(button["title"], button["payload"])
        for event in said_last(tracker)
        for button in (event.data or {}).get("buttons") or []
    ]


def set_slot(tracker: DialogueStateTracker, name: str, value: Any) -> None:
    """Remembers a value for the turns to come."""
    tracker.update(SlotSet(name, value))


def quiz_waits(tracker: DialogueStateTracker) -> bool:
    """Whether a quiz was begun and not ended."""
    return Round.running(tracker.get_slot(ROUND_SLOT)) is not None


def ran(tracker: DialogueStateTracker, action: str) -> bool:
    """Whether an action ran in the latest turn."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, ActionExecuted) and event.action_name == action:
            return True
    return False


def _bot_event(reply: Reply) -> dict[str, Any]:
    buttons = [{"title": choice.title, "payload": choice.payload} for choice in reply.choices]
    return {"event": "bot", "text": reply.text, "data": {"buttons": buttons} if buttons else {}}


def _encode(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
