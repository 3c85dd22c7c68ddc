"""Nobody who cries for help waits for the lease of an officer who does not answer."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.conversation.takeover import calls, handoffs, ladder
from bot.conversation.takeover.handoffs import HELD, WAITING, Handoff, NotHeld, TakenByOther
from bot.conversation.takeover.ladder import DUTY, GROUP, MAIL
from bot.storage.tables import conversations
from bot.triage import levels
from tests.bot.conversation.takeover.desk import CRY, Desk

NOT_ANSWERED = "petugas belum sempat membalas"


def _phone(desk: Desk) -> None:
    with desk.database.write() as connection:
        calls.add_target(connection, desk.vault.sealer, DUTY, "piket", "+6281200000001")


def _look(desk: Desk) -> None:
    """The steps that are due are taken, and their calls arrive."""
    desk.watch.look()
    with desk.database.write() as connection:
        for alert in calls.due(connection, desk.vault.sealer):
            calls.sent(connection, alert, f"m{alert.id}")


def _after(desk: Desk, handoff: Handoff, seconds: float) -> None:
    desk.later(handoff, seconds)
    _look(desk)


def _cried(desk: Desk) -> Handoff:
    """Somebody is answered by Sari, and cries for help."""
    handoff = desk.taken()
    desk.officers.say(desk.sari, handoff.id, "Saya Sari, ceritakan ya.")
    desk.hears(CRY)
    return handoff


def _ways(desk: Desk, handoff: Handoff) -> list[tuple[int, str]]:
    return [(step, way) for step, way, _ in desk.alerts(handoff)]


def _held_for(desk: Desk, handoff: Handoff) -> float:
    now = desk.now(handoff)
    assert now.held_until is not None
    with desk.database.read() as connection:
        own = conversations.c.id == handoff.conversation_id
        until = connection.execute(select(conversations.c.held_until).where(own)).scalar_one()
    from bot.clock import now_ms

    return float((until - now_ms()) / 1000)


def test_a_cry_while_it_is_held_calls_the_group_and_mail_at_once(desk: Desk) -> None:
    handoff = _cried(desk)
    _look(desk)
    assert _ways(desk, handoff) == [(0, GROUP), (0, MAIL)]
    assert desk.now(handoff).state == HELD
    # The assistant says nothing, and the officer reads it.
    assert desk.said(handoff)[-1] == "Petugas: Saya Sari, ceritakan ya."
    assert desk.read(handoff)[-1] == ("person", CRY)


def test_what_is_no_cry_calls_nobody_while_it_is_held(desk: Desk) -> None:
    handoff = desk.taken()
    desk.hears("aku di rumah")
    assert desk.watch.look() == (0, 0)
    assert desk.alerts(handoff) == []


def test_the_calls_go_on_and_the_person_gets_numbers_after_a_minute(desk: Desk) -> None:
    _phone(desk)
    handoff = _cried(desk)
    _look(desk)
    _after(desk, handoff, 55)
    assert _ways(desk, handoff) == [(0, GROUP), (0, MAIL)]
    _after(desk, handoff, 6)
    assert (1, DUTY) in _ways(desk, handoff)
    assert NOT_ANSWERED in desk.said(handoff)[-1]
    assert "110" in desk.said(handoff)[-1]
    _after(desk, handoff, 90)
    assert (2, GROUP) in _ways(desk, handoff)
    assert sum(NOT_ANSWERED in text for text in desk.said(handoff)) == 1


def test_the_calls_end_when_the_holder_writes(desk: Desk) -> None:
    handoff = _cried(desk)
    _look(desk)
    desk.officers.say(desk.sari, handoff.id, "Polisi sedang ke sana.")
    desk.later(handoff, 250)
    assert desk.watch.look() == (0, 0)
    assert desk.watch.seconds_until_due() is not None  # The lease.
    assert desk.said(handoff)[-1] == "Petugas: Polisi sedang ke sana."


@pytest.mark.parametrize("act", ["note", "stay", "take"])
def test_a_holder_who_writes_nothing_to_the_person_has_not_answered(desk: Desk, act: str) -> None:
    handoff = _cried(desk)
    _look(desk)
    more = ("dicatat",) if act == "note" else ()
    getattr(desk.officers, act)(desk.sari, handoff.id, *more)
    assert desk.now(handoff).is_cried_into


def test_a_holder_who_says_that_it_is_not_grave_ends_the_calls(desk: Desk) -> None:
    handoff = _cried(desk)
    _look(desk)
    desk.officers.set_level(desk.sari, handoff.id, levels.SERIOUS)
    assert not desk.now(handoff).is_cried_into


def test_a_second_cry_does_not_begin_the_calls_anew(desk: Desk) -> None:
    handoff = _cried(desk)
    _look(desk)
    desk.hears(CRY)
    _look(desk)
    assert _ways(desk, handoff) == [(0, GROUP), (0, MAIL)]


def test_an_officer_who_answers_each_cry_is_not_called_over_at_each_of_them(desk: Desk) -> None:
    handoff = _cried(desk)
    _look(desk)
    desk.officers.say(desk.sari, handoff.id, "Polisi sedang ke sana.")
    desk.hears(CRY)
    _look(desk)
    assert _ways(desk, handoff) == [(0, GROUP), (0, MAIL)]
    assert 100 < desk.seconds_to_next_step(handoff) <= 120
    _after(desk, handoff, 121)
    assert _ways(desk, handoff) == [(0, GROUP), (0, MAIL)] * 2


def _sounds_grave(desk: Desk, text: str) -> None:
    """To the assistant, though no word of it speaks of danger."""
    desk.assistant.level = lambda lines: (  # type: ignore[method-assign]
        levels.URGENT if any(line.text in (text, CRY) for line in lines) else levels.ORDINARY
    )


def test_what_only_sounds_grave_waits_a_minute_for_the_holder(desk: Desk) -> None:
    _sounds_grave(desk, "aku di rumah")
    handoff = desk.taken()
    desk.hears("aku di rumah")
    assert desk.watch.look() == (0, 0)
    assert 50 < desk.seconds_to_next_step(handoff) <= 60
    desk.officers.say(desk.sari, handoff.id, "tetap di sana ya")
    desk.later(handoff, 70)
    assert desk.watch.look() == (0, 0)
    desk.hears("aku di rumah")
    _after(desk, handoff, 61)
    assert _ways(desk, handoff) == [(0, GROUP), (0, MAIL)]


def test_a_plain_cry_does_not_wait_for_what_only_sounded_grave(desk: Desk) -> None:
    _sounds_grave(desk, "aku di rumah")
    handoff = desk.taken()
    desk.hears("aku di rumah")
    desk.hears(CRY)
    assert desk.seconds_to_next_step(handoff) <= 0
    desk.hears("aku di rumah")
    assert desk.seconds_to_next_step(handoff) <= 0


@pytest.mark.parametrize("text", ["mau bunuh diri", "dia datang bawa pisau", "BERAS"])
def test_these_words_are_plain(desk: Desk, text: str) -> None:
    _sounds_grave(desk, text)
    handoff = desk.taken()
    desk.hears(text)
    assert desk.seconds_to_next_step(handoff) <= 0


def test_a_colleague_takes_it_after_a_minute_and_not_before(desk: Desk) -> None:
    handoff = _cried(desk)
    _look(desk)
    with pytest.raises(TakenByOther):
        desk.officers.take(desk.budi, handoff.id)
    _after(desk, handoff, 61)
    assert desk.officers.take(desk.budi, handoff.id).staff_id == desk.budi.staff_id
    assert not desk.now(handoff).is_cried_into
    with pytest.raises(NotHeld):
        desk.officers.say(desk.sari, handoff.id, "maaf, baru lihat")


def test_somebody_who_sees_to_it_stops_the_calls_for_a_while(desk: Desk) -> None:
    handoff = _cried(desk)
    _look(desk)
    with desk.database.write() as connection:
        handoffs.acknowledge(connection, handoffs.locked(connection, handoff.id))
    assert 170 < desk.seconds_to_next_step(handoff) <= 180


def test_when_the_lease_runs_out_all_calls_begin_anew(desk: Desk) -> None:
    handoff = _cried(desk)
    _look(desk)
    _after(desk, handoff, 301)
    again = desk.now(handoff)
    assert (again.state, again.step) == (WAITING, 1)
    assert "memanggil petugas lain" in desk.said(handoff)[-1]


def test_an_ordinary_conversation_that_becomes_a_cry_has_the_lease_of_a_cry(desk: Desk) -> None:
    handoff = desk.called("petugas")
    desk.officers.take(desk.sari, handoff.id)
    assert _held_for(desk, handoff) > 800
    desk.hears(CRY)
    assert desk.now(handoff).level == levels.URGENT
    assert 290 < _held_for(desk, handoff) <= 300
    desk.hears(CRY)
    desk.officers.say(desk.sari, handoff.id, "saya di sini")
    assert 290 < _held_for(desk, handoff) <= 300


@pytest.mark.parametrize("text", ["BERAS", "beras deket mesjid ijo", "jgn balas, suami datang"])
def test_whoever_may_be_watched_is_told_nothing_and_the_officer_is_warned(
    desk: Desk, text: str
) -> None:
    handoff = _cried(desk)
    before = desk.said(handoff)
    desk.hears(text)
    _look(desk)
    _after(desk, handoff, 61)
    assert desk.said(handoff) == before
    with pytest.raises(Exception, match="somebody may be reading"):
        desk.officers.say(desk.sari, handoff.id, "halo?")
    desk.officers.say(desk.sari, handoff.id, "Berasnya masih ada.", anyway=True)


def test_a_call_that_cannot_be_made_brings_the_next_one_at_once(desk: Desk) -> None:
    _phone(desk)
    handoff = _cried(desk)
    desk.watch.look()
    with desk.database.write() as connection:
        for alert in calls.due(connection, desk.vault.sealer):
            calls.not_sent(connection, alert, "403", final=True)
    assert desk.seconds_to_next_step(handoff) <= 0


def test_the_ladder_beside_a_holder_makes_sense() -> None:
    found = ladder.beside_holder()
    assert found.steps[0].open_ms == found.steps[0].closed_ms == 0
    assert set(found.steps[0].call) == {GROUP, MAIL}
    assert [step.open_ms for step in found.steps] == sorted(step.open_ms for step in found.steps)
    assert sum(step.tell for step in found.steps) == 1
    assert found.lease_ms < ladder.ladders()[levels.URGENT].lease_ms
    assert ladder.BESIDE not in ladder.ladders()
