"""Settings: `SULUH_*` variables, or the same names in `.env`."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from bot.errors import OperatorError

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class SettingsError(OperatorError):
    """A setting is missing or malformed; the message says which and how to mend it."""


@dataclass(frozen=True)
class Settings:
    """What an operator may change.

    Attributes:
        home: Folder of all state: database, keys, model, metrics.
        database_url: SQLAlchemy address; SQLite in `home` unless set.
        public_url: Address under which the web is reached from outside, or None.
        model_dir: Folder of the trained model.
        burst_wait: Seconds that an unfinished line waits for the next one.
        burst_limit: Seconds after the first waiting line when the answer comes anyway.
        claim_seconds: A worker that is silent this long loses its conversation.
        log_json: One JSON object a line instead of readable lines.
    """

    home: Path
    database_url: str
    public_url: str | None
    model_dir: Path
    burst_wait: float = 0.35
    burst_limit: float = 2.0
    claim_seconds: float = 5.0
    log_json: bool = False

    @property
    def keys_dir(self) -> Path:
        return self.home / "keys"

    @property
    def metrics_dir(self) -> Path:
        return self.home / "metrics"

    @property
    def uses_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Reads the settings; the environment wins over `.env` in the project's folder.

    Raises:
        SettingsError: A value cannot be read.
    """
    if environ is None:
        from_file = {
            name: value
            for name, value in dotenv_values(PROJECT_ROOT / ".env").items()
            if value is not None
        }
        environ = {**from_file, **os.environ}
    # Against the project, not the folder one happens to be in: else a second, empty
    # installation would come into being elsewhere.
    home = (PROJECT_ROOT / Path(environ.get("SULUH_HOME", "var")).expanduser()).resolve()
    return Settings(
        home=home,
        database_url=environ.get("SULUH_DATABASE_URL") or f"sqlite:///{home / 'suluh.db'}",
        public_url=environ.get("SULUH_PUBLIC_URL") or None,
        model_dir=Path(environ.get("SULUH_MODEL_DIR") or home / "model").resolve(),
        burst_wait=_seconds(environ, "SULUH_BURST_WAIT", Settings.burst_wait),
        burst_limit=_seconds(environ, "SULUH_BURST_LIMIT", Settings.burst_limit),
        claim_seconds=_seconds(environ, "SULUH_CLAIM_SECONDS", Settings.claim_seconds),
        log_json=environ.get("SULUH_LOG", "text") == "json",
    )


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    raw = environ.get(name)
    if raw is None:
        return default
    try:
        value = float(raw)
    except ValueError:
        raise SettingsError(f"{name} must be a number of seconds, not {raw!r}.") from None
    if not 0 <= value < math.inf:
        raise SettingsError(f"{name} must be a number of seconds, 0 or more.")
    return value
