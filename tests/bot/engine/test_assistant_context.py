"""What came before, and two wishes at once, with the real model."""

from __future__ import annotations

import json

import pytest

from bot.conversation.messages import Content
from bot.conversation.turn import Answer
from bot.engine.assistant import Assistant
from bot.engine.choice_lists import MAX_CHOICES
from tests.nlu_data import content

TOPICS = {topic.id: topic for topic in content.topics()}


def _say(assistant: Assistant, text: str, state: bytes | None = None) -> Answer:
    return assistant.answer("c1", "web", state, [Content(text=text)])


def _answered(assistant: Assistant, topic: str, state: bytes | None = None) -> Answer:
    """A turn in which the button of a topic was pressed."""
    payload = f"/faq{json.dumps({'topik': topic})}"
    return assistant.answer("c1", "web", state, [Content(payload=payload)])


def _last_topic(answer: Answer) -> str | None:
    assert answer.state is not None
    topic: str | None = json.loads(answer.state)["slots"].get("topik")
    return topic


# Follow-ups


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("berapa biayanya?", "biaya_penempatan"),
        ("berapa biayanya?", "buat_paspor"),
        ("syaratnya apa aja kak?", "buat_paspor"),
        ("berapa hukumannya?", "calo"),
        # Alone these look like something else: out of scope, "menu".
        ("jadinya brp hari ya?", "buat_paspor"),
        ("nanggung apa aja", "jaminan_sosial"),
    ],
)
def test_a_short_question_is_understood_from_the_topic_before(
    assistant: Assistant, text: str, after: str
) -> None:
    understood = assistant.understand(text, after=after)
    assert (understood.topic, understood.sure, understood.leans_back) == (after, True, True)
    whole = _answered(assistant, after)
    (reply,) = _say(assistant, text, whole.state).replies
    # What the answer holds of it, not all of it once more.
    part = reply.text.split("\n")[0]
    assert (
        part in whole.replies[0].text
        or "lebih rinci dari pesan di atas" in part
        or "Singkat" in part
    )
    assert reply.text != whole.replies[0].text


@pytest.mark.parametrize(
    ("text", "after", "topic"),
    [
        ("kalau ke Taiwan?", "kerja_malaysia", "kerja_hongkong_taiwan"),
        ("kalau ke Jepang gimana?", "kerja_korea", "kerja_jepang"),
    ],
)
def test_a_short_question_about_something_else_changes_the_topic(
    assistant: Assistant, text: str, after: str, topic: str
) -> None:
    assert assistant.understand(text, after=after).topic == topic
    answer = _say(assistant, text, _answered(assistant, after).state)
    assert answer.replies == _answered(assistant, topic).replies
    assert _last_topic(answer) == topic


@pytest.mark.parametrize("text", ["terus?", "berapa biayanya?", "syaratnya apa aja kak?"])
def test_without_a_topic_before_it_is_no_question_that_could_be_answered(
    assistant: Assistant, text: str
) -> None:
    understood = assistant.understand(text)
    assert understood.topic is None or not understood.sure
    assert _last_topic(_say(assistant, text)) is None


def test_a_topic_that_was_deleted_is_as_good_as_none(assistant: Assistant) -> None:
    text = "berapa biayanya?"
    assert assistant.understand(text, after="topik_yang_dihapus") == assistant.understand(text)


@pytest.mark.parametrize("text", ["terus?", "lalu gimana kak", "lanjut"])
def test_whoever_wants_to_hear_more_gets_the_topic_that_comes_next(
    assistant: Assistant, text: str
) -> None:
    answer = _answered(assistant, "calo")
    heard = ["calo"]
    for _ in range(3):
        expected = next(t for t in TOPICS[heard[-1]].metadata["next"] if t not in heard)
        answer = _say(assistant, text, answer.state)
        assert _last_topic(answer) == expected
        assert answer.replies == _answered(assistant, expected).replies
        heard.append(expected)


@pytest.mark.parametrize(
    ("text", "place"), [("yang pertama", 0), ("no 2 kak", 1), ("yang terakhir", -1)]
)
def test_what_was_offered_is_picked_by_its_place(
    assistant: Assistant, text: str, place: int
) -> None:
    answer = _answered(assistant, "calo")
    picked = _say(assistant, text, answer.state)
    assert _last_topic(picked) == TOPICS["calo"].metadata["next"][place]
    assert _last_topic(_say(assistant, text)) is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        # "itu" points back, but these name what they are about.
        ("apa itu perdagangan orang?", "faq/tppo_definisi"),
        ("apa itu calo?", "faq/calo"),
        ("itu aja makasih kak", "terima_kasih"),
        ("makasih kak", "terima_kasih"),
        ("saya mau lapor", "lapor"),
        ("menu", "menu"),
        ("resep rendang padang dong", "di_luar_topik"),
    ],
)
def test_what_is_clear_by_itself_means_the_same_after_any_answer(
    assistant: Assistant, text: str, label: str
) -> None:
    assert assistant.understand(text).label == label
    meant = {topic: assistant.understand(text, after=topic).label for topic in TOPICS}
    assert {topic: other for topic, other in meant.items() if other != label} == {}


@pytest.mark.parametrize(
    "text",
    ["tolong saya dikunci", "terus saya dikurung", "itu saya dipukul majikan", "saya disekap"],
)
def test_a_cry_for_help_is_one_after_any_answer(assistant: Assistant, text: str) -> None:
    understood = {topic: assistant.understand(text, after=topic) for topic in TOPICS}
    assert {meant.label for meant in understood.values()} == {"darurat"}
    assert {meant.level for meant in understood.values()} == {"darurat"}
    answer = _say(assistant, text, _answered(assistant, "calo").state)
    assert answer.level == "darurat"
    assert "110" in answer.replies[0].text


# Two wishes

TWO_WISHES = [
    ("paspor saya ditahan majikan, saya mau lapor", "lapor", "faq/paspor_ditahan"),
    ("saya mau lapor. apa itu calo?", "lapor", "faq/calo"),
    ("apa itu calo? saya mau bicara dengan petugas", "minta_petugas", "faq/calo"),
    ("saya mau lapor. bisa lapor tanpa nama?", "faq/lapor_anonim", "lapor"),
    ("apa itu perdagangan orang? saya mau ikut kuis", "faq/tppo_definisi", "kuis"),
    # It stands among the topics that follow the answer, too.
    ("apa itu calo? cara melapor gimana?", "faq/calo", "faq/cara_lapor"),
    ("apa itu calo? terus apa itu perdagangan orang?", "faq/calo", "faq/tppo_definisi"),
    ("mau lapor dan mau bicara dengan petugas", "minta_petugas", "lapor"),
]


def _directly(assistant: Assistant, label: str) -> Answer:
    """What the button of a topic or an errand leads to."""
    intent, _, topic = label.partition("/")
    if topic:
        return _answered(assistant, topic)
    return assistant.answer("c1", "web", None, [Content(payload=f"/{intent}")])


@pytest.mark.parametrize(("text", "first", "other"), TWO_WISHES)
def test_one_wish_is_served_and_the_other_one_offered(
    assistant: Assistant, text: str, first: str, other: str
) -> None:
    main, offered = assistant.understand_wishes(text)
    assert (main.label, offered and offered.label) == (first, other)
    answer = _say(assistant, text)
    assert answer.replies[0].text == _directly(assistant, first).replies[0].text
    assert "hal lain" in answer.replies[-1].text


@pytest.mark.parametrize(("text", "first", "other"), TWO_WISHES)
def test_the_first_number_picks_the_other_wish(
    assistant: Assistant, text: str, first: str, other: str
) -> None:
    answer = _say(assistant, text)
    wanted = _directly(assistant, other).replies[0].text
    for pick in ("1", "yang pertama", answer.replies[-1].choices[0].title):
        assert _say(assistant, pick, answer.state).replies[0].text == wanted


@pytest.mark.parametrize(("text", "first", "other"), TWO_WISHES)
def test_beside_the_other_wish_a_number_means_one_thing(
    assistant: Assistant, text: str, first: str, other: str
) -> None:
    """All that is offered stands in one list, under the last reply."""
    answer = _say(assistant, text)
    *earlier, last = answer.replies
    assert [reply.choices for reply in earlier] == [()] * len(earlier)
    assert 1 <= len(last.choices) <= MAX_CHOICES
    assert len({choice.title for choice in last.choices}) == len(last.choices)
    served = _directly(assistant, first).replies[-1].choices
    following = [choice for choice in served if choice != last.choices[0]]
    assert list(last.choices[1:]) == following[: MAX_CHOICES - 1]
    for number, choice in enumerate(last.choices, start=1):
        pressed = assistant.answer("c1", "web", answer.state, [Content(payload=choice.payload)])
        assert _say(assistant, str(number), answer.state) == pressed


@pytest.mark.parametrize(
    "text",
    [
        "saya mau lapor",
        "halo kak, apa itu calo?",
        "assalamualaikum. maaf, mau tanya, apa itu perdagangan orang? makasih",
        "makasih kak, jelas sekali",
    ],
)
def test_one_wish_with_kind_words_around_it_is_one(assistant: Assistant, text: str) -> None:
    assert assistant.understand_wishes(text)[1] is None


@pytest.mark.parametrize(
    "text",
    [
        "tolong saya disekap. apa itu calo?",
        "apa itu calo? tolong saya dikurung majikan. saya mau ikut kuis",
        "saya mau lapor, saya dikunci di kamar, gaji juga tidak dibayar",
    ],
)
def test_a_cry_for_help_among_other_wishes_is_served_alone(assistant: Assistant, text: str) -> None:
    main, other = assistant.understand_wishes(text)
    assert (main.label, main.level, other) == ("darurat", "darurat", None)
    alone = _say(assistant, "tolong saya dikurung")
    assert _say(assistant, text).replies == alone.replies


def test_how_urgent_it_is_is_read_off_the_whole_message(assistant: Assistant) -> None:
    """The errand that is served has no trouble in it; the sentence before has."""
    text = "gaji saya tidak dibayar lima bulan. saya mau lapor"
    main, _ = assistant.understand_wishes(text)
    assert (main.label, main.level) == ("lapor", "tinggi")
    assert _say(assistant, text).level == "tinggi"


def test_what_is_remembered_of_two_wishes_stays_small_and_holds_no_word(
    assistant: Assistant,
) -> None:
    state, sizes = None, []
    for _ in range(30):
        text = "paspor saya ditahan majikan di kota wxyzabc, saya mau lapor"
        state = _say(assistant, text, state).state
        assert state is not None
        assert b"wxyzabc" not in state
        sizes.append(len(state))
    assert len(set(sizes)) == 1
    assert sizes[0] < 4000


def test_what_was_read_lately_is_remembered_up_to_a_point(assistant: Assistant) -> None:
    state, sizes = None, []
    for topic in [*TOPICS, *TOPICS]:
        state = _answered(assistant, topic, state).state
        sizes.append(len(state or b""))
    assert max(sizes) < 4000


def test_a_button_may_name_its_entities_as_it_likes(assistant: Assistant) -> None:
    value = '/menu{"intent": "x", "self": "y", "value": "z"}'
    answer = assistant.answer("c1", "web", None, [Content(payload=value)])
    assert "Ini yang bisa Suluh bantu" in answer.replies[0].text


def test_a_number_beside_the_list_gets_the_list_again(assistant: Assistant) -> None:
    menu = assistant.answer("c1", "web", None, [Content(text="menu")])
    beside = assistant.answer("c1", "web", menu.state, [Content(text="7")])
    assert "sampai nomor 4" in beside.replies[0].text
    assert beside.replies[-1].choices == menu.replies[-1].choices
    picked = assistant.answer("c1", "web", beside.state, [Content(text="2")])
    assert "tanda penipuan" in picked.replies[0].text


@pytest.mark.parametrize(
    "text", ["gak ngerti", "jelasin lagi yang gampang", "intinya apa", "jadi jangan lewat calo ya?"]
)
def test_whoever_did_not_follow_gets_it_in_short(assistant: Assistant, text: str) -> None:
    first = _answered(assistant, "calo")
    (again,) = _say(assistant, text, first.state).replies
    assert again.text.startswith("Singkatnya begini.")
    assert TOPICS["calo"].sms[:20] in again.text


def test_without_an_answer_before_there_is_nothing_to_shorten(assistant: Assistant) -> None:
    assert "Singkatnya" not in _say(assistant, "gak ngerti").replies[0].text


def test_a_message_of_which_nothing_is_courtesy_is_read_once(assistant: Assistant) -> None:
    """It was read again and again, whole, until Python gave up."""
    text = "gak ada yg maksa gue kerja disini bro, gue emang demen"
    assert assistant.understand(text).level != "darurat"
