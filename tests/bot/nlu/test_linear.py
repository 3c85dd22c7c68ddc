from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import rasa_internals
from bot.settings import PROJECT_ROOT

rasa_internals.import_for_tools()

from rasa.engine.graph import ExecutionContext, GraphSchema  # noqa: E402
from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: E402
from rasa.engine.storage.resource import Resource  # noqa: E402
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402
from rasa.shared.nlu.training_data.training_data import TrainingData  # noqa: E402

from bot.nlu.linear import (  # noqa: E402
    FALLBACK,
    RANKING_LENGTH,
    LinearIntentClassifier,
    Vectoriser,
)

EXAMPLES = {
    "salam": "halo kak|selamat pagi|assalamualaikum|halo min|pagi kak|selamat siang kak|hai",
    "terima_kasih": "terima kasih|makasih kak|terima kasih banyak|makasih ya|trims|makasih min",
    "darurat": "tolong saya disekap|saya dikurung tolong|kami disekap di ruko|tolong kami dikurung|"
    "saya disekap bos|adik saya dikurung majikan",
    "faq/paspor_ditahan": "paspor saya ditahan majikan|boleh gak agen pegang paspor|"
    "paspor ditahan agen|paspor diambil majikan boleh gak|majikan pegang paspor saya|"
    "paspor sy dipegang agen",
    "faq/gaji_tinggi": "gaji besar tanpa syarat|dijanjikan gaji 20 juta wajar gak|"
    "gaji tinggi tanpa pengalaman|gaji 15 juta lulusan sd wajar|ditawari gaji besar|"
    "gaji dua puluh juta wajar gak",
    "faq/calo": "apa itu calo|calo boleh memberangkatkan gak|berangkat lewat calo|"
    "hukuman calo berapa|sponsor itu calo bukan|calo dilarang gak",
    "di_luar_topik": "resep rendang|siapa presiden indonesia|skor bola semalam|cuaca hari ini|"
    "lagu dangdut terbaru|harga emas sekarang|jual pulsa|qwerty|1 2 3|film horor bagus|"
    "cara menanam cabai|saya suka kucing|berapa 5 tambah 7|main game yuk|pagi pagi sudah hujan|"
    "kak jual sepatu|bos galak sekali|majikan kucing|gaji pns 2026 berapa|tolong carikan resep|"
    "boleh pinjam uang gak|terima jasa servis ac|gak jadi hujan",
    "batal": "batal|gak jadi|batalkan saja|tidak jadi deh|batal aja kak|gak jadi kak",
}
CONTEXT = ExecutionContext(GraphSchema({}), "tes")


def _message(text: str, label: str) -> Message:
    intent, _, topic = label.partition("/")
    data = {TEXT: text, INTENT: intent}
    if topic:
        data[INTENT_RESPONSE_KEY] = label
    return Message(data)


def _training_data() -> TrainingData:
    return TrainingData(
        [_message(text, label) for label, texts in EXAMPLES.items() for text in texts.split("|")]
    )


class Trained:
    """A classifier that was trained into a folder, and where it is kept."""

    def __init__(self, folder: Path, **config: Any) -> None:
        self.storage = LocalModelStorage(folder)
        self.resource = Resource("klasifikasi")
        self.config = {**LinearIntentClassifier.get_default_config(), **config}
        self.classifier = LinearIntentClassifier.create(
            self.config, self.storage, self.resource, CONTEXT
        )
        assert self.classifier.train(_training_data()) is self.resource

    def reload(self, **config: Any) -> LinearIntentClassifier:
        return LinearIntentClassifier.load(
            {**self.config, **config}, self.storage, self.resource, CONTEXT
        )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return Trained(tmp_path_factory.mktemp("model"))


def _parse(classifier: LinearIntentClassifier, text: str) -> dict[str, Any]:
    (message,) = classifier.process([Message({TEXT: text})])
    return dict(message.as_dict(only_output_properties=True))


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
    classifier = trained.reload(threshold=0.0, margin=0.0)
    parsed = _parse(classifier, text)
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
    assert _parse(trained.reload(), text) == _parse(trained.classifier, text)


def test_training_twice_gives_the_same_meaning(trained: Trained, tmp_path: Path) -> None:
    again = Trained(tmp_path)
    for text, _, _ in SAID:
        one, other = _parse(trained.classifier, text), _parse(again.classifier, text)
        assert other["intent"] == pytest.approx(one["intent"], abs=1e-3)


def test_the_model_on_disk_is_plain_arrays_and_json(trained: Trained) -> None:
    with trained.storage.read_from(trained.resource) as folder:
        assert sorted(path.name for path in folder.iterdir()) == ["arrays.npz", "names.json"]
        with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
            assert all(arrays[name].dtype == np.float32 for name in arrays.files)


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
    ranking = _parse(trained.classifier, "paspor saya ditahan agen")["intent_ranking"]
    assert len(ranking) == min(RANKING_LENGTH, len(EXAMPLES))
    assert ranking[0]["name"] == "faq/paspor_ditahan"
    assert {item["name"] for item in ranking} <= set(EXAMPLES)
    confidences = [item["confidence"] for item in ranking]
    assert confidences == sorted(confidences, reverse=True)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=120))
def test_probabilities_are_probabilities_for_any_text(trained: Trained, text: str) -> None:
    parsed = _parse(trained.classifier, text)
    confidences = [item["confidence"] for item in parsed["intent_ranking"]]
    assert all(0.0 < confidence <= 1.0 for confidence in confidences)
    # What is missing to 1 was shared by the labels that are not in the ranking.
    left_out = len(EXAMPLES) - len(confidences)
    assert 1.0 - left_out * min(confidences) - 1e-5 <= sum(confidences) <= 1.0 + 1e-5
    assert parsed["intent"]["confidence"] == confidences[0]


def test_a_text_about_something_else_is_not_taken_for_a_topic(trained: Trained) -> None:
    def sureness_of_passport(text: str) -> float:
        ranking = _parse(trained.classifier, text)["intent_ranking"]
        return sum(
            (float(i["confidence"]) for i in ranking if i["name"] == "faq/paspor_ditahan"), 0.0
        )

    assert sureness_of_passport("paspor saya ditahan majikan") > 0.5
    assert sureness_of_passport("resep rendang padang") < 0.1


@pytest.mark.parametrize("text", ["", " ", "🙏", "?!", "____"])
def test_a_text_without_words_is_no_question_and_no_cry_for_help(
    trained: Trained, text: str
) -> None:
    assert _parse(trained.classifier, text)["intent"]["name"] in {"di_luar_topik", FALLBACK}


def test_a_message_without_any_text_is_like_an_empty_one(trained: Trained) -> None:
    (message,) = trained.classifier.process([Message({})])
    assert message.get("intent") == _parse(trained.classifier, "")["intent"]


def test_below_the_threshold_the_meaning_is_unknown(trained: Trained) -> None:
    parsed = _parse(trained.reload(threshold=1.1), "paspor saya ditahan majikan")
    assert parsed["intent"]["name"] == FALLBACK
    assert parsed["intent"]["unsure"] == "unknown"
    # The best guess stays in the ranking for "did you mean".
    assert parsed["intent_ranking"][0]["name"] == "faq/paspor_ditahan"


def test_two_meanings_side_by_side_are_not_decided(trained: Trained) -> None:
    parsed = _parse(trained.reload(threshold=0.0, margin=1.0), "paspor saya ditahan majikan")
    assert parsed["intent"]["name"] == FALLBACK
    assert parsed["intent"]["unsure"] == "between"


@pytest.mark.parametrize("shift", [-1e-6, 1e-6])
def test_the_threshold_is_where_the_settings_say(trained: Trained, shift: float) -> None:
    text = "paspor saya ditahan majikan"
    confidence = _parse(trained.classifier, text)["intent_ranking"][0]["confidence"]
    parsed = _parse(trained.reload(threshold=confidence + shift, margin=0.0), text)
    assert (parsed["intent"]["name"] == FALLBACK) == (shift > 0)


def test_each_message_of_a_batch_is_understood_by_itself(trained: Trained) -> None:
    batch = trained.classifier.process([Message({TEXT: text}) for text, _, _ in SAID])
    alone = [_parse(trained.classifier, text)["intent"] for text, _, _ in SAID]
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
    (step,) = config["pipeline"]
    assert step.pop("name") == f"{LinearIntentClassifier.__module__}.LinearIntentClassifier"
    assert step.keys() <= LinearIntentClassifier.get_default_config().keys()


def test_the_vectoriser_gives_each_block_unit_length() -> None:
    texts = ["paspor saya ditahan", "paspor dipegang agen", "gaji saya ditahan"]
    vectoriser = Vectoriser.fit(texts, min_texts=1, piece_weight=0.5)
    names = {index: name for name, index in vectoriser.vocabulary.items()}
    indices, values = vectoriser.transform("paspor saya ditahan agen paspor")
    for prefix, length in (("w:", 1.0), ("c:", 0.5)):
        block = [v for i, v in zip(indices, values) if names[int(i)].startswith(prefix)]
        assert np.linalg.norm(block) == pytest.approx(length, abs=1e-5)


def test_the_vectoriser_keeps_what_stands_in_enough_texts() -> None:
    texts = ["paspor ditahan", "paspor hilang", "gaji gaji gaji"]
    kept = Vectoriser.fit(texts, min_texts=2, piece_weight=1.0).vocabulary
    assert "w:paspor" in kept
    # Three times, but in one text.
    assert "w:gaji" not in kept


def test_what_the_vectoriser_never_saw_weighs_nothing() -> None:
    vectoriser = Vectoriser.fit(["paspor", "paspor"], min_texts=1, piece_weight=1.0)
    indices, values = vectoriser.transform("xyz")
    assert len(indices) == len(values) == 0
