"""Measures this project's classifier on the examples that DIET was just trained on.

Second half of `make eval-diet`, in the environment of the project: fills in "ours" in
`bench/diet/result.json`.
"""

from __future__ import annotations

import json
import resource
import time

from bench.diet import compare
from bench.understanding import measures, sets, variants
from bot.errors import OperatorError


def main() -> None:
    result = json.loads(compare.RESULT.read_text("utf-8"))
    given = list(sets.examples())
    if compare.digest(given) != result["data"]:
        raise OperatorError("The examples changed since DIET was trained: run make eval-diet again")
    started = time.perf_counter()
    model = variants.fit(given)
    training_seconds = time.perf_counter() - started
    styles = {}
    for name in sets.STYLES:
        items = sets.style(sets.HELDOUT, name)
        started = time.perf_counter()
        guesses = variants.first_guesses(model, items)
        seconds = time.perf_counter() - started
        styles[name] = {
            "right": round(measures.right(measures.in_scope(guesses)), 4),
            "accepted": round(1 - measures.right(measures.out_of_scope(guesses)), 4),
            "milliseconds": round(1000 * seconds / len(items), 2),
        }
    result["ours"] = {
        "training_seconds": round(training_seconds),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "styles": styles,
    }
    compare.RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result["ours"], indent=2))


if __name__ == "__main__":
    main()
