"""A report is asked for in a few questions, and everything that was said is kept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tips import interview
from bot.tips.draft import MAX_CHARACTERS, Draft
from bot.tips.interview import Said, Step, buttons, options, take
from bot.tips.questions import (
    CHANGE,
    CONSENT,
    FIRST,
    KIND,
    MOST_OF_A_KIND,
    PLACE,
    PLACE_WHICH,
    SAFE,
    SUMMARY,
    SURE,
    fills,
    order,
)
from bot.triage import levels

MOST_QUESTIONS = 9
KINDS = list(order().kinds)
NAMED: dict[str, Any] = {
    "kecamatan": "Pondok Kubang", "desa": None, "kode": "17.09.07", "ambiguous": [],
}  # fmt: skip


def _agreed(**fields: Any) -> Draft:
    """A report of somebody who is safe and agreed, with the next question put."""
    draft = Draft(fields={SAFE: "ya", CONSENT: "ya", **fields}, asked=(SAFE, CONSENT))
    return take(draft, Said(step=interview.GO_ON)).draft


def _words(draft: Draft, text: str, **facts: Any) -> Step:
    return take(draft, Said(text=text, facts=facts))


def _press(draft: Draft, title: str) -> Step:
    titles = [option.title for option in options(draft)]
    option = options(draft)[titles.index(title)]
    if option.payload is not None:
        return take(draft, Said(step=option.payload.split('"')[3]))
    return take(draft, Said(question=draft.current, option=titles.index(title)))


def test_it_begins_with_safety_then_consent_then_what_happened() -> None:
    draft = take(interview.begin(), Said(text="mau lapor")).draft
    assert draft.current == SAFE
    draft = _press(draft, "Ya, aman").draft
    assert draft.current == CONSENT
    draft = _press(draft, "Ya, setuju").draft
    assert draft.current == KIND


def test_whoever_is_not_safe_gets_the_help_of_an_emergency() -> None:
    draft = take(interview.begin(), Said(text="mau lapor")).draft
    not_safe = next(option for option in options(draft) if option.title == "Tidak aman")
    assert not_safe.payload == "/darurat"


@pytest.mark.parametrize(
    ("question", "title", "outcome"),
    [
        (SAFE, "Jangan balas di sini", interview.SILENT),
        (CONSENT, "Tidak setuju", interview.REFUSED),
    ],
)
def test_without_safety_or_consent_it_ends(question: str, title: str, outcome: str) -> None:
    draft = Draft(fields={SAFE: "ya"} if question == CONSENT else {}, current=question)
    assert _press(draft, title).outcome == outcome


@pytest.mark.parametrize("question", [SAFE, CONSENT])
def test_what_comes_first_cannot_be_skipped(question: str) -> None:
    draft = Draft(fields={SAFE: "ya"} if question == CONSENT else {}, current=question)
    step = take(draft, Said(step=interview.SKIP))
    assert step.draft.current == question
    assert step.notes == (f"ucapan_lapor_kenapa_{question}",)


@pytest.mark.parametrize("kind", KINDS)
def test_who_answers_each_question_with_a_button_is_asked_nine_at_most(kind: str) -> None:
    draft = take(interview.begin(), Said(text="mau lapor")).draft
    draft = _press(_press(draft, "Ya, aman").draft, "Ya, setuju").draft
    draft = _press(draft, order().kinds[kind]).draft
    while draft.current != SUMMARY:
        question = str(draft.current)
        answers = [option for option in options(draft) if option.fills]
        if answers:
            draft = _press(draft, answers[0].title).draft
        else:
            value: Any = {"teks": "rumah kosong"} if question == PLACE else 3
            draft = _words(draft, "jawaban", **{fills(question)[0]: value}).draft
    assert len(draft.asked) <= MOST_QUESTIONS


def test_who_tells_all_at_once_is_asked_four_more_at_most() -> None:
    told = {
        KIND: "rekrutmen",
        "waktu": {"dari": None, "teks": "kemarin"},
        PLACE: NAMED,
        "jumlah": 5,
        "tujuan": "MY",
    }
    draft = _words(interview.begin(), "satu pesan panjang", **told).draft
    asked = 0
    while draft.current != SUMMARY:
        asked += 1
        answers = [option for option in options(draft) if option.fills]
        step = _press(draft, answers[0].title) if answers else _words(draft, "x", pelaku={})
        draft = step.draft
    assert asked + 1 <= 4


def test_several_facts_in_one_message_are_not_asked_for_again() -> None:
    draft = _agreed(jenis="penampungan")
    draft = _words(draft, "5 orang di pondok kubang", jumlah=5, tempat=NAMED).draft
    while draft.current != SUMMARY:
        assert draft.current not in (PLACE, "jumlah")
        draft = take(draft, Said(step=interview.SKIP)).draft


def test_words_are_kept_as_they_were_written_in_their_order() -> None:
    draft = _words(interview.begin(), "satu").draft
    draft = _words(draft, "dua").draft
    assert draft.words == ("satu", "dua")


def test_a_button_is_no_word_of_the_reporter() -> None:
    draft = take(interview.begin(), Said(text="mau lapor")).draft
    assert _press(draft, "Ya, aman").draft.words == ("mau lapor",)


def test_what_is_too_long_to_keep_is_told() -> None:
    draft = _agreed(jenis="lainnya").with_words("a" * MAX_CHARACTERS)
    step = _words(draft, "masih ada lagi")
    assert "ucapan_pesan_terpotong" in step.notes
    assert step.draft.words == draft.words


def test_a_correction_replaces_what_was_said() -> None:
    draft = _agreed(jenis="penampungan", jumlah=3)
    step = take(draft, Said(text="eh bukan 3, 5 orang", facts={"jumlah": 5}, corrects=True))
    assert step.draft.fields["jumlah"] == 5
    assert "ucapan_lapor_diubah" in step.notes


def test_something_said_by_the_way_does_not_replace_what_was_said_before() -> None:
    draft = _agreed(jenis="penampungan", jumlah=3)
    assert _words(draft, "ada 2 mobil", jumlah=2).draft.fields["jumlah"] == 3


def test_words_about_a_place_do_not_say_in_which_desa_it_is() -> None:
    draft = _agreed(jenis="dokumen_palsu", tempat={"teks": "di ruko biru"})
    assert draft.current == PLACE


def test_a_place_that_is_told_in_words_alone_is_asked_for_once() -> None:
    draft = _agreed(jenis="dokumen_palsu")
    assert draft.current == PLACE
    assert _words(draft, "ruko biru", tempat={"teks": "ruko biru"}).draft.current != PLACE


def test_words_about_a_place_stay_when_it_is_named() -> None:
    draft = _agreed(jenis="dokumen_palsu", tempat={"teks": "kafe malam"})
    draft = _words(draft, "pondok kubang", tempat=NAMED).draft
    assert draft.fields["tempat"] == {**NAMED, "teks": "kafe malam"}
    more = _words(draft, "di rumah", tempat={"teks": "rumah"}).draft
    assert more.fields["tempat"] == draft.fields["tempat"]


def test_words_about_a_place_that_are_taken_back_do_not_stay() -> None:
    draft = _agreed(jenis="dokumen_palsu", tempat={"teks": "kafe malam"})
    said = Said(text="bukan di kafe, di pondok kubang", facts={PLACE: NAMED}, corrects=True)
    assert take(draft, said).draft.fields["tempat"] == NAMED


def test_five_questions_are_put_of_those_that_nobody_answered_yet() -> None:
    told = {PLACE: NAMED, "jumlah": 5, "waktu": {"dari": None, "teks": "kemarin"}}
    draft = _agreed(jenis="rekrutmen", **told)
    put = []
    while draft.current != SUMMARY:
        put.append(draft.current)
        draft = take(draft, Said(step=interview.SKIP)).draft
    assert put == ["pelaku", "tahap", "uang", "peran", "polisi"]


def test_a_point_on_the_map_answers_where() -> None:
    draft = _agreed(jenis="hilang")
    while draft.current != PLACE:
        draft = take(draft, Said(step=interview.SKIP)).draft
    step = take(draft, Said(point=(-3.7, 102.3)))
    assert step.draft.fields["titik"] == [[-3.7, 102.3]]
    assert step.draft.current != PLACE


def test_two_messages_about_the_recruiter_are_joined() -> None:
    draft = _agreed(jenis="rekrutmen", pelaku={"nama": "Pak Budi", "telepon": ["+6281200000001"]})
    more = {"nama": None, "telepon": ["+6281200000001", "+6281200000002"]}
    draft = _words(draft, "nomornya ada dua", pelaku=more).draft
    draft = draft.with_facts({"pelaku": more})
    assert draft.fields["pelaku"] == {
        "nama": "Pak Budi",
        "telepon": ["+6281200000001", "+6281200000002"],
    }


def test_back_asks_the_question_before_once_more() -> None:
    draft = _agreed(jenis="penampungan")
    first = draft.current
    draft = _press(draft, "Tidak sekarang").draft
    step = take(draft, Said(step=interview.BACK))
    assert step.draft.current == first
    assert _press(step.draft, "Ya, sekarang").draft.fields["bahaya"] == "ya"


def test_before_the_first_question_there_is_none() -> None:
    draft = take(interview.begin(), Said(text="mau lapor")).draft
    step = take(draft, Said(step=interview.BACK))
    assert step.draft.current == SAFE
    assert "ucapan_lapor_awal" in step.notes


def test_a_skipped_question_is_not_asked_again() -> None:
    draft = _agreed(jenis="penampungan")
    asked = []
    while draft.current != SUMMARY:
        asked.append(draft.current)
        draft = take(draft, Said(step=interview.SKIP)).draft
    assert len(asked) == len(set(asked)) == MOST_OF_A_KIND


def test_every_question_says_why_it_is_asked() -> None:
    for question in {*FIRST, SUMMARY, *(q for asked in order().questions.values() for q in asked)}:
        step = take(Draft(fields={}, current=question), Said(step=interview.WHY))
        assert f"ucapan_lapor_kenapa_{question}" in step.notes
        assert step.draft.current == question


def test_cancelling_what_was_told_is_asked_back_first() -> None:
    draft = _agreed(jenis="penampungan")
    step = take(draft, Said(step=interview.CANCEL))
    assert (step.draft.current, step.outcome) == (SURE, None)
    assert _press(step.draft, "Ya, batalkan").outcome == interview.CANCELLED
    assert _press(step.draft, "Tidak, lanjut").draft.current == draft.current


def test_cancelling_before_anything_was_told_ends_at_once() -> None:
    draft = Draft(fields={}, current=SAFE)
    assert take(draft, Said(step=interview.CANCEL)).outcome == interview.CANCELLED


def test_words_that_answer_nothing_are_asked_for_once_and_then_left_open() -> None:
    draft = _agreed(jenis="penampungan")
    question = draft.current
    step = _words(draft, "entahlah")
    assert (step.draft.current, step.notes) == (question, ("ucapan_lapor_belum_terbaca",))
    step = _words(step.draft, "pokoknya begitu")
    assert step.draft.current != question
    assert step.draft.words == ("entahlah", "pokoknya begitu")


def test_a_long_story_of_no_known_kind_goes_on_as_another_kind() -> None:
    draft = _words(_agreed(), "ada mobil putih tiap malam datang lalu pergi").draft
    assert draft.fields[KIND] == "lainnya"


def test_a_place_that_may_be_two_is_asked_for() -> None:
    place = {
        "kecamatan": None,
        "desa": None,
        "kode": None,
        "ambiguous": ["17.09.01.2002", "17.09.02"],
    }
    draft = _words(_agreed(jenis="lainnya"), "di talang empat", tempat=place).draft
    assert draft.current == PLACE_WHICH
    assert [option.title for option in options(draft)] == ["Karang Tinggi", "Talang Empat"]
    draft = _press(draft, "Karang Tinggi").draft
    assert draft.fields[PLACE]["kode"] == "17.09.01.2002"
    assert draft.current != PLACE_WHICH


@pytest.mark.parametrize("said", ["a button", "words"])
def test_back_after_choosing_one_of_two_places_asks_where_it_was(said: str) -> None:
    place = {"kecamatan": None, "desa": None, "kode": None, "ambiguous": ["17.09.01", "17.09.02"]}
    draft = _words(_agreed(jenis="lainnya"), "di talang empat", tempat=place).draft
    assert draft.current == PLACE_WHICH
    answered = (
        _press(draft, "Talang Empat")
        if said == "a button"
        else _words(draft, "di Johor", tempat={"negara": "MY"})
    )
    step = take(answered.draft, Said(step=interview.BACK))
    assert step.draft.current == PLACE
    assert _words(step.draft, "x", tempat={"teks": "rumah"}).draft.fields[PLACE] == {
        "teks": "rumah"
    }


def test_each_line_of_the_summary_can_be_changed() -> None:
    draft = _agreed(jenis="penampungan", jumlah=3)
    draft = take(draft, Said(step=interview.SUMMARY)).draft
    assert draft.current == SUMMARY
    draft = _press(draft, "Ubah").draft
    assert draft.current == CHANGE
    draft = _press(draft, "Korban").draft
    assert draft.current == "jumlah"
    draft = _words(draft, "5 orang", jumlah=5).draft
    assert draft.fields["jumlah"] == 5


def test_it_is_sent_only_from_the_summary() -> None:
    draft = _agreed(jenis="penampungan")
    step = take(draft, Said(step=interview.SUMMARY))
    assert (step.draft.current, step.outcome) == (SUMMARY, None)
    assert take(step.draft, Said(step=interview.SUMMARY)).outcome == interview.SEND


def test_nothing_is_sent_without_consent() -> None:
    draft = take(interview.begin(), Said(text="mau lapor")).draft
    step = take(draft, Said(step=interview.SUMMARY))
    assert (step.draft.current, step.outcome) == (SAFE, None)


@pytest.mark.parametrize("question", [SUMMARY, CHANGE, SURE])
def test_no_forged_button_leads_around_consent(question: str) -> None:
    draft = take(interview.begin(), Said(text="mau lapor")).draft
    draft = take(draft, Said(question=question, option=99)).draft
    step = take(draft, Said(step=interview.SUMMARY))
    assert (step.draft.current, step.outcome) == (SAFE, None)


@pytest.mark.parametrize("question", ["", "tidak_ada", "ucapan", "fields"])
def test_a_button_for_a_question_that_does_not_exist_asks_the_one_that_waits(question: str) -> None:
    draft = _agreed(jenis="penampungan")
    assert take(draft, Said(question=question, option=0)).draft.current == draft.current


def test_danger_is_answered_once_with_a_number_and_raises_the_level() -> None:
    draft = _agreed(jenis="penampungan")
    step = take(draft, Said(text="mereka dipukul", level=levels.URGENT, facts={"bahaya": "ya"}))
    assert "ucapan_lapor_bahaya" in step.notes
    assert step.draft.level == levels.URGENT
    again = take(step.draft, Said(text="dipukul lagi", level=levels.URGENT))
    assert "ucapan_lapor_bahaya" not in again.notes
    assert again.draft.level == levels.URGENT


def test_the_button_for_danger_raises_the_level() -> None:
    step = _press(_agreed(jenis="penampungan"), "Ya, sekarang")
    assert step.draft.level == levels.URGENT
    assert "ucapan_lapor_bahaya" in step.notes


def test_a_child_is_told_who_protects_children_once() -> None:
    draft = _agreed()
    step = _words(draft, "aku umur 15", pelapor_anak=True)
    assert "ucapan_lapor_anak" in step.notes
    assert "ucapan_lapor_anak" not in _words(step.draft, "takut").notes


def test_a_file_is_thanked_for_and_the_question_still_waits() -> None:
    draft = _agreed(jenis="penampungan")
    step = take(draft, Said(files=1))
    assert step.notes == ("ucapan_lapor_berkas",)
    assert step.draft.current == draft.current
    assert step.draft.fields["bukti"] == "ya"


def test_where_no_file_can_come_it_is_said_honestly() -> None:
    step = take(_agreed(jenis="penampungan"), Said(files=1, files_kept=False))
    assert step.notes == ("ucapan_lapor_berkas_teks",)


def test_a_button_that_names_no_option_asks_again() -> None:
    draft = _agreed(jenis="penampungan")
    for option in (None, -1, 99):
        assert take(draft, Said(question="bahaya", option=option)).draft.current == "bahaya"


def test_a_draft_survives_its_slot() -> None:
    draft = _words(_agreed(jenis="penampungan"), "lima orang", jumlah=5).draft
    assert Draft.from_slot(draft.to_slot()) == draft
    assert Draft.from_slot({"of": "another shape"}) is None
    assert Draft.from_slot(None) is None


ALL_QUESTIONS = {*FIRST, *order().lines, PLACE_WHICH, SUMMARY, CHANGE, SURE}
STEPS = st.sampled_from([Said(step=step) for step in interview.STEPS])
PRESSES = st.builds(
    Said,
    question=st.sampled_from([*sorted(ALL_QUESTIONS), "tidak_ada"]),
    option=st.integers(-1, 12),
)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        KIND: st.sampled_from(KINDS),
        "jumlah": st.integers(1, 50),
        PLACE: st.sampled_from(
            [{"teks": "rumah"}, {"kode": None, "ambiguous": ["17.09.01.2002", "17.09.02"]}]
        ),
        "pelaku": st.just({"nama": "Pak Budi"}),
        "bahaya": st.sampled_from(["ya", "tidak", "tidak_tahu"]),
    },
)
WORDS = st.builds(Said, text=st.text(min_size=1, max_size=40), facts=FACTS, corrects=st.booleans())


@given(st.lists(st.one_of(STEPS, PRESSES, WORDS), max_size=30))
def test_whatever_is_said_there_is_a_question_to_answer(messages: list[Said]) -> None:
    draft, words = interview.begin(), 0
    for said in messages:
        step = take(draft, said)
        if step.outcome is not None:
            return
        draft = step.draft
        words += bool(said.text)
        assert draft.current in ALL_QUESTIONS
        # Without a choice it is answered in words.
        assert options(draft) or draft.current in (PLACE, *order().lines)
        assert len(draft.words) == words
        assert len(buttons(draft)) <= 10
        assert Draft.from_slot(draft.to_slot()) == draft
