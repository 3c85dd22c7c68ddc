"""How much of what reporters tell is understood: `python -m bench.tips`.

Measured on `bench/heldout/laporan.yml`, which was written before the reader of tips.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from bench.understanding.sets import HELDOUT
from bot.tips.reading import facts_of

TODAY = date(2026, 11, 21)
ROUNDS = 20
# Of these only the parts that the file names are compared.
_IN_PARTS = ("waktu", "tempat", "pelaku")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print each message with a mistake")
    shows = parser.parse_args().show
    rows = yaml.safe_load((HELDOUT / "laporan.yml").read_text("utf-8"))
    counts: Counter[str] = Counter()
    by_field: dict[str, Counter[str]] = {}
    whole = 0
    for row in rows:
        found = facts_of(row["text"], asked=row.get("asked"), today=TODAY)
        mistakes = {}
        for field in row["facts"].keys() | found.keys():
            outcome = _outcome(field, row["facts"], found)
            counts[outcome] += 1
            by_field.setdefault(field, Counter())[outcome] += 1
            if outcome != "right":
                mistakes[field] = (outcome, found.get(field))
        whole += not mistakes
        if shows and mistakes:
            print(row["text"], mistakes, sep="\n    ")
    stated = counts["right"] + counts["wrong"] + counts["missed"]
    given = counts["right"] + counts["wrong"] + counts["invented"]
    print(f"messages: {len(rows)}, without any mistake: {whole}")
    print(f"fields stated: {stated}, found right: {counts['right'] / stated:.1%}")
    print(f"fields given: {given}, of them right: {counts['right'] / given:.1%}")
    print(dict(counts))
    for field, outcomes in sorted(by_field.items()):
        print(f"  {field:12}", dict(outcomes))
    print(f"reading a message: {_milliseconds(rows):.2f} ms")


def _outcome(field: str, stated: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    if field not in stated:
        return "invented"
    if field not in found:
        return "missed"
    if field in _IN_PARTS:
        same = all(found[field].get(part) == value for part, value in stated[field].items())
    else:
        same = found[field] == stated[field]
    return "right" if same else "wrong"


def _milliseconds(rows: list[dict[str, Any]]) -> float:
    """For the facts of one message, with what it names."""
    started = time.process_time()
    for _ in range(ROUNDS):
        for row in rows:
            facts_of(row["text"], asked=row.get("asked"), today=TODAY)
    return (time.process_time() - started) * 1000 / (ROUNDS * len(rows))


if __name__ == "__main__":
    main()
