"""Trains Rasa's DIET on the same examples and measures it on the same held-out sentences.

Runs in an environment of its own (`make eval-diet`), which has TensorFlow; needs nothing
of this project but its data. Writes what it measured to `bench/diet/result.json`, to which
`bench.diet.ours` then adds this project's classifier on the same examples.
"""

import argparse
import asyncio
import hashlib
import json
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
RESULT = Path(__file__).with_name("result.json")
OUT_OF_SCOPE = "di_luar_topik"
SLASH = "__"

PIPELINE = """
recipe: default.v1
assistant_id: diet
language: id
pipeline:
  - name: WhitespaceTokenizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: {epochs}
    entity_recognition: false
    constrain_similarities: true
    ranking_length: 0
    random_seed: 1
"""


def examples() -> Iterator[tuple[str, str]]:
    """(text, label) of every training example."""
    for path in sorted((ROOT / "nlu_data").rglob("*.yml")):
        for entry in (yaml.safe_load(path.read_text("utf-8")) or {}).get("nlu", ()):
            for line in entry["examples"].splitlines():
                yield line.removeprefix("- ").strip(), entry["intent"]


def sentences() -> dict[str, list[tuple[str, str]]]:
    """style -> (text, label) of the held-out sentences."""
    return {
        path.stem: [(e["text"], e["label"]) for e in yaml.safe_load(path.read_text("utf-8"))]
        for path in sorted((ROOT / "bench" / "heldout").glob("*.yml"))
    }


def write_training_data(folder: Path) -> int:
    """Writes nlu.yml; gives the number of examples."""
    by_label: dict[str, list[str]] = {}
    for text, label in examples():
        by_label.setdefault(label.replace("/", SLASH), []).append(text)
    data = {
        "version": "3.1",
        "nlu": [
            {"intent": label, "examples": "".join(f"- {text}\n" for text in texts)}
            for label, texts in by_label.items()
        ],
    }
    (folder / "nlu.yml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return sum(map(len, by_label.values()))


def digest(given: Iterable[tuple[str, str]]) -> str:
    """A name for a set of examples, whatever their order."""
    return hashlib.sha256(json.dumps(sorted(given)).encode()).hexdigest()[:16]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--epochs", type=int, default=40)
    epochs = options.parse_args().epochs

    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    data = digest(examples())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = write_training_data(folder)
        (folder / "config.yml").write_text(PIPELINE.format(epochs=epochs))
        started = time.perf_counter()
        model = train_nlu(
            config=str(folder / "config.yml"),
            nlu_data=str(folder / "nlu.yml"),
            output=str(folder),
        )
        training_seconds = time.perf_counter() - started
        agent = Agent.load(model)
        styles = asyncio.run(measure(agent))
    diet = {
        "epochs": epochs,
        "training_seconds": round(training_seconds),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "styles": styles,
    }
    today = time.strftime("%Y-%m-%d")
    result = {"examples": count, "data": data, "measured_on": today, "diet": diet}
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(RESULT.read_text())


async def measure(agent: Any) -> dict[str, dict[str, float]]:
    """Per style: share of first guesses that are right, and time."""
    found = {}
    for style, items in sentences().items():
        right = inside = accepted = outside = 0
        started = time.perf_counter()
        for text, label in items:
            parsed = await agent.parse_message(text)
            guess = parsed["intent"]["name"].replace(SLASH, "/")
            if label == OUT_OF_SCOPE:
                outside += 1
                accepted += guess != OUT_OF_SCOPE
            else:
                inside += 1
                right += guess == label
        found[style] = {
            "right": round(right / inside, 4),
            "accepted": round(accepted / outside, 4),
            "milliseconds": round(1000 * (time.perf_counter() - started) / len(items), 2),
        }
    return found


if __name__ == "__main__":
    main()
