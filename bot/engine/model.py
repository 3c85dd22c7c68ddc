"""Where the trained model is, and whether it still fits what it was trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from bot.errors import OperatorError
from bot.settings import PROJECT_ROOT

MODEL_NAME = "suluh"
FINGERPRINT_FILE = "fingerprint"

# What the model is made from: a change here means training again.
INPUTS = (
    "config.yml",
    "bot/domain",
    "bot/nlu",
    "bot/triage",
    "nlu_data/dialog",
    "nlu_data/faq",
    "nlu_data/lookup",
    "nlu_data/rules",
    "nlu_data/stories",
    "nlu_data/triage",
    "requirements.lock",
)


class ModelMissing(OperatorError):
    """There is no trained model; the message says what to run."""


def model_file(folder: Path) -> Path:
    """The model archive in `folder`.

    Raises:
        ModelMissing: It was not trained yet.
    """
    path = folder / f"{MODEL_NAME}.tar.gz"
    if not path.exists():
        raise ModelMissing(f"There is no model in {folder}. Run: suluh train")
    return path


def fingerprint() -> str:
    """A hash over every input of the model (SHA-256, hex)."""
    digest = hashlib.sha256()
    for path in _input_files():
        digest.update(str(path.relative_to(PROJECT_ROOT)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_current(folder: Path) -> bool:
    """Whether the model in `folder` was trained on the inputs as they are now."""
    recorded = folder / FINGERPRINT_FILE
    return (
        (folder / f"{MODEL_NAME}.tar.gz").exists()
        and recorded.exists()
        and recorded.read_text().strip() == fingerprint()
    )


def _input_files() -> Iterator[Path]:
    for name in INPUTS:
        path = PROJECT_ROOT / name
        if path.is_file():
            yield path
        else:
            yield from sorted(found for found in path.rglob("*") if found.suffix in (".yml", ".py"))
