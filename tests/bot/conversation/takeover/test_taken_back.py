"""Once somebody has the conversation, nobody else is called to it, and the group sees so."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from sqlalchemy import update

from bot.conversation.takeover import calls
from bot.conversation.takeover.calls import Alert
from bot.conversation.takeover.dispatcher import CallFailed, Dispatcher
from bot.conversation.takeover.handoffs import Handoff
from bot.conversation.takeover.ladder import DUTY, GROUP, MAIL
from bot.storage.tables import alerts
from tests.bot.conversation.takeover.desk import CRY, Desk


@dataclass
class Group:
    """The group: what stands in it, and what was changed."""

    fails: list[Exception] = field(default_factory=list)
    before_answer: list[Handoff] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    changed: list[str | None] = field(default_factory=list)
    desk: Desk | None = None

    async def call(self, alert: Alert) -> str | None:
        if self.before_answer:
            assert self.desk is not None
            self.desk.officers.take(self.desk.sari, self.before_answer.pop().id)
        self.called.append(f"m{alert.id}")
        return self.called[-1]

    async def take_back(self, alert: Alert) -> None:
        self.changed.append(alert.provider_id)
        if self.fails:
            raise self.fails.pop(0)

    async def close(self) -> None: ...


class Post:
    """Mail or SMS, which nobody can call back."""

    def __init__(self) -> None:
        self.called: list[int] = []

    async def call(self, alert: Alert) -> str | None:
        self.called.append(alert.id)
        return "p1"

    async def close(self) -> None: ...


def _step(desk: Desk, **ways: Group | Post) -> None:
    asyncio.run(Dispatcher(desk.vault, desk.watch, ways).step())


def _mailbox(desk: Desk, way: str = MAIL) -> None:
    with desk.database.write() as connection:
        calls.add_target(connection, desk.vault.sealer, way, "kantor", "a@example.org")


def _soon(desk: Desk) -> None:
    with desk.database.write() as connection:
        connection.execute(update(alerts).values(due_at=alerts.c.due_at - 10_000))


def test_the_message_in_the_group_says_that_it_is_seen_to(desk: Desk) -> None:
    group = Group()
    handoff = desk.called()
    _step(desk, group=group)
    assert group.changed == []
    desk.officers.take(desk.sari, handoff.id)
    _step(desk, group=group)
    assert group.changed == group.called
    assert (0, GROUP, calls.CHANGED) in desk.alerts(handoff)
    _step(desk, group=group)
    assert len(group.changed) == 1


def test_what_was_not_sent_yet_is_not_sent(desk: Desk) -> None:
    _mailbox(desk)
    _mailbox(desk, DUTY)
    mail, phone = Post(), Post()
    handoff = desk.called()
    desk.watch.look()
    desk.officers.take(desk.sari, handoff.id)
    _step(desk, group=Group(), mail=mail, duty=phone)
    assert mail.called == phone.called == []
    assert {state for _, _, state in desk.alerts(handoff)} == {calls.DROPPED}


def test_a_mail_that_was_sent_stays_as_it_is(desk: Desk) -> None:
    _mailbox(desk)
    handoff = desk.called()
    _step(desk, group=Group(), mail=Post())
    desk.officers.take(desk.sari, handoff.id)
    _step(desk, group=Group(), mail=Post())
    assert (0, MAIL, calls.SENT) in desk.alerts(handoff)


def test_a_call_that_was_on_its_way_is_taken_back_as_well(desk: Desk) -> None:
    handoff = desk.called()
    group = Group(before_answer=[handoff], desk=desk)
    _step(desk, group=group)
    assert len(group.called) == 1
    _step(desk, group=group)
    assert group.changed == group.called


def test_an_answered_cry_takes_its_calls_back(desk: Desk) -> None:
    group = Group()
    handoff = desk.taken()
    desk.hears(CRY)
    _step(desk, group=group)
    assert len(group.called) == 1
    desk.officers.say(desk.sari, handoff.id, "saya di sini")
    _step(desk, group=group)
    assert group.changed == group.called


def test_passing_trouble_is_tried_again_and_given_up(desk: Desk) -> None:
    group = Group(fails=[CallFailed("500", final=False)] * 2)
    handoff = desk.taken()
    desk.hears(CRY)
    _step(desk, group=group)
    desk.officers.say(desk.sari, handoff.id, "saya di sini")
    for _ in range(5):
        _step(desk, group=group)
        _soon(desk)
    assert len(group.changed) == 3
    group.fails = [CallFailed("400", final=True)]
    desk.hears(CRY)
    desk.later(handoff, 121)
    _step(desk, group=group)
    desk.officers.say(desk.sari, handoff.id, "sudah")
    for _ in range(3):
        _step(desk, group=group)
        _soon(desk)
    assert len(group.changed) == 4


def test_a_telephone_whose_call_was_dropped_is_still_the_next_one(desk: Desk) -> None:
    _mailbox(desk, DUTY)
    _mailbox(desk, DUTY)
    handoff = desk.called()
    desk.watch.look()
    desk.watch.look()
    ((_, way, state),) = [one for one in desk.alerts(handoff) if one[1] == DUTY]
    assert (way, state) == (DUTY, calls.DUE)
    desk.officers.take(desk.sari, handoff.id)
    desk.hears("tolong jawab")
    desk.later(handoff, 301)
    desk.watch.look()
    desk.watch.look()
    with desk.database.read() as connection:
        from sqlalchemy import select

        query = select(alerts.c.target_id).where(alerts.c.way == DUTY).order_by(alerts.c.id)
        first, second = connection.execute(query).scalars()
    assert first == second


@pytest.mark.parametrize("how", ["hand_back"])
def test_nothing_stays_open_once_it_is_handed_back(desk: Desk, how: str) -> None:
    group = Group()
    handoff = desk.taken()
    desk.hears(CRY)
    _step(desk, group=group)
    getattr(desk.officers, how)(desk.sari, handoff.id, "selesai")
    _step(desk, group=group)
    assert group.changed == group.called
