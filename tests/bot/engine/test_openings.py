"""How a report begins, also without the word for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.engine import follow_ups, openings, telling
from bot.engine import tracker as trackers
from bot.engine.assistant import Assistant
from bot.engine.told import REPORT
from bot.nlu.labels import DANGER_SLOT, KIND_SLOT
from bot.tips import follow_up, interview
from bot.tips.draft import SLOT, Draft
from bot.tips.questions import SAFE
from bot.triage.first_aid import WATCHED


def _tracker(assistant: Assistant, said: Any = (), **slots: Any) -> Any:
    state = {"format": 1, "slots": slots, "loop": None, "said": list(said)}
    return trackers.restore("c1", json.dumps(state).encode(), assistant._processor.domain)


def _begins(assistant: Assistant, text: str) -> bool:
    heard = openings.begins_with_story(_tracker(assistant), text, lambda t: assistant.understand(t))
    return heard is not None and heard.intent == REPORT


@pytest.mark.parametrize(
    "text",
    [
        "Assalamualaikum saya pak RT, mau menyampaikan ada warga yang dibawa orang tidak dikenal",
        "assalamualaikum, mau nyampaikan pak ado wargo kami hilang",
        "selamat pagi bu, mau ngasih tau ada orang asing nyari gadis2 di desa kami",
        "nyuwun sewu kulo bade matur, tonggo kulo digowo wong neng malaysia ora ono kabare",
        "selamat sore min, saya kader posyandu mau nyampaikan ada anak 15 tahun dibawak ke Batam",
        "assalamualaikum pak, ado wargo kami ditawari gawe di kamboja samo wong dak dikenal, "
        "duitnyo lah dimintak 5 juta",
    ],
)
def test_a_story_after_a_greeting_is_a_report(assistant: Assistant, text: str) -> None:
    assert _begins(assistant, text)


@pytest.mark.parametrize(
    "text",
    [
        "assalamualaikum pak",
        "selamat pagi, saya mau kerja ke Malaysia",
        "halo kak mau kasih info lowongan dong",
        "selamat siang kak saya mau menyampaikan terima kasih",
        "mau menyampaikan pertanyaan, apa paspor boleh ditahan?",
        "halo, anak saya mau kerja ke Taiwan, berapa biayanya?",
    ],
)
def test_a_greeting_with_a_question_or_thanks_is_none(assistant: Assistant, text: str) -> None:
    assert not _begins(assistant, text)


@pytest.mark.parametrize(
    "text",
    [
        "Assalamualaikum pak, saya RT 3 mau menyampaikan",
        "kulo badhe matur",
        "selamat pagi bu, saya kader desa mau ngasih tau",
    ],
)
def test_who_only_says_that_something_is_to_be_told_is_asked_for_it(text: str) -> None:
    heard = openings.wants_to_report(text)
    assert heard is not None
    assert heard.parsed["entities"] == [{"entity": "langkah", "value": interview.GO_ON}]


@pytest.mark.parametrize(
    "text",
    [
        "aku mau lapor tapi jangan bilang ibu",
        "saya mau lapor ke petugas juga",
        "takut kak, mau lapor aja",
        "ambo nak lapor tapi dak berani",
    ],
)
def test_who_wants_to_report_after_a_cry_may_do_so(assistant: Assistant, text: str) -> None:
    in_danger = _tracker(assistant, **{DANGER_SLOT: {"turns": 8}})
    heard = openings.begins_with_story(in_danger, text, lambda t: assistant.understand(t))
    assert heard is not None
    assert heard.intent == REPORT


@pytest.mark.parametrize(
    "text",
    [
        "orang tuanya tidak mau lapor",
        "mau lapor tapi saya dikunci sekarang tolong",
        "mau lapor ke mana kak",
        "mau lapor tapi dia mukul saya sekarang",
    ],
)
def test_a_danger_goes_before_the_wish_to_report_it(assistant: Assistant, text: str) -> None:
    in_danger = _tracker(assistant, **{DANGER_SLOT: {"turns": 8}})
    heard = openings.begins_with_story(in_danger, text, lambda t: assistant.understand(t))
    assert heard is None


def test_who_is_watched_begins_no_report_in_passing(assistant: Assistant) -> None:
    watched = _tracker(assistant, **{DANGER_SLOT: {"turns": 8}, KIND_SLOT: WATCHED})
    text = "mau lapor tapi takut"
    assert openings.begins_with_story(watched, text, lambda t: assistant.understand(t)) is None


# Taking a report back


@pytest.mark.parametrize(
    "text",
    [
        "saya mau menarik laporan",
        "aku arep narik laporanku",
        "ambo nak cabut laporan ambo kemaren",
        "gimana cara menarik laporan?",
        "laporan saya mau ditarik",
        "batalkan laporan yang kemarin",
    ],
)
def test_who_wants_a_report_back_begins_no_new_one(assistant: Assistant, text: str) -> None:
    heard = telling.step_in_words(_tracker(assistant), text)
    assert heard is not None
    assert heard.parsed["entities"] == [{"entity": "langkah", "value": follow_up.WITHDRAW}]


@pytest.mark.parametrize("text", ["mau lapor", "kalung saya ditarik orang, mau lapor", "laporan"])
def test_other_wishes_take_nothing_back(assistant: Assistant, text: str) -> None:
    assert follow_ups.withdraws(_tracker(assistant), text) is None


# Adding, while the receipt is waited for

ADDS = {"title": "Ya, tambahkan", "payload": '/cek_status{"langkah":"tambah_tadi"}'}
WAIVES = {"title": "Tidak perlu nomor", "payload": '/cek_status{"langkah":"tanpa_nomor"}'}


def _confirming(assistant: Assistant, *buttons: dict[str, str]) -> Any:
    session = follow_up.Session.new("laporan-1", follow_up.CONFIRM).to_slot()
    sent = {**follow_up.Sent.new().to_slot(), "words": "namo bosnyo Mr Chen"}
    said = [{"event": "bot", "text": "?", "data": {"buttons": list(buttons)}}]
    slots = {follow_up.SLOT: session, follow_up.SENT_SLOT: sent}
    return _tracker(assistant, said, **slots)


def test_a_number_picks_what_was_just_offered(assistant: Assistant) -> None:
    assert telling.step_in_words(_confirming(assistant, ADDS), "1") is None
    assert telling.step_in_words(_confirming(assistant, WAIVES), "1") is not None


@pytest.mark.parametrize("text", ["iyo", "ya kak", "iya"])
def test_a_yes_adds_what_waits_before_the_receipt_is_asked_for(
    assistant: Assistant, text: str
) -> None:
    tracker = _confirming(assistant, ADDS)
    read = lambda t: assistant.understand(t)  # noqa: E731
    assert follow_ups.in_follow_up(tracker, (), text, read) is None
    heard = follow_ups.after_sending(tracker, (), text, read)
    assert heard is not None
    assert heard.parsed["entities"] == [{"entity": "langkah", "value": follow_up.ADD_TO_LAST}]


# After silence


def test_a_story_after_silence_goes_on_with_the_report(assistant: Assistant) -> None:
    draft = Draft(fields={SAFE: interview.SILENT}, current=SAFE, asked=(SAFE,))
    tracker = _tracker(assistant, **{SLOT: draft.to_slot()})
    text = "tetangga saya ditawari kerja ke Kamboja bayar 5 juta"
    heard = telling.comes_back_with_story(tracker, text, lambda t: assistant.understand(t))
    assert heard is not None
    assert heard.intent == REPORT
    assert telling.comes_back_with_story(tracker, "halo", lambda t: assistant.understand(t)) is None
