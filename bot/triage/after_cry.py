"""What is told after a cry for help: a short fact that belongs to it, or that it was none.

The words stand in `nlu_data/setelah_bahaya.yml`.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

import yaml

from bot import clock, lexicon
from bot.nlu.features import raw_words, words
from bot.nlu.following import without_address
from bot.triage import phrases
from bot.triage.phrases import Told
from bot.triage.voices import FILE

# For how many unclear messages a cry for help stays in mind.
TURNS = 8
# For so long after the last word about it a short fact belongs to a danger.
RECENT_MINUTES = 60
MINUTE_MS = 60_000
# More words than this tell a story, or ask.
LONGEST_FACT, LONGEST_TAKING_BACK = 9, 14
LONGEST_FEELING = 4
PREFIX = "pertolongan/kabar/"
TAKEN_BACK = "pertolongan/ditarik/"
CHILD, AFRAID, GOES_THERE = "umur_anak", "takut", "mendekat"
MAJORITY = 18


@dataclass(frozen=True)
class Cry:
    """A cry for help that is still in mind.

    Attributes:
        turns: For how many more unclear messages.
        told: How many facts were told since.
        own: Who cried said that the danger is his or her own.
        mission: The country whose mission was named.
        minute: When something was last said about it, in whole minutes since 1970.
    """

    turns: int = TURNS
    told: int = 0
    own: bool = False
    mission: str | None = None
    minute: int = 0

    @classmethod
    def of(cls, value: Any) -> Cry | None:
        """The cry that a slot holds; None without."""
        if not value:
            return None
        return cls(**value) if isinstance(value, dict) else cls()

    def as_slot(self) -> dict[str, Any] | None:
        """The value of the slot, from now on; None once it is no more in mind."""
        now = replace(self, minute=clock.now_ms() // MINUTE_MS)
        return asdict(now) if self.turns > 0 else None

    @property
    def is_recent(self) -> bool:
        return clock.now_ms() // MINUTE_MS - self.minute < RECENT_MINUTES


def fact_in(text: str) -> str | None:
    """Which kind of fact a short message tells, such as `umur`; None when it tells none."""
    said = raw_words(text)
    if asks_to_go_there(text):
        return GOES_THERE
    if not said or len(said) > LONGEST_FACT or asks_us(text):
        return None
    if not lexicon.words("perasaan").isdisjoint(said):
        return AFRAID if len(without_address(said)) <= LONGEST_FEELING else None
    # As it was typed, and as it is meant: "3 org".
    ways = (" ".join(said), " ".join(words(text)))
    return next((kind for kind, signs in _facts().items() if any(map(signs.search, ways))), None)


def asks_to_go_there(text: str) -> bool:
    """ "saya harus masuk ga?", "boleh saya datangi rumahnya bareng hansip?" """
    said = raw_words(text)
    return len(said) <= LONGEST_FACT and _facts()[GOES_THERE].search(" ".join(said)) is not None


def asks_us(text: str) -> bool:
    """Whether a message wants an answer; "dak tau dimano" wants none."""
    if _guidance().search(" ".join(raw_words(text))):
        # What to do is what is told next anyway.
        return False
    said = set(raw_words(text))
    return "?" in text or not said.isdisjoint(str(_data()["kabar"]["bertanya"]).split())


def takes_back(text: str) -> bool:
    """Whether a message says that the cry before it was none: "salah kirim", "becanda doang"."""
    told = Told(text)
    if len(raw_words(text)) > LONGEST_TAKING_BACK or phrases.sounds_urgent(told):
        return False
    means_it = _taking_back()["bukan"].search(told.whole)
    return means_it is None and _taking_back()["tanda"].search(told.whole) is not None


def is_known(fact: str) -> bool:
    """Whether there is something to say to a fact."""
    return fact in _data()["kabar"]["jenis"]


def heard(fact: str) -> str:
    """The sentence that says that a fact was read; it may name `{nomor}`."""
    return str(_data()["kabar"]["jenis"][fact]["text"])


def ends_with(fact: str) -> bool:
    """Whether nothing is asked after it."""
    return bool(_data()["kabar"]["jenis"][fact].get("terakhir"))


def step(told: int, *, of_another: bool) -> str:
    """The response after so many facts: the steps in order, then the last two by turns."""
    voice = "dia" if of_another else "aku"
    count = len(_data()["kabar"]["langkah"][voice])
    number = told if told < count else count - 2 + (told - count) % 2
    return f"{PREFIX}{voice}{number}"


def responses() -> dict[str, list[dict[str, Any]]]:
    """All texts in the form of Rasa's responses. `{kabar}` is the sentence of the fact."""
    found: dict[str, list[dict[str, Any]]] = {f"{PREFIX}terakhir": [{"text": "{kabar}"}]}
    for voice, steps in _data()["kabar"]["langkah"].items():
        for number, said in enumerate(steps):
            buttons = [
                {"title": title, "payload": f"/darurat{json.dumps({'kabar': answer})}"}
                for answer, title in said.get("pilihan", {}).items()
            ]
            shown = {"buttons": buttons} if buttons else {}
            found[f"{PREFIX}{voice}{number}"] = [{"text": said["text"], **shown}]
    back = _data()["ditarik"]
    for name in ("", "_sendiri", "_nyawa"):
        sms = {"channel": "sms", "text": back[f"sms{name}"]}
        found[f"{TAKEN_BACK}{name or '_petugas'}"] = [{"text": back[f"text{name}"]}, sms]
    return found


@lru_cache(maxsize=1)
def _guidance() -> re.Pattern[str]:
    return phrases.pattern(_data()["kabar"]["minta_petunjuk"])


@lru_cache(maxsize=1)
def _facts() -> dict[str, re.Pattern[str]]:
    return {
        kind: phrases.pattern(map(str, said["tanda"]))
        for kind, said in _data()["kabar"]["jenis"].items()
        if said["tanda"]
    }


@lru_cache(maxsize=1)
def _taking_back() -> dict[str, re.Pattern[str]]:
    said = _data()["ditarik"]
    return {name: phrases.pattern(map(str, said[name])) for name in ("tanda", "bukan")}


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return data
