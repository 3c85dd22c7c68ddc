"""`make eval`: measures, prints, and writes docs/nlu.md."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from tqdm import tqdm

from bench.understanding import context, measures, memory, noise, report, sets, triage, variants
from bench.understanding.measures import Result
from bench.understanding.sets import Item
from bot import settings as settings_module
from bot.engine.assistant import Assistant
from suluh.wiring import load_assistant

NOISE_SHARES = (0.1, 0.3, 0.5)
CONFUSIONS_SHOWN = 15
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)


def main() -> None:
    assistant = load_assistant(settings_module.load())
    heldout = {name: sets.style(sets.HELDOUT, name) for name in sets.HELDOUT_STYLES}
    everything = [item for items in heldout.values() for item in items]
    examples = list(sets.examples())
    steps: dict[str, Any] = {
        "styles": lambda: _styles(assistant, heldout),
        "overall": lambda: _overall(assistant, everything),
        "noise": lambda: _noise(assistant, heldout["everyday"]),
        "context": lambda: _context(assistant),
        "triage": lambda: triage.measure(assistant, triage.read(sets.HELDOUT)),
        "thresholds": lambda: _thresholds(assistant),
        "variants": lambda: _variants(examples, heldout),
        "cross_validation": lambda: _cross_validation(examples),
    }
    found: dict[str, Any] = {
        "day": datetime.now(timezone.utc).date().isoformat(),
        "examples": len(examples),
        "labels": len({label for _, label in examples}),
        "topics": len({label for _, label in examples if label.startswith("faq/")}),
        "settings": variants.SETTINGS,
        "tuning": sum(len(sets.style(sets.TUNING, name)) for name in sets.STYLES),
        "diet": report.comparison(examples),
    }
    for name, measure in (bar := tqdm(steps.items(), disable=None)):
        bar.set_description(name)
        found[name] = measure()
    report.show(found)
    report.write(found)


def _ask(assistant: Assistant, items: Sequence[Item]) -> list[Result]:
    results = []
    for item in items:
        understood = assistant.understand(item.text)
        results.append(
            Result(
                item,
                understood.label,
                understood.confidence,
                understood.sure,
                understood.level,
            )
        )
    return results


def _row(results: Sequence[Result]) -> dict[str, Any]:
    inside, outside = measures.in_scope(results), measures.out_of_scope(results)
    return {
        "in_scope": len(inside),
        "right": measures.right(inside),
        "wrong": measures.wrongly_answered(inside),
        "out_of_scope": len(outside),
        "accepted": measures.wrongly_answered(outside),
        "taken": 1 - measures.right(outside),
    }


def _styles(assistant: Assistant, heldout: dict[str, list[Item]]) -> dict[str, Any]:
    return {name: _row(_ask(assistant, items)) for name, items in heldout.items()}


def _overall(assistant: Assistant, items: list[Item]) -> dict[str, Any]:
    results, milliseconds = [], []
    for item in items:
        started = time.perf_counter()
        results += _ask(assistant, [item])
        milliseconds.append(1000 * (time.perf_counter() - started))
    return {
        "row": _row(results),
        "milliseconds": statistics.median(milliseconds),
        "slow_milliseconds": statistics.quantiles(milliseconds, n=20)[-1],
        "calibration_error": measures.calibration_error(results),
        "urgent": measures.found_urgent(results),
        "raised": measures.raised_ordinary(results),
        "confusions": measures.confusions(results, CONFUSIONS_SHOWN),
    }


def _noise(assistant: Assistant, items: list[Item]) -> list[tuple[float, float]]:
    """Share of broken words, share that is still understood."""
    found = [(0.0, measures.right(measures.in_scope(_ask(assistant, items))))]
    for share in NOISE_SHARES:
        chance = random.Random(2026)
        broken = [
            Item(noise.noisy(item.text, share, chance), item.label, item.level) for item in items
        ]
        found.append((share, measures.right(measures.in_scope(_ask(assistant, broken)))))
    return found


def _context(assistant: Assistant) -> dict[str, Any]:
    after = [item for item in sets.follow_ups() if item.part == "test"]
    wanted = [item for item in sets.two_wishes() if item.part == "test"]
    told = [item for item in sets.conversations() if item.part == "test"]
    served = memory.served(assistant, told)
    return {
        "follow_ups": len(after),
        "alone": context.served(assistant, after, alone=True),
        "served": context.served(assistant, after),
        "conversations": len(told),
        "ended_well": sum(served) / len(told),
        "two_wishes": len(wanted),
        "wishes": context.wishes(assistant, wanted),
    }


def _thresholds(assistant: Assistant) -> list[dict[str, Any]]:
    """On the tuning set: what answering only above a confidence costs and saves."""
    items = [item for name in sets.STYLES for item in sets.style(sets.TUNING, name)]
    results = _ask(assistant, items)
    rows = []
    for threshold in THRESHOLDS:
        kept = [
            Result(r.item, r.guess, r.confidence, sure=r.confidence >= threshold) for r in results
        ]
        inside, outside = measures.in_scope(kept), measures.out_of_scope(kept)
        rows.append(
            {
                "threshold": threshold,
                "answered_right": sum(r.right and r.sure for r in inside) / len(inside),
                "answered_wrong": measures.wrongly_answered(inside),
                "accepted": measures.wrongly_answered(outside),
            }
        )
    return rows


def _variants(
    examples: list[tuple[str, str]], heldout: dict[str, list[Item]]
) -> list[dict[str, Any]]:
    rows = []
    for variant in tqdm(variants.VARIANTS, desc="ablation", leave=False, disable=None):
        model = variants.fit(variant.examples(examples), variant.kinds, calibrated=False)
        by_style = {
            name: measures.right(measures.in_scope(variants.first_guesses(model, items)))
            for name, items in heldout.items()
        }
        rows.append({"name": variant.name, **by_style})
    return rows


def _cross_validation(examples: list[tuple[str, str]]) -> dict[str, Any]:
    results = variants.cross_validate(examples)
    return {"folds": variants.FOLDS, "right": measures.right(results)}


if __name__ == "__main__":
    main()
