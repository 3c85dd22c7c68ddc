"""While a report is told, what belongs to it stays with it, and a cry for help goes before it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from rasa.shared.core.events import BotUttered
from sqlalchemy import select

from bot.clock import now_ms
from bot.conversation.context import TurnContext
from bot.conversation.inbox import Inbox
from bot.conversation.messages import Attachment, Content, Inbound, Location, Understanding
from bot.engine import follow_ups, openings, telling
from bot.engine import tracker as trackers
from bot.engine.assistant import Assistant
from bot.engine.told import FOLLOW_UP, FORM, REPORT
from bot.nlu.labels import DANGER_SLOT, KIND_SLOT, READ_SLOT
from bot.privacy import staff
from bot.privacy.keys import ServerKey
from bot.privacy.receipts import Receipt
from bot.privacy.vault import Vault
from bot.storage.database import Database
from bot.storage.tables import tip_drafts, tips
from bot.tips import filing, follow_up, interview
from bot.tips.draft import SLOT, Draft
from bot.tips.follow_up import ADDING, ASKS_FOR_STATE, CHECK, CONFIRM, OPEN, Session
from bot.triage import levels

PHOTO = Content(attachments=(Attachment("photo", "image/jpeg"),))
POINT = Content(location=Location(-3.79, 102.26))
STICKER = Content(attachments=(Attachment("sticker"),))
RECEIPT = Receipt("0812345678901234")


class Room:
    """A conversation with the real model, and what it remembers."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def tracker(self, **slots: Any) -> Any:
        """Of a conversation in which a report is told, when there is a draft among the slots."""
        return self._restored(slots, FORM if SLOT in slots else None)

    def silent(self, **slots: Any) -> Any:
        """Of one in which nothing is told, whatever is among the slots."""
        return self._restored(slots, None)

    def _restored(self, slots: dict[str, Any], loop: str | None) -> Any:
        state = {"format": 1, "slots": slots, "loop": loop, "said": []}
        domain = self._assistant._processor.domain
        return trackers.restore("c1", json.dumps(state).encode(), domain)

    def telling(self, current: str = "tempat", **fields: Any) -> Any:
        """Of somebody who is safe, agreed, and is asked this."""
        told = {"aman": "ya", "setuju": "ya", "jenis": "lainnya", **fields}
        asked = ("aman", "setuju", "jenis", current)
        return self.tracker(**{SLOT: Draft(fields=told, current=current, asked=asked).to_slot()})

    def opened(self, stage: str, *, until: int | None = None) -> Any:
        session = Session("laporan-1", stage, until or now_ms() + 1_000_000, "ab" * 32)
        return self.tracker(**{follow_up.SLOT: session.to_slot()})

    def hears(self, tracker: Any, text: str, *lines: Content) -> Understanding | None:
        said = lines or (Content(text=text),)
        return telling.in_report(tracker, said, text, self._assistant.understand)

    def follows(self, tracker: Any, text: str, *lines: Content) -> Understanding | None:
        said = lines or (Content(text=text),)
        return follow_ups.in_follow_up(tracker, said, text, self._assistant.understand)

    def begins(self, tracker: Any, text: str) -> Understanding | None:
        return openings.begins_with_story(tracker, text, self._assistant.understand)


@pytest.fixture
def room(assistant: Assistant) -> Room:
    return Room(assistant)


def _step(understood: Understanding | None) -> str | None:
    assert understood is not None
    entities: Sequence[dict[str, Any]] = understood.parsed["entities"]
    return next((e["value"] for e in entities if e["entity"] == "langkah"), None)


def _draft(tracker: Any) -> Draft:
    draft = Draft.from_slot(tracker.get_slot(SLOT))
    assert draft is not None
    return draft


# What belongs to a report


def test_without_a_report_nothing_belongs_to_one(room: Room) -> None:
    tracker = room.tracker()
    assert not telling.is_told(tracker)
    assert room.hears(tracker, "di Pekik Nyaring") is None
    assert room.hears(tracker, "", PHOTO) is None


@pytest.mark.parametrize(
    ("current", "text"),
    [
        ("tempat", "di Pekik Nyaring"),
        ("tempat", "Kamboja"),
        ("jumlah", "5"),
        ("waktu", "tadi malam"),
        ("pelaku", "Pak Contoh, 0812-0000-0001"),
        # Looks like a topic of the catalogue by itself.
        ("pelaku", "calo"),
        ("uang", "paspornya ditahan agen"),
        ("tahap", "sudah berangkat"),
        ("jenis", "ada mobil putih tiap malam datang lalu pergi"),
    ],
)
def test_an_answer_is_a_part_of_the_report(room: Room, current: str, text: str) -> None:
    understood = room.hears(room.telling(current), text)
    assert understood is not None
    assert (understood.intent, understood.sure) == (REPORT, True)
    assert _step(understood) is None


def test_a_part_of_the_report_brings_all_that_it_names(room: Room) -> None:
    understood = room.hears(room.telling(), "di Pekik Nyaring, nomornya 0812-0000-0001")
    assert understood is not None
    assert {"tempat", "telepon"} <= {e["entity"] for e in understood.parsed["entities"]}


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("lewati", "lewati"),
        ("lewat aja", "lewati"),
        ("kembali", "kembali"),
        ("ulangi", "ulangi"),
        ("batal", "batal"),
        ("kenapa ditanya?", "kenapa"),
        ("ngapo ditanyo", "kenapa"),
        ("buat apa sih kak", "kenapa"),
        ("gak tau kak", "lewati"),
        ("dak tau", "lewati"),
        ("kirim", "kirim"),
        ("sudah benar", "kirim"),
        ("nggih dikirim", "kirim"),
        ("boleh saya datangi rumahnya bareng hansip?", "mendekat"),
        ("iya kirim aja kak", "kirim"),
    ],
)
def test_a_small_word_is_a_step(room: Room, text: str, step: str) -> None:
    assert _step(room.hears(room.telling(), text)) == step


def test_at_the_summary_one_may_ask_to_change_something(room: Room) -> None:
    assert _step(room.hears(room.telling("kirim"), "ganti")) == "ubah"
    elsewhere = room.hears(room.telling("tahap"), "ganti kapal dulu di Batam, terus ke Malaysia")
    assert _step(elsewhere) is None


@pytest.mark.parametrize(
    ("current", "text", "title"),
    [
        ("kirim", "ubah tempat", "Tempat"),
        ("kirim", "perbaiki jumlahnya", "Korban"),
        ("kirim", "tempatnya salah", "Tempat"),
        ("ubah", "jumlah", "Korban"),
    ],
)
def test_a_line_that_is_named_is_asked_for_at_once(
    room: Room, current: str, text: str, title: str
) -> None:
    tracker = room.telling(current, jenis="rekrutmen")
    draft = Draft.from_slot(tracker.get_slot(SLOT))
    assert draft is not None
    heard = room.hears(tracker, text)
    assert heard is not None
    named = {e["entity"]: e["value"] for e in heard.parsed["entities"]}
    assert named["soal"] == "ubah"
    lines = interview.options(replace(draft, current="ubah"))
    assert lines[int(named["jawab"])].title == title


@pytest.mark.parametrize(
    "text",
    ["ya itu tadi", "iya itu td kak", "yg tadi", "udah saya bilang tadi", "kan sudah sy ceritakan",
     "la ambo tulis tadi"],
)  # fmt: skip
@pytest.mark.parametrize("current", ["waktu", "jumlah", "tempat"])
def test_who_points_back_tells_nothing_new(room: Room, current: str, text: str) -> None:
    assert _step(room.hears(room.telling(current), text)) == interview.ALREADY


@pytest.mark.parametrize(
    "text", ["yang tadi malam", "tadi", "tadi pagi", "sudah saya bilang tadi di Nakau kak"]
)
def test_a_time_or_a_place_behind_it_is_told(room: Room, text: str) -> None:
    assert _step(room.hears(room.telling("waktu"), text)) is None


@pytest.mark.parametrize("text", ["lanjut", "lanjut kak", "lanjutkan aja", "lanjutin"])
@pytest.mark.parametrize("current", ["tempat", "polisi", "yakin"])
def test_who_wants_to_go_on_tells_nothing(room: Room, current: str, text: str) -> None:
    assert _step(room.hears(room.telling(current), text)) == interview.GO_ON


def test_a_correction_goes_nowhere_back(room: Room) -> None:
    understood = room.hears(room.telling("kirim", jumlah=4), "eh salah 5 orang")
    assert understood is not None
    assert _step(understood) is None


@pytest.mark.parametrize("text", ["selesai", "sudah selesai kak"])
def test_who_is_done_before_the_receipt_is_asked_for_it(room: Room, text: str) -> None:
    understood = room.follows(room.opened(CONFIRM), text)
    assert _step(understood) == follow_up.ASKS_FOR_RECEIPT


def test_what_was_given_up_cannot_go_on(room: Room) -> None:
    for text in ("lanjutkan yang tadi", "lanjutin yg td dong"):
        assert _step(telling.step_in_words(room.silent(), text)) == interview.NOTHING_LEFT
    read = room.silent(**{READ_SLOT: ["calo"]})
    in_danger = room.silent(**{DANGER_SLOT: {"turns": 8}})
    for tracker in (read, in_danger):
        tracker.update(BotUttered("Calo itu ..."))
        assert telling.step_in_words(tracker, "lanjutkan yang tadi") is None


def test_who_went_there_tells_so(room: Room) -> None:
    assert _step(room.hears(room.telling(), "kemarin saya datangi rumahnya di Nakau")) is None


def test_more_words_around_a_small_one_tell_something(room: Room) -> None:
    story = "dia mau kirim adik saya ke Malaysia lewat Batam minggu depan"
    assert _step(room.hears(room.telling(), story)) is None


def test_a_photo_and_a_point_belong_to_the_report_and_a_sticker_does_not(room: Room) -> None:
    for content in (PHOTO, POINT):
        understood = room.hears(room.telling(), "", content)
        assert understood is not None
        assert understood.intent == REPORT
    assert room.hears(room.telling(), "", STICKER) is None


# What does not


@pytest.mark.parametrize(
    "text",
    [
        "apa itu calo?",
        "agen mau simpan paspor saya boleh ga?",
        "saya mau bicara dengan petugas",
        "menu",
        "terima kasih",
        "hapus data saya",
    ],
)
def test_something_else_is_answered_and_nothing_of_it_kept(room: Room, text: str) -> None:
    tracker = room.telling("bahaya")
    before = _draft(tracker)
    assert room.hears(tracker, text) is None
    assert _draft(tracker) == before


def test_whether_something_else_was_answered(room: Room) -> None:
    question = Understanding("faq", "calo", 0.9, levels.ORDINARY, {}, sure=True)
    answer = Understanding(REPORT, None, 1.0, levels.ORDINARY, {}, sure=True)
    assert telling.was_interrupted(room.telling(), question)
    assert not telling.was_interrupted(room.telling(), answer)
    assert not telling.was_interrupted(room.tracker(), question)


# Danger


def test_a_cry_for_help_is_answered_as_one_and_kept_with_the_report(room: Room) -> None:
    tracker = room.telling()
    assert room.hears(tracker, "tolong saya dikurung majikan") is None
    draft = _draft(tracker)
    assert draft.words == ("tolong saya dikurung majikan",)
    assert draft.level == levels.URGENT
    assert draft.fields["bahaya"] == "ya"


@pytest.mark.parametrize("text", ["rumah kosong di belakang rumah saya", "malam malam ada mobil"])
def test_a_short_line_that_only_resembles_a_cry_is_told_on(room: Room, text: str) -> None:
    understood = room.hears(room.telling("jenis"), text)
    assert understood is not None
    assert understood.intent != levels.URGENT


@pytest.mark.parametrize("text", ["aku gak kuat lagi", "aku mau loncat aja", "tolong cepat kak"])
def test_a_whisper_without_a_word_of_danger_is_a_cry_in_a_report_too(room: Room, text: str) -> None:
    assert room.hears(room.telling("jenis"), text) is None


def test_a_cry_does_not_overwrite_what_was_told(room: Room) -> None:
    tracker = room.telling(peran="saksi")
    room.hears(tracker, "tolong saya dikurung majikan")
    assert _draft(tracker).fields["peran"] == "saksi"


def test_a_nik_in_a_cry_is_not_kept(room: Room) -> None:
    tracker = room.telling()
    room.hears(tracker, "tolong saya dikurung majikan, NIK 1709010101900001")
    assert "1709010101900001" not in json.dumps(_draft(tracker).to_slot())


@pytest.mark.parametrize(
    "text",
    ["5 perempuan dikurung di gudang", "adik saya dipukul majikannya", "teman saya disekap bosnya"],
)
def test_the_danger_of_others_is_told_in_the_report(room: Room, text: str) -> None:
    understood = room.hears(room.telling(), text)
    assert understood is not None
    assert (understood.intent, understood.level) == (REPORT, levels.URGENT)


def test_what_is_said_in_danger_stays_with_the_report(room: Room) -> None:
    draft = Draft(fields={"aman": "ya", "setuju": "ya", "jenis": "lainnya"}, current="tempat")
    tracker = room.tracker(**{SLOT: draft.to_slot(), DANGER_SLOT: "menelepon"})
    assert room.hears(tracker, "di Pekik Nyaring") is None
    kept = _draft(tracker)
    assert kept.words == ("di Pekik Nyaring",)
    assert kept.fields["tempat"]["desa"] == "Pekik Nyaring"


# Somebody reads along


@pytest.mark.parametrize(
    "text",
    ["jgn bls panjang, dia baca hp sy", "bales pendek aja kak suami baca", "jangan balas panjang2"],
)
def test_who_wants_short_answers_does_not_want_silence(room: Room, text: str) -> None:
    for tracker in (room.tracker(), room.telling()):
        understood = telling.step_in_words(tracker, text)
        assert understood is not None
        assert (understood.intent, _step(understood)) == (levels.URGENT, None)


@pytest.mark.parametrize("text", ["jangan balas, suami datang", "dia baca hp saya", "jgn bls"])
def test_who_wants_silence_gets_it(room: Room, text: str) -> None:
    assert _step(telling.step_in_words(room.telling(), text)) == interview.QUIET


def test_who_wants_short_answers_in_a_report_is_known_to_be_watched(room: Room) -> None:
    tracker = room.telling()
    understood = telling.step_in_words(tracker, "jgn bls panjang, dia baca hp sy")
    assert understood is not None
    assert {"entity": "jenis", "value": "diawasi"} in understood.parsed["entities"]
    assert _draft(tracker).words == ("jgn bls panjang, dia baca hp sy",)
    assert _draft(tracker).level == levels.URGENT


@pytest.mark.parametrize("text", ["lanjut kak", "dia pergi", "lah aman lanjut"])
def test_who_was_watched_and_is_alone_again_goes_on(room: Room, text: str) -> None:
    draft = _draft(room.telling()).to_slot()
    watched = room.tracker(**{SLOT: draft, DANGER_SLOT: {"turns": 8}, KIND_SLOT: "diawasi"})
    assert _step(room.hears(watched, text)) == interview.GO_ON
    locked_up = room.tracker(**{SLOT: draft, DANGER_SLOT: {"turns": 8}, KIND_SLOT: "dikurung"})
    assert room.hears(locked_up, "dia pergi") is None


# How a report begins


@pytest.mark.parametrize(
    "text",
    [
        "mau lapor, kemarin malam di Pekik Nyaring ada 5 anak gadis mau dibawa ke Malaysia",
        "lapor kak, tetangga saya Pak Contoh nawarin kerja ke Taiwan bayar 15 juta",
        "saya mau melaporkan agen di Pondok Kelapa, paspor 3 orang ditahan",
    ],
)
def test_a_story_may_begin_the_report(room: Room, text: str) -> None:
    understood = room.begins(room.tracker(), text)
    assert understood is not None
    assert understood.intent == REPORT
    assert len(understood.parsed["entities"]) >= 1


@pytest.mark.parametrize(
    "text",
    [
        "mau lapor",
        "mau lapor tapi takut sama orangnya kak gimana",
        "lapor kemana kalau paspor ditahan majikan di Malaysia?",
        "kemarin malam di Pekik Nyaring ada 5 anak gadis mau dibawa ke Malaysia",
        # One's own cry is answered as one.
        "mau lapor saya dikurung majikan di Malaysia sejak kemarin tolong",
    ],
)
def test_what_is_no_story_of_a_report_is_none(room: Room, text: str) -> None:
    assert room.begins(room.tracker(), text) is None


def test_a_report_that_is_told_does_not_begin_again(room: Room) -> None:
    text = "mau lapor, kemarin malam di Pekik Nyaring ada 5 anak gadis mau dibawa ke Malaysia"
    assert room.begins(room.telling(), text) is None


# A receipt


@pytest.mark.parametrize(
    "text", [RECEIPT.shown, f"ini nomornya {RECEIPT.digits} kak", " ".join(RECEIPT.words)]
)
def test_a_receipt_is_known_wherever_it_is_written(text: str) -> None:
    understood = follow_ups.with_receipt(text)
    assert understood is not None
    assert understood.intent == FOLLOW_UP
    assert RECEIPT.digits not in json.dumps(understood.parsed)


@pytest.mark.parametrize("text", ["", "0812-0000-0001", "apa itu calo?"])
def test_what_is_no_receipt_is_none(text: str) -> None:
    assert follow_ups.with_receipt(text) is None


def test_after_its_time_nothing_belongs_to_a_receipt(room: Room) -> None:
    for stage in (CONFIRM, CHECK, ADDING):
        tracker = room.opened(stage, until=now_ms() - 1)
        assert room.follows(tracker, "0812-3456-7890-12") is None
        assert room.follows(tracker, "di Pekik Nyaring") is None
    assert room.follows(room.tracker(), "di Pekik Nyaring") is None


def test_a_mistyped_receipt_is_told_so_and_a_telephone_number_is_not(room: Room) -> None:
    understood = room.follows(room.opened(CONFIRM), "0812-3456-7890-12")
    assert understood is not None
    assert understood.intent == FOLLOW_UP
    assert room.follows(room.opened(CONFIRM), "0812-0000-0001") is None
    assert room.follows(room.opened(CONFIRM), "apa itu calo?") is None


@pytest.mark.parametrize(("stage", "text"), [(CHECK, "pekik nyaring"), (ADDING, "masih di sana")])
def test_beside_a_receipt_words_belong_to_the_report(room: Room, stage: str, text: str) -> None:
    understood = room.follows(room.opened(stage), text)
    assert understood is not None
    assert understood.intent == FOLLOW_UP
    assert room.follows(room.opened(stage), "apa itu calo?") is None


def test_the_place_that_is_named_comes_along(room: Room) -> None:
    understood = room.follows(room.opened(CHECK), "di Pekik Nyaring")
    assert understood is not None
    assert "tempat" in [e["entity"] for e in understood.parsed["entities"]]


@pytest.mark.parametrize("text", ["selesai", "sudah", "itu saja", "batal", "terima kasih"])
def test_one_may_be_done_with_adding(room: Room, text: str) -> None:
    assert _step(room.follows(room.opened(ADDING), text)) == "selesai"


@pytest.mark.parametrize(
    "text", ["ada pesan buat saya?", "petugas ada nulis apa", "ada balasan dari petugas gak"]
)
def test_who_asks_for_the_words_of_staff_is_told_them_and_not_sent_away(
    room: Room, text: str
) -> None:
    assert _step(room.follows(room.opened(ADDING), text)) == ASKS_FOR_STATE


def test_no_question_ends_the_adding(room: Room) -> None:
    for text in ("stop dulu boleh ga?", "berhenti kerja boleh kah?"):
        assert _step(room.follows(room.opened(ADDING), text)) != "selesai"


def test_a_photo_is_added_to_the_report_that_is_open(room: Room) -> None:
    understood = room.follows(room.opened(ADDING), "", PHOTO)
    assert understood is not None
    assert understood.intent == FOLLOW_UP


# What has no words


@pytest.mark.parametrize(
    ("lines", "taken"),
    [((PHOTO,), True), ((POINT,), True), ((STICKER,), False), ((), False)],
)
def test_files_and_points_are_taken_while_a_report_is_told_or_open(
    room: Room, lines: tuple[Content, ...], taken: bool
) -> None:
    assert telling.takes_all(room.telling(), lines) is taken
    assert telling.takes_all(room.opened(ADDING), lines) is taken
    assert telling.takes_all(room.opened(CONFIRM), lines) is False
    assert telling.takes_all(room.tracker(), lines) is False


# Writing it down


@pytest.fixture
def turn(database: Database, inbox: Inbox, quick_hashes: None) -> TurnContext:
    """A turn of somebody, with a desk behind it."""
    staff.add(database, "Sari", "admin", "lampu minyak di teras")
    whose = inbox.accept(Inbound("sms", "0812-0000-0001", "a1", text="halo")).conversation_id
    return TurnContext(whose, "sms", vault=Vault.of(database, ServerKey(bytes(32))))


def _written(turn: TurnContext) -> tuple[list[Any], list[Any]]:
    """The reports, and the notes that one is told."""
    assert turn.vault is not None
    with turn.vault.database.write() as connection:
        for effect in turn.effects:
            effect(connection)
        return (
            list(connection.execute(select(tips)).all()),
            list(connection.execute(select(tip_drafts)).all()),
        )


def test_a_cry_beside_the_question_is_seen_by_the_desk(room: Room, turn: TurnContext) -> None:
    tracker = room.telling()
    room.hears(tracker, "tolong saya dikurung majikan")
    telling.keep_meanwhile(tracker, turn)
    (report,), (note,) = _written(turn)
    assert (report.state, report.level) == (filing.UNFINISHED, levels.URGENT)
    assert _draft(tracker).tip_id == note.tip_id == report.id


def test_anything_else_beside_the_question_only_keeps_the_report_alive(
    room: Room, turn: TurnContext
) -> None:
    tracker = room.telling()
    telling.keep_meanwhile(tracker, turn)
    reports, (note,) = _written(turn)
    assert reports == []
    assert (note.conversation_id, note.stage) == (turn.conversation_id, filing.ASKING)


def test_without_a_report_nothing_is_written(room: Room, turn: TurnContext) -> None:
    telling.keep_meanwhile(room.tracker(), turn)
    assert turn.effects == []


# Yes to the summary, a name for a line, a return after silence


@pytest.mark.parametrize(
    "text", ["ya", "ok", "iyo", "nggih", "iya kirim", "y krm", "bener kak", "lanjut", "udah cukup"]
)
def test_a_yes_to_the_summary_sends_it(room: Room, text: str) -> None:
    assert _step(room.hears(room.telling("kirim"), text)) == "kirim"


@pytest.mark.parametrize("text", ["😭", "...", "ya tapi ada yang salah", "tidak", "belum"])
def test_nothing_else_sends_it(room: Room, text: str) -> None:
    heard = room.hears(room.telling("kirim"), text)
    assert heard is None or _step(heard) != "kirim"


@pytest.mark.parametrize("text", ["hapus bu rt", "hapus nomornya"])
def test_what_is_to_go_from_a_line_does_not_delete_everything(room: Room, text: str) -> None:
    assert room.hears(room.telling("kirim"), text) is not None


@pytest.mark.parametrize("text", ["lanjut pak, lah aman", "kirim", "dia sudah pergi"])
def test_who_comes_back_after_silence_goes_on(room: Room, text: str) -> None:
    draft = Draft(fields={"aman": "jangan_balas", "setuju": "ya"}, current="tempat")
    tracker = room.silent(**{SLOT: draft.to_slot()})
    assert _step(telling.step_in_words(tracker, text)) == "lanjut"
    assert telling.step_in_words(tracker, "apa itu calo?") is None


@pytest.mark.parametrize("text", ["1", "satu", "no 1"])
def test_a_second_tap_does_not_cost_the_receipt(room: Room, text: str) -> None:
    heard = telling.step_in_words(room.opened(CONFIRM), text)
    assert _step(heard) == follow_up.ASKS_FOR_RECEIPT


@pytest.mark.parametrize(
    "text",
    ["sudah ambo catat pak", "nomornya apa tadi", "aku lali nomere", "oke siap", "0839-2404"],
)
def test_instead_of_the_receipt_it_is_asked_for_once_more(room: Room, text: str) -> None:
    assert _step(room.follows(room.opened(CONFIRM), text)) == follow_up.ASKS_FOR_RECEIPT


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("mau narik laporan", "tarik"),
        ("tarik bae laporan tu", "tarik"),
        ("batalkan laporan ambo", "tarik"),
        ("dak jadi lapor pak", "tarik"),
        ("selesai", "selesai"),
    ],
)
def test_a_report_that_is_open_may_be_taken_back_in_many_words(
    room: Room, text: str, step: str
) -> None:
    assert _step(room.follows(room.opened(OPEN), text)) == step


@pytest.mark.parametrize("stage", [OPEN, ADDING])
def test_another_case_is_a_report_of_its_own(room: Room, stage: str) -> None:
    heard = room.follows(room.opened(stage), "pak ada kasus lain, tetangga ambo dikurung lakinyo")
    assert heard is not None
    assert heard.intent == REPORT


def _after(room: Room, text: str, *lines: Content, **sent: Any) -> Understanding | None:
    slot = follow_up.Sent(now_ms() + 1_000_000, **sent).to_slot()
    tracker = room.silent(**{follow_up.SENT_SLOT: slot})
    said = lines or (Content(text=text),)
    return follow_ups.after_sending(tracker, said, text, room._assistant.understand)


@pytest.mark.parametrize(
    "text",
    ["rumahnya di pinggir sungai Nakau", "oh iya, ada motor merah", "lupa, hp nya 0812-0000-0001"],
)
def test_what_may_belong_to_a_report_that_was_sent_is_asked_about(room: Room, text: str) -> None:
    assert _step(_after(room, text)) == follow_up.ASK_TO_ADD


@pytest.mark.parametrize("text", ["apa itu TPPO?", "terima kasih", "mau lapor", "hapus data saya"])
def test_what_is_something_else_is_answered_as_such(room: Room, text: str) -> None:
    assert _after(room, text) is None


@pytest.mark.parametrize("text", ["ya", "udah itu aja", "oke kak"])
def test_a_yes_adds_all_that_waited(room: Room, text: str) -> None:
    assert _step(_after(room, text, words="rumahnya pagar biru")) == follow_up.ADD_TO_LAST


def test_while_more_is_added_everything_is_until_it_is_enough(room: Room) -> None:
    adding = now_ms() + 1_000_000
    assert _step(_after(room, "pagar biru", adding_until=adding)) == follow_up.ADD_MORE
    assert _step(_after(room, "selesai", adding_until=adding)) == follow_up.NOT_TO_ADD
    assert _step(_after(room, "", PHOTO, adding_until=adding)) == follow_up.ADD_MORE


def test_a_photo_after_sending_is_asked_about_as_well(room: Room) -> None:
    assert _step(_after(room, "", PHOTO)) == follow_up.ASK_TO_ADD
    assert _after(room, "", STICKER) is None
