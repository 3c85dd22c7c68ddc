"""A desk with two officers over a real message path; the assistant is a stand-in."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update

from bot.clock import now_ms
from bot.conversation.context import Call
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Content, Inbound, Reply
from bot.conversation.outbox import Outbox
from bot.conversation.takeover import handoffs as takeover
from bot.conversation.takeover.handoffs import Handoff
from bot.conversation.takeover.officer import Officers
from bot.conversation.takeover.watch import Watch
from bot.conversation.turn import Answer, TurnRunner
from bot.privacy import staff
from bot.privacy.staff import Unlocked
from bot.privacy.vault import Vault
from bot.storage.database import Database
from bot.storage.tables import alerts, conversations, handoffs
from bot.storage.tables import outbox as outbox_table
from bot.triage import levels

PASSWORD = "lampu minyak di teras"
ANI = "0812-0000-0001"
CRY = "tolong dikunci"


@dataclass
class Assistant:
    """Answers with what it heard; a cry for help is the text `CRY`, a wish "petugas"."""

    before_answer: Callable[[], None] = lambda: None
    heard: list[str] = field(default_factory=list)

    def answer(
        self, conversation_id: str, channel: str, state: bytes | None, lines: Sequence[Content]
    ) -> Answer:
        text = "|".join(line.text for line in lines)
        self.heard.append(text)
        self.before_answer()
        return Answer(
            [Reply(f"bot: {text}")],
            state=b"{}",
            level=self.level(lines),
            calls=Call(takeover.WISH) if text == "petugas" else None,
        )

    def level(self, lines: Sequence[Content]) -> str:
        return levels.URGENT if any(line.text == CRY for line in lines) else levels.ORDINARY

    def apologise(self, channel: str) -> Sequence[Reply]:
        return [Reply("maaf")]


class Desk:
    """Two officers, `sari` and `budi`, and people who write."""

    def __init__(self, vault: Vault, inbox: Inbox) -> None:
        self.vault = vault
        self.inbox = inbox
        self.assistant = Assistant()
        self.runner = TurnRunner(vault.database, vault.sealer, self.assistant, claim_seconds=5)
        self.officers = Officers(vault)
        self.watch = Watch(vault, has_group=True)
        self.outbox = Outbox(vault.sealer)
        self._numbers = itertools.count()
        staff.add(vault.database, "Sari", "admin", PASSWORD)
        self.sari = staff.unlock(vault.database, "Sari", PASSWORD)
        self.budi = self.member("Budi", "officer")

    @property
    def database(self) -> Database:
        return self.vault.database

    def member(self, name: str, role: str) -> Unlocked:
        staff.add(self.database, name, role, PASSWORD, by=self.sari)
        return staff.unlock(self.database, name, PASSWORD)

    def write(self, text: str, person: str = ANI, **more: Any) -> str:
        """Somebody writes; gives the conversation. Nobody has answered yet."""
        number = f"m{next(self._numbers)}"
        inbound = Inbound("telegram", person, number, text=text, **more)
        return self.inbox.accept(inbound).conversation_id

    def answer(self) -> None:
        """Whatever waits is answered."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            claim = self.runner.queue.claim_next()
            if claim is not None:
                self.runner.run(claim)
            elif self.runner.queue.seconds_until_ready() is None:
                return
            else:
                time.sleep(0.005)
        raise AssertionError("something still waits")

    def hears(self, text: str, person: str = ANI, **more: Any) -> str:
        """Somebody writes, and the turn is done."""
        whose = self.write(text, person, **more)
        self.answer()
        return whose

    def called(self, text: str = CRY, person: str = ANI) -> Handoff:
        """Somebody cries for help; gives what stands in the queue."""
        whose = self.hears(text, person)
        with self.database.read() as connection:
            found = takeover.of_conversation(connection, whose)
        assert found is not None
        return found

    def taken(self, by: Unlocked | None = None) -> Handoff:
        """The same, and an officer has it."""
        return self.officers.take(by or self.sari, self.called().id)

    def now(self, handoff: Handoff) -> Handoff:
        """As it stands now."""
        with self.database.read() as connection:
            return takeover.find(connection, handoff.id)

    def queue(self) -> list[Handoff]:
        with self.database.read() as connection:
            return takeover.queue(connection)

    def said(self, handoff: Handoff) -> list[str]:
        """What went out to the person, in order."""
        with self.database.read() as connection:
            found = self.outbox.after(connection, handoff.conversation_id, 0)
        return [one.reply.text for one in found]

    def authors(self, handoff: Handoff) -> list[str]:
        with self.database.read() as connection:
            query = select(outbox_table.c.author).order_by(outbox_table.c.id)
            own = outbox_table.c.conversation_id == handoff.conversation_id
            return list(connection.execute(query.where(own)).scalars())

    def read(self, handoff: Handoff, by: Unlocked | None = None) -> list[tuple[str, str]]:
        """The transcript as an officer sees it."""
        return [(one.author, one.text) for one in self.officers.read(by or self.sari, handoff.id)]

    def level_of(self, handoff: Handoff) -> str:
        with self.database.read() as connection:
            own = conversations.c.id == handoff.conversation_id
            return str(connection.execute(select(conversations.c.level).where(own)).scalar_one())

    def later(self, handoff: Handoff, seconds: float) -> None:
        """So much time goes by for one conversation."""
        ago = int(seconds * 1000)
        with self.database.write() as connection:
            own = conversations.c.id == handoff.conversation_id
            for column in ("held_until", "level_at"):
                moved = conversations.c[column] - ago
                connection.execute(update(conversations).where(own).values(**{column: moved}))
            for column in ("due_at", "steps_from", "opened_at"):
                moved = handoffs.c[column] - ago
                connection.execute(
                    update(handoffs).where(handoffs.c.id == handoff.id).values(**{column: moved})
                )

    def hush(self, handoff: Handoff) -> None:
        """The person asked not to be answered, as somebody may be reading."""
        with self.database.write() as connection:
            own = conversations.c.id == handoff.conversation_id
            connection.execute(update(conversations).where(own).values(quiet_at=now_ms()))

    def alerts(self, handoff: Handoff) -> list[tuple[int, str, str]]:
        """Step, way and state of each call."""
        with self.database.read() as connection:
            rows = connection.execute(
                select(alerts).where(alerts.c.handoff_id == handoff.id).order_by(alerts.c.id)
            )
            return [(row.step, row.way, row.state) for row in rows]

    def seconds_to_next_step(self, handoff: Handoff) -> float:
        with self.database.read() as connection:
            own = handoffs.c.id == handoff.id
            due = connection.execute(select(handoffs.c.due_at).where(own)).scalar_one()
        assert due is not None
        return float((due - now_ms()) / 1000)
