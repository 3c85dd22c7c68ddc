"""Reports over real processes: told on every channel, opened by an officer with `suluh`."""

from __future__ import annotations

import io
import itertools
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from PIL import Image

from tests.journeys.running_village import (
    CHANNELS,
    PASSWORD,
    RunningVillage,
    Teller,
    picture,
    running,
)
from tests.journeys.stories import Step, check, name

STORIES: dict[str, dict[str, Any]] = {
    name(story): story
    for story in yaml.safe_load((Path(__file__).parent / "laporan.yml").read_text("utf-8"))
}
# Told at the same time, each by somebody else.
TOLD_TOGETHER = {
    "agen menawarkan kerja di Kamboja, ditanya satu per satu": "telegram",
    "rumah penampungan, dijawab dengan angka dan LEWATI": "whatsapp",
    "adik di Myanmar, disingkat seperti SMS": "sms",
    "orang Bengkulu melapor calo ke Malaysia": "web",
    "umur anak dituakan, dengan NIK yang tidak diminta": "sms",
    "seluruh cerita dalam pesan pertama": "telegram",
    "bercerita dulu, baru minta melapor": "web",
    "yang salah dibetulkan di tengah dan di ringkasan": "whatsapp",
    "yang melapor sendiri dalam bahaya di tengah laporan": "telegram",
    "batal, tidak jadi batal, lalu batal sungguh": "whatsapp",
}
KILLED_IN = "orang Bengkulu melapor calo ke Malaysia"
PLACE, NEARBY = "Desa Abu Sakim", "Desa Pasar Pedati"
ASKED_BACK = "Terima kasih. Apakah mobilnya masih ada?"
FETCH_SECONDS = 60.0
UNDER_WAY = """
    SELECT (SELECT count(*) FROM conversations WHERE claim_token IS NOT NULL) > 0
        OR NOT EXISTS (SELECT 1 FROM inbox WHERE turn_id IS NULL)
"""


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory, model_dir: Path) -> Iterator[RunningVillage]:
    with running(tmp_path_factory.mktemp("village") / "home", model_dir) as village:
        yield village


@pytest.fixture(autouse=True)
def _nothing_of_anybody_is_logged(village: RunningVillage) -> Iterator[None]:
    yield
    log = village.product.log()
    said = ["Abu Sakim", "Pekik Nyaring", "Contoh Abadi", "perempuan", "0812-0000", PASSWORD]
    assert [words for words in said if words in log] == []


def _says(village: RunningVillage, teller: Teller, line: str) -> str:
    """Writes, and gives all that was answered."""
    teller.writes(line)
    village.settle()
    return "\n".join(teller.reads())


def _filled(line: str, teller: Teller) -> str:
    return line.replace("{nomor}", teller.receipt).replace("{kata}", teller.words)


def _holds(step: Step, teller: Teller, said: list[str]) -> None:
    # The words of SMS are others.
    words = () if teller.channel == "sms" else step.get("memuat", ())
    check({**step, "tombol": (), "memuat": words}, said, ())
    for unsaid in step.get("bukan", ()):
        assert unsaid.lower() not in "\n".join(said).lower()


def _tell_together(village: RunningVillage, tellers: dict[str, Teller]) -> None:
    """All stories step by step, so that all wait for an answer at once."""
    for steps in itertools.zip_longest(*(STORIES[story]["langkah"] for story in tellers)):
        typed = [step and not step["kamu"].startswith("/button") for step in steps]
        writing = [(t, s) for t, s, is_typed in zip(tellers.values(), steps, typed) if is_typed]
        for teller, step in writing:
            teller.writes(_filled(step["kamu"], teller))
        village.settle()
        for teller, step in writing:
            _holds(step, teller, teller.reads())


def _same(opened: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Whether a report has just these fields, but for the day, which was another one."""
    fields = {key: value for key, value in opened["fields"].items() if key != "waktu"}
    for part in ("tempat", "pelaku"):
        if part in fields:
            fields[part] = {k: v for k, v in fields[part].items() if v and k != "kode"}
    return fields == {key: value for key, value in expected["isi"].items() if key != "waktu"}


def _new(village: RunningVillage, before: dict[str, Any]) -> list[str]:
    return [tip_id for tip_id in village.listed() if tip_id not in before]


def test_ten_people_tell_at_once_and_none_has_a_word_of_another(village: RunningVillage) -> None:
    before = village.listed()
    tellers = {story: village.person(channel) for story, channel in TOLD_TOGETHER.items()}
    assert {teller.channel for teller in tellers.values()} == set(CHANNELS)
    _tell_together(village, tellers)
    listed = village.listed()
    cases = [village.opened(tip_id) for tip_id in _new(village, before)]
    told = [story for story in tellers if STORIES[story]["laporan"]]
    assert len(cases) == len(told)
    for story in told:
        (expected,) = STORIES[story]["laporan"]
        (case,) = [case for case in cases if _same(case, expected)]
        assert case["channel"] == tellers[story].channel
        assert listed[case["id"]]["state"] == expected.get("keadaan", "new")
        assert case["state"] == "read"
        assert case["level"] == expected["tingkat"]
        assert len(case["words"]) == expected["kata"]
        own = tellers[story].written
        assert [text for text in case["words"] if text not in own and "[NIK" not in text] == []


def _file_quickly(village: RunningVillage, teller: Teller, *told: str) -> None:
    """A short report of an offer of work, up to the receipt."""
    for line in ("mau lapor", "ya", "ya", "1", *told, "kirim", "kirim"):
        _says(village, teller, line)
    assert teller.receipt


def test_two_reports_of_one_recruiter_are_seen_to_match(village: RunningVillage) -> None:
    before = village.listed()
    one, other = village.person("whatsapp"), village.person("web")
    _file_quickly(village, one, PLACE, "calonya Pak Joni, wa 0812 0000 0019")
    _file_quickly(village, other, NEARBY, "+62812-0000-0019")
    listed = village.listed()
    assert [listed[tip_id]["matches"] for tip_id in _new(village, before)] == [1, 1]


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
def test_a_photo_of_a_report_is_saved_by_the_officer_alone(
    channel: str, village: RunningVillage, tmp_path: Path
) -> None:
    before = village.listed()
    teller = village.person(channel)
    _says(village, teller, "mau lapor")
    assert "bukti" in _says(village, teller, "/photo rumah.jpg")
    for line in ("ya", "ya", "1", "/location -3.79,102.26", "kirim", "kirim"):
        _says(village, teller, line)
    assert "cocok" in _says(village, teller, teller.receipt)
    (tip_id,) = _new(village, before)
    opened = _with_its_file(village, tip_id)
    assert [file["kind"] for file in opened["files"]] == ["photo"]
    assert opened["fields"]["titik"] == [[-3.79, 102.26]]
    saved = village.file(tip_id, 1, tmp_path / "bukti.jpg")
    with Image.open(io.BytesIO(saved)) as shown, Image.open(io.BytesIO(picture())) as sent:
        assert shown.size == sent.size
    on_disk = [path for path in village.product.home.rglob("*") if path.is_file()]
    assert [path.name for path in on_disk if saved in path.read_bytes()] == []


def _with_its_file(village: RunningVillage, tip_id: str) -> dict[str, Any]:
    """A report once its file was fetched, which nobody waits for in the conversation."""
    deadline = time.monotonic() + FETCH_SECONDS
    while not (opened := village.opened(tip_id))["files"]:
        assert time.monotonic() < deadline, "the file was never fetched"
    return opened


# Somebody else with the receipt.


def test_a_receipt_in_other_hands_tells_the_state_until_a_second_fact(
    village: RunningVillage,
) -> None:
    before = village.listed()
    reporter = village.person("sms")
    _file_quickly(village, reporter, PLACE, "LEWATI")
    _says(village, reporter, reporter.words)
    (tip_id,) = _new(village, before)
    village.suluh("tip", "say", tip_id, "--by", "Ani", lines=[PASSWORD, ASKED_BACK])
    village.suluh("tip", "state", tip_id, "working")
    other = village.person("telegram")
    assert "belum cocok" in _says(village, other, "0899-1111-2222-3333")
    told = _says(village, other, reporter.receipt)
    assert "sedang dikerjakan" in told
    told += _says(village, other, "di Bandung") + _says(village, other, reporter.receipt)
    assert [words for words in (ASKED_BACK, "Abu Sakim", "Tarik laporan") if words in told] == []
    assert ASKED_BACK in _says(village, other, "abu sakim")
    _says(village, other, "Tambah keterangan")
    _says(village, other, "masih ada, plat BD")
    _says(village, other, "selesai")
    entries = village.opened(tip_id)["entries"]
    assert [(e["author"], e["text"], e["read"]) for e in entries] == [
        ("staff", ASKED_BACK, True),
        ("reporter", "masih ada, plat BD", False),
    ]


def test_the_reporter_withdraws_from_another_telephone_and_nothing_is_left(
    village: RunningVillage,
) -> None:
    before = village.listed()
    reporter, other = village.person("whatsapp"), village.person("web")
    _file_quickly(village, reporter, PLACE, "LEWATI")
    _says(village, reporter, reporter.receipt)
    (tip_id,) = _new(village, before)
    for line in (reporter.receipt, "abu sakim", "Tarik laporan"):
        _says(village, other, line)
    assert "sudah ditarik" in _says(village, other, "Ya, tarik laporan")
    assert village.listed()[tip_id]["state"] == "withdrawn"
    assert "sudah kamu tarik" in _says(village, reporter, reporter.receipt)


# Whatever dies.


def test_a_worker_killed_at_each_question_loses_no_answer(village: RunningVillage) -> None:
    before = village.listed()
    teller = village.person("web")
    story = STORIES[KILLED_IN]
    for number, step in enumerate(story["langkah"]):
        teller.writes(_filled(step["kamu"], teller))
        if number % 2:
            village.settle()
        else:
            # These die with the answer in their hands, the others with nothing to do.
            _wait_until_it_answers(village)
        _kill_worker(village)
        village.settle()
        _holds(step, teller, teller.reads())
    (tip_id,) = _new(village, before)
    (expected,) = story["laporan"]
    opened = village.opened(tip_id)
    assert _same(opened, expected)
    assert len(opened["words"]) == expected["kata"]


def _wait_until_it_answers(village: RunningVillage) -> None:
    """Until a worker has taken what was written, or has already answered it."""
    path = village.product.home / "suluh.db"
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    deadline = time.monotonic() + FETCH_SECONDS
    try:
        while not database.execute(UNDER_WAY).fetchone()[0]:
            assert time.monotonic() < deadline, "nobody took the message"
    finally:
        database.close()


def _kill_worker(village: RunningVillage) -> None:
    """SIGKILL, and waits until another one is there."""
    (victim,) = village.product.children("worker")
    victim.kill()
    psutil.wait_procs([victim], timeout=10)
    deadline = time.monotonic() + FETCH_SECONDS
    while not village.product.children("worker"):
        assert time.monotonic() < deadline, "no worker came back"
        time.sleep(0.05)
