"""First aid by the kind of danger, from `nlu_data/pertolongan.yml`, which explains it.

A kind has words for whoever is in danger, and most have others for somebody who tells of it.
These stand under a name of their own, such as `dikurung_dia`, beside `dikurung`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import yaml

from bot.settings import PROJECT_ROOT
from bot.triage import phrases, voices
from bot.triage.marks import LONG
from bot.triage.phrases import Told

FILE = PROJECT_ROOT / "nlu_data" / "pertolongan.yml"
SUICIDE, POISONED = "nyawa", "telanjur"
WATCHED, ABROAD = "diawasi", "luar_negeri"
# Somebody else is in danger, of no kind that is known.
OF_ANOTHER = "orang_lain"
# A child is away; whoever writes is of the family, or saw it.
CHILDREN = ("anak_hilang", "anak_dibawa")
AWAY = (*CHILDREN, "dibawa_dia", "segera_berangkat_dia")
# Not heard of in passing: told in the midst of another danger they come first.
GRAVE = (POISONED, WATCHED, "luka_kepala", "luka_bakar", "perdarahan", "diperkosa")
# Minutes count, or words could hurt: nothing is asked there but what the kind itself asks.
URGES = (POISONED, SUICIDE, "luka_kepala", "luka_bakar", "perdarahan")
# Kinds whose signs are common words: in another danger they are no danger of their own.
FAINT = ("anak_hilang", "anak_dibawa", "dibawa", "segera_berangkat", "dikurung")
# Before the names of the responses.
PREFIX = "pertolongan/"
CODE_WORD = "sandi"
_ANOTHER = "_dia"
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


def is_of_another(text: str, kind: str | None) -> bool | None:
    """Whether a cry for help of a kind is about somebody else; None when it does not say."""
    close = kind in (SUICIDE, POISONED, WATCHED)
    found = voices.is_of_another(text, _signs().get(kind or ""), close=close)
    return True if found is None and kind is None and phrases.tells_of_another(text) else found


def name_of(kind: str | None, *, of_another: bool) -> str | None:
    """The name under which the words of a kind stand for whom they are said to."""
    if kind in (None, OF_ANOTHER):
        return OF_ANOTHER if of_another else None
    name = f"{kind}{_ANOTHER}"
    return name if of_another and name in _said() else kind


def base(name: str) -> str:
    """The kind of danger without whose it is: `dikurung` of `dikurung_dia`."""
    return name.removesuffix(_ANOTHER)


def is_for_another(name: str | None) -> bool:
    """Whether the words of a name are for somebody who tells of another's danger."""
    return name is not None and (name in (OF_ANOTHER, *CHILDREN) or name.endswith(_ANOTHER))


def answers(name: str) -> Sequence[str]:
    """What the question of a kind may be answered with; none for an unknown kind."""
    found = _said().get(name)
    return tuple(found["lanjut"]) if found else ()


def answer_in(name: str, text: str) -> str | None:
    """The answer to the question of a kind that a message gives in words of its own."""
    sentences = Told(text).sentences
    found = _answers_in_words().get(name, {})
    return next(
        (answer for answer, said in found.items() if any(map(said.search, sentences))), None
    )


def has_own_words_abroad(name: str) -> bool:
    """Whether its first reply has other words for a danger abroad."""
    return "pertama_luar" in _said().get(name, {})


def abroad(kind: str | None, *, of_another: bool) -> str:
    """The kind of danger whose words are for abroad: those of a kind, or of all others.

    Whoever tells from afar cannot help with a wound there.
    """
    name = name_of(kind, of_another=of_another)
    is_near = kind == WATCHED or not of_another or is_for_another(name)
    fits = kind is not None and name is not None and has_own_words_abroad(name)
    return kind if kind and fits and is_near else ABROAD


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
    for name, said in _said().items():
        asked = _buttons(name)
        found[f"{PREFIX}{name}"] = variants(said["pertama"], buttons=asked)
        if "pertama_luar" in said:
            found[f"{PREFIX}{name}/luar"] = variants(said["pertama_luar"], buttons=asked)
        for answer, then in said["lanjut"].items():
            found[f"{PREFIX}{name}/{answer}"] = variants(then)
        for number, again in enumerate(said["masih"]):
            found[f"{PREFIX}{name}/masih{number}"] = variants(again, **_offered_again(name))
    code = _data()["kata_sandi"]
    for name in ("balas", "balas_patokan", "balas_kosong", "balas_kosong_luar", "arti"):
        found[f"{PREFIX}{CODE_WORD}/{name}"] = variants(code[name])
    for number, again in enumerate(code["masih"]):
        found[f"{PREFIX}{CODE_WORD}/masih{number}"] = variants(again)
    return found


def variants(said: Mapping[str, Any], **shown: Any) -> list[dict[str, Any]]:
    """A text and its form for SMS, as Rasa wants them."""
    return [{"text": said["text"], **shown}, {"channel": "sms", "text": said["sms"], **shown}]


def _offered_again(name: str) -> dict[str, Any]:
    """What whoever writes on may pick: nothing where somebody else may read it, or is in danger."""
    if name == WATCHED or is_for_another(name):
        return {}
    return {"buttons": _buttons(name) if name == SUICIDE else list(_data()["bukan_begitu"])}


def _buttons(name: str) -> list[dict[str, str]]:
    """The answers to the question of a kind."""
    return [
        {"title": title, "payload": f"/darurat{json.dumps({'jenis': name, 'jawab': answer})}"}
        for answer, title in _said()[name]["pertama"]["pilihan"].items()
    ]


@lru_cache(maxsize=1)
def _said() -> dict[str, dict[str, Any]]:
    """What is said of each kind, by its name, for whom it is said to."""
    found: dict[str, dict[str, Any]] = {}
    for kind, said in _data()["jenis"].items():
        found[kind] = said
        if "orang_lain" in said:
            found[f"{kind}{_ANOTHER}"] = said["orang_lain"]
    return found


@lru_cache(maxsize=1)
def _signs() -> dict[str, re.Pattern[str]]:
    data = _data()
    words = {name: str(said).split() for name, said in data["kata"].items()}
    return {
        kind: phrases.pattern(map(str, said["tanda"]), words=words)
        for kind, said in data["jenis"].items()
        if "tanda" in said
    }


@lru_cache(maxsize=1)
def _answers_in_words() -> dict[str, dict[str, re.Pattern[str]]]:
    words = {name: str(said).split() for name, said in _data()["kata"].items()}
    return {
        name: {
            answer: phrases.pattern(map(str, listed), words=words)
            for answer, listed in said.get("dijawab", {}).items()
        }
        for name, said in _said().items()
    }


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return data
