"""While a human holds a conversation the assistant says nothing in it, and nothing is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.conversation import standing
from bot.conversation.inbox import open_content
from bot.conversation.messages import Attachment, Location
from bot.conversation.takeover.handoffs import (
    ENDED,
    HELD,
    LEVEL,
    WAITING,
    WISH,
    NotHeld,
    TakenByOther,
    TakeoverError,
)
from bot.privacy import staff
from bot.privacy.receipts import Receipt, find_in
from bot.privacy.staff import NotGranted
from bot.storage.tables import inbox as inbox_table
from bot.storage.tables import transcript as transcript_table
from bot.triage import levels
from tests.bot.conversation.takeover.desk import ANI, CRY, PASSWORD, Desk

BUDI = "0812-0000-0002"


# Who is called


def test_a_cry_for_help_calls_a_human_and_the_assistant_goes_on(desk: Desk) -> None:
    handoff = desk.called()
    assert (handoff.state, handoff.reason, handoff.level) == (WAITING, LEVEL, levels.URGENT)
    assert desk.said(handoff) == [f"bot: {CRY}"]
    desk.hears("halo?")
    assert desk.said(handoff) == [f"bot: {CRY}", "bot: halo?"]
    assert len(desk.queue()) == 1


def test_whoever_asks_for_a_human_waits_after_cries_for_help(desk: Desk) -> None:
    wish = desk.called("petugas", BUDI)
    cry = desk.called()
    assert (wish.reason, wish.level) == (WISH, levels.ORDINARY)
    assert [one.id for one in desk.queue()] == [cry.id, wish.id]


def test_a_wish_that_becomes_a_cry_is_called_anew(desk: Desk) -> None:
    handoff = desk.called("petugas")
    desk.watch.look()
    assert desk.now(handoff).step == 1
    desk.hears(CRY)
    again = desk.now(handoff)
    assert (again.level, again.step) == (levels.URGENT, 0)
    assert len(desk.queue()) == 1


def test_nobody_is_called_where_there_is_no_desk(desk: Desk) -> None:
    from bot.storage.tables import desk_keys

    with desk.database.write() as connection:
        connection.execute(desk_keys.update().values(retired_at=1))
    desk.hears(CRY)
    assert desk.queue() == []


def test_a_level_falls_by_itself_only_after_a_while(desk: Desk) -> None:
    handoff = desk.called()
    desk.hears("makasih")
    assert desk.level_of(handoff) == levels.URGENT
    desk.later(handoff, 49 * 3600)
    desk.hears("halo lagi")
    assert desk.level_of(handoff) == levels.ORDINARY


# Taking over


def test_from_the_moment_it_is_taken_the_assistant_is_silent(desk: Desk) -> None:
    handoff = desk.taken()
    assert handoff.state == HELD
    before = desk.said(handoff)
    desk.hears("kamu siapa?")
    desk.hears(CRY)
    assert desk.said(handoff) == before
    assert desk.read(handoff)[-2:] == [("person", "kamu siapa?"), ("person", CRY)]


def test_what_was_said_before_is_there_for_the_officer(desk: Desk) -> None:
    desk.hears("halo")
    handoff = desk.taken()
    assert desk.read(handoff) == [
        ("person", "halo"), ("bot", "bot: halo"), ("person", CRY), ("bot", f"bot: {CRY}"),
    ]  # fmt: skip


def test_an_answer_that_is_being_computed_is_not_said_after_the_takeover(desk: Desk) -> None:
    handoff = desk.called()

    def take() -> None:
        desk.officers.take(desk.sari, handoff.id)

    desk.assistant.before_answer = take
    desk.hears("masih di sana?")
    assert desk.assistant.heard[-1] == "masih di sana?"
    assert desk.said(handoff) == [f"bot: {CRY}"]
    assert desk.read(handoff)[-1] == ("person", "masih di sana?")


def test_of_two_officers_one_has_it_and_the_other_is_told_who(desk: Desk) -> None:
    handoff = desk.taken(desk.budi)
    with pytest.raises(TakenByOther, match="Budi is answering already"):
        desk.officers.take(desk.sari, handoff.id)
    with pytest.raises(NotHeld):
        desk.officers.say(desk.sari, handoff.id, "halo")
    assert desk.officers.take(desk.budi, handoff.id).staff_id == desk.budi.staff_id


def test_a_viewer_takes_nothing(desk: Desk) -> None:
    viewer = desk.member("Wati", "viewer")
    with pytest.raises(NotGranted):
        desk.officers.take(viewer, desk.called().id)


def test_there_is_a_kind_word_for_what_is_not_in_the_queue(desk: Desk) -> None:
    with pytest.raises(TakeoverError, match="no such conversation"):
        desk.officers.take(desk.sari, "nirgends")


# Writing both ways


def test_an_officer_answers_and_the_person_reads_that_it_is_a_human(desk: Desk) -> None:
    handoff = desk.taken()
    desk.officers.say(desk.sari, handoff.id, "  Saya Sari. Kamu di mana? ")
    assert desk.said(handoff)[-1] == "Petugas: Saya Sari. Kamu di mana?"
    assert desk.authors(handoff)[-1] == "staff"
    entry = desk.officers.read(desk.sari, handoff.id)[-1]
    assert (entry.author, entry.text, entry.state) == ("staff", "Saya Sari. Kamu di mana?", "due")


def test_files_and_places_of_the_person_are_told(desk: Desk) -> None:
    handoff = desk.taken()
    desk.hears("", attachments=(Attachment("photo", "image/jpeg", "f1"),))
    desk.hears("", location=Location(-3.7, 102.3))
    *_, photo, place = desk.officers.read(desk.sari, handoff.id)
    assert photo.files == ["photo"]
    assert photo.inbox_id is not None
    assert place.location == (-3.7, 102.3)


def test_a_correction_reaches_the_officer(desk: Desk) -> None:
    handoff = desk.taken()
    desk.hears("kami 5 orang", edits="m99")
    assert desk.read(handoff)[-1] == ("person", "kami 5 orang")


def test_nothing_is_sent_to_who_said_stop(desk: Desk) -> None:
    handoff = desk.taken()
    desk.hears("STOP")
    with pytest.raises(TakeoverError, match="asked for no more messages"):
        desk.officers.say(desk.sari, handoff.id, "halo")
    desk.hears("MULAI")
    desk.officers.say(desk.sari, handoff.id, "halo")
    assert desk.said(handoff)[-1] == "Petugas: halo"


def test_whoever_may_be_watched_is_written_to_only_on_purpose(desk: Desk) -> None:
    handoff = desk.taken()
    with desk.database.write() as connection:
        standing.keep_quiet(connection, handoff.conversation_id)
    with pytest.raises(TakeoverError, match="somebody may be reading"):
        desk.officers.say(desk.sari, handoff.id, "halo")
    desk.officers.say(desk.sari, handoff.id, "halo", anyway=True)
    desk.hears("sudah aman")
    desk.officers.say(desk.sari, handoff.id, "syukurlah")


@pytest.mark.parametrize(("text", "why"), [("", "Write something"), ("x" * 2001, "at most")])
def test_what_cannot_be_sent_is_told_to_the_officer(desk: Desk, text: str, why: str) -> None:
    handoff = desk.taken()
    with pytest.raises(TakeoverError, match=why):
        desk.officers.say(desk.sari, handoff.id, text)


def test_a_note_is_for_staff_alone(desk: Desk) -> None:
    handoff = desk.taken()
    before = desk.said(handoff)
    desk.officers.note(desk.sari, handoff.id, "polsek sudah ditelepon")
    assert desk.said(handoff) == before
    assert desk.read(handoff)[-1] == ("note", "polsek sudah ditelepon")


# Handing on and back


def test_a_colleague_takes_what_was_offered_and_nobody_is_alone_meanwhile(desk: Desk) -> None:
    handoff = desk.taken()
    desk.officers.transfer(desk.sari, handoff.id, "Budi")
    desk.officers.say(desk.sari, handoff.id, "sebentar, rekan saya masuk")
    assert desk.officers.take(desk.budi, handoff.id).staff_id == desk.budi.staff_id
    with pytest.raises(NotHeld):
        desk.officers.say(desk.sari, handoff.id, "masih saya")
    assert desk.read(handoff, desk.budi)[-1] == ("staff", "sebentar, rekan saya masuk")


def test_it_is_offered_only_to_who_may_answer(desk: Desk) -> None:
    desk.member("Wati", "viewer")
    handoff = desk.taken()
    for name in ("Wati", "Nobody"):
        with pytest.raises(TakeoverError, match="may answer"):
            desk.officers.transfer(desk.sari, handoff.id, name)


def test_handed_back_the_assistant_says_so_and_answers_again(desk: Desk) -> None:
    handoff = desk.taken()
    desk.officers.hand_back(desk.sari, handoff.id, "lapor polsek besok jam 9")
    assert desk.now(handoff).state == ENDED
    desk.hears("halo")
    *_, word, answer = desk.said(handoff)
    assert "Suluh, mesin, yang menjawab lagi" in word
    assert answer == "bot: halo"
    assert desk.read(handoff)[-1] == ("note", "lapor polsek besok jam 9")


def test_what_comes_while_it_is_handed_back_is_answered_by_the_assistant(desk: Desk) -> None:
    handoff = desk.taken()
    desk.write("halo?")
    claim = None
    while claim is None:
        claim = desk.runner.queue.claim_next()
    assert claim.held
    desk.officers.hand_back(desk.sari, handoff.id, "selesai")
    assert desk.runner.run(claim) is None
    desk.answer()
    assert desk.said(handoff)[-1] == "bot: halo?"


def test_after_it_only_the_desk_can_open_what_was_said(desk: Desk) -> None:
    handoff = desk.taken()
    desk.hears("saya di ruko cat hijau")
    desk.officers.hand_back(desk.sari, handoff.id, "selesai")
    with desk.database.read() as connection:
        rows = connection.execute(select(inbox_table)).all()
        sealed = connection.execute(select(transcript_table.c.desk_sealed)).scalars().all()
    opened = [open_content(desk.vault.sealer, handoff.conversation_id, row).text for row in rows]
    assert opened == [""] * len(rows)
    assert not any(b"ruko" in bytes(one) for one in sealed)
    later = staff.unlock(desk.database, "Budi", PASSWORD)
    assert ("person", "saya di ruko cat hijau") in desk.read(handoff, later)


def test_a_second_time_is_a_handoff_of_its_own(desk: Desk) -> None:
    handoff = desk.taken()
    desk.officers.hand_back(desk.sari, handoff.id, "selesai")
    again = desk.called()
    assert again.id != handoff.id
    with pytest.raises(TakeoverError, match="handed back already"):
        desk.officers.take(desk.sari, handoff.id)


# The lease


def test_a_lease_that_ran_out_lets_the_assistant_answer_with_a_word(desk: Desk) -> None:
    handoff = desk.taken()
    desk.officers.say(desk.sari, handoff.id, "hati-hati ya")
    desk.later(handoff, 301)
    desk.hears("halo?")
    word, answer = desk.said(handoff)[-2:]
    assert "Percakapan dengan petugas sudah selesai" in word
    assert answer == "bot: halo?"
    assert desk.now(handoff).state == ENDED


def test_after_it_nothing_of_it_opens_with_the_server_key(desk: Desk) -> None:
    handoff = desk.taken()
    desk.hears("saya di ruko cat hijau")
    desk.officers.say(desk.sari, handoff.id, "hati-hati ya")
    desk.later(handoff, 301)
    desk.hears("halo?")
    with desk.database.read() as connection:
        rows = connection.execute(select(inbox_table)).all()
    opened = [open_content(desk.vault.sealer, handoff.conversation_id, row).text for row in rows]
    assert "saya di ruko cat hijau" not in opened


def test_messages_renew_the_lease(desk: Desk) -> None:
    handoff = desk.taken()
    desk.later(handoff, 290)
    desk.officers.say(desk.sari, handoff.id, "saya masih di sini")
    desk.later(handoff, 290)
    desk.officers.note(desk.sari, handoff.id, "menunggu jawaban")
    desk.later(handoff, 290)
    desk.officers.stay(desk.sari, handoff.id)
    desk.later(handoff, 290)
    assert desk.now(handoff).state == HELD
    desk.later(handoff, 20)
    with pytest.raises(NotHeld, match="take it again"):
        desk.officers.say(desk.sari, handoff.id, "halo")


def test_after_a_silent_officer_the_next_one_is_called_and_the_person_is_told(desk: Desk) -> None:
    handoff = desk.taken()
    desk.hears("tolong jawab")
    desk.later(handoff, 301)
    desk.watch.look()
    again = desk.now(handoff)
    assert (again.state, again.staff_id) == (WAITING, None)
    assert "memanggil petugas lain" in desk.said(handoff)[-1]
    assert desk.officers.take(desk.budi, handoff.id).staff_id == desk.budi.staff_id
    assert ("person", "tolong jawab") in desk.read(handoff, desk.budi)


def test_a_person_who_is_gone_for_days_finds_the_assistant(desk: Desk) -> None:
    handoff = desk.taken()
    desk.officers.say(desk.sari, handoff.id, "kamu di mana?")
    desk.later(handoff, 3 * 24 * 3600)
    desk.watch.look()
    assert desk.now(handoff).state == ENDED
    desk.hears("maaf baru balas", ANI)
    assert desk.said(handoff)[-1] == "bot: maaf baru balas"


def test_an_officer_says_how_grave_it_is(desk: Desk) -> None:
    handoff = desk.taken()
    desk.officers.set_level(desk.sari, handoff.id, levels.ORDINARY)
    assert desk.level_of(handoff) == levels.ORDINARY
    with pytest.raises(TakeoverError, match="A level is one of"):
        desk.officers.set_level(desk.sari, handoff.id, "rot")


def test_staff_may_call_themselves_to_a_conversation(desk: Desk) -> None:
    whose = desk.hears("halo")
    desk.officers.call(desk.sari, whose)
    (handoff,) = desk.queue()
    assert desk.officers.take(desk.sari, handoff.id).state == HELD


def test_no_officer_gets_the_receipt_of_a_report(desk: Desk) -> None:
    receipt = Receipt.new()
    words = " ".join(receipt.words)
    handoff = desk.called(f"{CRY}")
    desk.hears(f"nomor saya {receipt.shown}")
    desk.hears(f"kata saya {words}")
    desk.officers.take(desk.sari, handoff.id)
    desk.hears(f"ini nomornya {receipt.digits} ya")
    told = "|".join(text for _, text in desk.read(handoff))
    assert find_in(told) is None
    assert receipt.shown not in told
    assert words not in told
    assert "ini nomornya" in told


# Deleting


def test_whoever_wants_all_deleted_leaves_no_transcript(desk: Desk) -> None:
    handoff = desk.taken()
    desk.officers.hand_back(desk.sari, handoff.id, "selesai")
    from dataclasses import replace as changed

    answer = desk.assistant.answer

    def forgetting(*given):  # type: ignore[no-untyped-def]
        return changed(answer(*given), forget=True, state=None)

    desk.assistant.answer = forgetting  # type: ignore[method-assign]
    desk.hears("hapus semua")
    assert desk.read(handoff) == []


def test_a_message_that_does_not_open_is_not_passed_over(desk: Desk) -> None:
    handoff = desk.taken()
    desk.write("halo")
    with desk.database.write() as connection:
        connection.execute(
            inbox_table.update().where(inbox_table.c.turn_id.is_(None)).values(content_sealed=b"x")
        )
    desk.answer()
    assert desk.read(handoff)[-1] == ("person", "(tidak terbaca)")
