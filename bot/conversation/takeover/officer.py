"""What an officer does with a conversation: take it, read, answer, note, transfer, hand back.

Everything needs a member who gave the password (`bot.privacy.staff.unlock`), is one transaction,
and renews the lease.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.clock import now_ms
from bot.conversation import saying
from bot.conversation.capabilities import EVERYTHING, Capabilities
from bot.conversation.outbox import Outbox
from bot.conversation.rendering import render
from bot.conversation.takeover import erasing, handoffs, replies, transcript
from bot.conversation.takeover.handoffs import Handoff, TakeoverError
from bot.conversation.takeover.transcript import Entry
from bot.conversation.takeover.words import BACK_AGAIN
from bot.conversation.takeover.writing import cleaned, require_reachable
from bot.conversation.wiping import wipe
from bot.privacy.audit.acts import Act
from bot.privacy.audit.acts import note as write_down
from bot.privacy.audit.once import Once
from bot.privacy.identity import hashed_id, random_id
from bot.privacy.roster import READERS
from bot.privacy.unlocked import NOT_GRANTED, NotGranted, Unlocked
from bot.privacy.vault import Vault
from bot.storage import bell
from bot.storage.locks import lock_conversations
from bot.storage.tables import staff
from bot.triage import levels

TOO_LONG_HERE = "This is too long for one message on this channel: say it in two."
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
        self._looks = Once(vault.database)

    def call(self, by: Unlocked, conversation_id: str, level: str = levels.ORDINARY) -> None:
        """Puts a conversation into the queue because staff want to speak with the person."""
        with self._database.write() as connection:
            self._call(connection, by, conversation_id, level)
            bell.ring(connection)

    def call_again(self, by: Unlocked, handoff_id: str, level: str = levels.ORDINARY) -> Handoff:
        """Puts a conversation that was handed back into the queue again; gives what stands there.

        Raises:
            TakeoverError: There is no such conversation, or no such level.
        """
        if level not in levels.LEVELS:
            raise TakeoverError(BAD_LEVEL, "level")
        with self._database.write() as connection:
            earlier = handoffs.find(connection, handoff_id)
            called = self._call(connection, by, earlier.conversation_id, level)
            bell.ring(connection)
        return called

    def resume(self, by: Unlocked, handoff_id: str) -> Handoff:
        """Calls the person of an earlier conversation again, and takes it: nobody else is called.

        Raises:
            TakenByOther: Somebody else answers this person already.
            TakeoverError: There is no such conversation, or nothing may or can be written there.
        """
        with self._database.write() as connection:
            earlier = handoffs.find(connection, handoff_id)
            called = self._call(connection, by, earlier.conversation_id, levels.ORDINARY)
            require_reachable(connection, earlier.conversation_id, anyway=True)
            taken = self._take(connection, by, called)
            bell.ring(connection)
        return taken

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
        with self._database.write() as connection:
            taken = self._take(connection, by, handoffs.locked(connection, handoff_id))
            bell.ring(connection)
        return taken

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
            entries = transcript.read(connection, by, handoff_id)
        self._looks.note(Act.CONVERSATION_READ, by=by.staff_id, on=handoff_id)
        return entries

    def opens_file(self, by: Unlocked, handoff_id: str, file_id: str) -> None:
        """The member opens a file of what was read: written down before the file is given."""
        self._looks.note(Act.CONVERSATION_FILE, by=by.staff_id, on=handoff_id, detail=file_id)

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
        text = cleaned(text)
        turn_id = random_id() if once is None else hashed_id(by.staff_id, handoff_id, once)
        with self._database.write() as connection:
            handoff = self._held(connection, by, handoff_id)
            if once is not None and self._outbox.has_turn(connection, turn_id):
                return
            require_reachable(connection, handoff.conversation_id, anyway=anyway)
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
            write_down(connection, Act.MESSAGE_SENT, by=by.staff_id, on=handoff_id)
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
        text = cleaned(text)
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
            write_down(connection, Act.CONVERSATION_OFFERED, by=by.staff_id, on=handoff_id)
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
            write_down(connection, Act.LEVEL_SET, by=by.staff_id, on=handoff_id, detail=level)
            bell.ring(connection)

    def hand_back(self, by: Unlocked, handoff_id: str, note: str) -> None:
        """Gives the conversation back to the assistant, which says so.

        Args:
            by: Its holder.
            handoff_id: Which.
            note: What was agreed, for whoever looks next; the person does not read it.
        """
        note = cleaned(note)
        with self._database.write() as connection:
            handoff = self._held(connection, by, handoff_id)
            self._note(connection, by, handoff_id, note)
            handoffs.end(connection, handoff, handoffs.BACK)
            write_down(connection, Act.HANDED_BACK, by=by.staff_id, on=handoff_id)
            saying.tell(
                connection,
                self._outbox,
                handoff.conversation_id,
                handoff.channel,
                BACK_AGAIN,
                self._capabilities.get(handoff.channel, EVERYTHING),
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

    @staticmethod
    def _call(connection: Connection, by: Unlocked, conversation_id: str, level: str) -> Handoff:
        """Puts a conversation into the queue, and gives what stands there of it."""
        _require_reader(by)
        lock_conversations(connection, [conversation_id])
        handoffs.call(connection, conversation_id, handoffs.STAFF, level)
        called = handoffs.of_conversation(connection, conversation_id)
        # Whoever is logged in as a reader has a key of the desk.
        assert called is not None
        write_down(
            connection, Act.CONVERSATION_CALLED, by=by.staff_id, on=called.id, detail=called.level
        )
        return called

    def _take(self, connection: Connection, by: Unlocked, handoff: Handoff) -> Handoff:
        """Gives a locked conversation to an officer, with what was said before."""
        _require_reader(by)
        handoffs.hold(connection, handoff, by.staff_id)
        if handoff.state != handoffs.HELD or handoff.staff_id != by.staff_id:
            write_down(connection, Act.CONVERSATION_TAKEN, by=by.staff_id, on=handoff.id)
        if handoff.staff_id is None and not transcript.has_any(connection, handoff.id):
            transcript.add_before(
                connection, self._vault.sealer, handoff.conversation_id, handoff.id
            )
        self._outbox.drop_more(connection, handoff.conversation_id)
        return handoffs.find(connection, handoff.id)

    def _note(self, connection: Connection, by: Unlocked, handoff_id: str, text: str) -> None:
        transcript.add(
            connection, handoff_id, transcript.NOTE, {"text": text}, staff_id=by.staff_id
        )
        write_down(connection, Act.NOTE_WRITTEN, by=by.staff_id, on=handoff_id)

    def _held(self, connection: Connection, by: Unlocked, handoff_id: str) -> Handoff:
        handoff = handoffs.locked(connection, handoff_id)
        handoffs.require_holder(handoff, by.staff_id)
        return handoff


def _require_reader(by: Unlocked) -> None:
    if by.role not in READERS:
        raise NotGranted(NOT_GRANTED)
