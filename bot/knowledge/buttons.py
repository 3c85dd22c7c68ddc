"""What a topic or an errand is called when it is offered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.settings import PROJECT_ROOT
from bot.triage import after_cry, first_aid

Responses = dict[str, list[dict[str, Any]]]
Button = dict[str, str]

OWN_TEXTS_FILE: Path = PROJECT_ROOT / "nlu_data" / "ucapan.yml"
TIP_TEXTS_FILE: Path = PROJECT_ROOT / "nlu_data" / "laporan" / "ucapan.yml"
FAQ_RESPONSE = "utter_faq/"
_FAQ_LABEL = "faq/"


@lru_cache(maxsize=1)
def own_texts() -> dict[str, Any]:
    """`ucapan`, the responses of actions and engine, `judul`, the names of errands, `status`, what
    a reporter is told of the state of a report, and `tentang`, what errands are about."""
    texts: dict[str, Any] = yaml.safe_load(OWN_TEXTS_FILE.read_text("utf-8"))
    of_tips = yaml.safe_load(TIP_TEXTS_FILE.read_text("utf-8"))
    in_danger = {**first_aid.responses(), **after_cry.responses()}
    said = {**texts["ucapan"], **of_tips["ucapan"], **in_danger}
    return {**texts, **of_tips, "ucapan": said}


def payload(intent: str, /, **entities: str) -> str:
    """What a button sends back, in Rasa's own notation: `/intent{"entity": "value"}`."""
    return f"/{intent}{json.dumps(entities)}"


def button_for(label: str, responses: Responses) -> Button | None:
    """A button for `faq/<topic>` or a dialog intent; None for what cannot be offered."""
    if label.startswith(_FAQ_LABEL):
        return topic_button(label.removeprefix(_FAQ_LABEL), responses)
    title = own_texts()["judul"].get(label)
    return {"title": title, "payload": f"/{label}"} if title else None


def topic_button(topic: str, responses: Responses) -> Button | None:
    """A button that asks for the topic, or None while it has no answer."""
    title = topic_title(topic, responses)
    if title is None:
        return None
    return {"title": title, "payload": payload("faq", topik=topic)}


def topic_title(topic: str, responses: Responses) -> str | None:
    """The short title of a topic, or None while it has no answer."""
    title: str | None = metadata(responses.get(FAQ_RESPONSE + topic, []), "title")
    return title


def topics_after(variants: Sequence[dict[str, Any]]) -> list[str]:
    """The topics that any variant of a response names as `next` in its metadata."""
    return list(metadata(variants, "next") or [])


def sends_abroad(responses: Responses, topic: str | None) -> bool:
    """Whether the answer of a topic sends people abroad to an Indonesian embassy."""
    return bool(metadata(responses.get(f"{FAQ_RESPONSE}{topic}", []), "mission"))


def metadata(variants: Sequence[dict[str, Any]], name: str) -> Any:
    """What any variant of a response says under a name in its metadata; None without."""
    for variant in variants:
        if value := (variant.get("metadata") or {}).get(name):
            return value
    return None
