"""Calls are made at once, tried again, and given up in favour of the next step."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select, update

from bot.conversation.takeover import calls
from bot.conversation.takeover.calls import Alert
from bot.conversation.takeover.dispatcher import CallFailed, Dispatcher
from bot.conversation.takeover.ladder import DUTY, GROUP, MAIL
from bot.storage.tables import alert_targets, alerts
from tests.bot.conversation.takeover.desk import Desk

PHONE = "+6281200000001"


@dataclass
class Line:
    """A way that notes whom it called, and fails as it is told."""

    fails: list[Exception] = field(default_factory=list)
    called: list[Alert] = field(default_factory=list)
    slow: float = 0.0

    async def call(self, alert: Alert) -> str | None:
        await asyncio.sleep(self.slow)
        self.called.append(alert)
        if self.fails:
            raise self.fails.pop(0)
        return "m1"

    async def close(self) -> None: ...


def _dispatcher(desk: Desk, **ways: Line) -> Dispatcher:
    return Dispatcher(desk.vault, desk.watch, ways)


def _step(dispatcher: Dispatcher) -> int:
    return asyncio.run(dispatcher.step())


def _phone(desk: Desk) -> str:
    with desk.database.write() as connection:
        return calls.add_target(connection, desk.vault.sealer, DUTY, "piket", PHONE)


def _soon(desk: Desk) -> None:
    """What waits to be tried again is due."""
    with desk.database.write() as connection:
        connection.execute(update(alerts).values(due_at=alerts.c.due_at - 10_000))


def test_a_cry_for_help_is_called_within_one_step(desk: Desk) -> None:
    group = Line()
    handoff = desk.called()
    assert _step(_dispatcher(desk, group=group)) == 1
    (alert,) = group.called
    assert (alert.handoff_id, alert.level, alert.address) == (handoff.id, "darurat", None)
    assert (0, GROUP, calls.SENT) in desk.alerts(handoff)
    assert (0, MAIL, calls.NONE) in desk.alerts(handoff)


def test_a_telephone_is_called_by_its_number_which_no_table_shows(desk: Desk) -> None:
    _phone(desk)
    phone = Line()
    desk.called()
    dispatcher = _dispatcher(desk, group=Line(), duty=phone)
    _step(dispatcher)
    _step(dispatcher)
    assert [alert.address for alert in phone.called] == [PHONE]
    assert PHONE not in repr(phone.called)
    with desk.database.read() as connection:
        rows = connection.execute(select(alert_targets)).all()
    assert not any(PHONE.encode() in bytes(row.address_sealed) for row in rows)


def test_passing_trouble_is_tried_again(desk: Desk) -> None:
    group = Line(fails=[CallFailed("500", final=False), RuntimeError("0812-0000-0001")])
    handoff = desk.called()
    dispatcher = _dispatcher(desk, group=group)
    for _ in range(3):
        _step(dispatcher)
        _soon(desk)
    first = group.called[0].id
    assert [one.attempts for one in group.called if one.id == first] == [0, 1, 2]
    assert (0, GROUP, calls.SENT) in desk.alerts(handoff)


def test_after_three_attempts_others_are_called(desk: Desk) -> None:
    _phone(desk)
    trouble: list[Exception] = [CallFailed("500", final=False)] * 9
    phone = Line()
    handoff = desk.called()
    dispatcher = _dispatcher(desk, group=Line(fails=trouble), duty=phone)
    for _ in range(4):
        _step(dispatcher)
        _soon(desk)
    assert (0, GROUP, calls.FAILED) in desk.alerts(handoff)
    assert len(phone.called) >= 1


def test_a_way_that_is_not_set_up_reaches_nobody(desk: Desk) -> None:
    handoff = desk.called()
    _step(_dispatcher(desk))
    assert (0, GROUP, calls.FAILED) in desk.alerts(handoff)


def test_no_call_keeps_the_others_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.conversation.takeover import dispatcher as module

    monkeypatch.setattr(module, "CALL_SECONDS", 0.05)
    with desk.database.write() as connection:
        calls.add_target(connection, desk.vault.sealer, MAIL, "kantor", "a@example.org")
    mail = Line()
    handoff = desk.called()
    _step(_dispatcher(desk, group=Line(slow=30), mail=mail))
    assert len(mail.called) == 1
    assert (0, MAIL, calls.SENT) in desk.alerts(handoff)
    assert (0, GROUP, calls.DUE) in desk.alerts(handoff)


def test_a_telephone_that_was_removed_is_called_no_more(desk: Desk) -> None:
    target = _phone(desk)
    with desk.database.write() as connection:
        calls.remove_target(connection, target)
        assert calls.targets(connection) == []
    from bot.errors import OperatorError

    with desk.database.write() as connection, pytest.raises(OperatorError, match="no such"):
        calls.remove_target(connection, target)
