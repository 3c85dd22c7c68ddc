from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.knowledge import facts
from bot.quiz.questions import LETTERS, QUESTIONS_FILE, Question, questions, read

POLICE = facts.placeholders()["kontak_polisi"]

FILE = """
soal:
  - id: nomor_polisi
    topic: polisi_110
    penyuluhan: true
    tanya: "Nomor {kontak_polisi} itu nomor siapa?"
    pilihan: ["{kontak_polisi}", 171, "Bukan {belum_ada}"]
    benar: 3
    sebab: "Polisi bisa ditelepon di {kontak_polisi}."
  - id: dulu_setuju
    topic: persetujuan_korban
    tanya: "Boleh?"
    pilihan: [Ya, Tidak, Entah]
    benar: 1
    sebab: "Begitu."
"""


@pytest.fixture
def from_file(tmp_path: Path) -> list[Question]:
    path = tmp_path / "soal.yml"
    path.write_text(FILE, "utf-8")
    return read(path)


def test_a_question_is_read_with_its_facts_filled_in(from_file: list[Question]) -> None:
    assert from_file[0] == Question(
        id="nomor_polisi",
        topic="polisi_110",
        text=f"Nomor {POLICE} itu nomor siapa?",
        # A number without quotation marks is still a text, a name of no fact stays visible.
        options=(POLICE, "171", "Bukan {belum_ada}"),
        right=2,
        reason=f"Polisi bisa ditelepon di {POLICE}.",
        in_lesson=True,
    )


def test_a_question_is_no_part_of_the_lesson_set_unless_it_says_so(
    from_file: list[Question],
) -> None:
    assert [question.in_lesson for question in from_file] == [True, False]


@pytest.mark.parametrize(("right", "letter"), [(0, "A"), (1, "B"), (2, "C")])
def test_the_right_option_has_a_letter(right: int, letter: str) -> None:
    question = Question("x", "calo", "?", ("a", "b", "c"), right, "karena", in_lesson=False)
    assert question.right_letter == letter
    assert LETTERS.index(letter) == right


def test_the_first_option_of_the_file_is_position_one(from_file: list[Question]) -> None:
    written = yaml.safe_load(FILE)["soal"]
    for question, entry in zip(from_file, written):
        assert question.right == entry["benar"] - 1
    assert from_file[1].options[from_file[1].right] == "Ya"


def test_questions_are_found_by_their_id_in_the_order_of_the_file() -> None:
    written = yaml.safe_load(QUESTIONS_FILE.read_text("utf-8"))["soal"]
    assert list(questions()) == [entry["id"] for entry in written]
    assert all(question.id == name for name, question in questions().items())
