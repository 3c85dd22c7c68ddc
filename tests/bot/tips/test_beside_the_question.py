"""Small words around a report: what was deleted, how a report fares, a number below the summary."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.shared.core.events import BotUttered

from bot.clock import now_ms
from bot.conversation.messages import Content, Understanding
from bot.engine import follow_ups, telling, told
from bot.tips import follow_up, interview
from bot.tips.draft import SLOT, Draft
from bot.tips.follow_up import ADDING, CHECK, CONFIRM, OPEN, Session
from bot.tips.questions import SUMMARY
from bot.triage import levels

DELETES = {"title": "Ya, hapus", "payload": '/privasi_hapus{"pasti":"ya"}'}
SENDS = {"title": "Kirim", "payload": '/lapor{"langkah":"kirim"}'}


def _tracker(
    said: str = "", *buttons: dict[str, str], loop: Any = None, **slots: Any
) -> SimpleNamespace:
    """A conversation in which this was said last."""
    events = [BotUttered(said, {"buttons": list(buttons)})] if said else []
    return SimpleNamespace(events=events, active_loop_name=loop, get_slot=slots.get)


def _step(heard: Understanding | None) -> str | None:
    named: Sequence[dict[str, Any]] = heard.parsed["entities"] if heard else ()
    return next((e["value"] for e in named if e["entity"] == "langkah"), None)


# What was deleted


@pytest.mark.parametrize(
    "text",
    [
        "eh jangan dihapus", "gak jadi batal", "jgn dihapus kak", "ojo dihapus", "dak jadi dihapus",
        "gak jadi hapus", "balikin data saya", "jangan dibatalkan",
    ],
)  # fmt: skip
@pytest.mark.parametrize("said", ["", "Baik, laporan ini tidak dikirim."])
def test_who_wants_back_what_was_deleted_is_told_that_it_is_gone(text: str, said: str) -> None:
    assert _step(telling.step_in_words(_tracker(said), text)) == interview.GONE


@pytest.mark.parametrize("text", ["gak jadi", "batalin aja"])
def test_giving_up_in_a_conversation_that_is_gone_changes_nothing(text: str) -> None:
    assert _step(telling.step_in_words(_tracker(), text)) == interview.GONE
    assert telling.step_in_words(_tracker("Apa yang mau kamu tanyakan?"), text) is None


@pytest.mark.parametrize("text", ["eh jangan dihapus", "gak jadi"])
def test_before_it_is_deleted_it_is_not(text: str) -> None:
    assert telling.step_in_words(_tracker("Hapus?", DELETES), text) is None


@pytest.mark.parametrize(
    "text", ["hapus data saya", "jangan dihapus ya?", "halo", "jadi lapor apa"]
)
def test_what_takes_no_deletion_back_is_none(text: str) -> None:
    assert _step(telling.step_in_words(_tracker(), text)) is None


# A telephone that is off


@pytest.mark.parametrize(
    "text",
    [
        "tapi hp nya mati",
        "hp adik saya mati dari kemarin",
        "tapi hp dia dak aktif",
        "nomernyo mati",
    ],
)
def test_a_telephone_that_is_off_is_no_cry_for_help(text: str) -> None:
    draft = Draft(fields={"aman": "ya", "setuju": "ya", "jenis": "hilang"}, current="waktu")
    tracker = _tracker("Kapan?", loop=told.FORM, **{SLOT: draft.to_slot()})
    urgent = _heard(levels.URGENT, level=levels.URGENT)
    heard = telling.in_report(tracker, [Content(text=text)], text, urgent)
    assert heard is not None
    assert (heard.intent, heard.level) == (telling.REPORT, levels.ORDINARY)


def test_a_telephone_beside_a_danger_changes_nothing() -> None:
    draft = Draft(fields={"aman": "ya", "setuju": "ya", "jenis": "hilang"}, current="waktu")
    tracker = _tracker("Kapan?", loop=told.FORM, **{SLOT: draft.to_slot()})
    text = "hp mati, adik dikurung"
    urgent = _heard(levels.URGENT, level=levels.URGENT)
    heard = telling.in_report(tracker, [Content(text=text)], text, urgent)
    assert heard is not None
    assert heard.level == levels.URGENT


# An age


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("1 orang anak saya umur 22", levels.ORDINARY),
        ("1 anak umur 22", levels.ORDINARY),
        ("anak saya umur 15", levels.URGENT),
        ("anak saya umur 22 dikurung", levels.URGENT),
        ("2 orang lagi", levels.URGENT),
    ],
)
def test_the_age_of_a_grown_up_below_the_summary_is_no_cry_for_help(text: str, level: str) -> None:
    urgent = _heard(levels.URGENT, level=levels.URGENT)
    heard = telling.in_report(_at_the_summary(), [Content(text=text)], text, urgent)
    assert heard is not None
    assert heard.level == level


# A number below the summary


def _at_the_summary() -> SimpleNamespace:
    draft = Draft(fields={"aman": "ya", "setuju": "ya", "jenis": "lainnya"}, current=SUMMARY)
    return _tracker("Kirim sekarang?", SENDS, loop=told.FORM, **{SLOT: draft.to_slot()})


@pytest.mark.parametrize("text", ["1\nanak saya umur 22", "1\norang nya di Nakau"])
def test_a_number_that_goes_on_below_the_summary_does_not_send_it(text: str) -> None:
    heard = telling.step_in_words(_at_the_summary(), text)
    assert heard is not None
    assert (heard.intent, _step(heard)) == (telling.REPORT, None)
    assert {e["entity"] for e in heard.parsed["entities"]} & {"umur", "tempat"}


@pytest.mark.parametrize("text", ["1", "1\nmakasih kak"])
def test_a_number_alone_is_a_choice(text: str) -> None:
    assert telling.step_in_words(_at_the_summary(), text) is None


# How a report fares


def _heard(intent: str, confidence: float = 0.95, level: str = levels.ORDINARY) -> Any:
    parsed: dict[str, Any] = {"entities": []}
    return lambda text: Understanding(intent, None, confidence, level, parsed)


NEWS = [
    "piye kabare laporanku", "laporan ambo cakmano", "gimana laporan sy", "lap sy gmn",
    "pripun kabaripun laporan kulo", "laporanku piye", "udah sampe mano laporan ambo",
]  # fmt: skip


@pytest.mark.parametrize("text", NEWS)
@pytest.mark.parametrize("intent", ["cek_status", "di_luar_topik"])
@pytest.mark.parametrize("stage", [CHECK, OPEN, ADDING, CONFIRM])
def test_who_asks_how_the_report_fares_is_told(text: str, intent: str, stage: str) -> None:
    session = Session("laporan-1", stage, now_ms() + 1_000_000, "ab" * 32)
    tracker = _tracker("Sudah.", **{follow_up.SLOT: session.to_slot()})
    heard = follow_ups.in_follow_up(tracker, [Content(text=text)], text, _heard(intent))
    news = follow_up.ASKS_FOR_RECEIPT if stage == CONFIRM else follow_up.ASKS_FOR_STATE
    assert _step(heard) == news


@pytest.mark.parametrize(
    "text", ["orangnya masih di ruko", "laporan saya kurang satu: ada motor merah", "talang pauh"]
)
def test_what_is_told_to_staff_asks_for_no_state(text: str) -> None:
    session = Session("laporan-1", OPEN, now_ms() + 1_000_000, "ab" * 32)
    tracker = _tracker("Sudah.", **{follow_up.SLOT: session.to_slot()})
    heard = follow_ups.in_follow_up(tracker, [Content(text=text)], text, _heard("di_luar_topik"))
    assert heard is not None
    assert _step(heard) is None
