"""The commands as an operator types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(tmp_path: Path, model_dir: Path) -> dict[str, str]:
    return {**os.environ, "SULUH_HOME": str(tmp_path), "SULUH_MODEL_DIR": str(model_dir)}


def _suluh(
    environment: dict[str, str], *arguments: str, stdin: bytes = b"", timeout: float = 120
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "suluh", *arguments],
        input=stdin,
        env=environment,
        capture_output=True,
        timeout=timeout,
        check=False,
        cwd=ROOT,
    )


def _json_lines(output: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.decode().splitlines()]


def test_chat_answers_each_line_with_its_source(environment: dict[str, str]) -> None:
    lines = "halo\napa itu perdagangan orang?\nagen mau simpan paspor saya boleh ga?\n"
    finished = _suluh(environment, "chat", "--json", stdin=lines.encode())
    assert finished.returncode == 0
    turns = _json_lines(finished.stdout)
    assert [turn["in"] for turn in turns] == lines.splitlines()
    assert all(set(turn) == {"in", "out", "level", "ms"} for turn in turns)
    said = [turn["out"][0]["text"] for turn in turns]
    assert "Suluh" in said[0]
    assert "UU 21/2007" in said[1]
    assert said[2].startswith("Agen atau majikan tidak boleh menahan paspor")
    assert "UU 18/2017 Pasal 6" in said[2]
    assert finished.stderr == b""


def test_chat_without_json_reads_like_a_conversation(environment: dict[str, str]) -> None:
    finished = _suluh(environment, "chat", stdin=b"menu\n1\n")
    assert "1. Kerja ke luar negeri" in finished.stdout.decode()
    assert "1. Langkah resmi" in finished.stdout.decode()


def test_chat_takes_bytes_that_are_no_utf8(environment: dict[str, str]) -> None:
    finished = _suluh(environment, "chat", "--json", stdin=b"apa itu \xff\xfe TPPO?\n\xff\n")
    turns = _json_lines(finished.stdout)
    assert "Perdagangan orang" in turns[0]["out"][0]["text"]
    assert "kosong" in turns[1]["out"][0]["text"]


def test_nlu_gives_one_line_a_text_in_order(environment: dict[str, str]) -> None:
    texts = ["agen mau simpan paspor saya boleh ga?", "", "tolong saya dikunci", "resep rendang"]
    finished = _suluh(environment, "nlu", stdin="\n".join(texts).encode() + b"\n")
    understood = _json_lines(finished.stdout)
    assert [item["text"] for item in understood] == texts
    assert set(understood[0]) == {"text", "intent", "topic", "confidence", "level"}
    assert (understood[0]["intent"], understood[0]["topic"]) == ("faq", "paspor_ditahan")
    assert (understood[2]["intent"], understood[2]["level"]) == ("darurat", "darurat")
    assert (understood[3]["intent"], understood[3]["topic"]) == ("di_luar_topik", None)


def test_nlu_takes_a_thousand_lines(environment: dict[str, str]) -> None:
    lines = b"boleh gak agen minta uang pendaftaran dulu kak\n" * 1000
    finished = _suluh(environment, "nlu", stdin=lines, timeout=60)
    assert len(_json_lines(finished.stdout)) == 1000


def test_training_again_without_a_change_does_nothing(environment: dict[str, str]) -> None:
    finished = _suluh(environment, "train")
    assert b"up to date" in finished.stderr


def test_doctor_names_what_is_missing_and_how_to_mend_it(environment: dict[str, str]) -> None:
    before = _suluh(environment, "doctor")
    assert before.returncode == 1
    assert b"suluh migrate" in before.stdout
    assert _suluh(environment, "migrate").returncode == 0
    after = _suluh(environment, "doctor")
    assert b"suluh run" in after.stdout
    assert b"ok    database: SQLite" in after.stdout
    assert b"ok    model" in after.stdout


def test_a_malformed_setting_is_named(environment: dict[str, str]) -> None:
    finished = _suluh({**environment, "SULUH_BURST_WAIT": "sebentar"}, "doctor")
    assert finished.returncode == 1
    assert b"SULUH_BURST_WAIT" in finished.stderr
    assert b"Traceback" not in finished.stderr


def test_rasa_finds_nothing_wrong_with_the_project(environment: dict[str, str]) -> None:
    finished = _suluh(environment, "rasa", "data", "validate", "--fail-on-warnings")
    assert finished.returncode == 0, finished.stderr.decode()[-2000:]


def test_rasa_finds_something_wrong_when_something_is(
    environment: dict[str, str], tmp_path: Path
) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text(
        'version: "3.1"\nrules:\n- rule: x\n  steps:\n  - intent: menu\n  - action: utter_nothing\n'
    )
    finished = _suluh(
        environment, "rasa", "data", "validate", "--fail-on-warnings", "--data", str(rules)
    )
    assert finished.returncode != 0


def test_the_stock_shell_talks_with_the_same_words(
    environment: dict[str, str], model_dir: Path
) -> None:
    model = str(model_dir / "suluh.tar.gz")
    # Answers without buttons: the stock shell shows those as a menu for a real terminal.
    lines = b"terima kasih\nsampai jumpa\n/stop\n"
    finished = _suluh(environment, "rasa", "shell", "--model", model, stdin=lines)
    said = finished.stdout.decode()
    assert "Sama-sama" in said
    # The project's own generator fills in the facts here, too.
    assert "polisi 110, SAPA 129" in said
