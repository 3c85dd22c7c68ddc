"""What an officer does with a conversation: take it, read, answer, note, transfer, hand back.

Everything needs a member who gave the password (`bot.privacy.staff.unlock`), is one transaction,
and renews the lease.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.clock import now_ms
from bot.conversation import cleaning, phrasebook, standing
from bot.conversation.capabilities import EVERYTHING, Capabilities
from bot.conversation.outbox import Outbox
from bot.conversation.rendering import render
from bot.conversation.takeover import erasing, handoffs, replies, transcript
from bot.conversation.takeover.handoffs import Handoff, TakeoverError
from bot.conversation.takeover.transcript import Entry
from bot.conversation.takeover.words import BACK_AGAIN
from bot.conversation.wiping import wipe
from bot.privacy.identity import hashed_id, random_id
from bot.privacy.roster import READERS
from bot.privacy.unlocked import NOT_GRANTED, NotGranted, Unlocked
from bot.privacy.vault import Vault
from bot.storage import bell
from bot.storage.locks import lock_conversations
from bot.storage.tables import staff
from bot.triage import levels

LONGEST_MESSAGE = 2_000

EMPTY = "Write something first."
TOO_LONG = f"A message has at most {LONGEST_MESSAGE} characters."
TOO_LONG_HERE = "This is too long for one message on this channel: say it in two."
STOPPED = "This person asked for no more messages (STOP) and may not be written to."
UNREACHABLE = "Nothing reaches this person any more; the reason is code {code}."
QUIET = (
    "This person asked not to be written to, as somebody may be reading. Wait until the person "
    "writes again, or say that you want to write all the same."
)
NOT_A_MEMBER = "Nobody who is active and may answer has this name."
BAD_LEVEL = f"A level is one of {', '.join(levels.LEVELS)}."


class Officers:
    """The desk's hand on the conversations.

    Args:
        vault: Where they are.
        capabilities: Of the channels; one that is not named shows everything.
    """

    def __init__(
        self, vault: Vault, capabilities: Mapping[str, Capabilities] | None = None
    ) -> None:
        self._vault = vault
        self._database = vault.database
        self._capabilities = capabilities or {}
        self._outbox = Outbox(vault.sealer)

    def call(self, by: Unlocked, conversation_id: str, level: str = levels.ORDINARY) -> None:
        """Puts a conversation into the queue because staff want to speak with the person."""
        _require_reader(by)
        with self._database.write() as connection:
            lock_conversations(connection, [conversation_id])
            handoffs.call(connection, conversation_id, handoffs.STAFF, level)
            bell.ring(connection)

    def call_again(self, by: Unlocked, handoff_id: str, level: str = levels.ORDINARY) -> Handoff:
        """Puts a conversation that was handed back into the queue again; gives what stands there.

        Raises:
            TakeoverError: There is no such conversation, or no such level.
        """
        if level not in levels.LEVELS:
            raise TakeoverError(BAD_LEVEL)
        whose = self.find(handoff_id).conversation_id
        self.call(by, whose, level)
        with self._database.read() as connection:
            found = handoffs.of_conversation(connection, whose)
        assert found is not None
        return found

    def erases(self, handoff_id: str) -> bool:
        """Whether all of it is deleted once nobody holds it: the person wants it so."""
        with self._database.read() as connection:
            return erasing.is_wished(connection, handoff_id)

    def take(self, by: Unlocked, handoff_id: str) -> Handoff:
        """Takes a conversation over: from now on the assistant says nothing in it.

        Raises:
            TakenByOther: Somebody else was faster.
            TakeoverError: There is none, or it has ended.
            NotGranted: The member may not open it.
        """
        _require_reader(by)
        with self._database.write() as connection:
            handoff = handoffs.locked(connection, handoff_id)
            is_first = handoff.staff_id is None
            handoffs.hold(connection, handoff, by.staff_id)
            if is_first and not transcript.has_any(connection, handoff_id):
                transcript.add_before(
                    connection, self._vault.sealer, handoff.conversation_id, handoff_id
                )
            self._outbox.drop_more(connection, handoff.conversation_id)
            bell.ring(connection)
            return handoffs.find(connection, handoff_id)

    def find(self, handoff_id: str) -> Handoff:
        """How a conversation stands, without a word of it.

        Raises:
            TakeoverError: There is none.
        """
        with self._database.read() as connection:
            return handoffs.find(connection, handoff_id)

    def read(self, by: Unlocked, handoff_id: str) -> list[Entry]:
        """What was said, with how far each message of staff got.

        Raises:
            TakeoverError: There is none.
            NotGranted: The member may not open it.
        """
        _require_reader(by)
        with self._database.read() as connection:
            handoffs.find(connection, handoff_id)
            return transcript.read(connection, by, handoff_id)

    def say(
        self,
        by: Unlocked,
        handoff_id: str,
        text: str,
        *,
        anyway: bool = False,
        once: str | None = None,
    ) -> None:
        """Writes to the person.

        Args:
            by: The holder.
            handoff_id: Of the conversation.
            text: What is written.
            anyway: Also to one who asked not to be answered.
            once: Names this message: what is sent a second time under the same name, because
                the answer to the first was lost, changes nothing.

        Raises:
            NotHeld: The lease ran out, or somebody else has the conversation.
            TakeoverError: The person may not or cannot be written to, or it is too long.
        """
        text = _cleaned(text)
        turn_id = random_id() if once is None else hashed_id(by.staff_id, handoff_id, once)
        with self._database.write() as connection:
            handoff = self._held(connection, by, handoff_id)
            if once is not None and self._outbox.has_turn(connection, turn_id):
                return
            self._require_reachable(connection, handoff.conversation_id, anyway=anyway)
            shown = self._capabilities.get(handoff.channel, EVERYTHING)
            parts = render([transcript.as_reply(text)], shown)
            if any(part.waits for part in parts):
                raise TakeoverError(TOO_LONG_HERE, "too_long_here")
            self._outbox.add(
                connection,
                handoff.conversation_id,
                handoff.channel,
                turn_id,
                parts,
                author=transcript.STAFF,
            )
            transcript.add(
                connection,
                handoff_id,
                transcript.STAFF,
                {"text": text},
                staff_id=by.staff_id,
                turn_id=turn_id,
            )
            handoffs.answered(connection, handoff)
            handoffs.renew(connection, handoff, by.staff_id)
            bell.ring(connection)

    def prepared(
        self, by: Unlocked, handoff_id: str, reply_id: str, values: Mapping[str, str]
    ) -> str:
        """A reply of `replies` as the person would read it; nothing is sent.

        Raises:
            FieldError: A field is missing or wrong.
            TakeoverError: There is no such conversation or reply.
        """
        channel = self.find(handoff_id).channel
        return replies.reply(reply_id).filled(channel, values, by=by.name)

    def note(self, by: Unlocked, handoff_id: str, text: str) -> None:
        """Writes what only staff read."""
        text = _cleaned(text)
        with self._database.write() as connection:
            handoff = self._held(connection, by, handoff_id)
            self._note(connection, by, handoff_id, text)
            handoffs.renew(connection, handoff, by.staff_id)
            bell.ring(connection)

    def stay(self, by: Unlocked, handoff_id: str) -> None:
        """The officer is there, though nothing was written."""
        with self._database.write() as connection:
            handoffs.renew(connection, self._held(connection, by, handoff_id), by.staff_id)

    def transfer(self, by: Unlocked, handoff_id: str, to: str) -> None:
        """Offers the conversation to a colleague, by name; the holder keeps it until then.

        Raises:
            TakeoverError: Nobody has this name, or may answer.
        """
        with self._database.write() as connection:
            handoff = self._held(connection, by, handoff_id)
            row = connection.execute(
                select(staff.c.id)
                .where(staff.c.name == to)
                .where(staff.c.disabled_at.is_(None))
                .where(staff.c.role.in_(READERS))
            ).first()
            if row is None:
                raise TakeoverError(NOT_A_MEMBER, "unknown_member")
            handoffs.offer(connection, handoff, row.id)
            handoffs.renew(connection, handoff, by.staff_id)
            bell.ring(connection)

    def set_level(self, by: Unlocked, handoff_id: str, level: str) -> None:
        """Says how grave it is, higher or lower.

        Raises:
            TakeoverError: There is no such level.
        """
        if level not in levels.LEVELS:
            raise TakeoverError(BAD_LEVEL, "level")
        with self._database.write() as connection:
            handoff = self._held(connection, by, handoff_id)
            if level != levels.URGENT:
                handoffs.answered(connection, handoff)
            handoffs.set_level(connection, handoff, level)
            bell.ring(connection)

    def hand_back(self, by: Unlocked, handoff_id: str, note: str) -> None:
        """Gives the conversation back to the assistant, which says so.

        Args:
            by: Its holder.
            handoff_id: Which.
            note: What was agreed, for whoever looks next; the person does not read it.
        """
        note = _cleaned(note)
        with self._database.write() as connection:
            handoff = self._held(connection, by, handoff_id)
            self._note(connection, by, handoff_id, note)
            handoffs.end(connection, handoff, handoffs.BACK)
            if standing.read(connection, handoff.conversation_id).may_be_told:
                said = phrasebook.say(BACK_AGAIN, handoff.channel)
                parts = render(said, self._capabilities.get(handoff.channel, EVERYTHING))
                self._outbox.add(
                    connection, handoff.conversation_id, handoff.channel, random_id(), parts
                )
            wipe(connection, self._vault.sealer, handoff.conversation_id)
            bell.ring(connection)
        self._database.close_words_for_good()

    def seen(self, by: Unlocked) -> None:
        """The member is at the desk just now."""
        with self._database.claim() as connection:
            connection.execute(
                update(staff).where(staff.c.id == by.staff_id).values(seen_at=now_ms())
            )

    def _note(self, connection: Connection, by: Unlocked, handoff_id: str, text: str) -> None:
        transcript.add(
            connection, handoff_id, transcript.NOTE, {"text": text}, staff_id=by.staff_id
        )

    def _held(self, connection: Connection, by: Unlocked, handoff_id: str) -> Handoff:
        handoff = handoffs.locked(connection, handoff_id)
        handoffs.require_holder(handoff, by.staff_id)
        return handoff

    @staticmethod
    def _require_reachable(connection: Connection, conversation_id: str, *, anyway: bool) -> None:
        person = standing.read(connection, conversation_id)
        if person.stopped:
            raise TakeoverError(STOPPED, "stopped")
        if person.unreachable_code is not None:
            why = UNREACHABLE.format(code=person.unreachable_code)
            raise TakeoverError(why, "unreachable")
        if person.quiet_at is not None and not anyway:
            raise TakeoverError(QUIET, "quiet")


def _cleaned(text: str) -> str:
    cleaned, _ = cleaning.clean(text)
    if not cleaned.strip():
        raise TakeoverError(EMPTY, "empty")
    if len(cleaned) > LONGEST_MESSAGE:
        raise TakeoverError(TOO_LONG, "too_long")
    return cleaned


def _require_reader(by: Unlocked) -> None:
    if by.role not in READERS:
        raise NotGranted(NOT_GRANTED)
