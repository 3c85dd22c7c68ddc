"""What staff read at the command line: open questions, and what lessons changed."""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import clock
from bot import settings as settings_module
from bot.engine.assistant import Assistant
from bot.knowledge import unanswered
from bot.quiz import results
from bot.quiz.rounds import AFTER, BEFORE, FREE, Round
from suluh.wiring import House
from tests.bot.knowledge.helpers import NOWHERE_ANSWERED, nonsense
from tests.processes import Product, wait_for_replies

ROOT = Path(__file__).resolve().parents[2]
NAME, NUMBER = "Sekarwati Wirosentiko", "0812-0000-0001"


def _suluh(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "suluh", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )


def _read(environment: dict[str, str], *arguments: str) -> list[str]:
    """The lines that a command prints when nothing is wrong."""
    finished = _suluh(environment, *arguments)
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    return finished.stdout.splitlines()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A new installation without a model: reading a list needs none."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("SULUH_")}
    environment = {
        **others,
        "SULUH_HOME": str(tmp_path),
        "SULUH_MODEL_DIR": str(tmp_path / "none"),
    }
    House.prepare(settings_module.load(environment)).database.close()
    return environment


# Questions that found no answer


TOLD = (
    "nama saya {name}, wa {number}. {question}",
    "{question}. nama saya {name}, wa {number}",
    "{question} nama saya {name} {number}",
    "saya {name} nama saya {name} {question} {number}",
)


@pytest.fixture(scope="module")
def question(assistant: Assistant) -> str:
    """With a name and a number in it, and still without an answer."""
    questions = (*NOWHERE_ANSWERED, *nonsense())
    for question, form in itertools.product(questions, TOLD):
        told = form.format(question=question, name=NAME, number=NUMBER)
        if not assistant.understand(told).sure:
            return told
    raise AssertionError("with a name and a number every question has an answer")


@pytest.fixture(scope="module")
def product(
    tmp_path_factory: pytest.TempPathFactory, model_dir: Path, question: str
) -> Iterator[Product]:
    """The whole product, over HTTP: one answered question and one without an answer."""
    with Product(tmp_path_factory.mktemp("suluh"), model_dir) as product:
        with product.client() as visitor:
            for count, text in enumerate(("apa itu perdagangan orang?", question), 1):
                body = {"id": str(uuid.uuid4()), "text": text}
                assert visitor.post("/pesan", json=body).status_code == 202
                said = wait_for_replies(visitor, count)
            assert "Perdagangan orang" in said[0]
            assert re.search("belum yakin|belum bisa menjawab", said[1])
        yield product


def test_a_question_without_an_answer_is_listed_without_name_and_number(
    product: Product, question: str
) -> None:
    (line,) = _read(product.environment, "unanswered", "--json")
    listed: dict[str, Any] = json.loads(line)
    assert set(listed) == {"day", "question", "reason", "guesses"}
    assert listed["day"] == str(clock.today())
    assert listed["reason"] in (unanswered.UNKNOWN, unanswered.BETWEEN)
    assert len(listed["guesses"]) == 3
    assert listed["question"].startswith("nama saya [nama] [nama], wa [nomor].")
    # What was asked can still be read.
    asked = question.partition(". ")[2]
    kept = listed["question"].partition(". ")[2]
    assert len(kept.split()) == len(asked.split())
    assert len(set(kept.split()) & set(asked.split())) >= 3


def test_the_list_reads_well_without_json(product: Product) -> None:
    (listed,) = _read(product.environment, "unanswered")
    assert listed.startswith(f"{clock.today()}  nama saya [nama] [nama], wa [nomor]. ")
    assert re.search(r"  \([\w/]+, [\w/]+, [\w/]+\)$", listed)
    told, _, _ = listed.removeprefix(str(clock.today())).rpartition("  (")
    assert not re.search(r"\d{3}|sekar|wiro", told, re.IGNORECASE)


def test_neither_name_nor_number_nor_question_is_in_any_file(
    product: Product, question: str
) -> None:
    files = [path for path in product.home.rglob("*") if path.is_file()]
    assert any(path.name == "suluh.db" for path in files)
    asked = question.partition(". ")[2]
    for path in files:
        raw = path.read_bytes()
        assert not [word for word in (*NAME.split(), NUMBER, asked) if word.encode() in raw]


def test_an_empty_list_says_so(environment: dict[str, str]) -> None:
    assert _read(environment, "unanswered") == ["Belum ada pertanyaan yang tidak terjawab."]
    assert _read(environment, "unanswered", "--json") == []


@pytest.mark.parametrize("command", ["unanswered", "quiz"])
def test_without_an_installation_it_says_what_to_do(tmp_path: Path, command: str) -> None:
    finished = _suluh({**os.environ, "SULUH_HOME": str(tmp_path / "nowhere")}, command)
    assert finished.returncode == 1
    assert "suluh migrate" in finished.stderr
    assert "Traceback" not in finished.stderr


# What lessons changed


def _finish(environment: dict[str, str], stage: str, *, right: int, rounds: int = 1) -> None:
    """Files finished rounds in which the first `right` questions of the set were right."""
    house = House.open(settings_module.load(environment))
    for _ in range(rounds):
        finished = Round.start(stage, chance=random.Random(1))
        well_known = sorted(finished.asked)[:right]
        while (question := finished.current) is not None:
            is_right = question.id in well_known
            finished = finished.mark(question.right if is_right else None)
        with house.database.write() as connection:
            results.keep(finished)(connection)
    house.database.close()


def _table(environment: dict[str, str]) -> tuple[str, list[str], list[str]]:
    """The heading, the two columns of every row, and what is said below."""
    heading, _, *rows = _read(environment, "quiz")
    shares = [match[1] for row in rows if (match := re.match(r"  ( *\S+  *\S+)  ", row))]
    return heading, [" ".join(share.split()) for share in shares], rows[len(shares) :]


def test_without_a_finished_quiz_it_says_so(environment: dict[str, str]) -> None:
    assert _read(environment, "quiz") == ["Belum ada kuis penyuluhan yang selesai."]


def test_a_quiz_outside_of_lessons_is_not_counted(environment: dict[str, str]) -> None:
    _finish(environment, FREE, right=5, rounds=5)
    assert _read(environment, "quiz") == ["Belum ada kuis penyuluhan yang selesai."]


def test_what_was_learned_is_shown_by_question(environment: dict[str, str]) -> None:
    length = len(Round.start(BEFORE, chance=random.Random(1)).asked)
    _finish(environment, BEFORE, right=0, rounds=6)
    _finish(environment, AFTER, right=length, rounds=4)
    _finish(environment, AFTER, right=0, rounds=1)
    heading, shares, below = _table(environment)
    assert heading == f"{clock.this_month()}: sebelum 6 kuis, sesudah 5 kuis"
    assert shares == ["0% 80%"] * (1 + length)
    assert below == []


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (4, 0, "- -"),
        (0, 4, "- -"),
        (4, 4, "- -"),
        (5, 4, "100% -"),
        (4, 5, "- 100%"),
        (1, 9, "- 100%"),
        (5, 5, "100% 100%"),
    ],
)
def test_fewer_than_five_rounds_are_not_shown(
    environment: dict[str, str], before: int, after: int, shown: str
) -> None:
    everything = len(Round.start(BEFORE, chance=random.Random(1)).asked)
    _finish(environment, BEFORE, right=everything, rounds=before)
    _finish(environment, AFTER, right=everything, rounds=after)
    _, shares, below = _table(environment)
    assert set(shares) == {shown}
    assert len(shares) == 1 + everything
    hidden = ["-: kurang dari 5 kuis, tidak ditampilkan."]
    assert below == (hidden if "-" in shown else [])
