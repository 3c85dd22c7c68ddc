"""A database in which days go by: messages, calls and reports of days that are over."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.engine import Connection

from bot.clock import LOCAL
from bot.figures import counting, tally
from bot.storage import tables
from bot.storage.database import Database

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TARGETS = {"darurat": MINUTE, "tinggi": 15 * MINUTE, "biasa": 20 * MINUTE}


def at(day: date, hour: float = 12) -> int:
    """A time of day in Bengkulu, in milliseconds since 1970."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=LOCAL)
    return int((midnight + timedelta(hours=hour)).timestamp() * 1000)


class Years:
    """Writes rows as the program leaves them behind, with the times of any day."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._numbers = itertools.count(1)

    def person(self, channel: str = "whatsapp") -> str:
        """Somebody who writes; gives the conversation."""
        name = f"p{next(self._numbers)}"
        contact = {
            "id": name, "channel": channel, "address_blind": name.encode().ljust(32, b"."),
            "address_sealed": b"", "created_at": 0,
        }  # fmt: skip
        with self.database.write() as connection:
            connection.execute(tables.contacts.insert(), contact)
            connection.execute(
                tables.conversations.insert().values(
                    id=name, contact_id=name, channel=channel, created_at=0
                )
            )
        return name

    def writes(self, whose: str, day: date, *, times: int = 1, hour: float = 12) -> None:
        with self.database.write() as connection:
            known = tables.conversations.c.id == whose
            channel = connection.execute(select(tables.conversations.c.channel).where(known))
            row = {"conversation_id": whose, "channel": channel.scalar_one()}
            for _ in range(times):
                connection.execute(
                    tables.inbox.insert().values(
                        external_id=f"m{next(self._numbers)}", content_sealed=b"",
                        received_at=at(day, hour), turn_id="t", **row,
                    )
                )  # fmt: skip

    def calls(
        self,
        day: date,
        *,
        level: str = "biasa",
        waited: float | None = 1,
        handled: float | None = 30,
        reason: str = "wish",
        retaken: bool = False,
    ) -> str:
        """Somebody calls a human, who comes and hands back after so many minutes, or not."""
        name, opened = f"h{next(self._numbers)}".ljust(22, "x"), at(day)
        taken = None if waited is None else opened + int(waited * MINUTE)
        ended = None if taken is None or handled is None else taken + int(handled * MINUTE)
        row: dict[str, Any] = {
            "id": name, "conversation_id": self.person(), "reason": reason, "level": level,
            "state": "ended" if ended else "waiting", "opened_at": opened, "steps_from": opened,
            # Taken once more: the row knows the last time alone.
            "taken_at": taken + HOUR if retaken and taken else taken, "ended_at": ended,
        }  # fmt: skip
        with self.database.write() as connection:
            connection.execute(tables.handoffs.insert(), row)
            if retaken:
                self._took(connection, name, [taken, (taken or 0) + HOUR])
        return name

    def _took(self, connection: Connection, handoff: str, moments: list[int | None]) -> None:
        for moment in moments:
            number = next(self._numbers)
            connection.execute(
                tables.audit.insert().values(
                    seq=number, at=moment, actor="s", act="conversation_taken", about=handoff,
                    count=1, prev=str(number).encode().ljust(32), mac=b"",
                )
            )  # fmt: skip

    def asks_in_vain(self, day: date, reason: str = "tidak_tahu") -> None:
        self._insert(
            tables.unanswered,
            id=f"u{next(self._numbers)}", day=str(day), reason=reason, question_sealed=b"",
            guesses="",
        )  # fmt: skip

    def reported(self, day: date, state: str) -> None:
        """A report as it lies at the desk."""
        self._insert_key()
        self._insert(
            tables.tips,
            id=f"t{next(self._numbers)}", desk_key_id="k", state=state, level="biasa",
            body_sealed=b"", filed_at=at(day), changed_at=0, retain_until=at(day) + 999 * DAY,
        )  # fmt: skip

    def counts_reports(self, month: str, count: int, **of: str) -> None:
        """Reports that were sent in a month, in the figures alone."""
        group = {"kind": "rekrutmen", "place": "17.09.01", "level": "biasa", **of}
        stage = group.pop("stage", "ditawari")
        self._insert(tables.tip_counts, month=month, count=count, **group)
        self.tallies(month, tally.STAGE, stage, count=count)

    def counted(self, day: date, channel: str, *, messages: int, people: int) -> None:
        """What was counted of a day, without the messages."""
        self._insert(
            tables.day_counts, day=str(day), channel=channel, messages=messages, people=people
        )

    def is_counted(self, *, since: date, until: date) -> None:
        """Everything is said to be counted by now."""
        marks = {
            counting.SINCE: since, counting.MESSAGES_UNTIL: until, counting.CALLS_UNTIL: until,
        }  # fmt: skip
        with self.database.write() as connection:
            for name, day in marks.items():
                own = tables.installation.c.name == name
                connection.execute(tables.installation.delete().where(own))
                row = {"name": name, "value": str(day).encode()}
                connection.execute(tables.installation.insert(), row)

    def tallies(self, month: str, subject: str, name: str, part: str = "", count: int = 1) -> None:
        with self.database.write() as connection:
            tally.add(connection, month, subject, name, part, count)

    def learned(self, month: str, stage: str, *right: int, asked: int = 10) -> None:
        """Rounds of the quiz around a lesson, each with so many right answers."""
        for number in right:
            self._insert(
                tables.quiz_rounds,
                id=f"q{next(self._numbers)}", month=month, stage=stage, asked=asked,
                right=" ".join(f"s{i}" for i in range(number)),
            )  # fmt: skip

    def count(self, today: date, *, hour: float = 12) -> int:
        """The daily count, on a day."""
        return counting.count(self.database, at(today, hour), TARGETS)

    def days(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Messages and people by day and channel."""
        return {
            (row.day, row.channel): (row.messages, row.people)
            for row in self._rows(tables.day_counts)
        }

    def months(self, subject: str) -> Mapping[tuple[str, str, str], int]:
        """By month, name and part."""
        return {
            (row.month, row.name, row.part): row.count
            for row in self._rows(tables.month_counts)
            if row.subject == subject
        }

    def _rows(self, table: Table) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(select(table)))

    def _insert(self, table: Table, **row: Any) -> None:
        with self.database.write() as connection:
            connection.execute(table.insert(), row)

    def _insert_key(self) -> None:
        if not self._rows(tables.desk_keys):
            self._insert(tables.desk_keys, id="k", public_key=b"", created_at=0)
