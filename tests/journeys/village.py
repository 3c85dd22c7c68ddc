"""A village with a desk, in one database: people who tell what they saw, and one who reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select, update

from bot.clock import now_ms
from bot.conversation.capabilities import EVERYTHING, Capabilities
from bot.conversation.inbox import Inbox, open_content
from bot.conversation.keeper import Keeper
from bot.conversation.messages import Attachment, Inbound, Reply
from bot.conversation.outbox import SENT, WAITING, Outbox
from bot.conversation.turn import TurnRunner, tracker_place
from bot.engine.assistant import Assistant
from bot.privacy import staff
from bot.privacy.identity import AddressBook
from bot.privacy.keys import IDENTITY_SUBKEY, SEALING_SUBKEY, ServerKey
from bot.privacy.sealing import Sealer
from bot.privacy.vault import Vault
from bot.storage.database import Database
from bot.storage.tables import attachments, inbox, outbox, tip_drafts, trackers
from bot.tips import casework, listing
from bot.tips.casework import Case
from bot.tips.draft import SLOT, Draft
from bot.tips.listing import Listed
from channels.telegram.connector import CAPABILITIES as TELEGRAM
from channels.terminal.chat import parse_line
from channels.twilio.capabilities import MAX_BODY, SMS

OFFICER, PASSWORD = "Ani", "lampu minyak di teras"
SHOWN: Mapping[str, Capabilities] = {
    "web": EVERYTHING,
    "telegram": TELEGRAM,
    # Without templates: choices are numbers in the text.
    "whatsapp": Capabilities(buttons=0, length=MAX_BODY),
    "sms": SMS,
}
# Those of a provider, whose files can be fetched.
HAS_FILES = ("telegram", "whatsapp")
MINUTE_MS = 60_000

_RECEIPT = re.compile(r"\b08\d\d-\d{4}-\d{4}-\d{4}\b")
_WORDS = re.compile(r"lima kata(?:nya| ini)?:\s*((?:[a-z]+ ){4}[a-z]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Heard:
    """What came back.

    Attributes:
        messages: As the channel shows them, with what waits for LANJUT.
        offered: The titles of the choices.
        asks: The question of a report that waits for an answer.
    """

    messages: Sequence[str]
    offered: Sequence[str]
    level: str
    asks: str | None


@dataclass
class Person:
    """Somebody with a telephone on one channel."""

    name: str
    channel: str
    written: list[str] = field(default_factory=list)
    conversation_id: str = ""


class Village:
    """Everybody's conversations with the assistant, and the desk, in `database`."""

    def __init__(self, assistant: Assistant, database: Database) -> None:
        self.database = database
        self._assistant = assistant
        key = ServerKey.generate()
        self._sealer = Sealer(key.subkey(SEALING_SUBKEY))
        self.vault = Vault(database, key, self._sealer)
        assistant.take_reports(self.vault)
        self._inbox = Inbox(
            database,
            self._sealer,
            AddressBook(key.subkey(IDENTITY_SUBKEY)),
            burst_wait=0,
            burst_limit=0,
        )
        self._runner = TurnRunner(
            database, self._sealer, assistant, claim_seconds=60, capabilities=SHOWN
        )
        self._keeper = Keeper(database, self._sealer, assistant, SHOWN)
        staff.add(database, OFFICER, "admin", PASSWORD)
        self._officer = staff.unlock(database, OFFICER, PASSWORD)
        self._people: dict[str, Person] = {}
        self._count = 0
        # The receipts that were given out, and their words.
        self.receipts: list[tuple[str, str]] = []

    @property
    def people(self) -> Sequence[Person]:
        return tuple(self._people.values())

    def person(self, name: str, channel: str) -> Person:
        return self._people.setdefault(name, Person(name, channel))

    def says(self, person: Person, line: str) -> Heard:
        """One turn: a text, or /photo, /location, /button as in `suluh chat`."""
        self._count += 1
        base = Inbound(person.channel, f"rumah {person.name}", str(self._count))
        inbound = parse_line(line, base)
        if inbound.attachments:
            inbound = replace(inbound, attachments=(_picture(self._count),))
        if inbound.text:
            person.written.append(inbound.text)
        self._inbox.accept(inbound)
        before = self._last_sent()
        claim = self._runner.queue.claim_next()
        assert claim is not None
        person.conversation_id = claim.conversation_id
        outcome = self._runner.run(claim)
        assert outcome is not None, "the turn failed"
        assert not outcome.apologised
        offered = [choice.title for reply in outcome.replies for choice in reply.choices]
        return Heard(self._shown(person, before), offered, outcome.level, self.asked(person))

    def after_minutes(self, person: Person, minutes: int) -> Heard:
        """What comes by itself when nobody wrote for so long."""
        before = self._last_sent()
        self._keeper.keep(now_ms() + minutes * MINUTE_MS)
        return Heard(self._shown(person, before), (), "biasa", self.asked(person))

    def asked(self, person: Person) -> str | None:
        draft = self.draft(person)
        return draft.current if draft else None

    def draft(self, person: Person) -> Draft | None:
        """The report that is being told in somebody's conversation."""
        state = self._state(person)
        return Draft.from_slot(self._assistant.slot_of(state, SLOT)) if state else None

    # The desk.

    def listed(self) -> list[Listed]:
        """What stands at the desk, in the order in which it came."""
        with self.database.read() as connection:
            found = listing.everything(connection)
            order = connection.exec_driver_sql("SELECT id FROM tips ORDER BY rowid").scalars().all()
        return sorted(found, key=lambda tip: order.index(tip.id))

    def open(self, tip: Listed) -> Case:
        return casework.open_case(self.database, self._officer, tip.id)

    def writes_to_reporter(self, text: str) -> None:
        """Staff write about the newest report."""
        casework.say(self.database, self._officer, self.listed()[-1].id, text)

    def moves(self, state: str) -> None:
        """Staff move the newest report on."""
        casework.move(self.database, self.listed()[-1].id, state)

    def files_of(self, tip: Listed) -> int:
        """How many files belong to it, those still to be fetched as well."""
        with self.database.read() as connection:
            files = select(func.count()).where(attachments.c.tip_id == tip.id)
            count: int = connection.execute(files).scalar_one()
        return count

    # What the server itself can open.

    def is_telling(self) -> bool:
        """Whether anything of a report is still kept for a conversation."""
        with self.database.read() as connection:
            return connection.execute(select(tip_drafts)).first() is not None

    def legible(self) -> str:
        """All that can be read in inbox, outbox and memories with the server's own keys."""
        return "\n".join(self._legible())

    def _legible(self) -> Iterator[str]:
        with self.database.read() as connection:
            for row in connection.execute(select(inbox)):
                yield open_content(self._sealer, row.conversation_id, row).text
            for person in self.people:
                for sent in Outbox(self._sealer).after(connection, person.conversation_id, 0):
                    yield sent.reply.text
        for person in self.people:
            yield (self._state(person) or b"").decode()

    def _state(self, person: Person) -> bytes | None:
        whose = person.conversation_id
        with self.database.read() as connection:
            query = select(trackers.c.state_sealed).where(trackers.c.conversation_id == whose)
            sealed = connection.execute(query).scalar()
        return self._sealer.open(sealed, tracker_place(whose)) if sealed else None

    def _last_sent(self) -> int:
        with self.database.read() as connection:
            return connection.execute(select(func.max(outbox.c.id))).scalar() or 0

    def _shown(self, person: Person, after: int) -> list[str]:
        """Sends what waits, and reads it as the person does."""
        with self.database.write() as connection:
            found = Outbox(self._sealer).after(connection, person.conversation_id, after)
            waiting = outbox.c.state.in_(WAITING)
            connection.execute(update(outbox).where(waiting).values(state=SENT, held_for=None))
        replies = [item.reply for item in found]
        for reply in replies:
            if receipt := _RECEIPT.search(reply.text):
                words = _WORDS.search(reply.text)
                assert words is not None
                self.receipts.append((receipt[0], words[1]))
        return [_as_read(reply) for reply in replies]


def _as_read(reply: Reply) -> str:
    return "\n".join([reply.text, *(f"[{choice.title}]" for choice in reply.choices)])


def _picture(number: int) -> Attachment:
    return Attachment("photo", "image/jpeg", f"file-{number}", 1000)
