"""Who tells on instead of answering: the two questions before all others, and every other one."""

from __future__ import annotations

from typing import Any

import pytest

from bot.tips import interview
from bot.tips.draft import Draft
from bot.tips.interview import Said, Step, take
from bot.tips.next_question import response
from bot.tips.questions import CONSENT, DARING, KIND, SAFE, SUMMARY, TELLS_ON
from bot.tips.replacing import OTHER_KIND

STORY: dict[str, Any] = {"jenis": "penampungan", "jumlah": 5}


def _tells(draft: Draft, text: str = "ada lagi pak", **facts: Any) -> Step:
    return take(draft, Said(text=text, facts=facts))


def _asked(question: str, **fields: Any) -> Draft:
    return Draft(fields=fields, current=question, asked=(SAFE, CONSENT)[: 1 + (question != SAFE)])


def _put_off() -> Draft:
    """Consent was met with two stories."""
    draft = _tells(_asked(CONSENT, **{SAFE: "ya"}), **STORY).draft
    return _tells(draft, jumlah=6).draft


def test_who_tells_on_at_the_question_for_safety_is_asked_once_more_and_then_goes_on() -> None:
    first = _tells(_asked(SAFE), **STORY)
    assert first.draft.current == SAFE
    second = _tells(first.draft)
    assert (second.draft.current, second.draft.fields[SAFE]) == (CONSENT, TELLS_ON)
    assert second.draft.words == ("ada lagi pak", "ada lagi pak")


def test_who_says_that_it_is_not_safe_and_tells_on_is_in_danger() -> None:
    first = take(_asked(SAFE), Said(text="gak aman kak", is_unsafe=True))
    second = take(first.draft, Said(text="gak aman, tolong adik saya", is_unsafe=True))
    assert second.draft.fields[SAFE] == DARING
    assert "ucapan_lapor_bahaya" in take(second.draft, Said(text="tolong")).notes


def test_consent_that_is_met_with_stories_is_put_off_and_never_assumed() -> None:
    draft = _put_off()
    assert draft.current not in (SAFE, CONSENT)
    assert CONSENT not in draft.fields
    for _ in range(12):
        draft = take(draft, Said(step=interview.SKIP)).draft
    assert draft.current == CONSENT
    assert take(draft, Said(step=interview.SKIP)).outcome is None


def test_consent_is_asked_for_the_second_time_in_fewer_words() -> None:
    draft = _asked(CONSENT, **{SAFE: "ya"})
    assert response(draft) == "ucapan_lapor_tanya_setuju"
    assert response(_tells(draft, **STORY).draft) == "ucapan_lapor_setuju_lagi"


@pytest.mark.parametrize(
    "answer",
    [Said(step=SUMMARY), Said(question=CONSENT, option=0), Said(text="iyo", facts={CONSENT: "ya"})],
)
def test_who_agrees_in_the_end_may_send_it(answer: Said) -> None:
    draft = take(_put_off(), Said(step=SUMMARY)).draft
    assert draft.current == CONSENT
    agreed = take(draft, answer).draft
    assert agreed.fields[CONSENT] == "ya"
    assert agreed.current != CONSENT


def test_what_was_told_is_sent_also_when_nobody_knows_what_to_call_it() -> None:
    agreed = {SAFE: "ya", CONSENT: "ya"}
    told = Draft(
        fields=agreed, current=KIND, asked=(SAFE, CONSENT, KIND), words=("tolong adik saya",)
    )
    step = take(told, Said(step=SUMMARY))
    assert (step.draft.current, step.draft.fields[KIND]) == (SUMMARY, OTHER_KIND)
    untold = Draft(fields=agreed, current=KIND, asked=(SAFE, CONSENT, KIND))
    assert take(untold, Said(step=SUMMARY)).draft.current == KIND


def test_a_kind_that_nobody_knew_is_put_right_by_what_follows() -> None:
    fields = {SAFE: "ya", CONSENT: "ya", KIND: OTHER_KIND}
    step = _tells(Draft(fields=fields, current="waktu"), "disekap", jenis="penampungan")
    assert step.draft.fields[KIND] == "penampungan"


def test_a_child_that_told_its_age_before_is_told_who_protects_children_at_once() -> None:
    child = Draft(fields={"pelapor_anak": True})
    assert "ucapan_lapor_anak" in take(child, Said(step=interview.GO_ON)).notes


def test_who_refuses_in_the_end_leaves_nothing() -> None:
    draft = take(_put_off(), Said(step=SUMMARY)).draft
    assert take(draft, Said(text="dak", facts={CONSENT: "tidak"})).outcome == interview.REFUSED


def test_send_is_no_consent_before_it_was_asked_whether_it_may_be_sent() -> None:
    draft = take(_asked(CONSENT, **{SAFE: "ya", KIND: "lainnya"}), Said(step=SUMMARY)).draft
    assert draft.current == CONSENT
    assert CONSENT not in draft.fields


def test_back_from_consent_in_the_end_goes_to_what_was_asked_before_it() -> None:
    draft = take(_put_off(), Said(step=interview.SKIP)).draft
    before = draft.asked[-1]
    draft = take(draft, Said(step=SUMMARY)).draft
    assert take(draft, Said(step=interview.BACK)).draft.current == before


def test_who_asks_what_if_not_is_told_and_asked_again() -> None:
    step = take(_asked(CONSENT, **{SAFE: "ya"}), Said(step=interview.IF_NOT))
    assert step.notes == ("ucapan_lapor_kalau_tidak_setuju",)
    assert (step.draft.current, step.outcome) == (CONSENT, None)


def test_any_other_question_is_let_be_after_three_stories() -> None:
    fields = {SAFE: "ya", CONSENT: "ya", KIND: "rekrutmen"}
    draft = Draft(fields=fields, current="pelaku", asked=(SAFE, CONSENT, KIND, "pelaku"))
    for count, told in ((1, {"jumlah": 2}), (2, {"dokumen": "ya"})):
        draft = _tells(draft, f"cerita {count}", **told).draft
        assert draft.current == "pelaku"
    draft = _tells(draft, "cerita lagi", uang="ya").draft
    assert draft.current != "pelaku"
    assert draft.words == ("cerita 1", "cerita 2", "cerita lagi")


def test_who_comes_back_after_silence_is_not_asked_the_same_again() -> None:
    silent = Draft(fields={SAFE: interview.SILENT}, current=SAFE, asked=(SAFE,))
    assert take(silent, Said(step=interview.GO_ON)).draft.current == CONSENT


# What is so now and was not before


@pytest.mark.parametrize("field", ["uang", "dokumen", "bahaya", "polisi"])
def test_what_was_denied_and_has_happened_since_counts(field: str) -> None:
    fields = {SAFE: "ya", CONSENT: "ya", KIND: "rekrutmen", field: "tidak"}
    step = _tells(
        Draft(fields=fields, current="jumlah"), "ternyata sudah tadi malam kak", **{field: "ya"}
    )
    assert step.draft.fields[field] == "ya"
    assert "ucapan_lapor_diubah" in step.notes


def test_a_few_words_take_it_back_and_a_story_does_not() -> None:
    draft = Draft(
        fields={SAFE: "ya", CONSENT: "ya", KIND: "rekrutmen", "uang": "ya"}, current="jumlah"
    )
    assert _tells(draft, "belum bayar kok", uang="tidak").draft.fields["uang"] == "tidak"
    story = "tetangga sebelah yang juga ikut itu tidak bayar apa apa"
    assert _tells(draft, story, uang="tidak").draft.fields["uang"] == "ya"


def test_a_place_alone_beside_another_question_takes_the_place_of_the_first() -> None:
    fields = {SAFE: "ya", CONSENT: "ya", KIND: "rekrutmen", "tempat": {"kabupaten": "Seluma"}}
    draft = Draft(fields=fields, current="pelaku")
    step = _tells(draft, "di batam", tempat={"kabupaten": "Batam"})
    assert step.draft.fields["tempat"] == {"kabupaten": "Batam"}


def test_a_desa_told_beside_the_questions_adds_to_a_house_without_a_name() -> None:
    draft = Draft(fields={"tempat": {"teks": "di rumah kosong"}, "jumlah": 3})
    desa = {"kecamatan": "Pondok Kelapa", "desa": "Talang Pauh", "kode": "17.09.03.2003"}
    new = interview.told_first(draft, {"tempat": desa, "jumlah": 4, "bahaya": "ya"})
    assert new == {"tempat": {**desa, "teks": "di rumah kosong"}, "bahaya": "ya"}


def test_who_asks_whether_to_go_there_is_told_not_to_and_asked_again() -> None:
    step = take(_asked("pelaku", **{SAFE: "ya", CONSENT: "ya"}), Said(step=interview.TO_GO_THERE))
    assert step.notes == ("ucapan_lapor_mendekat",)
    assert step.draft.current == "pelaku"


def test_the_kecamatan_alone_does_not_cost_the_desa_that_lies_in_it() -> None:
    desa = {"kecamatan": "Karang Tinggi", "desa": "Taba Terunjam", "kode": "17.09.01.2001"}
    fields = {SAFE: "ya", CONSENT: "ya", KIND: "penampungan", "tempat": desa}
    now = {"kecamatan": "Karang Tinggi", "desa": None, "kode": "17.09.01"}
    for current in (SUMMARY, "pelaku", "tempat"):
        step = _tells(Draft(fields=fields, current=current), "kecamatan Karang Tinggi", tempat=now)
        assert step.draft.fields["tempat"]["desa"] == "Taba Terunjam"
        assert "ucapan_lapor_diubah" not in step.notes
    other = {"kecamatan": "Talang Empat", "desa": None, "kode": "17.09.02"}
    step = _tells(Draft(fields=fields, current=SUMMARY), "kecamatan Talang Empat", tempat=other)
    assert step.draft.fields["tempat"] == other


# Danger abroad


def _in_danger(**fields: Any) -> Step:
    draft = Draft(
        fields={SAFE: "ya", CONSENT: "ya", KIND: "kerja_paksa", **fields}, current="tempat"
    )
    return _tells(draft, "saya dipukul", bahaya="ya")


def test_a_danger_abroad_names_who_helps_there() -> None:
    assert _in_danger(tempat={"negara": "MY"}).notes[0] == interview.DANGER_ABROAD
    assert _in_danger(tempat={"negara": "ID"}).notes[0] == "ucapan_lapor_bahaya"
    assert _in_danger().notes[0] == "ucapan_lapor_bahaya"


def test_who_tells_the_country_after_the_danger_hears_it_then_and_once() -> None:
    step = _tells(_in_danger().draft, "johor", tempat={"negara": "MY"})
    assert interview.DANGER_ABROAD in step.notes
    assert interview.DANGER_ABROAD not in _tells(step.draft, "di johor", bahaya="ya").notes
