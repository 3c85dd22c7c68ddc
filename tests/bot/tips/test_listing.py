"""The list of reports, a part of it at a time."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import update

from bot.storage.tables import tips
from bot.tips import filing, listing
from bot.tips.draft import Draft
from bot.tips.listing import Listed, Wanted
from bot.triage import levels
from tests.bot.tips.house import STORY, House

ALONE = Draft(fields={"jenis": "lainnya"}, words=("lain",))


def _sent(house: House, story: Draft, level: str, state: str = filing.NEW) -> str:
    number = len(_everything(house)) + 1
    whose = house.conversation(f"0812-0000-{number:04}")
    tip_id = house.sent(replace(story, level=level), whose).tip_id
    with house.database.write() as connection:
        row = update(tips).where(tips.c.id == tip_id)
        connection.execute(row.values(state=state, filed_at=number))
    return tip_id


def _everything(house: House) -> list[Listed]:
    with house.database.read() as connection:
        return listing.everything(connection)


def _some(house: House, wanted: Wanted, begin: int = 0, most: int = 10) -> tuple[int, list[Listed]]:
    with house.database.read() as connection:
        return listing.some(connection, wanted, begin, most)


def test_its_parts_together_are_all_of_it_the_gravest_first(house: House) -> None:
    of = {}
    for level in (levels.ORDINARY, levels.URGENT, levels.SERIOUS, levels.URGENT):
        of[_sent(house, STORY, level)] = level
    parts = [_some(house, Wanted(), begin, 2) for begin in (0, 2, 4)]
    assert [count for count, _ in parts] == [4, 4, 4]
    together = [one for _, part in parts for one in part]
    assert together == _everything(house)
    grave, second, serious, ordinary = (one.id for one in together)
    assert list(of) == [ordinary, grave, serious, second]


def test_a_part_counts_what_is_alike_among_all(house: House) -> None:
    for _ in range(3):
        _sent(house, STORY, levels.ORDINARY)
    alone = _sent(house, ALONE, levels.URGENT)
    _, first = _some(house, Wanted(), 0, 2)
    assert [(one.id == alone, one.matches) for one in first] == [(True, 0), (False, 2)]
    assert {one.matches for one in _everything(house)} == {0, 2}


def test_what_is_looked_for_is_counted_and_given_alone(house: House) -> None:
    urgent = _sent(house, STORY, levels.URGENT)
    done = _sent(house, STORY, levels.URGENT, filing.CLOSED)
    ordinary = _sent(house, STORY, levels.ORDINARY, filing.READ)
    for wanted, expected in (
        (Wanted(), [urgent, done, ordinary]),
        (Wanted(level=levels.URGENT), [urgent, done]),
        (Wanted(states=(filing.READ, filing.CLOSED)), [done, ordinary]),
        (Wanted(but=(filing.CLOSED,)), [urgent, ordinary]),
        (Wanted(ids={done}), [done]),
        (Wanted(ids=set()), []),
        (Wanted(level="'"), []),
    ):
        count, found = _some(house, wanted)
        assert (count, [one.id for one in found]) == (len(expected), expected), wanted
