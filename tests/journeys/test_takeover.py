"""Whole journeys of people who need a human: called, taken over, answered, handed back."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import pytest

from bot.clock import LOCAL
from bot.conversation.takeover.handoffs import (
    ENDED,
    HELD,
    WAITING,
    Handoff,
    NotHeld,
    TakenByOther,
)
from bot.conversation.takeover.ladder import DUTY, GROUP
from bot.conversation.takeover.transcript import PERSON, Entry
from bot.conversation.takeover.writing import LONGEST_MESSAGE
from bot.triage import levels
from tests.journeys.takeover import (
    DAY,
    DUTY_PHONE,
    MINUTE,
    ON_DUTY_CHAT,
    House,
    Person,
    running,
    until,
)

CRY = "tlg di kunci"
QUESTION, ANSWER = "apa itu perdagangan orang?", "TPPO"
CHANNELS = ("telegram", "sms", "web")
# A lease of a grave conversation runs out after five minutes, and after one the telephone rings.
LEASE, TO_DUTY = 5 * MINUTE + 1, MINUTE + 1
BACK = "Suluh, mesin, yang menjawab"
SILENT, NOBODY = "memanggil petugas lain", "belum ada petugas"

on_each = pytest.mark.parametrize("channel", CHANNELS)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, model_dir: Path) -> Iterator[House]:
    with running(tmp_path_factory.mktemp("takeover") / "home", model_dir) as house:
        yield house


def _cries(house: House, channel: str) -> Person:
    """Somebody cries for help and gets first aid."""
    person = house.person(channel)
    assert person.says(CRY)
    return person


def _held(house: House, channel: str) -> tuple[Person, Handoff]:
    """Somebody cries for help, and an officer has it."""
    person = _cries(house, channel)
    return person, house.takes(house.sari, person)


def _machine_answers(person: Person) -> None:
    assert ANSWER in "".join(person.says(QUESTION))


# From the cry to the end


@pytest.mark.parametrize("channel", [*CHANNELS, "whatsapp"])
def test_a_whisper_is_answered_by_a_human_until_it_is_handed_back(
    house: House, channel: str
) -> None:
    person = house.person(channel)
    (aid,) = person.says(CRY)
    assert "110" in aid
    handoff = house.calls(person, group=1, mail=1, duty=0)
    assert house.called(handoff, GROUP) == [
        f"DARURAT: satu percakapan menunggu petugas.\n"
        f"{house.product.url}/meja/percakapan/{handoff.id}"
    ]
    house.takes(house.sari, person)
    house.officers.say(house.sari, handoff.id, "Saya Sari. Kamu di mana?")
    assert person.reads() == ["Petugas: Saya Sari. Kamu di mana?"]
    assert person.says("di ruko cat hijau") == []
    house.officers.say(house.sari, handoff.id, "Polisi menuju ke sana.")
    assert person.reads() == ["Petugas: Polisi menuju ke sana."]
    house.officers.hand_back(house.sari, handoff.id, "Polsek sudah di sana")
    assert BACK in "".join(person.reads())
    _machine_answers(person)
    assert [line for line in house.transcript(person) if line[0] != "bot"] == [
        ("person", CRY),
        ("staff", "Saya Sari. Kamu di mana?"),
        ("person", "di ruko cat hijau"),
        ("staff", "Polisi menuju ke sana."),
        ("note", "Polsek sudah di sana"),
    ]
    assert house.handoff(person).state == ENDED


@on_each
@pytest.mark.parametrize(
    ("text", "first"),
    [
        # The number that stands first: who is abroad cannot call 110.
        ("adek ku dikunci majikan di Malaysia", "+60 17-668 8032"),
        ("aku 14 tahun, mau dibawa om ke batam malam ini", "110"),
        ("tolong aku disekap di kamboja", "+855 12 813 282"),
        ("aku pengen mati aja", "110"),
    ],
)
def test_the_right_number_comes_first_and_the_officer_sees_what_was_said(
    house: House, channel: str, text: str, first: str
) -> None:
    person = house.person(channel)
    (before,) = person.says("halo")
    (aid, *_) = person.says(text)
    numbers = re.findall(r"\+?\d[\d -]{1,16}\d", aid)
    assert numbers[0] == first
    handoff = house.calls(person, group=1, mail=1)
    assert handoff.level == levels.URGENT
    house.takes(house.budi, person)
    said = house.transcript(person, house.budi)
    assert [author for author, _ in said] == ["person", "bot", "person", "bot"]
    assert (said[0][1], said[2][1]) == ("halo", text)
    # Buttons stand below the texts.
    assert before.startswith(said[1][1].strip()[:60])
    assert first in said[3][1]
    house.officers.hand_back(house.budi, handoff.id, "selesai")


@on_each
def test_a_false_alarm_that_is_taken_back_ends_with_a_human_alone(
    house: House, channel: str
) -> None:
    person = _cries(house, channel)
    assert person.says("eh salah pencet, aku aman")
    handoff = house.handoff(person)
    assert (handoff.state, handoff.level) == (WAITING, levels.URGENT)
    assert house.row(person).level == levels.URGENT
    house.takes(house.sari, person)
    house.officers.set_level(house.sari, handoff.id, levels.ORDINARY)
    assert house.row(person).level == levels.ORDINARY
    house.officers.hand_back(house.sari, handoff.id, "benar salah pencet")
    assert house.handoff(person).state == ENDED
    person.reads()
    _machine_answers(person)
    assert house.row(person).level == levels.ORDINARY


# When nobody answers


@on_each
def test_after_a_silent_officer_the_telephone_rings_and_another_takes_over(
    house: House, channel: str
) -> None:
    person = _cries(house, channel)
    handoff = house.calls(person, group=1, mail=1, duty=0)
    house.takes(house.sari, person)
    assert person.says("belum dijawab ya kak") == []
    house.later(person, LEASE)
    person.hears(SILENT)
    assert house.handoff(person).state == WAITING
    house.calls(person, group=2, mail=2, duty=0)
    house.later(person, TO_DUTY)
    house.calls(person, group=2, mail=2, duty=1)
    house.takes(house.budi, person)
    assert ("person", "belum dijawab ya kak") in house.transcript(person, house.budi)
    house.officers.say(house.budi, handoff.id, "Saya Budi, maaf lama.")
    assert person.reads() == ["Petugas: Saya Budi, maaf lama."]
    with pytest.raises(NotHeld):
        house.officers.say(house.sari, handoff.id, "maaf, saya baru lihat")


@on_each
def test_by_night_the_telephone_rings_at_once_and_the_truth_is_told(
    house: House, channel: str
) -> None:
    with house.closed():
        person = _cries(house, channel)
        house.calls(person, group=1, mail=1, duty=1)
        house.later(person, 2 * MINUTE + 1)
        house.calls(person, group=2, mail=1, duty=2)
        assert person.reads() == []
        house.later(person, 2 * MINUTE)
        told = person.hears(NOBODY)
        assert all(number in told for number in ("110", "129", "0800-1000"))
        house.calls(person, group=2, mail=1, duty=3)
        # The assistant is there all the while.
        _machine_answers(person)


@on_each
def test_who_asks_for_a_human_by_night_is_told_when_the_office_opens(
    house: House, channel: str
) -> None:
    tomorrow = datetime.now(LOCAL) + timedelta(days=1)
    with house.closed(opens_on=[tomorrow.weekday()]):
        person = house.person(channel)
        (said,) = person.says("petugas")
        assert "besok pukul 08.00 WIB" in said
        assert "tutup" in said
        handoff = house.calls(person, group=1, mail=0, duty=0)
        assert house.called(handoff, GROUP)[0].startswith("Biasa: ")
        house.later(person, 20 * MINUTE + 1)
        assert "110" in person.hears(NOBODY)


@on_each
def test_after_the_officers_last_word_the_machine_comes_back_with_a_word(
    house: House, channel: str
) -> None:
    person, handoff = _held(house, channel)
    house.officers.say(house.sari, handoff.id, "Hati-hati ya.")
    assert person.reads() == ["Petugas: Hati-hati ya."]
    house.later(person, LEASE)
    person.hears(BACK)
    assert house.handoff(person).state == ENDED
    _machine_answers(person)


def test_the_officer_sees_what_makes_it_grave_and_what_may_be_answered(house: House) -> None:
    person, handoff = _held(house, "telegram")
    assert _read_along(house, handoff)[0].level == levels.URGENT
    person.says("paspor saya juga ditahan majikan")
    asked = _read_along(house, handoff)[-1]
    assert "paspor_ditahan" in [one.topic for one in asked.suggestions or ()]
    assert all(len(one.text) <= LONGEST_MESSAGE for one in asked.suggestions or ())
    person.says("dia datang bawa pisau sekarang")
    cry = _read_along(house, handoff)[-1]
    assert (cry.level, "pisau" in cry.why) == (levels.URGENT, True)
    house.officers.hand_back(house.sari, handoff.id, "selesai")


def _read_along(house: House, handoff: Handoff) -> list[Entry]:
    """What the person wrote, once the worker has read all of it."""

    def lines() -> list[Entry]:
        entries = house.officers.read(house.sari, handoff.id)
        return [one for one in entries if one.author == PERSON]

    until(lambda: all(one.level is not None for one in lines()), "the worker to read along")
    return lines()


@on_each
def test_who_is_gone_for_three_days_finds_the_machine_and_may_call_again(
    house: House, channel: str
) -> None:
    person, handoff = _held(house, channel)
    house.officers.say(house.sari, handoff.id, "Kamu di mana?")
    person.reads()
    house.later(person, 3 * DAY)
    until(lambda: house.handoff(person).state == ENDED, "the end of the lease")
    person.reads()
    assert SILENT not in "".join(person.says("maaf baru balas"))
    assert person.says("aku masih dikunci, tolong")
    again = house.handoff(person)
    assert (again.state, again.id != handoff.id) == (WAITING, True)


# A cry while an officer has it

SEEN_TO: tuple[str, list[str]] = ("DARURAT: sudah ada yang mengurus.", [])


@on_each
def test_who_took_it_is_seen_in_the_group(house: House, channel: str) -> None:
    person = _cries(house, channel)
    handoff = house.calls(person, group=1, mail=1)
    assert house.stands_in_group(handoff)[0][1] == ["Saya urus"]
    house.takes(house.sari, person)
    until(lambda: house.stands_in_group(handoff) == [SEEN_TO], "the group to be told")
    house.officers.hand_back(house.sari, handoff.id, "selesai")


@on_each
def test_a_cry_that_the_officer_does_not_answer_waits_for_no_lease(
    house: House, channel: str
) -> None:
    person = _cries(house, channel)
    handoff = house.calls(person, group=1, mail=1, duty=0)
    house.takes(house.sari, person)
    assert person.says("dia datang bawa pisau") == []
    house.calls(person, group=2, mail=2, duty=0)
    house.later(person, TO_DUTY)
    assert "110" in person.hears("petugas belum sempat membalas")
    house.calls(person, group=2, mail=2, duty=1)
    assert house.handoff(person).state == HELD
    house.takes(house.budi, person)
    house.officers.say(house.budi, handoff.id, "Saya Budi, polisi menuju ke sana.")
    assert person.reads() == ["Petugas: Saya Budi, polisi menuju ke sana."]
    until(lambda: house.stands_in_group(handoff) == [SEEN_TO] * 2, "the group to be told")
    house.later(person, TO_DUTY)
    house.calls(person, group=2, mail=2, duty=1)


@on_each
def test_the_code_word_calls_and_shows_nothing(house: House, channel: str) -> None:
    person, handoff = _held(house, channel)
    house.calls(person)
    before = len(house.called(handoff, GROUP))
    assert person.says("BERAS") == []
    until(lambda: len(house.called(handoff, GROUP)) == before + 1, "the group to be called")
    house.later(person, TO_DUTY)
    until(lambda: bool(house.called(handoff, DUTY)), "the telephone to ring")
    assert person.reads() == []


@on_each
def test_who_wants_all_deleted_is_told_when_and_then_it_is(house: House, channel: str) -> None:
    person, handoff = _held(house, channel)
    person.says("aku di ruko cat hijau")
    (told,) = person.says("hapus data")
    assert "sekarang belum dihapus" in told
    assert ("person", "aku di ruko cat hijau") in house.transcript(person)
    house.officers.hand_back(house.sari, handoff.id, "selesai")
    assert BACK in "".join(person.reads())
    assert house.transcript(person) == []


# Two officers


@on_each
def test_a_conversation_that_is_handed_on_is_never_unattended(house: House, channel: str) -> None:
    person, handoff = _held(house, channel)
    house.officers.transfer(house.sari, handoff.id, "Budi")
    assert person.says("halo?") == []
    assert house.handoff(person).staff_id == house.sari.staff_id
    house.officers.say(house.sari, handoff.id, "Rekan saya masuk.")
    house.takes(house.budi, person)
    with pytest.raises(NotHeld):
        house.officers.say(house.sari, handoff.id, "masih saya")
    assert person.says("siapa ini?") == ["Petugas: Rekan saya masuk."]
    house.officers.say(house.budi, handoff.id, "Saya Budi.")
    assert person.reads() == ["Petugas: Saya Budi."]
    assert house.transcript(person, house.budi)[-4:] == [
        ("person", "halo?"), ("staff", "Rekan saya masuk."),
        ("person", "siapa ini?"), ("staff", "Saya Budi."),
    ]  # fmt: skip
    assert house.handoff(person).state == HELD


@on_each
def test_of_two_who_take_at_once_one_has_it_and_the_other_is_told_who(
    house: House, channel: str
) -> None:
    person = _cries(house, channel)
    begin, got, refused = threading.Barrier(2), [], []

    def take(by: str) -> None:
        begin.wait()
        try:
            house.takes(getattr(house, by.lower()), person)
            got.append(by)
        except TakenByOther as error:
            refused.append(str(error))

    threads = [threading.Thread(target=take, args=[name]) for name in ("Sari", "Budi")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (holder,) = got
    assert refused == [f"{holder} is answering already."]
    assert house.handoff(person).staff_id == getattr(house, holder.lower()).staff_id


def test_one_press_in_the_group_stops_the_calls_for_a_while(house: House) -> None:
    person = _cries(house, "telegram")
    handoff = house.calls(person, group=1, mail=1)
    (message,) = [one for one in house.group.received if handoff.id in one.text]
    assert message.titles == ["Saya urus"]
    house.group.presses(house.telegram.person(ON_DUTY_CHAT), message, "Saya urus")
    number = message.message_id

    def shown() -> tuple[str, list[str]]:
        now = next(one for one in house.group.received if one.message_id == number)
        return now.text, now.titles

    until(lambda: shown() == ("DARURAT: sudah ada yang mengurus.", []), "the button to go")
    assert house.handoff(person).acknowledged_at is not None
    house.later(person, 2 * MINUTE)
    house.calls(person, mail=1, duty=0)
    house.later(person, MINUTE)
    until(lambda: bool(house.called(handoff, DUTY)), "the telephone to ring")


# Whatever dies


def _caught_in_a_turn(house: House, person: Person) -> list[psutil.Process]:
    """Stops the workers while one of them computes an answer to a person."""
    for _ in range(50):
        person.writes(QUESTION)
        until(lambda: house.row(person).claim_token is not None, "a turn")
        workers = house.product.suspend_workers()
        if house.row(person).claim_token:
            return workers
        for worker in workers:
            worker.resume()
        house.settle()
    raise AssertionError("every turn was over too soon")


def test_an_answer_that_is_being_computed_is_not_said_after_the_takeover(house: House) -> None:
    person = _cries(house, "web")
    workers = _caught_in_a_turn(house, person)
    house.takes(house.sari, person)
    last = house.last_from_bot(person)
    for worker in workers:
        worker.resume()
    house.settle()
    assert house.last_from_bot(person) == last
    assert house.transcript(person)[-1] == ("person", QUESTION)


def test_nothing_is_lost_and_nobody_is_talked_over_when_the_worker_dies(house: House) -> None:
    taken = [_cries(house, channel) for channel in CHANNELS]
    alone = [_cries(house, channel) for channel in CHANNELS]
    for person in (*taken, *alone):
        person.writes("halo?", "masih di sana?")
    workers = house.product.suspend_workers()
    for person in taken:
        house.takes(house.sari, person)
    last = [house.last_from_bot(person) for person in taken]
    for person in (*taken, *alone):
        person.writes("mereka datang")
    house.let_in()
    assert [house.turns(person)[-1][1] for person in (*taken, *alone)] == [0] * 6
    for worker in workers:
        worker.kill()
    for person in (*taken, *alone):
        person.writes("tolong")
    house.settle()
    assert [house.last_from_bot(person) for person in taken] == last
    for person in taken:
        entries = house.officers.read(house.sari, house.handoff(person).id)
        told = {entry.inbox_id for entry in entries if entry.author == "person"}
        assert told == {number for number, _ in house.turns(person)}
    for person in alone:
        assert all(replies for _, replies in house.turns(person))
        assert house.handoff(person).state == WAITING
    # And the calls go on.
    house.later(alone[0], TO_DUTY)
    house.calls(alone[0], duty=1)


# What staff and the log never hold


def test_nothing_of_anybody_is_in_a_call_or_in_the_log(house: House) -> None:
    for channel in CHANNELS:
        house.calls(_cries(house, channel), group=1, mail=1)
    where = re.escape(f"{house.product.url}/meja/percakapan/") + r"[\w-]{22}"
    how = "DARURAT|PENTING|Biasa"
    waits = "satu percakapan menunggu petugas"
    for message in house.group.received:
        done = f"({how}): sudah ada yang mengurus\\."
        assert re.fullmatch(f"({how}): {waits}\\.\n{where}|{done}", message.text)
    on_duty = house.twilio.person(DUTY_PHONE, "sms").received
    assert on_duty
    for item in on_duty:
        assert re.fullmatch(f"Suluh ({how}): {waits}\\. {where}", item.body)
    log = house.product.log()
    assert "worker ready" in log
    everything = "\n".join([log, *house.mails()]).lower()
    said = {line.lower() for person in house.people for line in person.teller.written}
    # Staff are called "petugas" in every mail, and "halo" is short enough to be part of a word.
    said -= {"petugas", "halo", "tolong"}
    said |= {"ruko cat", "polsek sudah", "saya sari", "ani contoh"}
    assert [words for words in said if words in everything] == []
    for person in house.people:
        assert person.address not in everything
        if person.channel != "web":
            assert person.address.removeprefix("+62") not in everything
