"""The names that the classifier and the engine share. Free of Rasa, so cheap to import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FAQ = "faq"
FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "di_luar_topik"
# Slots: the topic that was answered last, those that were answered lately, and for how many
# more unclear messages a cry for help stays in mind.
TOPIC_SLOT, READ_SLOT, DANGER_SLOT = "topik", "dibaca", "bahaya"
# What else a person told of the situation (bot/engine/memory.py).
MEMORY_SLOT = "diketahui"
# Among it: somebody is abroad, or a call is not safe.
ABROAD, CANNOT_CALL = "di_luar_negeri", "tidak_bisa_menelepon"
# What the danger is when it is not others.
KIND_SLOT = "jenis_bahaya"


def selector_output(intent: str, ranking: Sequence[tuple[str, float]]) -> dict[str, Any]:
    """What Rasa's own response selector would put on a message.

    `ranking` holds full labels (`faq/paspor_ditahan`) with their probabilities, best first;
    those of other intents are left out.
    """
    topics = [(label, p) for label, p in ranking if label.startswith(f"{intent}/")]
    label, confidence = topics[0]
    return {
        "all_retrieval_intents": [intent],
        intent: {
            "response": {
                "confidence": confidence,
                "intent_response_key": label,
                "utter_action": f"utter_{label}",
            },
            "ranking": [{"intent_response_key": name, "confidence": p} for name, p in topics],
        },
    }
