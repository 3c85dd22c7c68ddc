"""A name that several places have is asked about in words that tell them apart."""

from __future__ import annotations

import pytest

from bot.entities import place_names, places
from bot.tips import interview
from bot.tips.draft import Draft
from bot.tips.interview import Said, options, take
from bot.tips.questions import CONSENT, KIND, PLACE, PLACE_WHICH, SAFE


def _ambiguous() -> dict[str, list[str]]:
    """Each name that a message may name a place by, and the codes of what it may mean."""
    found = {}
    for name in place_names.gazetteer()._names:
        for text in (f"di {name}", f"desa {name}"):
            for entity in places.find(text):
                if entity.value.get("ambiguous"):
                    found[text] = entity.value["ambiguous"]
    return found


def _asked(text: str) -> Draft:
    """A report that named a place, with the question which one."""
    (entity,) = places.find(text)
    fields = {SAFE: "ya", CONSENT: "ya", KIND: "lainnya", PLACE: entity.value}
    return take(Draft(fields=fields), Said(step=interview.GO_ON)).draft


@pytest.mark.parametrize("text", _ambiguous())
def test_places_of_one_name_are_told_apart(text: str) -> None:
    draft = _asked(text)
    assert draft.current == PLACE_WHICH
    titles = [option.title for option in options(draft)]
    assert len(set(titles)) == len(titles) > 1
    assert "None" not in titles


@pytest.mark.parametrize("text", _ambiguous())
def test_each_choice_settles_where_it_was(text: str) -> None:
    draft = _asked(text)
    for number, option in enumerate(options(draft)):
        chosen = take(draft, Said(question=PLACE_WHICH, option=number)).draft
        assert chosen.fields[PLACE] == option.fills[PLACE]
        assert not chosen.fields[PLACE].get("ambiguous")
        assert chosen.current != PLACE_WHICH


def test_a_kecamatan_stands_for_the_desa_of_its_name() -> None:
    draft = _asked("di Pagar Jati")
    assert [option.title for option in options(draft)] == ["Pagar Jati", "Semidang Lagan"]
    assert options(draft)[0].fills[PLACE]["desa"] is None


def test_the_town_that_has_the_name_of_a_desa_can_be_chosen() -> None:
    town, desa = options(_asked("di Curup"))
    assert (town.title, town.fills[PLACE]) == ("Kota Curup", {"kabupaten": "Rejang Lebong"})
    assert desa.fills[PLACE]["desa"] == "Curup"
