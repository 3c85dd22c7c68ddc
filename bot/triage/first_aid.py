"""First aid by the kind of danger, from `nlu_data/pertolongan.yml`, which explains it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import yaml

from bot.settings import PROJECT_ROOT
from bot.triage import phrases
from bot.triage.marks import LONG
from bot.triage.phrases import Told

FILE = PROJECT_ROOT / "nlu_data" / "pertolongan.yml"
SUICIDE, POISONED = "nyawa", "telanjur"
WATCHED, ABROAD = "diawasi", "luar_negeri"
# Before the names of the responses.
PREFIX = "pertolongan/"
CODE_WORD = "sandi"
_WORD = re.compile(r"\w+")


def kind_of(text: str) -> str | None:
    """The kind of danger that a cry for help is about; None when its words do not tell.

    Of a long message only what cries for help is looked at.
    """
    told = Told(text)
    if any(map(_signs()[POISONED].search, told.sentences)):
        return POISONED
    if phrases.speaks_of_suicide(told):
        return SUICIDE
    sentences = told.sentences
    if len(text.split()) > LONG:
        sentences = [sentence for sentence in sentences if phrases.sounds_urgent(sentence)]
    signs = _signs()
    # Many words that tell of such thoughts tell of other dangers, too: "lompat".
    in_order = [*(kind for kind in signs if kind != SUICIDE), SUICIDE]
    return next(
        (kind for kind in in_order if any(signs[kind].search(one) for one in sentences)), None
    )


def answers(kind: str) -> Sequence[str]:
    """What the question of a kind may be answered with; none for an unknown kind."""
    found = _data()["jenis"].get(kind)
    return tuple(found["lanjut"]) if found else ()


def answer_in(kind: str, text: str) -> str | None:
    """The answer to the question of a kind that a message gives in words of its own."""
    sentences = Told(text).sentences
    found = _answers_in_words().get(kind, {})
    return next(
        (answer for answer, said in found.items() if any(map(said.search, sentences))), None
    )


def has_own_words_abroad(kind: str) -> bool:
    """Whether its first reply has other words for somebody who is abroad."""
    return kind == ABROAD or "pertama_luar" in _data()["jenis"].get(kind, {})


def says_code_word(text: str, *, in_danger: bool) -> bool:
    """Whether a message is the code word: "BERAS" alone, or before a place once in danger."""
    words = _WORD.findall(text.lower())
    if not words or words[0] not in _data()["kata_sandi"]["tanda"]:
        return False
    return in_danger or (len(words) == 1 and text.isupper())


def has_place(text: str) -> bool:
    """Whether something stands behind the code word."""
    return len(_WORD.findall(text)) > 1


def responses() -> dict[str, list[dict[str, Any]]]:
    """All texts in the form of Rasa's responses, by names that begin with `PREFIX`."""
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, said in _data()["jenis"].items():
        asked = _buttons(kind)
        found[f"{PREFIX}{kind}"] = _variants(said["pertama"], buttons=asked)
        if "pertama_luar" in said:
            found[f"{PREFIX}{kind}/luar"] = _variants(said["pertama_luar"], buttons=asked)
        for answer, then in said["lanjut"].items():
            found[f"{PREFIX}{kind}/{answer}"] = _variants(then)
        for number, again in enumerate(said["masih"]):
            found[f"{PREFIX}{kind}/masih{number}"] = _variants(again, **_offered_again(kind))
    code = _data()["kata_sandi"]
    for name in ("balas", "balas_patokan", "balas_kosong", "balas_kosong_luar", "arti"):
        found[f"{PREFIX}{CODE_WORD}/{name}"] = _variants(code[name])
    for number, again in enumerate(code["masih"]):
        found[f"{PREFIX}{CODE_WORD}/masih{number}"] = _variants(again)
    return found


def _offered_again(kind: str) -> dict[str, Any]:
    """What whoever writes on may pick: nothing where somebody else may read it."""
    if kind == WATCHED:
        return {}
    return {"buttons": _buttons(kind) if kind == SUICIDE else list(_data()["bukan_begitu"])}


def _buttons(kind: str) -> list[dict[str, str]]:
    """The answers to the question of a kind."""
    return [
        {"title": title, "payload": f"/darurat{json.dumps({'jenis': kind, 'jawab': answer})}"}
        for answer, title in _data()["jenis"][kind]["pertama"]["pilihan"].items()
    ]


def _variants(said: Mapping[str, Any], **shown: Any) -> list[dict[str, Any]]:
    return [{"text": said["text"], **shown}, {"channel": "sms", "text": said["sms"], **shown}]


@lru_cache(maxsize=1)
def _signs() -> dict[str, re.Pattern[str]]:
    data = _data()
    words = {name: str(said).split() for name, said in data["kata"].items()}
    return {
        kind: phrases.pattern(map(str, said["tanda"]), words=words)
        for kind, said in data["jenis"].items()
    }


@lru_cache(maxsize=1)
def _answers_in_words() -> dict[str, dict[str, re.Pattern[str]]]:
    words = {name: str(said).split() for name, said in _data()["kata"].items()}
    return {
        kind: {
            answer: phrases.pattern(map(str, listed), words=words)
            for answer, listed in said.get("dijawab", {}).items()
        }
        for kind, said in _data()["jenis"].items()
    }


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return data
