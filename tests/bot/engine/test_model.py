from __future__ import annotations

import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.engine import model
from bot.engine.model import ModelMissing, fingerprint, is_current, model_file
from bot.errors import OperatorError
from bot.settings import PROJECT_ROOT

INPUTS = ("config.yml", "domain", "faq", "kode", "belum_ada")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, so that nothing of this one is touched."""
    root = tmp_path / "proyek"
    for name, text in {
        "config.yml": "pipeline: []\n",
        "domain/intents.yml": "intents: [salam]\n",
        "faq/hukum/calo.yml": "nlu: []\n",
        "faq/bantuan/kbri.yml": "nlu: []\n",
        "kode/linear.py": "C = 0.5\n",
        "kode/__pycache__/linear.cpython-310.pyc": "bukan masukan",
        "faq/catatan.txt": "bukan masukan",
        "README.md": "bukan masukan",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(model, "PROJECT_ROOT", root)
    monkeypatch.setattr(model, "INPUTS", INPUTS)
    return root


def test_the_same_inputs_have_the_same_fingerprint(root: Path) -> None:
    first = fingerprint()
    (root / "config.yml").touch()
    assert fingerprint() == first
    assert len(first) == 64
    assert set(first) <= set(string.hexdigits)


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "config.yml").write_text("pipeline: [a]\n"),
        lambda root: (root / "domain/intents.yml").write_text("intents: [salam, menu]\n"),
        lambda root: (root / "faq/hukum/calo.yml").write_text("nlu: [1]\n"),
        lambda root: (root / "kode/linear.py").write_text("C = 0.6\n"),
        lambda root: (root / "faq/hukum/baru.yml").write_text("nlu: []\n"),
        lambda root: (root / "faq/bantuan/kbri.yml").unlink(),
        lambda root: (root / "faq/hukum/calo.yml").rename(root / "faq/hukum/sponsor.yml"),
        lambda root: (root / "faq/hukum/calo.yml").rename(root / "faq/bantuan/calo.yml"),
        lambda root: (root / "faq/hukum/calo.yml").write_text(""),
        lambda root: (root / "config.yml").unlink(),
        lambda root: (root / "belum_ada").write_text("x"),
    ],
    ids=["config", "domain", "topic", "code", "new topic", "removed topic", "renamed topic",
         "moved topic", "emptied topic", "removed config", "input that appears"],
)  # fmt: skip
def test_a_change_of_any_input_changes_the_fingerprint(
    root: Path, change: Callable[[Path], object]
) -> None:
    before = fingerprint()
    change(root)
    assert fingerprint() != before


@pytest.mark.parametrize(
    "name", ["README.md", "faq/catatan.txt", "kode/__pycache__/linear.cpython-310.pyc", "faq/x.bak"]
)
def test_what_the_model_is_not_made_from_changes_nothing(root: Path, name: str) -> None:
    before = fingerprint()
    (root / name).write_text("diubah")
    assert fingerprint() == before


def test_two_files_that_swap_their_contents_are_a_change(root: Path) -> None:
    (root / "faq/hukum/calo.yml").write_text("nlu: [calo]\n")
    (root / "faq/bantuan/kbri.yml").write_text("nlu: [kbri]\n")
    before = fingerprint()
    (root / "faq/hukum/calo.yml").write_text("nlu: [kbri]\n")
    (root / "faq/bantuan/kbri.yml").write_text("nlu: [calo]\n")
    assert fingerprint() != before


def test_the_fingerprint_does_not_depend_on_where_the_project_is(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint()
    moved = root.rename(root.parent / "di tempat lain")
    monkeypatch.setattr(model, "PROJECT_ROOT", moved)
    assert fingerprint() == before


def _write_model(folder: Path, recorded: str | None) -> Path:
    folder.mkdir()
    (folder / f"{model.MODEL_NAME}.tar.gz").write_bytes(b"model")
    if recorded is not None:
        (folder / model.FINGERPRINT_FILE).write_text(recorded)
    return folder


def test_a_model_of_the_present_inputs_is_current(root: Path, tmp_path: Path) -> None:
    folder = _write_model(tmp_path / "model", fingerprint() + "\n")
    assert is_current(folder)
    assert model_file(folder) == folder / "suluh.tar.gz"


def test_a_model_is_out_of_date_once_an_input_changed(root: Path, tmp_path: Path) -> None:
    folder = _write_model(tmp_path / "model", fingerprint())
    (root / "faq/hukum/calo.yml").write_text("nlu: [baru]\n")
    assert not is_current(folder)


@pytest.mark.parametrize("recorded", [None, "", "rusak", "0" * 64])
def test_a_model_of_unknown_inputs_is_not_current(
    root: Path, tmp_path: Path, recorded: str | None
) -> None:
    assert not is_current(_write_model(tmp_path / "model", recorded))


def test_a_fingerprint_without_a_model_is_not_current(root: Path, tmp_path: Path) -> None:
    folder = _write_model(tmp_path / "model", fingerprint())
    (folder / "suluh.tar.gz").unlink()
    assert not is_current(folder)
    assert not is_current(tmp_path / "tidak ada")


def test_a_missing_model_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="suluh train") as caught:
        model_file(tmp_path)
    assert isinstance(caught.value, OperatorError)


def test_every_input_of_this_project_is_named() -> None:
    """What `rasa train` is given (bot/engine/training.py) and what its result depends on."""
    for name in ("config.yml", "bot/domain", "bot/nlu", "requirements.lock", "nlu_data/dialog",
                 "nlu_data/faq", "nlu_data/rules", "nlu_data/stories"):  # fmt: skip
        assert name in model.INPUTS
        # An empty folder is not kept by git: stories may be absent.
        assert (PROJECT_ROOT / name).exists() or name == "nlu_data/stories"


def test_all_training_data_of_rasa_is_under_the_inputs() -> None:
    for path in (PROJECT_ROOT / "nlu_data").rglob("*.yml"):
        if path.read_text("utf-8").lstrip().startswith("version:"):
            name = path.relative_to(PROJECT_ROOT).as_posix()
            assert any(name.startswith(f"{known}/") for known in model.INPUTS), name


def test_the_fingerprint_is_the_same_in_every_process() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", "from bot.engine import model; print(model.fingerprint())"],
            cwd=PROJECT_ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2", "3")
    }
    assert found == {fingerprint()}
