"""Messages whose level was given by hand: nlu_data/triage/contoh/."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from bot.settings import PROJECT_ROOT

EXAMPLES = PROJECT_ROOT / "nlu_data" / "triage" / "contoh"


class Example(NamedTuple):
    """A message, its level, and what it is an example of, such as `berbisik`."""

    text: str
    level: str
    part: str


def read(folder: Path = EXAMPLES) -> Iterator[Example]:
    """All examples; a file is named by its level and lists messages by what they are of."""
    for path in sorted(folder.glob("*.yml")):
        for part, texts in yaml.safe_load(path.read_text("utf-8")).items():
            for text in texts:
                yield Example(text, path.stem, part)
