"""Words with which a person leaves or rejoins the SMS of the account."""

from __future__ import annotations

from tests.doubles.twilio_state import Inbound, State
from tests.doubles.twilio_wire import parse_address

STOP_WORDS = frozenset("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT".split())
START_WORDS = frozenset("START YES UNSTOP".split())
HELP_WORDS = frozenset("HELP INFO".split())

STOPPED = "You are unsubscribed and get no more messages. START subscribes again."
STARTED = "You are subscribed again. STOP unsubscribes."


class Keywords:
    """The provider's own words and those that the account added to them."""

    def __init__(self, own_stop_words: tuple[str, ...], own_start_words: tuple[str, ...]) -> None:
        self._stop = STOP_WORDS | set(own_stop_words)
        self._start = START_WORDS | set(own_start_words)

    def type_of(self, text: str) -> str | None:
        """STOP, START or HELP if `text` is one such word and nothing else; case is ignored."""
        word = text.strip().upper()
        if word in self._stop:
            return "STOP"
        if word in self._start:
            return "START"
        return "HELP" if word in HELP_WORDS else None

    def note(self, state: State, inbound: Inbound) -> str | None:
        """Blocks or unblocks an SMS person; gives the type of the keyword, if it is one."""
        address = parse_address(inbound.form["From"])
        kind = self.type_of(inbound.form["Body"])
        if inbound.channel != "sms" or address is None:
            return None
        with state.changed:
            person = state.person(address)
            if kind == "STOP" and not person.opted_out:
                person.automatic_replies.append(STOPPED)
            if kind == "START" and person.opted_out:
                person.automatic_replies.append(STARTED)
            if kind in ("STOP", "START"):
                person.opted_out = kind == "STOP"
        return kind
