"""Looks after what waits: leases that ran out, and the next step of each ladder."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from bot.clock import now_ms
from bot.conversation import saying
from bot.conversation.capabilities import EVERYTHING, Capabilities
from bot.conversation.outbox import Outbox
from bot.conversation.takeover import calls, due, erasing, handoffs, schedule
from bot.conversation.takeover.handoffs import HELD, Handoff, TakeoverError
from bot.conversation.takeover.words import BACK_AGAIN, NOBODY_YET, NOT_ANSWERED, STILL_WAITS
from bot.conversation.wiping import wipe
from bot.privacy.vault import Vault
from bot.storage import bell

# After a standstill, or when "saya urus" has run out, steps that are overdue come one by one.
GAP_MS = 30_000
# So many in one round, so that calls go out in between.
BATCH = 50


class Watch:
    """One of all processes looks after it at a time.

    Args:
        vault: Where the conversations are.
        capabilities: Of the channels; one that is not named shows everything.
        has_group: Whether there is a group of staff that can be called.
    """

    def __init__(
        self,
        vault: Vault,
        capabilities: Mapping[str, Capabilities] | None = None,
        *,
        has_group: bool = False,
    ) -> None:
        self._database = vault.database
        self._sealer = vault.sealer
        self._capabilities = capabilities or {}
        self._has_group = has_group
        self._outbox = Outbox(vault.sealer)

    def look(self) -> tuple[int, int]:
        """Does what is due.

        Returns:
            How many leases had run out, and how many steps were taken.
        """
        with self._database.read() as connection:
            lapsed = due.lapsed_ids(connection, BATCH)
        wiped = sum(self._lapse(handoff_id) for handoff_id in lapsed)
        if wiped:
            self._database.close_words_for_good()
        with self._database.read() as connection:
            steps = due.step_ids(connection, BATCH)
        return len(lapsed), sum(self._climb(handoff_id) for handoff_id in steps)

    def seconds_until_due(self) -> float | None:
        """How long until something is to be done; None when nothing is."""
        with self._database.read() as connection:
            moments = [due.seconds_until_due(connection), calls.seconds_until_due(connection)]
        return min((moment for moment in moments if moment is not None), default=None)

    def _lapse(self, handoff_id: str) -> bool:
        """Ends a lease that ran out; tells whether what was said was wiped."""
        with self._database.write() as connection:
            handoff = _locked(connection, handoff_id)
            if handoff is None or handoff.state != HELD or (handoff.held_until or 0) > now_ms():
                return False
            is_erased = erasing.is_wished(connection, handoff.id)
            waits = handoffs.lapse(connection, handoff)
            self._say(connection, handoff, STILL_WAITS if waits else BACK_AGAIN)
            if is_erased or not waits:
                wipe(connection, self._sealer, handoff.conversation_id)
            bell.ring(connection)
        return is_erased or not waits

    def _climb(self, handoff_id: str) -> bool:
        """Takes the next step of a ladder when it is due."""
        now = now_ms()
        with self._database.write() as connection:
            handoff = _locked(connection, handoff_id)
            if handoff is None or handoff.due_at is None or handoff.due_at > now:
                # Somebody took it, or answered, in this very moment.
                return False
            ladder, number = handoff.ladder, handoff.step
            step = ladder.step(number)
            if step is None:
                handoffs.climbed(connection, handoff, step=number, due_at=None, told=False)
                return False
            is_open = schedule.read(connection).is_open(now)
            moment = handoff.steps_from + step.after_ms(is_open=is_open)
            if step.tell and moment > now:
                # The desk itself may be looking: nobody is told too early that nobody answers.
                handoffs.climbed(connection, handoff, step=number, due_at=moment, told=False)
                return False
            calls.plan(connection, handoff_id, number, step.call, has_group=self._has_group)
            tells = step.tell and (handoff.told_at is None or handoff.is_cried_into)
            if tells:
                self._say(
                    connection, handoff, NOT_ANSWERED if handoff.is_cried_into else NOBODY_YET
                )
            following = ladder.step(number + 1)
            next_at = None
            if following is not None:
                planned = handoff.steps_from + following.after_ms(is_open=is_open)
                next_at = planned if planned > now - GAP_MS else now + GAP_MS
                is_first_time = number + 1 < len(ladder.steps)
                if is_first_time and not calls.is_hopeful(connection, handoff_id):
                    # Nobody could be called: waiting helps nobody.
                    next_at = now
            handoffs.climbed(connection, handoff, step=number + 1, due_at=next_at, told=tells)
            bell.ring(connection)
        return True

    def _say(self, connection: Connection, handoff: Handoff, response: str) -> None:
        saying.tell(
            connection,
            self._outbox,
            handoff.conversation_id,
            handoff.channel,
            response,
            self._capabilities.get(handoff.channel, EVERYTHING),
            is_notice=True,
        )


def _locked(connection: Connection, handoff_id: str) -> Handoff | None:
    """The handoff, locked; None when it has ended by now."""
    try:
        return handoffs.locked(connection, handoff_id)
    except TakeoverError:
        return None
