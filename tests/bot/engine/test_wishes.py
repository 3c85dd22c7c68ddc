"""Two wishes in one message: what goes first, and what is offered after it."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.messages import Understanding
from bot.engine.wishes import (
    CLEAR,
    COURTESY,
    ERRANDS_FILE,
    MAX_PARTS,
    Part,
    beside_courtesy,
    errands,
    serve_first,
)
from tests.nlu_data import content

ERRANDS = tuple(errands())
URGENT = "darurat"
ELSE = "faq/kerja_jepang"
FIRST = [name for name, errand in errands().items() if errand.first and name != URGENT]
LATER = [name for name, errand in errands().items() if not errand.first]
ABOUT = [
    (name, f"faq/{topic}") for name, errand in errands().items() for topic in sorted(errand.about)
]

# What a part says decides how it counts: asked, told, or wished for and nothing else.
ASKED = Part("bagaimana cara kerja orang kota", asks=True)
TOLD = Part("itu yang terjadi pada mereka sejak dua bulan", asks=False)
BARE = Part("mau itu", asks=False)


def _meant(
    label: str, *, confidence: float = 0.9, sure: bool = True, level: str = "biasa"
) -> Understanding:
    intent, _, topic = label.partition("/")
    return Understanding(intent, topic or None, confidence, level, sure=sure)


def _served(whole: str, *heard: tuple[Part, str]) -> tuple[str, str | None]:
    """Labels of what is served first and of what is offered then."""
    main, other = serve_first(
        _meant(whole), [part for part, _ in heard], [_meant(label) for _, label in heard]
    )
    return main.label, other.label if other else None


# The file of errands


def test_the_errands_are_dialog_intents_and_their_questions_are_topics() -> None:
    assert set(ERRANDS) <= set(content.catalogue()["dialog"])
    assert {label.removeprefix("faq/") for _, label in ABOUT} <= content.topic_ids()


def test_a_cry_for_help_is_the_most_urgent_errand_then_people_then_data() -> None:
    assert ERRANDS[:3] == ("darurat", "minta_petugas", "lapor")
    assert [errand.rank for errand in errands().values()] == list(range(len(ERRANDS)))


def test_every_line_of_the_file_is_read() -> None:
    written = yaml.safe_load(ERRANDS_FILE.read_text("utf-8"))
    assert {name: errand.first for name, errand in errands().items()} == {
        name: said["dulu"] for name, said in written.items()
    }
    assert sum(len(said.get("tentang", ())) for said in written.values()) == len(ABOUT)


def test_what_ends_the_talk_or_passes_time_waits_for_the_answer() -> None:
    assert set(LATER) == {"privasi_hapus", "kuis"}


# What goes first: a question beside an errand


@pytest.mark.parametrize("errand", FIRST)
@pytest.mark.parametrize("part", [ASKED, TOLD], ids=["asked", "told"])
def test_an_errand_goes_before_a_question_about_something_else(errand: str, part: Part) -> None:
    # However the whole message was taken.
    assert _served(errand, (BARE, errand), (part, ELSE)) == (errand, ELSE)
    assert _served(ELSE, (BARE, errand), (part, ELSE)) == (errand, ELSE)
    assert _served(ELSE, (part, ELSE), (BARE, errand)) == (errand, ELSE)


@pytest.mark.parametrize(("errand", "topic"), ABOUT)
def test_a_question_about_the_errand_itself_is_answered_first(errand: str, topic: str) -> None:
    """Whoever asks "mau lapor, tapi namaku rahasia gak?" does not want to begin yet."""
    assert _served(errand, (BARE, errand), (ASKED, topic)) == (topic, errand)
    assert _served(topic, (BARE, errand), (ASKED, topic)) == (topic, errand)


@pytest.mark.parametrize(
    ("errand", "topic"), [(name, topic) for name, topic in ABOUT if name in FIRST]
)
def test_what_is_only_told_about_an_errand_does_not_hold_it_up(errand: str, topic: str) -> None:
    assert _served(errand, (BARE, errand), (TOLD, topic)) == (errand, topic)


@pytest.mark.parametrize("errand", LATER)
def test_an_errand_that_can_wait_comes_after_any_question(errand: str) -> None:
    assert _served(errand, (BARE, errand), (ASKED, ELSE)) == (ELSE, errand)
    assert _served(ELSE, (BARE, errand), (ASKED, ELSE)) == (ELSE, errand)


@pytest.mark.parametrize("errand", FIRST)
def test_an_errand_with_a_story_around_it_is_offered_after_the_answer(errand: str) -> None:
    """ "temanku mau lapor tapi takut suaminya tahu" may be no wish to report now."""
    for part in (TOLD, Part("mau itu", asks=True)):
        assert _served(ELSE, (part, errand), (ASKED, ELSE)) == (ELSE, errand)


# What goes first: two of a kind


@pytest.mark.parametrize(
    ("urgent", "other"),
    [(one, two) for at, one in enumerate(ERRANDS) for two in ERRANDS[at + 1 :] if one != URGENT],
)
def test_of_two_errands_the_more_urgent_goes_first(urgent: str, other: str) -> None:
    for heard in (((BARE, urgent), (BARE, other)), ((BARE, other), (BARE, urgent))):
        assert _served(urgent, *heard) == (urgent, other)
        assert _served(other, *heard) == (urgent, other)


def test_an_urgent_errand_with_a_story_around_it_does_not_push_ahead() -> None:
    assert _served("kuis", (TOLD, "lapor"), (BARE, "kuis")) == ("kuis", "lapor")


@pytest.mark.parametrize(
    ("whole", "first", "second"),
    [("faq/calo", "faq/calo", ELSE), (ELSE, "faq/calo", ELSE), ("faq/calo", ELSE, "faq/calo")],
)
def test_of_two_questions_the_one_asked_first_is_answered_first(
    whole: str, first: str, second: str
) -> None:
    assert _served(whole, (ASKED, first), (ASKED, second)) == (first, second)


def test_a_question_that_only_the_whole_message_asks_stays_first() -> None:
    """No part alone was taken for it, so nobody knows where it stood."""
    assert _served("faq/calo", (ASKED, ELSE)) == ("faq/calo", ELSE)


def test_of_three_wishes_the_more_urgent_of_the_others_is_offered() -> None:
    heard = ((BARE, "lapor"), (BARE, "kuis"), (BARE, "minta_petugas"))
    assert _served("minta_petugas", *heard) == ("minta_petugas", "lapor")
    heard_with_question = ((BARE, "lapor"), (ASKED, ELSE), (BARE, "cek_status"))
    assert _served("lapor", *heard_with_question) == ("lapor", "cek_status")


# What is no second wish


@pytest.mark.parametrize(
    ("part", "meant"),
    [
        (ASKED, _meant("faq/calo")),
        (ASKED, _meant(ELSE, confidence=CLEAR - 0.01)),
        (ASKED, _meant(ELSE, sure=False)),
        (ASKED, _meant("salam")),
        (ASKED, _meant("terima_kasih")),
        (ASKED, _meant("di_luar_topik")),
        # A story without an errand beside it.
        (TOLD, _meant(ELSE)),
        # "aman?"
        (Part("aman", asks=True), _meant(ELSE)),
        # A part has lost what was around it: the whole decides about a cry for help.
        (TOLD, _meant(URGENT)),
        (TOLD, _meant(URGENT, level=URGENT)),
    ],
)
def test_what_is_no_clear_wish_is_not_offered(part: Part, meant: Understanding) -> None:
    whole = _meant("faq/calo")
    assert serve_first(whole, [ASKED, part], [_meant("faq/calo"), meant]) == (whole, None)


def test_one_word_may_ask_for_an_errand() -> None:
    assert _served(ELSE, (Part("lapor", asks=False), "lapor"), (ASKED, ELSE)) == ("lapor", ELSE)


def test_a_part_that_is_just_clear_enough_counts() -> None:
    meant = [_meant("faq/calo"), _meant(ELSE, confidence=CLEAR)]
    main, other = serve_first(_meant("faq/calo"), [ASKED, ASKED], meant)
    assert (main.label, other and other.label) == ("faq/calo", ELSE)


@pytest.mark.parametrize("whole", ["salam", "terima_kasih", "di_luar_topik", "kasar"])
def test_a_message_that_surely_wants_nothing_is_not_searched_for_wishes(whole: str) -> None:
    assert _served(whole, (BARE, "lapor"), (ASKED, ELSE)) == (whole, None)


def test_a_message_that_sounds_dangerous_is_not_searched_for_wishes() -> None:
    whole = _meant("di_luar_topik", confidence=0.2, sure=False, level=URGENT)
    assert serve_first(whole, [BARE], [_meant("kuis")]) == (whole, None)


def test_when_the_whole_is_not_understood_a_clear_part_is_served() -> None:
    whole = _meant("di_luar_topik", confidence=0.2, sure=False)
    for heard, expected in (
        ([(ASKED, ELSE)], (ELSE, None)),
        ([(BARE, "lapor"), (ASKED, ELSE)], ("lapor", ELSE)),
        ([(BARE, "kuis"), (BARE, "lapor")], ("lapor", "kuis")),
        ([(BARE, "lapor"), (ASKED, "faq/lapor_anonim")], ("faq/lapor_anonim", "lapor")),
    ):
        main, other = serve_first(
            whole, [part for part, _ in heard], [_meant(label) for _, label in heard]
        )
        assert (main.label, other and other.label) == expected


def test_when_nothing_is_understood_the_whole_is_asked_about() -> None:
    whole = _meant("faq/calo", confidence=0.4, sure=False)
    unclear = _meant(ELSE, confidence=0.4, sure=False)
    assert serve_first(whole, [ASKED, TOLD], [unclear, unclear]) == (whole, None)


# A cry for help


@pytest.mark.parametrize("errand", [name for name in ERRANDS if name != URGENT])
def test_beside_a_cry_for_help_nothing_else_is_heard(errand: str) -> None:
    assert _served(URGENT, (BARE, errand), (ASKED, ELSE)) == (URGENT, None)
    assert _served(URGENT, (ASKED, ELSE), (TOLD, errand)) == (URGENT, None)


MEANT = st.builds(
    _meant,
    st.sampled_from([*ERRANDS, ELSE, "faq/calo", "faq/lapor_anonim", "salam", "di_luar_topik"]),
    confidence=st.sampled_from([0.1, CLEAR - 0.01, CLEAR, 1.0]),
    sure=st.sampled_from([True, True, False]),
    level=st.sampled_from(["biasa", "tinggi"]),
)
HEARD = st.lists(st.tuples(st.sampled_from([ASKED, TOLD, BARE]), MEANT), max_size=MAX_PARTS)


@given(st.booleans(), st.floats(0, 1), HEARD)
def test_a_cry_for_help_is_never_put_off_and_never_accompanied(
    sure: bool, confidence: float, heard: list[tuple[Part, Understanding]]
) -> None:
    whole = _meant(URGENT, confidence=confidence, sure=sure, level=URGENT)
    understood = [meant for _, meant in heard]
    assert serve_first(whole, [part for part, _ in heard], understood) == (whole, None)


@given(MEANT, HEARD)
def test_what_is_served_and_offered_was_understood_and_is_not_the_same(
    whole: Understanding, heard: list[tuple[Part, Understanding]]
) -> None:
    understood = [meant for _, meant in heard]
    main, other = serve_first(whole, [part for part, _ in heard], understood)
    assert main in [whole, *understood]
    assert other is None or other in [whole, *understood]
    assert other is None or other.label != main.label
    # A danger is told by the whole message only; a part alone never becomes one.
    assert other is None or other.intent != URGENT
    assert main.intent != URGENT or main is whole


def test_a_question_that_points_back_is_no_wish_of_its_own() -> None:
    pointing = Part("itu tugasnya apa", asks=True)
    assert _served("faq/gugus_tugas", (TOLD, "faq/gugus_tugas"), (pointing, "faq/lpsk")) == (
        "faq/gugus_tugas",
        None,
    )
    assert _served("faq/gugus_tugas", (TOLD, "faq/gugus_tugas"), (ASKED, "faq/lpsk"))[1] is not None


@pytest.mark.parametrize("whole", COURTESY)
def test_a_courtesy_does_not_swallow_a_question(whole: str) -> None:
    thanks, asked = Part("makasih banyak", asks=False), Part("kalau mau daftar dimana", asks=True)
    understood = [_meant(whole), _meant("di_luar_topik", confidence=0.2, sure=False)]
    assert beside_courtesy(_meant(whole), [thanks, asked], understood) == asked.text


@pytest.mark.parametrize(
    ("part", "label"),
    [
        (Part("sehat selalu ya pak semoga", asks=False), "di_luar_topik"),
        (Part("ya kan?", asks=True), "ya"),
        (Part("apa?", asks=True), "di_luar_topik"),
    ],
)
def test_a_wish_for_health_is_part_of_the_thanks(part: Part, label: str) -> None:
    understood = [_meant("terima_kasih"), _meant(label)]
    assert beside_courtesy(_meant("terima_kasih"), [BARE, part], understood) is None


def test_a_message_that_is_no_courtesy_stays_whole() -> None:
    assert beside_courtesy(_meant("faq/calo"), [ASKED], [_meant(ELSE)]) is None
