"""A classifier over a handful of examples, for the tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.engine import rasa_internals

rasa_internals.import_for_tools()

from rasa.engine.graph import ExecutionContext, GraphSchema  # noqa: E402
from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: E402
from rasa.engine.storage.resource import Resource  # noqa: E402
from rasa.shared.core.events import SlotSet  # noqa: E402
from rasa.shared.core.slots import TextSlot  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402
from rasa.shared.nlu.training_data.training_data import TrainingData  # noqa: E402

from bot.nlu.labels import TOPIC_SLOT  # noqa: E402
from bot.nlu.linear import LinearIntentClassifier  # noqa: E402

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
TITLES = {
    "paspor_ditahan": "Paspor ditahan",
    "gaji_tinggi": "Gaji besar tanpa syarat",
    "calo": "Calo",
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
        [_message(text, label) for label, texts in EXAMPLES.items() for text in texts.split("|")],
        responses={
            **{
                f"utter_faq/{topic}": [{"text": "pendek"}, {"metadata": {"title": title}}]
                for topic, title in TITLES.items()
            },
            "utter_salam": [{"text": "Halo", "metadata": {"title": "bukan topik"}}],
        },
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


def after_topic(topic: str | None) -> DialogueStateTracker:
    """The tracker of a conversation in which a topic was answered last."""
    slot = TextSlot(TOPIC_SLOT, mappings=[{"type": "custom"}])
    return DialogueStateTracker.from_events("c1", [SlotSet(TOPIC_SLOT, topic)], slots=[slot])


def parse(
    classifier: LinearIntentClassifier, text: str, *, after: str | None = None
) -> dict[str, Any]:
    (message,) = classifier.process([Message({TEXT: text})], after_topic(after) if after else None)
    return dict(message.as_dict(only_output_properties=True))


def label_of(parsed: dict[str, Any]) -> str:
    """The likeliest label, sure or not."""
    best: str = parsed["intent_ranking"][0]["name"]
    return best
