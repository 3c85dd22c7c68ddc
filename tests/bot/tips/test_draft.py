"""A report while it is told: plain data that a slot holds and no log shows."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.tips.draft import MAX_CHARACTERS, Draft
from bot.triage import levels

WHOLE = Draft(
    fields={"jumlah": 3, "pelaku": {"nama": "Pak Contoh", "telepon": ["+6281200000001"]}},
    words=("ada tiga orang", "di gudang kopra"),
    current="tempat",
    asked=("aman", "setuju", "jenis", "tempat"),
    skipped=("waktu",),
    level=levels.URGENT,
    tip_id="laporan-1",
    warned=("bahaya",),
    left=2,
    places=("17.09.01", "17.09.02"),
)


def test_a_representation_shows_no_word_of_the_reporter() -> None:
    assert repr(WHOLE) == "Draft(current='tempat', <sealed>)"
    assert "kopra" not in f"{WHOLE} {[WHOLE]}"


def test_a_draft_comes_back_from_its_slot_as_it_was() -> None:
    """A tracker is kept as JSON, which knows no tuples."""
    slot = json.loads(json.dumps(WHOLE.to_slot()))
    assert Draft.from_slot(slot) == WHOLE
    assert Draft.from_slot(json.loads(json.dumps(Draft(fields={}).to_slot()))) == Draft(fields={})


@pytest.mark.parametrize(
    "slot",
    [None, "", [], "laporan", {}, {"words": []}, {"fields": {}, "of": "a later release"}],
)
def test_what_is_no_draft_is_none(slot: Any) -> None:
    assert Draft.from_slot(slot) is None


def test_words_are_kept_in_their_order_as_often_as_they_were_said() -> None:
    draft = Draft(fields={}).with_words("tolong").with_words("di Nakau").with_words("tolong")
    assert draft.words == ("tolong", "di Nakau", "tolong")


def test_nothing_is_kept_of_an_empty_message() -> None:
    assert WHOLE.with_words("") is WHOLE


def test_a_report_has_room_for_so_many_characters_and_no_more() -> None:
    draft = Draft(fields={}).with_words("a" * (MAX_CHARACTERS - 10))
    assert draft.has_room("b" * 10)
    assert not draft.has_room("b" * 11)
    full = draft.with_words("b" * 10)
    assert sum(map(len, full.words)) == MAX_CHARACTERS
    assert draft.with_words("b" * 11) is draft
    # What is short still fits after what was too long.
    assert draft.with_words("b" * 11).with_words("c").words[-1] == "c"


def test_one_filled_field_of_several_is_enough_to_know() -> None:
    draft = Draft(fields={"anak": "tidak", "jumlah": 0})
    assert draft.knows("jumlah")
    assert draft.knows("tempat", "anak")
    assert not draft.knows("tempat", "waktu")
    assert not draft.knows()


def test_a_fact_takes_the_place_of_what_stood_there_and_leaves_the_rest() -> None:
    draft = WHOLE.with_facts({"jumlah": 5, "anak": "ya"})
    assert draft.fields == {**WHOLE.fields, "jumlah": 5, "anak": "ya"}
    assert WHOLE.fields["jumlah"] == 3
    assert replace(draft, fields=WHOLE.fields) == WHOLE


@pytest.mark.parametrize(
    ("before", "now", "joined"),
    [
        ({"nama": "Pak Contoh"}, {"nama": "Bu Contoh"}, {"nama": "Pak Contoh; Bu Contoh"}),
        ({"nama": "Pak Contoh"}, {"nama": "Contoh"}, {"nama": "Pak Contoh"}),
        ({"nama": "Pak Contoh; Bu Misal"}, {"nama": "Contoh"}, {"nama": "Pak Contoh; Bu Misal"}),
        # Another one, although the letters stand in the first.
        ({"nama": "Contohan"}, {"nama": "Contoh"}, {"nama": "Contohan; Contoh"}),
        ({"nama": "Pak Contoh"}, {"nama": None}, {"nama": "Pak Contoh"}),
        ({"nama": None}, {"nama": "Bu Contoh"}, {"nama": "Bu Contoh"}),
        ({}, {"nama": "Bu Contoh"}, {"nama": "Bu Contoh"}),
        ({"telepon": ["1", "2"]}, {"telepon": ["2", "3"]}, {"telepon": ["1", "2", "3"]}),
        ({"telepon": ["1"]}, {"telepon": []}, {"telepon": ["1"]}),
        ({"telepon": None}, {"telepon": ["1"]}, {"telepon": ["1"]}),
        ({"telepon": ["1"]}, {"rekening": ["9"]}, {"telepon": ["1"], "rekening": ["9"]}),
    ],
)
def test_what_is_said_of_the_recruiter_comes_together(
    before: dict[str, Any], now: dict[str, Any], joined: dict[str, Any]
) -> None:
    draft = Draft(fields={"pelaku": before}).with_facts({"pelaku": now})
    assert draft.fields["pelaku"] == joined


def test_what_was_said_once_is_remembered_with_what_was_said_before() -> None:
    assert WHOLE.warn("anak").warned == ("bahaya", "anak")
    assert WHOLE.warned == ("bahaya",)
