"""Staff see reports unopened, open them with their password, move them on and ask back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from bot.privacy import boxes, retention, staff
from bot.privacy.staff import NotGranted, Unlocked
from bot.storage.tables import tip_entries, tips
from bot.tips import casework, filing, follow_up, listing
from bot.tips.casework import GIVEN_STATES, LONGEST_MESSAGE, Case, TipError
from bot.tips.draft import Draft
from bot.tips.listing import Listed
from bot.triage import levels
from tests.bot.tips.house import STORY, House

HOUR = 3_600_000
PASSWORD = "perahu kayu di muara"
QUESTION = "Apakah mereka masih di sana?"


def _listed(house: House) -> list[Listed]:
    with house.database.read() as connection:
        return listing.everything(connection)


def _member(house: House, role: str) -> Unlocked:
    staff.add(house.database, "Budi", role, PASSWORD, by=house.member)
    return staff.unlock(house.database, "Budi", PASSWORD)


def _case(house: House, tip_id: str) -> Case:
    return casework.open_case(house.database, house.member, tip_id)


def _unfinished(house: House, person: str = "0812-0000-0009") -> str:
    draft = replace(STORY, level=levels.URGENT)
    draft, effect = filing.keep_unfinished(draft, house.desk_key, house.conversation(person), "sms")
    house.do(effect)
    assert draft.tip_id is not None
    return draft.tip_id


def _set(house: House, tip_id: str, **values: Any) -> None:
    with house.database.write() as connection:
        connection.execute(update(tips).where(tips.c.id == tip_id).values(**values))


# The list


def test_the_list_shows_a_report_unopened(house: House) -> None:
    filed = house.sent()
    (tip,) = _listed(house)
    row = house.row(filed.tip_id)
    assert tip == Listed(
        filed.tip_id, filing.NEW, levels.SERIOUS, row.filed_at, row.retain_until, False, 0
    )
    for word in ("gudang", "Contoh", "Pekik", filed.receipt.digits):
        assert word not in repr(tip)


def test_the_gravest_stands_first_and_of_these_the_oldest(house: House) -> None:
    wanted: list[str] = []
    for level, hours in (
        (levels.URGENT, 2), (levels.URGENT, 3), (levels.SERIOUS, 1), (levels.ORDINARY, 0),
    ):  # fmt: skip
        person = f"0812-0000-00{len(wanted):02}"
        filed = house.sent(replace(STORY, level=level), house.conversation(person))
        _set(house, filed.tip_id, filed_at=hours * HOUR)
        wanted.append(filed.tip_id)
    assert [tip.id for tip in _listed(house)] == wanted


def test_what_was_not_sent_and_what_was_withdrawn_stand_in_the_list(house: House) -> None:
    unfinished, withdrawn = _unfinished(house), house.sent().tip_id
    house.do(follow_up.withdraw(withdrawn))
    states = {tip.id: tip.state for tip in _listed(house)}
    assert states == {unfinished: filing.UNFINISHED, withdrawn: filing.WITHDRAWN}


def test_reports_that_name_the_same_number_find_each_other_unopened(house: House) -> None:
    def of(person: str, **recruiter: Any) -> str:
        fields = {"jenis": "rekrutmen", "pelaku": recruiter}
        return house.sent(Draft(fields=fields), house.conversation(person)).tip_id

    first = of("0812-0000-0001", telepon=["+6281200000001"], rekening=["123456789012"])
    second = of("0812-0000-0002", telepon=["+6281200000001"], rekening=["123456789012"])
    third = of("0812-0000-0003", telepon=["+6281200000001", "+6281200000009"])
    alone = of("0812-0000-0004", rekening=["999999999999"])
    # Kinds are not mixed.
    other_kind = of("0812-0000-0005", rekening=["+6281200000001"])
    matches = {tip.id: tip.matches for tip in _listed(house)}
    assert matches == {first: 2, second: 2, third: 2, alone: 0, other_kind: 0}
    assert _case(house, first).listed.matches == 2


def test_a_number_that_one_report_names_twice_is_no_match(house: House) -> None:
    recruiter = {"telepon": ["+6281200000001", "+6281200000001"]}
    house.sent(Draft(fields={"jenis": "rekrutmen", "pelaku": recruiter}))
    assert _listed(house)[0].matches == 0


# Opening


def test_whoever_has_the_password_reads_what_was_told(house: House) -> None:
    filed = house.sent()
    case = _case(house, filed.tip_id)
    assert case.fields["jumlah"] == 5
    assert list(case.words) == list(STORY.words)
    assert (case.channel, case.entries, case.files) == ("sms", [], [])


def test_an_officer_reads_and_a_viewer_does_not(house: House) -> None:
    filed = house.sent()
    assert casework.open_case(house.database, _member(house, "officer"), filed.tip_id).words


def test_a_viewer_reads_nothing_and_the_report_stays_new(house: House) -> None:
    filed = house.sent()
    viewer = _member(house, "viewer")
    with pytest.raises(NotGranted):
        casework.open_case(house.database, viewer, filed.tip_id)
    assert house.row(filed.tip_id).state == filing.NEW


def test_an_opened_report_shows_no_word_in_a_log(house: House) -> None:
    filed = house.sent()
    house.adds(filed, "masih di gudang")
    case = _case(house, filed.tip_id)
    shown = repr([case, *case.entries])
    assert "reporter" in shown
    for word in ("gudang", "Contoh", "81200000001"):
        assert word not in shown


def test_opening_a_new_report_says_that_it_was_read(house: House) -> None:
    filed = house.sent()
    _set(house, filed.tip_id, changed_at=0, retain_until=0)
    assert _case(house, filed.tip_id).listed.state == filing.READ
    row = house.row(filed.tip_id)
    assert row.state == filing.READ
    assert row.changed_at % HOUR == 0 < row.changed_at
    assert row.retain_until == retention.retain_until(filing.READ, row.changed_at)


@pytest.mark.parametrize("state", [filing.READ, filing.WORKING, filing.REFERRED, filing.CLOSED])
def test_opening_a_report_again_changes_nothing(house: House, state: str) -> None:
    filed = house.sent()
    _set(house, filed.tip_id, state=state, changed_at=0, retain_until=1)
    _case(house, filed.tip_id)
    row = house.row(filed.tip_id)
    assert (row.state, row.changed_at, row.retain_until) == (state, 0, 1)


def test_opening_what_is_still_told_does_not_take_it_from_its_reporter(house: House) -> None:
    tip_id = _unfinished(house)
    assert _case(house, tip_id).words
    assert house.row(tip_id).state == filing.UNFINISHED


def test_opening_a_withdrawn_report_is_refused(house: House) -> None:
    filed = house.sent()
    casework.hold(house.database, filed.tip_id, held=True)
    house.do(follow_up.withdraw(filed.tip_id))
    with pytest.raises(TipError, match="withdrawn"):
        _case(house, filed.tip_id)


def test_a_report_that_does_not_exist_is_told(house: House) -> None:
    for refused in (
        lambda: _case(house, "tidak-ada"),
        lambda: casework.move(house.database, "tidak-ada", filing.READ),
        lambda: casework.say(house.database, house.member, "tidak-ada", QUESTION),
        lambda: casework.hold(house.database, "tidak-ada", held=True),
    ):
        with pytest.raises(TipError, match="suluh tip list"):
            refused()


def test_what_both_sides_said_later_stands_in_its_order(house: House) -> None:
    filed = house.sent()
    casework.say(house.database, house.member, filed.tip_id, QUESTION)
    house.adds(filed, "masih di sana")
    casework.say(house.database, house.member, filed.tip_id, "Terima kasih.")
    numbers = follow_up.messages(house.vault, filed.tip_id, house.private_key(filed))
    house.do(follow_up.mark_read([numbers[0][0]]))
    entries = [(e.author, e.text, e.is_read) for e in _case(house, filed.tip_id).entries]
    assert entries == [
        ("staff", QUESTION, True),
        ("reporter", "masih di sana", False),
        ("staff", "Terima kasih.", False),
    ]


def test_what_was_sealed_for_an_older_key_of_the_desk_opens_as_well(house: House) -> None:
    filed = house.sent()
    staff.rotate(house.database)
    house.adds(filed, "masih di sana")
    case = _case(house, filed.tip_id)
    assert (list(case.words), case.entries[0].text) == (list(STORY.words), "masih di sana")


# Moving on


@pytest.mark.parametrize("state", GIVEN_STATES)
def test_a_report_is_moved_on_and_kept_as_long_as_its_state_says(house: House, state: str) -> None:
    filed = house.sent()
    other = house.sent(whose=house.conversation("0812-0000-0002"))
    _set(house, filed.tip_id, changed_at=0, retain_until=0)
    casework.move(house.database, filed.tip_id, state)
    row = house.row(filed.tip_id)
    assert row.state == state
    assert row.changed_at % HOUR == 0 < row.changed_at
    assert row.retain_until == retention.retain_until(state, row.changed_at)
    assert house.row(other.tip_id).state == filing.NEW


@pytest.mark.parametrize("state", sorted({*filing.STATES, "lain"} - set(GIVEN_STATES)))
def test_no_other_state_can_be_given(house: House, state: str) -> None:
    filed = house.sent()
    with pytest.raises(TipError, match="one of: read, working, referred, closed"):
        casework.move(house.database, filed.tip_id, state)
    assert house.row(filed.tip_id).state == filing.NEW


def test_what_was_withdrawn_or_is_still_told_is_not_moved(house: House) -> None:
    withdrawn, unfinished = house.sent().tip_id, _unfinished(house)
    house.do(follow_up.withdraw(withdrawn))
    for tip_id, state in ((withdrawn, filing.WITHDRAWN), (unfinished, filing.UNFINISHED)):
        with pytest.raises(TipError):
            casework.move(house.database, tip_id, filing.WORKING)
        assert house.row(tip_id).state == state


def test_who_withdraws_at_the_same_moment_is_not_overruled(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = house.sent()
    row = casework._row

    def and_then_withdrawn(*arguments: Any, **named: Any) -> Any:
        found = row(*arguments, **named)
        monkeypatch.setattr(casework, "_row", row)
        house.do(follow_up.withdraw(filed.tip_id))
        return found

    monkeypatch.setattr(casework, "_row", and_then_withdrawn)
    casework.move(house.database, filed.tip_id, filing.WORKING)
    assert house.row(filed.tip_id).state == filing.WITHDRAWN


# Asking back


def test_a_question_is_sealed_apart_for_the_desk_and_for_the_reporter(house: House) -> None:
    filed = house.sent()
    casework.say(house.database, house.member, filed.tip_id, QUESTION)
    (row,) = house.rows(tip_entries)
    assert row["author"] == follow_up.STAFF
    assert row["created_at"] % HOUR == 0
    assert QUESTION not in repr(row)
    opened = follow_up.messages(house.vault, filed.tip_id, house.private_key(filed))
    assert [text for _, text in opened] == [QUESTION]


@pytest.mark.parametrize("text", ["", "  \n ", "a" * (LONGEST_MESSAGE + 1)])
def test_an_empty_message_and_one_too_long_are_refused(house: House, text: str) -> None:
    filed = house.sent()
    with pytest.raises(TipError):
        casework.say(house.database, house.member, filed.tip_id, text)
    assert house.rows(tip_entries) == []


def test_the_longest_message_is_read_whole(house: House) -> None:
    filed = house.sent()
    text = "a" * LONGEST_MESSAGE
    casework.say(house.database, house.member, filed.tip_id, text)
    opened = follow_up.messages(house.vault, filed.tip_id, house.private_key(filed))
    assert [said for _, said in opened] == [text]


def test_nobody_writes_to_who_withdrew_or_has_no_receipt_yet(house: House) -> None:
    withdrawn, unfinished = house.sent().tip_id, _unfinished(house)
    house.do(follow_up.withdraw(withdrawn))
    for tip_id in (withdrawn, unfinished):
        with pytest.raises(TipError):
            casework.say(house.database, house.member, tip_id, QUESTION)
    assert house.rows(tip_entries) == []


# Holding


def test_a_report_that_is_held_is_not_purged_until_it_is_released(house: House) -> None:
    filed = house.sent()
    other = house.sent(whose=house.conversation("0812-0000-0002"))
    for tip_id in (filed.tip_id, other.tip_id):
        _set(house, tip_id, retain_until=0)
    casework.hold(house.database, filed.tip_id, held=True)
    assert {tip.id: tip.is_held for tip in _listed(house)} == {
        filed.tip_id: True, other.tip_id: False,
    }  # fmt: skip
    assert house.row(filed.tip_id).held_at % HOUR == 0
    retention.purge(house.database, HOUR)
    assert [tip.id for tip in _listed(house)] == [filed.tip_id]
    casework.hold(house.database, filed.tip_id, held=False)
    assert house.body(filed.tip_id)["words"]
    retention.purge(house.database, HOUR)
    assert _listed(house) == []


def test_releasing_a_report_that_was_not_withdrawn_deletes_nothing(house: House) -> None:
    filed = house.sent()
    casework.hold(house.database, filed.tip_id, held=False)
    assert house.body(filed.tip_id)["words"] == list(STORY.words)


def test_a_search_makes_the_pair_of_the_desk_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 4):
        house.sent(STORY, house.conversation(f"0812-0000-{number:04}"))
    made: list[bytes] = []
    real = boxes.crypto_scalarmult_base

    def noted(private_key: bytes) -> bytes:
        made.append(private_key)
        return real(private_key)

    # Somebody who has opened nothing before.
    member = _member(house, "officer")
    monkeypatch.setattr(boxes, "crypto_scalarmult_base", noted)
    with house.database.read() as connection:
        assert len(casework.search(member, connection, "gudang")) == 3
        assert len(casework.search(member, connection, "surau")) == 3
    # That of the grant, and that of the desk.
    assert len(made) == 2
