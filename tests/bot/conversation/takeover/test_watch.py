"""While nobody takes over, one after the other is called, and then the truth is told."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from bot.clock import now_ms
from bot.conversation import standing
from bot.conversation.takeover import calls, handoffs, ladder, schedule
from bot.conversation.takeover.handoffs import Handoff
from bot.conversation.takeover.ladder import DUTY, GROUP, MAIL
from bot.conversation.takeover.watch import Watch
from bot.privacy import retention
from bot.storage.tables import conversations
from bot.triage import levels
from tests.bot.conversation.takeover.desk import CRY, Desk


def _phone(desk: Desk, label: str = "piket") -> str:
    with desk.database.write() as connection:
        return calls.add_target(connection, desk.vault.sealer, DUTY, label, "+6281200000001")


def _mailbox(desk: Desk) -> str:
    with desk.database.write() as connection:
        return calls.add_target(connection, desk.vault.sealer, MAIL, "kantor", "a@example.org")


def _all_sent(desk: Desk) -> None:
    with desk.database.write() as connection:
        for alert in calls.due(connection, desk.vault.sealer):
            calls.sent(connection, alert, None)


def _all_fail(desk: Desk) -> None:
    with desk.database.write() as connection:
        for alert in calls.due(connection, desk.vault.sealer):
            calls.not_sent(connection, alert, "403", final=True)


def _climb(desk: Desk, handoff: Handoff, times: int = 1) -> None:
    """The next steps are taken when their time has come."""
    for _ in range(times):
        wait = desk.seconds_to_next_step(handoff)
        if wait > 0:
            desk.later(handoff, wait + 0.01)
        desk.watch.look()
        _all_sent(desk)


def test_at_once_the_group_and_every_mailbox_are_called(desk: Desk) -> None:
    _mailbox(desk)
    handoff = desk.called()
    desk.watch.look()
    assert desk.alerts(handoff) == [(0, GROUP, calls.DUE), (0, MAIL, calls.DUE)]


def test_telephones_on_duty_are_called_in_turn(desk: Desk) -> None:
    first, second = _phone(desk, "satu"), _phone(desk, "dua")
    handoff = desk.called()
    _climb(desk, handoff, times=4)
    with desk.database.read() as connection:
        from sqlalchemy import select

        from bot.storage.tables import alerts

        called = connection.execute(
            select(alerts.c.target_id).where(alerts.c.way == DUTY).order_by(alerts.c.id)
        ).scalars()
        assert list(called) == [first, second, first]


def test_by_night_the_telephone_rings_at_once(desk: Desk) -> None:
    _phone(desk)
    handoff = desk.called()
    desk.watch.look()
    assert desk.seconds_to_next_step(handoff) <= 0


def test_by_day_the_office_has_a_minute(desk: Desk) -> None:
    with desk.database.write() as connection:
        for day in range(7):
            schedule.set_hours(connection, day, "00:00", "24:00")
    _phone(desk)
    handoff = desk.called()
    desk.watch.look()
    assert 55 < desk.seconds_to_next_step(handoff) <= 60


def test_the_person_is_told_the_truth_once_with_numbers(desk: Desk) -> None:
    _phone(desk)
    handoff = desk.called()
    _climb(desk, handoff, times=4)
    told = [text for text in desk.said(handoff) if "belum ada petugas" in text]
    assert len(told) == 1
    assert "110" in told[0]
    _climb(desk, handoff, times=3)
    assert len([text for text in desk.said(handoff) if "belum ada petugas" in text]) == 1


def test_whoever_may_be_watched_is_told_nothing(desk: Desk) -> None:
    _phone(desk)
    handoff = desk.called()
    with desk.database.write() as connection:
        standing.keep_quiet(connection, handoff.conversation_id)
    before = desk.said(handoff)
    _climb(desk, handoff, times=5)
    assert desk.said(handoff) == before


def test_a_call_that_cannot_be_made_brings_the_next_one_at_once(desk: Desk) -> None:
    _phone(desk)
    with desk.database.write() as connection:
        for day in range(7):
            schedule.set_hours(connection, day, "00:00", "24:00")
    handoff = desk.called()
    desk.watch.look()
    assert desk.seconds_to_next_step(handoff) > 50
    _all_fail(desk)
    desk.watch.look()
    assert (1, DUTY, calls.DUE) in desk.alerts(handoff)


def test_one_call_that_arrives_is_enough_to_wait(desk: Desk) -> None:
    _mailbox(desk)
    _phone(desk)
    with desk.database.write() as connection:
        for day in range(7):
            schedule.set_hours(connection, day, "00:00", "24:00")
    handoff = desk.called()
    desk.watch.look()
    with desk.database.write() as connection:
        group, mail = calls.due(connection, desk.vault.sealer)
        calls.sent(connection, mail, None)
        calls.not_sent(connection, group, "403", final=True)
    assert desk.seconds_to_next_step(handoff) > 50


def test_where_nobody_can_be_called_the_person_is_told_in_time(desk: Desk) -> None:
    watch = Watch(desk.vault)
    handoff = desk.called()
    for _ in range(5):
        watch.look()
    # The desk itself may be looking.
    assert desk.said(handoff) == [f"bot: {CRY}"]
    assert {state for _, _, state in desk.alerts(handoff)} == {calls.NONE}
    desk.later(handoff, desk.seconds_to_next_step(handoff) + 0.1)
    watch.look()
    assert "belum ada petugas" in desk.said(handoff)[-1]


def test_calls_end_after_a_while(desk: Desk) -> None:
    handoff = desk.called()
    ladder_of = ladder.ladders()[levels.URGENT]
    _climb(desk, handoff, times=len(ladder_of.steps) + ladder_of.times)
    assert desk.watch.look() == (0, 0)
    assert desk.watch.seconds_until_due() is None
    assert desk.now(handoff).state == handoffs.WAITING


def test_somebody_who_sees_to_it_is_given_time(desk: Desk) -> None:
    handoff = desk.called()
    _climb(desk, handoff)
    with desk.database.write() as connection:
        handoffs.acknowledge(connection, handoffs.locked(connection, handoff.id))
    assert 170 < desk.seconds_to_next_step(handoff) <= 180
    _climb(desk, handoff)
    assert desk.now(handoff).step == 2


def test_nobody_is_called_to_what_is_held(desk: Desk) -> None:
    handoff = desk.taken()
    assert desk.watch.look() == (0, 0)
    assert desk.alerts(handoff) == []


def test_what_nobody_took_goes_with_its_conversation_and_what_is_held_stays(desk: Desk) -> None:
    waiting, held = desk.called(), desk.called(person="0812-0000-0009")
    desk.officers.take(desk.sari, held.id)
    with desk.database.write() as connection:
        connection.execute(update(conversations).values(heard_at=1))
    retention.purge(desk.database, now_ms())
    assert [one.id for one in desk.queue()] == [held.id]
    assert waiting.id != held.id


@pytest.mark.parametrize("level", levels.LEVELS)
def test_each_ladder_makes_sense(level: str) -> None:
    steps = ladder.ladders()[level].steps
    assert steps[0].open_ms == steps[0].closed_ms == 0
    for name in ("open_ms", "closed_ms"):
        times = [getattr(step, name) for step in steps]
        assert times == sorted(times)
    assert sum(step.tell for step in steps) == 1
    assert {way for step in steps for way in step.call} <= set(ladder.WAYS)


def test_the_graver_the_sooner() -> None:
    told = {
        level: next(step.open_ms for step in found.steps if step.tell)
        for level, found in ladder.ladders().items()
    }
    assert told[levels.URGENT] < told[levels.ORDINARY] < told[levels.SERIOUS]


def test_the_last_step_comes_again_a_few_times() -> None:
    found = ladder.ladders()[levels.URGENT]
    count = len(found.steps)
    again = found.step(count)
    assert again is not None
    assert again.call == found.steps[-1].call
    assert again.open_ms == found.steps[-1].open_ms + found.again_ms
    assert found.step(count + found.times - 1) is not None
    assert found.step(count + found.times) is None
