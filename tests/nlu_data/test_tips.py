"""What a report asks, in which order, and what its reporter reads: `nlu_data/laporan/`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.conversation import gsm7
from bot.conversation.messages import Choice, Reply
from bot.conversation.rendering import as_text
from bot.entities import place_names, places
from bot.tips import filing, which_place
from bot.tips.draft import Draft
from bot.tips.interview import buttons, options
from bot.tips.questions import (
    CHANGE,
    CONSENT,
    FIRST,
    KIND,
    PLACE,
    PLACE_WHICH,
    SAFE,
    SUMMARY,
    SURE,
    Option,
    fills,
    order,
)
from bot.triage.phrases import pattern
from tests.bot.tips.test_reading import read
from tests.nlu_data import content
from tests.nlu_data.claims import FORBIDDEN, OLD_FIGURES, found, unwritten_numbers
from tests.nlu_data.readability import longest_sentence, reading_ease
from tests.nlu_data.texts import EASY_ENOUGH, GSM_7, LONGEST_SENTENCE, as_read

WRITTEN: dict[str, Any] = content.load(content.NLU_DATA / "laporan" / "urutan.yml")
MOST_CHOICES = 10
MOST_SEGMENTS = 3

# What each field may be; the others are words, numbers and places (bot/tips/reading.py).
VALUES = {
    "aman": {"ya", "jangan_balas", "berani"},
    "setuju": {"ya", "tidak"},
    "jenis": set(WRITTEN["jenis"]),
    "peran": {"korban", "keluarga", "teman", "saksi", "calon_pekerja"},
    "tahap": {
        "ditawari",
        "bayar",
        "penampungan",
        "mau_berangkat",
        "berangkat",
        "bekerja",
        "pulang",
    },
    "pelapor_anak": {True},
    "anak": {"ya", "tidak", "tidak_tahu"},
    "uang": {"ya", "tidak"},
    "dokumen": {"ya", "tidak"},
    "gaji": {"belum"},
    "bahaya": {"ya", "tidak", "tidak_tahu"},
    "bukti": {"ya", "tidak"},
    "polisi": {"ya", "tidak"},
    "rujukan": {"imigrasi", "polisi", "kp2mi", "kemlu", "lpsk", "sapa", "terserah"},
}
NOT_IN_THE_SUMMARY = {SAFE, CONSENT, "bukti", "pelapor_anak"}
OTHERS = {"tempat", "titik", "tujuan", "waktu", "pelaku", "jumlah"}

# "Bajak" lies in so many kecamatan; no other name lies in more.
MOST_PLACES = max(
    (
        which_place.candidates(entity.value.get("ambiguous", ()))
        for name in place_names.gazetteer()._names
        for entity in places.find(name)
    ),
    key=len,
)
OF_A_KIND = {question for asked in order().questions.values() for question in asked}
ANSWERED = {*FIRST, *order().lines}
EVERY_QUESTION = sorted({*ANSWERED, PLACE_WHICH, SUMMARY, CHANGE, SURE})

each_question = pytest.mark.parametrize("question", EVERY_QUESTION)
each_kind = pytest.mark.parametrize("kind", order().kinds)


def _names(prefix: str) -> set[str]:
    return {name.removeprefix(prefix) for name in content.responses() if name.startswith(prefix)}


def _waiting(question: str) -> Draft:
    """A report that told everything, with a question put: it has the most choices then."""
    fields = {name: "ya" for line in order().lines.values() for name in line.fields}
    draft = Draft(fields={**fields, KIND: "lainnya"}, current=question)
    return replace(draft, places=MOST_PLACES) if question == PLACE_WHICH else draft


def _by_sms(question: str) -> str:
    """A question with its choices as they stand in an SMS; the summary is the reporter's."""
    name = f"ucapan_lapor_tanya_{question}"
    texts = {variant.get("channel"): variant["text"] for variant in content.responses()[name]}
    text = as_read(name, texts.get("sms", texts[None]).replace("{ringkasan}", ""))
    choices = tuple(
        Choice(button["title"], button["payload"]) for button in buttons(_waiting(question))
    )
    return as_text(Reply(text, choices)).text


def test_every_question_is_written_and_nothing_else() -> None:
    assert _names("ucapan_lapor_tanya_") == set(EVERY_QUESTION)


def test_every_question_has_a_reason() -> None:
    """Which kecamatan is asked for the same reason as the place, and the rest are no questions."""
    assert _names("ucapan_lapor_kenapa_") == {*ANSWERED, SUMMARY}


def test_every_question_that_is_asked_stands_in_the_summary() -> None:
    assert set(order().lines) >= OF_A_KIND


@each_question
def test_a_question_fits_into_three_sms_with_its_choices(question: str) -> None:
    text = _by_sms(question)
    assert set(text) <= GSM_7
    assert gsm7.segments(text) <= MOST_SEGMENTS


@each_question
def test_a_question_has_at_most_ten_choices_that_fit_on_a_button(question: str) -> None:
    titles = [option.title for option in options(_waiting(question))]
    assert len(titles) <= MOST_CHOICES
    assert [title for title in titles if not 0 < len(title) <= content.MAX_TITLE] == []
    assert len({title.casefold() for title in titles}) == len(titles)
    assert set("".join(titles)) <= GSM_7


@each_kind
def test_a_kind_asks_no_question_twice(kind: str) -> None:
    asked = order().questions[kind]
    assert len(set(asked)) == len(asked) >= 5
    assert KIND not in asked


@each_kind
def test_where_it_happened_is_among_the_first_questions(kind: str) -> None:
    assert PLACE in order().questions[kind][:2]


def _written_options() -> list[tuple[str, Option]]:
    return [
        (question, option)
        for question, options_of in order().options.items()
        for option in options_of
    ]


@pytest.mark.parametrize(
    ("question", "option"), _written_options(), ids=lambda value: getattr(value, "title", value)
)
def test_a_choice_answers_its_question_or_leads_elsewhere(question: str, option: Option) -> None:
    assert question in EVERY_QUESTION
    if option.payload:
        assert not option.fills
        return
    assert set(option.fills) <= set(fills(question))
    for name, value in option.fills.items():
        if name == "waktu":
            assert set(value) == {"dari", "teks"}
        else:
            assert value in VALUES[name]


def test_every_field_of_the_summary_is_one_that_words_can_fill() -> None:
    summed_up = {name for line in order().lines.values() for name in line.fields}
    assert summed_up <= {*VALUES, *OTHERS}
    assert summed_up == {*VALUES, *OTHERS} - NOT_IN_THE_SUMMARY


def test_what_makes_a_report_grave_can_be_told() -> None:
    for name, values in order().grave.items():
        assert set(values) <= VALUES[name]
        assert len(set(values)) == len(values)


def test_every_value_has_words_in_the_summary() -> None:
    for name in VALUES.keys() - NOT_IN_THE_SUMMARY:
        said = set(order().readings.get(name, {}))
        said |= {o.fills[name] for _, o in _written_options() if name in o.fills}
        assert said == VALUES[name], name


@pytest.mark.parametrize("group", sorted(order().phrases))
def test_the_words_of_a_report_are_lists_of_phrases(group: str) -> None:
    phrases = order().phrases[group]
    assert len(set(phrases)) == len(phrases)
    assert all(phrase == phrase.lower().strip() for phrase in phrases)
    assert pattern(phrases)


def test_every_state_of_a_sent_report_has_a_sentence_and_no_other_has() -> None:
    assert set(content.tip_states()) == set(filing.STATES) - {filing.UNFINISHED}


@pytest.mark.parametrize("state", content.tip_states())
def test_the_sentence_of_a_state_fits_into_one_sms_and_promises_nothing(state: str) -> None:
    text = as_read("ucapan_status", f"Kabar laporanmu: {content.tip_states()[state]}")
    assert text.endswith(".")
    assert set(text) <= GSM_7
    assert gsm7.segments(text) == 1
    assert found((*FORBIDDEN, *OLD_FIGURES), text) == []
    assert unwritten_numbers(text) == []


def test_the_sentences_of_the_states_are_easy_to_read() -> None:
    """Together: each alone is too short to be measured."""
    text = " ".join(content.tip_states().values())
    assert reading_ease(text) >= EASY_ENOUGH
    assert longest_sentence(text) <= LONGEST_SENTENCE


@pytest.mark.parametrize(
    "name", sorted(n for n in content.responses() if n.split("_")[1] in ("lapor", "resi", "status"))
)
def test_what_is_said_around_a_report_fits_into_three_sms(name: str) -> None:
    texts = {variant.get("channel"): variant["text"] for variant in content.responses()[name]}
    text = as_read(name, texts.get("sms", texts[None]))
    for variant in content.responses()[name]:
        titles = tuple(Choice(b["title"], b["payload"]) for b in variant.get("buttons", ()))
        assert gsm7.segments(as_text(Reply(text, titles)).text) <= MOST_SEGMENTS


def test_the_longest_receipt_fits_as_well() -> None:
    """The words are the only part that gets longer or shorter."""
    for name in ("ucapan_lapor_terkirim", "ucapan_status_nomor_baru"):
        for variant in content.responses()[name]:
            assert {"{nomor}", "{kata}"} <= set(variant["text"].replace(".", " ").split())


def test_nobody_is_asked_for_a_name_or_a_nik() -> None:
    for question in EVERY_QUESTION:
        for variant in content.responses()[f"ucapan_lapor_tanya_{question}"]:
            said = variant["text"].lower()
            assert "nik" not in said.split()
            assert "nama kamu" not in said
            assert "namamu" not in said


def test_examples_in_a_question_are_understood() -> None:
    """Whoever copies the example must not be told that it was not understood."""
    examples = {
        "waktu": ("tadi malam", "kemarin", "minggu lalu"),
        "jumlah": ("tiga orang, satu masih SMP",),
    }
    for question, written in examples.items():
        (text,) = [v["text"] for v in content.responses()[f"ucapan_lapor_tanya_{question}"]]
        for example in written:
            assert example in text
            assert set(read(example, question)) & set(fills(question)), example
