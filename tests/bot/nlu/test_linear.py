"""The classifier as Rasa's graph runs it: trained, kept, loaded, asked."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import rasa_internals
from bot.settings import PROJECT_ROOT

rasa_internals.import_for_tools()

from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: E402
from rasa.engine.storage.resource import Resource  # noqa: E402
from rasa.shared.nlu.constants import TEXT  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402

from bot.nlu.labels import FALLBACK  # noqa: E402
from bot.nlu.linear import (  # noqa: E402
    GENERIC_FILE,
    RANKING_LENGTH,
    TITLES_FILE,
    LinearIntentClassifier,
)
from bot.nlu.linear_model import ARRAYS_FILE, NAMES_FILE  # noqa: E402
from tests.bot.nlu.classifier import CONTEXT, EXAMPLES, Trained, parse  # noqa: E402


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return Trained(tmp_path_factory.mktemp("model"))


SAID = [
    ("selamat siang", "salam", None),
    ("makasih banyak kak", "terima_kasih", None),
    ("tolong kami disekap bos", "darurat", None),
    ("paspor saya dipegang majikan", "faq", "paspor_ditahan"),
    ("pasporku ditahan agenn", "faq", "paspor_ditahan"),
    ("gaji 30 juta tanpa syarat", "faq", "gaji_tinggi"),
    ("calo itu apa", "faq", "calo"),
    ("gak jadi deh", "batal", None),
]


@pytest.mark.parametrize(("text", "intent", "topic"), SAID)
def test_what_was_not_seen_in_training_is_understood(
    trained: Trained, text: str, intent: str, topic: str | None
) -> None:
    classifier = trained.reload(threshold=0.0, answer_from=0.0, margin=0.0)
    parsed = parse(classifier, text)
    assert parsed["intent"]["name"] == intent
    if topic:
        response = parsed["response_selector"]["faq"]["response"]
        assert response["intent_response_key"] == f"faq/{topic}"
        assert response["utter_action"] == f"utter_faq/{topic}"
    else:
        assert "response_selector" not in parsed


@pytest.mark.parametrize("text", [*(text for text, _, _ in SAID), "", "🙏", "zzz qqq", "1", "ya"])
def test_a_model_from_disk_predicts_what_the_trained_one_predicted(
    trained: Trained, text: str
) -> None:
    assert parse(trained.reload(), text) == parse(trained.classifier, text)


def test_training_twice_gives_the_same_meaning(trained: Trained, tmp_path: Path) -> None:
    again = Trained(tmp_path)
    for text, _, _ in SAID:
        one, other = parse(trained.classifier, text), parse(again.classifier, text)
        assert other["intent"] == pytest.approx(one["intent"], abs=1e-3)


def test_the_model_on_disk_is_plain_arrays_and_json(trained: Trained) -> None:
    with trained.storage.read_from(trained.resource) as folder:
        assert sorted(path.name for path in folder.iterdir()) == sorted(
            [ARRAYS_FILE, GENERIC_FILE, NAMES_FILE, TITLES_FILE]
        )
        with np.load(folder / ARRAYS_FILE, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype in (np.int16, np.float32) for name in arrays.files)


def test_a_trained_model_is_served_without_scikit_learn(trained: Trained) -> None:
    with trained.storage.read_from(trained.resource) as folder:
        script = f"""
            import pathlib, sys
            from contextlib import contextmanager
            from bot.engine import rasa_internals
            rasa_internals.import_for_serving()
            from bot.nlu.linear import LinearIntentClassifier as Classifier
            from rasa.shared.nlu.training_data.message import Message
            class Folder:
                @contextmanager
                def read_from(self, resource):
                    yield pathlib.Path({str(folder)!r})
            loaded = Classifier.load(Classifier.get_default_config(), Folder(), None, None)
            (message,) = loaded.process([Message({{"text": "paspor saya ditahan majikan"}})])
            names = set(name.partition(".")[0] for name in sys.modules)
            heavy = sorted(names & set(["sklearn", "scipy"]))
            print(message.get("intent_ranking")[0]["name"], heavy)
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script)],
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.stdout.strip() == "faq/paspor_ditahan []", done.stderr


def test_the_ranking_is_full_labels_best_first(trained: Trained) -> None:
    ranking = parse(trained.classifier, "paspor saya ditahan agen")["intent_ranking"]
    assert len(ranking) == min(RANKING_LENGTH, len(EXAMPLES))
    assert ranking[0]["name"] == "faq/paspor_ditahan"
    assert {item["name"] for item in ranking} <= set(EXAMPLES)
    confidences = [item["confidence"] for item in ranking]
    assert confidences == sorted(confidences, reverse=True)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=120))
def test_probabilities_are_probabilities_for_any_text(trained: Trained, text: str) -> None:
    parsed = parse(trained.classifier, text)
    confidences = [item["confidence"] for item in parsed["intent_ranking"]]
    assert all(0.0 < confidence <= 1.0 for confidence in confidences)
    # What is missing to 1 was shared by the labels that are not in the ranking.
    left_out = len(EXAMPLES) - len(confidences)
    assert 1.0 - left_out * min(confidences) - 1e-5 <= sum(confidences) <= 1.0 + 1e-5
    assert parsed["intent"]["confidence"] == confidences[0]


def test_a_text_about_something_else_is_not_taken_for_a_topic(trained: Trained) -> None:
    def sureness_of_passport(text: str) -> float:
        ranking = parse(trained.classifier, text)["intent_ranking"]
        return sum(
            (float(i["confidence"]) for i in ranking if i["name"] == "faq/paspor_ditahan"), 0.0
        )

    assert sureness_of_passport("paspor saya ditahan majikan") > 0.5
    assert sureness_of_passport("resep rendang padang") < 0.1


@pytest.mark.parametrize("text", ["", " ", "🙏", "?!", "____"])
def test_a_text_without_words_is_no_question_and_no_cry_for_help(
    trained: Trained, text: str
) -> None:
    assert parse(trained.classifier, text)["intent"]["name"] in {"di_luar_topik", FALLBACK}


def test_a_message_without_any_text_is_like_an_empty_one(trained: Trained) -> None:
    (message,) = trained.classifier.process([Message({})])
    assert message.get("intent") == parse(trained.classifier, "")["intent"]


def test_below_the_threshold_the_meaning_is_unknown(trained: Trained) -> None:
    parsed = parse(trained.reload(threshold=1.1), "paspor saya ditahan majikan")
    assert parsed["intent"]["name"] == FALLBACK
    assert parsed["intent"]["unsure"] == "unknown"
    # The best guess stays in the ranking for "did you mean".
    assert parsed["intent_ranking"][0]["name"] == "faq/paspor_ditahan"


def test_two_meanings_side_by_side_are_not_decided(trained: Trained) -> None:
    parsed = parse(
        trained.reload(threshold=0.0, answer_from=0.0, margin=1.0), "paspor saya ditahan majikan"
    )
    assert parsed["intent"]["name"] == FALLBACK
    assert parsed["intent"]["unsure"] == "between"


@pytest.mark.parametrize(
    ("setting", "unsure"),
    [("threshold", "unknown"), ("answer_from", "between"), ("margin", "between")],
)
@pytest.mark.parametrize("shift", [-1e-6, 1e-6])
def test_the_line_is_drawn_where_the_settings_say(
    trained: Trained, setting: str, unsure: str, shift: float
) -> None:
    text = "paspor saya ditahan majikan"
    first, second, *_ = parse(trained.classifier, text)["intent_ranking"]
    border = first["confidence"] - (second["confidence"] if setting == "margin" else 0.0)
    settings = {"threshold": 0.0, "answer_from": 0.0, "margin": 0.0, setting: border + shift}
    intent = parse(trained.reload(**settings), text)["intent"]
    assert (intent["name"] == FALLBACK) == (shift > 0)
    assert intent.get("unsure") == (unsure if shift > 0 else None)


def test_what_is_hardly_a_guess_is_unknown_and_not_a_choice(trained: Trained) -> None:
    """The two lines in order: nothing to choose from below the lower one."""
    text = "paspor saya ditahan majikan"
    intent = parse(trained.reload(threshold=1.1, answer_from=1.2, margin=1.0), text)["intent"]
    assert intent["unsure"] == "unknown"


def test_each_message_of_a_batch_is_understood_by_itself(trained: Trained) -> None:
    batch = trained.classifier.process([Message({TEXT: text}) for text, _, _ in SAID])
    alone = [parse(trained.classifier, text)["intent"] for text, _, _ in SAID]
    assert [message.get("intent") for message in batch] == alone


def test_an_untrained_classifier_says_so(tmp_path: Path) -> None:
    untrained = LinearIntentClassifier.create(
        LinearIntentClassifier.get_default_config(),
        LocalModelStorage(tmp_path),
        Resource("kosong"),
        CONTEXT,
    )
    with pytest.raises(RuntimeError, match="not trained"):
        untrained.process([Message({TEXT: "halo"})])


def test_the_settings_of_config_yml_are_settings_of_the_classifier() -> None:
    config = yaml.safe_load((PROJECT_ROOT / "config.yml").read_text("utf-8"))
    name = f"{LinearIntentClassifier.__module__}.{LinearIntentClassifier.__name__}"
    (step,) = [step for step in config["pipeline"] if step["name"] == name]
    assert step.keys() - {"name"} <= LinearIntentClassifier.get_default_config().keys()


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Paspor saya WXYZA", ["wxyza"]),
        ("PASPOR saya", []),
        # As it is typed, also where another word is meant.
        ("pasport sy xyzabc", ["xyzabc"]),
        ("", []),
        ("🙏", []),
    ],
)
def test_words_that_hardly_any_example_holds_are_named(
    trained: Trained, text: str, unknown: list[str]
) -> None:
    assert parse(trained.classifier, text)["unknown_words"] == unknown
