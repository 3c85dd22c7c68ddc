"""What a person told of the situation, remembered as codes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot import clock
from bot.conversation.messages import Content
from bot.conversation.turn import Answer
from bot.engine.assistant import Assistant
from bot.engine.memory import KEPT_MS, Memory, only_says_where, situations
from bot.entities.find import find
from bot.knowledge import facts
from bot.knowledge.buttons import own_texts
from tests.nlu_data import content


def _entities(text: str) -> list[dict[str, Any]]:
    return [
        {"entity": e.kind, "value": e.value, "start": e.start, "end": e.end}
        for e in find(text, today=clock.today())
    ]


def _told(*texts: str) -> Memory:
    memory = Memory()
    for text in texts:
        memory = memory.after(text, _entities(text))
    return memory


@pytest.mark.parametrize(
    "text",
    [
        "saya sudah bayar 5 juta",
        "udah transfer ke agen kemarin",
        "lah bayar pulo ambo 3 juta",
        "kadung transfer kak",
        "uangnya udah masuk ke rekening dia",
        "sdh tf 2jt",
    ],
)
def test_who_has_paid_is_remembered(text: str) -> None:
    assert _told(text).situations == ("sudah_bayar",)


@pytest.mark.parametrize(
    "text",
    [
        "belum bayar apa apa",
        "saya sudah kerja 3 bulan tapi belum bayar utang",
        "kalau sudah bayar gimana",
        "sudah daftar",
        "bayarnya berapa",
        "film yang sudah bayar mahal itu",
    ],
)
def test_who_has_not_paid_is_not(text: str) -> None:
    assert _told(text).situations == ()


@pytest.mark.parametrize(
    "text",
    ["ijazah sudah diserahkan ke agen", "udah terlanjur kasih ktp asli", "ijazahnyo lah diambil"],
)
def test_who_gave_away_papers_is_remembered(text: str) -> None:
    assert "dokumen_diserahkan" in _told(text).situations


@pytest.mark.parametrize(
    ("texts", "country"),
    [
        (["mau ke taiwan", "eh jepang aja"], "JP"),
        (["suami di johor", "hp nya mati"], "MY"),
        (["bukan malaysia, singapura"], "SG"),
        (["singapura, bukan malaysia"], "SG"),
        (["saya orang indonesia"], None),
        (["mau kerja di luar negeri"], None),
    ],
)
def test_the_country_that_was_named_last_counts(texts: list[str], country: str | None) -> None:
    assert _told(*texts).country == country


def test_of_several_ages_the_youngest_counts_until_another_is_told() -> None:
    assert _told("anak saya umur 15, kakaknya umur 20").age == 15
    assert _told("anak saya umur 15", "oh kalau ipar saya umur 30").age == 30


def test_what_is_remembered_is_no_word_of_the_person() -> None:
    memory = _told("saya Sekar Made-Up, umur 16, sudah bayar ke Pak Anu di Johor 0812-0000-0001")
    kept = json.dumps(memory.as_slot())
    known = {"sudah_bayar", "MY"}
    assert {word for word in known if word in kept} == known
    assert not any(word in kept.lower() for word in ("sekar", "anu", "0812", "johor", "bayar ke"))


@pytest.mark.parametrize(
    ("texts", "where"),
    [
        (["adik saya di johor"], "di_luar_negeri"),
        (["sy udah disana bang"], "di_luar_negeri"),
        (["mau kerja di taiwan"], None),
        (["lowongan di jepang"], None),
        (["gaji di korea berapa"], None),
        (["saya di johor", "tapi ambo la balik ke bengkulu, sudah di rumah"], "di_rumah"),
        (["masih di rumah", "sekarang saya di hongkong"], "di_luar_negeri"),
        (["sy bukan di taiwan kak"], None),
        (["belum berangkat"], "di_rumah"),
        (["tolong sy disekap di myawaddy"], "di_luar_negeri"),
        (["bolehkah saya bawa kucing waktu kerja di taiwan"], None),
        (["mau balik ke majikan lama sy di hongkong"], None),
        (["pacar ngajak kerja di thailand"], None),
    ],
)
def test_where_somebody_is_now_is_remembered(texts: list[str], where: str | None) -> None:
    known = {"di_luar_negeri", "di_rumah"} & set(_told(*texts).situations)
    assert known == ({where} if where else set())


def test_what_tells_nothing_new_changes_nothing() -> None:
    memory = _told("mau ke taiwan")
    assert memory.after("apa syaratnya", []) is memory
    assert Memory().as_slot() is None


class _Tracker:
    def __init__(self, slot: dict[str, Any] | None) -> None:
        self._slot = slot

    def get_slot(self, name: str) -> Any:
        return self._slot


def test_after_a_day_nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = _told("umur 16, mau ke taiwan, sudah bayar")
    tracker = _Tracker(json.loads(json.dumps(memory.as_slot())))
    assert Memory.of(tracker) == memory
    later = clock.now_ms() + KEPT_MS
    monkeypatch.setattr(clock, "now_ms", lambda: later)
    assert Memory.of(tracker) == Memory()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("saya di taiwan kak", True),
        ("kalau yg johor", True),
        ("skrg suami di hong kong", True),
        ("taiwan", True),
        ("mau ke taiwan", False),
        ("cara kerja di taiwan", False),
        ("saya di rumah", False),
    ],
)
def test_a_message_may_say_no_more_than_where_somebody_is(text: str, expected: bool) -> None:
    assert only_says_where(text, _entities(text)) is expected


def test_every_situation_has_its_advice_and_names_topics_that_exist() -> None:
    topics = {topic.id for topic in content.topics()}
    for name, row in situations().items():
        assert row.advised_before <= topics
        assert row.takes_back <= set(situations())
        if row.advised_before:
            assert own_texts()["ucapan"][f"ucapan_keadaan_{name}"]
        assert (row.signs is None) != (row.younger_than is None)


# In a conversation


def _say(assistant: Assistant, *lines: str, channel: str = "web") -> list[Answer]:
    state, answers = None, []
    for line in lines:
        answers.append(assistant.answer("c1", channel, state, [Content(text=line)]))
        state = answers[-1].state
    return answers


def _text(answer: Answer) -> str:
    return "\n".join(reply.text for reply in answer.replies)


def test_who_has_paid_hears_once_what_to_do(assistant: Assistant) -> None:
    _, first, second = _say(
        assistant,
        "saya sudah bayar 5 juta ke orangnya",
        "apa itu calo?",
        "tanda lowongan palsu apa saja",
    )
    assert "Jangan tambah lagi" in first.replies[0].text
    assert "Calo atau sponsor adalah" in _text(first)
    assert "Jangan tambah lagi" not in _text(second)


def test_a_child_is_told_each_time_that_it_may_not_go_yet(assistant: Assistant) -> None:
    answers = _say(
        assistant,
        "berapa umur paling rendah kerja ke luar negeri? saya 16 tahun",
        "kalau kerja ke jepang caranya gimana?",
        "kerja ke korea lewat G to G gimana caranya?",
    )
    for answer in answers[1:]:
        assert "belum boleh bekerja ke luar negeri" in answer.replies[0].text


@pytest.mark.parametrize("channel", ["web", "sms"])
def test_who_named_a_country_gets_the_number_there(assistant: Assistant, channel: str) -> None:
    asked = _say(
        assistant, "adik saya kerja di taiwan", "dia hilang kontak sudah sebulan", channel=channel
    )
    assert facts.placeholders()["kontak_kdei_taipei"] in _text(asked[-1])


def test_where_no_number_is_verified_the_way_to_it_is_told(assistant: Assistant) -> None:
    answer = _say(assistant, "kakak saya di arab saudi hilang kontak, lapor ke mana?")[-1]
    assert "Kalau di Arab Saudi, cari nomor KBRI di peduliwni.kemlu.go.id" in _text(answer)


def test_in_danger_abroad_the_number_there_is_told(assistant: Assistant) -> None:
    answer = _say(assistant, "tolong saya disekap majikan di johor")[-1]
    assert answer.level == "darurat"
    assert facts.placeholders()["kontak_kjri_johor_bahru"] in _text(answer)


@pytest.mark.parametrize("thanks", ["makasih kak", "terima kasih banyak ya", "dadah kak"])
def test_thanks_after_a_danger_are_not_answered_coldly(assistant: Assistant, thanks: str) -> None:
    *_, answer = _say(assistant, "tolong saya dikurung majikan", "saya aman sekarang", thanks)
    assert "110" in _text(answer)
    assert "Jaga dirimu" in _text(answer)
    assert "Jaga dirimu" not in _text(_say(assistant, "apa itu calo?", thanks)[-1])


def test_saying_where_one_is_asks_for_the_number_there(assistant: Assistant) -> None:
    answer = _say(assistant, "paspor saya ditahan majikan", "saya di hongkong")[-1]
    assert facts.placeholders()["kontak_kjri_hong_kong"] in _text(answer)
    assert "Hong Kong dan Taiwan" not in _text(answer)


def test_what_is_only_guessed_brings_no_number(assistant: Assistant) -> None:
    for text in ("johor", "taiwan", "di malaysia"):
        answer = _say(assistant, text)[-1]
        if "belum yakin" in _text(answer):
            assert "hubungi K" not in _text(answer)


def test_a_short_question_is_read_with_the_errand_before(assistant: Assistant) -> None:
    answer = _say(assistant, "saya mau tanya kabar laporan saya kemarin", "berapa lama ya")[-1]
    assert "belum bisa menjawab" not in _text(answer)


def test_beside_a_courtesy_a_country_is_remembered_where_it_stands(assistant: Assistant) -> None:
    """The places of words are those in the whole message, also when a part of it is read."""
    for opening in ("makasih kak. ", "woy bot goblok. ", "bukan itu kak. "):
        _, answer = _say(
            assistant, "apa itu calo?", f"{opening}adik saya di taiwan hilang kontak sudah sebulan"
        )
        assert answer.state is not None
        known = json.loads(answer.state)["slots"]["diketahui"]
        assert (known["country"], known["situations"]) == ("TW", ["di_luar_negeri"])
