"""Prints the figures and writes them into docs/nlu.md."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bench.diet import compare
from bench.understanding import triage
from bot.settings import PROJECT_ROOT

TEMPLATE = "nlu.md.jinja"
TARGET = PROJECT_ROOT / "docs" / "nlu.md"
DIET_RESULT = compare.RESULT
AIMS = {"everyday": 0.95, "everyday_second": 0.95, "sms": 0.90, "dialect": 0.85}


def comparison(examples: Sequence[tuple[str, str]]) -> dict[str, Any] | None:
    """What `make eval-diet` measured; `current` when it was on the examples as they are.

    None when there is nothing yet, or only half of it.
    """
    if not DIET_RESULT.exists():
        return None
    result: dict[str, Any] = json.loads(DIET_RESULT.read_text("utf-8"))
    if "ours" not in result:
        return None
    result["current"] = compare.digest(examples) == result["data"]
    return result


def show(found: dict[str, Any]) -> None:
    """The short form, for the terminal."""
    print(
        f"{'style':<16} {'right':>6} {'aim':>5} {'wrong answer':>13} {'out of scope answered':>22}"
    )
    for name, row in found["styles"].items():
        aim = AIMS.get(name, "")
        print(f"{name:<16} {row['right']:>6.3f} {aim:>5} {row['wrong']:>13.3f} ", end="")
        print(f"{row['accepted']:>22.3f}")
    overall = found["overall"]
    print(f"out of scope answered, all styles: {overall['row']['accepted']:.3f}")
    print(f"calibration error {overall['calibration_error']:.3f}, ", end="")
    print(f"{overall['milliseconds']:.2f} ms a text")
    print(f"cross-validation {found['cross_validation']['right']:.3f}")
    print(f"darurat {overall['urgent']}, biasa raised {overall['raised']}")
    triage.show(found["triage"])
    print(f"written to {TARGET.relative_to(PROJECT_ROOT)}")


def write(found: dict[str, Any]) -> None:
    """docs/nlu.md, all of it."""
    # Markdown for our own documentation, not HTML for a browser.
    environment = Environment(
        loader=FileSystemLoader(str(PROJECT_ROOT / "bench" / "understanding")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    TARGET.write_text(environment.get_template(TEMPLATE).render(aims=AIMS, **found), "utf-8")
