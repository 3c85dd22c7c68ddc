"""A worker reads along for the officer who holds it; only the desk sees what it made of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.conversation.takeover import reader as reader_module
from bot.conversation.takeover import readings
from bot.conversation.takeover.handoffs import Handoff
from bot.conversation.takeover.reader import Reader
from bot.conversation.takeover.readings import Suggestion
from bot.conversation.takeover.transcript import PERSON, Entry
from bot.privacy import staff
from bot.privacy.receipts import Receipt
from bot.storage.tables import transcript_readings
from bot.triage import levels
from tests.bot.conversation.takeover.desk import CRY, PASSWORD, Desk
from tests.bot.conversation.takeover.shelf import Shelf

ASKED = "biayanya berapa"
# Words that stand in nothing else of these tests.
PLANTED = "melati-di-belakang-gudang"


@pytest.fixture
def shelf() -> Shelf:
    return Shelf({ASKED: [("a", 0.6), ("b", 0.2), ("c", 0.1), ("d", 0.05)]})


def _read_all(desk: Desk, shelf: Shelf) -> int:
    reader, count = Reader(desk.vault, shelf), 0
    while reader.read_one():
        count += 1
        assert count < 100, "it reads for ever"
    return count


def _lines(desk: Desk, handoff: Handoff) -> list[Entry]:
    found = desk.officers.read(desk.sari, handoff.id)
    return [entry for entry in found if entry.author == PERSON]


def _topics(entry: Entry) -> list[str] | None:
    return None if entry.suggestions is None else [one.topic for one in entry.suggestions]


def test_the_cry_that_called_says_why_it_is_grave_once_somebody_took_it(
    desk: Desk, shelf: Shelf
) -> None:
    handoff = desk.called()
    assert _read_all(desk, shelf) == 0
    desk.officers.take(desk.sari, handoff.id)
    assert _read_all(desk, shelf) == 1
    (cry,) = _lines(desk, handoff)
    assert (cry.level, list(cry.why)) == (levels.URGENT, ["dikunci"])


def test_each_line_that_comes_to_the_officer_is_read_once(desk: Desk, shelf: Shelf) -> None:
    handoff = desk.taken()
    _read_all(desk, shelf)
    desk.hears("makasih")
    assert _read_all(desk, shelf) == 1
    assert _read_all(desk, shelf) == 0
    assert [one.level for one in _lines(desk, handoff)] == [levels.URGENT, levels.ORDINARY]


def test_what_the_assistant_would_answer_is_suggested_to_the_newest_line(
    desk: Desk, shelf: Shelf
) -> None:
    handoff = desk.taken()
    desk.hears(ASKED)
    _read_all(desk, shelf)
    cry, asked = _lines(desk, handoff)
    assert asked.suggestions == [
        Suggestion(topic, topic.upper(), f"{topic} on telegram") for topic in "abc"
    ]
    # That one was answered by what came after it.
    assert cry.suggestions is None


def test_it_reads_the_lines_since_staff_wrote_as_the_terminal_does(
    desk: Desk, shelf: Shelf
) -> None:
    handoff = desk.taken()
    desk.officers.say(desk.sari, handoff.id, "Halo")
    desk.hears(ASKED)
    desk.hears("kak")
    _read_all(desk, shelf)
    assert _topics(_lines(desk, handoff)[-1]) == ["a", "b", "c"]
    assert f"{ASKED}\nkak" in shelf.asked
    assert not any(CRY in text for text in shelf.asked)


def test_a_line_that_nothing_was_made_of_yet_is_shown(desk: Desk) -> None:
    handoff = desk.taken()
    (cry,) = _lines(desk, handoff)
    assert (cry.text, cry.level, list(cry.why), cry.suggestions) == (CRY, None, [], None)


def test_nothing_of_it_can_be_read_in_the_database(desk: Desk, shelf: Shelf) -> None:
    handoff = desk.taken()
    shelf.words, shelf.says = [PLANTED], PLANTED
    shelf.chances[PLANTED] = [("a", 0.9)]
    desk.hears(PLANTED)
    _read_all(desk, shelf)
    assert [list(one.why) for one in _lines(desk, handoff)][-1] == [PLANTED]
    assert PLANTED in _lines(desk, handoff)[-1].suggestions[0].text  # type: ignore[index]
    assert not _stands_in_the_files(desk, PLANTED)


def test_how_long_the_answers_are_together_does_not_tell_which_they_are(
    desk: Desk, shelf: Shelf
) -> None:
    for person, text, says in (("1", "x", "ya"), ("2", "y", "ya " * 400)):
        shelf.chances, shelf.says = {text: [("a", 0.9)]}, says
        desk.officers.take(desk.sari, desk.called(person=person).id)
        desk.hears(text, person=person)
        _read_all(desk, shelf)
    with desk.database.read() as connection:
        length = func.length(transcript_readings.c.desk_sealed)
        sizes = connection.execute(select(length).where(length > 2048)).scalars().all()
    assert len(sizes) == 2
    assert len(set(sizes)) == 1


def test_a_line_that_brings_its_reader_down_is_not_read_again(desk: Desk, shelf: Shelf) -> None:
    class Fatal(Shelf):
        def level(self, text: str) -> str:
            raise SystemExit

    handoff = desk.taken()
    with pytest.raises(SystemExit):
        Reader(desk.vault, Fatal()).read_one()
    assert _read_all(desk, shelf) == 0
    assert [one.level for one in _lines(desk, handoff)] == [None]


def test_of_two_workers_that_see_a_line_one_reads_it(
    desk: Desk, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.taken()
    with desk.database.read() as connection:
        line = reader_module._newest(connection)
    # The other one looked before this one began.
    monkeypatch.setattr(reader_module, "_newest", lambda _connection: line)
    for _ in range(2):
        assert Reader(desk.vault, shelf).read_one()
    assert shelf.weighed == [CRY]


def test_a_model_that_fails_costs_the_line_its_reading_and_nothing_else(
    desk: Desk, shelf: Shelf
) -> None:
    class Broken(Shelf):
        def why(self, text: str) -> Sequence[str]:
            raise ValueError(text)

    handoff = desk.taken()
    assert _read_all(desk, Broken()) == 1
    desk.hears(ASKED)
    _read_all(desk, shelf)
    assert [one.level for one in _lines(desk, handoff)] == [None, levels.ORDINARY]


def test_of_a_line_that_is_deleted_meanwhile_nothing_is_kept(desk: Desk, shelf: Shelf) -> None:
    class Slow(Shelf):
        def level(self, text: str) -> str:
            desk.hears("hapus data")
            desk.officers.hand_back(desk.sari, handoff.id, "selesai")
            return levels.ORDINARY

    handoff = desk.taken()
    assert Reader(desk.vault, Slow()).read_one()
    assert _count(desk) == 0


def test_nothing_is_read_for_nobody(desk: Desk, shelf: Shelf) -> None:
    handoff = desk.taken()
    desk.hears(ASKED)
    desk.officers.hand_back(desk.sari, handoff.id, "selesai")
    assert _read_all(desk, shelf) == 0
    assert shelf.weighed == []


def test_what_was_made_of_it_goes_with_the_words(desk: Desk, shelf: Shelf) -> None:
    handoff = desk.taken()
    _read_all(desk, shelf)
    assert _count(desk) == 1
    desk.hears("hapus data")
    _read_all(desk, shelf)
    desk.officers.hand_back(desk.sari, handoff.id, "selesai")
    assert _count(desk) == 0


def test_no_receipt_is_read_along(desk: Desk, shelf: Shelf) -> None:
    receipt = Receipt.new()
    desk.taken()
    desk.hears(" ".join(receipt.words))
    desk.hears(receipt.shown)
    _read_all(desk, shelf)
    seen = "|".join([*shelf.asked, *shelf.weighed])
    assert not any(word in seen for word in (*receipt.words, receipt.shown))


def test_a_viewer_opens_none_of_it(desk: Desk, shelf: Shelf) -> None:
    handoff = desk.taken()
    _read_all(desk, shelf)
    viewer = desk.member("Wati", "viewer")
    with desk.database.read() as connection, pytest.raises(staff.NotGranted):
        readings.of_handoff(connection, viewer, handoff.id)


def test_what_was_read_before_the_key_changed_is_still_shown(desk: Desk, shelf: Shelf) -> None:
    handoff = desk.taken()
    _read_all(desk, shelf)
    staff.rotate(desk.database)
    desk.hears(ASKED)
    _read_all(desk, shelf)
    again = staff.unlock(desk.database, "Sari", PASSWORD)
    found = [one for one in desk.officers.read(again, handoff.id) if one.author == PERSON]
    assert [one.level for one in found] == [levels.URGENT, levels.ORDINARY]


def _count(desk: Desk) -> int:
    with desk.database.read() as connection:
        query = select(func.count()).select_from(transcript_readings)
        return int(connection.execute(query).scalar_one())


def _stands_in_the_files(desk: Desk, words: str) -> bool:
    """Whether words stand in the clear in what is on the disk, or in any column."""
    with desk.database.read() as connection:
        for row in connection.execute(select(transcript_readings)):
            assert words not in repr(tuple(row))
    if not desk.database.is_sqlite:
        return False
    name = Path(str(desk.database.url.database))
    return any(words.encode() in one.read_bytes() for one in name.parent.glob(f"{name.name}*"))
