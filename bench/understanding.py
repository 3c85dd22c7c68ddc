"""`make eval`: how well people are understood, on sentences that nobody trained on.

The sentences in `bench/heldout/` were written apart from the training data, by writers who
had not seen it. They are never trained on and never looked at to write training data.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot import settings as settings_module
from bot.conversation.messages import Understanding
from suluh.wiring import load_assistant

HELDOUT = Path(__file__).parent / "heldout"
OUT_OF_SCOPE = "di_luar_topik"
URGENT = "darurat"
CONFUSIONS_SHOWN = 15
BINS = 10


@dataclass(frozen=True)
class Item:
    """One sentence, what it means and how urgent it is."""

    text: str
    label: str
    level: str


@dataclass(frozen=True)
class Result:
    item: Item
    understood: Understanding

    @property
    def guess(self) -> str:
        topic = self.understood.topic
        return f"faq/{topic}" if topic else self.understood.intent

    @property
    def right(self) -> bool:
        return self.guess == self.item.label


def load(path: Path) -> list[Item]:
    """Reads one style of the held-out set."""
    return [Item(**entry) for entry in yaml.safe_load(path.read_text("utf-8"))]


def share(results: list[Result]) -> float:
    """The share that was understood rightly, 0 to 1."""
    return sum(result.right for result in results) / len(results) if results else 0.0


def calibration_error(results: list[Result]) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al. 2017)."""
    error = 0.0
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        inside = [r for r in results if low < r.understood.confidence <= high]
        if inside:
            confidence = sum(r.understood.confidence for r in inside) / len(inside)
            error += abs(share(inside) - confidence) * len(inside) / len(results)
    return error


def main() -> None:
    assistant = load_assistant(settings_module.load())
    everything: list[Result] = []
    print(
        f"{'style':<12} {'in scope':>9} {'right':>7} {'out of scope':>13} {'wrongly accepted':>17}"
    )
    for path in sorted(HELDOUT.glob("*.yml")):
        results = [Result(item, assistant.understand(item.text)) for item in load(path)]
        inside = [r for r in results if r.item.label != OUT_OF_SCOPE]
        outside = [r for r in results if r.item.label == OUT_OF_SCOPE]
        accepted = 1 - share(outside)
        print(
            f"{path.stem:<12} {len(inside):>9} {share(inside):>7.3f} "
            f"{len(outside):>13} {accepted:>17.3f}"
        )
        everything += results
    print(f"\ncalibration error {calibration_error(everything):.3f}")
    _show_levels(everything)
    _show_confusions(everything)


def _show_levels(results: list[Result]) -> None:
    urgent = [r for r in results if r.item.level == URGENT]
    ordinary = [r for r in results if r.item.level == "biasa"]
    found = sum(r.understood.level == URGENT for r in urgent)
    raised = sum(r.understood.level == URGENT for r in ordinary)
    print(f"darurat found {found} of {len(urgent)}; biasa raised to darurat {raised} of ", end="")
    print(len(ordinary))


def _show_confusions(results: list[Result]) -> None:
    wrong = Counter((r.item.label, r.guess) for r in results if not r.right)
    print("\nmost frequent confusions")
    for (label, guess), count in wrong.most_common(CONFUSIONS_SHOWN):
        print(f"{count:>4}  {label} taken for {guess}")


if __name__ == "__main__":
    main()
