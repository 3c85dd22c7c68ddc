"""What is told after a field is filled: added, put right, or nothing new."""

from __future__ import annotations

from typing import Any

import pytest

from bot.tips import interview
from bot.tips.draft import Draft
from bot.tips.interview import Said, Step, take
from bot.tips.questions import CHANGE, CONSENT, SAFE, SUMMARY

AGREED = {SAFE: "ya", CONSENT: "ya", "jenis": "rekrutmen"}


def _at(question: str, **fields: Any) -> Draft:
    """A report in which a question waits."""
    return Draft(fields={**AGREED, **fields}, current=question)


def _words(draft: Draft, text: str, *, corrects: bool = False, **facts: Any) -> Step:
    return take(draft, Said(text=text, facts=facts, corrects=corrects))


def _recruiter(name: str | None = None, *phones: str) -> dict[str, Any]:
    return {"nama": name, "telepon": list(phones)}


def test_a_number_of_the_recruiter_is_added_whenever_it_comes() -> None:
    draft = _at("jumlah", pelaku=_recruiter("Pak Contoh"))
    step = _words(draft, "hp 0812-0000-0001", pelaku=_recruiter(None, "+6281200000001"))
    assert step.draft.fields["pelaku"] == _recruiter("Pak Contoh", "+6281200000001")
    assert step.notes == ("ucapan_lapor_tercatat",)
    assert step.draft.current == "jumlah"


def test_what_is_known_of_the_recruiter_is_no_news_and_no_endless_question() -> None:
    draft = _at("jumlah", pelaku=_recruiter("Pak Contoh"))
    again = _words(draft, "Pak Contoh", pelaku=_recruiter("Pak Contoh")).draft
    given_up = _words(again, "Pak Contoh", pelaku=_recruiter("Pak Contoh")).draft
    assert (again.current, given_up.current) != ("jumlah", "jumlah")


def test_another_name_takes_the_place_of_the_one_before() -> None:
    known = _recruiter("Mas Contoh", "+6281200000001")
    for draft, corrects in (
        (_at("pelaku", pelaku=known), False),
        (_at("uang", pelaku=known), True),
    ):
        step = _words(draft, "Mas Misal", corrects=corrects, pelaku=_recruiter("Mas Misal"))
        assert step.draft.fields["pelaku"] == _recruiter("Mas Misal", "+6281200000001")


def test_a_later_stage_counts_and_an_earlier_one_does_not() -> None:
    draft = _words(_at("jumlah", tahap="ditawari"), "sudah bayar", tahap="bayar").draft
    assert draft.fields["tahap"] == "bayar"
    assert _words(draft, "dulu ditawari", tahap="ditawari").draft.fields["tahap"] == "bayar"


def test_a_short_word_below_the_summary_puts_a_line_right() -> None:
    for question in (SUMMARY, CHANGE):
        step = _words(_at(question, jumlah=3), "5 orang", jumlah=5)
        assert step.draft.fields["jumlah"] == 5
        assert "ucapan_lapor_diubah" in step.notes


def test_a_story_below_the_summary_only_adds() -> None:
    text = "mereka dijaga dua orang yang bergantian tiap malam"
    step = _words(_at(SUMMARY, jumlah=3), text, jumlah=2)
    assert step.draft.fields["jumlah"] == 3
    assert step.draft.words == (text,)


def test_an_early_question_is_not_answered_anew_in_passing() -> None:
    assert _words(_at("uang", jumlah=3), "2 orang", jumlah=2).draft.fields["jumlah"] == 3


# "Sudah diganti" is said only of what is gone.


DESA: dict[str, Any] = {
    "kecamatan": "Talang Empat", "desa": "Nakau", "kode": "17.09.02.2008", "ambiguous": [],
}  # fmt: skip
PHONE = "+6281200000001"


@pytest.mark.parametrize(
    ("question", "field", "before", "now"),
    [
        ("tempat", "tempat", {"teks": "di ruko biru"}, DESA),
        ("jumlah", "tempat", {"teks": "di ruko biru"}, DESA),
        ("pelaku", "pelaku", _recruiter("Pak Contoh"), _recruiter(None, PHONE)),
        (SUMMARY, "jenis", "lainnya", "penampungan"),
        ("jumlah", "tahap", "ditawari", "bayar"),
        (SUMMARY, "bahaya", "tidak_tahu", "ya"),
    ],
)
def test_what_only_adds_is_not_called_a_change(
    question: str, field: str, before: Any, now: Any
) -> None:
    step = _words(_at(question, **{field: before}), "di situ juga", **{field: now})
    assert "ucapan_lapor_diubah" not in step.notes
    assert step.draft.fields[field] != before


@pytest.mark.parametrize(
    ("question", "field", "before", "now"),
    [
        ("tempat", "tempat", {"kabupaten": "Seluma"}, DESA),
        ("pelaku", "pelaku", _recruiter("Pak Contoh"), _recruiter("Mas Misal")),
        (SUMMARY, "jumlah", 3, 5),
        (SUMMARY, "jenis", "hilang", "penampungan"),
    ],
)
def test_what_takes_the_place_of_something_is_called_a_change(
    question: str, field: str, before: Any, now: Any
) -> None:
    step = _words(_at(question, **{field: before}), "di situ", **{field: now})
    assert "ucapan_lapor_diubah" in step.notes


# Words that tell nothing


def test_a_bare_yes_is_no_statement_of_the_report() -> None:
    first = take(_at("jumlah"), Said(text="iya kak", agrees=True))
    assert first.draft.words == ()
    assert first.notes == ("ucapan_lapor_belum_dijawab",)
    second = take(first.draft, Said(text="iya", agrees=True))
    assert (second.draft.words, second.draft.current != "jumlah") == ((), True)


def test_a_yes_that_answers_a_question_counts_without_its_words() -> None:
    step = take(_at("polisi"), Said(text="iya", facts={"polisi": "ya"}, agrees=True))
    assert (step.draft.fields["polisi"], step.draft.words) == ("ya", ())


def test_who_told_it_already_is_not_asked_for_it_again() -> None:
    draft = _at("waktu").with_words("ada cewek dikurung")
    step = take(draft, Said(step=interview.ALREADY))
    assert "ucapan_lapor_sudah_tadi" in step.notes
    assert "waktu" in step.draft.skipped
    assert "waktu" not in step.draft.fields
    assert step.draft.words == draft.words


@pytest.mark.parametrize("question", [SAFE, CONSENT])
def test_what_must_be_asked_is_asked_again_of_who_told_it_already(question: str) -> None:
    draft = Draft(fields={}, current=question).with_words("ada cewek dikurung")
    step = take(draft, Said(step=interview.ALREADY))
    assert step.draft.current == question
    assert question not in step.draft.fields


def test_what_was_told_in_a_danger_is_not_asked_again_after_it() -> None:
    told = _at("tempat", tempat=DESA)
    assert take(told, Said(step=interview.GO_ON, after_danger=True)).draft.current != "tempat"
    untold = _at("tempat")
    assert take(untold, Said(step=interview.GO_ON, after_danger=True)).draft.current == "tempat"
