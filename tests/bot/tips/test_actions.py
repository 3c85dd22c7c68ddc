"""What the actions of a report say, remember, and leave for the turn to write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import update

from bot.clock import now_ms
from bot.conversation import context
from bot.conversation.context import TurnContext
from bot.conversation.messages import Attachment, Content, Location
from bot.engine import rasa_internals
from bot.knowledge import facts
from bot.nlu.labels import DANGER_SLOT, KIND_SLOT, MEMORY_SLOT
from bot.privacy import receipts, retention
from bot.privacy.receipts import Receipt
from bot.storage.tables import desk_keys, receipt_tries, tip_drafts, tip_entries, tips
from bot.tips import casework, filing, follow_up, interview
from bot.tips.draft import SLOT, Draft
from bot.tips.filing import Filed
from bot.tips.follow_up import ADDING, CHECK, CONFIRM, OPEN, OPEN_MS, Session
from bot.triage import levels
from tests.bot.tips.house import STORY, House
from tests.nlu_data import content
from tests.nlu_data.content import PLACEHOLDER
from tests.nlu_data.texts import VARIABLES

rasa_internals.import_for_tools()

from actions import tips as actions  # noqa: E402
from actions.receipts import ActionCekStatus  # noqa: E402
from actions.tips import (  # noqa: E402
    REQUESTED_SLOT,
    RESULT_SLOT,
    ActionAskLaporan,
    ActionLaporan,
    ValidateFormLaporan,
)

HOUR = 3_600_000
STRANGER = "0812-0000-0002"
QUESTION = "Apakah mereka masih di sana?"
_EMPTY = CollectingDispatcher()
_EMPTY.utter_message()


class Said:
    """What one run of an action gave."""

    def __init__(self, turn: TurnContext, slots: dict[str, Any], messages: list[Any]) -> None:
        self.turn = turn
        self.slots = slots
        self.messages = messages

    @property
    def responses(self) -> list[str]:
        return [message["response"] for message in self.messages]

    def values(self, response: str) -> dict[str, Any]:
        """What the action filled into a response."""
        (message,) = [m for m in self.messages if m["response"] == response]
        return {k: v for k, v in message.items() if k not in _EMPTY.messages[0]}

    @property
    def draft(self) -> Draft:
        draft = Draft.from_slot(self.slots[SLOT])
        assert draft is not None
        return draft

    @property
    def session(self) -> Session | None:
        return Session.from_slot(self.slots[follow_up.SLOT])


class Stage:
    """Runs actions as turns of a conversation, whose slots it keeps."""

    def __init__(self, house: House, person: str = "0812-0000-0001") -> None:
        self.house = house
        self.whose = house.conversation(person)
        self.slots: dict[str, Any] = {}

    def run(
        self,
        action: Any,
        text: str = "",
        *,
        intent: str = "lapor",
        entities: dict[str, Any] | None = None,
        contents: Sequence[Content] = (),
        level: str = levels.ORDINARY,
        channel: str = "telegram",
        vault: bool = True,
    ) -> Said:
        named = [{"entity": name, "value": value} for name, value in (entities or {}).items()]
        message = {"intent": {"name": intent}, "entities": named}
        tracker = Tracker(self.whose, dict(self.slots), message, [], False, None, {}, None)
        turn = TurnContext(
            self.whose, channel, text, contents, level, self.house.vault if vault else None
        )
        dispatcher = CollectingDispatcher()
        with context.turn(turn):
            events = action().run(dispatcher, tracker, {})
        changed = {event["name"]: event["value"] for event in events}
        self.slots |= changed
        self.house.do(*turn.effects)
        return Said(turn, changed, dispatcher.messages)

    def takes(self, text: str = "", **other: Any) -> Said:
        return self.run(ValidateFormLaporan, text, **other)

    def told_in_danger(self, draft: Draft) -> Said:
        """Somebody tells of a danger, in a report that stands as it is."""
        self.slots[SLOT] = draft.to_slot()
        return self.takes("dia dikurung", level=levels.URGENT)

    def presses(self, **entities: Any) -> Said:
        return self.run(ValidateFormLaporan, entities=entities)

    def ends(self, outcome: str | None, draft: Draft | None = STORY) -> Said:
        self.slots |= {SLOT: draft and draft.to_slot(), RESULT_SLOT: outcome}
        return self.run(ActionLaporan)

    def asks(self, text: str = "", **entities: Any) -> Said:
        """Beside a receipt."""
        return self.run(ActionCekStatus, text, intent="cek_status", entities=entities)

    def opens(self, filed: Filed, stage: str = OPEN) -> None:
        """The report was opened in this conversation before."""
        keys = filing.receipt_keys(self.house.vault, filed.receipt)
        self.slots[follow_up.SLOT] = Session.new(filed.tip_id, stage, keys).to_slot()


@pytest.fixture
def stage(house: House) -> Stage:
    return Stage(house)


@pytest.fixture
def stranger(house: House) -> Stage:
    """Another conversation."""
    return Stage(house, STRANGER)


def _without_desk(house: House) -> None:
    with house.database.write() as connection:
        connection.execute(update(desk_keys).values(retired_at=1))


def _drafted(**fields: Any) -> Draft:
    told = {"aman": "ya", "setuju": "ya", "jenis": "lainnya", **fields}
    return Draft(fields=told, current="tempat", asked=("aman", "setuju", "jenis", "tempat"))


# Taking what was said


def test_a_report_begins_with_the_question_whether_one_is_safe(stage: Stage) -> None:
    said = stage.takes("mau lapor")
    assert said.draft.current == "aman"
    assert said.draft.words == ("mau lapor",)
    (note,) = stage.house.rows(tip_drafts)
    assert note["expires_at"] - note["touched_at"] == retention.hours(retention.DRAFT) * HOUR


def test_nothing_is_taken_of_what_is_about_something_else(stage: Stage) -> None:
    stage.slots[SLOT] = _drafted().to_slot()
    said = stage.takes("apa itu calo?", intent="faq")
    assert (said.slots, said.messages, said.turn.effects) == ({}, [], [])


def test_without_a_desk_nothing_is_taken_and_it_is_said_where_to_report(stage: Stage) -> None:
    _without_desk(stage.house)
    said = stage.takes("mau lapor, 5 orang dikurung")
    assert said.slots == {RESULT_SLOT: actions.CLOSED, REQUESTED_SLOT: None}
    assert stage.run(ActionLaporan).responses == ["ucapan_lapor_tutup"]
    assert stage.house.rows(tip_drafts) == []


def test_the_stock_tools_take_no_report(stage: Stage) -> None:
    assert stage.takes("mau lapor", vault=False).slots[RESULT_SLOT] == actions.CLOSED


@pytest.mark.parametrize("step", [s for s in interview.STEPS if s != interview.GO_ON])
def test_a_button_of_a_report_that_is_over_begins_no_new_one(stage: Stage, step: str) -> None:
    said = stage.presses(langkah=step)
    assert said.slots == {RESULT_SLOT: actions.NOTHING, REQUESTED_SLOT: None}
    assert stage.run(ActionLaporan).responses == ["ucapan_lapor_tidak_ada"]


def test_a_button_answers_its_question(stage: Stage) -> None:
    stage.takes("mau lapor")
    assert stage.presses(soal="aman", jawab="0").draft.current == "setuju"
    said = stage.presses(soal="setuju", jawab="0")
    assert said.draft.current == "jenis"
    assert said.draft.words == ("mau lapor",)


@pytest.mark.parametrize(
    "entities",
    [
        {"soal": "tempat", "jawab": "\u00b2"},
        {"soal": "bahaya", "jawab": "-1"},
        {"soal": "bahaya", "jawab": None},
        {"soal": "bahaya", "jawab": ["0"]},
        {"soal": "bahaya", "jawab": "9" * 5_000},
        {"soal": ["bahaya"], "jawab": "0"},
        {"soal": {"bahaya": 1}, "jawab": "0"},
        {"soal": None},
        {"soal": 7},
        {"langkah": ["kirim"]},
        {"langkah": {"kirim": 1}},
        {"langkah": "lain"},
        {"tempat": "x"},
        {"negara": 7, "telepon": None, "uang": "x", "tanggal": []},
    ],
    ids=str,
)
def test_a_forged_button_of_a_report_counts_for_nothing(
    stage: Stage, entities: dict[str, Any]
) -> None:
    stage.slots[SLOT] = _drafted().to_slot()
    said = stage.presses(**entities)
    assert said.draft == _drafted()


def test_words_fill_the_fields_and_are_kept(stage: Stage) -> None:
    stage.slots[SLOT] = _drafted().to_slot()
    said = stage.takes("di gudang kopra, 5 orang")
    assert said.draft.words == ("di gudang kopra, 5 orang",)
    assert said.draft.fields["jumlah"] == 5


def test_a_nik_is_not_kept_and_it_is_said(stage: Stage) -> None:
    stage.slots[SLOT] = _drafted().to_slot()
    said = stage.takes("ktp nya 1709010101900001 di gudang")
    assert "1709010101900001" not in str(said.slots)
    assert "ucapan_lapor_nik" in said.responses


def test_what_is_taken_back_is_corrected(stage: Stage) -> None:
    stage.slots[SLOT] = _drafted(jumlah=3).to_slot()
    said = stage.takes("bukan 3 orang, 5 orang")
    assert said.draft.fields["jumlah"] == 5


@pytest.mark.parametrize(
    ("channel", "answer"),
    [
        ("telegram", "ucapan_lapor_berkas"),
        ("whatsapp", "ucapan_lapor_berkas"),
        ("sms", "ucapan_lapor_berkas_teks"),
        ("web", "ucapan_lapor_berkas_teks"),
    ],
)
def test_a_file_is_thanked_for_where_it_can_come(stage: Stage, channel: str, answer: str) -> None:
    stage.slots[SLOT] = _drafted().to_slot()
    photo = Content(attachments=(Attachment("photo", "image/jpeg"),))
    said = stage.takes(contents=[photo], channel=channel)
    assert said.responses == [answer]
    assert said.draft.fields["bukti"] == "ya"


def test_a_point_on_the_map_is_kept(stage: Stage) -> None:
    stage.slots[SLOT] = _drafted().to_slot()
    said = stage.takes(contents=[Content(location=Location(-3.79, 102.26))])
    assert said.draft.fields["titik"] == [[-3.79, 102.26]]


def test_a_report_of_danger_reaches_the_desk_before_it_is_sent(stage: Stage) -> None:
    stage.slots[SLOT] = _drafted().to_slot()
    said = stage.takes("mereka dipukul", level=levels.URGENT)
    assert said.draft.tip_id is not None
    assert stage.house.row(said.draft.tip_id).state == filing.UNFINISHED


def test_who_goes_on_is_in_no_danger_and_holds_no_other_report_open(
    stage: Stage, stranger: Stage
) -> None:
    stage.slots[SLOT] = _drafted().to_slot()
    stage.opens(stranger.house.sent(whose=stranger.whose))
    said = stage.takes("di gudang kopra")
    assert {said.slots[name] for name in (DANGER_SLOT, KIND_SLOT, follow_up.SLOT)} == {None}


def test_a_receipt_that_waits_to_be_confirmed_still_waits(stage: Stage) -> None:
    stage.slots[follow_up.SLOT] = Session("laporan-1", CONFIRM, now_ms() + HOUR).to_slot()
    assert follow_up.SLOT not in stage.takes("mau lapor").slots


# Putting the question


def test_the_question_that_waits_is_put_with_its_choices(stage: Stage) -> None:
    draft = replace(_drafted(), current="bahaya")
    stage.slots[SLOT] = draft.to_slot()
    said = stage.run(ActionAskLaporan)
    (message,) = said.messages
    assert message["response"] == "ucapan_lapor_tanya_bahaya"
    assert message["buttons"] == interview.buttons(draft)
    assert said.slots == {}


def test_the_summary_is_said_where_it_is_asked_for(stage: Stage) -> None:
    stage.slots[SLOT] = STORY.to_slot()
    shown = stage.run(ActionAskLaporan).values("ucapan_lapor_tanya_kirim")["ringkasan"]
    assert "Kejadian: Orang dikurung" in shown
    assert "gudang" not in shown


# Ending


def test_a_report_is_sent_with_a_receipt_that_waits_to_be_confirmed(stage: Stage) -> None:
    said = stage.ends(interview.SEND)
    told = said.values("ucapan_lapor_terkirim")
    receipt = receipts.find_in(told["nomor"])
    assert receipt == receipts.find_in(told["kata"])
    assert receipt is not None
    opened = follow_up.open_tip(stage.house.vault, receipt, stage.whose)
    assert opened is not None
    assert opened.is_own_conversation
    session = said.session
    assert session is not None
    assert (session.tip_id, session.stage, session.private_key) == (opened.tip_id, CONFIRM, "")
    (note,) = stage.house.rows(tip_drafts)
    assert note["stage"] == filing.SENT
    assert note["expires_at"] - note["touched_at"] == retention.hours(retention.RECEIPT) * HOUR


def test_nothing_of_a_sent_report_stays_in_the_conversation(stage: Stage) -> None:
    said = stage.ends(interview.SEND)
    assert said.turn.wipe
    assert {said.slots[name] for name in (SLOT, RESULT_SLOT, MEMORY_SLOT)} == {None}
    assert "gudang" not in str(stage.slots)


def test_a_desk_that_closes_in_the_middle_gets_nothing(stage: Stage) -> None:
    _without_desk(stage.house)
    said = stage.ends(interview.SEND)
    assert said.responses == ["ucapan_lapor_tunggu"]
    assert stage.house.rows(tips) == []
    # It waits as it was told, until it is a day old.
    assert said.slots == {RESULT_SLOT: None}
    assert not said.turn.wipe


def test_what_is_told_while_the_desk_is_closed_is_kept_with_the_draft(stage: Stage) -> None:
    stage.slots[SLOT] = _drafted().to_slot()
    _without_desk(stage.house)
    said = stage.takes("mereka di gudang kopra")
    assert said.slots[RESULT_SLOT] == actions.CLOSED
    assert "mereka di gudang kopra" in said.draft.words


def test_a_report_may_be_given_up_while_the_desk_is_closed(stage: Stage) -> None:
    stage.slots[SLOT] = _drafted().to_slot()
    _without_desk(stage.house)
    assert stage.takes("", entities={"langkah": "hapus"}).slots[RESULT_SLOT] == interview.CANCELLED


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [
        (interview.CANCELLED, "ucapan_lapor_batal"),
        (interview.REFUSED, "ucapan_lapor_tidak_setuju"),
        (None, "ucapan_lapor_batal"),
    ],
)
def test_a_report_that_is_let_go_is_forgotten(
    stage: Stage, outcome: str | None, answer: str
) -> None:
    stage.house.do(filing.touch(stage.whose, filing.ASKING, None, keep_ms=HOUR))
    said = stage.ends(outcome)
    assert said.responses == [answer]
    assert said.turn.wipe
    assert {said.slots[name] for name in (SLOT, RESULT_SLOT, MEMORY_SLOT)} == {None}
    assert stage.house.rows(tip_drafts) == stage.house.rows(tips) == []


def test_what_the_desk_saw_of_it_is_taken_back(stage: Stage) -> None:
    urgent = replace(STORY, level=levels.URGENT)
    shown, effect = filing.keep_unfinished(urgent, stage.house.desk_key, stage.whose, "sms")
    stage.house.do(effect)
    stage.ends(interview.CANCELLED, shown)
    assert stage.house.rows(tips) == []


def test_who_is_in_danger_and_watched_did_not_take_it_back(stage: Stage) -> None:
    urgent = replace(STORY, level=levels.URGENT)
    shown, effect = filing.keep_unfinished(urgent, stage.house.desk_key, stage.whose, "sms")
    stage.house.do(effect)
    said = stage.ends(interview.SILENT, shown)
    (row,) = stage.house.rows(tips)
    assert (row["id"], row["conversation_id"]) == (shown.tip_id, stage.whose)
    assert said.responses == ["ucapan_lapor_jangan_balas"]


def test_what_was_told_waits_for_who_was_watched(stage: Stage) -> None:
    draft = STORY.with_facts({"aman": interview.SILENT})
    said = stage.ends(interview.SILENT, draft)
    assert not said.turn.wipe
    assert SLOT not in said.slots
    back = stage.takes("", entities={"langkah": interview.GO_ON})
    assert back.draft.words == STORY.words
    assert back.draft.fields["aman"] == "ya"


def test_who_wants_silence_hears_nothing_when_staff_write(stage: Stage) -> None:
    filed = stage.house.sent(whose=stage.whose)
    stage.ends(interview.SILENT)
    assert stage.house.row(filed.tip_id).conversation_id is None


# The receipt


def test_the_receipt_once_more_ends_it(stage: Stage) -> None:
    filed = stage.house.sent(whose=stage.whose)
    stage.house.do(filing.touch(stage.whose, filing.SENT, filed.tip_id, keep_ms=HOUR))
    stage.slots[follow_up.SLOT] = Session(filed.tip_id, CONFIRM, now_ms() + HOUR).to_slot()
    said = stage.asks(filed.receipt.shown)
    assert said.responses == ["ucapan_resi_cocok"]
    assert said.slots == {follow_up.SLOT: None}
    assert said.turn.wipe
    assert stage.house.rows(tip_drafts) == []


def test_another_number_does_not_end_it(stage: Stage) -> None:
    filed = stage.house.sent(whose=stage.whose)
    stage.slots[follow_up.SLOT] = Session(filed.tip_id, CONFIRM, now_ms() + HOUR).to_slot()
    for text in (Receipt.new().shown, "0812-3456-7890-12"):
        said = stage.asks(text)
        assert said.responses == ["ucapan_resi_belum_cocok"]
        assert said.slots == {}


def test_the_receipt_of_another_report_is_not_the_one_that_waits(stage: Stage) -> None:
    older, filed = (stage.house.sent(whose=stage.whose) for _ in range(2))
    stage.slots[follow_up.SLOT] = Session(filed.tip_id, CONFIRM, now_ms() + HOUR).to_slot()
    said = stage.asks(older.receipt.shown)
    assert said.responses == ["ucapan_status", "ucapan_status_pilihan"]
    assert said.session is not None
    assert said.session.tip_id == older.tip_id


def test_whoever_wants_no_receipt_is_asked_no_more(stage: Stage) -> None:
    filed = stage.house.sent(whose=stage.whose)
    stage.house.do(filing.touch(stage.whose, filing.SENT, filed.tip_id, keep_ms=HOUR))
    stage.slots[follow_up.SLOT] = Session(filed.tip_id, CONFIRM, now_ms() + HOUR).to_slot()
    said = stage.asks(langkah="tanpa_nomor")
    assert said.responses == ["ucapan_resi_tanpa"]
    assert said.slots == {follow_up.SLOT: None}
    assert said.turn.wipe
    assert stage.house.rows(tip_drafts) == []


def test_without_a_receipt_it_is_asked_for(stage: Stage) -> None:
    assert stage.asks("cek laporan saya").responses == ["ucapan_status_minta"]
    said = stage.run(ActionCekStatus, intent="cek_status", vault=False)
    assert said.responses == ["ucapan_status_minta"]


def test_the_reporter_reads_state_and_messages_in_the_conversation_of_the_report(
    stage: Stage,
) -> None:
    filed = stage.house.sent(whose=stage.whose)
    casework.say(stage.house.database, stage.house.member, filed.tip_id, QUESTION)
    said = stage.asks(filed.receipt.shown)
    assert said.responses == ["ucapan_status", "ucapan_status_pesan", "ucapan_status_pilihan"]
    assert said.values("ucapan_status")["status"] == content.tip_states()["new"]
    assert said.values("ucapan_status_pesan")["pesan"] == QUESTION
    assert said.session is not None
    assert said.session.stage == OPEN
    assert said.turn.wipe
    (entry,) = stage.house.rows(tip_entries)
    assert entry["read_at"] is not None
    (note,) = stage.house.rows(tip_drafts)
    assert (note["stage"], note["tip_id"]) == (filing.SENT, None)
    assert note["expires_at"] - note["touched_at"] == OPEN_MS


def test_elsewhere_a_receipt_tells_the_state_alone(stage: Stage, stranger: Stage) -> None:
    filed = stage.house.sent(whose=stage.whose)
    casework.say(stage.house.database, stage.house.member, filed.tip_id, QUESTION)
    said = stranger.asks(filed.receipt.shown)
    assert said.responses == ["ucapan_status", "ucapan_status_pastikan"]
    assert QUESTION not in str(said.messages)
    assert said.session is not None
    assert said.session.stage == CHECK


def test_without_a_place_what_it_was_about_is_asked_for(stranger: Stage) -> None:
    filed = stranger.house.sent(replace(STORY, fields={"jenis": "penampungan"}))
    said = stranger.asks(filed.receipt.shown)
    assert said.responses == ["ucapan_status", "ucapan_status_pastikan_jenis"]
    (message,) = said.messages[1:]
    assert len(message["buttons"]) <= 10
    assert stranger.asks(langkah="pastikan", jawab="penampungan").session is not None


def test_a_place_without_a_name_is_asked_for_as_it_was_told(stranger: Stage) -> None:
    where = {"teks": "di kapal Sinar Bahari"}
    filed = stranger.house.sent(replace(STORY, fields={"jenis": "anak", "tempat": where}))
    said = stranger.asks(filed.receipt.shown)
    assert said.responses == ["ucapan_status", "ucapan_status_pastikan_kata"]
    assert stranger.asks("sinar bahari").responses[-1] == "ucapan_status_pilihan"


def test_a_regency_may_be_called_by_its_short_name(stranger: Stage) -> None:
    where = {"kabupaten": "Bengkulu Tengah"}
    filed = stranger.house.sent(replace(STORY, fields={"jenis": "anak", "tempat": where}))
    stranger.opens(filed, CHECK)
    assert stranger.asks("benteng").responses[-1] == "ucapan_status_pilihan"


def test_who_asks_how_the_report_fares_guesses_no_place_and_adds_nothing(
    stage: Stage, stranger: Stage
) -> None:
    filed = stage.house.sent(whose=stage.whose)
    news = {"langkah": follow_up.ASKS_FOR_STATE}
    stranger.opens(filed, CHECK)
    said = stranger.asks("piye kabare laporanku", **news)
    assert said.responses == ["ucapan_status", "ucapan_status_pastikan"]
    assert stage.house.rows(receipt_tries) == []
    for open_ in (OPEN, ADDING):
        stage.opens(filed, open_)
        said = stage.asks("laporan ambo cakmano", **news)
        assert said.responses == ["ucapan_status", "ucapan_status_pilihan"]
        assert said.session is not None
        assert said.session.stage == open_
    assert stage.house.rows(tip_entries) == []


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("pekik nyaring", {}),
        ("di desa itu kak", {"tempat": {"desa": "Pekik Nyaring", "kecamatan": None}}),
    ],
)
def test_who_knows_the_place_is_told_more(
    stage: Stage, stranger: Stage, text: str, entities: dict[str, Any]
) -> None:
    filed = stage.house.sent(whose=stage.whose)
    casework.say(stage.house.database, stage.house.member, filed.tip_id, QUESTION)
    stranger.opens(filed, CHECK)
    said = stranger.asks(text, **entities)
    assert said.responses == ["ucapan_status_pesan", "ucapan_status_pilihan"]
    assert said.session is not None
    assert said.session.stage == OPEN


@pytest.mark.parametrize(
    "entities",
    [
        {},
        {"tempat": {"desa": "Nakau"}},
        {"negara": "MY"},
        {"tempat": "Pekik"},
        {"tempat": None},
        {"negara": ["pekik nyaring"]},
        {"jawab": {"x": 1}},
    ],
    ids=str,
)
def test_who_does_not_know_it_may_try_again_and_it_is_counted(
    stage: Stage, stranger: Stage, entities: dict[str, Any]
) -> None:
    filed = stage.house.sent(whose=stage.whose)
    stranger.opens(filed, CHECK)
    said = stranger.asks("di Bandung", **entities)
    assert said.responses == ["ucapan_status_belum_pasti"]
    assert said.slots == {}
    assert filed.tip_id in [row["scope"] for row in stage.house.rows(receipt_tries)]


def test_who_guesses_receipts_has_to_wait(stranger: Stage) -> None:
    for _ in range(3):
        said = stranger.asks(Receipt.new().shown)
        assert said.responses == ["ucapan_resi_tidak_dikenal"]
        assert said.turn.wipe
    filed = stranger.house.sent()
    said = stranger.asks(filed.receipt.shown)
    assert said.responses == ["ucapan_resi_tunggu"]
    assert said.values("ucapan_resi_tunggu")["tunggu"] == 1


def test_of_a_withdrawn_report_only_that_is_told(stage: Stage) -> None:
    filed = stage.house.sent(whose=stage.whose)
    stage.house.do(follow_up.withdraw(filed.tip_id))
    said = stage.asks(filed.receipt.shown)
    assert said.responses == ["ucapan_status"]
    assert said.values("ucapan_status")["status"] == content.tip_states()["withdrawn"]
    assert said.slots == {follow_up.SLOT: None}


# With a report that is open


@pytest.fixture
def opened(stage: Stage) -> Filed:
    filed = stage.house.sent(whose=stage.whose)
    stage.opens(filed)
    return filed


def test_more_is_added_and_sealed_for_the_desk(stage: Stage, opened: Filed) -> None:
    assert stage.asks(langkah="tambah").responses == ["ucapan_status_tambah"]
    said = stage.asks("masih di sana, NIK 1709010101900001")
    assert said.responses == ["ucapan_status_ditambah"]
    assert said.session is not None
    assert said.session.stage == ADDING
    (entry,) = casework.open_case(stage.house.database, stage.house.member, opened.tip_id).entries
    assert entry.text.startswith("masih di sana, NIK ")
    assert "1709010101900001" not in entry.text


def test_a_danger_that_is_added_is_answered_with_a_number_and_makes_the_report_urgent(
    stage: Stage, opened: Filed
) -> None:
    said = stage.run(ActionCekStatus, "mereka dipukul", intent="cek_status", level=levels.URGENT)
    assert said.responses == ["ucapan_lapor_bahaya", "ucapan_status_ditambah"]
    assert stage.house.row(opened.tip_id).level == levels.URGENT


def test_a_report_that_is_full_takes_no_more_and_says_so(
    stage: Stage, opened: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_up, "MOST_ENTRIES", 1)
    assert stage.asks("mereka masih di sana").responses == ["ucapan_status_ditambah"]
    said = stage.asks("sekarang ada enam orang")
    assert said.responses == ["ucapan_status_penuh"]
    assert stage.house.count(tip_entries) == 1


def test_a_file_alone_adds_no_empty_entry(stage: Stage, opened: Filed) -> None:
    stage.asks("")
    assert stage.house.rows(tip_entries) == []


def test_adding_does_not_open_it_for_longer(stage: Stage, opened: Filed) -> None:
    until = stage.slots[follow_up.SLOT]["until"]
    said = stage.asks("masih di sana")
    assert said.session is not None
    assert said.session.until == until


def test_one_is_asked_before_a_report_is_withdrawn(stage: Stage, opened: Filed) -> None:
    assert stage.asks(langkah="tarik").responses == ["ucapan_status_tarik_yakin"]
    assert stage.house.row(opened.tip_id).state == filing.NEW
    said = stage.asks(langkah="tarik_ya")
    assert said.responses == ["ucapan_status_ditarik"]
    assert said.slots == {follow_up.SLOT: None}
    assert stage.house.row(opened.tip_id).state == filing.WITHDRAWN


def test_that_a_held_report_stays_is_said(stage: Stage, opened: Filed) -> None:
    casework.hold(stage.house.database, opened.tip_id, held=True)
    assert stage.asks(langkah="tarik_ya").responses == ["ucapan_status_ditahan"]


def test_a_receipt_is_replaced_and_confirmed(stage: Stage, opened: Filed) -> None:
    said = stage.asks(langkah="ganti")
    told = said.values("ucapan_status_nomor_baru")
    receipt = receipts.find_in(told["nomor"])
    assert receipt is not None
    assert receipt == receipts.find_in(told["kata"])
    assert said.session is not None
    assert (said.session.stage, said.session.private_key) == (CONFIRM, "")
    assert follow_up.open_tip(stage.house.vault, opened.receipt, "") is None
    assert stage.asks(receipt.shown).responses == ["ucapan_resi_cocok"]


def test_one_may_be_done(stage: Stage, opened: Filed) -> None:
    stage.house.do(filing.touch(stage.whose, filing.SENT, opened.tip_id, keep_ms=HOUR))
    said = stage.asks(langkah="selesai")
    assert said.responses == ["ucapan_status_selesai"]
    assert said.slots == {follow_up.SLOT: None}
    assert stage.house.rows(tip_drafts) == []


@pytest.mark.parametrize("step", ["tambah", "tarik", "tarik_ya", "ganti", "selesai", None])
def test_what_is_done_with_an_open_report_leaves_no_words(
    stage: Stage, opened: Filed, step: str | None
) -> None:
    said = stage.asks("masih di sana", **({"langkah": step} if step else {}))
    assert said.turn.wipe


def test_whoever_opened_it_before_it_was_withdrawn_is_out(stage: Stage, opened: Filed) -> None:
    stage.house.do(follow_up.withdraw(opened.tip_id))
    said = stage.asks("masih di sana")
    assert said.responses == ["ucapan_status_minta"]
    assert said.slots == {follow_up.SLOT: None}
    assert stage.house.rows(tip_entries) == []


# Texts


def test_the_actions_fill_in_what_their_texts_ask_for(stage: Stage, stranger: Stage) -> None:
    """And the table in texts.py, which the lengths are checked with, says the same."""
    said = [stage.ends(interview.SEND)]
    receipt = said[0].values("ucapan_lapor_terkirim")["nomor"]
    tip_id = stage.house.rows(tips)[0]["id"]
    casework.say(stage.house.database, stage.house.member, tip_id, QUESTION)
    stage.slots[follow_up.SLOT] = None
    said += [stage.asks(receipt), stage.asks(langkah="ganti")]
    stage.slots[SLOT] = STORY.to_slot()
    said.append(stage.run(ActionAskLaporan))
    said += [stranger.asks(Receipt.new().shown) for _ in range(4)]
    for country in ("MY", "SN"):
        abroad = _drafted(tempat={"negara": country})
        said.append(stage.told_in_danger(abroad))
    filled = {m["response"]: one.values(m["response"]) for one in said for m in one.messages}
    own = {name for name in VARIABLES if name.split("_")[1] in ("lapor", "resi", "status")}
    assert own <= set(filled)
    for response, values in filled.items():
        assert set(values) == set(VARIABLES.get(response, {})), response
        for variant in content.responses()[response]:
            names = set(PLACEHOLDER.findall(variant["text"]))
            assert names <= values.keys() | facts.placeholders().keys()


# What is written where a report was sent


def _sent_here(stage: Stage, *, adding: bool = False) -> Filed:
    """A report was sent from this conversation; with `adding` more was added already."""
    filed = stage.house.sent(whose=stage.whose)
    until = now_ms() + OPEN_MS if adding else 0
    sent = follow_up.Sent(now_ms() + OPEN_MS, adding_until=until)
    stage.slots[follow_up.SENT_SLOT] = sent.to_slot()
    return filed


def test_it_is_asked_before_something_is_added_without_the_receipt(stage: Stage) -> None:
    _sent_here(stage)
    said = stage.asks("rumahnya pagar biru", langkah=follow_up.ASK_TO_ADD)
    assert said.responses == ["ucapan_tadi_tanya"]
    assert stage.house.count(tip_entries) == 0
    assert said.slots[follow_up.SENT_SLOT]["words"] == "rumahnya pagar biru"


def test_it_is_added_to_the_report_and_leaves_no_words(stage: Stage) -> None:
    filed = _sent_here(stage)
    stage.asks("rumahnya pagar biru", langkah=follow_up.ASK_TO_ADD)
    said = stage.asks(langkah=follow_up.ADD_TO_LAST)
    assert said.responses == ["ucapan_tadi_ditambah"]
    assert said.turn.wipe
    (entry,) = casework.open_case(stage.house.database, stage.house.member, filed.tip_id).entries
    assert entry.text == "rumahnya pagar biru"
    assert said.slots[follow_up.SENT_SLOT]["words"] == ""
    more = stage.asks("platnya dari kota", langkah=follow_up.ADD_MORE)
    assert more.responses == ["ucapan_tadi_ditambah"]
    assert stage.house.count(tip_entries) == 2


def test_what_does_not_belong_to_it_is_not_added(stage: Stage) -> None:
    _sent_here(stage)
    stage.asks("rumah saya bocor", langkah=follow_up.ASK_TO_ADD)
    said = stage.asks(langkah=follow_up.NOT_TO_ADD)
    assert said.responses == ["ucapan_tadi_bukan"]
    assert said.slots[follow_up.SENT_SLOT]["words"] == ""
    assert stage.house.count(tip_entries) == 0


@pytest.mark.parametrize("step", follow_up.STEPS_AFTER_SENDING)
def test_a_forged_button_adds_to_nobody_elses_report(
    stage: Stage, stranger: Stage, step: str
) -> None:
    _sent_here(stage)
    said = stranger.asks("saya tambah ya", langkah=step)
    assert said.responses == ["ucapan_status_minta"]
    assert stage.house.count(tip_entries) == 0


def test_after_it_was_withdrawn_nothing_is_added(stage: Stage) -> None:
    filed = _sent_here(stage, adding=True)
    stage.house.do(follow_up.withdraw(filed.tip_id))
    said = stage.asks("platnya dari kota", langkah=follow_up.ADD_MORE)
    assert said.responses == ["ucapan_status_minta"]
    assert stage.house.count(tip_entries) == 0


def test_of_a_child_nothing_is_remembered_in_the_conversation(stage: Stage) -> None:
    said = stage.ends(interview.SEND, STORY.with_facts({"pelapor_anak": True}))
    assert said.slots[follow_up.SENT_SLOT] is None
