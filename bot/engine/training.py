"""Training, with a bar that moves."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from tqdm import tqdm

from bot.engine import model, rasa_internals
from bot.errors import OperatorError
from bot.settings import PROJECT_ROOT

TRAINING_FILES = "nlu_data"
# What a training run takes on two cores; the bar slows down when it takes longer.
USUAL_SECONDS = 150.0


class TrainingFailed(OperatorError):
    """Rasa refused the training data; the message holds what it said."""


def train(folder: Path, *, force: bool = False) -> bool:
    """Trains into `folder` when the inputs changed.

    Returns:
        Whether a training took place.

    Raises:
        TrainingFailed: The data cannot be trained on.
    """
    if not force and model.is_current(folder):
        return False
    fingerprint = model.fingerprint()
    folder.mkdir(parents=True, exist_ok=True)
    with _progress("Melatih model"), tempfile.TemporaryDirectory(dir=folder) as workshop:
        archive = _run_rasa(Path(workshop))
        # In one step, so that a worker that starts now sees the old model or the new one.
        archive.replace(folder / f"{model.MODEL_NAME}.tar.gz")
    (folder / model.FINGERPRINT_FILE).write_text(fingerprint + "\n")
    return True


def _run_rasa(output: Path) -> Path:
    rasa_internals.import_for_tools()
    rasa_internals.quiet()
    import rasa.model_training

    log = output / "log.txt"
    with log.open("w") as sink, redirect_stdout(sink), redirect_stderr(sink):
        try:
            result = rasa.model_training.train(
                domain=str(PROJECT_ROOT / "bot" / "domain"),
                config=str(PROJECT_ROOT / "config.yml"),
                training_files=str(PROJECT_ROOT / TRAINING_FILES),
                output=str(output),
                force_training=True,
                fixed_model_name=model.MODEL_NAME,
            )
        except (Exception, SystemExit) as error:
            raise TrainingFailed(f"{type(error).__name__}: {error}\n{log.read_text()}") from error
    if not result.model:
        raise TrainingFailed(log.read_text())
    shutil.rmtree(output / ".rasa", ignore_errors=True)
    return Path(result.model)


@contextmanager
def _progress(title: str) -> Iterator[None]:
    """A bar that follows the usual time: Rasa's graph does not tell how far it is."""
    started = time.monotonic()
    done = threading.Event()
    # `disable=None`: no bar where nobody sees it move, such as in a log.
    with tqdm(
        total=100,
        desc=title,
        bar_format="{desc} {bar} {percentage:3.0f}% {elapsed}",
        disable=None,
    ) as bar:

        def advance() -> None:
            while not done.wait(0.2):
                share = (time.monotonic() - started) / USUAL_SECONDS
                # Never reaches the end by itself.
                bar.update(int(100 * share / (1 + share)) + min(9, int(9 * share)) - bar.n)

        mover = threading.Thread(target=advance, daemon=True)
        mover.start()
        try:
            yield
        finally:
            done.set()
            mover.join()
        bar.update(100 - bar.n)
