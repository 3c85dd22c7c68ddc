"""Trouble that a test orders for the REST interface."""

from __future__ import annotations

from dataclasses import dataclass

from tests.doubles.twilio_state import State
from tests.doubles.twilio_wire import Refusal, parse_address

RATE_MESSAGES = {
    63018: "Rate limit exceeded for Channel",
    20429: "Too Many Requests",
}


@dataclass
class _Failure:
    status: int
    times: int
    body: str | None
    on: str


class ServerTrouble(Exception):
    """A request fails with `status`; `body` is the text of the answer, if not JSON."""

    def __init__(self, status: int, body: str | None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.body = body


class Faults:
    """What is to go wrong, and how often."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._limits: list[tuple[str, int]] = []
        self._failures: list[_Failure] = []
        self._drops = 0
        self._seconds = 0.0

    def limit(self, to: str, times: int, code: int) -> None:
        with self._state.changed:
            self._limits.extend([(_number(to), code)] * times)

    def fail(self, status: int, times: int, body: str | None, on: str) -> None:
        with self._state.changed:
            self._failures.append(_Failure(status, times, body, on))

    def drop(self, times: int) -> None:
        with self._state.changed:
            self._drops += times

    def slow(self, seconds: float) -> None:
        with self._state.changed:
            self._seconds = seconds

    def before(self, path: str) -> None:
        """Raises ServerTrouble if this request is to fail."""
        with self._state.changed:
            for failure in self._failures:
                if path.endswith(failure.on) and failure.times > 0:
                    failure.times -= 1
                    raise ServerTrouble(failure.status, failure.body)

    def before_send(self, to: str) -> None:
        """Raises Refusal if sends to this address are limited."""
        with self._state.changed:
            for limited in self._limits:
                number, code = limited
                if number == _number(to):
                    self._limits.remove(limited)
                    raise Refusal(code, RATE_MESSAGES[code], status=429)

    def delay(self) -> float:
        """How many seconds the answer to a send waits."""
        with self._state.changed:
            return self._seconds

    def take_drop(self) -> bool:
        """Whether the answer to this send is to be lost."""
        with self._state.changed:
            if self._drops == 0:
                return False
            self._drops -= 1
            return True


def _number(text: str) -> str:
    address = parse_address(text)
    return address.number if address else text
