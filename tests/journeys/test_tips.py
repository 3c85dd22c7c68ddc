"""Whole reports, told on every channel, and what then stands at the desk and nowhere else."""

from __future__ import annotations

import statistics
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import clock
from bot.engine.assistant import Assistant
from bot.engine.model import model_file
from bot.tips.casework import Case
from bot.tips.listing import Listed
from bot.tips.questions import order
from tests.databases import migrated
from tests.doubles.twilio_wire import count_segments
from tests.journeys.stories import Step, check, name
from tests.journeys.village import HAS_FILES, Heard, Village

CHANNELS = ("web", "whatsapp", "telegram", "sms")
STORIES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "laporan.yml").read_text("utf-8")
)
TODAY = date(2026, 11, 21)
REPORTER = "pelapor"
# Of the questions that are put for a report, the summary among them.
MOST_QUESTIONS, MOST_AFTER_A_STORY = 9, 4
MOST_SEGMENTS = 3
# What is so short may stand anywhere.
LEAST_CHARACTERS = 5


@pytest.fixture(scope="module")
def reports_taker(model_dir: Path) -> Assistant:
    """An assistant of its own, for it keeps the desk of the last village."""
    return Assistant(model_file(model_dir))


@pytest.fixture(autouse=True)
def _the_day_of_the_stories(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def village(reports_taker: Assistant, tmp_path: Path, quick_hashes: None) -> Village:
    return Village(reports_taker, migrated(f"sqlite:///{tmp_path / 'suluh.db'}"))


class Telling:
    """A story that is told in a village, and the questions that were put in it."""

    def __init__(self, village: Village, channel: str, reporter: str) -> None:
        self._village = village
        self._channel = channel
        self._reporter = reporter
        self.questions: list[str] = []
        self.before_the_story = 0

    def take(self, step: Step) -> None:
        if "petugas" in step:
            self._village.writes_to_reporter(step["petugas"])
        elif "keadaan" in step:
            self._village.moves(step["keadaan"])
        else:
            self._hold(step, self._hear(step))

    def _hear(self, step: Step) -> Heard:
        channel = step.get("saluran", self._channel)
        person = self._village.person(step.get("siapa", self._reporter), channel)
        if "jeda" in step:
            return self._village.after_minutes(person, step["jeda"])
        heard = self._village.says(person, self._filled(step["kamu"]))
        asks = heard.asks
        if person.name == self._reporter and asks and asks not in self.questions:
            self.questions.append(asks)
        if step.get("sekaligus"):
            self.before_the_story = len(self.questions) - bool(asks)
        return heard

    def _filled(self, line: str) -> str:
        for holder, place, part in (
            ("{nomor}", -1, 0),
            ("{kata}", -1, 1),
            ("{nomor_pertama}", 0, 0),
        ):
            if holder in line:
                line = line.replace(holder, self._village.receipts[place][part])
        return line

    def _hold(self, step: Step, heard: Heard) -> None:
        said = step.get("kamu", "(nobody wrote)")
        # What comes by itself may be nothing.
        is_silent = not heard.messages if "jeda" in step else False
        told = {"kamu": said, "diam": step.get("diam", is_silent)}
        everything = "\n".join(heard.messages)
        if self._is_short(step):
            # The words of SMS are others; its answers fit.
            assert max(map(count_segments, heard.messages), default=0) <= MOST_SEGMENTS, said
        else:
            told |= {"memuat": step.get("memuat", ())}
            for button in step.get("tombol", ()):
                assert button in everything, f"{said!r} offered no {button!r}"
        check(told, heard.messages, heard.offered)
        for words in step.get("bukan", ()):
            assert words.lower() not in everything.lower(), f"{said!r} told {words!r}"
        if "tanya" in step:
            assert heard.asks == step["tanya"], f"after {said!r}"
        assert heard.level == step.get("tingkat", heard.level), f"after {said!r}"

    def _is_short(self, step: Step) -> bool:
        return step.get("saluran", self._channel) == "sms" and "siapa" not in step


def _tell(
    village: Village, channel: str, story: dict[str, Any], reporter: str = REPORTER
) -> Telling:
    telling = Telling(village, channel, reporter)
    for step in story["langkah"]:
        telling.take(step)
    return telling


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("story", STORIES, ids=name)
def test_a_report_is_told_and_stands_at_the_desk_alone(
    story: dict[str, Any], channel: str, village: Village
) -> None:
    _tell(village, channel, story)
    found = village.listed()
    assert len(found) == len(story["laporan"])
    legible = village.legible().lower()
    for tip, expected in zip(found, story["laporan"]):
        _holds(village, tip, expected, channel)
        if tip.state not in ("withdrawn", "unfinished"):
            assert [w for w in _words_of(village, tip) if w.lower() in legible] == []
    for words in story.get("tidak_ada", ()):
        assert words.lower() not in legible
        assert words not in repr([_plain(village, tip) for tip in found])
    assert village.is_telling() is story.get("belum_usai", False)


def _holds(village: Village, tip: Listed, expected: dict[str, Any], channel: str) -> None:
    """What the desk sees of a report, against what the story says of it."""
    assert tip.state == expected.get("keadaan", tip.state)
    assert tip.level == expected.get("tingkat", tip.level)
    assert tip.matches == expected.get("cocok", 0)
    if tip.state == "withdrawn":
        return
    case = village.open(tip)
    assert _bare(case.fields) == expected["isi"]
    assert len(case.words) == expected["kata"], case.words
    written = [text for person in village.people for text in person.written]
    assert all(text in written for text in case.words if "[NIK" not in text)
    assert [entry.text for entry in case.entries] == expected.get("tambahan", [])
    assert case.channel == channel
    if channel in HAS_FILES:
        assert village.files_of(tip) == expected.get("berkas", 0)


def _bare(fields: Any) -> dict[str, Any]:
    """The fields as a story writes them: no codes, nothing empty, a time as its day."""
    bare = dict(fields)
    if "waktu" in bare:
        day = bare["waktu"]["dari"]
        bare["waktu"] = date.fromisoformat(day) if day else bare["waktu"]["teks"]
    for part in ("tempat", "pelaku"):
        if part in bare:
            bare[part] = {k: v for k, v in bare[part].items() if v and k != "kode"}
    return bare


def _plain(village: Village, tip: Listed) -> Case | None:
    return None if tip.state == "withdrawn" else village.open(tip)


def _words_of(village: Village, tip: Listed) -> list[str]:
    """What nobody but the desk may read any more: words, names, numbers, the receipt."""
    case = village.open(tip)
    fields = case.fields
    recruiter = fields.get("pelaku", {})
    place = fields.get("tempat", {})
    found = [
        *case.words,
        *(entry.text for entry in case.entries if entry.author == "reporter"),
        *(place.get(part) for part in ("desa", "teks")),
        recruiter.get("nama"),
        *(recruiter.get("telepon", [])),
        *(recruiter.get("perusahaan", [])),
        *(part for receipt in village.receipts for part in receipt),
    ]
    return [words for words in found if words and len(words) >= LEAST_CHARACTERS]


# How many questions.


def _told(village: Village, size: str) -> list[Telling]:
    """The stories of one size, each of another reporter."""
    stories = [story for story in STORIES if story.get("ukuran") == size]
    return [_tell(village, "web", story, reporter=name(story)) for story in stories]


def test_a_complete_report_is_told_in_nine_questions_at_most(village: Village) -> None:
    told = _told(village, "lengkap")
    assert len(told) >= 10
    counts = [len(telling.questions) for telling in told]
    assert statistics.median(counts) <= MOST_QUESTIONS
    assert max(counts) <= MOST_QUESTIONS


def test_who_tells_much_at_once_is_asked_four_more_questions_at_most(village: Village) -> None:
    told = _told(village, "sekaligus")
    assert len(told) >= 3
    after = [len(telling.questions) - telling.before_the_story for telling in told]
    assert max(after) <= MOST_AFTER_A_STORY


def test_the_stories_are_of_every_kind_and_meet_every_interruption() -> None:
    kinds = {tip["isi"]["jenis"] for story in STORIES for tip in story["laporan"] if tip.get("isi")}
    assert kinds == set(order().kinds)
    assert len(STORIES) >= 28
    assert len({name(story) for story in STORIES}) == len(STORIES)
