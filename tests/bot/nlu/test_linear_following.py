"""Short questions that are only understood with the answer before them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import rasa_internals

rasa_internals.import_for_tools()

from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402
from rasa.shared.nlu.constants import TEXT  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402

from bot.nlu.linear import SUSPECTED_CRY, TITLES_FILE  # noqa: E402
from tests.bot.nlu.classifier import (  # noqa: E402
    TITLES,
    Trained,
    after_topic,
    label_of,
    parse,
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return Trained(tmp_path_factory.mktemp("model"))


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("terus?", "calo"),
        ("terus?", "paspor_ditahan"),
        ("berapa hukumannya?", "calo"),
        ("itu boleh gak?", "calo"),
        ("itu wajar gak?", "paspor_ditahan"),
        ("kenapa?", "gaji_tinggi"),
        ("contohnya apa kak?", "gaji_tinggi"),
    ],
)
def test_a_question_that_leans_on_the_last_answer_is_about_its_topic(
    trained: Trained, text: str, after: str
) -> None:
    assert label_of(parse(trained.classifier, text)) != f"faq/{after}"
    parsed = parse(trained.classifier, text, after=after)
    assert label_of(parsed) == f"faq/{after}"
    response = parsed["response_selector"]["faq"]["response"]
    assert response["intent_response_key"] == f"faq/{after}"


@pytest.mark.parametrize("text", ["terus?", "berapa hukumannya?", "itu boleh gak?"])
@pytest.mark.parametrize("after", [None, "topik_yang_dihapus"])
def test_without_a_topic_before_nothing_is_read_into_a_question(
    trained: Trained, text: str, after: str | None
) -> None:
    (message,) = trained.classifier.process([Message({TEXT: text})], after_topic(after))
    assert message.as_dict(only_output_properties=True) == parse(trained.classifier, text)


def test_a_conversation_that_knows_no_topics_is_no_obstacle(trained: Trained) -> None:
    empty = DialogueStateTracker("c1", slots=[])
    (message,) = trained.classifier.process([Message({TEXT: "terus?"})], empty)
    assert message.get("intent") == parse(trained.classifier, "terus?")["intent"]


# What each text must be clearer than to stand by itself.
BORDERS = {
    "apa itu calo": "clear_pointing",
    "itu calo bukan": "clear_pointing",
    "terima kasih ya itu tadi": "clear_dialog",
    "apa calo": "clear_alone",
    "makasih banyak": "clear_alone",
    "harga emas sekarang": "clear_look_alike",
}


@pytest.mark.parametrize(("text", "line"), BORDERS.items())
def test_a_question_that_is_clear_enough_by_itself_leans_on_nothing(
    trained: Trained, text: str, line: str
) -> None:
    """ "itu" points back, but whoever says what "itu" is has changed the subject."""
    alone = parse(trained.classifier, text)
    border = _sureness(trained, text)
    others = dict.fromkeys(BORDERS.values(), 0.0)
    clear = trained.reload(**{**others, line: border - 1e-6})
    assert parse(clear, text, after="paspor_ditahan") == alone
    assert alone["leans_back"] is False
    unclear = parse(trained.reload(**{**others, line: border + 1e-6}), text, after="paspor_ditahan")
    assert unclear["leans_back"] is True
    assert unclear["intent_ranking"] != alone["intent_ranking"]


@pytest.mark.parametrize("after", sorted(TITLES))
def test_a_follow_up_says_that_it_leans_back(trained: Trained, after: str) -> None:
    """So that the whole answer is not sent a second time."""
    assert parse(trained.classifier, "terus?", after=after)["leans_back"] is True
    assert parse(trained.classifier, "terus?")["leans_back"] is False


def _sureness(trained: Trained, text: str) -> float:
    return float(parse(trained.classifier, text)["intent_ranking"][0]["confidence"])


def test_a_long_question_says_by_itself_what_it_is_about(trained: Trained) -> None:
    text = "itu itu itu itu itu itu itu berapa"
    assert parse(trained.classifier, text, after="calo") == parse(trained.classifier, text)


CRIES = st.lists(
    st.sampled_from("tolong saya disekap dikurung kami terus itu kalau biayanya majikan".split()),
    min_size=1,
    max_size=7,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(CRIES, st.sampled_from(sorted(TITLES)))
def test_a_cry_for_help_is_the_same_after_any_answer(
    trained: Trained, text: str, after: str
) -> None:
    alone = parse(trained.classifier, text)
    ranking = {guess["name"]: guess["confidence"] for guess in alone["intent_ranking"]}
    if ranking.get("darurat", 0.0) >= SUSPECTED_CRY:
        assert parse(trained.classifier, text, after=after) == alone


@pytest.mark.parametrize("text", ["tolong saya disekap", "terus kami dikurung", "itu disekap"])
def test_a_short_cry_for_help_is_heard_after_an_answer(trained: Trained, text: str) -> None:
    willing = trained.reload(clear_alone=1.1, clear_pointing=1.1)
    parsed = parse(willing, text, after="calo")
    assert label_of(parsed) == "darurat"


def test_only_topics_have_a_title_to_lean_on(trained: Trained) -> None:
    with trained.storage.read_from(trained.resource) as folder:
        assert json.loads((folder / TITLES_FILE).read_text("utf-8")) == TITLES
